"""``openapi.yaml`` says everything that the API's reference says, and nothing else: see ``contract_facts.txt``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
import yaml

from boltz_api_generated import OPERATIONS

FACTS = Path(__file__).with_name("contract_facts.txt")

# What of a schema the table speaks of, beside its structure.
KEYWORDS = (
    "additionalProperties", "anyOf", "default", "description", "enum", "format", "maxLength", "maximum", "minLength",
    "minimum",
)  # fmt: skip
# Written for the contract: the reference has nothing here, and the lint or the generators want something.
OWN = {
    "create_api_key answer key_details description",
    "create_api_key body - schema",
    "revoke_api_key answer - example",
    "revoke_api_key path api_key_id description",
    "service error code description",
    "service error details description",
    "service error message description",
    "service status 200 says",
    "service status default says",
}


class Fact(NamedTuple):
    pages: str
    says: str
    place: str
    expected: str


def facts() -> list[Fact]:
    lines = FACTS.read_text(encoding="utf-8").splitlines()
    return [Fact(*line.split(" | ")) for line in lines if line and not line.startswith("#")]


class Schema:
    """A schema with its references followed and its ``allOf`` merged, so that it can be asked plain questions."""

    def __init__(self, document: dict[str, Any], schema: dict[str, Any], *, required: bool | None = None) -> None:
        self.document = document
        self.name = schema.get("$ref", "").rpartition("/")[2] or None
        self.is_required = required
        self.said = self._merged(schema)

    def _merged(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        merged: dict[str, Any] = {}
        for part in [*map(self._merged, schema.get("allOf", [])), schema]:
            properties = {**merged.get("properties", {}), **part.get("properties", {})}
            required = [*merged.get("required", []), *part.get("required", [])]
            merged |= {**part, "properties": properties, "required": required}
        return merged

    def fields(self) -> dict[str, Schema]:
        required = set(self.said["required"])
        properties = self.said["properties"].items()
        return {name: Schema(self.document, schema, required=name in required) for name, schema in properties}

    def items(self) -> Schema | None:
        return Schema(self.document, self.said["items"]) if "items" in self.said else None

    def aspects(self) -> Iterator[tuple[str, Any]]:
        """Everything the table says of a schema."""
        types = self.said["type"] if isinstance(self.said["type"], list) else [self.said["type"]]
        yield "type", next(name for name in types if name != "null")
        yield "nullable", "null" in types
        if self.is_required is not None:
            yield "required", self.is_required
        if self.name:
            yield "schema", self.name
        if self.said["properties"]:
            yield "fields", list(self.said["properties"])
        yield from ((keyword, self.said[keyword]) for keyword in KEYWORDS if keyword in self.said)

    def walk(self, field: str = "") -> Iterator[tuple[str, Any]]:
        """Field and aspect, and what stands there, for the schema and all below it."""
        yield from ((f"{field or '-'} {aspect}", value) for aspect, value in self.aspects())
        for name, schema in self.fields().items():
            yield from schema.walk(f"{field}.{name}" if field else name)
        if items := self.items():
            yield from items.walk(f"{field}[]")


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        yield from ((path, method, operation) for method, operation in item.items())


def response(document: dict[str, Any], operation: dict[str, Any], status: str) -> dict[str, Any]:
    found: dict[str, Any] = operation["responses"][status]
    if "$ref" in found:
        found = document["components"]["responses"][found["$ref"].rpartition("/")[2]]
    return found


def parameters(document: dict[str, Any], operation: dict[str, Any], location: str) -> Iterator[tuple[str, Any]]:
    found = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == location]
    if found:
        yield f"{location} - fields", [parameter["name"] for parameter in found]
    for parameter in found:
        schema = Schema(document, parameter["schema"], required=parameter.get("required", False))
        schema.said["description"] = parameter["description"]
        yield from ((f"{location} {place}", value) for place, value in schema.walk(parameter["name"]))
        if "example" in parameter:
            yield f"{location} {parameter['name']} example", parameter["example"]


def content(document: dict[str, Any], part: str, carrier: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    media = carrier["content"]["application/json"]
    schema = Schema(document, media["schema"], required=carrier.get("required"))
    yield from ((f"{part} {place}", value) for place, value in schema.walk())
    yield from ((f"{part} - example", example["value"]) for example in media.get("examples", {}).values())


def places(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every place of the contract that a fact can be about, and what stands there."""
    for tag in document["tags"]:
        yield f"{tag['name']} tag heading", tag["x-displayName"]
        yield f"{tag['name']} tag says", tag["description"]
    (server,) = document["servers"]
    yield "service - server", server["url"]
    (scheme,) = document["components"]["securitySchemes"].values()
    yield "service - key", {key: value for key, value in scheme.items() if key != "description"}
    yield "service key says", scheme["description"]
    yield "service - security", document["security"]
    for place, value in Schema(document, {"$ref": "#/components/schemas/Error"}).walk():
        if place != "- schema":
            yield f"service error {place}", value
    for path, method, operation in operations(document):
        name = operation["operationId"]
        (tag_name,) = operation["tags"]
        yield f"{name} operation method", method
        yield f"{name} operation path", path
        yield f"{name} operation tag", tag_name
        yield f"{name} operation summary", operation["summary"]
        yield f"{name} operation description", operation["description"]
        answers = {status: response(document, operation, status) for status in operation["responses"]}
        yield from ((f"service status {status} says", answer["description"]) for status, answer in answers.items())
        statuses = {status: answer["content"] for status, answer in answers.items()}
        successes = {status: list(body) for status, body in statuses.items() if status.startswith("2")}
        yield f"{name} operation success", successes
        errors = {status: body for status, body in statuses.items() if status not in successes}
        yield (
            f"{name} operation errors",
            {status: body["application/json"]["schema"]["$ref"].rpartition("/")[2] for status, body in errors.items()},
        )
        parts = [*parameters(document, operation, "path"), *parameters(document, operation, "query")]
        if "requestBody" in operation:
            parts += content(document, "body", operation["requestBody"])
        parts += content(document, "answer", response(document, operation, "200"))
        yield from ((f"{name} {place}", value) for place, value in parts)


