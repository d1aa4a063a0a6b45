"""Pages of a listing, and iterating over them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from boltz_api.errors import NoNextPageError, PaginationError
from boltz_api.flow import AsyncPerformer, Flow, SyncPerformer, call
from boltz_api.model import Model, json_text
from boltz_api.redact import NotPickled
from boltz_api.request import NOT_GIVEN, CallOptions, NotGiven, Pagination, Request, mapping
from boltz_api.validation import shown

if TYPE_CHECKING:
    import httpx

    from boltz_api.settings import Settings

__all__ = ["AsyncCursorPage", "AsyncPaginator", "PageInfo", "SyncCursorPage"]

T = TypeVar("T")

_DEFAULT = Pagination()


def _field(envelope: object, wire_name: str | None) -> Any:
    """Return the field of an envelope, a model whose names in Python may differ, by its name on the wire."""
    if wire_name is None:
        return None
    names: tuple[str, ...] = getattr(envelope, "__struct_encode_fields__", ())
    if wire_name in names:
        wire_name = cast("Model", envelope).__struct_fields__[names.index(wire_name)]
    return getattr(envelope, wire_name, None)


class Place(Struct, frozen=True):
    """A place in a listing: the request for its page, and the cursors that led there."""

    request: Request[Any]
    number: int
    seen: dict[str, int]
    """Every cursor seen so far, and the number of its page; shared by all pages of the iteration."""

    @property
    def pagination(self) -> Pagination:
        """How the listing is divided."""
        return self.request.operation.pagination or _DEFAULT

    def fetch(self, settings: Settings) -> Flow[Any]:
        """Fetch this place's page."""
        return call(settings, self.request)

    def cursor_after(self, page: object) -> dict[str, str] | None:
        """Return the cursor of the page after ``page``, by its parameter; ``None`` after the last.

        Raises:
            PaginationError: The server says that there is more, but gives no cursor.

        """
        return next_cursor(self.request.query, page, self.pagination)

    def after(self, page: object) -> Place | None:
        """Return the place after ``page``, with the same filters, page size and options; ``None`` after the last.

        Raises:
            PaginationError: The cursor is missing, or repeats an earlier one.

        """
        found = self.cursor_after(page)
        if found is None:
            return None
        (cursor,) = found.values()
        # A page that is requested again after a failure is not a repetition.
        if self.seen.setdefault(cursor, self.number + 1) != self.number + 1:
            raise PaginationError(
                f"The server's cursor {shown(cursor)} leads back to where the listing has been. It stops here: it "
                f"would never end; the list may be incomplete."
            )
        return Place(replace(self.request, query={**self.request.query, **found}), self.number + 1, self.seen)


def next_cursor(query: Mapping[str, object], page: object, paging: Pagination = _DEFAULT) -> dict[str, str] | None:
    """Return the cursor of the page after ``page``, by its parameter; ``None`` after the last one.

    Only ``has_more`` says whether there is one: a page may be empty because its items were filtered out.

    Raises:
        PaginationError: The server says that there is more, but gives no cursor.

    """
    if not _field(page, paging.more):
        return None
    backward = paging.backward is not None and bool(query.get(paging.backward))
    parameter = paging.backward if backward else paging.forward
    cursor = _field(page, paging.first if backward else paging.last)
    if not cursor or parameter is None:
        raise PaginationError(
            "The server says that there are more pages and gives no cursor for the next one; the list is incomplete."
        )
    return {parameter: str(cursor)}


def beginning(request: Request[Any], settings: Settings) -> Place:
    """Return the first place of the listing that ``request`` asks for.

    A cursor in ``default_query`` or ``extra_query`` moves to the request's own query: it would otherwise be sent for
    every page, so that the iteration would never advance, or have two directions.
    """
    pagination = request.operation.pagination or _DEFAULT
    extra = mapping("extra_query", request.options.get("extra_query"))
    everything = {**settings.query, **request.query, **extra}
    cursors = {
        name: everything[name] for name in (pagination.forward, pagination.backward) if name in everything and name
    }
    if cursors:
        rest = {name: value for name, value in extra.items() if name not in cursors}
        options = cast("CallOptions", {**request.options, "extra_query": rest})
        request = replace(request, query={**request.query, **cursors}, options=options)
    return Place(request, 0, {cursor: 0 for cursor in cursors.values() if isinstance(cursor, str)})


