"""Reading schemas of the normal form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]

_COMPONENT: Final = "#/components/schemas/"


def reference(schema: Schema) -> str:
    """The name of the component that ``schema`` refers to."""
    return str(schema["$ref"]).removeprefix(_COMPONENT)


def references(schema: object) -> Iterator[str]:
    """The names of the components that ``schema`` refers to, once for each place."""
    if isinstance(schema, list):
        for part in cast("list[object]", schema):
            yield from references(part)
    elif isinstance(schema, dict):
        members = cast("Schema", schema)
        if "$ref" in members:
            yield reference(members)
        for key, part in members.items():
            if key not in ("discriminator", "examples", "default", "example"):
                yield from references(part)


def alternatives(schema: Schema) -> list[Schema]:
    """The alternatives of a union."""
    found: list[Schema] = schema.get("oneOf") or schema.get("anyOf") or []
    return found


def is_null(schema: Schema) -> bool:
    """True if ``schema`` allows nothing but null."""
    return schema.get("type") == "null"


def kinds_of(schema: Schema) -> list[str]:
    """Return the JSON types of ``schema``, null included."""
    kinds: str | list[str] = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


def values_of(schema: Schema) -> Schema | None:
    """Return the schema of the values of an object with free names."""
    found: object = schema.get("additionalProperties")
    return cast("Schema", found) if isinstance(found, dict) else None


def without_null(schema: Schema) -> tuple[Schema, bool]:
    """``schema`` without null, and whether null was among its values."""
    kinds = kinds_of(schema)
    if len(kinds) > 1:
        rest = [kind for kind in kinds if kind != "null"]
        return {**schema, "type": rest[0]}, len(rest) < len(kinds)
    options = alternatives(schema)
    rest_options = [own for own in options if not is_null(own)]
    if len(rest_options) == len(options):
        return schema, None in schema.get("enum", ())
    if len(rest_options) == 1:
        return {**{key: own for key, own in schema.items() if key not in ("anyOf", "oneOf")}, **rest_options[0]}, True
    return {key: (rest_options if key in ("anyOf", "oneOf") else own) for key, own in schema.items()}, True


def kind_of(schema: Schema) -> str:
    """The JSON type of ``schema`` besides null; empty where it has none."""
    kinds = kinds_of(schema)
    if not kinds and ("enum" in schema or "const" in schema):
        values = [value for value in schema.get("enum", [schema.get("const")]) if value is not None]
        return "string" if all(isinstance(value, str) for value in values) else ""
    return next((kind for kind in kinds if kind != "null" or len(kinds) == 1), "")


def is_model(schema: Schema) -> bool:
    """True if ``schema`` has a type of its own in Go: an object, a union, or an enum."""
    return "properties" in schema or bool(alternatives(schema)) or ("enum" in schema and only_value(schema) is None)


def only_value(schema: Schema) -> str | None:
    """The one string that ``schema`` allows."""
    values = [value for value in schema.get("enum", [schema.get("const")]) if value is not None]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else None
