"""Docstrings are complete, the same for both clients, and name nothing that does not exist."""

from __future__ import annotations

import builtins
import importlib
import inspect
import re
from collections.abc import Iterator

import pytest

import boltz_api
from boltz_api import AsyncBoltz, AsyncCursorPage, Boltz, SyncCursorPage, sandbox
from boltz_api.model import Model
from boltz_api.sandbox import Sandbox

SYNC, ASYNC = Boltz(api_key="fake"), AsyncBoltz(api_key="fake")
CALLS = ["create", "list", "revoke", "find", "get", "rotate", "candidates"]
VERBS = ["get", "post", "put", "patch", "delete", "copy", "with_options"]
QUOTED = re.compile(r"``([^`]+)``")
DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
ARGS = re.compile(r"^Args:\n((?:    .*\n|\n)+)", re.MULTILINE)


def is_ours(value: object) -> bool:
    return str(getattr(value, "__module__", "")).startswith("boltz_api")


def public_objects() -> Iterator[tuple[str, object]]:
    for place in (boltz_api, sandbox):
        for name in place.__all__:
            if is_ours(value := getattr(place, name)):
                yield f"{place.__name__}.{name}", value
    yield "client.admin.api_keys", SYNC.admin.api_keys
    for name in CALLS:
        yield f"client.admin.api_keys.{name}", getattr(SYNC.admin.api_keys, name)


def members(value: object) -> Iterator[tuple[str, object]]:
    """The public methods and properties of a class of ours."""
    for name, member in inspect.getmembers(value) if inspect.isclass(value) else ():
        function = member.fget if isinstance(member, property) else member
        if not name.startswith("_") and inspect.isfunction(function) and is_ours(function):
            yield name, member


PUBLIC = list(public_objects())
ENTRIES = [*PUBLIC, *((f"{name}.{own}", member) for name, value in PUBLIC for own, member in members(value))]
every_entry = pytest.mark.parametrize(("name", "value"), ENTRIES, ids=[name for name, _ in ENTRIES])


@every_entry
def test_everything_public_has_a_docstring_that_is_true(name: str, value: object) -> None:
    text = inspect.getdoc(value)
    assert text, f"{name} has none"
    assert text[0].isupper() or text[0] in "`0123456789", f"{name}: {text}"
    if (documented := ARGS.search(text + "\n")) and callable(value):
        names = re.findall(r"^    (\w+):", documented[1], re.MULTILINE)
        parameters = [own for own in inspect.signature(value).parameters if own != "self" and not own.startswith("_")]
        # Options that every call takes are explained once, for `CallOptions`.
        assert parameters in (names, [*names, "options"])
    for quoted in QUOTED.findall(text):
        found = DOTTED.match(quoted)
        if found and ("." in found[0] or quoted.startswith(f"{found[0]}(") or found[0][0].isupper()):
            constant = quoted.split("=", maxsplit=1)[0].isupper()
            assert constant or quoted in HEADERS or exists(found[0], name), f"{name} speaks of ``{quoted}``"


def summary(value: object) -> str:
    """The first sentence; the async clients' docstrings may refer to the others' for the rest."""
    return re.split(r"[.;]\s|[.;]?$", str(inspect.getdoc(value)), maxsplit=1)[0].rstrip(".")


@pytest.mark.parametrize("name", CALLS)
def test_both_clients_describe_a_call_alike(name: str) -> None:
    sync, other = getattr(SYNC.admin.api_keys, name), getattr(ASYNC.admin.api_keys, name)
    assert summary(sync) == summary(other)
    assert inspect.signature(sync).parameters.keys() == inspect.signature(other).parameters.keys()


@pytest.mark.parametrize("name", VERBS)
def test_both_clients_describe_a_method_alike(name: str) -> None:
    assert summary(getattr(SYNC, name)).startswith(summary(getattr(ASYNC, name)))


def test_both_pages_offer_the_same() -> None:
    sync, other = ([name for name, _ in members(page)] for page in (SyncCursorPage, AsyncCursorPage))
    assert sync == other


# Of HTTP, not of Python.
HEADERS = {"Date", "GET", "Host", "Location", "Retry-After", "HTTP/1.1"}
ROOTS: dict[str, object] = {
    **{name: importlib.import_module(name) for name in ("boltz_api", "httpx", "httpx2", "ssl")},
    "Model": Model,
    "client": SYNC,
}


def exists(dotted: str, name: str) -> bool:
    """Return true if the dotted name leads somewhere, seen from the object called ``name``."""
    first, *rest = dotted.split(".")
    if first == "sandbox":
        with Sandbox() as running:
            return leads(running, rest)
    owners = [value for known, value in PUBLIC if f"{name}.".startswith(f"{known}.")]
    places = [*owners, boltz_api, boltz_api.types, sandbox, SyncCursorPage, builtins]
    found = [getattr(place, first) for place in places if hasattr(place, first)]
    return any(leads(root, rest) for root in [*found, *([ROOTS[first]] if first in ROOTS else [])])


def leads(value: object, names: list[str]) -> bool:
    for name in names:
        if not hasattr(value, name):
            return False
        value = getattr(value, name)
    return True
