"""The keywords of JSON Schema, in every dialect of OpenAPI: their meaning when several schemas apply at once."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, TypeAlias

from codegen.document import JSON, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from codegen.document import Contract, Node, Schema

Said: TypeAlias = "dict[str, list[Node]]"
"""Each keyword with each of its places. All apply, and a later one narrows an earlier one."""

LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LIMITS: Final = frozenset({*LOWER, *UPPER, "pattern", "multipleOf", "uniqueItems"})
_RANGE: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format")
_BY_TYPE: Final[dict[str, tuple[str, ...]]] = {
    "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties", "format"),
    "array": ("items", "minItems", "maxItems", "uniqueItems"),
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": _RANGE,
    "integer": _RANGE,
    "boolean": (),
    "null": (),
}
NOTES: Final = frozenset(
    {
        *("title", "description", "summary", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"),
        *("externalDocs", "xml", "$comment", "$schema", "$id", "$anchor", "$defs", "definitions", "nullable"),
        *("contentEncoding", "contentMediaType", "contentSchema"),
    }
)
"""Annotations for people, which rule no value out but null."""
_GENERAL: Final = frozenset({"type", "enum", "const", "allOf", "$ref", "oneOf", "anyOf", "discriminator"})
# Rules that no type can express. The server checks them.
_UNCHECKED: Final = frozenset(
    {
        *("not", "if", "then", "else", "contains", "minContains", "maxContains", "propertyNames", "patternProperties"),
        *("prefixItems", "dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties"),
        "unevaluatedItems",
    }
)
_KNOWN: Final = NOTES | _GENERAL | _UNCHECKED | frozenset(key for keys in _BY_TYPE.values() for key in keys)
TYPED_FORMATS: Final = ("date", "date-time", "uuid", "decimal", "byte", "binary", "time", "duration")
"""Strings that become other types, whose lengths and patterns mean nothing to them."""
_KINDS: Final[dict[type, str]] = {
    bool: "boolean", str: "string", int: "integer", float: "number", list: "array", dict: "object",
}  # fmt: skip


def said_of(layers: Iterable[Node]) -> Said:
    """Collect the keywords of schemas that all apply."""
    said: Said = {}
    for layer in layers:
        for key, part in layer.members.items():
            if isinstance(part.value, bool) and key.startswith("exclusive"):
                continue
            # Draft 4, and so OpenAPI 3.0: true makes the limit beside it exclusive.
            draft_4 = f"exclusive{key.capitalize()}"
            said.setdefault(draft_4 if layer[draft_4].value is True else key, []).append(part)
    return said


def alternatives(node: Node) -> list[Node]:
    """The entries of ``oneOf`` and ``anyOf``."""
    return [*node["oneOf"].entries, *node["anyOf"].entries]


def subschemas(node: Node) -> list[Node]:
    """The schemas that ``node`` is made of."""
    found = [*alternatives(node), *node["properties"].members.values(), *node["allOf"].entries]
    return found + [part for key in ("items", "additionalProperties") if (part := node.get(key)) is not None]


def telling(said: Iterable[str]) -> set[str]:
    """The keywords that rule any value out."""
    return {key for key in said if key not in NOTES and key[:2] != "x-"}


def flag(said: Said, key: str) -> bool:
    """True if the flag ``key`` is set."""
    return key in said and said[key][-1].value is True


def is_secret(said: Said) -> bool:
    """True if a value must not be shown."""
    return flag(said, "x-secret") or any(part.value == "password" for part in said.get("format", []))


def notes(said: Said) -> Schema:
    """The keywords for people: description, default, and the like."""
    found: Schema = {}
    if words := said["description"][-1].text if "description" in said else "":
        found["description"] = words
    if "default" in said:
        found["default"] = said["default"][-1].data()
    if flag(said, "deprecated"):
        found["deprecated"] = True
    if "examples" in said:
        several = said["examples"][-1]
        found["examples"] = [entry.data() for entry in several.entries or several.members.values()]
    elif "example" in said:
        found["examples"] = [said["example"][-1].data()]
    return found


def types(said: Said, contract: Contract) -> tuple[list[str], bool]:
    """The types that every part allows, without null; and whether null is allowed, too."""
    allowed: list[str] | None = None
    for place in said.get("type", []):
        names = [str(entry.value) for entry in place.entries or [place]]
        for name in names:
            if name not in _BY_TYPE:
                hint = did_you_mean(name, _BY_TYPE) or f"use one of {', '.join(_BY_TYPE)}"
                contract.fault(place, f"there is no type {name!r}", hint)
        names = [name for name in names if name in _BY_TYPE]
        if allowed is None:
            allowed = names
            continue
        # Every integer is a number.
        one, other = ({*own, *(["integer"] if "number" in own else [])} for own in (names, allowed))
        both = [name for name in _BY_TYPE if name in one & other]
        if names and allowed and not both:
            message = f"type {' or '.join(names)} contradicts another part of allOf"
            contract.fault(place, message, "let all parts of allOf have a type in common")
        allowed = [name for name in both if name != "integer" or "number" not in both] or allowed
    if allowed is None:
        found = [kind for kind, keys in _BY_TYPE.items() if any(key in said and key != "format" for key in keys)]
        allowed = found[:1] or (["string"] if "format" in said else [])
        if allowed and allowed[0] not in ("object", "array"):
            key = next(key for key in said if key in _BY_TYPE[allowed[0]])
            contract.note(said[key][-1], f"{key} has no type beside it; {allowed[0]} is assumed")
    return [name for name in allowed if name != "null"], "null" in allowed


def check(said: Said, types: list[str], contract: Contract) -> None:
    """Note every keyword that has no effect on values of ``types``."""
    usable = _GENERAL.union(NOTES, *(_BY_TYPE[name] for name in types))
    for key, (*_, place) in said.items():
        if key in ("$dynamicRef", "$recursiveRef"):
            contract.fault(place, f"{key} is not supported", "refer to the schema with $ref")
        elif key in usable or key[:2] == "x-":
            continue
        elif key in _UNCHECKED:
            contract.note(place, f"{key} cannot be expressed as a type; the server checks it")
        elif key in _KNOWN:
            contract.note(place, f"{key} says nothing about {' or '.join(types) or 'a schema without a type'}")
        else:
            likely = did_you_mean(key, _KNOWN)
            contract.note(place, f"{key} is no keyword of JSON Schema and is left out{likely and f'; {likely}'}")


def values(said: Said, types: list[str], contract: Contract) -> list[JSON] | None:
    """The values that ``enum`` and ``const`` of every part allow; ``None`` if neither is there."""
    allowed: list[JSON] | None = None
    listed = [(place, [entry.data() for entry in place.entries]) for place in said.get("enum", [])]
    for place, named in [*listed, *((place, [place.data()]) for place in said.get("const", []))]:
        odd = [value for value in named if not (value is None or not types or is_a(value, *types))]
        if odd:
            message = f"{odd[0]!r} is not of type {' or '.join(types)}"
            contract.fault(place, message, "remove it, or correct the type")
            return None
        allowed = named if allowed is None else [value for value in named if holds(allowed, value)]
        if not allowed:
            contract.fault(place, "no value is allowed here", "name at least one value that every part allows")
            return None
    return allowed


def enumeration(values: list[JSON], said: Said, contract: Contract) -> Schema:
    """The schema of a list of values, without null."""
    plain: list[JSON] = []
    for value in values:
        if value is not None and not holds(plain, value):
            plain.append(value)
    kinds = sorted({kind_of(value) for value in plain})
    if not kinds:
        return {"type": "null"}
    body: Schema = {"type": kinds[0]} if len(kinds) == 1 else {}
    if set(kinds) <= {"string", "integer"}:
        if "const" in said and len(plain) == 1:
            return {**body, "const": plain[0]}
        return {**body, "enum": plain, **({"x-secret": True} if is_secret(said) else {})}
    if kinds != ["boolean"] or len(plain) == 1:
        place = (said.get("enum") or said["const"])[-1]
        contract.note(place, f"a list of {' and '.join(kinds)} values is not checked")
    if {"array", "object"}.intersection(kinds):
        return {}
    return body or {"anyOf": [{"type": kind} for kind in kinds]}


def limits(said: Said, kind: str, contract: Contract) -> Schema:
    """The constraints on values of the type ``kind``."""
    found: Schema = {}
    own = {key: places for key, places in said.items() if key in _BY_TYPE[kind]}
    for key, wanted in (("pattern", str), ("multipleOf", int | float), ("uniqueItems", bool), ("format", str)):
        if key not in own:
            continue
        place = own[key][-1]
        value = place.value
        valid = isinstance(value, wanted)
        if key == "multipleOf":
            valid = isinstance(value, int | float) and not isinstance(value, bool) and value > 0
        if any(part.value != value for part in own[key]):
            contract.fault(place, f"{key} contradicts another part of allOf", "keep one of the two")
        elif not valid:
            contract.fault(place, f"{value!r} is no value for {key}")
        elif key == "pattern" and (error := _pattern_error(place.text)):
            contract.note(place, f"pattern is not one that Python understands: {error}; it is not checked")
        elif value is not False:
            found[key] = value
    for key in (*LOWER, *UPPER):
        bounds = [bound for place in own.get(key, []) if (bound := _bound(place, key, kind, contract)) is not None]
        if bounds:
            found[key] = (max if key in LOWER else min)(bounds)
    if found.get("format") in TYPED_FORMATS:
        for key in ("minLength", "maxLength", "pattern"):
            if found.pop(key, None) is not None:
                contract.note(own[key][-1], f"{key} says nothing about the format {found['format']}")
    return found


def _bound(place: Node, key: str, kind: str, contract: Contract) -> int | float | None:
    value = place.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        contract.fault(place, f"{key} is a number, not {place}", "write it as a number, without quotes")
        return None
    if kind == "number":
        return value
    whole = (math.ceil if key in LOWER else math.floor)(value)
    if kind != "integer" and whole < 0:
        contract.fault(place, f"{key} cannot be negative", "correct it, or remove it")
    return whole


def _pattern_error(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return ""


def required(said: Said, properties: Collection[str], contract: Contract) -> set[str]:
    """The properties that every value has."""
    found: set[str] = set()
    for part in said.get("required", []):
        if isinstance(part.value, bool):
            contract.note(part, f"required: {str(part.value).lower()} says nothing; a list of names would")
        for entry in part.entries:
            if entry.text in properties:
                found.add(entry.text)
            else:
                contract.note(entry, f"{entry.value!r} is required, but no property is called so")
    return found


def kind_of(value: JSON) -> str:
    """The type of ``value`` in the words of JSON Schema."""
    return _KINDS.get(type(value), "null")


def is_a(value: JSON, *kinds: str) -> bool:
    """True if ``value`` is of one of ``kinds``; every integer is a number."""
    return kind_of(value) in kinds or (kind_of(value) == "integer" and "number" in kinds)


def holds(values: Iterable[JSON], value: JSON) -> bool:
    """``value in values``, with 1 and True apart."""
    return any(own == value and kind_of(own) == kind_of(value) for own in values)


def fits(value: JSON, schema: Schema) -> bool:
    """True if a default is a value of ``schema``, as far as its own keywords say."""
    if "enum" in schema or "const" in schema:
        return holds(schema.get("enum", [schema.get("const")]), value)
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return any(fits(value, option) for option in schema[key])
    if "type" not in schema:
        return "$ref" not in schema or value is not None
    return is_a(value, *type_names(schema))


def type_names(schema: Schema) -> list[str]:
    """The types that ``schema`` names."""
    kind: str | list[str] = schema.get("type", [])
    return [kind] if isinstance(kind, str) else kind
