"""The interface of HTTP clients (httpx and httpx2 both fit), and code that the two transports share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from boltz_api.errors import ArgumentTypeError
from boltz_api.response import HTTPResponse

if TYPE_CHECKING:
    from boltz_api.flow import Send

CLOSED: Final = "This client has been closed; make a new one."


class SyncHTTPResponse(HTTPResponse, Protocol):
    """A response to be read by a thread."""

    @property
    def content(self) -> bytes: ...

    def iter_raw(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class AsyncHTTPResponse(HTTPResponse, Protocol):
    """A response to be read by a task."""

    @property
    def content(self) -> bytes: ...

    def aiter_raw(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


class HTTPClient(Protocol):
    """The members that both kinds of HTTP client have."""

    @property
    def is_closed(self) -> bool: ...

    # Any: a request is the library's own, and only handed back to it.
    def build_request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None,
        headers: tuple[tuple[str, str], ...],
        extensions: Mapping[str, object],
    ) -> Any: ...


class SyncHTTPClient(HTTPClient, Protocol):
    """``httpx.Client``, ``httpx2.Client``, or a compatible client."""

    def send(self, request: Any, *, stream: bool, follow_redirects: bool) -> SyncHTTPResponse: ...

    def close(self) -> None: ...


class AsyncHTTPClient(HTTPClient, Protocol):
    """``httpx.AsyncClient``, ``httpx2.AsyncClient``, or a compatible client."""

    async def send(self, request: Any, *, stream: bool, follow_redirects: bool) -> AsyncHTTPResponse: ...

    async def aclose(self) -> None: ...


def check_http_client(given: object, closing: str, expected: str) -> None:
    """Refuse an HTTP client of the wrong kind, which would fail at the first request, with an unknown outcome.

    Args:
        given: The argument, if one was passed.
        closing: The name of the method that closes such a client, which distinguishes the kinds.
        expected: A description of the right kind.

    Raises:
        ArgumentTypeError: It is of another kind.

    """
    if given is not None and not all(
        callable(getattr(given, name, None)) for name in ("build_request", "send", closing)
    ):
        raise ArgumentTypeError(
            f"http_client: expected {expected}, got {type(given).__module__}.{type(given).__qualname__}",
            argument="http_client",
        )


class Progress:
    """The progress of a request, from the HTTP library's ``trace`` extension.

    A request that fails before it was written cannot have taken effect.
    """

    _begun = False
    _written = False

    @property
    def unwritten(self) -> bool:
        """True if no part of the request can have been sent; False if the HTTP library does not report it."""
        return self._begun and not self._written


def is_start(event: str, about: Mapping[str, Any]) -> bool:
    """Return True if writing of the request itself begins, which is after any CONNECT to a proxy."""
    if not event.endswith("send_request_headers.started") or about["request"].method == b"CONNECT":
        return False
    # Later events add nothing, and each takes time.
    about["request"].extensions.pop("trace", None)
    return True


def build(client: HTTPClient, step: Send, progress: Progress) -> Any:
    """Build the HTTP library's request. The only place where the headers are revealed."""
    prepared = step.prepared
    connect, read, write, pool = step.timeouts
    return client.build_request(
        prepared.operation.method,
        prepared.url,
        content=prepared.content,
        headers=prepared.headers.reveal(),
        extensions={"timeout": {"connect": connect, "read": read, "write": write, "pool": pool}, "trace": progress},
    )
