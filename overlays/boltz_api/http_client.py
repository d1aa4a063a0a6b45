"""The HTTP client as it is called here (httpx and httpx2 both fit), and what the two transports share."""

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
    """What both kinds of HTTP client have."""

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
    """``httpx.Client``, ``httpx2.Client``, or what behaves like them."""

    def send(self, request: Any, *, stream: bool, follow_redirects: bool) -> SyncHTTPResponse: ...

    def close(self) -> None: ...


class AsyncHTTPClient(HTTPClient, Protocol):
    """``httpx.AsyncClient``, ``httpx2.AsyncClient``, or what behaves like them."""

    async def send(self, request: Any, *, stream: bool, follow_redirects: bool) -> AsyncHTTPResponse: ...

    async def aclose(self) -> None: ...


def check_http_client(given: object, closing: str, expected: str) -> None:
    """Refuse an HTTP client of the wrong kind, which would fail at the first request, with its outcome in doubt.

    Args:
        given: What was passed, if anything was.
        closing: The method that closes such a client, by which the kinds are told apart.
        expected: What it should be, in words.

    Raises:
        ArgumentTypeError: It is something else.

    """
    if given is not None and not all(
        callable(getattr(given, name, None)) for name in ("build_request", "send", closing)
    ):
        raise ArgumentTypeError(
            f"http_client: expected {expected}, got {type(given).__module__}.{type(given).__qualname__}",
            argument="http_client",
        )


class Progress:
    """How far a request has come, as the HTTP library tells its ``trace`` extension.

    A request that fails before it was written certainly did not happen, however it failed.
    """

    _begun = False
    _written = False

    @property
    def unwritten(self) -> bool:
        """Whether nothing of the request can have left; False where the HTTP library does not tell."""
        return self._begun and not self._written


def is_start(event: str, about: Mapping[str, Any]) -> bool:
    """Tell whether the request itself begins to be written; a proxy is asked to connect before that."""
    if not event.endswith("send_request_headers.started") or about["request"].method == b"CONNECT":
        return False
    # Nothing more is to be learnt, and each event takes a while.
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
