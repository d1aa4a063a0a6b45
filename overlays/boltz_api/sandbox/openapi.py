"""The contract as the sandbox reads it, from the normal form ``boltz_api_generated/openapi.json``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias, cast

import msgspec
from attrs import frozen

from boltz_api.sandbox.schemas import Schema, Schemas, number, sentence, types_of

Checked: TypeAlias = tuple[dict[str, object], dict[str, str]]
"""Arguments by name, and their faults by name."""


@frozen(kw_only=True)
class Operation:
    """An operation of the contract."""

    name: str
    method: str
    path: str
    tag: str
    authenticated: bool
    parameters: Sequence[Schema]
    body: Mapping[str, Schema]
    """The request's body, a schema for each media type; empty where it has none."""
    body_required: bool
    status: int
    """The status of a successful response."""
    response: Mapping[str, Any]
    """Its body, as OpenAPI's media types."""


class Contract:
    """The operations of a contract, and checks of their requests."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.schemas = Schemas(document)
        schemes: Iterable[Schema] = document["components"]["securitySchemes"].values()
        self.key_header = next((scheme["name"] for scheme in schemes if "name" in scheme), "authorization")
        """The header that carries the API key."""
        self.operations: Mapping[str, Operation] = {
            node["operationId"]: _operation(path, method, node)
            for path, item in document["paths"].items()
            for method, node in item.items()
        }

    def arguments(self, operation: Operation, location: str, pairs: Sequence[tuple[str, str]]) -> Checked:
        """Decode and check the arguments in text form: in the path, the query or the headers."""
        texts: dict[str, list[str]] = {}
        for key, text in pairs:
            texts.setdefault(key, []).append(text)
        arguments: dict[str, object] = {}
        faults: dict[str, str] = {}
        for parameter in operation.parameters:
            name = cast("str", parameter["name"])
            if parameter["in"] != location:
                continue
            given = texts.get(name.lower() if location == "header" else name)
            schema = self.schemas.resolve(parameter["schema"])
            if given is None:
                if parameter["required"]:
                    faults[name] = "Required, but missing"
            elif "array" in types_of(schema):
                if location != "query" or parameter.get("explode") is False:
                    given = [part.strip() for part in given[0].split(",")]
                arguments[name] = [self._decode(schema.get("items"), text) for text in given]
            elif len(given) > 1:
                faults[name] = "Given more than once"
            else:
                arguments[name] = self._decode(schema, given[0])
            if name in arguments:
                for fault in self.schemas.faults(schema, arguments[name]):
                    faults[name] = sentence(*fault)
        return arguments, faults

    def _decode(self, schema: Any, text: str) -> object:
        """Return the value that the text of a parameter encodes, or the text itself."""
        types = types_of(self.schemas.resolve(schema))
        if "boolean" in types and text in ("true", "false"):
            return text == "true"
        if {"integer", "number"} & set(types) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
            return number(text)
        return text

    def body(self, schema: Schema, value: object) -> tuple[object, dict[str, str]]:
        """Return the fields of a decoded JSON body that the contract knows, and its faults by field."""
        faults: dict[str, str] = {}
        for (field, *inner), reason in (
            (path or ("body",), reason) for path, reason in self.schemas.faults(schema, value)
        ):
            faults.setdefault(field, sentence(tuple(inner), reason))
        return self.schemas.fit(schema, value), faults

    def example(self, media: Schema) -> object:
        """Return an example of a response: the contract's own, or one made from the schema."""
        given = [example["value"] for example in media.get("examples", {}).values() if "value" in example]
        return given[0] if given else self.schemas.example(media["schema"])


def _operation(path: str, method: str, node: Schema) -> Operation:
    body, responses = node.get("requestBody", dict[str, Any]()), node["responses"]
    success = min((status for status in responses if status.startswith("2")), default="default")
    return Operation(
        name=node["operationId"],
        method=method.upper(),
        path=path,
        tag=node["tags"][0],
        authenticated=bool(node["security"]),
        parameters=node["parameters"],
        body={name: media["schema"] for name, media in body.get("content", {}).items()},
        body_required=body.get("required", False),
        status=int(success) if success.isdigit() else 200,
        response=responses[success].get("content", {}),
    )


def is_json(media_type: str) -> bool:
    """Return true for ``application/json`` and types that are built on JSON."""
    return media_type.endswith(("/json", "+json"))


@cache
def published_contract() -> Contract:
    """Return the contract that this version of the package was generated from."""
    # Found, not imported: the package loads the client's runtime, which a server has no use for.
    spec = find_spec("boltz_api_generated")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("No module named 'boltz_api_generated'", name="boltz_api_generated")
    return Contract(msgspec.json.decode(Path(spec.origin).with_name("openapi.json").read_bytes()))
