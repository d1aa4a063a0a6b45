"""The contract's schemas as trees that a page can show: references followed, ``allOf`` merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from attrs import evolve, field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codegen.contract import JSON

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
_COMPONENT: Final = "#/components/schemas/"


@frozen
class Constraint:
    """One rule that a value keeps, such as ``maxLength 255``."""

    label: str
    value: JSON


@frozen
class Field:
    """One property of an object, or one parameter of an operation."""

    name: str
    """As it is written on the wire."""
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


@frozen
class SchemaReader:
    """Reads the schemas of one contract."""

    document: Mapping[str, JSON] = field(repr=False)

    def components(self) -> tuple[Schema, ...]:
        """Every schema that the contract names, in its order."""
        components = cast("Mapping[str, JSON]", self.document.get("components", {}))
        names = cast("Mapping[str, JSON]", components.get("schemas", {}))
        return tuple(self.read({"$ref": _COMPONENT + name}) for name in names)

    def resolve(self, node: JSON) -> dict[str, JSON]:
        """``node``, or what its ``$ref`` names; what stands beside the ``$ref`` wins."""
        found = cast("dict[str, JSON]", node)
        while isinstance(reference := found.get("$ref"), str):
            target: JSON = cast("JSON", self.document)
            for key in reference.removeprefix("#/").split("/"):
                target = cast("dict[str, JSON]", target)[key.replace("~1", "/").replace("~0", "~")]
            found = {**cast("dict[str, JSON]", target), **{key: found[key] for key in found if key != "$ref"}}
        return found

    def read(self, node: JSON, within: frozenset[str] = frozenset()) -> Schema:
        """The schema that ``node`` describes; ``within`` are the components it stands in, where a cycle ends."""
        raw = cast("dict[str, JSON]", node) if isinstance(node, dict) else {}
        reference = raw.get("$ref")
        component = None
        if isinstance(reference, str) and reference.startswith(_COMPONENT):
            component = reference.removeprefix(_COMPONENT)
        resolved = self._merged(self.resolve(raw))
        schema = self._outline(resolved, component)
        if component in within:
            return schema
        return self._filled(schema, resolved, within | {component} if component else within)

    def _merged(self, raw: dict[str, JSON]) -> dict[str, JSON]:
        """``raw`` with its ``allOf`` folded in; a later part refines an earlier one."""
        parts = cast("list[JSON]", raw.get("allOf", []))
        if not parts:
            return raw
        merged: dict[str, JSON] = {}
        properties: dict[str, JSON] = {}
        required: list[JSON] = []
        for part in (*parts, {key: raw[key] for key in raw if key != "allOf"}):
            resolved = self._merged(self.resolve(part))
            for name, value in cast("dict[str, JSON]", resolved.get("properties", {})).items():
                earlier = self.resolve(properties.get(name, {}))
                properties[name] = {**earlier, **cast("dict[str, JSON]", value)} if name in properties else value
            required += cast("list[JSON]", resolved.get("required", []))
            merged |= resolved
        return merged | {"properties": properties, "required": required} if properties else merged

    def _outline(self, raw: dict[str, JSON], component: str | None) -> Schema:
        types = raw.get("type", [])
        names = [str(name) for name in (types if isinstance(types, list) else [types])]
        alternatives = cast("list[dict[str, JSON]]", raw.get("anyOf") or raw.get("oneOf") or [])
        # `type: string` with `anyOf: [{format: ipv4}, {format: ipv6}]` is one type with two formats, not a union.
        formats = [alternative["format"] for alternative in alternatives if set(alternative) == {"format"}]
        choices = raw["enum"] if "enum" in raw else [raw["const"]] if "const" in raw else []
        kept = [name for name in names if name != "null"]
        kind: Kind = cast("Kind", kept[0]) if len(kept) == 1 else "union" if kept else "any"
        if not kept and alternatives:
            kind = "union"
        elif not kept and ("properties" in raw or "additionalProperties" in raw):
            kind = "object"
        elif not kept and choices:
            kind = "string"
        own = raw.get("format")
        return Schema(
            kind=kind,
            component=component,
            description=str(raw.get("description", "")).strip(),
            nullable="null" in names,
            formats=tuple(map(str, [own] if own else formats)),
            choices=tuple(choice for choice in cast("list[JSON]", choices) if choice is not None),
            constraints=tuple(Constraint(label, raw[label]) for label in _CONSTRAINTS if label in raw),
            default=raw.get("default"),
            has_default="default" in raw,
            deprecated=raw.get("deprecated") is True,
        )

    def _filled(self, schema: Schema, raw: dict[str, JSON], within: frozenset[str]) -> Schema:
        if schema.kind == "array":
            return evolve(schema, items=self.read(raw.get("items", {}), within))
        if schema.kind == "object":
            required = cast("list[JSON]", raw.get("required", []))
            fields = tuple(
                self._field(name, value, required=name in required, within=within)
                for name, value in cast("dict[str, JSON]", raw.get("properties", {})).items()
            )
            values = raw.get("additionalProperties")
            items = self.read(values, within) if isinstance(values, dict) and not fields else None
            return evolve(schema, fields=fields, items=items)
        if schema.kind == "union":
            return self._union(schema, raw, within)
        return schema

    def _field(self, name: str, node: JSON, *, required: bool, within: frozenset[str]) -> Field:
        schema = self.read(node, within)
        # A component describes itself on its own page; only what is said at this place belongs here.
        described = cast("dict[str, JSON]", node).get("description", "" if schema.component else schema.description)
        return Field(name, schema, required, str(described).strip(), schema.deprecated)

    def _union(self, schema: Schema, raw: dict[str, JSON], within: frozenset[str]) -> Schema:
        alternatives = cast("list[JSON]", raw.get("oneOf") or raw.get("anyOf") or [])
        if not alternatives:
            types = [name for name in cast("list[JSON]", raw["type"]) if name != "null"]
            alternatives = [{**raw, "type": name} for name in types]
        variants = [self.read(alternative, within) for alternative in alternatives]
        is_null = [cast("dict[str, JSON]", alternative).get("type") == "null" for alternative in alternatives]
        kept = tuple(variant for variant, null in zip(variants, is_null, strict=True) if not null)
        nullable = schema.nullable or any(is_null) or any(variant.nullable for variant in kept)
        if len(kept) == 1:
            return evolve(kept[0], nullable=nullable, description=schema.description or kept[0].description)
        return evolve(schema, variants=kept, nullable=nullable)
