"""Null and unions in the normal form: one notation, and a mark where JSON types do not tell the alternatives apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

from attrs import frozen

from codegen.keywords import holds, kind_of, type_names

if TYPE_CHECKING:
    from codegen.document import JSON, Node, Report, Schema

Direction: TypeAlias = Literal["request", "response", "both"]

COMPONENT: Final = "#/components/schemas/"
_NULL: Final[Schema] = {"type": "null"}


class _Name(Protocol):
    """Makes a schema a component, and returns the reference to it."""

    def __call__(self, name: str, body: Schema, place: Node, direction: Direction, root: int | None) -> Schema: ...


def options_of(schema: Schema) -> list[Schema]:
    """The alternatives of a union, null included; the list itself, to be changed."""
    return schema.get("oneOf") or schema.get("anyOf") or []


def with_null(core: Schema) -> Schema:
    """A schema that allows null, too."""
    if not core or core == _NULL:
        return core
    for key in ("anyOf", "oneOf"):
        if key in core:
            return {**core, key: [*core[key], dict(_NULL)]}
    if "$ref" in core:
        return {"anyOf": [core, dict(_NULL)]}
    written = {key: value for key, value in core.items() if key != "const"}
    if (values := core.get("enum", [core["const"]] if "const" in core else None)) is not None:
        written["enum"] = [*values, None]
    return {**written, "type": [core["type"], "null"]} if "type" in core else written


def without_null(schema: Schema) -> Schema:
    """The same without null: the other way round."""
    plain = dict(schema)
    if kinds := [kind for kind in type_names(schema) if kind != "null"]:
        plain["type"] = kinds[0]
    if "enum" in schema:
        plain["enum"] = [value for value in schema["enum"] if value is not None]
    for key in ("anyOf", "oneOf"):
        if _NULL in (options := schema.get(key, [])):
            plain[key] = rest = [option for option in options if option != _NULL]
            if len(rest) == 1:
                del plain[key]
                plain = {**rest[0], **plain}
    return plain


def joined(options: list[Schema]) -> tuple[Schema, bool]:
    """One schema that says all of ``options``; and whether one of them is null.

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
    lists = [own for own in found if "enum" in own or "const" in own]
    if len(lists) > 1:
        values: list[JSON] = []
        for own in lists:
            listed = own.get("enum", [own.get("const")])
            values += [value for value in listed if not holds(values, value)]
        kinds = {kind_of(value) for value in values}
        one: Schema = {**({"type": kinds.pop()} if len(kinds) == 1 else {}), "enum": values}
        found = [one if own is lists[0] else own for own in found if own not in lists[1:]]
    if not found or {} in found:
        return (dict(_NULL) if null and not found else {}), False
    return (found[0] if len(found) == 1 else {"anyOf": found}), null


@frozen
class _Union:
    schema: Schema
    name: str
    direction: Direction
    root: int
    named: bool

    @property
    def options(self) -> list[Schema]:
        return [option for option in options_of(self.schema) if option != _NULL]

    @property
    def mapping(self) -> dict[str, str]:
        mapping: dict[str, str] = self.schema.get("discriminator", {}).get("mapping", {})
        return mapping

    @property
    def wire(self) -> str:
        return str(self.schema.get("discriminator", {}).get("propertyName", ""))


