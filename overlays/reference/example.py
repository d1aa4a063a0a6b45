"""An example of a schema, for where the contract writes none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from codegen.contract import JSON
    from reference.schema import Field, Schema

_TEXTS: Final = {
    "date-time": "2019-12-27T18:11:19.117Z",
    "date": "2019-12-27",
    "uuid": "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "email": "someone@example.com",
    "uri": "https://example.com",
}


def example_of(schema: Schema, name: str = "string", *, sent: bool = False) -> JSON:
    """A value that fits ``schema``: texts name their field; what is ``sent`` holds only what must be."""
    if schema.choices:
        return schema.choices[0]
    if schema.has_default and sent:
        return schema.default
    if schema.kind == "object":
        if schema.is_map:
            return {"key": example_of(schema.items)} if schema.items else {}
        fields = [field for field in schema.fields if field.required or not sent]
        return {field.wire: example_for(field, sent=sent) for field in fields}
    if schema.kind == "array":
        return [example_of(schema.items, sent=sent)] if schema.items else []
    if schema.kind == "union":
        return example_of(schema.variants[0], name, sent=sent) if schema.variants else None
    if schema.kind in ("integer", "number"):
        return _number(schema)
    if schema.kind == "boolean":
        return True
    return _text(schema, name)


def example_for(field: Field, *, sent: bool = False) -> JSON:
    """An example of the value of ``field``."""
    return example_of(field.schema, field.wire, sent=sent)


def _number(schema: Schema) -> JSON:
    limits = {constraint.label: constraint.value for constraint in schema.constraints}
    return limits.get("minimum", limits.get("maximum", 1))


def _text(schema: Schema, name: str) -> JSON:
    for known in schema.formats:
        if known in _TEXTS:
            return _TEXTS[known]
    limits = {constraint.label: constraint.value for constraint in schema.constraints}
    shortest, longest = limits.get("minLength", 0), limits.get("maxLength")
    text = name.ljust(shortest, "x") if isinstance(shortest, int) else name
    return text[:longest] if isinstance(longest, int) else text
