"""Null and unions in normal form: one notation, and a mark where JSON types do not distinguish the alternatives."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

from attrs import frozen

from codegen.keywords import holds, kind_of, type_names

if TYPE_CHECKING:
    from codegen.document import JSON, Contract, Node, Schema

Direction: TypeAlias = Literal["request", "response", "both"]

COMPONENT: Final = "#/components/schemas/"
_NULL: Final[Schema] = {"type": "null"}


def target_of(schema: Schema) -> str:
    """The name of the component that ``schema`` refers to; empty if it is none."""
    return str(schema.get("$ref", "")).removeprefix(COMPONENT)


def options_of(schema: Schema) -> list[Schema]:
    """The alternatives of a union, null included; the list itself, to be changed."""
    return schema.get("oneOf") or schema.get("anyOf") or []


def values_of(schema: Schema) -> list[JSON]:
    """The values of ``enum`` or ``const``."""
    return schema.get("enum") or ([schema["const"]] if "const" in schema else [])


def with_null(core: Schema) -> Schema:
    """A schema that allows null, too."""
    if not core or core == _NULL:
        return core
    if options := options_of(core):
        return {**core, "oneOf" if "oneOf" in core else "anyOf": [*options, dict(_NULL)]}
    if "$ref" in core:
        return {"anyOf": [core, dict(_NULL)]}
    written = {key: value for key, value in core.items() if key != "const"}
    if values := values_of(core):
        written["enum"] = [*values, None]
    return {**written, "type": [core["type"], "null"]} if "type" in core else written


def without_null(schema: Schema) -> Schema:
    """The schema without null, the inverse of the above."""
    plain = dict(schema)
    if kinds := [kind for kind in type_names(schema) if kind != "null"]:
        plain["type"] = kinds[0]
    if "enum" in schema:
        plain["enum"] = [value for value in schema["enum"] if value is not None]
    if _NULL in (options := options_of(schema)):
        key = "oneOf" if "oneOf" in schema else "anyOf"
        plain[key] = rest = [option for option in options if option != _NULL]
        if len(rest) == 1:
            del plain[key]
            plain = {**rest[0], **plain}
    return plain


def joined(options: list[Schema]) -> tuple[Schema, bool]:
    """One schema for all of ``options``; and whether one of them is null.

    Addresses of both kinds become one, lists of values one list, and any string at all stands for every other.
    """
    found: list[Schema] = []
    for option in options:
        if option not in found:
            found.append(option)
    null = _NULL in found
    found = [option for option in found if option != _NULL]
    four, six = (next((own for own in found if own.get("format") == kind), None) for kind in ("ipv4", "ipv6"))
    if four and six and {**four, "format": "ip"} == {**six, "format": "ip"}:
        found = [{**own, "format": "ip"} if own is four else own for own in found if own is not six]
    for general, special in (("string", "string"), ("number", "integer")):
        if (whole := {"type": general}) in found:
            found = [own for own in found if own == whole or own.get("type") != special or "x-secret" in own]
    lists = [own for own in found if values_of(own)]
    if len(lists) > 1:
        values: list[JSON] = []
        for own in lists:
            values += [value for value in values_of(own) if not holds(values, value)]
        kinds = {kind_of(value) for value in values}
        one: Schema = {**({"type": kinds.pop()} if len(kinds) == 1 else {}), "enum": values}
        found = [one if own is lists[0] else own for own in found if own not in lists[1:]]
    if not found or {} in found:
        return (dict(_NULL) if null and not found else {}), False
    return (found[0] if len(found) == 1 else {"anyOf": found}), null


class _Name(Protocol):
    """Makes a schema a component, and returns the reference to it."""

    def __call__(self, name: str, body: Schema, place: Node, direction: Direction, root: int | None) -> Schema: ...


@frozen
class Union:
    """A schema that is a union, or, ``named``, becomes one."""

    schema: Schema
    name: str
    direction: Direction
    root: int
    named: bool = False

    @property
    def options(self) -> list[Schema]:
        """The alternatives without null."""
        return [option for option in options_of(self.schema) if option != _NULL]

    @property
    def discriminator(self) -> tuple[str, dict[str, str]]:
        """The property that distinguishes the variants, and its values, each with the reference to its variant."""
        found: Schema = self.schema.get("discriminator", {})
        return found.get("propertyName", ""), found.get("mapping", {})


class Unions:
    """The unions of a document, judged when every component is written."""

    def __init__(self, components: dict[str, Schema], contract: Contract) -> None:
        self._components = components
        self._contract = contract
        self._unions: list[Union] = []

    def add(self, union: Union) -> None:
        """Remember ``union`` if it is one."""
        if union.named or "anyOf" in union.schema or "oneOf" in union.schema:
            self._unions.append(union)

    def kinds(self, schema: Schema, within: tuple[str, ...] = ()) -> list[str]:
        """The JSON types of a value as a decoder sees them, in JSON Schema's words: one per alternative, no null."""
        if name := target_of(schema):
            return [] if name in within else self.kinds(self._components[name], (*within, name))
        if options := options_of(schema):
            return [kind for option in options for kind in self.kinds(option, within)]
        if values := values_of(schema):
            return sorted({kind_of(value) for value in values if value is not None})
        return [kind for kind in type_names(schema) or ["any"] if kind != "null"]

    def settle(self, name: _Name) -> None:
        """Mark the unions that the JSON type does not decide, and give each of them a name."""
        tags: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        marked: list[Union] = []
        for union in self._unions:
            kinds = [kind for option in union.options for kind in self.kinds(option)]
            if len(union.options) < 2 or len(set(kinds)) == len(kinds):
                union.schema.pop("discriminator", None)
                continue
            if "discriminator" not in union.schema:
                self._find_tags(union)
            wire, mapping = union.discriminator
            for tag, reference in mapping.items():
                tags[reference].add((wire, tag))
            marked.append(union)
        for union in marked:
            tagged = self._is_tagged(union, tags)
            union.schema["x-union"] = "tagged" if tagged else "structural"
            wire, mapping = union.discriminator
            for tag, reference in mapping.items() if tagged else ():
                properties = self._body(reference)["properties"]
                before = properties[wire]
                kept: Schema = {"description": before["description"]} if "description" in before else {}
                properties[wire] = {"type": "string", "const": tag, **kept}
                self._contract.trace(properties[wire], self._contract.origins[id(before)])
            if not union.named:
                self._hoist(union, name)

    def _body(self, reference: object) -> Schema:
        return self._components.get(str(reference).removeprefix(COMPONENT), {})

    def _find_tags(self, union: Union) -> None:
        """Write a discriminator for objects that name themselves by a constant."""
        objects: list[Schema] = [self._body(option.get("$ref")).get("properties", {}) for option in union.options]
        for wire in objects[0]:
            values = [str(own.get(wire, {}).get("const", "")) for own in objects]
            if all(values) and len(set(values)) == len(values):
                mapping = {value: option["$ref"] for value, option in zip(values, union.options, strict=True)}
                union.schema["oneOf"] = union.schema.pop("anyOf")
                union.schema["discriminator"] = {"propertyName": wire, "mapping": mapping}
                return

    def _is_tagged(self, union: Union, tags: dict[str, set[tuple[str, str]]]) -> bool:
        """True if every variant is an object that carries one tag of its own, always, and in every union."""
        wire, mapping = union.discriminator
        for tag, reference in mapping.items():
            body = self._body(reference)
            own = body.get("properties", {}).get(wire, {})
            values = values_of(self._body(own["$ref"]) if "$ref" in own else own) or [tag]
            if len(tags[reference]) > 1 or tag not in values or wire not in body.get("required", []):
                return False
        return sorted(mapping.values()) == sorted(str(option.get("$ref")) for option in union.options)

    def _hoist(self, union: Union, name: _Name) -> None:
        """Make the union a component, and let its place refer to it."""
        schema = union.schema
        null = _NULL in options_of(schema)
        moved = ("oneOf", "anyOf", "discriminator", "x-union")
        body = {key: value for key, value in without_null(schema).items() if key in (*moved, "description")}
        kept = {key: value for key, value in schema.items() if key not in moved}
        reference = name(union.name, body, self._contract.origins[id(schema)], union.direction, union.root)
        schema.clear()
        schema |= (with_null(reference) if null else reference) | kept
