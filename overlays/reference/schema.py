"""The contract's schemas as trees that a page can show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from attrs import evolve, frozen

from codegen import schema as folded
from codegen.naming import Namespace, snake_case
from codegen.reserved import FIELD_NAMES

if TYPE_CHECKING:
    from codegen.contract import JSON
    from codegen.cursor import Cursor

Kind: TypeAlias = Literal["string", "integer", "number", "boolean", "array", "object", "union", "any"]

# In the order in which a page lists them.
_CONSTRAINTS: Final = (
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
)


@frozen
class Constraint:
    """One rule that a value keeps, such as ``maxLength 255``."""

    label: str
    value: JSON


@frozen
class Field:
    """One property of an object, or one parameter of an operation."""

    wire: str
    """Its name on the wire."""
    name: str
    """Its name in Python."""
    schema: Schema
    required: bool
    description: str = ""
    deprecated: bool = False


@frozen(kw_only=True)
class Schema:
    """A type of the contract."""

    kind: Kind
    component: str | None = None
    """Its name among the contract's schemas; ``None`` where it is written in place."""
    description: str = ""
    nullable: bool = False
    formats: tuple[str, ...] = ()
    """More than one where any of them will do."""
    choices: tuple[JSON, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    default: JSON = None
    has_default: bool = False
    fields: tuple[Field, ...] = ()
    items: Schema | None = None
    """The type of an array's items, or of a map's values."""
    variants: tuple[Schema, ...] = ()
    deprecated: bool = False

    @property
    def is_map(self) -> bool:
        """Whether it is an object whose keys the contract does not name."""
        return self.kind == "object" and not self.fields


def read(place: Cursor) -> Schema:
    """The schema at ``place``."""
    return _read(folded.fold(place), frozenset())


def _read(found: folded.Schema, within: frozenset[str]) -> Schema:
    """``within`` are the named schemas that ``found`` stands in, where a cycle ends."""
    pointer = found.reference.pointer if found.reference else ""
    component = pointer.rpartition("/")[2] or None
    schema = _outline(found, component)
    if pointer in within:
        return schema
    inside = within | {pointer} if pointer else within
    if schema.kind == "array":
        entry = found.get("items")
        return evolve(schema, items=_read(folded.fold(entry), inside)) if entry else schema
    if schema.kind == "object":
        values = found.get("additionalProperties")
        is_map = values is not None and isinstance(values.data, dict)
        items = _read(folded.fold(values), inside) if values is not None and is_map else None
        return evolve(schema, fields=_fields(found, inside), items=items)
    if schema.kind == "union":
        return _union(schema, found, inside)
    return schema


def _outline(found: folded.Schema, component: str | None) -> Schema:
    names = found.types()
    kept = [name for name in names if name != "null"]
    alternatives = _alternatives(found)
    choices = found.values() or []
    kind: Kind = cast("Kind", kept[0]) if len(kept) == 1 else "union" if kept or alternatives else "any"
    if kind == "any" and (found.get("properties") or found.get("additionalProperties")):
        kind = "object"
    elif kind == "any" and choices:
        kind = "string"
    format_ = found.text("format")
    formats = tuple(place.text_of("format") for place in alternatives if _says_format(place))
    default = found.get("default")
    return Schema(
        kind=kind,
        component=component,
        description=found.text("description"),
        nullable="null" in names or None in choices,
        formats=(format_,) if format_ else formats,
        choices=tuple(choice for choice in choices if choice is not None),
        constraints=tuple(Constraint(label, place.data) for label in _CONSTRAINTS if (place := found.get(label))),
        default=default.data if default else None,
        has_default=default is not None,
        deprecated=found.flag("deprecated"),
    )


def _alternatives(found: folded.Schema) -> list[Cursor]:
    union = found.get("oneOf") or found.get("anyOf")
    return union.entries() if union else []


def _says_format(place: Cursor) -> bool:
    """Whether it is no type of its own: ``anyOf: [{format: ipv4}, {format: ipv6}]`` is one string with two formats."""
    return place.mapping_data().keys() == {"format"}


def _fields(found: folded.Schema, within: frozenset[str]) -> tuple[Field, ...]:
    properties = found.properties()
    names = Namespace(FIELD_NAMES).claim_all([(wire, snake_case(wire)) for wire in properties])
    required = found.required()
    return tuple(
        _field(wire, names[wire], about, required=wire in required, within=within) for wire, about in properties.items()
    )


def _field(wire: str, name: str, about: folded.Schema, *, required: bool, within: frozenset[str]) -> Field:
    schema = _read(about, within)
    # A named schema describes itself on its own page; only what is said at this place belongs here.
    description = about.note("description") if schema.component else about.text("description")
    return Field(wire, name, schema, required, description, schema.deprecated)


def _union(schema: Schema, found: folded.Schema, within: frozenset[str]) -> Schema:
    alternatives = _alternatives(found)
    if not alternatives:
        variants = tuple(Schema(kind=cast("Kind", name)) for name in found.types() if name != "null")
        return evolve(schema, variants=variants)
    kept = [about for about in map(folded.fold, alternatives) if about.types() != ["null"]]
    variants = tuple(_read(about, within) for about in kept)
    nullable = schema.nullable or len(kept) < len(alternatives) or any(variant.nullable for variant in variants)
    if len(variants) == 1:
        return evolve(variants[0], nullable=nullable, description=schema.description or variants[0].description)
    return evolve(schema, variants=variants, nullable=nullable)
