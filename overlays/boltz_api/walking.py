"""Walking through the pages of a listing, item by item.

Iterators, not generators: a generator that has raised is at its end, and a loop that tries again would take a listing
that broke off for a whole one. These ask for the same page again. And an async generator that a loop leaves early
would have to be closed by whoever left it.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from boltz_api.errors import IterationError

if TYPE_CHECKING:
    from boltz_api.pagination import AsyncCursorPage, SyncCursorPage

T = TypeVar("T")


class Turn:
    """Lets one worker at a time make an iterator go on.

    Two that wait for the same page would each take it for the next one: items would come twice, or not at all.
    """

    def __init__(self) -> None:
        self._taken = threading.Lock()

    def __enter__(self) -> None:
        if not self._taken.acquire(blocking=False):
            raise IterationError(
                "This iterator is asked for an item while it is still waiting for the one before, for another task or "
                "thread. Let one of them iterate and hand the items to the others."
            )

    def __exit__(self, *_: object) -> None:
        self._taken.release()


class SyncPages(Generic[T]):
    """Pages one by one, from the one that ``first`` gives."""

    def __init__(self, first: Callable[[], SyncCursorPage[T]]) -> None:
        self._first = first
        self._page: SyncCursorPage[T] | None = None
        self._turn = Turn()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> SyncCursorPage[T]:
        with self._turn:
            if self._page is None:
                self._page = self._first()
            elif self._page.has_next_page():
                self._page = self._page.get_next_page()
            else:
                raise StopIteration
            return self._page


class SyncItems(Generic[T]):
    """The items of one page after the other."""

    def __init__(self, pages: Iterator[SyncCursorPage[T]]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())
        self._turn = Turn()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        for item in self._items:
            return item
        with self._turn:
            while True:
                # Since the loop above, another thread may have brought a page.
                for item in self._items:
                    return item
                self._items = iter(next(self._pages).data)


class SyncChosen(Generic[T]):
    """Those items that ``matches`` accepts. If it raises, it is asked about the same item again."""

    def __init__(self, items: Iterator[T], matches: Callable[[T], bool]) -> None:
        self._items = items
        self._matches = matches
        self._undecided: list[T] = []
        self._turn = Turn()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        with self._turn:
            while True:
                if not self._undecided:
                    self._undecided.append(next(self._items))
                accepted = self._matches(self._undecided[0])
                item = self._undecided.pop()
                if accepted:
                    return item


class AsyncPages(Generic[T]):
    """Pages one by one, from the one that ``first`` gives."""

    def __init__(self, first: Callable[[], Awaitable[AsyncCursorPage[T]]]) -> None:
        self._first = first
        self._page: AsyncCursorPage[T] | None = None
        self._turn = Turn()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AsyncCursorPage[T]:
        with self._turn:
            if self._page is None:
                self._page = await self._first()
            elif self._page.has_next_page():
                self._page = await self._page.get_next_page()
            else:
                raise StopAsyncIteration
            return self._page


class AsyncItems(Generic[T]):
    """The items of one page after the other."""

    def __init__(self, pages: AsyncIterator[AsyncCursorPage[T]]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())
        self._turn = Turn()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        for item in self._items:
            return item
        with self._turn:
            while True:
                for item in self._items:
                    return item
                page = await anext(self._pages)
                self._items = iter(page.data)


class AsyncChosen(Generic[T]):
    """Those items that ``matches`` accepts. If it raises, it is asked about the same item again."""

    def __init__(self, items: AsyncIterator[T], matches: Callable[[T], bool]) -> None:
        self._items = items
        self._matches = matches
        self._undecided: list[T] = []
        self._turn = Turn()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        with self._turn:
            while True:
                if not self._undecided:
                    self._undecided.append(await anext(self._items))
                accepted = self._matches(self._undecided[0])
                item = self._undecided.pop()
                if accepted:
                    return item
