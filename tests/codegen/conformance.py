"""Calls every operation of a generated package, and compares what is sent with the contract.

The contract is read here once more, by the plainest means, so that the pipeline is not its own judge.
"""

from __future__ import annotations

import json
import random
import re
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

import httpx
import yaml
from attrs import frozen
from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
FORMATS = {
    "date": "2026-01-02",
    "date-time": "2026-01-02T03:04:05Z",
    "uuid": "6f2f7c4e-0d7f-4f5b-8a44-0b8f0a1c2d3e",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "ip": "192.0.2.1",
    "byte": "aGVsbG8=",
    "decimal": "12.50",
    "uri": "https://host.example/",
    "email": "someone@host.example",
}
Node = dict[str, Any]


@frozen(slots=False)
class Contract:
    """A contract as it was written."""

    root: Node

    @classmethod
    def read(cls, path: Path) -> Contract:
        return cls(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))

    def resolve(self, node: Any) -> Any:
        """``node``, or what it refers to."""
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            target: Any = self.root
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def operations(self) -> Iterator[tuple[str, str, Node]]:
        """Path, method and operation, with the parameters of its path."""
        for path, item in self.root["paths"].items():
            entry = self.resolve(item)
            for method in METHODS:
                if method in entry:
                    own = {**entry[method]}
                    shared = [self.resolve(each) for each in entry.get("parameters", ())]
                    parameters = [self.resolve(each) for each in own.get("parameters", ())]
                    names = {(each["name"], each["in"]) for each in parameters}
                    own["parameters"] = [
                        *parameters,
                        *(each for each in shared if (each["name"], each["in"]) not in names),
                    ]
                    yield path, method, own

    def content(self, holder: Node) -> tuple[str, Node] | None:
        """The media type that a client is to choose, and its schema."""
        content = self.resolve(holder).get("content", {})
        for kind in (is_json, is_form, is_text, lambda _: True):
            for media_type, entry in content.items():
                if kind(media_type):
                    return media_type, entry or {}
        return None

    # Values

    def value(self, schema: Any, chance: random.Random, way: str, *, every: bool, depth: int = 0) -> Any:
        """Something that ``schema`` allows, as JSON; ``every`` optional property is there, as deep as is reasonable."""
        name = schema.get("$ref", "").rpartition("/")[2] if isinstance(schema, dict) else ""
        if name in self._tags:
            wire, tag = self._tags[name]
            return {**self._value(schema, chance, way, every=every, depth=depth), wire: tag}
        return self._value(schema, chance, way, every=every, depth=depth)

    def _value(self, schema: Any, chance: random.Random, way: str, *, every: bool, depth: int) -> Any:
        schema = self.merged(schema)
        for key in ("oneOf", "anyOf"):
            if options := [own for own in schema.get(key, ()) if self.resolve(own).get("type") != "null"]:
                rest = {name: own for name, own in schema.items() if name not in (key, "discriminator")}
                chosen = chance.choice(options)
                only = not rest.keys() - {"description", "title"}
                return self.value(chosen if only else {"allOf": [rest, chosen]}, chance, way, every=every, depth=depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return next(own for own in schema["enum"] if own is not None)
        kind = schema.get("type")
        kinds = [own for own in (kind if isinstance(kind, list) else [kind]) if own != "null"]
        kind = (
            kinds[0]
            if kinds and kinds[0]
            else ("object" if "properties" in schema else "array" if "items" in schema else None)
        )
        match kind:
            case "string":
                return self._text(schema, chance)
            case "integer":
                return int(self._number(schema, 1))
            case "number":
                return self._number(schema, schema.get("multipleOf", 0.5))
            case "boolean":
                return chance.random() < 0.5
            case "array":
                least = max(schema.get("minItems", 0), 0 if depth > 3 else 1)
                count = max(least, 1 if schema.get("uniqueItems") else min(2, schema.get("maxItems", 2)))
                own = [
                    self.value(schema.get("items", {}), chance, way, every=every, depth=depth + 1) for _ in range(count)
                ]
                return own[: schema.get("maxItems", len(own))] if depth < 5 else own[:least]
            case "object":
                return self._object(schema, chance, way, every=every, depth=depth)
            case _:
                return {"anything": [1, "a", None]} if depth < 3 else 1

    def _object(self, schema: Node, chance: random.Random, way: str, *, every: bool, depth: int) -> Node:
        members: Node = {}
        required: list[str] = schema["required"] if isinstance(schema.get("required"), list) else []
        for name, own in schema.get("properties", {}).items():
            plain = self.merged(own)
            if plain.get("readOnly" if way == "request" else "writeOnly"):
                continue
            if name in required or (every and depth < 3):
                members[name] = self.value(own, chance, way, every=every, depth=depth + 1)
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict) and not schema.get("properties"):
            members["key"] = self.value(extra, chance, way, every=every, depth=depth + 1)
        elif extra is True or (isinstance(extra, dict) and every):
            members["moreToCome"] = (
                "m" if extra is True else self.value(extra, chance, way, every=every, depth=depth + 1)
            )
        return members

    def _text(self, schema: Node, chance: random.Random) -> str:
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        if pattern := schema.get("pattern"):
            return matching(pattern)
        text = "".join(chance.choice("abc /?&%=ü\"'") for _ in range(6))
        text = "v" + text[: max(0, schema.get("maxLength", 99) - 2)]
        text = text + "w" if schema.get("maxLength", 99) > 1 else text
        return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 99)]

    def _number(self, schema: Node, step: float) -> float:
        low, high = schema.get("minimum", -1e9), schema.get("maximum", 1e9)
        for key, sign in (("exclusiveMinimum", 1), ("exclusiveMaximum", -1)):
            limit = schema.get(key)
            if limit is True:
                low, high = (low + step, high) if sign > 0 else (low, high - step)
            elif limit is not None and limit is not False:
                low, high = (max(low, limit + step), high) if sign > 0 else (low, min(high, limit - step))
        value: float = min(max(0, low), high)
        return -(-value // step) * step

    @cached_property
    def _tags(self) -> dict[str, tuple[str, str]]:
        """By shared schema the property that a discriminator looks at, and its value there."""
        found: dict[str, tuple[str, str]] = {}
        for schema in self.root.get("components", {}).get("schemas", {}).values():
            if not isinstance(discriminator := schema.get("discriminator"), dict):
                continue
            wire, mapping = discriminator["propertyName"], discriminator.get("mapping", {})
            names = {target.rpartition("/")[2]: tag for tag, target in mapping.items()}
            for option in [*schema.get("oneOf", ()), *schema.get("anyOf", ())]:
                name = option.get("$ref", "").rpartition("/")[2]
                own = self.merged(option).get("properties", {}).get(wire, {})
                if "const" not in own and "enum" not in own:
                    found[name] = wire, names.get(name, name)
        return found

    def merged(self, schema: Any) -> Node:
        """``schema`` with its ``allOf`` as one."""
        schema = self.resolve(schema)
        if not isinstance(schema, dict):
            return {}
        parts = [self.merged(own) for own in schema.get("allOf", ())]
        whole: Node = {}
        for part in [*parts, {key: own for key, own in schema.items() if key != "allOf"}]:
            properties = {**whole.get("properties", {})}
            for name, own in part.get("properties", {}).items():
                properties[name] = {"allOf": [properties[name], own]} if name in properties else own
            required = [
                *whole.get("required", ()),
                *(part.get("required") or () if isinstance(part.get("required"), list) else ()),
            ]
            whole = {**whole, **part, "properties": properties, "required": required}
        return {key: own for key, own in whole.items() if own not in ({}, []) or key not in ("properties", "required")}


def is_json(media_type: str) -> bool:
    essence = media_type.partition(";")[0].strip().lower()
    return essence in ("application/json", "*/*") or essence.endswith("+json")


def is_form(media_type: str) -> bool:
    return media_type.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"


def is_text(media_type: str) -> bool:
    essence = media_type.partition(";")[0].strip().lower()
    return essence.startswith("text/") or essence.endswith(("/xml", "+xml"))


@lru_cache
def matching(pattern: str) -> str:
    """A string that ``pattern`` matches."""
    try:
        re.compile(pattern)
    except re.error:
        return "text"  # of another dialect
    readable = st.from_regex(re.compile(pattern)).filter(lambda own: own.isascii() and own.isprintable())
    return find(readable, lambda _: True, settings=settings(database=None, derandomize=True, phases=[Phase.generate]))


@frozen
class Expected:
    """What must be sent."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: Any
    """JSON, pairs, text or bytes, as the content type says; ``None`` if there is none."""


def scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class Check:
    """One call of one operation."""

    def __init__(self, contract: Contract, package: Any, client_class: Any, seed: int) -> None:
        self._contract = contract
        self._operations = {(own.method, own.path): own for own in package.OPERATIONS.values()}
        self._client_class = client_class
        self._seed = seed

    def problems(self) -> list[str]:
        """What is wrong with any operation."""
        problems: list[str] = []
        found: set[tuple[str, str]] = set()
        for path, method, node in self._contract.operations():
            operation = self._operations.get((method.upper(), path))
            if operation is None:
                problems.append(f"{method} {path}: there is no such operation")
                continue
            found.add((method.upper(), path))
            for every in (False, True):
                chance = random.Random(f"{self._seed} {method} {path} {every}")
                try:
                    problems += [
                        f"{method} {path}: {own}"
                        for own in self._call(operation, path, method, node, chance, every=every)
                    ]
                except Exception as error:  # noqa: BLE001  # a check reports whatever went wrong
                    problems.append(f"{method} {path} (every={every}): {type(error).__name__}: {error}")
        return problems + [f"{name}: not in the contract" for name in self._operations if name not in found]

    def _call(
        self, operation: Any, path: str, method: str, node: Node, chance: random.Random, *, every: bool
    ) -> list[str]:
        arguments: dict[str, Any] = {}
        query: list[tuple[str, str]] = []
        headers: dict[str, str] = {}
        url = path
        for own in node["parameters"]:
            value = self._contract.value(own.get("schema", {}), chance, "request", every=every)
            if not (own.get("required") or every):
                continue
            location, name = own["in"], own["name"]
            struct = {"path": operation.path_parameters, "query": operation.query, "header": operation.headers}.get(
                location
            )
            if struct is None:
                return [f"{name}: no place for a parameter in {location}"]
            if location == "header":
                value = re.sub(r"[^ -~]", "_", value).strip() if isinstance(value, str) else value
                headers[name.lower()] = ",".join(map(scalar, value)) if isinstance(value, list) else scalar(value)
            elif location == "path":
                text = ",".join(map(scalar, value)) if isinstance(value, list) else scalar(value)
                url = url.replace(f"{{{name}}}", quote(text, safe=""))
            elif isinstance(value, list) and own.get("explode", own.get("style", "form") == "form"):
                query += [(name, scalar(item)) for item in value]
            else:
                query.append((name, ",".join(map(scalar, value)) if isinstance(value, list) else scalar(value)))
            arguments[python_name(struct, name)] = value
        body: Any = None
        content = self._contract.content(node["requestBody"]) if "requestBody" in node else None
        required = content is not None and self._contract.resolve(node["requestBody"]).get("required", False)
        if content is not None and (required or every):
            media_type, entry = content
            headers["content-type"] = media_type
            body = self._body(media_type, entry.get("schema", {}), chance, every=every)
            arguments |= self._body_arguments(operation, media_type, body)
            if body == {} and not required:
                body, _ = None, headers.pop("content-type")
        response = self._response(node, chance, method)
        sent = self._sent(operation, arguments, response)
        return list(differences(sent, Expected(method.upper(), url, query, headers, body)))

    def _body(self, media_type: str, schema: Any, chance: random.Random, *, every: bool) -> Any:
        if is_json(media_type) or is_form(media_type):
            return self._contract.value(schema, chance, "request", every=every)
        return "some text" if is_text(media_type) else b"\x00\x01bytes"

    def _body_arguments(self, operation: Any, media_type: str, body: Any) -> Node:
        struct = operation.body
        spread = (
            isinstance(body, dict)
            and isinstance(struct, type)
            and issubclass(struct, Struct)
            and struct.__struct_fields__
        )
        if not spread:
            return {"body": body}
        known = {
            wire: name for name, wire in zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True)
        }
        signature = self._method(
            operation, self._client_class(api_key="fake", base_url="https://api.example")
        ).__annotations__
        own = {known[wire]: value for wire, value in body.items() if wire in known}
        own = {
            name if name in signature and not self._is_parameter(operation, name) else f"{name}_body": value
            for name, value in own.items()
        }
        tag = struct.__struct_config__.tag_field
        extra = {wire: value for wire, value in body.items() if wire not in known and wire != tag}
        return {**own, "extra_body": extra} if extra else own

    def _is_parameter(self, operation: Any, name: str) -> bool:
        structs = (operation.path_parameters, operation.query, operation.headers)
        return any(struct is not None and name in struct.__struct_fields__ for struct in structs)

    def _method(self, operation: Any, client: Any) -> Any:
        resource = client
        for attribute in operation.resource.split("."):
            resource = getattr(resource, attribute)
        return getattr(resource, operation.function)

    def _response(self, node: Node, chance: random.Random, method: str) -> httpx.Response:
        for status, own in node["responses"].items():
            if str(status)[:1] == "2" or (
                status == "default" and not any(str(each)[:1] == "2" for each in node["responses"])
            ):
                code = int(status) if str(status).isdecimal() else 200
                content = self._contract.content(own)
                if content is None or method == "head":
                    return httpx.Response(code)
                media_type, entry = content
                if is_json(media_type):
                    value = self._contract.value(entry.get("schema", {}), chance, "response", every=True)
                    return httpx.Response(
                        code, json=value, headers={"content-type": media_type.replace("*/*", "application/json")}
                    )
                return httpx.Response(code, content=b"text", headers={"content-type": media_type})
        return httpx.Response(200)

    def _sent(self, operation: Any, arguments: Node, response: httpx.Response) -> httpx.Request:
        sent: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            request.read()
            sent.append(request)
            return response

        with httpx.Client(transport=httpx.MockTransport(answer)) as http_client:
            client = self._client_class(
                api_key="fake-user:fake", base_url="https://api.example", http_client=http_client, max_retries=0
            )
            self._method(operation, client)(**arguments)
        (request,) = sent
        return request


def python_name(struct: Any, wire: str) -> str:
    """What the argument is called that travels as ``wire``."""
    names = dict(zip(struct.__struct_encode_fields__, struct.__struct_fields__, strict=True))
    return str(names[wire])


def differences(sent: httpx.Request, expected: Expected) -> Iterator[str]:
    """How what was sent differs from what must be."""
    raw_path, _, raw_query = sent.url.raw_path.decode().partition("?")
    yield from _differ("method", sent.method, expected.method)
    yield from _differ("path", raw_path, expected.path)
    yield from _differ("query", sorted(parse_qsl(raw_query, keep_blank_values=True)), sorted(expected.query))
    for name, value in expected.headers.items():
        yield from _differ(name, sent.headers.get(name), value)
    if expected.body is None:
        yield from _differ("body", sent.content, b"")
        return
    content_type = expected.headers["content-type"]
    if is_json(content_type):
        yield from _differ("body", json.loads(sent.content), expected.body)
    elif is_form(content_type):
        pairs = [
            (
                name,
                json.dumps(item, separators=(",", ":"), ensure_ascii=False) if isinstance(item, dict) else scalar(item),
            )
            for name, value in expected.body.items()
            for item in (value if isinstance(value, list) else [value])
        ]
        yield from _differ("form", sorted(parse_qsl(sent.content.decode(), keep_blank_values=True)), sorted(pairs))
    else:
        yield from _differ(
            "body", sent.content, expected.body if isinstance(expected.body, bytes) else expected.body.encode()
        )


def _differ(what: str, actual: object, expected: object) -> Iterator[str]:
    if actual != expected:
        yield f"{what} is {actual!r}, not {expected!r}"
