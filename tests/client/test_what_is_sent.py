"""What a call refuses before anything goes out, argument by argument, and how nested ones are named."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from boltz_api import (
    NOT_GIVEN,
    ArgumentError,
    ArgumentTypeError,
    ArgumentValueError,
    Boltz,
    BoltzError,
    omit,
)
from boltz_api.model import Model
from boltz_api.validation import validated

if TYPE_CHECKING:
    from tests.client.conftest import SayHTTP, Scripted

FAULTS: list[tuple[dict[str, object], type[ArgumentError], str]] = [
    ({"name": b"x"}, ArgumentTypeError, "name: expected a string of 1 to 255 characters, got b'x'"),
    ({"name": None}, ArgumentTypeError, "name: required, and was not given"),
    ({"name": "x", "timeot": 3}, ArgumentTypeError, "did you mean 'timeout'?"),
    ({"name": "x", "allowed_ips": ["10.0.0.1", "x"]}, ArgumentValueError, "allowed_ips[1]: expected an IPv4 or IPv6"),
    ({"name": "x", "allowed_ips": [1]}, ArgumentTypeError, "allowed_ips[0]: expected a string, got 1"),
    ({"name": "x", "expires_in_days": "3"}, ArgumentTypeError, "expires_in_days: expected an integer from 1 to 365"),
    ({"name": "x", "workspace_id": 7}, ArgumentTypeError, "workspace_id: expected a string, got 7"),
    ({"name": "x", "max_retries": -1}, ArgumentValueError, "max_retries: expected an integer of at least 0"),
    ({"name": "x", "timeout": "1s"}, ArgumentTypeError, "timeout: expected seconds"),
    ({"name": "x", "timeout": -1}, ArgumentValueError, "timeout: expected seconds"),
    ({"name": "x", "extra_headers": {"a\n": "b"}}, ArgumentValueError, "extra_headers: 'a\\n' cannot be the name"),
    ({"name": "x", "extra_headers": {"a": 1}}, ArgumentTypeError, "extra_headers: expected the value of 'a'"),
    ({"name": "x", "extra_headers": {1: "a"}}, ArgumentTypeError, "extra_headers: expected header names to be strings"),
    ({"name": "x", "extra_headers": ["a"]}, ArgumentTypeError, "extra_headers: expected a mapping, got list"),
    ({"name": "x", "extra_query": "a=1"}, ArgumentTypeError, "extra_query: expected a mapping, got str"),
    ({"name": "x", "extra_body": "{}"}, ArgumentTypeError, "extra_body: expected a mapping, got str"),
    ({"name": "x", "timeout": 0}, ArgumentValueError, "timeout: expected seconds, more than 0, got 0"),
    ({"name": "x", "extra_body": {"a": object()}}, ArgumentTypeError, "extra_body.a: cannot be sent as JSON"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), FAULTS, ids=[str(fault[2])[:40] for fault in FAULTS])
def test_what_breaks_the_contract_is_not_sent(
    scripted_client: Boltz, server: Scripted, arguments: dict[str, object], error: type[ArgumentError], message: str
) -> None:
    with pytest.raises(error) as caught:
        scripted_client.admin.api_keys.create(**arguments)  # type: ignore[arg-type]  # that is the test
    assert message in str(caught.value)
    assert isinstance(caught.value, BoltzError)
    assert isinstance(caught.value, (ValueError, TypeError))
    assert server.opened == 0


@pytest.mark.parametrize("given", [None, 5, b"key_1"])
def test_an_id_is_a_string(scripted_client: Boltz, server: Scripted, given: object) -> None:
    for call in (scripted_client.admin.api_keys.revoke, scripted_client.admin.api_keys.get):
        with pytest.raises(ArgumentTypeError, match=r"api_key_id: (expected a string|required)"):
            call(given)  # type: ignore[arg-type]  # that is the test
    assert server.opened == 0


def test_a_key_where_its_id_belongs_is_refused_before_it_gets_into_anybodys_log(
    scripted_client: Boltz, server: Scripted, fake_key: str
) -> None:
    api_keys = scripted_client.admin.api_keys
    calls: list[tuple[str, Callable[[], object]]] = [
        ("api_key_id", lambda: api_keys.get(fake_key)),
        ("api_key_id", lambda: api_keys.rotate(fake_key)),
        ("mine", lambda: api_keys.list(extra_query={"mine": [fake_key]})),
        ("path", lambda: scripted_client.get(f"/keys/{fake_key}", cast_to=dict[str, object])),
    ]
    for argument, call in calls:
        with pytest.raises(ArgumentValueError) as caught:
            call()
        assert caught.value.argument == argument
        assert fake_key not in str(caught.value)
    assert server.opened == 0


def test_half_a_character_cannot_be_sent(scripted_client: Boltz, server: Scripted) -> None:
    half = "\ud800"
    keys, post = scripted_client.admin.api_keys, scripted_client.post
    calls: list[tuple[str, Callable[[], object]]] = [
        ("name", lambda: keys.create(name=half)),
        ("workspace_id", lambda: keys.create(name="x", workspace_id=half)),
        ("workspace_id", lambda: keys.list(workspace_id=half)),
        ("api_key_id", lambda: keys.revoke(half)),
        ("extra_body.a", lambda: keys.create(name="x", extra_body={"a": half})),
        ("extra_body", lambda: keys.create(name="x", extra_body={half: "a"})),
        ("a", lambda: keys.create(name="x", extra_query={"a": half})),
        ("body.a[1].b", lambda: post("/x", cast_to=object, body={"a": [1, {"b": half}]})),
        ("extra_json.a", lambda: post("/x", cast_to=object, body={}, options={"extra_json": {"a": half}})),
        ("content", lambda: post("/x", cast_to=object, content=half)),
    ]
    for argument, call in calls:
        with pytest.raises(ArgumentValueError, match="holds half of a surrogate pair") as caught:
            call()
        assert caught.value.argument == argument
    assert server.opened == 0


def test_what_json_does_not_have_cannot_be_sent(scripted_client: Boltz, server: Scripted) -> None:
    endless: list[object] = []
    endless.append(endless)
    for body, argument in (
        ({"a": {"b": object()}}, "body.a.b"),
        ([1, {2: {object()}}], "body[1].2"),
        ({object(): 1}, "body"),
        (object(), "body"),
        (endless, "body"),
    ):
        with pytest.raises(ArgumentTypeError, match="cannot be sent as JSON") as caught:
            scripted_client.post("/x", cast_to=object, body=body)
        assert caught.value.argument == argument
    assert server.opened == 0


MISUSES: list[tuple[str, dict[str, object], str]] = [
    ("rotate", {"api_key_id": "a", "chek": print}, "chek: rotate has no such argument; did you mean 'check'?"),
    ("rotate", {"api_key_id": "a", "check": 5}, "check: expected a function, got 5"),
    ("rotate", {"api_key_id": "a", "expires_in_days": "30"}, "from 1 to 365, 'same' or 'never', got '30'"),
    ("rotate", {"api_key_id": "a", "expires_in_days": None}, "from 1 to 365, 'same' or 'never', got None"),
    ("rotate", {"api_key_id": "a", "expires_in_days": 366}, "expires_in_days: expected an integer from 1 to 365"),
    ("rotate", {"api_key_id": "a", "allowed_ips": ["x"]}, "allowed_ips[0]: expected an IPv4 or IPv6 address, got 'x'"),
    ("get", {"api_key_id": ""}, "api_key_id: expected a key's ID, got ''"),
    ("candidates", {"error": ValueError()}, "error: expected one that create() raised"),
    ("find", {"mode": "Live"}, "mode: expected 'live' or 'test' or None, got 'Live'"),
    ("find", {"name": 3}, "name: expected a string"),
    ("find", {"matching": 3}, "matching: expected a function, got 3"),
    ("find", {"active": "yes"}, "active: expected True or False or None, got 'yes'"),
    ("find", {"key_type": "wrokspace"}, "key_type: expected 'admin' or 'workspace' or None, got 'wrokspace'"),
]


@pytest.mark.parametrize(("method", "arguments", "message"), MISUSES, ids=[misuse[2][:40] for misuse in MISUSES])
def test_what_is_made_of_several_calls_checks_its_arguments_before_the_first(
    scripted_client: Boltz, server: Scripted, method: str, arguments: dict[str, object], message: str
) -> None:
    call: Callable[..., Iterable[object]] = getattr(scripted_client.admin.api_keys, method)
    with pytest.raises(ArgumentError) as caught:
        # What goes through a listing begins when it is gone through.
        deque(call(**arguments))
    assert message in str(caught.value)
    assert server.opened == 0


def test_what_other_clients_say_for_nothing_is_understood(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    details = {**key_answer, "allowed_ips": ["10.0.0.1", "::1"]}
    server.will(http(200, {"key": "fake", "key_details": details}))
    scripted_client.admin.api_keys.create(
        name="x",
        allowed_ips=("10.0.0.1", "::1"),
        mode=omit,  # as code for other clients has it
        expires_in_days=NOT_GIVEN,  # type: ignore[arg-type]  # as code for other clients has it
        extra_body={"colour": "red"},
        extra_query={"dry": True},
        extra_headers={"X-Mine": "1", "Accept": omit},  # as code for other clients has it
    )
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/compute/v1/admin/api-keys?dry=true")
    assert json.loads(asked.body) == {"name": "x", "allowed_ips": ["10.0.0.1", "::1"], "colour": "red"}
    assert asked.headers["x-mine"] == "1"
    assert asked.headers["user-agent"].startswith("boltz-api-keys/")


def test_a_call_without_a_body_may_get_one(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(http(200, key_answer))
    scripted_client.admin.api_keys.revoke("key_1", extra_body={"reason": "leaked"})
    (asked,) = server.asked
    assert (asked.body, asked.headers["content-type"]) == (b'{"reason":"leaked"}', "application/json")


def test_without_a_key_a_call_may_do_without(server: Scripted, http: SayHTTP, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOLTZ_API_KEY", raising=False)
    server.will(http(200, {"data": [], "first_id": None, "last_id": None, "has_more": False}))
    client = Boltz(base_url=server.url, default_headers={"x-api-key": omit})
    assert client.admin.api_keys.list().data == []


class Inner(Model, frozen=True, kw_only=True, rename={"from_": "from"}):
    from_: Annotated[int, Meta(ge=1)]
    kind: Literal["a", "b"] | UnsetType = UNSET


class Cat(Model, frozen=True, kw_only=True, tag_field="kind", tag="cat"):
    lives: Annotated[int, Meta(le=9)]


class Dog(Model, frozen=True, kw_only=True, tag_field="kind", tag="dog"):
    tricks: list[str]


class Outer(Model, frozen=True, kw_only=True, rename="camel"):
    pets: list[Cat | Dog] = msgspec.field(default_factory=list[Cat | Dog])
    counts: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    inner_list: list[Inner] = msgspec.field(default_factory=list[Inner])
    by_name: dict[str, Inner] = msgspec.field(default_factory=dict[str, Inner])
    plain: float | None = None


def test_nested_arguments_go_out_under_the_wires_names() -> None:
    values = {"inner_list": [{"from_": 1}, Inner(from_=2)], "by_name": {"a_b": {"from_": 3, "kind": "a"}}}
    assert json.loads(msgspec.json.encode(validated(values, Outer))) == {
        "innerList": [{"from": 1}, {"from": 2}],
        "byName": {"a_b": {"from": 3, "kind": "a"}},
        "pets": [],
        "counts": {},
        "plain": None,
    }


DEEP_FAULTS: list[tuple[dict[str, object], str]] = [
    ({"inner_list": [{"from_": 0}]}, "inner_list[0].from_: expected an integer of at least 1, got 0"),
    ({"inner_list": [{}]}, "inner_list[0].from_: required, and was not given"),
    ({"inner_list": [{"from_": 1, "kin": 1}]}, "inner_list[0].kin: no such argument; did you mean 'kind'?"),
    ({"plain": "x"}, "plain: expected a number or None, got 'x'"),
    ({"inner_list": [{"from_": 1, "kind": "c"}]}, "inner_list[0].kind: expected 'a' or 'b', got 'c'"),
    # msgspec does not say under which of a mapping's keys.
    ({"counts": {"a": 1, "b": "2"}}, "counts[...]: expected an integer"),
    ({"by_name": {"a": {"from_": 0}}}, "by_name[...].from_: expected an integer of at least 1"),
    ({"by_name": {"a": {"from_": 1, "kin": 1}}}, "by_name[...].kin: no such argument; did you mean 'kind'?"),
    ({"pets": [{"kind": "cat", "lives": 10}]}, "pets[0].lives: expected an integer of at most 9, got 10"),
    ({"pets": [{"kind": "cat", "tricks": []}]}, "pets[0].tricks: no such argument"),
    ({"pets": [{"kind": "dog", "tricks": ["sit", 2]}]}, "pets[0].tricks[1]: expected a string, got 2"),
    ({"pets": [{"kind": "cow"}]}, "pets[0].kind: expected 'cat' or 'dog', got 'cow'"),
]


@pytest.mark.parametrize(("values", "message"), DEEP_FAULTS)
def test_faults_deep_inside_are_named_as_the_caller_wrote_them(values: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        validated(values, Outer)
    assert str(caught.value) == message
