"""The keywords of JSON Schema, in every dialect that OpenAPI has had: what they mean when several schemas all hold."""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, TypeAlias

from codegen.document import JSON, described

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from codegen.document import Node, Report, Schema

Said: TypeAlias = "dict[str, list[Node]]"
"""Each keyword with each place that says it. All hold, and a later one narrows an earlier one."""

_RANGE: Final = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"})
_BY_TYPE: Final = {
    "object": frozenset({"properties", "required", "additionalProperties", "minProperties", "maxProperties", "format"}),
    "array": frozenset({"items", "minItems", "maxItems", "uniqueItems"}),
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "number": _RANGE,
    "integer": _RANGE,
    "boolean": frozenset[str](),
    "null": frozenset[str](),
}
LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_AGREED: Final[dict[str, type | tuple[type, ...]]] = {
    "pattern": str, "multipleOf": (int, float), "uniqueItems": bool, "format": str,
}  # fmt: skip
LIMITS: Final = frozenset({*LOWER, *UPPER, "pattern", "multipleOf", "uniqueItems"})
NOTES: Final = frozenset(
    {
        *("title", "description", "summary", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"),
        *("externalDocs", "xml", "$comment", "$schema", "$id", "$anchor", "$defs", "definitions", "nullable"),
        *("contentEncoding", "contentMediaType", "contentSchema"),
    }
)
"""They say something to people, and rule no value out but null."""
_GENERAL: Final = frozenset({"type", "enum", "const", "allOf", "$ref", "oneOf", "anyOf", "discriminator"})
# Rules that no type can express. The server checks them.
_UNCHECKED: Final = frozenset(
    {
        *("not", "if", "then", "else", "contains", "minContains", "maxContains", "propertyNames", "patternProperties"),
        *("prefixItems", "dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties"),
        "unevaluatedItems",
    }
)
_KNOWN: Final = NOTES | _GENERAL | _UNCHECKED | frozenset[str]().union(*_BY_TYPE.values())
# Strings that become other types, whose lengths and patterns mean nothing to them.
_TYPED_FORMATS: Final = ("date", "date-time", "uuid", "decimal", "byte", "binary", "time", "duration")


def said_of(layers: Iterable[Node]) -> Said:
    """Collect the keywords of schemas that all hold."""
    said: Said = {}
    for layer in layers:
        for key, part in layer.members.items():
            exclusive = layer.get(f"exclusive{key.capitalize()}") if key in ("minimum", "maximum") else None
            if isinstance(part.value, bool) and key.startswith("exclusive"):
                continue
            # Draft 4, and so OpenAPI 3.0: true makes the limit beside it exclusive.
            draft_4 = exclusive is not None and exclusive.value is True
            said.setdefault(f"exclusive{key.capitalize()}" if draft_4 else key, []).append(part)
    return said


def alternatives(node: Node) -> list[Node]:
    """The entries of ``oneOf`` and ``anyOf``."""
    return [entry for key in ("oneOf", "anyOf") if (part := node.get(key)) for entry in part.entries]


def subschemas(node: Node) -> list[Node]:
    """The schemas that ``node`` is made of."""
    found = alternatives(node)
    for key in ("properties", "allOf"):
        if part := node.get(key):
            found += [*part.members.values(), *part.entries]
    return found + [part for key in ("items", "additionalProperties") if (part := node.get(key)) is not None]


def tells(node: Node) -> bool:
    """Whether ``node`` rules any value out."""
    return not isinstance(node.value, dict) or any(key not in NOTES and key[:2] != "x-" for key in node.value)


def only_requires(node: Node) -> bool:
    """Whether ``node`` says no more of an object than which properties it must have, or not."""
    return node.members.keys() - NOTES <= {"required", "not"}


def is_null(node: Node) -> bool:
    """Whether only null is a value of ``node``."""
    return (kind := node.get("type")) is not None and kind.value == "null"


def nullable_flag(node: Node) -> bool:
    """Whether ``node`` allows null in the words of OpenAPI 3.0."""
    return (part := node.get("nullable")) is not None and part.value is True


def flag(said: Said, key: str) -> bool:
    """Whether the flag ``key`` is set."""
    return key in said and said[key][-1].value is True


def is_secret(said: Said) -> bool:
    """Whether a value must not be shown."""
    return flag(said, "x-secret") or any(part.value == "password" for part in said.get("format", []))


def own_tag(node: Node) -> str:
    """The constant by which an inline object names itself."""
    properties = (node.get("properties") or node).members.values()
    return next((part.text() for own in properties if (part := own.get("const")) is not None and part.text()), "")


def notes(said: Said, *keys: str) -> Schema:
    """What is said to people; only ``keys``, if any are given."""
    found: Schema = {}
    if "description" in said and (words := said["description"][-1].text()):
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
    return {key: value for key, value in found.items() if not keys or key in keys}


def types(said: Said, report: Report) -> tuple[list[str], bool]:
    """The types that every part allows, without null; and whether null is allowed, too."""
    allowed: list[str] | None = None
    for place in said.get("type", []):
        names = [str(entry.value) for entry in place.entries] or [str(place.value)]
        for name in names:
            if name not in _BY_TYPE:
                likely = get_close_matches(name, _BY_TYPE, 1)
                hint = f"did you mean {likely[0]}?" if likely else f"use one of {', '.join(_BY_TYPE)}"
                report.fault(place, f"there is no type {name!r}", hint)
        names = [name for name in names if name in _BY_TYPE]
        if allowed is None:
            allowed = names
            continue
        # Every integer is a number.
        one, other = ({*own, *(["integer"] if "number" in own else [])} for own in (names, allowed))
        both = [name for name in _BY_TYPE if name in one & other]
        if names and allowed and not both:
            message = f"type {' or '.join(names)} contradicts another part of allOf"
            report.fault(place, message, "let all parts of allOf have a type in common")
        allowed = [name for name in both if name != "integer" or "number" not in both] or allowed
    if allowed is None:
        found = [kind for kind, keys in _BY_TYPE.items() if said.keys() & (keys - {"format"})]
        allowed = found[:1] or (["string"] if "format" in said else [])
        if allowed and allowed[0] not in ("object", "array"):
            key = next(key for key in said if key in _BY_TYPE[allowed[0]])
            report.note(said[key][-1], f"{key} has no type beside it; {allowed[0]} is assumed")
    return [name for name in allowed if name != "null"], "null" in allowed


def check(said: Said, types: list[str], report: Report) -> None:
    """Note every keyword that has no effect on values of ``types``."""
    usable = _GENERAL.union(NOTES, *(_BY_TYPE[name] for name in types))
    for key, places in said.items():
        if key in ("$dynamicRef", "$recursiveRef"):
            report.fault(places[-1], f"{key} is not supported", "refer to the schema with $ref")
        elif key in usable or key[:2] == "x-":
            continue
        elif key in _UNCHECKED:
            report.note(places[-1], f"{key} cannot be expressed as a type; the server checks it")
        elif key in _KNOWN:
            report.note(places[-1], f"{key} says nothing about {' or '.join(types) or 'a schema without a type'}")
        else:
            likely = get_close_matches(key, _KNOWN, 1)
            mean = f"; did you mean {likely[0]}?" if likely else ""
            report.note(places[-1], f"{key} is no keyword of JSON Schema and is left out{mean}")


def values(said: Said, types: list[str], report: Report) -> list[JSON] | None:
    """The values that ``enum`` and ``const`` of every part allow; ``None`` if neither is there."""
    allowed: list[JSON] | None = None
    listed = [(place, [entry.data() for entry in place.entries]) for place in said.get("enum", [])]
    for place, named in [*listed, *((place, [place.data()]) for place in said.get("const", []))]:
        typed = [value for value in named if value is None or not types or any(_is_a(value, own) for own in types)]
        if len(typed) < len(named):
            odd = next(value for value in named if not holds(typed, value))
            report.fault(place, f"{odd!r} is not of type {' or '.join(types)}", "remove it, or correct the type")
            return None
        allowed = typed if allowed is None else [value for value in typed if holds(allowed, value)]
        if not allowed:
            report.fault(place, "no value is allowed here", "name at least one value that every part allows")
            return None
    return allowed


def enumeration(values: list[JSON], said: Said, place: Node, report: Report) -> Schema:
    """The schema of a list of values, without null."""
    plain: list[JSON] = []
    for value in values:
        if value is not None and not holds(plain, value):
            plain.append(value)
    kinds = sorted({kind_of(value) for value in plain})
    if not kinds:
        return {"type": "null"}
    if set(kinds) - {"string", "integer"}:
        if kinds != ["boolean"] or len(plain) == 1:
            report.note(place, f"a list of {' and '.join(kinds)} values is not checked")
        options: list[JSON] = [{"type": kind} for kind in kinds if kind not in ("array", "object")]
        return {} if len(options) < len(kinds) else {"type": kinds[0]} if len(kinds) == 1 else {"anyOf": options}
    body: Schema = {"type": kinds[0]} if len(kinds) == 1 else {}
    if "const" in said and len(plain) == 1:
        return {**body, "const": plain[0]}
    return {**body, "enum": plain, **({"x-secret": True} if is_secret(said) else {})}


def limits(said: Said, kind: str, report: Report) -> Schema:
    """What rules out values of the type ``kind``."""
    found: Schema = {}
    for key, wanted in _AGREED.items():
        if key not in said or key not in _BY_TYPE[kind]:
            continue
        place = said[key][-1]
        if any(part.value != place.value for part in said[key]):
            report.fault(place, f"{key} contradicts another part of allOf", "keep one of the two")
        elif not isinstance(place.value, wanted) or (key == "multipleOf" and not _is_positive(place.value)):
            report.fault(place, f"{place.value!r} is no value for {key}")
        elif key == "pattern" and (error := _pattern_error(place.text())):
            report.note(place, f"pattern is not one that Python understands: {error}; it is not checked")
        elif place.value is not False:
            found[key] = place.data()
    for key in (*LOWER, *UPPER):
        bounds = [_bound(place, key, kind, report) for place in said.get(key, []) if key in _BY_TYPE[kind]]
        if known := [bound for bound in bounds if bound is not None]:
            found[key] = (max if key in LOWER else min)(known)
    if found.get("format") in _TYPED_FORMATS:
        for key in ("minLength", "maxLength", "pattern"):
            if found.pop(key, None) is not None:
                report.note(said[key][-1], f"{key} says nothing about the format {found['format']}")
    return found


def _bound(place: Node, key: str, kind: str, report: Report) -> int | float | None:
    value = place.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        report.fault(place, f"{key} is a number, not {described(place)}", "write it as a number, without quotes")
        return None
    if kind == "number":
        return value
    whole = (math.ceil if key in LOWER else math.floor)(value)
    if kind != "integer" and whole < 0:
        report.fault(place, f"{key} cannot be negative", "correct it, or remove it")
        return None
    return whole


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _pattern_error(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return ""


def required(said: Said, properties: Collection[str], report: Report) -> set[JSON]:
    """The properties that every value has."""
    found: set[JSON] = set()
    for part in said.get("required", []):
        if isinstance(part.value, bool):
            report.note(part, f"required: {str(part.value).lower()} says nothing; a list of names would")
        for entry in part.entries:
            if entry.text() in properties:
                found.add(entry.text())
            else:
                report.note(entry, f"{entry.value!r} is required, but no property is called so")
    return found


def kind_of(value: JSON) -> str:
    """The type of ``value`` in the words of JSON Schema."""
    kinds: dict[type, str] = {
        bool: "boolean", str: "string", int: "integer", float: "number", list: "array", dict: "object",
    }  # fmt: skip
    return kinds.get(type(value), "null")


def _is_a(value: JSON, kind: str) -> bool:
    return kind_of(value) in (kind, "integer" if kind == "number" else kind)


def holds(values: Iterable[JSON], value: JSON) -> bool:
    """``value in values``, with 1 and True apart."""
    return any(own == value and kind_of(own) == kind_of(value) for own in values)


def fits(value: JSON, schema: Schema) -> bool:
    """Whether a default is a value of ``schema``, as far as its own keywords tell."""
    if "enum" in schema or "const" in schema:
        return holds(schema.get("enum", [schema.get("const")]), value)
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return any(fits(value, option) for option in schema[key])
    if "type" not in schema:
        return "$ref" not in schema or value is not None
    return any(_is_a(value, kind) for kind in type_names(schema))


def type_names(schema: Schema) -> list[str]:
    """The types that ``schema`` names."""
    kind: str | list[str] = schema.get("type", [])
    return [kind] if isinstance(kind, str) else kind
