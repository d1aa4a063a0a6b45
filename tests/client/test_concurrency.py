"""Threads, tasks, event loops, cancellation and forks."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import httpx
import pytest
import trio

from boltz_api import APIConnectionError, APIError, APITimeoutError, AsyncBoltz, Boltz, BoltzError, ClientClosedError
from boltz_api.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.client.conftest import InAFork, SayHTTP, Scripted

NO_KEYS: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}


def test_thirty_two_threads_share_a_client(sandbox: Sandbox) -> None:
    with Boltz(api_key=sandbox.admin_key, base_url=sandbox.url) as client, ThreadPoolExecutor(32) as threads:
        start = threading.Barrier(32)

        def work(number: int) -> str:
            start.wait(10)
            created = client.admin.api_keys.create(name=f"thread {number}")
            assert created.key_details.name == f"thread {number}"
            client.with_options(max_retries=5).admin.api_keys.revoke(created.key_details.id)
            return created.key_details.id

        ids = list(threads.map(work, range(32)))
        assert len(set(ids)) == 32
        assert {key.id for key in client.admin.api_keys.list() if not key.is_active} == set(ids)


@pytest.mark.anyio
async def test_a_thousand_calls_at_once(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS))
    async with AsyncBoltz(api_key="k", base_url=server.url) as client, anyio.create_task_group() as tasks:

        async def call() -> None:
            assert (await client.admin.api_keys.list()).data == []

        for _ in range(1000):
            tasks.start_soon(call)
    assert len(server.asked) == 1000
    assert server.opened <= 300, "connections are kept and used again"


@pytest.mark.anyio
async def test_creates_that_wait_for_a_connection_when_the_client_closes_did_not_happen(
    server: Scripted, http: SayHTTP
) -> None:
    server.will(type(http())(then="hang"))
    client = AsyncBoltz(api_key="k", base_url=server.url, max_retries=0)
    ended: list[BoltzError] = []

    async def create() -> None:
        try:
            await client.admin.api_keys.create(name="x")
        except BoltzError as error:
            ended.append(error)

    async with anyio.create_task_group() as group:
        for _ in range(150):
            group.start_soon(create)
        await anyio.to_thread.run_sync(server.wait_for_requests, 100)
        await client.close()
    doubtful = [error for error in ended if isinstance(error, APIError) and error.outcome_unknown]
    refused = [error for error in ended if isinstance(error, ClientClosedError)]
    assert (len(refused), len(doubtful)) == (50, 100)


@pytest.mark.anyio
async def test_cancelling_while_waiting_for_the_next_try(server: Scripted, http: SayHTTP) -> None:
    server.will(http(429, headers={"retry-after": "30"}))
    async with AsyncBoltz(api_key="k", base_url=server.url) as client:
        with anyio.move_on_after(0.2) as scope:
            await client.admin.api_keys.list()
    assert scope.cancelled_caught
    assert len(server.asked) == 1


# What a closed loop leaves behind is closed by the garbage collector, which remarks on it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
# Sockets cannot be closed from outside their event loop; Python says so in its development mode.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_one_event_loop_after_another(sandbox: Sandbox) -> None:
    client = AsyncBoltz(api_key=sandbox.admin_key, base_url=sandbox.url)

    async def count(client: AsyncBoltz) -> int:
        return len((await client.admin.api_keys.list()).data)

    assert [
        asyncio.run(count(client)),
        trio.run(count, client),
        asyncio.run(count(client)),
        trio.run(count, client),
    ] == [2, 2, 2, 2]
    lanes = client._transport._connections._own  # pyright: ignore[reportPrivateUsage]  # nothing public shows a leak
    assert len(lanes) == 1
    # Here, where the warning is awaited, and not in whichever test comes next.
    del client, lanes
    gc.collect()


def test_event_loops_in_several_threads(sandbox: Sandbox) -> None:
    client = AsyncBoltz(api_key=sandbox.admin_key, base_url=sandbox.url)

    async def count() -> int:
        async with client.with_options(http_client=httpx.AsyncClient()) as own:
            return len((await own.admin.api_keys.list()).data)

    def run(number: int) -> int:
        return asyncio.run(count())

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(run, range(8))) == [2] * 8


def test_leaving_a_loop_early_needs_no_closing(sandbox: Sandbox) -> None:
    for _ in range(5):
        sandbox.new_key()

    async def first() -> str:
        async with AsyncBoltz(api_key=sandbox.admin_key, base_url=sandbox.url) as client:
            async for key in client.admin.api_keys.list(limit=1):
                return key.id
        raise AssertionError("there are keys")

    assert asyncio.run(first()) == trio.run(first)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_opens_connections_of_its_own(server: Scripted, http: SayHTTP, in_a_fork: InAFork) -> None:
    server.will(http(200, NO_KEYS))
    client = Boltz(api_key="k", base_url=server.url, timeout=5)
    client.admin.api_keys.list()
    assert in_a_fork(client.admin.api_keys.list) == 0
    client.admin.api_keys.list()
    assert [asked.connection for asked in server.asked] == [1, 2, 1]
    client.close()


FORKING = """
import gc, os, sys
import httpx, httpx2
from boltz_api import Boltz

