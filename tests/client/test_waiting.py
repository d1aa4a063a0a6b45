"""How long the client waits before it tries again, and when it no longer does."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from types import ModuleType
from typing import TYPE_CHECKING

import httpx
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltz_api import (
    APIConnectionError,
    APITimeoutError,
    AsyncBoltz,
    Boltz,
    InternalServerError,
    RateLimitError,
)
from boltz_api.delays import delay_before_retry, demanded_delay, own_delay
from boltz_api.flow import Send, Sleep, exchange, within
from boltz_api.redact import Secret
from boltz_api.request import APIKeyHeader, CallOptions, Request, build_request
from boltz_api.response import may_have_happened
from boltz_api.retry import Reach, classify, may_retry_status
from boltz_api.settings import Settings
from boltz_api_generated.resources.admin.api_keys import LIST_API_KEYS

if TYPE_CHECKING:
    from tests.client.conftest import Patience, SayHTTP, Scripted

NO_KEYS: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}
NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT


def test_the_clients_own_delay_doubles_up_to_eight_seconds() -> None:
    assert [own_delay(taken, 0) for taken in range(7)] == [0.5, 1, 2, 4, 8, 8, 8]
    assert [own_delay(taken, 1) for taken in range(3)] == [0.375, 0.75, 1.5]


@given(st.integers(min_value=0, max_value=10**9), st.floats(min_value=0, max_value=1))
def test_the_clients_own_delay_stays_in_bounds(taken: int, random: float) -> None:
    assert 0.375 <= own_delay(taken, random) <= 8


@pytest.mark.parametrize(
    ("headers", "delay"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"Retry-After": "1.5"}, 1.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7),
        ({"retry-after": "Fri, 15 Jan 2027 08:00:30 GMT"}, 30),
        ({"retry-after": "Fri, 15 Jan 2027 07:59:00 GMT"}, -60),
        ({"retry-after": "Fri, 15 Jan 2027 09:00:30 GMT", "date": "Fri, 15 Jan 2027 09:00:00 GMT"}, 30),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "Fri, 99 Jan 99999999999999 99:99:99 GMT"}, None),
    ],
)
def test_what_the_server_demands_is_understood(headers: dict[str, str], delay: float | None) -> None:
    assert demanded_delay(httpx.Headers(headers), NOW) == delay


@given(st.text(), st.text(), st.text())
def test_no_header_makes_a_client_wait_longer_than_a_minute(after: str, milliseconds: str, date: str) -> None:
    headers = {"retry-after": after, "retry-after-ms": milliseconds, "date": date}
    assert 0 < delay_before_retry(headers, retries_taken=9, random=0, now=NOW) <= 60


@pytest.mark.parametrize(("demanded", "waited"), [("60", 60), ("61", 0.5), ("3600", 0.5), ("0", 0.5), ("-5", 0.5)])
def test_demands_beyond_reason_give_way_to_the_clients_own_delay(demanded: str, waited: float) -> None:
    assert delay_before_retry({"retry-after": demanded}, retries_taken=0, random=0, now=NOW) == waited


@pytest.mark.parametrize(
    ("status", "should_retry", "repeatable", "allowed"),
    [
        (429, None, False, True),
        (429, "false", True, False),
        (400, "true", False, True),
        (500, "true", False, True),
        (500, "maybe", False, False),
        (500, None, False, False),
        (500, None, True, True),
        (520, None, True, True),
        (503, "false", True, False),
        (408, None, True, True),
        (409, None, True, True),
        (408, None, False, False),
        (409, None, False, False),
        (400, None, True, False),
        (401, None, True, False),
        (404, None, True, False),
        (302, None, True, False),
    ],
)
def test_which_status_may_be_followed_by_another_try(
    status: int, should_retry: str | None, repeatable: bool, allowed: bool
) -> None:
    assert may_retry_status(status, should_retry, repeatable=repeatable) is allowed


@given(st.integers(min_value=100, max_value=999), st.sampled_from([None, "false", "no"]))
def test_what_must_not_happen_twice_is_repeated_after_429_only(status: int, should_retry: str | None) -> None:
    assert may_retry_status(status, should_retry, repeatable=False) == (status == 429 and should_retry != "false")


@pytest.mark.parametrize(
    ("status", "doubt"),
    [
        *[(400, False), (401, False), (404, False), (409, False), (422, False), (429, False)],
        *[(408, True), (500, True), (503, True), (520, True), (302, True), (307, True)],
    ],
)
def test_which_status_leaves_the_outcome_open(status: int, doubt: bool) -> None:
    assert may_have_happened(status) is doubt


NOWHERE = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"}


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_only_what_never_had_a_connection_counts_as_not_sent(library: ModuleType) -> None:
    transport_error: type[Exception] = library.TransportError
    kinds = [
        kind
        for kind in vars(library).values()
        if isinstance(kind, type) and issubclass(kind, transport_error) and not kind.__subclasses__()
    ]
    found = {kind.__name__: classify(kind("lost")) for kind in kinds}
    assert len(found) >= 12
    assert {name for name, failure in found.items() if failure.reach is Reach.NOWHERE} == NOWHERE
    assert {name for name, failure in found.items() if not failure.transient} == {
        "UnsupportedProtocol",
        "LocalProtocolError",
    }
    assert all(failure.timeout == ("Timeout" in name) for name, failure in found.items())


def test_an_error_that_nobody_foresaw_counts_as_the_worst() -> None:
    failure = classify(RuntimeError("a hook broke"))
    assert (failure.reach, failure.transient, failure.timeout) == (Reach.UNKNOWN, False, False)


def test_a_list_is_tried_again_with_growing_pauses(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, patience: Patience
) -> None:
    server.will(http(500))
    with pytest.raises(InternalServerError):
        scripted_client.admin.api_keys.list()
    assert (len(server.asked), patience.slept) == (3, [0.5, 1.0])


@pytest.mark.anyio
async def test_a_list_is_tried_again_with_growing_pauses_by_a_task(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, patience: Patience
) -> None:
    server.will(http(500))
    with pytest.raises(InternalServerError):
        await scripted_async_client.admin.api_keys.list()
    assert (len(server.asked), patience.slept) == (3, [0.5, 1.0])


def test_retries_can_be_set_for_a_client_and_for_a_call(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, patience: Patience
) -> None:
    server.will(http(500))
    for client, options, tries in (
        (scripted_client.with_options(max_retries=0), {}, 1),
        (scripted_client, {"max_retries": 4}, 5),
    ):
        server.asked.clear()
        with pytest.raises(InternalServerError):
            client.admin.api_keys.revoke("key_1", **options)  # type: ignore[arg-type]  # a table's row
        assert len(server.asked) == tries


def test_the_servers_word_on_when_is_followed(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, patience: Patience
) -> None:
    server.will(
        http(429, headers={"retry-after": "3"}),
        http(503, headers={"retry-after-ms": "20"}),
        http(200, {"data": [], "first_id": None, "last_id": None, "has_more": False}),
    )
    assert scripted_client.admin.api_keys.list().data == []
    assert patience.slept == [3, 0.02]


def test_a_wait_that_outlasts_the_call_is_not_begun(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, patience: Patience
) -> None:
    server.will(http(429, headers={"retry-after": "30"}))
    with pytest.raises(RateLimitError) as caught:
        scripted_client.with_options(total_timeout=29).admin.api_keys.list()
    assert (patience.slept, caught.value.retry_after) == ([], 30)


def test_a_call_without_an_end_waits_as_long_as_the_server_says(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, patience: Patience
) -> None:
    nothing: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}
    server.will(http(429, headers={"retry-after": "60"}), http(200, nothing))
    assert scripted_client.with_options(total_timeout=None).admin.api_keys.list().data == []
    assert patience.slept == [60]


def test_each_try_gets_what_is_left_of_the_calls_time(patience: Patience) -> None:
    settings = Settings(
        base_url="http://x/",
        api_key=Secret("k"),
        security=APIKeyHeader("x-api-key"),
        timeouts=(5, 60, 60, 5),
        total_timeout=10,
        timing=patience.timing,
    )
    flow = exchange(settings, build_request(Request(LIST_API_KEYS, CallOptions()), settings))
    first = next(flow)
    patience.now += 7
    pause = flow.send(classify(ConnectionResetError("lost")))
    second = flow.send(None)
    assert isinstance(first, Send)
    assert isinstance(second, Send)
    assert (first.timeouts, pause, second.timeouts) == ((5, 10, 10, 5), Sleep(0.5), (3, 3, 3, 3))


def test_no_phase_may_take_longer_than_what_is_left() -> None:
    assert within((5, 60, None, 1), 30) == (5, 30, 30, 1)
    assert within((5, 60, None, 1), -1) == (0.001, 0.001, 0.001, 0.001)


def test_an_answer_that_does_not_come_in_time_is_a_timeout(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, b"x", delay=0.5))
    with Boltz(api_key="k", base_url=server.url, timeout=0.1, max_retries=0) as client, pytest.raises(APITimeoutError):
        client.admin.api_keys.list()


def test_a_server_that_drips_cannot_hold_a_client(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, b"x" * 100, drip=0.03))
    with (
        Boltz(api_key="k", base_url=server.url, total_timeout=0.3, max_retries=0) as client,
        pytest.raises(APITimeoutError),
    ):
        client.admin.api_keys.list()


ENDLESS = pytest.mark.parametrize(
    "endless",
    [b"HTTP/1.1 102 Processing\r\n\r\n" * 200, b"HTTP/1.1 200 OK\r\nx-padding: " + b"x" * 2_000],
    ids=["interim answers", "a header"],
)


@pytest.fixture
def crowded() -> Iterator[str]:
    """Where connections are neither accepted nor refused: the queue is full."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            caller = waiting.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_create_that_ran_out_of_time_while_connecting_did_not_happen(crowded: str) -> None:
    client = Boltz(api_key="k", base_url=crowded, total_timeout=0.2, max_retries=0)
    with client, pytest.raises(APITimeoutError) as caught:
        client.admin.api_keys.create(name="x")
    assert not caught.value.outcome_unknown


