"""What goes over the wire and what comes back, as values."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from boltz_api.core.headers import Headers
from boltz_api.core.secrets import Secret, scrubbed

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

    def __repr__(self) -> str:
        return f"<WireRequest {self.method} {self.url}>"

    # Struct has one of its own, which would print the key through rich; Any is how Struct declares it.
    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("method", self.method), ("url", self.url)]


class SentRequest:
    """A request as errors and raw responses show it: secrets are masked for good."""

    __slots__ = ("content", "headers", "method", "url")

    def __init__(self, method: str, url: str, headers: Headers, content: bytes = b"") -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.content = content

    @classmethod
    def of(cls, request: WireRequest) -> SentRequest:
        """What may be shown of ``request``."""
        headers = Headers(request.headers).redacted(request.secrets)
        return cls(request.method, request.url, headers, request.content or b"")

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.url}>"

    def __reduce__(self) -> tuple[type[SentRequest], tuple[str, str, Headers, bytes]]:
        return SentRequest, (self.method, self.url, self.headers, self.content)


class Response:
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
    def may_hold_secret(self) -> bool:
        """Whether the body may carry a secret, judged by what it is meant to be."""
        from boltz_api.core.shapes import inner_structs

        if self._holds is object:
            return True
        return any(getattr(struct, "__secrets__", None) for struct in inner_structs(self._holds))

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What was sent and must not be shown, should the answer echo it."""
        return self._sent.secrets if isinstance(self._sent, WireRequest) else ()

    @property
    def url(self) -> str:
        """Where the answer came from."""
        return self._sent.url

    @property
    def method(self) -> str:
        """The request's method."""
        return self._sent.method

    @property
    def reason_phrase(self) -> str:
        """The usual words for the status, or nothing for a status that has none."""
        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status_code <= 299

    @property
    def is_redirect(self) -> bool:
        """Whether the status is 3xx and says where to go."""
        return 300 <= self.status_code <= 399 and "location" in self.headers

    @property
    def is_error(self) -> bool:
        """Whether the status is 4xx or above."""
        return self.status_code >= 400

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> object:
        """The body as JSON.

        Raises:
            ValueError: It is not JSON.

        """
        decoded: object = json.loads(self.content)
        return decoded

    def read(self) -> bytes:
        """The body; it has been read already."""
        return self.content

    def __repr__(self) -> str:
        return f"<Response [{self.status_code} {self.reason_phrase}]>"

    def __reduce__(self) -> tuple[Callable[..., Response], tuple[object, ...]]:
        # Latin-1 maps every byte to a character and back.
        kept = b"" if self.may_hold_secret else scrubbed(self.content.decode("latin-1"), self.secrets).encode("latin-1")
        whole = self.complete and kept == self.content
        return _restored, (
            (self.status_code, self.headers.redacted(self.secrets), kept, self.request),
            {"http_version": self.http_version, "elapsed": self.elapsed, "complete": whole, "holds": self._holds},
        )


def _restored(positional: tuple[Any, ...], named: dict[str, Any]) -> Response:
    return Response(*positional, **named)
