"""A schema as one thing: its ``$ref`` followed, its ``allOf`` folded in, what later parts narrow narrowed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from codegen.yaml_tree import pointer_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codegen.contract import JSON
    from codegen.cursor import Cursor

NOTES: Final = frozenset(
    {
        *("title", "description", "summary", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"),
        *("externalDocs", "xml", "$comment", "contentEncoding", "contentMediaType"),
    }
)
"""Keywords that say something to people, and rule no value out."""

BY_TYPE: Final = {
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "integer": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"}),
    "array": frozenset({"items", "minItems", "maxItems", "uniqueItems"}),
    "object": frozenset({"properties", "required", "additionalProperties", "minProperties", "maxProperties"}),
    "boolean": frozenset[str](),
    "null": frozenset[str](),
}
"""The keywords that a generator can express, by the JSON type that they speak of."""

UNIONS: Final = frozenset({"oneOf", "anyOf", "discriminator"})
GENERAL: Final = frozenset({"type", "enum", "const", "allOf", "$ref"}) | UNIONS
_COMPONENT: Final = re.compile(r"#/components/schemas/[^/]+")

# Draft 4 and OpenAPI 3.0 wrote these otherwise; the error should say how to write them now.
_OUTDATED: Final = {
    "nullable": "nullable is OpenAPI 3.0; in 3.1 write type: [..., 'null']",
    "definitions": "definitions has no meaning here; put shared schemas under components/schemas",
}


@frozen
class Schema:
    """One schema. ``layers`` all hold for its values; where two say the same keyword, the later narrows the earlier."""

    layers: tuple[Cursor, ...]
    reference: Cursor | None = None
    """The shared schema that this is, where only notes stand beside the ``$ref``."""
    notes: tuple[Cursor, ...] = ()
    """Where those notes stand."""
    hidden: frozenset[str] = frozenset()

    @property
    def place(self) -> Cursor:
        """Where faults of the schema as a whole are reported."""
        return self.layers[-1]

    def keywords(self) -> dict[str, Cursor]:
        """Every keyword with the last place that says it."""
        return {
            key: part
            for layer in self.layers
            for key, part in layer.members().items()
            if key not in self.hidden and key not in ("allOf", "$ref") and not key.startswith("x-")
        }

    def get(self, key: str) -> Cursor | None:
        """The last place that says ``key``."""
        found = self.every(key)
        return found[-1] if found else None

    def every(self, key: str) -> list[Cursor]:
        """Each place that says ``key``, first to last."""
        if key in self.hidden:
            return []
        return [part for layer in self.layers if (part := layer.get(key)) is not None]

    def text(self, key: str) -> str:
        """The string called ``key``; empty if there is none."""
        part = self.get(key)
        return "" if part is None else part.text().strip()

    def note(self, key: str) -> str:
        """The string called ``key`` that stands beside a ``$ref``: what is said of it here, not everywhere."""
        found = [part for layer in self.notes if (part := layer.get(key)) is not None]
        return found[-1].text().strip() if found else ""

    def flag(self, key: str) -> bool:
        """Whether the flag ``key`` is set."""
        part = self.get(key)
        return part is not None and part.flag()

    def least(self, key: str) -> int | float | None:
        """The highest of the lower limits called ``key``."""
        return max((part.number() for part in self.every(key)), default=None)

    def most(self, key: str) -> int | float | None:
        """The lowest of the upper limits called ``key``."""
        return min((part.number() for part in self.every(key)), default=None)

    def least_count(self, key: str) -> int | None:
        """As ``least``, of a length."""
        return max((part.count() for part in self.every(key)), default=None)

    def most_count(self, key: str) -> int | None:
        """As ``most``, of a length."""
        return min((part.count() for part in self.every(key)), default=None)

    def agreed(self, key: str) -> Cursor | None:
        """The one value of ``key``; a fault if two layers disagree."""
        places = self.every(key)
        for place in places[1:]:
            if place.data != places[0].data:
                raise place.error(f"{key} contradicts another part of allOf")
        return places[-1] if places else None

    def types(self) -> list[str]:
        """The JSON types that every layer allows; empty if none says any."""
        allowed: list[str] | None = None
        for place in self.every("type"):
            names = [entry.text() for entry in place.entries()] if isinstance(place.data, list) else [place.text()]
            for name in names:
                if name not in BY_TYPE:
                    raise place.error(f"type {name!r} is none of {', '.join(BY_TYPE)}")
            if allowed is None:
                allowed = names
                continue
            both = [name for name in names if name in allowed or (name == "integer" and "number" in allowed)]
            if not both:
                raise place.error(f"type {' or '.join(names)} contradicts another part of allOf")
            allowed = both
        return allowed or []

    def values(self) -> list[JSON] | None:
        """The values that ``enum`` and ``const`` of every layer allow; ``None`` if neither is there."""
        allowed: list[JSON] | None = None
        for place in (*self.every("enum"), *self.every("const")):
            named = [entry.data for entry in place.entries()] if place.pointer.endswith("/enum") else [place.data]
            allowed = named if allowed is None else [value for value in named if value in allowed]
            if not allowed:
                raise place.error("no value is allowed here")
        return allowed

    def properties(self) -> dict[str, Schema]:
        """The properties in the order of the file; a later part narrows one in place."""
        places: dict[str, list[Cursor]] = {}
        for part in self.every("properties"):
            for wire, place in part.members().items():
                places.setdefault(wire, []).append(place.about(*place.subject, wire))
        return {wire: combine([fold(part) for part in parts]) for wire, parts in places.items()}

    def required(self) -> set[str]:
        """The properties that every value has."""
        return {entry.text() for part in self.every("required") for entry in part.entries()}

    def without(self, keys: Iterable[str]) -> Schema:
        """The schema as if ``keys`` were not there."""
        return evolve(self, hidden=self.hidden | frozenset(keys), reference=None)

    def says_more_than(self, keys: frozenset[str]) -> bool:
        """Whether any keyword stands here besides ``keys``."""
        return any(key not in keys for key in self.keywords())


def fold(place: Cursor, within: frozenset[str] = frozenset()) -> Schema:
    """The schema at ``place``. ``within`` names the shared schemas that it is being folded into."""
    if place.data is True:
        return Schema((evolve(place, data={}),))
    if place.data is False:
        raise place.error("a schema that allows nothing cannot be generated")
    parts: list[Schema] = []
    if place.has("$ref"):
        target = place.target()
        if target.pointer in within:
            raise place.error("the schema contains itself")
        inner = fold(target, within | {target.pointer})
        shared = target if _COMPONENT.fullmatch(target.pointer) else None
        parts.append(Schema(inner.layers, shared))
    parts.extend(fold(entry, within) for entry in place.entries_of("allOf"))
    return combine([*parts, Schema((place,))]) if parts else Schema((place,))


def combine(parts: Sequence[Schema]) -> Schema:
    """All of ``parts`` at once. It still is a shared schema if the others only add notes to it."""
    if len(parts) == 1:
        return parts[0]
    layers = tuple(layer for part in parts for layer in part.layers)
    telling = [part for part in parts if part.reference is not None or part.says_more_than(NOTES)]
    if len(telling) == 1 and telling[0].reference is not None:
        notes = tuple(layer for part in parts for layer in (part.notes if part is telling[0] else part.layers))
        return Schema(layers, telling[0].reference, notes)
    # What the variants of a union are called is no property of one of them.
    own = parts[-1].layers[-1]
    inherited = (
        frozenset({"discriminator"}) if not own.has("discriminator") and not _has_union(parts) else frozenset[str]()
    )
    return Schema(layers, hidden=frozenset[str]().union(*(part.hidden for part in parts)) | inherited)


def _has_union(parts: Sequence[Schema]) -> bool:
    return any(part.get("oneOf") or part.get("anyOf") for part in parts)


def check_keywords(schema: Schema, types: Sequence[str]) -> None:
    """A fault for every keyword that no generator can express, or that says nothing about ``types``."""
    usable = frozenset[str]().union(*(BY_TYPE[name] for name in types))
    for key, place in schema.keywords().items():
        if key in usable or key in GENERAL or key in NOTES:
            continue
        if key in _OUTDATED:
            raise place.error(_OUTDATED[key])
        if any(key in keys for keys in BY_TYPE.values()):
            raise place.error(
                f"{key} says nothing about {' or '.join(types)}" if types else f"{key} needs a type beside it"
            )
        raise place.error(f"the generators cannot express {key}")


def check_wire_name(wire: str, place: Cursor) -> None:
    """A fault if msgspec cannot give a field that name on the wire."""
    if any(letter in '"\\' or letter < " " for letter in wire):
        raise place.error(f"{wire!r} cannot be a name: it has quotes, backslashes or control characters")


def component_pointer(name: str) -> str:
    """The pointer of the shared schema called ``name``."""
    return pointer_to("#/components/schemas", name)
