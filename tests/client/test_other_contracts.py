"""What today's contract does not have and tomorrow's may: other media types, unions, maps, secrets in requests."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from uuid import UUID

import httpx
import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from boltz_api import APIResponseValidationError, ArgumentError, ArgumentValueError, Boltz, InternalServerError
from boltz_api.model import IPv6Text, Model, SecretText
from boltz_api.redact import MASK
from boltz_api.request import (
    APIKeyHeader,
    BasicCredentials,
    BearerToken,
    CallOptions,
    Operation,
    Pagination,
    Request,
    build_request,
)
from boltz_api.resource import SyncResource
from boltz_api.response import Received, decode
from boltz_api.settings import Settings
from boltz_api.validation import validated

if TYPE_CHECKING:
    from tests.client.conftest import SayHTTP, Scripted


class Cat(Model, frozen=True, kw_only=True, tag="cat", tag_field="kind"):
    lives: int


class Dog(Model, frozen=True, kw_only=True, tag="dog", tag_field="kind"):
    friends: dict[str, Cat | None] = msgspec.field(default_factory=dict[str, Cat | None])


class Newer(Model, frozen=True, kw_only=True, tag="", tag_field="kind"):
    """A variant that a newer server may send."""


class Zoo(Model, frozen=True, kw_only=True):
    animals: list[Cat | Dog | Newer]
    named: dict[str, Cat | Dog | Newer]
    notes: dict[str, list[int]] = msgspec.field(default_factory=dict[str, list[int]])


ZOO: dict[str, object] = {
    "animals": [
        {"kind": "cat", "lives": 9, "x": 1},
        {"kind": "dog", "friends": {"a": {"kind": "cat", "lives": 1, "y": 2}}},
        {"kind": "fish", "fins": 2},
    ],
    "named": {"rex": {"kind": "dog", "friends": {"none": None}, "z": 3}},
    "notes": {"n": [1]},
    "open": {"deep": [True]},
}


def received(body: bytes, *, status: int = 200, **operation: Any) -> Received:
    described: Operation[object] = Operation(name="o", method="GET", path="/", authenticated=False, **operation)
    prepared = build_request(Request(described, CallOptions()), Settings(base_url="http://x/"))
    return Received(prepared, httpx.Response(status, content=body), body, 0)


def test_unknown_fields_are_kept_in_maps_and_unions() -> None:
    zoo: Zoo = decode(received(json.dumps(ZOO).encode()), Zoo)
    cat, dog, fish = zoo.animals
    assert zoo.model_extra == {"open": {"deep": [True]}}
    assert (cat.model_extra, dog.model_extra) == ({"x": 1}, {})
    assert fish.model_extra == {"kind": "fish", "fins": 2}
    assert isinstance(dog, Dog)
    friend = dog.friends["a"]
    assert friend is not None
    assert friend.model_extra == {"y": 2}
    assert zoo.named["rex"].model_extra == {"z": 3}
    assert zoo.notes == {"n": [1]}


class Vault(Model, frozen=True, kw_only=True):
    word: Annotated[SecretText, Meta(min_length=40)]
    sizes: dict[str, Annotated[int, Meta(ge=1)]] | UnsetType = UNSET
    addresses: dict[str, IPv6Text] | UnsetType = UNSET
    ratio: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    tags: Annotated[list[str], Meta(min_length=1, extra={"unique": True})] | UnsetType = UNSET
    code: Annotated[str, Meta(pattern="^a+$")] | UnsetType = UNSET


WORD = "x" * 40
BROKEN: list[tuple[dict[str, object], str]] = [
    ({"word": "my secret word"}, f"word: expected a string of at least 40 characters, got {MASK!r}"),
    ({"word": WORD, "sizes": {"a": 0}}, "sizes"),
    ({"word": WORD, "addresses": {"home": "127.0.0.1"}}, "expected an IPv6 address, got '127.0.0.1'"),
    ({"word": WORD, "ratio": 2}, "ratio: expected a number from 0 to 1, got 2"),
    ({"word": WORD, "tags": []}, "tags: expected a list of at least 1 item"),
    ({"word": WORD, "tags": ["a", "a"]}, "tags: expected a list without duplicates"),
    ({"word": WORD, "code": "b"}, "code: expected a string that matches '^a+$', got 'b'"),
]


@pytest.mark.parametrize(("values", "message"), BROKEN)
def test_what_breaks_another_contract_is_named(values: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        validated(values, Vault)
    assert message in str(caught.value)
    assert "my secret word" not in str(caught.value)


class Open(Model, frozen=True, kw_only=True, rename={"from_": "from"}):
    __open__: ClassVar[bool] = True

    from_: Annotated[int, Meta(ge=1)]


def test_members_beyond_the_fields_are_sent_where_the_contract_is_open() -> None:
    assert json.loads(msgspec.json.encode(validated({"from_": 1, "more": [1]}, Open))) == {"from": 1, "more": [1]}
    with pytest.raises(ArgumentValueError, match="from_: expected an integer of at least 1, got 0"):
        validated({"from_": 0, "more": 1}, Open)


class PingHeaders(Model, frozen=True, kw_only=True, rename={"trace": "x-trace", "tries": "x-tries", "ids": "x-ids"}):
    trace: str | UnsetType = UNSET
    tries: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    ids: list[int] | UnsetType = UNSET


class PingQuery(Model, frozen=True, kw_only=True, rename={"sort_by": "sort-by"}):
    sort_by: list[str] | UnsetType = UNSET
    ids: list[int] | UnsetType = UNSET
    since: datetime | UnsetType = UNSET
    day: date | UnsetType = UNSET
    deep: bool | UnsetType = UNSET


class PingPath(Model, frozen=True, kw_only=True, rename={"ping_id": "ping-id"}):
    ping_id: UUID
    parts: list[str]


PING: Operation[object] = Operation(
    name="ping",
    method="GET",
    path="/ping/{ping-id}/{parts}",
    function="ping",
    path_parameters=PingPath,
    query=PingQuery,
    headers=PingHeaders,
    comma=frozenset({"ids"}),
    response=object,
    repeatable=True,
)


class Calls(SyncResource):
    """Makes calls as generated methods do."""

    def call(self, operation: Operation[object], **parts: Any) -> object:
        return self._call(Request(operation, parts.pop("options", CallOptions()), **parts))

    def list(self, operation: Operation[object]) -> Any:
        return self._list(Request(operation, CallOptions()))


def test_arguments_go_where_they_belong(scripted_client: Boltz, server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, {"pong": 1}))
    calls, path = Calls(scripted_client), {"ping-id": UUID(int=1), "parts": ["a/b", "c"]}
    query = {
        "sort-by": ["x", "y"],
        "ids": [1, 2],
        "since": datetime(2026, 1, 2, tzinfo=UTC),
        "day": date(2026, 1, 2),
        "deep": True,
    }
    headers = {"x-trace": "abc", "x-tries": 2, "x-ids": [1, 2]}
    assert calls.call(PING, path=path, query=query, headers=headers) == {"pong": 1}
    (asked,) = server.asked
    assert asked.path == (
        "/ping/00000000-0000-0000-0000-000000000001/a%2Fb%2Cc"
        "?sort-by=x&sort-by=y&ids=1%2C2&since=2026-01-02T00%3A00%3A00Z&day=2026-01-02&deep=true"
    )
    assert [asked.headers[name] for name in ("x-trace", "x-tries", "x-ids")] == ["abc", "2", "1,2"]
    for wrong in ({"x-trace": "a\r\nb: c"}, {"x-tries": 0}, {"x-trace": 7}):
        with pytest.raises(ArgumentError, match=next(iter(wrong)).removeprefix("x-")):
            calls.call(PING, path=path, headers=wrong)
    with pytest.raises(ArgumentError, match="parts: required, and was not given"):
        calls.call(PING, path={"ping-id": UUID(int=1)})
    assert len(server.asked) == 1


class Form(Model, frozen=True, kw_only=True):
    name: str
    days: list[date] | UnsetType = UNSET
    on: bool | UnsetType = UNSET
    nested: dict[str, int] | UnsetType = UNSET


BODIES: list[tuple[str, object, object, bytes]] = [
    ("application/json", Form, {"name": "é"}, '{"name":"é"}'.encode()),
    ("application/merge-patch+json", Form, {"name": "x", "on": False}, b'{"name":"x","on":false}'),
    (
        "application/x-www-form-urlencoded",
        Form,
        {"name": "a b", "days": [date(2026, 1, 2), date(2026, 1, 3)], "on": True, "nested": {"a": 1}},
        b"name=a+b&days=2026-01-02&days=2026-01-03&on=true&nested=%7B%22a%22%3A1%7D",
    ),
    ("text/plain", str, "grün", "grün".encode()),
    ("image/png", bytes, b"\x89PNG", b"\x89PNG"),
    ("application/json", object, None, b"null"),
    ("application/json", Form, b'{"name": "as it is"}', b'{"name": "as it is"}'),
]


@pytest.mark.parametrize(("media_type", "kind", "body", "sent"), BODIES)
def test_a_body_is_encoded_as_its_media_type_says(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, media_type: str, kind: object, body: object, sent: bytes
) -> None:
    server.will(http(200, {}))
    operation: Operation[object] = Operation(
        name="o", method="POST", path="/o", body=kind, content_type=media_type, response=object, accept="text/csv, */*"
    )
    Calls(scripted_client).call(operation, body=body)
    (asked,) = server.asked
    assert (asked.body, asked.headers["content-type"], asked.headers["accept"]) == (sent, media_type, "text/csv, */*")


RESPONSES: list[tuple[object, str, bytes, object]] = [
    (bytes, "image/png", b"\x89PNG", b"\x89PNG"),
    (str, "text/plain", "grün".encode(), "grün"),
    (str, "application/problem+json", b'"json"', "json"),
    (None, "text/html", b"ignored", None),
    (Form | None, "application/json", b"", None),
]


@pytest.mark.parametrize(("kind", "media_type", "body", "expected"), RESPONSES)
def test_a_response_is_read_as_its_type_says(
    scripted_client: Boltz,
    server: Scripted,
    http: SayHTTP,
    kind: object,
    media_type: str,
    body: bytes,
    expected: object,
) -> None:
    server.will(http(200, body, {"content-type": media_type}))
    operation: Operation[object] = Operation(name="o", method="GET", path="/o", response=kind)
    assert Calls(scripted_client).call(operation) == expected


def test_successes_may_differ_by_status() -> None:
    responses: dict[str, object] = {"201": Form, "2XX": list[int], "204": None}
    form = received(b'{"name": "x"}', status=201, responses=responses)
    assert decode(form, form.kind) == Form(name="x")
    ranged = received(b"[1]", status=202, responses=responses)
    assert decode(ranged, ranged.kind) == [1]
    empty = received(b"", status=204, responses=responses)
    assert decode(empty, empty.kind) is None


SECURITY: list[tuple[Any, str, str]] = [
    (APIKeyHeader("x-other"), "x-other", "me:fake"),
    (BearerToken(), "authorization", "Bearer me:fake"),
    (BasicCredentials(), "authorization", "Basic bWU6ZmFrZQ=="),
]


@pytest.mark.parametrize(("security", "name", "value"), SECURITY)
def test_an_operation_may_take_the_key_in_another_way(
    server: Scripted, http: SayHTTP, security: Any, name: str, value: str
) -> None:
    server.will(http(200, {}))
    with Boltz(api_key="me:fake", base_url=server.url) as client:
        bare: Operation[object] = Operation(name="o", method="GET", path="/o", response=object)
        Calls(client).call(msgspec.structs.replace(bare, security=security))
        Calls(client).call(msgspec.structs.replace(bare, authenticated=False))
    own, none = server.asked
    assert (own.headers[name], "x-api-key" in own.headers) == (value, False)
    assert not {"x-api-key", "authorization"} & none.headers.keys()


class Envelope(Model, frozen=True, kw_only=True, rename={"next_": "next"}):
    results: list[int]
    more: bool
    next_: str | None


def test_a_listing_may_name_its_parts_otherwise(scripted_client: Boltz, server: Scripted, http: SayHTTP) -> None:
    paging = Pagination(items="results", more="more", forward="cursor", last="next", backward=None, first=None)
    operation: Operation[object] = Operation(
        name="o", method="GET", path="/o", response=Envelope, pagination=paging, repeatable=True
    )
    server.will(
        http(200, {"results": [1, 2], "more": True, "next": "n"}),
        http(200, {"results": [3], "more": False, "next": None}),
    )
    page = Calls(scripted_client).list(operation)
    assert (list(page), page.next_page_info().params) == ([1, 2, 3], {"cursor": "n"})
    assert [asked.path for asked in server.asked] == ["/o", "/o?cursor=n"]


def test_a_secret_among_the_arguments_is_in_no_error(scripted_client: Boltz, server: Scripted, http: SayHTTP) -> None:
    server.will(http(500, b"[1]"), http(200, b"[1]"))
    operation: Operation[object] = Operation(name="o", method="POST", path="/o", body=Vault, response=Vault)
    for kind in (InternalServerError, APIResponseValidationError):
        with pytest.raises(kind) as caught:
            Calls(scripted_client).call(operation, body={"word": WORD, "ratio": 0.5})
        assert caught.value.arguments == {"word": MASK, "ratio": 0.5}
        assert (caught.value.request.content, WORD in repr(vars(caught.value))) == (b"", False)
