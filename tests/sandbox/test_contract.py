"""Any contract: operations without behaviour, new fields and rules, and examples of every type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from boltz_api.sandbox import Sandbox
from boltz_api.sandbox.schemas import Schemas
from boltz_api.sandbox.service import Call

KEYS = "/compute/v1/admin/api-keys"


def answer(schema: object) -> dict[str, Any]:
    return {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}


def body(schema: object, *, required: bool = True) -> dict[str, Any]:
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def operation(
    name: str, tag: str, responses: dict[str, Any], *parameters: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """An operation of a contract in its normal form."""
    given = {"operationId": name, "tags": [tag], "parameters": list(parameters), "responses": responses}
    return {**given, "security": [{"apiKey": []}], **more}


def parameter(name: str, place: str, schema: object, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": schema}


ADMIN = "admin.api_keys"
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
SCHEMAS: dict[str, Any] = {
    "Owner": {
        "type": "object",
        "required": ["email"],
        "properties": {"email": {"type": "string", "minLength": 3}, "team-name": {"type": "string", "maxLength": 5}},
    },
    "NewKey": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "maxLength": 3},
            "mode": {"type": "string", "enum": ["live", "test", "preview"]},
            "description": {"type": "string", "maxLength": 20},
            "owner": ref("Owner"),
            "rate": {"type": "number", "exclusiveMinimum": 0},
        },
    },
    "Key": {
        "type": "object",
        "required": ["id", "name", "livemode", "created_at", "region", "quotas"],
        "properties": {
            "id": TEXT,
            "name": TEXT,
            "livemode": {"type": "boolean"},
            "created_at": {"type": "string", "format": "date-time"},
            "region": TEXT,
            "quotas": {"type": "array", "items": {"type": "integer"}},
            "description": {"type": ["string", "null"]},
            "owner": {"anyOf": [ref("Owner"), {"type": "null"}]},
        },
    },
    "Created": {
        "type": "object",
        "required": ["key", "key_details"],
        "properties": {"key": TEXT, "key_details": ref("Key")},
    },
    "Page": {
        "type": "object",
        "required": ["data", "has_more", "last_id"],
        "properties": {
            "data": {"type": "array", "items": ref("Key")},
            "has_more": {"type": "boolean"},
            "last_id": {"type": ["string", "null"]},
        },
    },
}
QUERY = (
    parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 2}),
    parameter("only", "query", {"type": "array", "items": {"enum": ["a", "b"]}}),
    parameter("sort-by", "query", {"type": "string", "enum": ["name", "age"]}),
)
KEY_ID = parameter("key-id", "path", TEXT, required=True)
TRACE = parameter("x-trace-id", "header", {"type": "integer", "minimum": 1}, required=True)
JOB = {"type": "object", "properties": {"limit": {"type": "integer"}}}
CSV = {"200": {"description": "", "content": {"text/csv": {"schema": TEXT, "examples": {"one": {"value": "a,b"}}}}}}
CHANGED: dict[str, Any] = {
    "paths": {
        KEYS: {
            "post": operation("create_api_key", ADMIN, answer(ref("Created")), requestBody=body(ref("NewKey"))),
            "get": operation("list_api_keys", ADMIN, answer(ref("Page")), *QUERY),
        },
        KEYS + "/{key-id}": {
            "get": operation("get_api_key", ADMIN, answer(ref("Key")), KEY_ID, TRACE),
            "delete": operation("delete_api_key", ADMIN, {"204": {"description": ""}}, KEY_ID),
        },
        KEYS + "/latest": {"get": operation("latest", ADMIN, answer({"const": "latest"}))},
        "/compute/v1/jobs": {
            "get": operation("list_jobs", "jobs", answer(TEXTS)),
            "post": operation(
                "create_job", "jobs", {"201": answer(TEXTS)["200"]}, requestBody=body(JOB, required=False)
            ),
        },
        "/compute/v1/logs": {
            "post": operation(
                "upload_log",
                "jobs",
                CSV,
                security=[],
                requestBody={"required": True, "content": {"text/plain": {"schema": TEXT}}},
            )
        },
    },
    "components": {
        "securitySchemes": {"apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
        "schemas": SCHEMAS,
    },
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(contract=CHANGED) as running:
        yield running


def test_a_new_field_is_checked_and_kept(admin: httpx.Client) -> None:
    given = {"description": "for the night run", "owner": {"email": "a@b", "team-name": "five5", "unknown": 1}}
    created = admin.post(KEYS, json={"name": "x", "mode": "preview", **given}).json()
    details = created["key_details"]

    assert (created["key"][:17], details["livemode"]) == ("sk_bc_ws_preview_", False)
    assert details["description"] == "for the night run"
    assert details["owner"] == {"email": "a@b", "team-name": "five5"}
    assert details == admin.get(KEYS).json()["data"][-1]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"description": "x" * 21}, "description"),
        ({"owner": {"email": "a@b", "team-name": "too long"}}, "owner"),
        ({"rate": 0}, "rate"),
    ],
)
def test_a_new_rule_holds(admin: httpx.Client, changed: dict[str, object], field: str) -> None:
    response = admin.post(KEYS, json={"name": "x", **changed})

    assert (response.status_code, list(response.json()["details"])) == (422, [field])


def test_required_fields_that_the_sandbox_cannot_know_are_made_up_and_named(admin: httpx.Client) -> None:
    response = admin.post(KEYS, json={"name": "x"})
    details = response.json()["key_details"]
    assert response.headers["x-sandbox-made-up"] == "key_details.region, key_details.quotas"
    assert (details["name"], details["region"], details["quotas"]) == ("x", "region", [0])

    response = admin.get(KEYS)
    assert response.headers["x-sandbox-made-up"] == "data.region, data.quotas"
    assert len(response.json()["data"]) == 3


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=3", 422),
        ("only=a&only=b", 200),
        ("only=a&only=c", 422),
        ("sort-by=size", 422),
    ],
)
def test_a_new_parameter_is_checked(admin: httpx.Client, query: str, status: int) -> None:
    assert admin.get(f"{KEYS}?{query}").status_code == status


def test_an_operation_without_behaviour_answers_an_example_and_says_so(sandbox: Sandbox, admin: httpx.Client) -> None:
    response = admin.get(f"{KEYS}/any", headers={"x-trace-id": "5"})

    assert (response.status_code, response.headers["x-sandbox-made-up"]) == (200, "answer")
    assert response.json() == {
        "id": "id",
        "name": "name",
        "livemode": True,
        "created_at": "2019-12-27T18:11:19.117Z",
        "region": "region",
        "quotas": [0],
        "description": "description",
        "owner": {"email": "email", "team-name": "team-"},
    }
    response = admin.delete(f"{KEYS}/any")
    assert (response.status_code, response.content, response.headers["x-sandbox-made-up"]) == (204, b"", "answer")
    for headers in ({}, {"x-trace-id": "0"}):
        refused = admin.get(f"{KEYS}/any", headers=headers)
        assert (refused.status_code, list(refused.json()["details"])) == (422, ["x-trace-id"])
    assert httpx.get(f"{sandbox.url}{KEYS}/any").status_code == 401
    assert admin.post(f"{KEYS}/any/revoke").status_code == 404  # which this contract does not have


def test_a_path_that_is_spelled_out_comes_before_a_placeholder(admin: httpx.Client) -> None:
    assert admin.get(f"{KEYS}/latest").json() == "latest"
    assert admin.post(f"{KEYS}/latest").headers["allow"] == "GET"
    assert admin.post(f"{KEYS}/any").headers["allow"] == "DELETE, GET"


def test_operations_without_the_tag_admin_are_for_workspace_keys_too(sandbox: Sandbox) -> None:
    headers = {"x-api-key": sandbox.new_key().key}

    assert httpx.get(sandbox.url + "/compute/v1/jobs", headers=headers).json() == ["string"]
    assert httpx.get(sandbox.url + KEYS, headers=headers).status_code == 403


def test_other_media_types_and_no_authentication(sandbox: Sandbox) -> None:
    response = httpx.post(sandbox.url + "/compute/v1/logs", content="a", headers={"content-type": "text/plain"})
    assert (response.text, response.headers["content-type"]) == ("a,b", "text/csv; charset=utf-8")

    assert httpx.post(sandbox.url + "/compute/v1/logs", json={}).status_code == 415


def test_a_behaviour_can_be_added(sandbox: Sandbox) -> None:
    def echo(call: Call, store: object) -> object:
        return [str(call.body)]

    with Sandbox(contract=CHANGED, behaviours={"create_job": echo}) as taught:
        headers, url = {"x-api-key": taught.admin_key}, taught.url + "/compute/v1/jobs"
        responses = [httpx.post(url, headers=headers, json=given) for given in (None, {"limit": 2})]
        undeclared = httpx.post(url, headers=headers, content=b"{}")

    assert [response.json() for response in responses] == [["None"], ["{'limit': 2}"]]
    assert {(one.status_code, one.headers.get("x-sandbox-made-up")) for one in responses} == {(201, None)}
    assert undeclared.status_code == 415


def test_a_behaviour_that_fails_is_an_error_of_the_sandbox(caplog: pytest.LogCaptureFixture) -> None:
    def fails(call: object, store: object) -> object:
        raise KeyError("no such bug")

    with Sandbox(contract=CHANGED, behaviours={"list_jobs": fails}) as sandbox:
        response = httpx.get(sandbox.url + "/compute/v1/jobs", headers={"x-api-key": sandbox.admin_key})

    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert "no such bug" in caplog.text
    assert "no such bug" not in response.text


NESTED = Schemas(
    {
        "components": {
            "schemas": {
                "Cat": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "Cat"}}},
                "Folder": {
                    "type": "object",
                    "required": ["name", "folders", "parent"],
                    "properties": {
                        "name": TEXT,
                        "folders": {"type": "array", "items": ref("Folder")},
                        "by_name": {"type": "object", "additionalProperties": ref("Folder")},
                        "parent": {"anyOf": [ref("Folder"), {"type": "null"}]},
                        "sibling": ref("Folder"),
                    },
                },
            }
        }
    }
)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (TEXT, "string"),
        ({"type": ["string", "null"]}, "string"),
        ({"type": "string", "format": "date-time"}, "2019-12-27T18:11:19.117Z"),
        ({"type": "string", "format": "uuid"}, "00000000-0000-4000-8000-000000000000"),
        ({"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}, "192.0.2.1"),
        ({"type": "string", "enum": ["b", "a"]}, "b"),
        ({"type": "integer", "exclusiveMinimum": 5, "maximum": 20, "multipleOf": 7}, 14),
        ({"type": "string", "minLength": 9, "maxLength": 9}, "stringstr"),
        ({"type": "string", "examples": ["fold", "dock"]}, "fold"),
        ({"type": "integer", "default": 7}, 7),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 3}, [0, 0, 0]),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, {"key": 0}),
        ({"oneOf": [ref("Cat"), ref("Folder")]}, {"kind": "Cat"}),
        (ref("Folder"), {"name": "name", "folders": [], "by_name": {}, "parent": None}),
    ],
)
def test_an_example_is_plain_and_fits(schema: Mapping[str, Any], value: object) -> None:
    assert NESTED.example(schema) == value
    assert list(NESTED.faults(schema, value)) == []


@pytest.mark.parametrize(
    ("schema", "value", "fault"),
    [
        ({"type": "object", "additionalProperties": False}, {"a": 1}, (("a",), "Unknown field")),
        ({"type": "array", "uniqueItems": True}, [1, 1], ((), "Expected no item twice")),
        ({"type": "string", "pattern": "^a"}, "b", ((), "Expected a text that matches ^a")),
        ({"type": "number", "multipleOf": 0.1}, 0.25, ((), "Expected a multiple of 0.1")),
        ({"type": "string", "format": "date-time"}, "2020-01-01T00:00:00", ((), "Expected a valid date-time")),
        ({"oneOf": [TEXT, {"type": "string"}]}, "x", ((), "Expected to fit one of the alternatives, not several")),
        ({"anyOf": [TEXT, {"type": "null"}]}, 1, ((), "Expected string; or: Expected null")),
    ],
)
def test_a_fault_has_its_place_and_reason(schema: object, value: object, fault: object) -> None:
    assert list(NESTED.faults(schema, value)) == [fault]
