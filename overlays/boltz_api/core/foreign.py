"""Requests and responses of an HTTP library, as this package's own, and the other way round.

Code written for other clients builds errors from them, in tests above all. An error of ours keeps a copy without
secrets, since theirs hold the key in their headers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Protocol, TypeVar, runtime_checkable

from boltz_api.core.headers import Headers
from boltz_api.core.wire import Response, SentRequest, WireRequest


class Timed(Protocol):
    """What is set on another library's response after it has been made."""

    @property
    def elapsed(self) -> timedelta: ...
    @elapsed.setter
    def elapsed(self, elapsed: timedelta) -> None: ...


T = TypeVar("T", bound=Timed)

# The body has been decompressed, so what says that it is compressed, and how long that is, no longer holds.
_OUTDATED = (b"content-encoding", b"content-length", b"transfer-encoding")


@runtime_checkable
class ForeignRequest(Protocol):
    """What is read from another library's request."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> object: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


@runtime_checkable
class ForeignResponse(Protocol):
    """What is read from another library's response."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...


def sent_request(request: object) -> SentRequest:
    """``request`` with its secrets masked; ``None`` gives an empty one."""
    if isinstance(request, SentRequest):
        return request
    if isinstance(request, WireRequest):
        return SentRequest.of(request)
    if isinstance(request, ForeignRequest):
        return SentRequest(request.method, str(request.url), Headers(request.headers.items()).redacted(strange=False))
    return SentRequest("", "", Headers())


def response(received: object) -> Response:
    """``received`` as a ``Response``.

    Raises:
        TypeError: It is not a response at all.

    """
    if isinstance(received, Response):
        return received
    if isinstance(received, ForeignResponse):
        # httpx raises where a response was made without a request.
        try:
            asked: object = getattr(received, "request", None)
        except RuntimeError:
            asked = None
        return Response(received.status_code, Headers(received.headers.items()), received.content, sent_request(asked))
    raise TypeError(f"expected a response, got {type(received).__name__}")


def response_of(new_response: Callable[..., T], new_request: Callable[..., object], answer: Response) -> T:
    """``answer`` as another library's response, complete with a request whose secrets are masked.

    Args:
        new_response: The library's ``Response``.
        new_request: The library's ``Request``.
        answer: What came.

    """
    asked = answer.request
    result = new_response(
        answer.status_code,
        headers=[(name, value) for name, value in answer.headers.raw if name.lower() not in _OUTDATED],
        content=answer.content,
        request=new_request(asked.method, asked.asked_url, headers=asked.headers.raw, content=asked.content),
        extensions={"http_version": answer.http_version.encode()},
    )
    result.elapsed = answer.elapsed
    return result
