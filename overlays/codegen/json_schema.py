"""The normal form as JSON Schema: what datamodel-code-generator is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from codegen.shapes import (
    Alias,
    Anything,
    Choice,
    Enumeration,
    Flag,
    Items,
    Map,
    Named,
    Null,
    Nullable,
    Number,
    OneOf,
    Record,
    Text,
    Union,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codegen.normal_form import NormalForm
    from codegen.operations import Operation
    from codegen.shapes import Definition, Field, Shape

Node: TypeAlias = dict[str, Any]
"""A JSON Schema. Its values are of every JSON type, at every depth."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_CHECKED_TEXT: Final = {"ip": "IPText", "ipv4": "IPv4Text", "ipv6": "IPv6Text", "password": "SecretText"}
_TIMES: Final = {"date": "datetime.date", "date-time": "datetime.datetime"}


class ModelsDocument:
    """Every named type, by wire names, with every constraint."""

    def __init__(self, form: NormalForm, package: str) -> None:
        self._definitions = form.definitions
        self._package = package

    def document(self) -> Node:
        """The JSON Schema."""
        return {
            "$schema": _DIALECT,
            "$defs": {name: self._definition(definition) for name, definition in self._definitions.items()},
        }

    def _definition(self, definition: Definition) -> Node:
        node: Node
        match definition:
            case Record():
                node = self._record(definition)
            case Enumeration():
                node = {"enum": list(definition.choice.values)}
            case Union():
                node = {
                    "oneOf": [_reference(name) for _, name in definition.variants],
                    "discriminator": {
                        "propertyName": definition.wire,
                        "mapping": {tag: _reference(name)["$ref"] for tag, name in definition.variants},
                    },
                }
            case Alias():
                node = self._shape(definition.shape)
        return {**node, "description": definition.description} if definition.description else node

    def _record(self, record: Record) -> Node:
        properties: Node = {}
        required = [own.wire for own in record.fields if own.required]
        if record.tag is not None:
            properties[record.tag.wire] = {"const": record.tag.value}
            required.insert(0, record.tag.wire)
        properties |= {own.wire: self._field(own) for own in record.fields}
        return {"type": "object", "properties": properties, "required": required}

    def _field(self, own: Field) -> Node:
        node = self._shape(own.shape)
        return {**node, "description": own.description} if own.description else node

    def _shape(self, shape: Shape) -> Node:
        match shape:
            case Text():
                node = _text_node(shape)
                if shape.format in _CHECKED_TEXT:
                    node["customTypePath"] = f"{self._package}.formats.{_CHECKED_TEXT[shape.format]}"
                return node
            case Named():
                return _reference(shape.name)
            case Nullable():
                return _nullable(self._shape(shape.shape))
            case Items():
                return _sized(
                    {"type": "array", "items": self._shape(shape.item)}, "Items", shape.min_items, shape.max_items
                )
            case Map():
                node = {"type": "object", "additionalProperties": self._shape(shape.value)}
                return _sized(node, "Properties", shape.min_size, shape.max_size)
            case OneOf():
                return {"anyOf": [self._shape(option) for option in shape.options]}
            case _:
                return _plain(shape)


