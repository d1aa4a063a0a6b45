"""Pages of a listing, and walking through them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar

import msgspec

from boltz_api.core.paging import Envelope, Place, Search, next_cursor
from boltz_api.core.representation import even_half_built
from boltz_api.core.unpicklable import NotPickled
from boltz_api.errors import NoNextPageError
from boltz_api.prefetching import PrefetchedByATask, prefetched_by_a_thread
from boltz_api.sentinels import NOT_GIVEN, NotGiven
from boltz_api.walking import AsyncChosen, AsyncItems, AsyncPages, SyncChosen, SyncItems, SyncPages
from boltz_api_generated.model import Model

if TYPE_CHECKING:
    import httpx

    from boltz_api.transport.asynchronous import AsyncShell
    from boltz_api.transport.sync import SyncShell

__all__ = ["AsyncCursorPage", "AsyncPaginator", "PageInfo", "SyncCursorPage"]

T = TypeVar("T")


class PageInfo:
    """What the request for the next page asks in addition.

    Pages here are told apart by ``params``; ``url`` and ``json`` are how other APIs do it.
    """

    url: httpx.URL | NotGiven
    params: Mapping[str, object] | NotGiven
    json: object

    def __init__(
        self,
        *,
        url: httpx.URL | NotGiven = NOT_GIVEN,
        params: Mapping[str, object] | NotGiven = NOT_GIVEN,
        json: object = NOT_GIVEN,
    ) -> None:
        self.url = url
        self.params = params
        self.json = json

    def __repr__(self) -> str:
        told = [f"{name}={value!r}" for name, value in vars(self).items() if not isinstance(value, NotGiven)]
        return f"PageInfo({', '.join(told)})"


class CursorPage(NotPickled, Generic[T]):
    """What both kinds of page share: the page's data, and whether there is more."""

    _pickle_instead = "pickle its data; to go on elsewhere, pass its last_id as after_id"

    data: list[T]
    first_id: str | None
    """The first item's ID, to be passed as ``before_id`` for the previous page."""
    last_id: str | None
    """The last item's ID, to be passed as ``after_id`` for the next page."""
    has_more: bool

    def __init__(
        self, *, data: Sequence[T], has_more: bool = False, first_id: str | None = None, last_id: str | None = None
    ) -> None:
        """A page as tests make it: it belongs to no client, so the pages after it cannot be fetched."""
        self.data = list(data)
        self.first_id = first_id
        self.last_id = last_id
        self.has_more = has_more
        self._envelope: Envelope[T] | None = None
        self._place: Place[Envelope[T]] | None = None
        self._shell: Any = None  # a thread's or a task's; which one, the subclass knows

    @classmethod
    def fetched(cls, envelope: Envelope[T], place: Place[Envelope[T]], shell: SyncShell | AsyncShell) -> Self:
        """The page that ``envelope`` is, which stands at ``place``."""
        page = cls(data=envelope.data, has_more=envelope.has_more, first_id=envelope.first_id, last_id=envelope.last_id)
        page._envelope, page._place, page._shell = envelope, place, shell
        return page

    # Two pages are equal if the same is on them; since that can change, pages have no hash.
    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._content() == other._content()

    __hash__ = None  # type: ignore[assignment]  # as Python itself has it for what is mutable

    def _content(self) -> dict[str, object]:
        return {"data": self.data, "first_id": self.first_id, "has_more": self.has_more, "last_id": self.last_id}

    def has_next_page(self) -> bool:
        """Whether there is another page. An empty page may well have one."""
        return self.next_page_info() is not None

    def next_page_info(self) -> PageInfo | None:
        """What to ask for the next page, or ``None``.

        Raises:
            PaginationError: The server says that there is more, and not where.

        """
        cursor = next_cursor({} if self._place is None else self._place.request.query, self._envelope or self)
        return None if cursor is None else PageInfo(params=cursor)

    def to_dict(self, *, mode: Literal["json", "python"] = "python") -> dict[str, object]:
        """This page as plain dicts; see ``Model.to_dict``."""
        if isinstance(self._envelope, Model):
            return self._envelope.to_dict(mode=mode)
        plain = [item.to_dict(mode=mode) if isinstance(item, Model) else item for item in self.data]
        return {**self._content(), "data": plain}

    def to_json(self, *, indent: int | None = 2) -> str:
        """This page as JSON text; see ``Model.to_json``."""
        encoded = msgspec.json.encode(self.to_dict(mode="json"))
        return (encoded if indent is None else msgspec.json.format(encoded, indent=indent)).decode()

    def _next_place(self) -> Place[Envelope[T]]:
        if self._place is None:
            raise NoNextPageError("This page was made by hand and belongs to no client that could fetch the next one.")
        place = self._place.after(self._envelope or self)
        if place is None:
            raise NoNextPageError("This is the last page; has_next_page() tells beforehand.")
        return place

    @even_half_built
    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(data={self.data!r}, first_id={self.first_id!r}, "
            f"has_more={self.has_more!r}, last_id={self.last_id!r})"
        )


