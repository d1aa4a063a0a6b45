"""The contract moves on: what that does to a sandbox that nobody has touched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

import httpx
import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import replace

from boltz_api.sandbox import Sandbox
from boltz_api.sandbox.behaviours import Call
from boltz_api_generated.model import Model
from boltz_api_generated.operations import OPERATIONS
from boltz_api_generated.request import Argument, Operation

KEYS = "/compute/v1/admin/api-keys"


class Owner(Model, frozen=True, kw_only=True):
    email: Annotated[str, Meta(min_length=3)]
    team_name: Annotated[str, Meta(max_length=5)] | UnsetType = msgspec.field(default=UNSET, name="team-name")


class NewKey(Model, frozen=True, kw_only=True):
    name: Annotated[str, Meta(max_length=3)]
    mode: Literal["live", "test", "preview"] | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=20)] | UnsetType = UNSET
    owner: Owner | UnsetType = UNSET
    rate: Annotated[float, Meta(gt=0)] | UnsetType = UNSET


class Key(Model, frozen=True, kw_only=True):
    id: str
    name: str
    livemode: bool
    created_at: datetime
    region: str
    quotas: list[int]
    description: str | UnsetType | None = UNSET
    owner: Owner | UnsetType | None = UNSET


class Created(Model, frozen=True, kw_only=True):
    key: str
    key_details: Key


class Page(Model, frozen=True, kw_only=True):
    data: list[Key]
    has_more: bool
    last_id: str | None


class ListQuery(Model, frozen=True, kw_only=True):
    limit: Annotated[int, Meta(ge=1, le=2)] | UnsetType = UNSET
    only: list[Literal["a", "b"]] | UnsetType = UNSET
    sort_by: Literal["name", "age"] | UnsetType = msgspec.field(default=UNSET, name="sort-by")


class TraceHeaders(Model, frozen=True, kw_only=True):
    x_trace_id: Annotated[int, Meta(ge=1)] = msgspec.field(name="x-trace-id")


CHANGED: dict[str, Operation[object]] = {
    "create_api_key": replace(OPERATIONS["create_api_key"], body=NewKey, response=Created),
    "list_api_keys": replace(OPERATIONS["list_api_keys"], query=ListQuery, response=Page),
    "get_api_key": Operation(
        name="get_api_key",
        method="GET",
        path=KEYS + "/{api_key_id}",
        tag="admin.api_keys",
        summary="Get an API key",
        arguments=(Argument(name="api_key_id", wire="api_key_id", location="path", required=True),),
        headers=TraceHeaders,
        response=Key,
    ),
    "delete_api_key": Operation(
        name="delete_api_key", method="DELETE", path=KEYS + "/{api_key_id}", tag="admin.api_keys", summary="Delete"
    ),
    "list_jobs": Operation(
        name="list_jobs", method="GET", path="/compute/v1/jobs", tag="jobs", summary="List jobs", response=list[str]
    ),
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(operations=CHANGED) as running:
        yield running


def test_a_new_field_is_checked_and_kept(admin: httpx.Client) -> None:
    given = {"description": "for the night run", "owner": {"email": "a@b", "team-name": "five5", "unknown": 1}}
    details = admin.post(KEYS, json={"name": "x", **given}).json()["key_details"]

    assert details["description"] == "for the night run"
    assert details["owner"] == {"email": "a@b", "team-name": "five5"}
    assert details == admin.get(KEYS).json()["data"][-1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "four"}, "name"),
        ({"name": "x", "description": "x" * 21}, "description"),
        ({"name": "x", "owner": {"team-name": "a"}}, "owner"),
        ({"name": "x", "owner": {"email": "a@b", "team-name": "too long"}}, "owner"),
        ({"name": "x", "rate": 0}, "rate"),
    ],
)
def test_a_new_rule_is_kept_to(admin: httpx.Client, body: dict[str, object], field: str) -> None:
    response = admin.post(KEYS, json=body)

    assert (response.status_code, list(response.json()["details"])) == (422, [field])


def test_a_rule_that_is_gone_is_gone(admin: httpx.Client) -> None:
    """The changed contract has no ``allowed_ips``, so that it no longer says what may stand there."""
    assert admin.post(KEYS, json={"name": "x", "allowed_ips": "none of these"}).status_code == 200


def test_a_new_option_is_taken(admin: httpx.Client) -> None:
    answer = admin.post(KEYS, json={"name": "x", "mode": "preview"}).json()

    assert answer["key"].startswith("sk_bc_ws_preview_")
    assert answer["key_details"]["livemode"] is False


def test_what_an_answer_must_have_and_the_sandbox_cannot_know_is_made_up_and_named(admin: httpx.Client) -> None:
    response = admin.post(KEYS, json={"name": "x"})
    created = msgspec.json.decode(response.content, type=Created)

    assert response.headers["x-sandbox-made-up"] == "key_details.region, key_details.quotas"
    assert (created.key_details.name, created.key_details.region, created.key_details.quotas) == ("x", "region", [0])

    response = admin.get(KEYS)
    assert response.headers["x-sandbox-made-up"] == "data.region, data.quotas"
    assert len(msgspec.json.decode(response.content, type=Page).data) == 3


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=2", 200),
        ("limit=3", 422),
        ("only=a&only=b", 200),
        ("only=a&only=c", 422),
        ("sort-by=name", 200),
        ("sort-by=size", 422),
        ("sort_by=size", 200),
    ],
)
def test_a_new_parameter_is_checked(admin: httpx.Client, query: str, status: int) -> None:
    assert admin.get(f"{KEYS}?{query}").status_code == status


def test_an_operation_without_behaviour_answers_an_example_and_says_so(admin: httpx.Client) -> None:
    response = admin.get(f"{KEYS}/any", headers={"x-trace-id": "5"})

    assert (response.status_code, response.headers["x-sandbox-made-up"]) == (200, "answer")
    assert msgspec.json.decode(response.content, type=Key) == Key(
        id="id",
        name="name",
        livemode=True,
        created_at=datetime.fromisoformat("2019-12-27T18:11:19.117Z"),
        region="region",
        quotas=[0],
        description="description",
        owner=Owner(email="email", team_name="team-"),
    )


@pytest.mark.parametrize("trace", [None, "x", "0"])
def test_it_is_checked_and_guarded_all_the_same(sandbox: Sandbox, admin: httpx.Client, trace: str | None) -> None:
    headers = {} if trace is None else {"X-Trace-Id": trace}
    refused = admin.get(f"{KEYS}/any", headers=headers)

    assert (refused.status_code, list(refused.json()["details"])) == (422, ["x-trace-id"])
    assert httpx.get(f"{sandbox.url}{KEYS}/any", headers=headers).status_code == 401


def test_an_operation_without_an_answer_answers_204(admin: httpx.Client) -> None:
    response = admin.delete(f"{KEYS}/any")

    assert (response.status_code, response.content, response.headers["x-sandbox-made-up"]) == (204, b"", "answer")


def test_a_workspace_key_may_do_what_is_not_for_admins(sandbox: Sandbox) -> None:
    headers = {"x-api-key": sandbox.new_key().key}

    assert httpx.get(sandbox.url + "/compute/v1/jobs", headers=headers).json() == ["string"]
    assert httpx.get(sandbox.url + KEYS, headers=headers).status_code == 403


def test_an_operation_that_is_gone_is_not_there(admin: httpx.Client) -> None:
    assert admin.post(f"{KEYS}/any/revoke").status_code == 404


def test_a_behaviour_that_fails_is_the_sandbox_s_fault(caplog: pytest.LogCaptureFixture) -> None:
    def fails(call: object, store: object) -> object:
        raise KeyError("no such bug")

    with Sandbox(operations=CHANGED, behaviours={"list_jobs": fails}) as sandbox:
        response = httpx.get(sandbox.url + "/compute/v1/jobs", headers={"x-api-key": sandbox.admin_key})

    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert "no such bug" in caplog.text
    assert "no such bug" not in response.text


def test_a_body_that_may_be_left_out_may_be_left_out() -> None:
    def echo(call: Call, store: object) -> object:
        return [str(call.body)]

    jobs = replace(
        CHANGED["list_jobs"],
        method="POST",
        arguments=(Argument(name="limit", wire="limit", location="body"),),
        body=ListQuery,
    )
    with Sandbox(operations={"list_jobs": jobs}, behaviours={"list_jobs": echo}) as sandbox:
        headers = {"x-api-key": sandbox.admin_key}
        url = sandbox.url + "/compute/v1/jobs"
        answers = [httpx.post(url, headers=headers, json=body) for body in (None, {"limit": 2})]
        refused = httpx.post(url, headers=headers, content=b"{}")

    assert [answer.json() for answer in answers] == [["{}"], ["{'limit': 2}"]]
    assert refused.status_code == 415


def test_a_sandbox_can_be_taught_a_behaviour() -> None:
    def jobs(call: object, store: object) -> object:
        return ["fold"]

    with Sandbox(operations=CHANGED, behaviours={"list_jobs": jobs}) as sandbox:
        response = httpx.get(sandbox.url + "/compute/v1/jobs", headers={"x-api-key": sandbox.admin_key})

    assert (response.json(), response.headers.get("x-sandbox-made-up")) == (["fold"], None)
