"""Fetching the next page while the caller works on this one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

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
        yield _ItemsFrom(page, tasks)
        tasks.cancel_scope.cancel()


class _ItemsFrom(Generic[T]):
    """The items of a page and of those after it.

    No async generator: one that is cancelled while it waits for a page would pass for one that has come to its end.
    """

    def __init__(self, page: AsyncCursorPage[T], tasks: TaskGroup) -> None:
        self._tasks = tasks
        self._begin(page)

    def _begin(self, page: AsyncCursorPage[T]) -> None:
        self._items = iter(page.data)
        self._following = _Following(page) if page.has_next_page() else None
        if self._following is not None:
            self._tasks.start_soon(self._following.fetch)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            if self._following is None:
                raise StopAsyncIteration
            self._begin(await self._following.page())


class _Following(Generic[T]):
    """The page after another, on its way."""

    def __init__(self, page: AsyncCursorPage[T]) -> None:
        from anyio import Event

        self._after = page
        self._there = Event()
        self._outcome: AsyncCursorPage[T] | Exception | None = None

    async def fetch(self) -> None:
        # An exception here would end the caller's whole `async with`; it belongs where the next item is asked for.
        try:
            self._outcome = await self._after.get_next_page()
        except Exception as error:  # noqa: BLE001  # it is raised there
            self._outcome = error
        finally:
            self._there.set()

    async def page(self) -> AsyncCursorPage[T]:
        await self._there.wait()
        assert self._outcome is not None, "set before the event, unless the task group was left"
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome
