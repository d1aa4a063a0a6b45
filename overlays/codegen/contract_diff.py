"""The changes between two contracts in normal form, in terms of the API and graded by what they break.

Both are read as flat tables of elements: operations, parameters, fields. A field of a field is ``key_details.id``, the
items of a list are ``data[]``, the values of a map ``labels{}``, a variant ``pet(Cat)``; the body or response as a
whole has no name. What callers send may widen; what they receive may narrow. Whatever is not known to be harmless is
breaking.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import field, frozen

from codegen.keywords import LOWER, TYPED_FORMATS, UPPER, type_names
from codegen.unions import options_of, target_of, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.document import JSON, Schema

Kind: TypeAlias = Literal["breaking", "addition", "note"]
Relation: TypeAlias = Literal["same", "wider", "narrower", "other"]

_CONTRACT: Final = "contract"
_PARAMETERS: Final = ("path", "query", "header")
_SENT: Final = (*_PARAMETERS, "body")
_SAID: Final = ("format", "pattern", "multipleOf", "uniqueItems", "default", "deprecated", *LOWER, *UPPER)


@frozen
class Change:
    """One difference. ``text`` is a line such as ``+ create_api_key: optional body field description: string``."""

    text: str
    kind: Kind

    def __str__(self) -> str:
        return self.text


@frozen(order=True)
class _Element:
    """An element of the API, which can be added or removed."""

    operation: str
    place: str
    """``operation``, ``path``, ``query``, ``header``, ``body``, ``response 200``, ``error`` ..."""
    name: str = ""
    whole: _Element | None = field(default=None, eq=False)
    """The element that this is a part of, and is added and removed with."""

    @property
    def words(self) -> str:
        kind = " parameter" if self.place in _PARAMETERS else " field"
        plain = not self.name or self.place in ("error", "operation", "webhook", _CONTRACT)
        return f"{self.place}{'' if plain else kind} {self.name}".strip()


def diff(old: Schema, new: Schema) -> list[Change]:
    """Every difference between two documents, sorted by operation and place.

    Parts of an element that was added or removed are not named.
    """
    before, after = dict(_Reader(old).elements()), dict(_Reader(new).elements())
    found: list[tuple[_Element, str, Change]] = []
    for element, said in before.items():
        if element not in after and (element.whole is None or element.whole in after):
            line = f"- {element.operation}: {_presented(element, said)}"
            found.append((element, "", Change(line, _went(element))))
    for element, said in after.items():
        if element not in before and (element.whole is None or element.whole in before):
            line = f"+ {element.operation}: {_presented(element, said)}"
            found.append((element, "", Change(line, _came(element, said))))
    for element in before.keys() & after.keys():
        where = "" if element.place in ("operation", _CONTRACT) else f"{element.words}: "
        for key in before[element].keys() | after[element].keys():
            one, other = before[element].get(key), after[element].get(key)
            if one != other:
                line = f"~ {element.operation}: {where}{_news(key, one, other)}"
                found.append((element, key, Change(line, _changed(key, one, other, sent=element.place in _SENT))))
    versions = ({**own, "info": {**own["info"], "version": None}} for own in (old, new))
    if not found and next(versions) != next(versions):
        return [Change("~ contract: descriptions, examples or the like changed", "note")]
    return [change for *_, change in sorted(found, key=lambda entry: entry[:2])]


class _Reader:
    """Reads a document as a table: the keywords of each element, in JSON Schema's words."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        self._components = document["components"]
        self._common = self._security(document["security"])
        self._errors: dict[str, Schema] = {}

    def elements(self) -> Iterator[tuple[_Element, Schema]]:
        server = self._document["servers"][0]["url"]
        yield _Element(_CONTRACT, _CONTRACT), {"server": server, "security": self._common}
        for path, item in self._document["paths"].items():
            for method, operation in item.items():
                yield from self._operation(path, method, operation)
        for name, schema in self._errors.items():
            yield from self._schema(_Element("any operation", f"error body {name}"), schema, {}, {})
        for name, item in self._document.get("webhooks", {}).items():
            for method, operation in item.items():
                webhook = _Element(f"webhook {name}", "webhook", method.upper())
                yield webhook, {}
                if "requestBody" in operation:
                    body = _Element(f"webhook {name}", f"{method.upper()} body", whole=webhook)
                    yield from self._content(body, operation["requestBody"], {})

    def _security(self, requirements: list[dict[str, list[str]]]) -> str:
        for name in requirements[0] if requirements else ():
            scheme = self._components["securitySchemes"][name]
            return f"key in {scheme['name']}" if scheme["type"] == "apiKey" else str(scheme["scheme"])
        return "none"

    def _operation(self, path: str, method: str, operation: Schema) -> Iterator[tuple[_Element, Schema]]:
        name = str(operation["operationId"])
        said: Schema = {"method": method.upper(), "path": path, "tag": operation["tags"][0]}
        said |= {"function": operation["x-method"], "repeatable": operation["x-repeatable"]}
        if (own := self._security(operation["security"])) != self._common:
            said["security"] = own
        for key in ("deprecated", "x-pagination", "x-callbacks"):
            if key in operation:
                said[key.removeprefix("x-")] = operation[key]
        whole = _Element(name, "operation")
        yield whole, said
        for parameter in operation["parameters"]:
            flags: Schema = {key: own for key, own in parameter.items() if key in ("required", "deprecated", "explode")}
            element = _Element(name, str(parameter["in"]), str(parameter["name"]), whole)
            yield from self._schema(element, parameter["schema"], flags, {})
        if body := operation.get("requestBody"):
            yield from self._content(_Element(name, "body", whole=whole), body, {"required": body["required"]})
        for status, response in operation["responses"].items():
            if status.startswith("2") or len(operation["responses"]) == 1:
                yield from self._content(_Element(name, f"response {status}", whole=whole), response, {})
            else:
                yield _Element(name, "error", status, whole), {"body": self._error(name, status, response)}

    def _content(self, element: _Element, carrier: Schema, said: Schema) -> Iterator[tuple[_Element, Schema]]:
        if not carrier.get("content"):
            yield element, {**said, "type": "nothing"}
        for kind, media in carrier.get("content", {}).items():
            more = {} if kind == "application/json" else {"media": kind}
            more |= {"encoding": media["encoding"]} if "encoding" in media else {}
            yield from self._schema(element, media["schema"], said | more, {})

    def _error(self, operation: str, status: str, response: Schema) -> str:
        for media in response.get("content", {}).values():
            name = target_of(media["schema"]) or f"{operation} {status}"
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
        if name := target_of(schema):
            schema = self._components["schemas"][name]
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
            yield from self._schema(_Element(element.operation, element.place, key, element), part, flags, known)


