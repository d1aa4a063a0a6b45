"""JSON Schema for the sandbox: checks, known fields, and examples.

Objects are open, as in JSON Schema: a field that the contract does not know is left out, not refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

import msgspec
from msgspec import UNSET

Schema: TypeAlias = Mapping[str, Any]

_MOMENT: Final = "2019-12-27T18:11:19.117Z"


class Schemas:
    """The schemas of a document, which its local references lead to."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def resolve(self, node: Any) -> Schema:
        """Follow references; a schema that is only ``true`` or missing restricts nothing."""
        while isinstance(node, Mapping) and "$ref" in node:
            pointer = cast("str", node["$ref"])
            node = self._document
            for part in pointer.removeprefix("#/").split("/"):
                node = node[part.replace("~1", "/").replace("~0", "~")]
        return cast("Schema", node) if isinstance(node, Mapping) else {}

    def faults(self, schema: Any, value: object) -> Iterator[tuple[tuple[str, ...], str]]:
        """Check a value; return the path to each fault, and the reason."""
        if schema is False:
            yield (), "Unknown field"
            return
        schema = self.resolve(schema)
        types = types_of(schema)
        if types and not any(isinstance(value, _TYPES[kind]) and _is_bool(value, kind) for kind in types):
            yield (), f"Expected {' or '.join(types)}"
            return
        for keyword, kind, holds, expected in _KEYWORDS:
            if keyword in schema and isinstance(value, kind) and not holds(value, schema[keyword]):
                yield (), f"Expected {expected.format(schema[keyword])}"
        reasons = [next(self.faults(option, value), None) for option in _options(schema)]
        if reasons and None not in reasons:
            yield (), "; or: ".join(dict.fromkeys(sentence(*reason) for reason in reasons if reason))
        elif "oneOf" in schema and reasons.count(None) > 1:
            yield (), "Expected to fit one of the alternatives, not several"
        if isinstance(value, list):
            for index, item in enumerate(cast("list[object]", value)):
                for path, reason in self.faults(schema.get("items", True), item):
                    yield (f"[{index}]", *path), reason
        if isinstance(value, dict):
            given, fields = cast("dict[str, object]", value), schema.get("properties", {})
            yield from (((name,), "Required, but missing") for name in schema.get("required", []) if name not in given)
            for name, item in given.items():
                for path, reason in self.faults(fields.get(name, schema.get("additionalProperties", True)), item):
                    yield (name, *path), reason

    def fit(self, schema: Any, value: object, made_up: list[str] | None = None, path: str = "") -> object:
        """Return ``value`` without the fields that the schema does not know.

        With ``made_up``, fields that the schema requires and ``value`` lacks get an example, and their paths are added
        to the list: the sandbox keeps working when the contract grows, and marks the fields that are made up.
        """
        schema = self._with_parts(schema)
        if isinstance(value, list):
            return [self.fit(schema.get("items"), item, made_up, path) for item in cast("list[object]", value)]
        fields: Mapping[str, Any] = schema.get("properties", {})
        given = cast("Mapping[str, object]", value)
        if not isinstance(value, Mapping) or not fields:
            return given
        others = schema.get("additionalProperties", False)
        fitted: dict[str, object] = {}
        for name, field in fields.items():
            if name in given:
                fitted[name] = self._fit_inner(field, given[name], made_up, f"{path}{name}.")
            elif made_up is not None and name in schema.get("required", ()):
                fitted[name] = self.example(field, name)
                if path + name not in made_up:
                    made_up.append(path + name)
        for name in given.keys() - fields.keys() if isinstance(others, Mapping) else ():
            fitted[name] = self._fit_inner(others, given[name], made_up, f"{path}{name}.")
        return fitted

    def _fit_inner(self, schema: Any, value: object, made_up: list[str] | None, path: str) -> object:
        return self.fit(schema, value, made_up, path) if value.__class__ in (dict, list) else value

    def _with_parts(self, schema: Any) -> Schema:
        """Return the schema, or the only alternative of it that has fields or items."""
        schema = self.resolve(schema)
        options = [option for option in map(self.resolve, _options(schema)) if {"properties", "items"} & option.keys()]
        return options[0] if len(options) == 1 else schema

    def example(self, schema: Any, name: str = "string") -> object:
        """Return a plain value for a field called ``name``: a text is its name, an option the first one."""
        value = self._example(schema, name, ())
        return {} if value is UNSET else value

    def _example(self, schema: Any, name: str, inside: tuple[Schema, ...]) -> object:
        """Return an example; ``UNSET`` for a schema that requires itself, which has none of finite size."""
        schema = self.resolve(schema)
        if any(schema is outer for outer in inside):
            return UNSET
        inside = (*inside, schema)
        given: list[object] = [schema[keyword] for keyword in ("example", "const", "default") if keyword in schema]
        given += [*schema.get("examples", ()), *schema.get("enum", ())]
        if given:
            return given[0]
        for option in sorted(_options(schema), key=lambda option: types_of(self.resolve(option)) == ["null"]):
            value = self._example({"type": schema.get("type"), **option}, name, inside)
            if value is not UNSET:
                return value
        match next(iter(types_of(schema)), "object" if "properties" in schema else ""):
            case "object":
                return self._object_example(schema, inside)
            case "array":
                item = self._example(schema.get("items"), "string", inside)
                least = schema.get("minItems", 0)
                return [item] * max(least, 1) if item is not UNSET else UNSET if least else []
            case "string":
                text = _TEXTS.get(schema.get("format", "")) or name
                text *= 1 + schema.get("minLength", 0) // len(text)
                return text[: schema.get("maxLength", len(text))]
            case "integer" | "number":
                return _number_example(schema)
            case "boolean":
                return True
            case kind:
                return None if kind == "null" else {}

    def _object_example(self, schema: Schema, inside: tuple[Schema, ...]) -> object:
        fields: Mapping[str, Any] = schema.get("properties", {})
        others = schema.get("additionalProperties")
        if not fields and isinstance(others, Mapping):
            fields = {"key": others}
        value = {name: self._example(field, name, inside) for name, field in fields.items()}
        if any(value.get(name) is UNSET for name in schema.get("required", [])):
            return UNSET
        return {name: item for name, item in value.items() if item is not UNSET}


