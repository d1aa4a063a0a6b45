"""However a listing is gone through: nothing is lost where it fails, and nobody may take another's turn."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TypeAlias

import anyio
import pytest

from boltz_api import (
    AsyncBoltz,
    AsyncCursorPage,
    Boltz,
    BoltzError,
    InternalServerError,
    IterationError,
    PaginationError,
    SyncCursorPage,
)
from boltz_api_generated.models import APIKey

if TYPE_CHECKING:
    from tests.client.conftest import Numbered, SayHTTP, Scripted

Given: TypeAlias = "APIKey | SyncCursorPage[APIKey] | AsyncCursorPage[APIKey]"

every_way = pytest.mark.parametrize("way", ["list", "pages", "find", "prefetch"])


@contextmanager
def iterating(client: Boltz, way: str) -> Iterator[Iterator[Given]]:
    keys = client.admin.api_keys
    match way:
        case "list":
            yield iter(keys.list(max_retries=0))
        case "pages":
            yield keys.list(max_retries=0).iter_pages()
        case "find":
            yield keys.find(max_retries=0)
        case _:
            with keys.list(max_retries=0).prefetch() as items:
                yield items


@asynccontextmanager
async def iterating_by_a_task(client: AsyncBoltz, way: str) -> AsyncIterator[AsyncIterator[Given]]:
    keys = client.admin.api_keys
    match way:
        case "list":
            yield aiter(keys.list(max_retries=0))
        case "pages":
            yield (await keys.list(max_retries=0)).iter_pages()
        case "find":
            yield keys.find(max_retries=0)
        case _:
            async with keys.list(max_retries=0).prefetch() as items:
                yield items


def number(given: Given) -> str | None:
    """That of the page, and of the key on it."""
    return given.id if isinstance(given, APIKey) else given.first_id


@every_way
def test_a_page_that_failed_is_asked_for_again(
    scripted_client: Boltz, server: Scripted, numbered: Numbered, way: str
) -> None:
    server.will(numbered(3, failing={2, 3}))
    came: list[object] = []
    with iterating(scripted_client, way) as given:
        while len(came) < 10:
            try:
                came.append(number(next(given)))
            except InternalServerError as error:
                came.append(error.status_code)
            except StopIteration:
                break
        assert next(given, "the end") == "the end"
    assert came == ["1", 503, "2", 503, "3"]


@every_way
@pytest.mark.anyio
async def test_a_page_that_failed_is_asked_for_again_by_a_task(
    scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered, way: str
) -> None:
    server.will(numbered(3, failing={2, 3}))
    came: list[object] = []
    async with iterating_by_a_task(scripted_async_client, way) as given:
        while len(came) < 10:
            try:
                came.append(number(await anext(given)))
            except InternalServerError as error:
                came.append(error.status_code)
            except StopAsyncIteration:
                break
        assert await anext(given, "the end") == "the end"
    assert came == ["1", 503, "2", 503, "3"]


@pytest.mark.anyio
async def test_a_first_page_that_failed_is_asked_for_again(
    scripted_client: Boltz, scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(2, failing={1}))
    found = scripted_client.admin.api_keys.find(max_retries=0)
    with pytest.raises(InternalServerError):
        next(found)
    assert [key.id for key in found] == ["1", "2"]
    keys = scripted_async_client.admin.api_keys
    for listing in (keys.find(max_retries=0), aiter(keys.list(max_retries=0))):
        server.will(numbered(2, failing={1}))
        with pytest.raises(InternalServerError):
            await anext(listing)
        assert [key.id async for key in listing] == ["1", "2"]


@every_way
def test_what_came_is_handed_out_before_the_error_and_the_error_is_no_end(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object], way: str
) -> None:
    server.will(http(200, {"data": [key_answer], "first_id": "key_1", "last_id": None, "has_more": True}))
    with iterating(scripted_client, way) as given:
        assert number(next(given)) == "key_1"
        for _ in range(2):
            with pytest.raises(PaginationError, match="gives no cursor"):
                next(given)


@every_way
@pytest.mark.anyio
async def test_what_came_is_handed_out_to_a_task_before_the_error_and_the_error_is_no_end(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object], way: str
) -> None:
    server.will(http(200, {"data": [key_answer], "first_id": "key_1", "last_id": None, "has_more": True}))
    async with iterating_by_a_task(scripted_async_client, way) as given:
        assert number(await anext(given)) == "key_1"
        for _ in range(2):
            with pytest.raises(PaginationError, match="gives no cursor"):
                await anext(given)


@every_way
def test_a_thread_may_not_ask_while_another_waits(
    scripted_client: Boltz, server: Scripted, numbered: Numbered, way: str
) -> None:
    gate = threading.Event()
    server.will(numbered(3, gate=gate))
    with iterating(scripted_client, way) as given, ThreadPoolExecutor(2) as threads:
        assert number(next(given)) == "1"
        asking = [threads.submit(next, given) for _ in range(2)]
        refused, waiting = wait(asking, 20, FIRST_COMPLETED)
        gate.set()
        (refusal,) = (each.exception() for each in refused)
        assert isinstance(refusal, IterationError)
        assert isinstance(refusal, BoltzError)
        assert isinstance(refusal, RuntimeError)
        assert [number(each.result(20)) for each in waiting] == ["2"]
        assert [number(each) for each in given] == ["3"]


@every_way
@pytest.mark.anyio
async def test_a_task_may_not_ask_while_another_waits(
    scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered, way: str
) -> None:
    gate = threading.Event()
    server.will(numbered(3, gate=gate))
    came: list[object] = []
    async with iterating_by_a_task(scripted_async_client, way) as given:
        assert number(await anext(given)) == "1"

        async def ask() -> None:
            try:
                came.append(number(await anext(given)))
            except IterationError as error:
                came.append(str(error).partition(".")[2])
            gate.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            tasks.start_soon(ask)
        came += [number(each) async for each in given]
    assert came == [" Let one of them iterate and hand the items to the others.", "2", "3"]


@every_way
@pytest.mark.anyio
async def test_a_wait_that_is_given_up_loses_nothing(
    scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered, way: str
) -> None:
    gate = threading.Event()
    server.will(numbered(3, gate=gate))
    async with iterating_by_a_task(scripted_async_client, way) as given:
        assert number(await anext(given)) == "1"
        with anyio.move_on_after(0.05) as scope:
            await anext(given)
        gate.set()
        assert scope.cancelled_caught
        assert [number(each) async for each in given] == ["2", "3"]


@pytest.mark.anyio
async def test_a_wait_for_the_first_key_that_is_given_up_loses_none(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    page = {"data": [key_answer], "first_id": "key_1", "last_id": "key_1", "has_more": False}
    server.will(http(200, page, delay=0.3), http(200, page))
    keys = scripted_async_client.admin.api_keys.find()
    with anyio.move_on_after(0.05):
        await anext(keys)
    assert [key.id async for key in keys] == ["key_1"]


def raising_once() -> Callable[[APIKey], bool]:
    """A condition that all keys meet, and that raises when it is first asked about the second."""
    asked_about: list[str] = []

    def matching(key: APIKey) -> bool:
        asked_about.append(key.id)
        if asked_about == ["1", "2"]:
            raise ValueError("mine")
        return True

    return matching


@pytest.mark.anyio
async def test_a_condition_that_raises_is_asked_about_the_same_key_again(
    scripted_client: Boltz, scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(3))
    found = scripted_client.admin.api_keys.find(matching=raising_once())
    assert next(found).id == "1"
    with pytest.raises(ValueError, match="mine"):
        next(found)
    assert [key.id for key in found] == ["2", "3"]
    found_by_a_task = scripted_async_client.admin.api_keys.find(matching=raising_once())
    assert (await anext(found_by_a_task)).id == "1"
    with pytest.raises(ValueError, match="mine"):
        await anext(found_by_a_task)
    assert [key.id async for key in found_by_a_task] == ["2", "3"]


def test_a_condition_cannot_take_keys_itself(scripted_client: Boltz, server: Scripted, numbered: Numbered) -> None:
    server.will(numbered(3))
    found: Iterator[APIKey] = scripted_client.admin.api_keys.find(matching=lambda _: bool(next(found)))
    with pytest.raises(IterationError):
        next(found)
