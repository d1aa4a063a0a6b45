"""The base classes of resources, and the wrappers that give a call's response instead of its result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import wraps
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, ParamSpec, TypeVar, cast

from boltz_api.flow import Accepted, AsyncPerformer, Flow, Safeguard, SyncPerformer, call, exchange
from boltz_api.pagination import AsyncCursorPage, AsyncPaginator, Place, SyncCursorPage, beginning, first_page
from boltz_api.redact import NotPickled
from boltz_api.request import Request, build_request, conceal
from boltz_api.response import APIResponse, AsyncAPIResponse

if TYPE_CHECKING:
    from boltz_api.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

# An internal option by which a wrapper asks for the raw response. It is passed with the call's other options, so that
# a subclass's handling of a call applies to its raw form, too.
_MODE: Final = "_mode"
_RAW: Final = "raw"
_STREAMED: Final = "streamed"


def _take_mode(request: Request[Any]) -> str | None:
    conceal(request.options)
    mode: str | None = cast("dict[str, Any]", request.options).pop(_MODE, None)
    return mode


def _raw(settings: Settings, request: Request[Any], safeguard: Safeguard | None, mode: str) -> Flow[Accepted]:
    return exchange(settings, build_request(request, settings), safeguard, stream=mode == _STREAMED)


def _raw_page(settings: Settings, request: Request[Any], mode: str) -> Flow[tuple[Accepted, Place]]:
    place = beginning(request, settings)
    return (yield from _raw(settings, place.request, None, mode)), place


class Resource(NotPickled):
    """A group of operations, bound to a client."""

    _pickle_instead = "make another where it is needed: Boltz() takes the key from BOLTZ_API_KEY"

    _safeguards: ClassVar[Mapping[str, Safeguard]] = {}
    """The checks that a subclass adds to operations, by the operations' names."""


class SyncResource(Resource):
    """A group of operations that are called by threads."""

    def __init__(self, client: SyncPerformer) -> None:
        self._client = client

    def _call(self, request: Request[R]) -> R:
        mode = _take_mode(request) if request.options else None
        safeguard = self._safeguards.get(request.operation.name)
        if mode is None:
            return self._client.perform(call, request, safeguard)
        accepted = self._client.perform(_raw, request, safeguard, mode)
        return cast("R", APIResponse[R](accepted.received, accepted.retries_taken, accepted.parse))

    # The envelope has the fields that the operation's pagination names, which no type says.
    def _list(self, request: Request[Any]) -> SyncCursorPage[Any]:
        mode, client = _take_mode(request), self._client
        if mode is None:
            envelope, place = client.perform(first_page, request)
            return SyncCursorPage[Any].fetched(envelope, place, client)
        accepted, place = client.perform(_raw_page, request, mode)
        return cast(
            "SyncCursorPage[Any]",
            APIResponse[Any](
                accepted.received,
                accepted.retries_taken,
                lambda: SyncCursorPage[Any].fetched(accepted.parse(), place, client),
            ),
        )


class AsyncResource(Resource):
    """A group of operations that are called by tasks."""

    def __init__(self, client: AsyncPerformer) -> None:
        self._client = client

    async def _call(self, request: Request[R]) -> R:
        mode = _take_mode(request) if request.options else None
        safeguard = self._safeguards.get(request.operation.name)
        if mode is None:
            return await self._client.perform(call, request, safeguard)
        accepted = await self._client.perform(_raw, request, safeguard, mode)
        return cast("R", AsyncAPIResponse[R](accepted.received, accepted.retries_taken, accepted.parse))

    def _list(self, request: Request[Any]) -> AsyncPaginator[Any]:
        mode, client = _take_mode(request), self._client
        if mode is None:
            return AsyncPaginator[Any](request, client)

        async def raw_page() -> AsyncAPIResponse[Any]:
            accepted, place = await client.perform(_raw_page, request, mode)
            return AsyncAPIResponse[Any](
                accepted.received,
                accepted.retries_taken,
                lambda: AsyncCursorPage[Any].fetched(accepted.parse(), place, client),
            )

        return cast("AsyncPaginator[Any]", raw_page())


# --- with_raw_response, with_streaming_response ---


def raw(method: Callable[P, R]) -> Callable[P, APIResponse[R]]:
    """Return ``method`` so that it returns the raw response."""

    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> APIResponse[R]:
        conceal(kwargs)
        return cast("Any", method)(*args, **kwargs, **{_MODE: _RAW})  # type: ignore[no-any-return]  # see _MODE

    return wrapper


def async_raw(method: Callable[P, Awaitable[R]]) -> Callable[P, Coroutine[Any, Any, AsyncAPIResponse[R]]]:
    """Return ``method`` so that it returns the raw response."""

    @wraps(method)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> AsyncAPIResponse[R]:
        conceal(kwargs)
        return await cast("Any", method)(*args, **kwargs, **{_MODE: _RAW})  # type: ignore[no-any-return]  # see _MODE

    return wrapper


def async_raw_list(
    method: Callable[P, AsyncPaginator[T]],
) -> Callable[P, Coroutine[Any, Any, AsyncAPIResponse[AsyncCursorPage[T]]]]:
    """Return a listing's ``method`` so that it returns the raw response of the first page."""
    return cast("Any", async_raw(cast("Any", method)))  # type: ignore[no-any-return]  # see _MODE


def streamed(method: Callable[P, R]) -> Callable[P, AbstractContextManager[APIResponse[R]]]:
    """Return ``method`` so that it returns a context manager, inside of which the response is open."""

    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> AbstractContextManager[APIResponse[R]]:
        conceal(kwargs)
        return StreamedResponse(lambda: cast("Any", method)(*args, **kwargs, **{_MODE: _STREAMED}))

    return wrapper


def async_streamed(
    method: Callable[P, Awaitable[R]],
) -> Callable[P, AbstractAsyncContextManager[AsyncAPIResponse[R]]]:
    """Return ``method`` so that it returns a context manager, inside of which the response is open."""

    @wraps(method)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> AbstractAsyncContextManager[AsyncAPIResponse[R]]:
        conceal(kwargs)
        return AsyncStreamedResponse(lambda: cast("Any", method)(*args, **kwargs, **{_MODE: _STREAMED}))

    return wrapper


def async_streamed_list(
    method: Callable[P, AsyncPaginator[T]],
) -> Callable[P, AbstractAsyncContextManager[AsyncAPIResponse[AsyncCursorPage[T]]]]:
    """Return a listing's ``method`` so that it returns a context manager with the response of the first page."""
    return cast("Any", async_streamed(cast("Any", method)))  # type: ignore[no-any-return]  # see _MODE


class StreamedResponse(Generic[R]):
    """Sends a request on entering its ``with``, and closes the response on leaving it."""

    def __init__(self, send: Callable[[], APIResponse[R]]) -> None:
        self._send = send
        self._response: APIResponse[R] | None = None

    def __enter__(self) -> APIResponse[R]:
        self._response = self._send()
        return self._response

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._response is not None:
            self._response.close()


class AsyncStreamedResponse(Generic[R]):
    """Sends a request on entering its ``async with``, and closes the response on leaving it."""

    def __init__(self, send: Callable[[], Awaitable[AsyncAPIResponse[R]]]) -> None:
        self._send = send
        self._response: AsyncAPIResponse[R] | None = None

    async def __aenter__(self) -> AsyncAPIResponse[R]:
        self._response = await self._send()
        return self._response

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._response is not None:
            await self._response.close()
