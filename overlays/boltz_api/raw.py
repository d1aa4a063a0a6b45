"""Answers with their status and headers, for those who need more than the decoded body."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar, overload

from boltz_api.core.casting import as_type
from boltz_api.core.headers import Headers
from boltz_api.core.representation import even_half_built
from boltz_api.core.unpicklable import NotPickled
from boltz_api.core.wire import Response, SentRequest

if TYPE_CHECKING:
    import httpx

R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


class _Answer(NotPickled, Generic[R_co]):
    """What both kinds of raw answer share."""

    _pickle_instead = "pickle what parse() gives, or http_response, which leaves secrets out of the pickle"

    http_response: Response
    """The answer as it came; its attributes are named as in httpx."""

    retries_taken: int
    """How often the request was repeated."""

    def __init__(self, response: Response, retries_taken: int, parse: Callable[[], R_co]) -> None:
        self.http_response = response
        self.retries_taken = retries_taken
        self._parse = parse
        self._parsed: R_co | None = None

    @property
    def headers(self) -> Headers:
        """The answer's headers, looked up without regard to case."""
        return self.http_response.headers

    @property
    def status_code(self) -> int:
        """The answer's status."""
        return self.http_response.status_code

    @property
    def request_id(self) -> str | None:
        """The service's name for this request, to be quoted in a support case."""
        return self.headers.get("x-request-id")

    @property
    def http_request(self) -> SentRequest:
        """What was asked, with its secrets masked."""
        return self.http_response.request

    @property
    def url(self) -> httpx.URL:
        """Where the answer came from."""
        return self.http_response.url

    @property
    def method(self) -> str:
        """The request's method."""
        return self.http_response.method

    @property
    def http_version(self) -> str:
        """Such as ``HTTP/1.1``."""
        return self.http_response.http_version

    @property
    def elapsed(self) -> timedelta:
        """How long the call took, retries included."""
        return self.http_response.elapsed

    @property
    def content(self) -> bytes:
        """The body, secrets included."""
        return self.http_response.content

    @property
    def is_closed(self) -> bool:
        """Always true: the body has been read, and the connection serves other calls."""
        return self.http_response.is_closed

    def _decoded(self, to: type[object] | None) -> object:
        if to is not None:
            return as_type(self.http_response, to, argument="to")
        if self._parsed is None:
            self._parsed = self._parse()
        return self._parsed

    @even_half_built
    def __repr__(self) -> str:
        response = self.http_response
        return f"<{type(self).__name__} [{response.status_code} {response.reason_phrase}]>"


class APIResponse(_Answer[R_co]):
    """A raw answer, from ``with_raw_response`` or ``with_streaming_response``."""

    @overload
    def parse(self, *, to: type[T]) -> T: ...
    @overload
    def parse(self) -> R_co: ...
    def parse(self, *, to: type[object] | None = None) -> object:
        """What the call without ``with_raw_response`` returns.

        Args:
            to: Another type to make of the answer: a model, ``dict``, ``list``, ``str`` and the like.

        Raises:
            APIResponseValidationError: The body does not fit.

        """
        return self._decoded(to)

    def read(self) -> bytes:
        """The body."""
        return self.content

    def text(self) -> str:
        """The body as text."""
        return self.http_response.text

    def json(self) -> object:
        """The body as JSON."""
        return self.http_response.json()

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body, whole or in pieces of ``chunk_size``."""
        return self.http_response.iter_bytes(chunk_size)

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """The body as text, whole or in pieces of ``chunk_size`` characters."""
        return self.http_response.iter_text(chunk_size)

    def iter_lines(self) -> Iterator[str]:
        """The body line by line."""
        return self.http_response.iter_lines()

    def close(self) -> None:
        """Nothing is left to close: the body has been read."""


class AsyncAPIResponse(_Answer[R_co]):
    """A raw answer of the asynchronous client."""

    @overload
    async def parse(self, *, to: type[T]) -> T: ...
    @overload
    async def parse(self) -> R_co: ...
    async def parse(self, *, to: type[object] | None = None) -> object:
        """What the call without ``with_raw_response`` returns.

        Args:
            to: Another type to make of the answer: a model, ``dict``, ``list``, ``str`` and the like.

        Raises:
            APIResponseValidationError: The body does not fit.

        """
        return self._decoded(to)

    async def read(self) -> bytes:
        """The body."""
        return self.content

    async def text(self) -> str:
        """The body as text."""
        return self.http_response.text

    async def json(self) -> object:
        """The body as JSON."""
        return self.http_response.json()

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """The body, whole or in pieces of ``chunk_size``."""
        for piece in self.http_response.iter_bytes(chunk_size):
            yield piece

    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """The body as text, whole or in pieces of ``chunk_size`` characters."""
        for piece in self.http_response.iter_text(chunk_size):
            yield piece

    async def iter_lines(self) -> AsyncIterator[str]:
        """The body line by line."""
        for line in self.http_response.iter_lines():
            yield line

    async def close(self) -> None:
        """Nothing is left to close: the body has been read."""
