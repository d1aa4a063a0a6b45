"""What follows from an answer's status, headers and body, under the names that httpx gives it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Self, TypeVar, cast

if TYPE_CHECKING:
    import httpx

    from boltz_api.core.headers import Headers
    from boltz_api.core.wire import SentRequest

Text = TypeVar("Text", bytes, str)


class HTTPXLikeness:
    """An answer whose body is there, to whoever knows ``httpx.Response``."""

    __slots__ = ()

    if TYPE_CHECKING:
        status_code: int
        headers: Headers
        content: bytes

        @property
        def request(self) -> SentRequest:
            """What was asked."""
            ...

    @property
    def url(self) -> httpx.URL:
        """Where the answer came from."""
        return self.request.url

    @property
    def reason_phrase(self) -> str:
        """The usual words for the status, or nothing for a status that has none."""
        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def is_informational(self) -> bool:
        """Whether the status is 1xx."""
        return 100 <= self.status_code <= 199

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status_code <= 299

    @property
    def is_redirect(self) -> bool:
        """Whether the status is 3xx and says where to go."""
        return 300 <= self.status_code <= 399 and "location" in self.headers

    @property
    def is_client_error(self) -> bool:
        """Whether the status is 4xx."""
        return 400 <= self.status_code <= 499

    @property
    def is_server_error(self) -> bool:
        """Whether the status is 5xx."""
        return 500 <= self.status_code <= 599

    @property
    def is_error(self) -> bool:
        """Whether the status is 4xx or above."""
        return self.status_code >= 400

    @property
    def is_closed(self) -> bool:
        """Always true: the body has been read, and the connection serves other calls."""
        return True

    @property
    def encoding(self) -> str:
        """What ``text`` takes the body's bytes for, always UTF-8: JSON is nothing else."""
        return "utf-8"

    @property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.content.decode(self.encoding, errors="replace")

    @property
    def cookies(self) -> httpx.Cookies:
        """What the answer asks to remember; this client does not."""
        return self.to_httpx().cookies

    @property
    def links(self) -> dict[str | None, dict[str, str]]:
        """The ``Link`` headers, by what they are to this answer."""
        return self.to_httpx().links

    def json(self, **options: object) -> object:
        """The body as JSON.

        Args:
            options: As for ``json.loads``.

        Raises:
            ValueError: It is not JSON.

        """
        return cast("Callable[..., object]", json.loads)(self.content, **options)

    def read(self) -> bytes:
        """The body; it has been read already."""
        return self.content

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body, whole or in pieces of ``chunk_size``."""
        return _pieces(self.content, chunk_size)

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """The body as text, whole or in pieces of ``chunk_size`` characters."""
        return _pieces(self.text, chunk_size)

    def iter_lines(self) -> Iterator[str]:
        """The body line by line."""
        yield from self.text.splitlines()

    def close(self) -> None:
        """Nothing is left to close: the body has been read."""

    async def aread(self) -> bytes:
        """As ``read``, for tasks."""
        return self.content

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """As ``iter_bytes``, for tasks."""
        for piece in self.iter_bytes(chunk_size):
            yield piece

    async def aiter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """As ``iter_text``, for tasks."""
        for piece in self.iter_text(chunk_size):
            yield piece

    async def aiter_lines(self) -> AsyncIterator[str]:
        """As ``iter_lines``, for tasks."""
        for line in self.iter_lines():
            yield line

    async def aclose(self) -> None:
        """As ``close``, for tasks."""

    def raise_for_status(self) -> Self:
        """Nothing for a success, but the answer itself.

        Raises:
            httpx.HTTPStatusError: The status is not 2xx. It holds the answer, and a request whose secrets are masked.

        """
        self.to_httpx().raise_for_status()
        return self

    def to_httpx(self) -> httpx.Response:
        """A real ``httpx.Response``, for code that insists on one; its request's secrets are masked."""
        raise NotImplementedError


def _pieces(whole: Text, size: int | None) -> Iterator[Text]:
    if size is None:
        yield whole
    else:
        for start in range(0, len(whole), size):
            yield whole[start : start + size]