def _properties(schema: Schema) -> Schema:
    kinds = type_names(schema)
    said: Schema = {"type": " or ".join(str(own) for own in kinds if own != "null") or "null"} if kinds else {}
    if "null" in kinds:
        said["nullable"] = True
    if values := values_of(schema):
        said["enum"] = [value for value in values if value is not None]
    said |= {key: schema[key] for key in _SAID if key in schema}
    return said | ({"additionalProperties": False} if schema.get("additionalProperties") is False else {})


def _below(name: str, schema: Schema, options: list[Schema]) -> Iterator[tuple[str, tuple[Schema, Schema]]]:
    for wire, part in schema.get("properties", {}).items():
        yield f"{name}.{wire}" if name else wire, (part, {"required": wire in schema.get("required", [])})
    for key, marks in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(part := schema.get(key), dict):
            yield f"{name}{marks}", (part, {})
    for number, option in enumerate(options, 1):
        yield f"{name}({target_of(option) or number})", (option, {})


def _presented(element: _Element, said: Schema) -> str:
    """An element that was added or removed: ``optional body field description: string, at most 20 characters``."""
    if element.place == "operation":
        return f"operation {said['method']} {said['path']}"
    optional = "optional " if said.get("required") is False else ""
    text = ", ".join(_described(said))
    return f"{optional}{element.words}" + (f": {text}" if text else "")


def _described(said: Schema) -> Iterator[str]:
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
        came = [value for value in after if value not in before]
        went = [value for value in before if value not in after]
        news = [f"{verb} {_values(own)}" for verb, own in (("gains", came), ("loses", went)) if own]
        return f"enum {' and '.join(news) or 'in another order'}"
    return f"{name} {_value(before)} -> {_value(after)}"


def _values(values: list[JSON]) -> str:
    return ", ".join(map(json.dumps, values))


def _value(value: JSON) -> str:
    return "none" if value is None else value if isinstance(value, str) else json.dumps(value)


def _came(element: _Element, said: Schema) -> Kind:
    if element.place in ("operation", "error", "webhook"):
        return "addition"
    if element.place in _SENT:
        return "breaking" if said.get("required") is True or element.name.endswith(("[]", "{}")) else "addition"
    # Old code does not expect a new kind of response, or a further variant of one.
    return "breaking" if not element.name or element.name.endswith(")") else "addition"


def _went(element: _Element) -> Kind:
    if element.place == "error":
        return "note"
    received = element.place not in (*_SENT, "operation", "webhook")
    return "addition" if received and element.name.endswith(")") else "breaking"


def _changed(key: str, before: JSON, after: JSON, *, sent: bool) -> Kind:
    if key in ("deprecated", "repeatable", "callbacks"):
        return "note"
    if key == "security":
        return "addition" if after == "none" else "breaking"
    if key == "default":
        # A default that is newly documented was the server's before.
        return "breaking" if sent and before is not None else "note"
    if key == "additionalProperties":
        return "breaking" if sent and after is False else "addition"
    relation = _relation(key, before, after)
    # Enums are open in what callers receive.
    if relation == "same" or (key == "enum" and relation == "wider" and before and after):
        return "addition" if relation == "wider" else "note"
    return "addition" if relation == ("wider" if sent else "narrower") else "breaking"


def _relation(key: str, before: JSON, after: JSON) -> Relation:
    """The effect of the change on the set of possible values."""
    if key in ("required", "uniqueItems"):
        return "narrower" if after else "wider"
    if key == "nullable":
        return "wider" if after else "narrower"
    if key == "type":
        # Every integer is a number.
        old, new = ({*str(own).split(" or ")} for own in (before, after))
        return _sets(*(own | {"integer"} if "number" in own else own for own in (old, new)))
    known = key in ("enum", "format", "pattern", "multipleOf", *LOWER, *UPPER)
    if not known or (key == "format" and (before in TYPED_FORMATS or after in TYPED_FORMATS)):
        return "other"
    if before is None or after is None:
        return "narrower" if before is None else "wider"
    if isinstance(before, list) and isinstance(after, list):
        return _sets({repr(value) for value in before}, {repr(value) for value in after})
    if key in (*LOWER, *UPPER) and isinstance(before, int | float) and isinstance(after, int | float):
        return "narrower" if (after > before) == (key in LOWER) else "wider"
    return "other"


def _sets(old: set[str], new: set[str]) -> Relation:
    return "same" if old == new else "wider" if old < new else "narrower" if new < old else "other"
