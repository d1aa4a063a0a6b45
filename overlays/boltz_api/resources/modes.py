"""The ways of making a call: by a thread or by a task; for the decoded answer, the raw one, or one in a ``with``."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from boltz_api.pagination import AsyncCursorPage, AsyncFound, AsyncPaginator, SyncCursorPage, SyncFound
from boltz_api.raw import APIResponse, AsyncAPIResponse
from boltz_api.resources.arguments import with_unprinted_headers

if TYPE_CHECKING:
    from boltz_api.core.steps import Flow
    from boltz_api.settings import Settings


class Session:
    """What a client and everything that hangs on it share: how to call, and through what."""

    # Any: a thread's shell or a task's. Which one, the mode knows.
    def __init__(self, settings: Settings, shell: Any) -> None:
        self.settings = settings
        self.shell = shell


class Mode:
    """A way of making calls within a session.

    Any stands for the types that a binding's overloads spell out; they are what users see.
    """

    raw: ClassVar[type[APIResponse[Any] | AsyncAPIResponse[Any]] | None] = None
    """What to put the raw answer in; ``None`` where the decoded one is wanted."""

    page: ClassVar[type[SyncCursorPage[Any] | AsyncCursorPage[Any]]]
    paginator: ClassVar[type[AsyncPaginator[Any]] | None] = None
    """What stands for a listing before its first page is there; ``None`` where a listing begins with the page."""

    found: ClassVar[type[SyncFound[Any] | AsyncFound[Any]]]
    """What gives the items that a search is for."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def caller(self, flow: Callable[..., Flow[Any]]) -> Callable[..., Any]:
        """A function that performs the flow which ``flow`` gives for its arguments."""
        raise NotImplementedError


class Sync(Mode):
    """By a thread, for the decoded answer."""

    page = SyncCursorPage
    found = SyncFound

    def caller(self, flow: Callable[..., Flow[Any]]) -> Callable[..., Any]:  # noqa: D102
        def bound(*args: Any, **kwargs: Any) -> Any:
            kwargs = with_unprinted_headers(kwargs)
            return self.session.shell.run(flow(*args, **kwargs))

        return bound


class Async(Mode):
    """By a task, for the decoded answer."""

    page = AsyncCursorPage
    found = AsyncFound
    paginator: ClassVar[type[AsyncPaginator[Any]] | None] = AsyncPaginator

    def caller(self, flow: Callable[..., Flow[Any]]) -> Callable[..., Any]:  # noqa: D102
        async def bound(*args: Any, **kwargs: Any) -> Any:
            kwargs = with_unprinted_headers(kwargs)
            return await self.session.shell.run(flow(*args, **kwargs))

        return bound


class Raw(Sync):
    """By a thread, for the raw answer."""

    raw = APIResponse


class AsyncRaw(Async):
    """By a task, for the raw answer."""

    raw = AsyncAPIResponse
    paginator = None  # a raw answer is awaited


class Streamed(Mode):
    """By a thread, for the raw answer in a ``with``."""

    raw = APIResponse
    page = SyncCursorPage
    found = SyncFound

    def caller(self, flow: Callable[..., Flow[Any]]) -> Callable[..., Any]:  # noqa: D102
        @contextmanager
        def bound(*args: Any, **kwargs: Any) -> Generator[Any]:
            kwargs = with_unprinted_headers(kwargs)
            yield self.session.shell.run(flow(*args, **kwargs))

        return bound


class AsyncStreamed(Mode):
    """By a task, for the raw answer in an ``async with``."""

    raw = AsyncAPIResponse
    page = AsyncCursorPage
    found = AsyncFound

    def caller(self, flow: Callable[..., Flow[Any]]) -> Callable[..., Any]:  # noqa: D102
        @asynccontextmanager
        async def bound(*args: Any, **kwargs: Any) -> AsyncGenerator[Any]:
            kwargs = with_unprinted_headers(kwargs)
            yield await self.session.shell.run(flow(*args, **kwargs))

        return bound
