"""Schemas to shapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import evolve

from codegen.naming import snake_case
from codegen.schema import NOTES, UNIONS, check_keywords, combine, component_pointer, fold
from codegen.shapes import (
    Anything,
    Choice,
    Direction,
    Flag,
    Items,
    Map,
    Named,
    Null,
    Nullable,
    Number,
    Text,
    TextFormat,
)
from codegen.variants import Variant, merged, tagged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codegen.contract import JSON
    from codegen.cursor import Cursor
    from codegen.definitions import Definitions
    from codegen.schema import Schema
    from codegen.shapes import Shape

_FORMATS: Final[dict[str, TextFormat]] = {
    "date": "date",
    "date-time": "date-time",
    "ipv4": "ipv4",
    "ipv6": "ipv6",
    "password": "password",
}
# Beyond these msgspec refuses a bound; what JSON says of larger numbers is the server's to check.
_INT64: Final = range(-(2**63), 2**63)


class Lowering:
    """Turns schemas into shapes, and hands the types that need a name to ``definitions``."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._shared: dict[tuple[str, Direction], Shape] = {}
        self._open: list[tuple[str, Direction]] = []

    @property
    def sharing(self) -> str | None:
        """The name of the shared schema that is being lowered, if one is."""
        return self._definitions.shared_name(*self._open[-1]) if self._open else None

    def shape(self, schema: Schema, name: str, direction: Direction) -> Shape:
        """The shape of ``schema``; ``name`` is what a type is called that has no name in the contract."""
        if schema.reference is not None:
            return self.shared(schema.reference, direction)
        if schema.get("oneOf") or schema.get("anyOf"):
            return self._union(schema, name, direction)
        if alone := schema.get("discriminator"):
            raise alone.error("discriminator without oneOf: list the variants under oneOf")
        values = schema.values()
        if values is not None:
            return self._choice(schema, values)
        types = schema.types() or _implied_types(schema)
        check_keywords(schema, types)
        if not types:
            return Anything()
        shapes = [self._of_type(schema, kind, name, direction) for kind in types if kind != "null"]
        if not shapes:
            return Null()
        shape = shapes[0] if len(shapes) == 1 else merged(shapes, schema.place)
        return Nullable(shape) if "null" in types and not isinstance(shape, Nullable | Anything) else shape

    def shared(self, place: Cursor, direction: Direction) -> Shape:
        """The shape of the shared schema at ``place``, which is lowered once for each direction."""
        key = place.pointer, direction
        if key in self._shared:
            return self._shared[key]
        if key in self._open:
            raise place.error("the schema contains itself with no object between")
        self._open.append(key)
        own_name = place.pointer.removeprefix(component_pointer(""))
        inside = place.about(*place.subject[:1], own_name) if place.subject else place.about(own_name)
        name = self._definitions.shared_name(place.pointer, direction)
        schema = fold(inside)
        shape = self.shape(schema, name, direction)
        if isinstance(shape, Choice) and not shape.name:
            shape = evolve(shape, name=name, description=schema.text("description"))
        self._open.pop()
        self._shared[key] = shape
        return shape

    def _of_type(self, schema: Schema, kind: str, name: str, direction: Direction) -> Shape:
        match kind:
            case "string":
                return _text(schema)
            case "integer" | "number":
                return _number(schema, whole=kind == "integer")
            case "boolean":
                return Flag()
            case "array":
                return self._items(schema, name, direction)
            case _:
                return self._object(schema, name, direction)

    def _items(self, schema: Schema, name: str, direction: Direction) -> Shape:
        places = schema.every("items")
        item: Shape = Anything()
        if places:
            entry = combine([fold(place) for place in places])
            item = self.shape(entry, name + "Item", direction)
        return Items(item, schema.least_count("minItems"), schema.most_count("maxItems"), schema.flag("uniqueItems"))

    def _object(self, schema: Schema, name: str, direction: Direction) -> Shape:
        extra = schema.get("additionalProperties")
        properties = schema.properties()
        for wire in schema.required() - properties.keys():
            raise (schema.get("required") or schema.place).error(f"{wire!r} is required, but no property is called so")
        if properties or (extra is not None and extra.data is False):
            if extra is not None and not isinstance(extra.data, bool):
                raise extra.error("an object has either named properties or a map's values, not both")
            for key in ("minProperties", "maxProperties"):
                if place := schema.get(key):
                    raise place.error(f"{key} cannot be checked beside named properties")
            return self._definitions.record(schema, name, direction)
        value: Shape = Anything()
        if extra is not None and extra.data is not True:
            value = self.shape(fold(extra), name + "Value", direction)
        return Map(value, schema.least_count("minProperties"), schema.most_count("maxProperties"))

    def _choice(self, schema: Schema, values: Sequence[JSON]) -> Shape:
        place = schema.get("enum") or schema.get("const") or schema.place
        types = schema.types()
        check_keywords(schema, types)
        named = [value for value in values if value is not None]
        for value in named:
            if not isinstance(value, str | int | bool):
                raise place.error(f"{value!r} cannot be one of a few values: only strings and whole numbers can")
            if types and _json_type(value) not in types and not (_json_type(value) == "integer" and "number" in types):
                raise place.error(f"{value!r} is not of type {' or '.join(types)}")
        if len(set(map(repr, values))) < len(values):
            raise place.error("the same value stands here twice")
        shape: Shape
        if not named:
            return Null()
        if all(isinstance(value, bool) for value in named):
            shape = Flag()
        elif any(isinstance(value, bool) for value in named):
            raise place.error("true and false cannot stand beside other values")
        else:
            shape = Choice(tuple(value for value in named if isinstance(value, str | int)))
        return Nullable(shape) if len(named) < len(values) else shape

    def _union(self, schema: Schema, name: str, direction: Direction) -> Shape:
        lists = [*schema.every("oneOf"), *schema.every("anyOf")]
        if len(lists) > 1:
            raise lists[-1].error("two unions at once cannot be generated")
        base = schema.without(UNIONS)
        options = [fold(entry) for entry in lists[0].entries()]
        if not options:
            raise lists[0].error("a union of nothing")
        nullable = [option for option in options if option.types() == ["null"] and option.reference is None]
        options = [option for option in options if option not in nullable]
        options = [
            combine([base, option]) if base.says_more_than(NOTES | {"type"}) or not _has_type(option) else option
            for option in options
        ]
        discriminator = schema.get("discriminator")
        variants = tagged(options, discriminator)
        if variants is not None:
            shape: Shape = self._tagged(schema, variants, name, direction)
        elif not options:
            return Null()
        else:
            shapes = [
                self.shape(option, name if len(options) == 1 else f"{name}Option{number}", direction)
                for number, option in enumerate(options, 1)
            ]
            shape = merged(shapes, lists[0])
        return Nullable(shape) if nullable and not isinstance(shape, Nullable) else shape

    def _tagged(self, schema: Schema, variants: list[Variant], name: str, direction: Direction) -> Shape:
        named: list[tuple[str, str]] = []
        for variant in variants:
            own = name + "".join(word.title() for word in snake_case(variant.value).split("_"))
            shape = self.shape(variant.schema, own, direction)
            if not isinstance(shape, Named):
                raise variant.schema.place.error("a variant with a discriminator must be an object with properties")
            self._definitions.tag(shape.name, variant, schema.place)
            named.append((variant.value, shape.name))
        return self._definitions.union(name, variants[0].wire, named, direction, schema.text("description"))


def _has_type(option: Schema) -> bool:
    return option.reference is not None or bool(
        option.types() or option.values() or option.get("oneOf") or option.get("anyOf") or _implied_types(option)
    )


def _implied_types(schema: Schema) -> list[str]:
    """The type that the keywords speak of, where the schema does not say it."""
    keys = schema.keywords()
    if keys.keys() & {"properties", "additionalProperties", "required"}:
        return ["object"]
    if "items" in keys:
        return ["array"]
    if keys.keys() & {"minLength", "maxLength", "pattern"}:
        return ["string"]
    return []


def _json_type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "string"


def _text(schema: Schema) -> Text:
    pattern = schema.agreed("pattern")
    if pattern is not None:
        try:
            re.compile(pattern.text())
        except re.error as error:
            raise pattern.error(f"pattern is not one that Python understands: {error}") from None
    return Text(
        _FORMATS.get(schema.text("format")),
        schema.least_count("minLength"),
        schema.most_count("maxLength"),
        None if pattern is None else pattern.text(),
    )


def _number(schema: Schema, *, whole: bool) -> Number:
    multiple_of = schema.agreed("multipleOf")
    number = Number(
        whole,
        schema.least("minimum"),
        schema.most("maximum"),
        schema.least("exclusiveMinimum"),
        schema.most("exclusiveMaximum"),
        None if multiple_of is None else multiple_of.number(),
    )
    if multiple_of is not None and multiple_of.number() <= 0:
        raise multiple_of.error("multipleOf must be more than 0")
    if not whole:
        return number
    for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"):
        for place in schema.every(key):
            limit = place.number()
            if limit != int(limit):
                raise place.error(f"{key} of an integer must be a whole number")
            if int(limit) not in _INT64:
                raise place.error(f"{key} must fit into 64 bits")
    return evolve(
        number,
        minimum=_whole(number.minimum),
        maximum=_whole(number.maximum),
        exclusive_minimum=_whole(number.exclusive_minimum),
        exclusive_maximum=_whole(number.exclusive_maximum),
        multiple_of=_whole(number.multiple_of),
    )


def _whole(limit: float | None) -> int | None:
    return None if limit is None else int(limit)