class ParamsDocument:
    """The arguments of every operation, and the records in them, by Python names; what is checked is checked later."""

    def __init__(self, form: NormalForm) -> None:
        self._form = form
        self._definitions = form.definitions
        self._records: dict[str, Record] = {}

    def document(self) -> Node:
        """The JSON Schema."""
        operations = {own.params_name: self._operation(own) for own in self._form.operations if own.arguments}
        nested: Node = {}
        while len(nested) < len(self._records):
            for record in [own for name, own in self._records.items() if name not in nested]:
                nested[record.params_name] = self._record(record)
        return {"$schema": _DIALECT, "$defs": {**nested, **operations}}

    def _operation(self, operation: Operation) -> Node:
        words = f"The arguments of ``{operation.name}``."
        return self._object([own.field for own in operation.arguments], words, none_is_left_out=True)

    def _record(self, record: Record) -> Node:
        node = self._object(list(record.fields), record.description, none_is_left_out=False)
        if record.tag is not None:
            node["properties"] = {record.tag.name: {"const": record.tag.value}, **node["properties"]}
            node["required"].insert(0, record.tag.name)
        return node

    def _object(self, fields: list[Field], description: str, *, none_is_left_out: bool) -> Node:
        """A typed dict's schema. An argument that is left out may as well be ``None``."""
        properties: Node = {}
        for own in fields:
            node = self._shape(own.shape)
            if none_is_left_out and not own.required and not nullable(own.shape, self._definitions):
                node = _nullable(node)
            properties[own.name] = {**node, "description": own.words} if own.words else node
        node = {"type": "object", "properties": properties, "required": [own.name for own in fields if own.required]}
        return {**node, "description": description} if description else node

    def _shape(self, shape: Shape) -> Node:
        match shape:
            case Text():
                node: Node = {"type": "string"}
                if shape.format in _TIMES:
                    node["customTypePath"] = _TIMES[shape.format]
                return node
            case Number():
                return {"type": "integer" if shape.whole else "number"}
            case Named():
                return self._named(self._definitions[shape.name])
            case Nullable():
                return _nullable(self._shape(shape.shape))
            case Items():
                return {"type": "array", "items": self._shape(shape.item)}
            case Map():
                return {"type": "object", "additionalProperties": self._shape(shape.value)}
            case OneOf():
                return {"anyOf": [self._shape(option) for option in shape.options]}
            case _:
                return _plain(shape)

    def _named(self, definition: Definition) -> Node:
        match definition:
            case Record():
                self._records[definition.params_name] = definition
                return _reference(definition.params_name)
            case Union():
                return {"anyOf": [self._shape(Named(name)) for _, name in definition.variants]}
            case Enumeration():
                return _plain(definition.choice)
            case Alias():
                return self._shape(definition.shape)


def nullable(shape: Shape, definitions: Mapping[str, Definition]) -> bool:
    """Whether null is a value of ``shape``."""
    if isinstance(shape, Named):
        definition = definitions[shape.name]
        return isinstance(definition, Alias) and nullable(definition.shape, definitions)
    return isinstance(shape, Nullable | Null | Anything)


def _reference(name: str) -> Node:
    return {"$ref": f"#/$defs/{name}"}


def _nullable(node: Node) -> Node:
    if not node or node.get("type") == "null":
        return node
    if "enum" in node:
        return {**node, "enum": [*node["enum"], None]}
    # Beside a custom type the generator overlooks a null in the list of types.
    if isinstance(node.get("type"), str) and "customTypePath" not in node:
        return {**node, "type": [node["type"], "null"]}
    options = node.get("anyOf", [node])
    return {"anyOf": [*options, {"type": "null"}]}


def _plain(shape: Shape) -> Node:
    match shape:
        case Number():
            limits = {
                "minimum": shape.minimum,
                "maximum": shape.maximum,
                "exclusiveMinimum": shape.exclusive_minimum,
                "exclusiveMaximum": shape.exclusive_maximum,
                "multipleOf": shape.multiple_of,
            }
            kind = "integer" if shape.whole else "number"
            return {"type": kind, **{key: limit for key, limit in limits.items() if limit is not None}}
        case Flag():
            return {"type": "boolean"}
        case Choice():
            return {"enum": list(shape.values)}
        case Null():
            return {"type": "null"}
        case _:
            return {}


def _text_node(text: Text) -> Node:
    node = _sized({"type": "string"}, "Length", text.min_length, text.max_length)
    if text.pattern is not None:
        node["pattern"] = text.pattern
    if text.format in _TIMES:
        node["format"] = text.format
    return node


def _sized(node: Node, of: str, low: int | None, high: int | None) -> Node:
    if low is not None:
        node[f"min{of}"] = low
    if high is not None:
        node[f"max{of}"] = high
    return node
