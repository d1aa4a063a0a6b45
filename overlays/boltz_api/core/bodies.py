"""Receiving an answer's body, piece by piece, within bounds of size and time."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from boltz_api.core.failures import DeadlineError, ResponseTooLargeError, UnreadableEncodingError
from boltz_api.core.headers import Headers
from boltz_api.core.wire import Response

if TYPE_CHECKING:
    from boltz_api.core.steps import Send

_GZIP_WINDOW = 31  # zlib's way of saying: expect gzip's own frame


class Decompressor(Protocol):
    """What ``zlib.decompressobj`` gives, whose own type has no public name."""

    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Receiving:
    """An answer on its way in: fed with what the connection yields, it gives a ``Response``.

    The size counts after decompression, and decompression stops at the limit, so a small answer that unfolds to
    gigabytes costs no more than the limit.
    """

    def __init__(
        self,
        step: Send,
        status_code: int,
        headers: list[tuple[str, str]],
        http_version: str,
        *,
        clock: Callable[[], float],
        decoded: bool = False,
    ) -> None:
        """Args:
        step: What was asked for, and the bounds.
        status_code: The answer's status.
        headers: The answer's headers.
        http_version: Such as ``HTTP/1.1``.
        clock: Seconds that only ever grow.
        decoded: The pieces have been decompressed already.
        """
        self._step = step
        self._status_code = status_code
        self._headers = Headers(headers)
        self._http_version = http_version
        self._clock = clock
        self._pieces: list[bytes] = []
        self._size = 0
        self._encoding = "identity" if decoded else _encoding(self._headers)
        self._unzip: Decompressor | None = None

    def feed(self, piece: bytes) -> None:
        """Take in what has arrived.

        Raises:
            ResponseTooLargeError: The body exceeds the limit.
            UnreadableEncodingError: It is not the gzip it claims to be.
            DeadlineError: The time for the call is over.

        """
        if self._step.deadline is not None and self._clock() > self._step.deadline:
            raise DeadlineError
        if self._encoding == "gzip":
            self._decompress(piece)
        else:
            self._keep(piece)

    def _decompress(self, piece: bytes) -> None:
        while piece:
            # More than one gzip stream may follow each other.
            self._unzip = self._unzip or zlib.decompressobj(_GZIP_WINDOW)
            try:
                self._keep(self._unzip.decompress(piece, self._step.limit - self._size + 1))
            except zlib.error as error:
                self._keep(piece)
                raise self._unreadable(f"The answer claims to be gzip and is not: {error}") from None
            piece = self._unzip.unconsumed_tail or self._unzip.unused_data
            if self._unzip.eof:
                self._unzip = None

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._step.limit:
            raise ResponseTooLargeError(f"The answer is larger than {self._step.limit} bytes.")
        self._pieces.append(piece)

    def finished(self) -> Response:
        """The whole answer.

        Raises:
            UnreadableEncodingError: The gzip breaks off, or it is no encoding that was asked for.

        """
        if self._encoding not in ("identity", "gzip"):
            raise self._unreadable(f"The answer is encoded as {self._encoding!r}, which was not asked for.")
        if self._unzip is not None:
            raise UnreadableEncodingError("The answer's gzip data breaks off.")
        return self._response(complete=True)

    def _unreadable(self, reason: str) -> UnreadableEncodingError:
        # What came of a success is kept all the same: it may be a created key's only copy.
        if not 200 <= self._status_code <= 299:
            self._pieces.clear()
        return UnreadableEncodingError(reason)

    def broken_off(self) -> Response:
        """What there is of the answer, after the connection was lost."""
        return self._response(complete=False)

    def _response(self, *, complete: bool) -> Response:
        step = self._step
        return Response(
            self._status_code,
            self._headers,
            self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces),
            step.request,
            http_version=self._http_version,
            elapsed=timedelta(seconds=self._clock() - step.started),
            complete=complete,
            holds=step.answer,
        )


def _encoding(headers: Headers) -> str:
    named = (headers.get("content-encoding") or "identity").strip().lower()
    return "gzip" if named == "x-gzip" else named