class SyncCursorPage(CursorPage[T]):
    """One page of a listing. Iterating over it goes on through the pages after it."""

    def __iter__(self) -> Iterator[T]:
        """Every item of this page and of those after it, each page fetched when its turn comes."""
        return SyncItems(self.iter_pages())

    def iter_pages(self) -> Iterator[SyncCursorPage[T]]:
        """This page and those after it."""
        return SyncPages(lambda: self)

    def get_next_page(self) -> SyncCursorPage[T]:
        """The page after this one, with the same filters, page size and options.

        Raises:
            NoNextPageError: There is none.
            PaginationError: The server's cursors lead round in a circle.

        """
        place = self._next_place()
        return SyncCursorPage[T].fetched(self._shell.run(place.fetch()), place, self._shell)

    def prefetch(self) -> AbstractContextManager[Iterator[T]]:
        """Every item of this page and of those after it, each page fetched while the one before it is worked on.

        with client.admin.api_keys.list().prefetch() as keys:
            for key in keys: ...

        Leaving the ``with`` waits for a page that is being fetched.
        """
        return prefetched_by_a_thread(self)


class AsyncCursorPage(CursorPage[T]):
    """One page of a listing. Iterating over it goes on through the pages after it."""

    def __aiter__(self) -> AsyncIterator[T]:
        """Every item of this page and of those after it, each page fetched when its turn comes."""
        return AsyncItems(self.iter_pages())

    def iter_pages(self) -> AsyncIterator[AsyncCursorPage[T]]:
        """This page and those after it."""
        return AsyncPages(self._itself)

    async def _itself(self) -> AsyncCursorPage[T]:
        return self

    async def get_next_page(self) -> AsyncCursorPage[T]:
        """The page after this one, with the same filters, page size and options.

        Raises:
            NoNextPageError: There is none.
            PaginationError: The server's cursors lead round in a circle.

        """
        place = self._next_place()
        return AsyncCursorPage[T].fetched(await self._shell.run(place.fetch()), place, self._shell)

    def prefetch(self) -> AbstractAsyncContextManager[AsyncIterator[T]]:
        """Every item of this page and of those after it, each page fetched while the one before it is worked on.

        async with page.prefetch() as keys:
            async for key in keys: ...

        Leaving the ``async with`` cancels what is being fetched.
        """
        return PrefetchedByATask(self._itself)


class AsyncPaginator(NotPickled, Generic[T]):
    """A listing that has not begun: ``await`` it for its first page, or iterate over its items at once."""

    _pickle_instead = "await it, and pickle the page's data"

    def __init__(self, place: Place[Envelope[T]], shell: AsyncShell) -> None:
        self._place = place
        self._shell = shell

    # Any is what Generator's other parameters are for a coroutine.
    def __await__(self) -> Generator[Any, None, AsyncCursorPage[T]]:
        return self._first_page().__await__()

    async def _first_page(self) -> AsyncCursorPage[T]:
        return AsyncCursorPage[T].fetched(await self._shell.run(self._place.fetch()), self._place, self._shell)

    def __aiter__(self) -> AsyncIterator[T]:
        """Every item of every page."""
        return AsyncItems(AsyncPages(self._first_page))

    def prefetch(self) -> AbstractAsyncContextManager[AsyncIterator[T]]:
        """Every item of every page, each page fetched while the one before it is worked on."""
        return PrefetchedByATask(self._first_page)


class SyncFound(SyncChosen[T]):
    """The items that are searched for, each page fetched when its turn comes."""

    def __init__(self, search: Search[T], shell: SyncShell) -> None:
        place = search.place

        def first() -> SyncCursorPage[T]:
            return SyncCursorPage[T].fetched(shell.run(place.fetch()), place, shell)

        super().__init__(SyncItems(SyncPages(first)), search.matches)


class AsyncFound(AsyncChosen[T]):
    """The items that are searched for, each page fetched when its turn comes."""

    def __init__(self, search: Search[T], shell: AsyncShell) -> None:
        super().__init__(aiter(AsyncPaginator(search.place, shell)), search.matches)