@pytest.mark.anyio
async def test_a_create_of_a_task_that_ran_out_of_time_while_connecting_did_not_happen(crowded: str) -> None:
    async with AsyncBoltz(api_key="k", base_url=crowded, total_timeout=0.2, max_retries=0) as client:
        with pytest.raises(APITimeoutError) as caught:
            await client.admin.api_keys.create(name="x")
    assert not caught.value.outcome_unknown


def test_each_thread_has_its_own_time_on_a_shared_connection(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS), http(200, NO_KEYS, delay=0.4))
    with Boltz(api_key="k", base_url=server.url, max_retries=0) as client:
        hurried = client.with_options(total_timeout=0.2)
        hurried.admin.api_keys.list()
        assert client.admin.api_keys.list().data == []
    assert [asked.connection for asked in server.asked] == [1, 1]


def test_a_silent_server_is_late_for_the_whole_call_before_it_is_late_for_a_read(
    server: Scripted, http: SayHTTP
) -> None:
    server.will(http(200, NO_KEYS, delay=0.5))
    client = Boltz(api_key="k", base_url=server.url, total_timeout=0.1, timeout=None)
    with client, pytest.raises(APITimeoutError, match="The time for the whole call is over"):
        client.admin.api_keys.list()
    assert len(server.asked) == 1


@ENDLESS
@pytest.mark.anyio
async def test_a_server_that_never_comes_to_the_answer_cannot_hold_a_task(
    server: Scripted, http: SayHTTP, endless: bytes
) -> None:
    server.will(type(http())(endless, drip=0.03, drip_from=0))
    async with AsyncBoltz(api_key="k", base_url=server.url, total_timeout=0.3, max_retries=0) as client:
        with pytest.raises(APITimeoutError, match="The time for the whole call is over") as caught:
            await client.admin.api_keys.create(name="x")
    assert caught.value.outcome_unknown


def test_a_lost_connection_is_an_error_with_what_came(scripted_client: Boltz, server: Scripted, http: SayHTTP) -> None:
    whole = http(200, b"x" * 100).raw
    server.will(type(http())(whole[:-50], "close"))
    with pytest.raises(APIConnectionError) as caught:
        scripted_client.admin.api_keys.list()
    assert caught.value.response is not None
    assert caught.value.response.content == b"x" * 50
