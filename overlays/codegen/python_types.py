"""The types of arguments as source: from the properties that openapi-python-client parsed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from attrs import frozen
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.literal_enum_property import LiteralEnumProperty
from openapi_python_client.parser.properties.model_property import ModelProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

from codegen.python_schemas import PYTHON_STRINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codegen.python_schemas import Node, PythonSchemas

_SCALARS: Final[dict[type, str]] = {
    BooleanProperty: "bool",
    IntProperty: "int",
    FloatProperty: "float",
    DateProperty: "datetime.date",
    DateTimeProperty: "datetime.datetime",
    UuidProperty: "uuid.UUID",
    FileProperty: "bytes",
    NoneProperty: "None",
    AnyProperty: "object",
}


_JSON_TYPES: Final[dict[type, str]] = {ListProperty: "array", ModelProperty: "object"}


@frozen
class PythonTypes:
    """Writes the types of arguments and of responses."""

    schemas: PythonSchemas
    typed_dicts: Mapping[str, str]
    """The typed dicts of params.py by the class of models.py that checks them."""

    def argument(self, prop: object, schema: Node) -> str:
        """The type of the argument for ``prop``, whose schema in the document is ``schema``."""
        options = self._flat(schema)
        if not isinstance(prop, UnionProperty):
            return " | ".join(self._options(prop, options))
        seen: Counter[str] = Counter()
        types: list[str] = []
        for inner in prop.inner_properties:
            kind = _JSON_TYPES.get(type(inner))
            if kind is None:
                types += self._options(inner, options)
            else:
                own = [option for option in options if option.get("type") == kind][seen[kind] :]
                seen[kind] += 1
                types += self._options(inner, own)
        return " | ".join(sorted(dict.fromkeys(types), key=lambda written: written == "None"))

    def response(self, prop: object, schema: Node) -> str:
        """The type of a response: a name, or a plain scalar."""
        if "$ref" in schema:
            return f"models.{schema['$ref'].rpartition('/')[2]}"
        return "Any" if isinstance(prop, AnyProperty) else " | ".join(self._options(prop, [schema]))

    def _options(self, prop: object, options: list[Node]) -> list[str]:
        first = options[0] if options else {}
        match prop:
            case ListProperty():
                return [f"Sequence[{self.argument(prop.inner_property, first.get('items', {}))}]"]
            case ModelProperty() if (name := self._class(prop)) in self.typed_dicts:
                return [f"params.{self.typed_dicts[name]}"]
            case ModelProperty():
                is_free = not isinstance(first.get("additionalProperties"), dict)
                inner = (
                    "object" if is_free else self.argument(prop.additional_properties, first["additionalProperties"])
                )
                return [f"Mapping[str, {inner}]"]
            case LiteralEnumProperty():
                values = [value for own in options for value in own.get("enum", ()) if type(value) is prop.value_type]
                return [f"Literal[{', '.join(map(repr, dict.fromkeys(values)))}]"]
            case ConstProperty():
                return [f"Literal[{prop.value.python_code.as_unembedded_code()}]"]
            case StringProperty():
                # openapi-python-client takes strings of formats that it does not know for plain ones, and for one.
                texts = [own for own in options if own.get("type") == "string" and "enum" not in own]
                return list(dict.fromkeys(_text(own) for own in texts)) or ["str"]
            case _:
                return [_SCALARS[type(prop)]]

    def _class(self, prop: ModelProperty) -> str:
        return self.schemas.classes.by_spelling.get(str(prop.class_info.name), "")

    def _flat(self, schema: Node) -> list[Node]:
        """``schema`` as it is without references, or the options of the union that it is."""
        node = self.schemas.resolve(schema)
        if options := [*node.get("anyOf", ()), *node.get("oneOf", ())]:
            return [own for option in options for own in self._flat(option)]
        if isinstance(node.get("type"), list):
            return [{**node, "type": kind} for kind in node["type"]]
        return [node]


def _text(node: Node) -> str:
    kind = PYTHON_STRINGS.get(node.get("format", ""), "str")
    return kind.removeprefix("builtins.")
