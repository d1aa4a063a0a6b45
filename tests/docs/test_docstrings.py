"""Docstrings are complete, the same for both clients, and name nothing that is not there."""

from __future__ import annotations

import builtins
import importlib
import inspect
import re
from collections.abc import Iterator

import pytest

import boltz_api
from boltz_api import AsyncBoltz, AsyncCursorPage, Boltz, SyncCursorPage, sandbox
from boltz_api.sandbox import Sandbox
from boltz_api_generated.model import Model

SYNC, ASYNC = Boltz(api_key="fake"), AsyncBoltz(api_key="fake")
CALLS = [
    name
    for name in dir(SYNC.admin.api_keys)
    if not name.startswith("_") and callable(getattr(SYNC.admin.api_keys, name))
]
VERBS = ["get", "post", "put", "patch", "delete", "copy", "with_options"]
QUOTED = re.compile(r"``([^`]+)``")
DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
ARGS = re.compile(r"^Args:\n((?:    .*\n|\n)+)", re.MULTILINE)


def is_ours(value: object) -> bool:
    return str(getattr(value, "__module__", "")).startswith("boltz_api")


def public_objects() -> Iterator[tuple[str, object]]:
    for place in (boltz_api, sandbox):
        for name in place.__all__:
            value = getattr(place, name)
            if is_ours(value):
                yield f"{place.__name__}.{name}", value
    yield "client.admin", SYNC.admin
    yield "client.admin.api_keys", SYNC.admin.api_keys
    for name in CALLS:
        yield f"client.admin.api_keys.{name}", getattr(SYNC.admin.api_keys, name)


def members(value: object) -> Iterator[tuple[str, object]]:
    """What a class of ours declares for its users."""
    for name, member in inspect.getmembers(value) if inspect.isclass(value) else ():
        function = member.fget if isinstance(member, property) else member
        if not name.startswith("_") and inspect.isfunction(function) and is_ours(function):
            yield name, member


PUBLIC = list(public_objects())
ENTRIES = [
    *PUBLIC,
    *((f"{name}.{own}", member) for name, value in PUBLIC for own, member in members(value)),
]


def documented(text: str) -> list[str]:
    """The names under ``Args:``."""
    found = ARGS.search(inspect.cleandoc(text) + "\n")
    return re.findall(r"^    (\w+):", found[1], re.MULTILINE) if found else []


@pytest.mark.parametrize(("name", "value"), ENTRIES, ids=[name for name, _ in ENTRIES])
def test_everything_public_says_what_it_is(name: str, value: object) -> None:
    said = inspect.getdoc(value)
    assert said, f"{name} says nothing"
    assert said[0].isupper() or said[0] in "`0123456789", f"{name}: {said}"


@pytest.mark.parametrize("name", CALLS)
def test_both_clients_say_the_same_of_a_call(name: str) -> None:
    sync, other = getattr(SYNC.admin.api_keys, name), getattr(ASYNC.admin.api_keys, name)
    assert inspect.getdoc(sync) == inspect.getdoc(other)
    assert inspect.signature(sync).parameters == inspect.signature(other).parameters


@pytest.mark.parametrize("name", VERBS)
def test_both_clients_say_the_same_of_a_method(name: str) -> None:
    assert inspect.getdoc(getattr(SYNC, name)) == inspect.getdoc(getattr(ASYNC, name))


@pytest.mark.parametrize("part", ["Args:", "Raises:"])
def test_both_clients_say_the_same_of_their_settings(part: str) -> None:
    sync, other = (str(inspect.getdoc(client)).partition(part) for client in (Boltz, AsyncBoltz))
    assert sync[1:] == other[1:]


def test_both_pages_offer_the_same() -> None:
    def offered(page: type) -> list[str]:
        return [name for name, _ in members(page)]

    assert offered(SyncCursorPage) == offered(AsyncCursorPage)


SIGNED = [(name, value) for name, value in ENTRIES if documented(inspect.getdoc(value) or "")]


@pytest.mark.parametrize(("name", "value"), SIGNED, ids=[name for name, _ in SIGNED])
def test_the_arguments_are_the_documented_ones(name: str, value: object) -> None:
    assert callable(value)
    parameters = [own for own in inspect.signature(value).parameters if own != "self" and not own.startswith("_")]
    said = documented(str(inspect.getdoc(value)))
    # Options that every call takes are explained once, for `RequestOptions`.
    assert parameters in (said, [*said, "options"])


def names_in(name: str, value: object) -> Iterator[tuple[str, object, str]]:
    for quoted in QUOTED.findall(inspect.getdoc(value) or ""):
        found = DOTTED.match(quoted)
        if found and ("." in found[0] or quoted.startswith(f"{found[0]}(") or found[0][0].isupper()):
            yield name, value, quoted


LINKS = [link for entry in ENTRIES for link in names_in(*entry)]


@pytest.mark.parametrize(("name", "value", "quoted"), LINKS, ids=[f"{name}: {quoted}" for name, _, quoted in LINKS])
def test_a_name_in_a_docstring_is_there(name: str, value: object, quoted: str) -> None:
    found = DOTTED.match(quoted)
    assert found
    first, *rest = found[0].split(".")
    if quoted.split("=", maxsplit=1)[0].isupper() or quoted in HEADERS:
        return
    assert resolves(first, rest, name), f"{name} speaks of ``{quoted}``"


# Of HTTP, not of Python.
HEADERS = {"Date", "GET", "Location", "Retry-After", "HTTP/1.1"}
ROOTS: dict[str, object] = {
    **{name: importlib.import_module(name) for name in ("boltz_api", "httpx", "httpx2", "ssl")},
    "Model": Model,
    "client": SYNC,
}


def resolves(first: str, rest: list[str], name: str) -> bool:
    """Whether the dotted name leads somewhere, seen from the object called ``name``."""
    if first == "sandbox":
        with Sandbox() as running:
            return leads(running, rest)
    owners = [value for known, value in PUBLIC if f"{name}.".startswith(f"{known}.")]
    places = [*owners, boltz_api, boltz_api.types, sandbox, SyncCursorPage, builtins]
    found = [getattr(place, first) for place in places if hasattr(place, first)]
    if first in ROOTS:
        found.append(ROOTS[first])
    return any(leads(root, rest) for root in found)


def leads(value: object, names: list[str]) -> bool:
    for name in names:
        if not hasattr(value, name):
            return False
        value = getattr(value, name)
    return True
