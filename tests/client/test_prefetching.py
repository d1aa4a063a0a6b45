"""Fetching the next page while the caller works on this one."""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import anyio
import httpx
import pytest
import trio

from boltz_api import AsyncBoltz, Boltz, InternalServerError, IterationError

if TYPE_CHECKING:
    from tests.client.conftest import InAFork, Numbered, SayHTTP, Scripted


def test_the_next_page_is_fetched_while_this_one_is_worked_on(
    scripted_client: Boltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(5))
    with scripted_client.admin.api_keys.list().prefetch() as keys:
        assert next(keys).id == "1"
        for _ in range(200):
            if len(server.asked) == 2:
                break
            server.wait(0.01)
        assert len(server.asked) == 2
        assert [key.id for key in keys] == ["2", "3", "4", "5"]


def test_leaving_early_fetches_nothing_more(scripted_client: Boltz, server: Scripted, numbered: Numbered) -> None:
    server.will(numbered(50))
    with scripted_client.admin.api_keys.list().prefetch() as keys:
        next(keys)
    asked = len(server.asked)
    server.wait(0.05)
    assert len(server.asked) == asked <= 2


@pytest.mark.anyio
async def test_pages_are_fetched_ahead_by_a_task(
    scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(5))
    async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
        assert [key.id async for key in keys] == ["1", "2", "3", "4", "5"]
    async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
        async for key in keys:
            assert key.id == "1"
            break


@pytest.mark.anyio
async def test_leaving_early_does_not_wait_for_the_page_on_its_way(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    page = {"data": [key_answer], "first_id": "1", "last_id": "1", "has_more": True}
    server.will(http(200, page), http(200, page, delay=30))
    with anyio.fail_after(10):
        async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
            assert (await anext(keys)).id == "key_1"


def test_a_thread_that_cannot_fetch_a_page_says_so_where_it_is_asked_for(
    scripted_client: Boltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(3, failing={2}))
    seen: list[str] = []
    with (  # noqa: PT012  # the loop is what fails
        pytest.raises(InternalServerError),
        scripted_client.admin.api_keys.list(max_retries=0).prefetch() as keys,
    ):
        for key in keys:
            seen.append(key.id)  # noqa: PERF401  # the error comes after the first
    assert seen == ["1"]


@pytest.mark.anyio
async def test_a_task_that_cannot_fetch_a_page_says_so_where_it_is_asked_for(
    scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(3, failing={2}))
    seen: list[str] = []
    with pytest.raises(InternalServerError):  # noqa: PT012  # the loop is what fails
        async with scripted_async_client.admin.api_keys.list(max_retries=0).prefetch() as keys:
            async for key in keys:
                seen.append(key.id)  # noqa: PERF401  # the error comes after the first
    assert seen == ["1"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "error",
    [ValueError("mine"), KeyboardInterrupt(), StopAsyncIteration(), ExceptionGroup("mine", [ValueError("mine")])],
    ids=lambda error: type(error).__name__,
)
async def test_what_the_caller_raises_comes_out_as_it_is(
    scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered, error: BaseException
) -> None:
    server.will(numbered(5))
    page = await scripted_async_client.admin.api_keys.list()
    for whole in (page, scripted_async_client.admin.api_keys.list()):
        with pytest.raises(type(error)) as raised:  # noqa: PT012  # it is how it comes out of the block
            async with whole.prefetch() as keys:
                await anext(keys)
                raise error
        assert raised.value is error


class Interrupted(httpx.AsyncBaseTransport):
    """Is interrupted when it is asked for the second page."""

    def __init__(self, key: dict[str, object]) -> None:
        self._page = {"data": [key], "first_id": "1", "last_id": "1", "has_more": True}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if "after_id" in request.url.params:
            raise KeyboardInterrupt
        return httpx.Response(200, json=self._page)


def test_an_interruption_of_the_fetching_task_comes_out_as_one(key_answer: dict[str, object], fake_key: str) -> None:
    async def interrupted() -> None:
        http_client = httpx.AsyncClient(transport=Interrupted(key_answer))
        async with (
            AsyncBoltz(api_key=fake_key, base_url="http://127.0.0.1", http_client=http_client) as client,
            client.admin.api_keys.list().prefetch() as keys,
        ):
            async for _ in keys:
                pass

    with pytest.raises(KeyboardInterrupt):
        trio.run(interrupted)


@pytest.mark.anyio
async def test_a_scope_around_it_cancels_it_and_nothing_else(
    scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered
) -> None:
    gate = threading.Event()
    server.will(numbered(3, gate=gate))
    reached: list[str] = []
    with anyio.move_on_after(0.1) as scope:
        async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
            async for key in keys:
                reached.append(key.id)  # noqa: PERF401  # the loop is cancelled after the first
            reached.append("after the loop")
        reached.append("after the with")
    gate.set()
    assert (scope.cancelled_caught, reached) == (True, ["1"])
    with anyio.fail_after(10):
        async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
            await anext(keys)
        await anyio.sleep(0.01)
        reached.append("after leaving early")
    assert reached == ["1", "after leaving early"]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_task_that_is_cancelled_stays_cancelled(
    scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered, anyio_backend: str
) -> None:
    gate = threading.Event()
    reached = asyncio.Event()

    async def work() -> None:
        server.will(numbered(3, gate=gate))
        async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
            await anext(keys)
            reached.set()
            await anext(keys)

    task = asyncio.create_task(work())
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(work(), 0.1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await work()
    gate.set()
    this = asyncio.current_task()
    assert this is not None
    assert this.cancelling() == 0


def test_after_the_with_no_further_page_is_fetched(
    scripted_client: Boltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(3))
    with scripted_client.admin.api_keys.list().prefetch() as keys:
        next(keys)
    for _ in range(2):
        with pytest.raises(IterationError, match="has been left"):
            next(keys)


@pytest.mark.anyio
async def test_after_the_async_with_no_further_page_is_fetched(
    scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(3))
    async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
        await anext(keys)
    for _ in range(2):
        with pytest.raises(IterationError, match="has been left"):
            await anext(keys)


@pytest.mark.anyio
async def test_whoever_still_waits_when_the_async_with_is_left_is_told(
    scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered
) -> None:
    gate = threading.Event()
    server.will(numbered(3, gate=gate))
    told: list[IterationError] = []
    async with anyio.create_task_group() as tasks, scripted_async_client.admin.api_keys.list().prefetch() as keys:
        await anext(keys)

        async def wait() -> None:
            with pytest.raises(IterationError, match="has been left") as refused:
                await anext(keys)
            told.append(refused.value)

        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
    gate.set()
    assert len(told) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_goes_on_without_the_thread(
    scripted_client: Boltz, server: Scripted, numbered: Numbered, in_a_fork: InAFork
) -> None:
    gate = threading.Event()
    server.will(numbered(3, gate=gate))
    with ExitStack() as stack:
        keys = stack.enter_context(scripted_client.admin.api_keys.list().prefetch())
        next(keys)
        while len(server.asked) < 2:
            server.wait(0.01)

        def rest_and_leave() -> None:
            assert [key.id for key in keys] == ["2", "3"]
            stack.close()

        try:
            assert in_a_fork(rest_and_leave) == 0
        finally:
            gate.set()
        assert [key.id for key in keys] == ["2", "3"]