def types_of(schema: Schema) -> list[str]:
    """Return the types allowed; none where the schema does not restrict them."""
    given: str | list[str] | None = schema.get("type")
    return [given] if isinstance(given, str) else given or []


def number(text: str) -> int | float:
    """Return the number; an integer for ``30.0`` too, as JSON Schema has it."""
    value = float(text)
    return int(value) if value.is_integer() else value


def sentence(path: tuple[str, ...], reason: str) -> str:
    """Return the reason, with the place where there is one."""
    return f"{reason} at {'.'.join(path).replace('.[', '[')}" if path else reason


def _options(schema: Schema) -> list[Schema]:
    return schema.get("anyOf") or schema.get("oneOf") or []


_Number = (int, float)
_TYPES: Final[dict[str, Any]] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": _Number,
    "object": dict,
    "string": str,
}


def _is_bool(value: object, kind: str) -> bool:
    # In Python a bool is an int too; in JSON it is no number.
    return isinstance(value, bool) == (kind == "boolean")


def _is_ip(text: str, *versions: Callable[[str], IPv4Address | IPv6Address]) -> bool:
    for version in versions:
        with suppress(ValueError):
            return getattr(version(text), "scope_id", None) is None  # a zone means something on one machine only
    return False


def _has_format(text: str, name: str) -> bool:
    check = _FORMATS.get(name)
    try:
        return check is None or check(text) is not False
    except ValueError:
        return False


_FORMATS: Final[Mapping[str, Callable[[str], object]]] = {
    "date": lambda text: msgspec.convert(text, date),
    "date-time": lambda text: msgspec.convert(text, datetime).tzinfo is not None,
    "ip": lambda text: _is_ip(text, IPv4Address, IPv6Address),
    "ipv4": lambda text: _is_ip(text, IPv4Address),
    "ipv6": lambda text: _is_ip(text, IPv6Address),
    "time": lambda text: msgspec.convert(text, time),
    "uuid": UUID,
}

_KEYWORDS: Final[tuple[tuple[str, Any, Callable[[Any, Any], bool], str], ...]] = (
    ("const", object, lambda value, only: value == only, "{!r}"),
    ("enum", object, lambda value, options: value in options, "one of {}"),
    ("minLength", str, lambda text, least: len(text) >= least, "at least {} characters"),
    ("maxLength", str, lambda text, most: len(text) <= most, "at most {} characters"),
    ("pattern", str, lambda text, pattern: re.search(pattern, text) is not None, "a text that matches {}"),
    ("format", str, _has_format, "a valid {}"),
    ("minimum", _Number, lambda value, least: value >= least, "at least {}"),
    ("maximum", _Number, lambda value, most: value <= most, "at most {}"),
    ("exclusiveMinimum", _Number, lambda value, bound: value > bound, "more than {}"),
    ("exclusiveMaximum", _Number, lambda value, bound: value < bound, "less than {}"),
    ("multipleOf", _Number, lambda value, step: abs(value / step - round(value / step)) < 1e-9, "a multiple of {}"),
    ("minItems", list, lambda items, least: len(items) >= least, "at least {} items"),
    ("maxItems", list, lambda items, most: len(items) <= most, "at most {} items"),
    ("uniqueItems", list, lambda items, on: not on or len({*map(repr, items)}) == len(items), "no item twice"),
    ("minProperties", dict, lambda fields, least: len(fields) >= least, "at least {} fields"),
    ("maxProperties", dict, lambda fields, most: len(fields) <= most, "at most {} fields"),
)

_TEXTS: Final = {
    "date": _MOMENT[:10],
    "date-time": _MOMENT,
    "duration": "PT1S",
    "email": "user@example.com",
    "ip": "192.0.2.1",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "time": _MOMENT[11:],
    "uri": "https://example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def _number_example(schema: Schema) -> float:
    step = schema.get("multipleOf", 1)
    least = max(schema.get("minimum", -1e300), schema.get("exclusiveMinimum", -1e300) + step)
    most = min(schema.get("maximum", 1e300), schema.get("exclusiveMaximum", 1e300) - step)
    value = -(-least // step) * step if least > 0 else most // step * step if most < 0 else 0
    return number(str(value))