@pytest.fixture(scope="module")
def contract(root: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((root / "openapi.yaml").read_bytes())
    return document


@pytest.fixture(scope="module")
def said(contract: dict[str, Any]) -> dict[str, Any]:
    return dict(places(contract))


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: f"{fact.place} ({fact.pages})")
def test_the_contract_says_it(said: dict[str, Any], fact: Fact) -> None:
    assert fact.place in said, f"the contract does not say: {fact.says} ({fact.pages})"
    expected, actual = json.loads(fact.expected), said[fact.place]
    if fact.place.endswith(" says"):
        assert expected in " ".join(actual.split())
    else:
        assert actual == expected, f"the reference says: {fact.says} ({fact.pages})"


def test_the_contract_says_nothing_that_the_reference_does_not(said: dict[str, Any]) -> None:
    known = {fact.place for fact in facts()} | OWN
    # That a value may not be null needs no source.
    unsourced = [place for place in said if place not in known and not place.endswith(" nullable")]
    assert unsourced == []
    assert known - said.keys() == set()


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_examples_are_what_the_models_take(contract: dict[str, Any], name: str) -> None:
    (operation,) = (found for _, _, found in operations(contract) if found["operationId"] == name)
    decoded = [
        msgspec.convert(example["value"], model, strict=True)
        for carrier, model in (
            (operation.get("requestBody", {}), OPERATIONS[name].body),
            (response(contract, operation, "200"), OPERATIONS[name].response),
        )
        for media in carrier.get("content", {}).values()
        for example in media["examples"].values()
    ]
    assert decoded
