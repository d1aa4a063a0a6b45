"""Requests and answers are used as those of httpx, by code that knows no others."""

from __future__ import annotations

import importlib
import pickle
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from boltz_api import APIStatusError, Boltz, NotFoundError
from boltz_api.core.headers import Headers
from boltz_api.core.secrets import MASK
from boltz_api.core.wire import Response, SentRequest

if TYPE_CHECKING:
    from tests.client.conftest import SayHTTP, Scripted

HEADERS = {"X-Note": "é", "Set-Cookie": "a=b", "Link": "</next>; rel=next", "Content-Type": "application/json"}


def answer(status: int = 200, content: bytes = b'{"a": 1.5}\nb') -> Response:
    asked = SentRequest("GET", "https://x.example/y?limit=3", Headers([("X-Api-Key", MASK)]), b"{}")
    return Response(status, Headers(HEADERS.items()), content, asked, elapsed=timedelta(seconds=2))


def not_found(client: Boltz, server: Scripted, http: SayHTTP) -> APIStatusError:
    server.will(http(404, {"code": "not_found", "message": "gone"}))
    with pytest.raises(NotFoundError) as caught:
        client.admin.api_keys.revoke("key_1")
    return caught.value


def test_where_a_request_went_is_a_url(scripted_client: Boltz, server: Scripted, http: SayHTTP) -> None:
    error = not_found(scripted_client, server, http)
    for url in (error.request.url, error.response.url, error.response.request.url):
        assert (url.host, url.path) == ("127.0.0.1", "/compute/v1/admin/api-keys/key_1/revoke")
        assert url == f"{server.url}/compute/v1/admin/api-keys/key_1/revoke"
    server.will(http(200, {"data": [], "first_id": None, "last_id": None, "has_more": False}))
    raw = scripted_client.admin.api_keys.with_raw_response.list(limit=3)
    assert (raw.url.path, raw.http_request.url.params["limit"]) == ("/compute/v1/admin/api-keys", "3")
    assert pickle.loads(pickle.dumps(raw.http_request)).url == raw.url


STATUSES = {
    100: ["is_informational"],
    200: ["is_success"],
    302: [],
    404: ["is_client_error", "is_error"],
    502: ["is_server_error", "is_error"],
}


@pytest.mark.parametrize(("status", "kinds"), STATUSES.items())
def test_what_kind_of_status_it_is(status: int, kinds: list[str]) -> None:
    every = sorted({kind for kinds in STATUSES.values() for kind in kinds})
    ours, theirs = answer(status), httpx.Response(status)
    assert [kind for kind in every if getattr(ours, kind)] == sorted(kinds)
    assert [kind for kind in every if getattr(theirs, kind)] == sorted(kinds)


def test_the_body_in_every_way() -> None:
    ours = answer()
    assert ours.read() == b"".join(ours.iter_bytes()) == b"".join(ours.iter_bytes(3)) == ours.content
    assert (list(ours.iter_lines()), "".join(ours.iter_text(2))) == (['{"a": 1.5}', "b"], ours.text)
    assert (ours.encoding, ours.is_closed, ours.close()) == ("utf-8", True, None)  # type: ignore[func-returns-value]  # nothing, which is what closing gives
    assert answer(content=b'{"a": 1.5}').json(parse_float=str) == {"a": "1.5"}


@pytest.mark.anyio
async def test_the_body_in_every_way_for_tasks() -> None:
    ours = answer()
    assert await ours.aread() == b"".join([piece async for piece in ours.aiter_bytes(3)]) == ours.content
    assert [line async for line in ours.aiter_lines()] == ['{"a": 1.5}', "b"]
    assert "".join([piece async for piece in ours.aiter_text()]) == ours.text
    await ours.aclose()


def test_headers_and_what_is_in_them() -> None:
    ours = answer()
    assert ours.headers.raw[0] == (b"X-Note", "é".encode())
    assert ours.headers.copy() == ours.headers == dict(ours.headers)
    assert (ours.cookies["a"], ours.links["next"]["url"]) == ("b", "/next")
    assert ours.request.read() == b"{}"


def test_raise_for_status(scripted_client: Boltz, server: Scripted, http: SayHTTP) -> None:
    error = not_found(scripted_client, server, http)
    with pytest.raises(httpx.HTTPStatusError, match="404 Not Found") as caught:
        error.response.raise_for_status()
    assert (caught.value.response.json(), caught.value.request.headers["x-api-key"]) == (error.response.json(), MASK)
    fine = answer()
    assert fine.raise_for_status() is fine


def test_a_real_one_for_code_that_insists() -> None:
    real = answer().to_httpx()
    assert isinstance(real, httpx.Response)
    assert (real.headers["x-note"], real.content, real.elapsed) == ("é", answer().content, timedelta(seconds=2))
    assert (real.request.url.params["limit"], real.request.headers["x-api-key"]) == ("3", MASK)


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_a_bare_call_gives_the_librarys_own_with_what_was_asked(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, library: str
) -> None:
    kind: Any = importlib.import_module(library).Response
    server.will(http(200, {"a": 1}, {"X-Note": "é"}))
    theirs = scripted_client.post("/foo", cast_to=kind, body={"my_param": True}, options={"params": {"q": "1"}})
    assert isinstance(theirs, kind)
    assert theirs.raise_for_status() is theirs
    assert (theirs.url, theirs.http_version) == (f"{server.url}/foo?q=1", "HTTP/1.1")
    assert (theirs.request.method, theirs.request.content) == ("POST", b'{"my_param":true}')
    assert (theirs.request.headers["x-api-key"], theirs.request.headers["content-type"]) == (MASK, "application/json")
    assert (theirs.elapsed, theirs.headers["x-note"], theirs.json()) == (timedelta(0), "é", {"a": 1})
