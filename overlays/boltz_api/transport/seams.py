"""The HTTP client as it is called here; ``httpx`` and ``httpx2`` both fit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol

from boltz_api.core.bodies import Receiving
from boltz_api.core.steps import Send
from boltz_api.core.wire import Timeouts
from boltz_api.errors import ArgumentTypeError


class HTTPHeaders(Protocol):
    """An answer's headers."""

    def multi_items(self) -> list[tuple[str, str]]: ...


class HTTPResponse(Protocol):
    """An answer whose body has not been read."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> HTTPHeaders: ...
    @property
    def http_version(self) -> str: ...
    @property
    def is_stream_consumed(self) -> bool: ...
    @property
    def content(self) -> bytes: ...


class SyncHTTPResponse(HTTPResponse, Protocol):
    """An answer to be read by a thread."""

    def iter_raw(self) -> Iterator[bytes]: ...


class AsyncHTTPResponse(HTTPResponse, Protocol):
    """An answer to be read by a task."""

    def aiter_raw(self) -> AsyncIterator[bytes]: ...


class SyncHTTPClient(Protocol):
    """``httpx.Client``, ``httpx2.Client``, or what behaves like them."""

    @property
    def is_closed(self) -> bool: ...

    def stream(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None,
        headers: Sequence[tuple[str, str]],
        timeout: Timeouts,
        follow_redirects: bool,
        extensions: Mapping[str, object],
    ) -> AbstractContextManager[SyncHTTPResponse]: ...

    def close(self) -> None: ...


class AsyncHTTPClient(Protocol):
    """``httpx.AsyncClient``, ``httpx2.AsyncClient``, or what behaves like them."""

    @property
    def is_closed(self) -> bool: ...

    def stream(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None,
        headers: Sequence[tuple[str, str]],
        timeout: Timeouts,
        follow_redirects: bool,
        extensions: Mapping[str, object],
    ) -> AbstractAsyncContextManager[AsyncHTTPResponse]: ...

    async def aclose(self) -> None: ...


def arriving(step: Send, answer: HTTPResponse, clock: Callable[[], float]) -> Receiving:
    """What takes in the body of ``answer``, of which none has been fed to it yet."""
    return Receiving(
        step,
        answer.status_code,
        answer.headers.multi_items(),
        answer.http_version,
        clock=clock,
        decoded=answer.is_stream_consumed,
    )


def check_http_client(given: object, closing: str, expected: str) -> None:
    """Refuse an HTTP client of the wrong kind, which would fail at the first request, with its outcome in doubt.

    Args:
        given: What was passed, if anything was.
        closing: The method that closes such a client, by which the kinds are told apart.
        expected: What it should be, in words.

    Raises:
        ArgumentTypeError: It is something else.

    """
    if given is not None and not all(callable(getattr(given, name, None)) for name in ("stream", closing)):
        raise ArgumentTypeError(
            f"http_client: expected {expected}, got {type(given).__module__}.{type(given).__qualname__}",
            argument="http_client",
        )
