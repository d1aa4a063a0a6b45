"""Fetching the next page while the caller works on this one."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TYPE_CHECKING, Final, Generic, Self, TypeVar

from boltz_api.errors import IterationError
from boltz_api.walking import AsyncItems, SyncItems

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from concurrent.futures import Executor, Future
    from types import TracebackType

    from anyio.abc import TaskGroup

    from boltz_api.pagination import AsyncCursorPage, SyncCursorPage

T = TypeVar("T")

_LEFT: Final = "The `with` of prefetch() has been left or cancelled, so no further page is fetched. Iterate within it."


@contextmanager
def prefetched_by_a_thread(page: SyncCursorPage[T]) -> Generator[Iterator[T]]:
    """Every item from ``page`` on, the next page being fetched by a thread of its own."""
    from concurrent.futures import ThreadPoolExecutor

    pages = _PagesByAThread(page, ThreadPoolExecutor(max_workers=1, thread_name_prefix="boltz-api-prefetch"))
    try:
        yield SyncItems(pages)
    finally:
        pages.leave()


class _PagesByAThread(Generic[T]):
    """A page and those after it, the next being on its way when one is handed out."""

    def __init__(self, page: SyncCursorPage[T], executor: Executor) -> None:
        self._first = page
        self._page: SyncCursorPage[T] | None = None
        self._following: Future[SyncCursorPage[T]] | None = None
        self._executor = executor
        self._process = os.getpid()
        self._left = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> SyncCursorPage[T]:
        self._page = self._first if self._page is None else self._after(self._page)
        # Also where there is no way on: the items of this page come first, the error when their turn is over.
        if self._page.has_more and not self._left and not self._in_another_process():
            self._following = self._executor.submit(self._page.get_next_page)
        return self._page

    def _after(self, page: SyncCursorPage[T]) -> SyncCursorPage[T]:
        if not page.has_more:
            raise StopIteration
        if self._left:
            raise IterationError(_LEFT)
        if self._in_another_process():
            # After a fork, the thread and what it fetches are the parent's.
            return page.get_next_page()
        following = self._following or self._executor.submit(page.get_next_page)
        self._following = following
        following.exception()  # an interrupted wait leaves the page on its way
        self._following = None
        return following.result()

    def _in_another_process(self) -> bool:
        return os.getpid() != self._process

    def leave(self) -> None:
        """Fetch nothing more. What has begun is waited for, and its connection is free again."""
        self._left = True
        if not self._in_another_process():
            self._executor.shutdown()


class PrefetchedByATask(AbstractAsyncContextManager["AsyncIterator[T]"]):
    """Every item from the page that ``first`` gives on, the next page being fetched by a task of its own."""

    def __init__(self, first: Callable[[], Awaitable[AsyncCursorPage[T]]]) -> None:
        self._first = first

    async def __aenter__(self) -> AsyncIterator[T]:
        from anyio import create_task_group

        page = await self._first()
        self._tasks = create_task_group()
        await self._tasks.__aenter__()
        self._pages = _PagesByATask(page, self._tasks)
        return AsyncItems(self._pages)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        from anyio import get_cancelled_exc_class

        self._pages.leave()
        interruption: BaseException | None = None
        try:
            if isinstance(error, get_cancelled_exc_class()):
                return await self._tasks.__aexit__(kind, error, traceback)
            # Any other exception goes its own way: the task group would wrap it in a group.
            self._tasks.cancel_scope.cancel()
            await self._tasks.__aexit__(None, None, None)
        except BaseExceptionGroup as group:
            # What the fetching task lets through is no Exception: an interruption, which must come out as such.
            interruption = group.exceptions[0] if len(group.exceptions) == 1 else group
        if interruption is not None:
            raise interruption
        return None


class _PagesByATask(Generic[T]):
    """A page and those after it, the next being on its way when one is handed out."""

    def __init__(self, page: AsyncCursorPage[T], tasks: TaskGroup) -> None:
        self._first = page
        self._page: AsyncCursorPage[T] | None = None
        self._following: _Following[T] | None = None
        self._tasks = tasks
        self._left = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AsyncCursorPage[T]:
        self._page = self._first if self._page is None else await self._after(self._page)
        # Also where there is no way on: the items of this page come first, the error when their turn is over.
        if self._page.has_more and not self._left:
            self._following = self._begun(self._page)
        return self._page

    async def _after(self, page: AsyncCursorPage[T]) -> AsyncCursorPage[T]:
        if not page.has_more:
            raise StopAsyncIteration
        if self._left:
            raise IterationError(_LEFT)
        following = self._following or self._begun(page)
        self._following = following
        await following.there.wait()  # a cancelled wait leaves the page on its way
        self._following = None
        return following.page()

    def _begun(self, page: AsyncCursorPage[T]) -> _Following[T]:
        following = _Following(page)
        self._tasks.start_soon(following.fetch)
        return following

    def leave(self) -> None:
        """Fetch nothing more."""
        self._left = True


class _Following(Generic[T]):
    """The page after another, on its way."""

    def __init__(self, page: AsyncCursorPage[T]) -> None:
        from anyio import Event

        self.there = Event()
        self._after = page
        self._outcome: AsyncCursorPage[T] | Exception = IterationError(_LEFT)

    async def fetch(self) -> None:
        """Fetch it."""
        # An exception here would end the caller's whole `async with`; it belongs where the next item is asked for.
        try:
            self._outcome = await self._after.get_next_page()
        except Exception as error:  # noqa: BLE001  # it is raised there
            self._outcome = error
        finally:
            self.there.set()

    def page(self) -> AsyncCursorPage[T]:
        """The page.

        Raises:
            Exception: Whatever fetching it raised.

        """
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome
