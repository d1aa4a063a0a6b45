"""What changed between two contracts in their normal form, said in terms of the API and judged by what it breaks.

Both are read as flat tables of elements: operations, parameters, fields. A field of a field is ``key_details.id``, the
items of a list are ``data[]``, the values of a map ``labels{}``, a variant ``pet(Cat)``; the body or response as a
whole has no name. What callers send may widen; what they receive may narrow. Whatever is not known to be harmless is
breaking.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import frozen

from codegen.keywords import type_names
from codegen.unions import COMPONENT, options_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codegen.document import JSON, Schema

Kind: TypeAlias = Literal["breaking", "addition", "note"]
Relation: TypeAlias = Literal["same", "wider", "narrower", "other"]

_CONTRACT: Final = "contract"
_ANY: Final = "any operation"
_SENT: Final = ("path", "query", "header", "body")
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_SAID: Final = ("format", "pattern", "multipleOf", "uniqueItems", "default", "deprecated", *_LOWER, *_UPPER)
_TYPED_FORMATS: Final = ("date-time", "date", "time", "duration", "uuid", "byte", "binary", "decimal")
"""Formats that decide a value's type in a program."""


@frozen
class Change:
    """One difference. ``text`` is a line such as ``+ create_api_key: optional body field description: string``."""

    text: str
    kind: Kind

    def __str__(self) -> str:
        """The line."""
        return self.text


@frozen(order=True)
class _Element:
    """One thing of the API that can be there or not."""

    operation: str
    place: str
    """``operation``, ``path``, ``query``, ``header``, ``body``, ``response 200``, ``error`` ..."""
    name: str = ""

    @property
    def words(self) -> str:
        if self.place in ("path", "query", "header"):
            return f"{self.place} parameter {self.name}"
        if self.place in ("error", "operation", "webhook", _CONTRACT):
            return f"{self.place} {self.name}".strip()
        return f"{self.place} field {self.name}" if self.name else self.place

    def contains(self, other: _Element) -> bool:
        """Whether ``other`` is a part of this element, and so comes and goes with it."""
        if self.operation != other.operation or self == other:
            return False
        if self.place in ("operation", "webhook"):
            return True
        within = other.name.removeprefix(self.name)
        return self.place == other.place and (not self.name or (within != other.name and within[:1] in ".[{("))


def diff(old: Schema, new: Schema) -> list[Change]:
    """Every difference between two documents, sorted by operation and place.

    What came or went as a part of something is not named.
    """
    before, after = dict(_Reader(old).elements()), dict(_Reader(new).elements())
    found: list[tuple[_Element, str, Change]] = []
    for element in _outermost(before.keys() - after.keys()):
        line = f"- {element.operation}: {_presented(element, before[element])}"
        found.append((element, "", Change(line, _went(element))))
    for element in _outermost(after.keys() - before.keys()):
        line = f"+ {element.operation}: {_presented(element, after[element])}"
        found.append((element, "", Change(line, _came(element, after[element]))))
    for element in before.keys() & after.keys():
        one, other = before[element], after[element]
        for key in one.keys() | other.keys():
            if one.get(key) != other.get(key):
                where = "" if element.place in ("operation", _CONTRACT) else f"{element.words}: "
                line = f"~ {element.operation}: {where}{_news(key, one.get(key), other.get(key))}"
                found.append((element, key, Change(line, _changed(element, key, one.get(key), other.get(key)))))
    if not found and _without_version(old) != _without_version(new):
        return [Change("~ contract: descriptions, examples or the like changed", "note")]
    return [change for *_, change in sorted(found, key=lambda entry: entry[:2])]


class _Reader:
    """Reads a document as a table: what is said of each element, in the words of JSON Schema."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        components = document["components"]
        self._schemas, self._schemes = components["schemas"], components["securitySchemes"]
        self._errors: dict[str, Schema] = {}

    def elements(self) -> Iterator[tuple[_Element, Schema]]:
        common = self._security(self._document["security"])
        server = self._document["servers"][0]["url"]
        yield _Element(_CONTRACT, _CONTRACT), {"server": server, "security": common}
        for path, item in self._document["paths"].items():
            for method, operation in item.items():
                yield from self._operation(path, method, operation, common)
        for name, schema in self._errors.items():
            yield from self._schema(_Element(_ANY, f"error body {name}"), schema, {}, {})
        for name, item in self._document.get("webhooks", {}).items():
            for method, operation in item.items():
                yield _Element(f"webhook {name}", "webhook", method.upper()), {}
                if "requestBody" in operation:
                    body = _Element(f"webhook {name}", f"{method.upper()} body")
                    yield from self._content(body, operation["requestBody"], {})

    def _security(self, requirements: list[dict[str, list[str]]]) -> str:
        for name in (name for entry in requirements for name in entry):
            scheme = self._schemes[name]
            return f"key in {scheme['name']}" if scheme["type"] == "apiKey" else str(scheme["scheme"])
        return "none"

    def _operation(self, path: str, method: str, operation: Schema, common: str) -> Iterator[tuple[_Element, Schema]]:
        name = str(operation["operationId"])
        said: Schema = {"method": method.upper(), "path": path, "tag": operation["tags"][0]}
        said |= {"function": operation["x-method"], "repeatable": operation["x-repeatable"]}
        if (own := self._security(operation["security"])) != common:
            said["security"] = own
        said |= {key.removeprefix("x-"): operation[key] for key in ("deprecated", "x-pagination", "x-callbacks")
                 if key in operation}  # fmt: skip
        yield _Element(name, "operation"), said
        for parameter in operation["parameters"]:
            flags: Schema = {key: own for key, own in parameter.items() if key in ("required", "deprecated", "explode")}
            element = _Element(name, str(parameter["in"]), str(parameter["name"]))
            yield from self._schema(element, parameter["schema"], flags, {})
        if "requestBody" in operation:
            body: Schema = operation["requestBody"]
            yield from self._content(_Element(name, "body"), body, {"required": body["required"]})
        for status, response in operation["responses"].items():
            success = status.startswith("2") or len(operation["responses"]) == 1
            if success:
                yield from self._content(_Element(name, f"response {status}"), response, {})
            else:
                yield _Element(name, "error", status), {"body": self._error(name, status, response)}

    def _content(self, element: _Element, carrier: Schema, said: Schema) -> Iterator[tuple[_Element, Schema]]:
        content = carrier.get("content", {})
        if not content:
            yield element, {**said, "type": "nothing"}
        for kind, media in content.items():
            said = said if kind == "application/json" else {**said, "media": kind}
            said = {**said, "encoding": media["encoding"]} if "encoding" in media else said
            yield from self._schema(element, media["schema"], said, {})

    def _error(self, operation: str, status: str, response: Schema) -> str:
        for media in response.get("content", {}).values():
            reference = str(media["schema"].get("$ref", f"{operation} {status}"))
            name = reference.removeprefix(COMPONENT)
            self._errors[name] = media["schema"]
            return name
        return "nothing"

    def _schema(
        self, element: _Element, schema: Schema, said: Schema, known: dict[str, str]
    ) -> Iterator[tuple[_Element, Schema]]:
        """``element`` and all that is below it. ``known`` are the components that are written out, and where."""
        said = {**said, **{key: schema[key] for key in ("default", "deprecated") if key in schema}}
        options = list(options_of(schema))
        if {"type": "null"} in options:
            said["nullable"] = True
            options.remove({"type": "null"})
            if len(options) == 1:
                schema, options = options[0], []
        name = str(schema.get("$ref", "")).removeprefix(COMPONENT)
        if name:
            schema = self._schemas[name]
            options = options_of(schema)
        said = {**_properties(schema), **said}
        below = dict(_below(element.name, schema, options))
        if below and name in known:
            # Written out once: a shared schema may contain itself, and would swell the table where it does not.
            said["same as"] = known[name]
            below = {}
        yield element, said
        if name:
            known[name] = element.name
        for key, (part, flags) in sorted(below.items()):
            yield from self._schema(_Element(element.operation, element.place, key), part, flags, known)


def _properties(schema: Schema) -> Schema:
    kinds = type_names(schema)
    said: Schema = {"type": " or ".join(str(own) for own in kinds if own != "null") or "null"} if kinds else {}
    if "null" in kinds:
        said["nullable"] = True
    if "enum" in schema or "const" in schema:
        said["enum"] = [value for value in schema.get("enum", [schema.get("const")]) if value is not None]
    said |= {key: schema[key] for key in _SAID if key in schema}
    return said | ({"additionalProperties": False} if schema.get("additionalProperties") is False else {})


def _below(name: str, schema: Schema, options: list[Schema]) -> Iterator[tuple[str, tuple[Schema, Schema]]]:
    required = schema.get("required", [])
    for wire, part in schema.get("properties", {}).items():
        yield f"{name}.{wire}" if name else wire, (part, {"required": wire in required})
    if isinstance(items := schema.get("items"), dict):
        yield f"{name}[]", (items, {})
    if isinstance(extra := schema.get("additionalProperties"), dict):
        yield f"{name}{{}}", (extra, {})
    for number, option in enumerate(options, 1):
        label = str(option.get("$ref", number)).removeprefix(COMPONENT)
        yield f"{name}({label})", (option, {})


def _outermost(elements: set[_Element]) -> list[_Element]:
    found: list[_Element] = []
    # Sorted, whatever contains an element comes before it.
    for element in sorted(elements, key=lambda own: (own.operation, own.place not in ("operation", "webhook"), own)):
        if not any(outer.contains(element) for outer in found):
            found.append(element)
    return found


def _presented(element: _Element, said: Schema) -> str:
    """An element that came or went: ``optional body field description: string, at most 20 characters``."""
    if element.place == "operation":
        return f"operation {said['method']} {said['path']}"
    optional = "optional " if said.get("required") is False else ""
    text = ", ".join(_described(said))
    return f"{optional}{element.words}" + (f": {text}" if text else "")


def _described(said: Mapping[str, JSON]) -> Iterator[str]:
    if "enum" in said:
        yield _values(said["enum"])
    elif "type" in said:
        yield f"{said['type']} ({said['format']})" if "format" in said else str(said["type"])
    if said.get("nullable"):
        yield "or null"
    for unit, lower, upper in (("", "minimum", "maximum"), (" characters", "minLength", "maxLength"),
                               (" items", "minItems", "maxItems")):  # fmt: skip
        least, most = said.get(lower), said.get(upper)
        if least is not None and most is not None:
            yield f"{least} to {most}{unit}"
        elif least is not None or most is not None:
            yield f"at least {least}{unit}" if most is None else f"at most {most}{unit}"
    if "default" in said:
        yield f"default {json.dumps(said['default'])}"
    if said.get("deprecated"):
        yield "deprecated"


def _news(name: str, before: JSON, after: JSON) -> str:
    if name == "required":
        return "optional -> required" if after else "required -> optional"
    if name == "enum" and isinstance(before, list) and isinstance(after, list):
        came, went = (
            [value for value in one if value not in other] for one, other in ((after, before), (before, after))
        )
        news = [*([f"gains {_values(came)}"] if came else []), *([f"loses {_values(went)}"] if went else [])]
        return f"enum {' and '.join(news) or 'in another order'}"
    return f"{name} {_value(before)} -> {_value(after)}"


def _values(values: JSON) -> str:
    return ", ".join(map(json.dumps, values)) if isinstance(values, list) else _value(values)


def _value(value: JSON) -> str:
    return "none" if value is None else value if isinstance(value, str) else json.dumps(value)


def _came(element: _Element, said: Schema) -> Kind:
    if element.place in ("operation", "error", "webhook"):
        return "addition"
    if element.place in _SENT:
        return "breaking" if said.get("required") is True or element.name.endswith(("[]", "{}")) else "addition"
    # A new kind of response, or a further variant of one, is what old code does not expect.
    return "breaking" if not element.name or element.name.endswith(")") else "addition"


def _went(element: _Element) -> Kind:
    if element.place == "error":
        return "note"
    received = element.place not in (*_SENT, "operation", "webhook")
    return "addition" if received and element.name.endswith(")") else "breaking"


def _changed(element: _Element, key: str, before: JSON, after: JSON) -> Kind:
    sent = element.place in _SENT
    match key:
        case "deprecated" | "repeatable" | "callbacks":
            return "note"
        case "security":
            return "addition" if after == "none" else "breaking"
        case "default":
            # A default that is only now written down was the server's before.
            return "breaking" if sent and before is not None else "note"
        case "required" | "uniqueItems":
            return _judged("narrower" if after else "wider", sent=sent)
        case "nullable":
            return _judged("wider" if after else "narrower", sent=sent)
        case "additionalProperties":
            return _judged("narrower" if after is False else "wider", sent=True) if sent else "addition"
        case "type":
            return _judged(_types(str(before), str(after)), sent=sent)
        case "enum":
            relation = _enums(before, after)
            # Enums are open in what callers receive.
            opened = relation == "wider" and before is not None and after is not None
            return "addition" if opened else _judged(relation, sent=sent)
        case "format" if before in _TYPED_FORMATS or after in _TYPED_FORMATS:
            return "breaking"
        case "format" | "pattern" | "multipleOf":
            return _judged(_constraints(before, after), sent=sent)
        case limit if limit in (*_LOWER, *_UPPER):
            if not isinstance(before, int | float) or not isinstance(after, int | float):
                return _judged(_constraints(before, after), sent=sent)
            return _judged("narrower" if (after > before) == (limit in _LOWER) else "wider", sent=sent)
        case _:
            return "breaking"


def _judged(relation: Relation, *, sent: bool) -> Kind:
    """What a change in possible values means to callers."""
    if relation == "same":
        return "note"
    return "addition" if relation == ("wider" if sent else "narrower") else "breaking"


def _types(before: str, after: str) -> Relation:
    old, new = (set(types.split(" or ")) for types in (before, after))
    # Every integer is a number.
    return _sets(*(types | {"integer"} if "number" in types else types for types in (old, new)))


def _sets(old: set[str], new: set[str]) -> Relation:
    return "same" if old == new else "wider" if old < new else "narrower" if new < old else "other"


def _enums(before: JSON, after: JSON) -> Relation:
    if not isinstance(before, list) or not isinstance(after, list):
        return _constraints(before, after)
    return _sets({repr(value) for value in before}, {repr(value) for value in after})


def _constraints(before: JSON, after: JSON) -> Relation:
    return "narrower" if before is None else "wider" if after is None else "other"


def _without_version(document: Schema) -> Schema:
    return {**document, "info": {**document["info"], "version": None}}