client = Boltz(api_key="k", timeout=5, http_client={http_client})
client.admin.api_keys.list()
child = os.fork()
if child == 0:
    gc.collect()
client.admin.api_keys.list()
client.close()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("http_client", ["None", "httpx.Client()", "httpx2.Client()"])
@pytest.mark.parametrize("tls", [False, True])
def test_a_fork_leaves_nothing_open_and_shares_no_connection(
    server: Scripted, http: SayHTTP, tls_server: tuple[Scripted, str], http_client: str, tls: bool
) -> None:
    used, certificate = tls_server if tls else (server, "")
    used.will(http(200, NO_KEYS))
    run = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "always", "-c", FORKING.format(http_client=http_client)],
        env={**os.environ, "BOLTZ_BASE_URL": used.url, "SSL_CERT_FILE": certificate},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert sorted(asked.connection for asked in used.asked) == [1, 1, 2]


def test_a_client_that_nobody_closes_leaves_no_connection_open(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS))
    client = Boltz(api_key="k", base_url=server.url)
    client.admin.api_keys.list()
    del client
    gc.collect()
    for _ in range(100):
        if server.open_now() == 0:
            break
        time.sleep(0.01)
    assert server.open_now() == 0


@pytest.mark.anyio
async def test_a_call_waits_for_a_free_connection_only_so_long(server: Scripted, http: SayHTTP) -> None:
    # Longer than any machine takes to open a hundred connections: none may become free meanwhile.
    server.will(http(200, NO_KEYS, delay=30))
    errors: list[APITimeoutError] = []
    async with AsyncBoltz(api_key="k", base_url=server.url, timeout=60, max_retries=0) as client:

        async def occupy() -> None:
            await client.admin.api_keys.list()

        async with anyio.create_task_group() as tasks:
            for _ in range(100):
                tasks.start_soon(occupy)
            await anyio.to_thread.run_sync(server.wait_for_connections, 100)
            with pytest.raises(APITimeoutError, match="No connection became free") as caught:
                await client.admin.api_keys.create(name="x", timeout=httpx.Timeout(5, pool=0.05))
            errors.append(caught.value)
            tasks.cancel_scope.cancel()
    assert [error.outcome_unknown for error in errors] == [False]


def test_a_connection_that_the_server_gave_up_leaves_a_create_in_doubt(server: Scripted, http: SayHTTP) -> None:
    """From here, it looks like one that was given up after the deed."""
    server.will(http(200, NO_KEYS), type(http())(b"", "close"))
    with Boltz(api_key="k", base_url=server.url) as client:
        client.admin.api_keys.list()
        with pytest.raises(APIConnectionError) as caught:
            client.admin.api_keys.create(name="x")
    assert caught.value.outcome_unknown
    assert [asked.connection for asked in server.asked] == [1, 1]
