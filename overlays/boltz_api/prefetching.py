"""Fetching the next page while the caller works on this one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from anyio import Event
    from anyio.abc import TaskGroup

    from boltz_api.pagination import AsyncCursorPage, SyncCursorPage

T = TypeVar("T")


@contextmanager
def prefetched_by_a_thread(page: SyncCursorPage[T]) -> Generator[Iterator[T]]:
    """Every item from ``page`` on, the next page being fetched by a thread of its own."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="boltz-api-prefetch") as executor:
        try:
            yield _items(page, executor)
        finally:
            # What has begun is waited for, and its connection is free again; nothing else begins.
            executor.shutdown(wait=True, cancel_futures=True)


def _items(page: SyncCursorPage[T], executor: Executor) -> Iterator[T]:
    while True:
        following = executor.submit(page.get_next_page) if page.has_next_page() else None
        yield from page.data
        if following is None:
            return
        page = following.result()


@asynccontextmanager
async def prefetched_by_a_task(page: AsyncCursorPage[T]) -> AsyncGenerator[AsyncIterator[T]]:
    """Every item from ``page`` on, the next page being fetched by a task of its own."""
    from anyio import create_task_group

    async with create_task_group() as tasks:
        async with aclosing(_items_from(page, tasks)) as items:
            yield items
        tasks.cancel_scope.cancel()


async def _items_from(page: AsyncCursorPage[T], tasks: TaskGroup) -> AsyncGenerator[T]:
    from anyio import Event

    while True:
        there = Event()
        outcome: list[AsyncCursorPage[T] | Exception] = []
        more = page.has_next_page()
        if more:
            tasks.start_soon(_fetch, page, outcome, there)
        for item in page.data:
            yield item
        if not more:
            return
        await there.wait()
        match outcome[0]:
            case Exception() as error:
                raise error
            case following:
                page = following


async def _fetch(page: AsyncCursorPage[T], outcome: list[AsyncCursorPage[T] | Exception], there: Event) -> None:
    # An exception here would end the caller's whole `async with`; it belongs where the next item is asked for.
    try:
        outcome.append(await page.get_next_page())
    except Exception as error:  # noqa: BLE001  # it is raised there
        outcome.append(error)
    finally:
        there.set()
