"""Responses as their HTTP library has them: of errors, of raw calls, and open ones while they are streamed."""

from __future__ import annotations

import gzip
import json
import threading
import time
from types import ModuleType
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest

from boltz_api import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    AsyncBoltz,
    Boltz,
    ClientClosedError,
    InternalServerError,
    NotFoundError,
)
from boltz_api.redact import MASK

if TYPE_CHECKING:
    from tests.client.conftest import Answer, SayHTTP, Scripted

NO_KEYS: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}

both_libraries = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


@both_libraries
def test_responses_are_those_of_the_library_in_use(server: Scripted, http: SayHTTP, library: ModuleType) -> None:
    packed = gzip.compress(json.dumps(NO_KEYS).encode())
    server.will(http(200, packed, {"content-encoding": "gzip", "x-request-id": "r"}))
    with Boltz(api_key="fake", base_url=server.url, http_client=library.Client()) as client:
        raw: Any = client.admin.api_keys.with_raw_response.list(limit=3)
        server.will(http(404, {"code": "not_found", "message": "no"}))
        with pytest.raises(NotFoundError) as caught:
            client.admin.api_keys.revoke("key_1")
    for response in (raw.http_response, caught.value.response):
        assert isinstance(response, library.Response)
        assert isinstance(response.request, library.Request)
        assert response.request.headers["x-api-key"] == MASK
        assert response.elapsed.total_seconds() > 0
        assert response.http_version == "HTTP/1.1"
    assert raw.http_response.json() == raw.json() == NO_KEYS
    assert (raw.headers["content-encoding"], raw.headers["content-length"]) == ("gzip", str(len(packed)))
    assert raw.request_id == "r"
    assert str(raw.http_request.url).endswith("?limit=3")
    assert caught.value.response.json()["code"] == "not_found"
    assert isinstance(caught.value.request, library.Request)
    with pytest.raises(library.HTTPStatusError):
        caught.value.response.raise_for_status()


@both_libraries
def test_a_streamed_response_is_open_in_its_with(server: Scripted, http: SayHTTP, library: ModuleType) -> None:
    rest = threading.Event()
    whole = http(200, b"first second")

    def answer(_: object) -> Answer:
        return type(whole)(whole.raw[:-6], "hang")

    server.will(answer)
    client = Boltz(api_key="fake", base_url=server.url, timeout=0.3, http_client=library.Client())
    with client.admin.api_keys.with_streaming_response.list() as response:
        assert isinstance(response.http_response, library.Response)
        assert (response.is_closed, response.status_code) == (False, 200)
        assert response.http_request.headers["x-api-key"] == MASK
        pieces = response.iter_bytes()
        assert next(pieces) == b"first "
        with pytest.raises(APITimeoutError) as caught:
            next(pieces)
        assert (caught.value.operation, caught.value.outcome_unknown) == ("list_api_keys", False)
    assert response.is_closed
    rest.set()


def test_what_a_stream_gives(scripted_client: Boltz, server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, gzip.compress(json.dumps(NO_KEYS).encode()), {"content-encoding": "gzip"}))
    streaming = scripted_client.with_streaming_response.admin.api_keys
    with streaming.list() as response:
        assert response.parse().data == []
        assert (response.json(), response.is_closed) == (NO_KEYS, True)
    with streaming.list() as response:
        assert "".join(response.iter_text()) == json.dumps(NO_KEYS)
    with streaming.list() as response:
        pass
    assert response.is_closed
    server.will(http(500))
    with pytest.raises(InternalServerError), scripted_client.admin.api_keys.with_streaming_response.create(name="x"):
        pytest.fail("there is no response")
    assert server.opened <= 2


@pytest.mark.anyio
async def test_what_a_stream_gives_to_a_task(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, created_answer: dict[str, object]
) -> None:
    server.will(http(200, created_answer))
    streaming = scripted_async_client.with_streaming_response.admin.api_keys
    async with streaming.create(name="x") as response:
        assert not response.is_closed
        assert (await response.parse()).key == created_answer["key"]
    assert response.is_closed
    async with streaming.create(name="x") as response:
        assert b"".join([piece async for piece in response.iter_bytes()]) == json.dumps(created_answer).encode()
    async with streaming.create(name="x") as response:
        pass
    assert response.is_closed


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_stream_is_bounded_too(server: Scripted, http: SayHTTP, encoding: str) -> None:
    body = b" " * 2_000_000
    server.will(http(200, gzip.compress(body) if encoding == "gzip" else body, {"content-encoding": encoding}))
    client = Boltz(api_key="fake", base_url=server.url, max_response_bytes=1_000_000)
    with (
        client.admin.api_keys.with_streaming_response.create(name="x") as response,
        pytest.raises(APIResponseValidationError, match="larger than 1000000 bytes") as caught,
    ):
        response.read()
    assert caught.value.outcome_unknown


def test_a_stream_that_breaks_off_is_an_error_of_ours(server: Scripted, http: SayHTTP) -> None:
    whole = http(200, b"x" * 100)
    server.will(type(whole)(whole.raw[:-50], "close"))
    client = Boltz(api_key="fake", base_url=server.url)
    with (
        client.admin.api_keys.with_streaming_response.create(name="x") as response,
        pytest.raises(APIConnectionError, match="peer closed connection") as caught,
    ):
        response.read()
    assert (caught.value.outcome_unknown, caught.value.arguments) == (True, {"name": "x"})


def test_closing_lets_other_threads_calls_end(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS, delay=0.5))
    client = Boltz(api_key="fake", base_url=server.url, max_retries=0)
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.append(client.admin.api_keys.list().data))
    began = time.monotonic()
    thread.start()
    server.wait_for_requests(1)
    client.close()
    with pytest.raises(ClientClosedError):
        client.admin.api_keys.list()
    thread.join()
    assert (results, time.monotonic() - began < 5) == ([[]], True)
