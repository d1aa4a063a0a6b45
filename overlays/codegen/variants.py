"""Unions: the variants that a tag tells apart, and the alternatives that differ in JSON type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from codegen.schema import check_wire_name, component_pointer
from codegen.shapes import Anything, Choice, Flag, Items, Map, Named, Null, Nullable, Number, OneOf, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codegen.cursor import Cursor
    from codegen.schema import Schema
    from codegen.shapes import Shape


_ARTICLES: Final = {
    "string": "a string",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


@frozen
class Variant:
    """One object of a union, and the tag by which it is known."""

    schema: Schema
    wire: str
    """The name of the property that holds the tag."""
    value: str


def tagged(options: Sequence[Schema], discriminator: Cursor | None) -> list[Variant] | None:
    """The variants with their tags; ``None`` if no tag tells the options apart."""
    if discriminator is None:
        return _tagged_by_themselves(options)
    wire = discriminator.need("propertyName").text()
    check_wire_name(wire, discriminator)
    mapping = _mapping(discriminator)
    variants: list[Variant] = []
    for option in options:
        values = mapping.pop(option.reference.pointer, []) if option.reference else []
        if len(values) > 1:
            raise discriminator.error(f"{' and '.join(map(repr, values))} lead to the same schema; give each its own")
        value = values[0] if values else _own_tag(option, wire) or _component_name(option)
        if value is None:
            raise option.place.error(f"nothing says which {wire!r} this variant has")
        variants.append(Variant(option, wire, value))
    for pointer in mapping:
        raise discriminator.error(f"the mapping names {pointer}, which is not one of the variants")
    _check_distinct(variants, discriminator)
    return variants


def _tagged_by_themselves(options: Sequence[Schema]) -> list[Variant] | None:
    """Variants that name themselves by a constant, as ``{properties: {type: {const: cat}}}`` does."""
    objects = [option for option in options if option.get("properties") is not None]
    if len(objects) < 2 or len(objects) < len(options):
        return None
    for wire in objects[0].properties():
        values = [_own_tag(option, wire) for option in objects]
        if None not in values and len(set(values)) == len(values):
            return [Variant(option, wire, str(value)) for option, value in zip(objects, values, strict=True)]
    return None


def _mapping(discriminator: Cursor) -> dict[str, list[str]]:
    """The tags by the schema that they lead to. A mapping names a schema by reference, or by its bare name."""
    mapping: dict[str, list[str]] = {}
    for value, place in discriminator.members_of("mapping").items():
        name = place.text()
        pointer = place.follow().pointer if name.startswith("#") else component_pointer(name)
        mapping.setdefault(pointer, []).append(value)
    return mapping


def _own_tag(option: Schema, wire: str) -> str | None:
    prop = option.properties().get(wire)
    values = None if prop is None else prop.values()
    return values[0] if values is not None and len(values) == 1 and isinstance(values[0], str) else None


def _component_name(option: Schema) -> str | None:
    return option.reference.pointer.removeprefix(component_pointer("")) if option.reference else None


def _check_distinct(variants: Sequence[Variant], discriminator: Cursor) -> None:
    values = [variant.value for variant in variants]
    for value in values:
        if not value:
            raise discriminator.error("a variant's tag must not be empty")
        if values.count(value) > 1:
            raise discriminator.error(f"two variants have the tag {value!r}")


def merged(shapes: Sequence[Shape], place: Cursor) -> Shape:
    """One of ``shapes``. A fault if a value does not show by its JSON type which of them it is."""
    nullable = any(isinstance(shape, Nullable | Null) for shape in shapes)
    plain: list[Shape] = []
    for shape in shapes:
        inner = shape.shape if isinstance(shape, Nullable) else shape
        for option in inner.options if isinstance(inner, OneOf) else (inner,):
            if option not in plain and not isinstance(option, Null):
                plain.append(option)
    if any(isinstance(shape, Anything) for shape in plain):
        return Anything()
    plain = _joined(plain)
    kinds = [kind for shape in plain for kind in _json_types(shape)]
    for kind in kinds:
        if kinds.count(kind) > 1:
            cure = "a discriminator has to tell them apart" if kind == "object" else "make them one schema"
            raise place.error(f"more than one of these may be {_ARTICLES[kind]}; {cure}")
    one = plain[0] if len(plain) == 1 else OneOf(tuple(plain))
    return Nullable(one) if nullable else one


def _joined(shapes: list[Shape]) -> list[Shape]:
    """Alternatives that one shape can say: addresses of both kinds, values from several lists, any string at all."""
    texts = [shape for shape in shapes if isinstance(shape, Text)]
    if len(texts) == 2 and {text.format for text in texts} == {"ipv4", "ipv6"}:
        address = evolve(texts[0], format="ip")
        if address == evolve(texts[1], format="ip"):
            shapes = [address if shape is texts[0] else shape for shape in shapes if shape is not texts[1]]
    numbers = [shape for shape in shapes if isinstance(shape, Number)]
    if len(numbers) > 1 and Number(whole=False) in numbers:
        shapes = [shape for shape in shapes if not isinstance(shape, Number) or not shape.whole]
    values = tuple(value for shape in shapes if isinstance(shape, Choice) for value in shape.values)
    if Text() in shapes:
        values = tuple(value for value in values if not isinstance(value, str))
    choices = [shape for shape in shapes if isinstance(shape, Choice)]
    if choices:
        shapes = [shape for shape in shapes if not isinstance(shape, Choice)]
        if values:
            shapes.append(Choice(tuple(dict.fromkeys(values))))
    return shapes


def _json_types(shape: Shape) -> set[str]:
    match shape:
        case Text():
            return {"string"}
        case Number():
            return {"number"}
        case Flag():
            return {"boolean"}
        case Choice():
            return {"string" if isinstance(value, str) else "number" for value in shape.values}
        case Items():
            return {"array"}
        case Map() | Named():
            return {"object"}
        case _:
            return set()
