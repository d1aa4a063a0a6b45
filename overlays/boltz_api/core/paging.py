"""Finding the next page, and noticing where there is no way forward."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from boltz_api.core.exchange import call
from boltz_api.core.prepare import Prepared, prepare
from boltz_api.core.steps import Flow
from boltz_api.errors import PaginationError
from boltz_api_generated.request import Request, RequestOptions

if TYPE_CHECKING:
    from boltz_api.settings import Settings

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
R_co = TypeVar("R_co", covariant=True)


class Envelope(Protocol[T_co]):
    """What an answer needs to have to be a page."""

    @property
    def data(self) -> Sequence[T_co]: ...
    @property
    def first_id(self) -> str | None: ...
    @property
    def last_id(self) -> str | None: ...
    @property
    def has_more(self) -> bool: ...


FORWARD: Final = "after_id"
BACKWARD: Final = "before_id"


class Trail(Struct, frozen=True):
    """Where a walk through the pages has been, in constant space.

    Brent's way of finding a circle: one cursor is remembered, and replaced whenever the number of pages has doubled.
    A walk that goes round in circles meets the remembered one sooner or later.
    """

    current: str | None
    remembered: str | None = None
    steps: int = 0
    until: int = 1

    def onward(self, cursor: str) -> Trail:
        """The trail after going to ``cursor``.

        Raises:
            PaginationError: The walk has been there.

        """
        if cursor in (self.current, self.remembered):
            raise PaginationError(
                f"The server's cursor {cursor!r} leads back to where the listing has been. It stops here, since it "
                f"would never end; the list may be incomplete."
            )
        if self.steps + 1 == self.until:
            return Trail(cursor, cursor, 0, self.until * 2)
        return Trail(cursor, self.remembered, self.steps + 1, self.until)


def direction(query: Mapping[str, object]) -> str:
    """Which way a walk that began with ``query`` goes: the parameter that carries its cursor."""
    return BACKWARD if query.get(BACKWARD) else FORWARD


def next_cursor(query: Mapping[str, object], page: Envelope[object]) -> dict[str, str] | None:
    """The cursor of the page after ``page``, by its parameter; ``None`` after the last.

    Only ``has_more`` says whether there is one: a page may be empty because what it held was filtered out.

    Raises:
        PaginationError: The server says that there is more, and not where.

    """
    if not page.has_more:
        return None
    way = direction(query)
    cursor = page.first_id if way == BACKWARD else page.last_id
    if not cursor:
        raise PaginationError(
            "The server says that there are more pages and gives no cursor for the next one; the list is incomplete."
        )
    return {way: cursor}


class Place(Struct, Generic[R_co], frozen=True):
    """A place in a listing: the request that gives its page, and how the walk came there."""

    request: Request[R_co]
    trail: Trail
    settings: Settings

    def fetch(self) -> Flow[R_co]:
        """Have this place's page sent for."""
        return call(self.prepared(), self.settings)

    def prepared(self) -> Prepared[R_co]:
        """The request for this place's page, checked and encoded."""
        return prepare(self.request, self.settings, repeatable=True)

    def after(self, page: Envelope[object]) -> Place[R_co] | None:
        """The place after ``page``, with the same filters, page size and options; ``None`` after the last.

        Raises:
            PaginationError: The way on leads nowhere, or round in a circle.

        """
        cursor = next_cursor(self.request.query, page)
        if cursor is None:
            return None
        trail = self.trail.onward(*cursor.values())
        return Place(replace(self.request, query={**self.request.query, **cursor}), trail, self.settings)


def beginning(request: Request[R_co], settings: Settings) -> Place[R_co]:
    """Where the listing that ``request`` asks for begins.

    A cursor in ``default_query`` or ``extra_query`` moves to the query proper: there it would hold for every page, and
    the walk stand still, or go both ways at once.
    """
    extra = dict(request.options.get("extra_query") or {})
    everything = {**settings.custom_query, **request.query, **extra}
    cursors = {name: everything[name] for name in (FORWARD, BACKWARD) if name in everything}
    if cursors:
        rest = {name: value for name, value in extra.items() if name not in cursors}
        options = cast("RequestOptions", {**request.options, "extra_query": rest})
        request = replace(request, query={**request.query, **cursors}, options=options)
    cursor = request.query.get(direction(request.query))
    return Place(request, Trail(cursor if isinstance(cursor, str) else None), settings)


class Search(Struct, Generic[T], frozen=True):
    """Items to be picked from a listing."""

    place: Place[Envelope[T]]
    """Where the listing begins."""
    matches: Callable[[T], bool]
    """Whether an item is one of them."""