class Unions:
    """The unions of a document, judged when every component is written."""

    def __init__(self, components: dict[str, Schema], report: Report) -> None:
        self._components = components
        self._report = report
        self._unions: list[_Union] = []

    def add(self, schema: Schema, name: str, direction: Direction, root: int, *, named: bool = False) -> None:
        """Remember ``schema`` if it is a union, or, ``named``, becomes one."""
        if named or "anyOf" in schema or "oneOf" in schema:
            self._unions.append(_Union(schema, name, direction, root, named))

    def kinds(self, schema: Schema, within: tuple[str, ...] = ()) -> list[str]:
        """What a decoder sees of a value: one entry for each alternative, in the words of JSON Schema, without null."""
        if "$ref" in schema:
            name = str(schema["$ref"]).removeprefix(COMPONENT)
            return [] if name in within else self.kinds(self._components[name], (*within, name))
        if options := options_of(schema):
            return [kind for option in options for kind in self.kinds(option, within)]
        values = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if values is not None:
            return sorted({kind_of(value) for value in values if value is not None})
        return [kind for kind in type_names(schema) or ["any"] if kind != "null"]

    def settle(self, name: _Name) -> None:
        """Mark the unions that need more than a look at the JSON type, and give each of them a name."""
        tags: dict[str, set[tuple[str, str]]] = {}
        marked: list[_Union] = []
        for union in self._unions:
            kinds = [kind for option in union.options for kind in self.kinds(option)]
            if len(union.options) < 2 or len(set(kinds)) == len(kinds):
                union.schema.pop("discriminator", None)
                continue
            if "discriminator" not in union.schema:
                self._find_tags(union)
            for tag, reference in union.mapping.items():
                tags.setdefault(reference, set()).add((union.wire, tag))
            marked.append(union)
        for union in marked:
            tagged = self._is_tagged(union, tags)
            union.schema["x-union"] = "tagged" if tagged else "structural"
            for tag, reference in union.mapping.items() if tagged else ():
                self._tag(reference, union.wire, tag)
            if not union.named:
                self._hoist(union, name)

    def _properties(self, reference: object) -> dict[str, Schema]:
        body = self._components.get(str(reference).removeprefix(COMPONENT), {})
        properties: dict[str, Schema] = body.get("properties", {})
        return properties

    def _find_tags(self, union: _Union) -> None:
        """Write a discriminator for objects that name themselves by a constant."""
        objects = [self._properties(option.get("$ref")) for option in union.options]
        for wire in objects[0]:
            values = [str(own.get(wire, {}).get("const", "")) for own in objects]
            if all(values) and len(set(values)) == len(values):
                mapping = {value: option["$ref"] for value, option in zip(values, union.options, strict=True)}
                union.schema["oneOf"] = union.schema.pop("anyOf")
                union.schema["discriminator"] = {"propertyName": wire, "mapping": mapping}
                return

    def _is_tagged(self, union: _Union, tags: dict[str, set[tuple[str, str]]]) -> bool:
        """Whether every variant is an object that carries one tag of its own, always, and in every union."""
        if sorted(union.mapping.values()) != sorted(str(option.get("$ref")) for option in union.options):
            return False
        for tag, reference in union.mapping.items():
            own = self._properties(reference).get(union.wire, {})
            own = self._components.get(str(own.get("$ref")).removeprefix(COMPONENT), own)
            values = own.get("enum", [own.get("const", tag)])
            required = self._components[reference.removeprefix(COMPONENT)].get("required", [])
            if len(tags[reference]) > 1 or tag not in values or union.wire not in required:
                return False
        return True

    def _tag(self, reference: str, wire: str, tag: str) -> None:
        properties = self._properties(reference)
        before = properties[wire]
        kept: Schema = {"description": before["description"]} if "description" in before else {}
        properties[wire] = {"type": "string", "const": tag, **kept}
        self._report.origins[id(properties[wire])] = self._report.origins[id(before)]

    def _hoist(self, union: _Union, name: _Name) -> None:
        """Make the union a component, and let its place refer to it."""
        schema = union.schema
        null = _NULL in options_of(schema)
        moved = ("oneOf", "anyOf", "discriminator", "x-union")
        body = {key: value for key, value in without_null(schema).items() if key in (*moved, "description")}
        kept = {key: value for key, value in schema.items() if key not in moved}
        reference = name(union.name, body, self._report.origins[id(schema)], union.direction, union.root)
        schema.clear()
        schema |= (with_null(reference) if null else reference) | kept
