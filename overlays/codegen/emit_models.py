"""``models.py`` and ``params.py``, written by datamodel-code-generator."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from codegen.project import HERE
from codegen.prose import describe
from codegen.python_schemas import PYTHON_STRINGS, wire_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from datamodel_code_generator._types import GenerateConfigDict

    from codegen.python_methods import Argument
    from codegen.python_schemas import Node, PythonSchemas

TEMPLATES: Final = Path(__file__).parent / "templates"

_MODELS_HEADER: Final = '''\
"""The contract's data. Request models are closed and check what is sent; answer models are open to newer servers."""
'''
_PARAMS_HEADER: Final = '''\
"""The arguments of each operation as a typed dict, for code that builds them up before the call."""
'''
# Our template for untagged unions decodes them by itself.
_EXPECTED_WARNING: Final = re.compile(r"msgspec cannot decode")


class NotWrittenError(Exception):
    """Raised for types that datamodel-code-generator did not write; ``messages`` by the name of the type."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__("\n".join(messages.values()))
        self.messages = messages


def models_source(schemas: PythonSchemas, names: Mapping[str, Mapping[str, str]]) -> str:
    """The source of ``models.py``; ``names`` are the Python names of each class's fields, by wire name."""
    bare = {name: _without_defaults(node) for name, node in schemas.schemas.items()}
    document = {**schemas.document, "paths": {}, "components": {"schemas": bare}}
    aliases = {f"{owner}.{wire}": name for owner, own in names.items() for wire, name in own.items() if name != wire}
    return _generate(
        "models",
        document,
        base_class="boltz_api.model.Model",
        custom_file_header=_MODELS_HEADER,
        custom_template_dir=TEMPLATES / "models",
        aliases=aliases,
        extra_template_data=schemas.template_data,
    )


def params_source(typed_dicts: Mapping[str, Node]) -> str:
    """The source of ``params.py``."""
    document = {"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": {}}
    return _generate("params", {**document, "components": {"schemas": typed_dicts}}, custom_file_header=_PARAMS_HEADER)


def settings(profile: Literal["models", "params"]) -> dict[str, Any]:
    """The generator's settings for one file: those of both, and those of its profile, from pyproject.toml."""
    tables = HERE.settings("datamodel-codegen")
    common = {key: setting for key, setting in tables.items() if key != "profiles"}
    return {key.replace("-", "_"): setting for key, setting in (common | tables["profiles"][profile]).items()}


def _generate(profile: Literal["models", "params"], document: Node, **options: object) -> str:
    # It takes a second to import, and not everything here needs it.
    from datamodel_code_generator import Error, generate
    from datamodel_code_generator.enums import InputFileType, OpenAPIScope

    kind = {"input_file_type": InputFileType.OpenAPI, "openapi_scopes": [OpenAPIScope.Schemas]}
    wanted = document["components"]["schemas"]
    if not wanted:
        return str(options["custom_file_header"])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            source = generate(document, **cast("GenerateConfigDict", {**kind, **settings(profile), **options}))
        except Error as error:
            raise NotWrittenError({"": str(error)}) from error
    messages = [str(own.message) for own in caught if not _EXPECTED_WARNING.match(str(own.message))]
    if messages:
        raise NotWrittenError({_about(message, wanted): message for message in messages})
    assert isinstance(source, str), "without an output path, one module comes back as its text"
    written = set(re.findall(r"^(?:    )?(?:class )?(\w+)(?=[(:])", source, re.MULTILINE))
    if missing := [name for name in wanted if name not in written]:
        raise NotWrittenError({name: f"{name} was not written" for name in missing})
    return source


def _about(message: str, names: Mapping[str, object]) -> str:
    """The type that ``message`` is about."""
    return next((word for word in re.findall(r"\w+", message) if word in names), "")


def _without_defaults(node: Node) -> Node:
    """The schema without the parts for openapi-python-client alone: the server fills in defaults."""
    bare = {key: value for key, value in node.items() if key not in ("default", "deprecated", "title")}
    if "properties" in node:
        bare.pop("additionalProperties", None)
        bare["properties"] = {wire_name(key): _without_defaults(own) for key, own in node["properties"].items()}
        bare["required"] = [wire_name(key) for key in node["required"]]
    for key in ("items", "additionalProperties"):
        if isinstance(bare.get(key), dict):
            bare[key] = _without_defaults(bare[key])
    for key in ("anyOf", "oneOf"):
        if key in bare:
            bare[key] = [_without_defaults(own) for own in bare[key]]
    return bare


class TypedDicts:
    """The schemas of ``params.py``: the types that callers build, by Python names; rules are checked later."""

    def __init__(self, schemas: PythonSchemas, names: Mapping[str, Mapping[str, str]]) -> None:
        self._schemas = schemas
        self._field_names = names
        self.names: dict[str, str] = {}
        """The typed dict of each class of models.py that has one."""
        self.schemas: dict[str, Node] = {}

    def add_nested(self, arguments: Sequence[Argument]) -> None:
        """Add one for each object that one of the ``arguments`` may hold."""
        found: dict[str, Node] = {}
        pending: list[Node] = [own.schema for own in arguments]
        while pending:
            for name in _references(pending.pop(0)):
                if name not in found:
                    found[name] = self._schemas.schemas[name]
                    pending.append(found[name])
        records = {name: node for name, node in found.items() if "properties" in node}
        for name in records:
            self.names[name] = self._schemas.classes.claim(self._schemas.labels[name] + "Param")
        for name, node in records.items():
            own_names = self._field_names[name]
            fields = {own_names[wire_name(key)]: own for key, own in node["properties"].items()}
            required = {own_names[wire_name(key)] for key in node["required"]}
            self.add(self.names[name], fields, required, node.get("description", ""))

    def add(self, name: str, fields: Mapping[str, Node], required: set[str], description: str) -> None:
        """Add one called ``name``."""
        properties = {
            own: {
                **self._of(node),
                **({"description": words} if (words := describe(node, self._schemas.resolve)) else {}),
            }
            for own, node in fields.items()
        }
        self.schemas[name] = {
            "type": "object",
            "properties": properties,
            "required": [own for own in fields if own in required],
            **({"description": description} if description else {}),
        }

    def add_arguments(self, name: str, operation: str, arguments: Sequence[Argument]) -> None:
        """Add the one of an operation. An argument that is left out may as well be ``None``."""
        description = f"The arguments of ``{operation}``."
        self.add(
            name,
            {own.name: own.schema for own in arguments},
            {own.name for own in arguments if own.required},
            description,
        )
        for own in arguments:
            node: Node = self.schemas[name]["properties"][own.name]
            if own.words:
                node["description"] = own.words
            if not own.required and not own.nullable:
                self.schemas[name]["properties"][own.name] = _nullable(node)

    def _of(self, node: Node) -> Node:
        """``node`` without rules, and without names but those of typed dicts."""
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            if name in self.names:
                return {"$ref": f"#/components/schemas/{self.names[name]}"}
            return self._of(self._schemas.schemas[name])
        if options := [*node.get("anyOf", ()), *node.get("oneOf", ())]:
            return {"anyOf": [self._of(own) for own in options]}
        kind: Node = {key: node[key] for key in ("type", "enum", "const") if key in node}
        if "items" in node:
            kind["items"] = self._of(node["items"])
        if isinstance(node.get("additionalProperties"), dict):
            kind["additionalProperties"] = self._of(node["additionalProperties"])
        if path := PYTHON_STRINGS.get(node.get("format", "")):
            kind["customTypePath"] = path
            if isinstance(kind["type"], list):
                # Beside a custom type datamodel-code-generator overlooks a null in the list of types.
                return {"anyOf": [{**kind, "type": "string"}, {"type": "null"}]}
        return kind


def _nullable(node: Node) -> Node:
    description = {key: node[key] for key in ("description",) if key in node}
    bare = {key: value for key, value in node.items() if key != "description"}
    if "enum" in bare:
        return {**node, "enum": [*bare["enum"], None]}
    if not bare:
        return node
    options = bare["anyOf"] if bare.keys() == {"anyOf"} else [bare]
    return {"anyOf": [*options, {"type": "null"}], **description}


def _references(node: Node) -> Iterator[str]:
    """The names of the schemas that ``node`` refers to, at any depth."""
    if "$ref" in node:
        yield node["$ref"].rpartition("/")[2]
    inner: list[Node] = [*node.get("properties", {}).values(), *node.get("anyOf", ()), *node.get("oneOf", ())]
    inner += [node[key] for key in ("items", "additionalProperties") if isinstance(node.get(key), dict)]
    for own in inner:
        yield from _references(own)
