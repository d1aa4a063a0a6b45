"""Time, where it takes threads, tasks or an HTTP library to tell: what a call may take, and when it is over."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import httpx
import httpx2
import pytest
from msgspec import structs

from boltz_api import (
    APIConnectionError,
    APITimeoutError,
    AsyncBoltz,
    Boltz,
    InternalServerError,
)
from boltz_api.retry import Reach, classify

if TYPE_CHECKING:
    from tests.client.conftest import Patience, SayHTTP, Scripted

NO_KEYS: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}


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


def test_a_call_without_an_end_waits_as_long_as_the_server_says(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, patience: Patience
) -> None:
    nothing: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}
    server.will(http(429, headers={"retry-after": "60"}), http(200, nothing))
    assert scripted_client.with_options(total_timeout=None).admin.api_keys.list().data == []
    assert patience.slept == [60]


ENDLESS = pytest.mark.parametrize(
    "endless",
    [b"HTTP/1.1 102 Processing\r\n\r\n" * 200, b"HTTP/1.1 200 OK\r\nx-padding: " + b"x" * 2_000],
    ids=["interim answers", "a header"],
)


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


def test_the_clients_own_delay_is_up_to_a_quarter_shorter_by_chance(
    server: Scripted, http: SayHTTP, patience: Patience
) -> None:
    server.will(http(500))
    timing = structs.replace(patience.timing, random=lambda: 1.0)
    with Boltz(api_key="k", base_url=server.url, _timing=timing) as client, pytest.raises(InternalServerError):
        client.admin.api_keys.list()
    assert patience.slept == [0.375, 0.75]
