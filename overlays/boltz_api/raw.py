"""Answers with their status and headers, for those who need more than the decoded body."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Generic, TypeVar

from boltz_api.core.headers import Headers
from boltz_api.core.wire import Response, SentRequest
from boltz_api.unpicklable import NotPickled

R_co = TypeVar("R_co", covariant=True)


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
    def url(self) -> str:
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

    def _decoded(self) -> R_co:
        if self._parsed is None:
            self._parsed = self._parse()
        return self._parsed

    def __repr__(self) -> str:
        response = self.http_response
        return f"<{type(self).__name__} [{response.status_code} {response.reason_phrase}]>"


class APIResponse(_Answer[R_co]):
    """A raw answer, from ``with_raw_response`` or ``with_streaming_response``."""

    def parse(self) -> R_co:
        """What the call without ``with_raw_response`` returns.

        Raises:
            APIResponseValidationError: The body does not fit the contract.

        """
        return self._decoded()

    def read(self) -> bytes:
        """The body."""
        return self.content

    def text(self) -> str:
        """The body as text."""
        return self.http_response.text

    def json(self) -> object:
        """The body as JSON."""
        return self.http_response.json()

    def iter_bytes(self) -> Iterator[bytes]:
        """The body, all of which is there."""
        yield self.content

    def iter_lines(self) -> Iterator[str]:
        """The body line by line."""
        yield from self.http_response.text.splitlines()

    def close(self) -> None:
        """Nothing is left to close: the body has been read."""


class AsyncAPIResponse(_Answer[R_co]):
    """A raw answer of the asynchronous client."""

    async def parse(self) -> R_co:
        """What the call without ``with_raw_response`` returns.

        Raises:
            APIResponseValidationError: The body does not fit the contract.

        """
        return self._decoded()

    async def read(self) -> bytes:
        """The body."""
        return self.content

    async def text(self) -> str:
        """The body as text."""
        return self.http_response.text

    async def json(self) -> object:
        """The body as JSON."""
        return self.http_response.json()

    async def close(self) -> None:
        """Nothing is left to close: the body has been read."""
