"""However a listing is gone through, nothing is lost where it fails."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TypeAlias

import anyio
import pytest

from boltz_api import (
    AsyncBoltz,
    AsyncCursorPage,
    Boltz,
    InternalServerError,
    PaginationError,
    SyncCursorPage,
)
from boltz_api_generated.models import APIKey

if TYPE_CHECKING:
    from tests.client.conftest import Numbered, SayHTTP, Scripted

Given: TypeAlias = "APIKey | SyncCursorPage[APIKey] | AsyncCursorPage[APIKey]"

every_way = pytest.mark.parametrize("way", ["list", "pages", "find"])


@contextmanager
def iterating(client: Boltz, way: str) -> Generator[Iterator[Given]]:
    keys = client.admin.api_keys
    match way:
        case "list":
            yield iter(keys.list(max_retries=0))
        case "pages":
            yield keys.list(max_retries=0).iter_pages()
        case _:
            yield keys.find(max_retries=0)


@asynccontextmanager
async def iterating_by_a_task(client: AsyncBoltz, way: str) -> AsyncGenerator[AsyncIterator[Given]]:
    keys = client.admin.api_keys
    match way:
        case "list":
            yield aiter(keys.list(max_retries=0))
        case "pages":
            yield (await keys.list(max_retries=0)).iter_pages()
        case _:
            yield keys.find(max_retries=0)


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
