"""Requests and responses of an HTTP library, as this package's own.

Code written for other clients builds errors from them, in tests above all. An error of ours keeps a copy without
secrets, since theirs hold the key in their headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from boltz_api.core.headers import Headers
from boltz_api.core.wire import Response, SentRequest, WireRequest


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
        return SentRequest(request.method, str(request.url), Headers(request.headers.items()).redacted())
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
