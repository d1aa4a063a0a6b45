"""What today's contract does not have and tomorrow's may: header arguments, unions, maps, secrets in requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from boltz_api import ArgumentError, Boltz
from boltz_api.core.checking import checked
from boltz_api.core.decoding import decoded
from boltz_api.core.headers import Headers
from boltz_api.core.shapes import FORMATS, in_words, inner_structs, shape_of
from boltz_api.core.wire import Response, WireRequest
from boltz_api.resources.binding import Resource, call
from boltz_api.resources.modes import Sync
from boltz_api_generated.model import MASK, Model
from boltz_api_generated.request import Argument, Operation, Request

if TYPE_CHECKING:
    from tests.client.conftest import SayHTTP, Scripted


class Cat(Model, frozen=True, kw_only=True, tag="cat", tag_field="kind"):
    lives: int


class Dog(Model, frozen=True, kw_only=True, tag="dog", tag_field="kind"):
    friends: dict[str, Cat | None] = msgspec.field(default_factory=dict[str, Cat | None])


class Zoo(Model, frozen=True, kw_only=True):
    animals: list[Cat | Dog]
    named: dict[str, Cat | Dog]
    notes: dict[str, list[int]] = msgspec.field(default_factory=dict[str, list[int]])


ZOO: dict[str, object] = {
    "animals": [
        {"kind": "cat", "lives": 9, "x": 1},
        {"kind": "dog", "friends": {"a": {"kind": "cat", "lives": 1, "y": 2}}},
    ],
    "named": {"rex": {"kind": "dog", "friends": {"none": None}, "z": 3}},
    "notes": {"n": [1]},
    "open": {"deep": [True]},
}


def answered(body: bytes) -> Response:
    return Response(200, Headers(), body, WireRequest("GET", "http://x/", ()))


def test_unknown_fields_are_kept_in_maps_and_unions() -> None:
    zoo = decoded(answered(json.dumps(ZOO).encode()), Zoo)
    cat, dog = zoo.animals
    assert zoo.model_extra == {"open": {"deep": [True]}}
    assert (cat.model_extra, dog.model_extra) == ({"x": 1}, {})
    assert isinstance(dog, Dog)
    friend = dog.friends["a"]
    assert friend is not None
    assert friend.model_extra == {"y": 2}
    assert zoo.named["rex"].model_extra == {"z": 3}
    assert (zoo.notes, inner_structs(shape_of(Zoo))) == ({"n": [1]}, {Zoo, Cat, Dog})


class Vault(Model, frozen=True, kw_only=True):
    __secrets__: ClassVar[frozenset[str]] = frozenset({"word"})

    word: Annotated[str, Meta(min_length=40)]
    sizes: dict[str, Annotated[int, Meta(ge=1)]] | UnsetType = UNSET
    addresses: dict[str, Annotated[str, Meta(extra={"format": "ipv6"})]] | UnsetType = UNSET
    ratio: Annotated[float, Meta(ge=0, le=1)] | UnsetType = UNSET
    tags: Annotated[list[str], Meta(min_length=1)] | UnsetType = UNSET
    code: Annotated[str, Meta(pattern="^a+$")] | UnsetType = UNSET


BROKEN: list[tuple[dict[str, object], str]] = [
    ({"word": "my secret word"}, f"word: expected a string of at least 40 characters, got {MASK!r}"),
    ({"word": "x" * 40, "sizes": {"a": 0}}, "sizes"),
    ({"word": "x" * 40, "addresses": {"home": "127.0.0.1"}}, "expected an IPv6 address, got '127.0.0.1'"),
    ({"word": "x" * 40, "ratio": 2}, "ratio: expected a number from 0 to 1, got 2"),
    ({"word": "x" * 40, "tags": []}, "tags: expected a list of at least 1 item"),
    ({"word": "x" * 40, "code": "b"}, "code: expected a string that matches '^a+$', got 'b'"),
]


@pytest.mark.parametrize(("values", "message"), BROKEN)
def test_what_breaks_another_contract_is_named(values: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        checked(values, Vault)
    assert message in str(caught.value)
    assert "my secret word" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (bool, "True or False"),
        (dict[str, int], "an object"),
        (int | None, "an integer or None"),
        (bytes, "bytes"),
        (set[int], "something else"),
    ],
)
def test_types_in_words(kind: object, words: str) -> None:
    assert in_words(shape_of(kind)) == words


@pytest.mark.parametrize(
    ("name", "text", "fits"),
    [("ip", "::1", True), ("ipv4", "::1", False), ("ipv4", "1.2.3.4", True), ("ipv6", "::1", True), ("ip", "", False)],
)
def test_formats(name: str, text: str, fits: bool) -> None:
    assert FORMATS[name][1](text) is fits


class PingHeaders(
    Model, frozen=True, kw_only=True, rename={"trace": "x-trace", "tries": "x-tries", "quick": "x-quick"}
):
    trace: str | UnsetType = UNSET
    tries: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    quick: bool | UnsetType = UNSET


PING: Operation[object] = Operation(
    name="ping",
    method="GET",
    path="/ping",
    tag="t",
    summary="Ping",
    arguments=(Argument(name="trace", wire="x-trace", location="header"),),
    headers=PingHeaders,
    response=object,
)


QUIET: Operation[None] = Operation(name="quiet", method="DELETE", path="/quiet", tag="t", summary="Quiet")


def quiet() -> Request[None]:
    """Answer nothing."""
    return Request(operation=QUIET, path="/quiet")


def ping(*, trace: str | None = None, tries: int | None = None, quick: bool | None = None) -> Request[object]:
    """Ping."""
    headers = {"x-trace": trace, "x-tries": tries, "x-quick": quick}
    return Request(operation=PING, path="/ping", headers={n: v for n, v in headers.items() if v is not None})


class Pings(Resource[Sync]):
    """An endpoint with one line, as the contract's have."""

    ping = call(ping)
    quiet = call(quiet, repeatable=True)


def test_arguments_that_travel_as_headers(scripted_client: Boltz, server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, {"pong": 1}))
    pings = Pings(scripted_client.mode)
    assert pings.ping(trace="abc", tries=2, quick=True) == {"pong": 1}
    asked = server.asked[0].headers
    assert (asked["x-trace"], asked["x-tries"], asked["x-quick"]) == ("abc", "2", "true")
    mistakes: list[dict[str, object]] = [{"trace": "a\r\nb: c"}, {"tries": 0}, {"trace": 7}]
    for wrong in mistakes:
        with pytest.raises(ArgumentError, match=next(iter(wrong))):
            pings.ping(**wrong)  # type: ignore[arg-type]  # that is the test
    assert len(server.asked) == 1


@pytest.mark.parametrize(("status", "body"), [(204, b""), (200, b""), (200, b"ignored")])
def test_an_answer_without_content(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, status: int, body: bytes
) -> None:
    server.will(http(status, body))
    pings = Pings(scripted_client.mode)
    pings.quiet()
    assert [asked.method for asked in server.asked] == ["DELETE"]
