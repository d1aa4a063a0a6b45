"""What goes over the wire and what comes back, as values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from boltz_api.core.headers import Headers
from boltz_api.core.likeness import HTTPXLikeness
from boltz_api.core.representation import even_half_built
from boltz_api.core.secrets import Secret, shown_url

if TYPE_CHECKING:
    import httpx

Timeouts = tuple[float | None, float | None, float | None, float | None]
"""Seconds to connect, to read, to write, and to wait for a free connection. Every HTTP library here takes it so."""


class WireRequest(Struct, frozen=True):
    """A request, ready to be sent: checked, encoded, and with the key in its headers."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    content: bytes | None = None
    secrets: tuple[Secret, ...] = ()
    """What must never be shown, wherever a server may echo it."""
    carries: object = object
    """The type of ``content``; ``object`` where the contract does not say."""

    @property
    def shown_url(self) -> str:
        """The URL as logs and errors show it."""
        return shown_url(self.url, self.secrets)

    def __repr__(self) -> str:
        return f"<WireRequest {self.method} {self.shown_url}>"

    # Struct has one of its own, which would print the key through rich; Any is how Struct declares it.
    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("method", self.method), ("url", self.shown_url)]


def may_have_happened(status: int) -> bool:
    """Whether a request that got this status may have taken effect all the same.

    4xx refuse it; but 408 may come from something in between that lost patience with a server at work. A redirect
    may follow the deed, and a 5xx may hide it.
    """
    return status == 408 or not 400 <= status <= 499


class SentRequest:
    """A request as errors and raw responses show it: secrets are masked for good."""

    __slots__ = ("asked_url", "content", "headers", "method")

    def __init__(self, method: str, url: str, headers: Headers, content: bytes = b"") -> None:
        self.method = method
        self.asked_url = url
        """``url`` as text."""
        self.headers = headers
        self.content = content

    @classmethod
    def of(cls, request: WireRequest) -> SentRequest:
        """What may be shown of ``request``."""
        from boltz_api.core.masking import masked_content

        content = masked_content(request.content or b"", request.carries, request.secrets)
        headers = Headers(request.headers).redacted(request.secrets, strange=False)
        return cls(request.method, request.shown_url, headers, content)

    @property
    def url(self) -> httpx.URL:
        """Where it went."""
        import httpx

        return httpx.URL(self.asked_url)

    def read(self) -> bytes:
        """The body."""
        return self.content

    @even_half_built
    def __repr__(self) -> str:
        return f"<Request {self.method} {self.asked_url}>"

    def __reduce__(self) -> tuple[type[SentRequest], tuple[str, str, Headers, bytes]]:
        return SentRequest, (self.method, self.asked_url, self.headers, self.content)


class Response(HTTPXLikeness):
    """An answer with its body read. The attributes are named as in httpx.

    ``content`` is what the server sent, secrets included. Neither ``repr`` shows it, nor does a pickle hold it where
    the answer may carry a secret.
    """

    __slots__ = ("_holds", "_sent", "complete", "content", "elapsed", "headers", "http_version", "status_code")

    def __init__(
        self,
        status_code: int,
        headers: Headers,
        content: bytes,
        request: WireRequest | SentRequest,
        *,
        http_version: str = "HTTP/1.1",
        elapsed: timedelta = timedelta(0),
        complete: bool = True,
        holds: object = object,
    ) -> None:
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self._sent = request
        self.http_version = http_version
        self.elapsed = elapsed
        self.complete = complete
        """False where the connection was lost before the body's end."""
        self._holds = holds

    @property
    def request(self) -> SentRequest:
        """What was asked, with its secrets masked."""
        return SentRequest.of(self._sent) if isinstance(self._sent, WireRequest) else self._sent

    @property
    def holds(self) -> object:
        """The type that a success is meant to be; ``object`` where nobody says."""
        return self._holds

    @property
    def may_hold_secret(self) -> bool:
        """Whether the body may carry a secret, judged by what it is meant to be."""
        from boltz_api.core.masking import may_hold_secret

        return may_hold_secret(self._holds)

    @property
    def may_have_acted(self) -> bool:
        """Whether the request may have taken effect, judged by the status."""
        return may_have_happened(self.status_code)

    @property
    def shown_headers(self) -> Headers:
        """The headers as logs and pickles show them."""
        return self.headers.redacted(self.secrets, strange=not self.may_hold_secret)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What was sent and must not be shown, should the answer echo it."""
        return self._sent.secrets if isinstance(self._sent, WireRequest) else ()

    @property
    def asked_url(self) -> str:
        """``url`` as text, as it was sent."""
        return self._sent.url if isinstance(self._sent, WireRequest) else self._sent.asked_url

    @property
    def method(self) -> str:
        """The request's method."""
        return self._sent.method

    def to_httpx(self) -> httpx.Response:
        """A real ``httpx.Response``, for code that insists on one; its request's secrets are masked."""
        import httpx

        from boltz_api.core.foreign import response_of

        return response_of(httpx.Response, httpx.Request, self)

    @even_half_built
    def __repr__(self) -> str:
        return f"<Response [{self.status_code} {self.reason_phrase}]>"

    def __reduce__(self) -> tuple[Callable[..., Response], tuple[object, ...]]:
        from boltz_api.core.masking import masked_content

        kept = b"" if self.may_hold_secret else masked_content(self.content, self._holds, self.secrets)
        whole = self.complete and kept == self.content
        return _restored, (
            (self.status_code, self.shown_headers, kept, self.request),
            {"http_version": self.http_version, "elapsed": self.elapsed, "complete": whole, "holds": self._holds},
        )


def _restored(positional: tuple[Any, ...], named: dict[str, Any]) -> Response:
    return Response(*positional, **named)