def first_page(settings: Settings, request: Request[Any]) -> Flow[tuple[Any, Place]]:
    """Fetch the first page of a listing; return its envelope, and its place."""
    place = beginning(request, settings)
    return (yield from place.fetch(settings)), place


class PageInfo:
    """The parameters to add to the request for the next page.

    Pages here differ in their ``params``; other APIs use ``url`` and ``json``.
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
        parts = [f"{name}={value!r}" for name, value in vars(self).items() if not isinstance(value, NotGiven)]
        return f"PageInfo({', '.join(parts)})"


class BasePage(NotPickled, Generic[T]):
    """The base of both kinds of page: the page's data, and whether there is more."""

    _pickle_instead = "pickle its data; to go on elsewhere, pass its last_id as after_id"

    data: list[T]
    first_id: str | None
    """The first item's ID, to be passed as ``before_id`` for the previous page."""
    last_id: str | None
    """The last item's ID, to be passed as ``after_id`` for the next page."""
    has_more: bool

    _envelope: object = None
    _place: Place | None = None

    def __init__(
        self, *, data: Sequence[T], has_more: bool = False, first_id: str | None = None, last_id: str | None = None
    ) -> None:
        """Make a page for tests: it belongs to no client, so the pages after it cannot be fetched."""
        self.data = list(data)
        self.first_id = first_id
        self.last_id = last_id
        self.has_more = has_more

    @classmethod
    def _of(cls, envelope: object, place: Place) -> Self:
        pagination = place.pagination
        page = cls(
            data=_field(envelope, pagination.items) or (),
            has_more=bool(_field(envelope, pagination.more)),
            first_id=_field(envelope, pagination.first),
            last_id=_field(envelope, pagination.last),
        )
        page._envelope, page._place = envelope, place
        return page

    # Two pages are equal if the same is on them; since that can change, pages have no hash.
    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._content() == cast("Self", other)._content()

    __hash__ = None  # type: ignore[assignment]  # as Python itself has it for what is mutable

    def _content(self) -> dict[str, object]:
        return {"data": self.data, "first_id": self.first_id, "has_more": self.has_more, "last_id": self.last_id}

    def has_next_page(self) -> bool:
        """Return True if there is another page. An empty page may well have one."""
        return self.next_page_info() is not None

    def next_page_info(self) -> PageInfo | None:
        """Return the parameters of the next page, or ``None``.

        Raises:
            PaginationError: The server says that there is more, but gives no cursor.

        """
        cursor = next_cursor({}, self) if self._place is None else self._place.cursor_after(self._envelope)
        return None if cursor is None else PageInfo(params=cursor)

    def to_dict(self, *, mode: Literal["json", "python"] = "python") -> dict[str, object]:
        """Return this page as plain dicts; see ``Model.to_dict``."""
        if isinstance(self._envelope, Model):
            return self._envelope.to_dict(mode=mode)
        plain = [item.to_dict(mode=mode) if isinstance(item, Model) else item for item in self.data]
        return {**self._content(), "data": plain}

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return this page as JSON text; see ``Model.to_json``."""
        return json_text(self.to_dict(mode="json"), indent)

    def _next_place(self) -> Place:
        if self._place is None:
            raise NoNextPageError("This page was made by hand and belongs to no client that could fetch the next one.")
        place = self._place.after(self._envelope)
        if place is None:
            raise NoNextPageError("This is the last page; has_next_page() tells beforehand.")
        return place

    def __repr__(self) -> str:
        parts = [f"{name}={value!r}" for name, value in vars(self).items() if not name.startswith("_")]
        return f"{type(self).__name__}({', '.join(parts)})"


class SyncCursorPage(BasePage[T]):
    """One page of a listing. Iterating over it goes on through the pages after it."""

    _client: SyncPerformer | None = None

    @classmethod
    def fetched(cls, envelope: object, place: Place, client: SyncPerformer) -> Self:
        """Return the page with the contents of ``envelope``, at ``place``."""
        page = cls._of(envelope, place)
        page._client = client  # noqa: SLF001  # it is one of us
        return page

    def __iter__(self) -> Iterator[T]:
        """Iterate over every item of this page and of those after it, each page fetched when its turn comes."""
        return SyncItems(self.iter_pages())

    def iter_pages(self) -> Iterator[SyncCursorPage[T]]:
        """Iterate over this page and those after it."""
        return SyncPages(lambda: self)

    def get_next_page(self) -> SyncCursorPage[T]:
        """Return the page after this one, with the same filters, page size and options.

        Raises:
            NoNextPageError: There is none.
            PaginationError: The server's cursors repeat.

        """
        place = self._next_place()
        assert self._client is not None
        return SyncCursorPage[T].fetched(self._client.perform(place.fetch), place, self._client)


class AsyncCursorPage(BasePage[T]):
    """One page of a listing. Iterating over it goes on through the pages after it."""

    _client: AsyncPerformer | None = None

    @classmethod
    def fetched(cls, envelope: object, place: Place, client: AsyncPerformer) -> Self:
        """Return the page with the contents of ``envelope``, at ``place``."""
        page = cls._of(envelope, place)
        page._client = client  # noqa: SLF001  # it is one of us
        return page

    def __aiter__(self) -> AsyncIterator[T]:
        """Iterate over every item of this page and of those after it, each page fetched when its turn comes."""
        return AsyncItems(self.iter_pages())

    def iter_pages(self) -> AsyncIterator[AsyncCursorPage[T]]:
        """Iterate over this page and those after it."""
        return AsyncPages(self._itself)

    async def _itself(self) -> AsyncCursorPage[T]:
        return self

    async def get_next_page(self) -> AsyncCursorPage[T]:
        """Return the page after this one, with the same filters, page size and options.

        Raises:
            NoNextPageError: There is none.
            PaginationError: The server's cursors repeat.

        """
        place = self._next_place()
        assert self._client is not None
        return AsyncCursorPage[T].fetched(await self._client.perform(place.fetch), place, self._client)


class AsyncPaginator(NotPickled, Generic[T]):
    """A listing that has not been requested yet: ``await`` it for its first page, or iterate over its items."""

    _pickle_instead = "await it, and pickle the page's data"

    def __init__(self, request: Request[Any], client: AsyncPerformer) -> None:
        self._request = request
        self._client = client

    # Any is what Generator's other parameters are for a coroutine.
    def __await__(self) -> Generator[Any, None, AsyncCursorPage[T]]:
        return self._first_page().__await__()

    async def _first_page(self) -> AsyncCursorPage[T]:
        envelope, place = await self._client.perform(first_page, self._request)
        return AsyncCursorPage[T].fetched(envelope, place, self._client)

    def __aiter__(self) -> AsyncIterator[T]:
        """Iterate over every item of every page."""
        return AsyncItems(self.iter_pages())

    def iter_pages(self) -> AsyncIterator[AsyncCursorPage[T]]:
        """Iterate over every page."""
        return AsyncPages(self._first_page)


# Iterators, not generators: a generator that has raised is at its end, and a loop that tries again would take a listing
# that broke off for a whole one. These ask for the same page again. And an async generator that a loop leaves early
# would have to be closed by the loop.


class SyncPages(Generic[T]):
    """Pages one by one, from the one that ``first`` gives."""

    def __init__(self, first: Callable[[], SyncCursorPage[T]]) -> None:
        self._first = first
        self._page: SyncCursorPage[T] | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> SyncCursorPage[T]:
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

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter(next(self._pages).data)


class AsyncPages(Generic[T]):
    """Pages one by one, from the one that ``first`` gives."""

    def __init__(self, first: Callable[[], Awaitable[AsyncCursorPage[T]]]) -> None:
        self._first = first
        self._page: AsyncCursorPage[T] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AsyncCursorPage[T]:
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

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter((await anext(self._pages)).data)
