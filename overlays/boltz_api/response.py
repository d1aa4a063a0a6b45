"""Responses: reading their bodies within limits, decoding them, and returning them as real HTTP responses."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, cast, overload

import msgspec
from msgspec import inspect

from boltz_api.errors import APIResponseValidationError, ArgumentTypeError
from boltz_api.redact import ERROR_BODY_LIMIT, NotPickled, Secret, printable, redact_headers, scrub, scrub_opaque
from boltz_api.request import Operation, Prepared, is_json
from boltz_api.validation import convert_open, may_hold_secret, part, shape_of, shown, split_fault, union_hook

if TYPE_CHECKING:
    import httpx

R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")

# A field, or a union's variant, that a newer server may send; a leap second.
_SECOND_PASS: Final = ("Object contains unknown field", "Invalid value ", "Invalid RFC3339 encoded datetime")
_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_GZIP_WINDOW: Final = 31  # zlib's flag for the gzip format


class ResponseTooLargeError(Exception):
    """The body exceeds the client's limit."""


class UnreadableEncodingError(Exception):
    """The body has an encoding that was not asked for, or is corrupt."""


class DeadlineError(Exception):
    """The call's total timeout has passed."""

    def __init__(self) -> None:
        super().__init__("The time for the whole call is over.")


# --- the body ---


class Body:
    """Collects a body within limits of size and time.

    The size counts after decompression, and decompression stops at the limit, so a small body that expands to
    gigabytes costs no more than the limit.
    """

    def __init__(self, http: HTTPResponse, limit: int, deadline: float | None, clock: Callable[[], float]) -> None:
        """Args:
        http: The response; where a custom transport has read it already, it is decompressed, too.
        limit: The maximum size of the body, in bytes.
        deadline: The time by which it must be complete.
        clock: The source of the time.
        """
        named: str | None = None if http.is_stream_consumed else http.headers.get("content-encoding")
        self._encoding = "identity" if named is None else named.strip().lower().removeprefix("x-")
        self._limit = limit
        self._deadline = deadline
        self._clock = clock
        self._pieces: list[bytes] = []
        self._size = 0
        self._unzip: Any = None  # zlib's type has no public name

    def feed(self, piece: bytes) -> None:
        """Add received bytes.

        Raises:
            ResponseTooLargeError: The body exceeds the limit.
            UnreadableEncodingError: It is not the gzip it claims to be.
            DeadlineError: The call's total timeout has passed.

        """
        if self._deadline is not None and self._clock() > self._deadline:
            raise DeadlineError
        if self._encoding == "gzip":
            self._decompress(piece)
            return
        self._size += len(piece)
        if self._size > self._limit:
            raise ResponseTooLargeError(f"The response is larger than {self._limit} bytes.")
        self._pieces.append(piece)

    def _decompress(self, piece: bytes) -> None:
        while piece:
            # More than one gzip stream may follow each other.
            self._unzip = self._unzip or zlib.decompressobj(_GZIP_WINDOW)
            try:
                unzipped = self._unzip.decompress(piece, self._limit - self._size + 1)
            except zlib.error as error:
                self._pieces.append(piece)
                raise UnreadableEncodingError(f"The response claims to be gzip and is not: {error}") from None
            self._size += len(unzipped)
            if self._size > self._limit:
                raise ResponseTooLargeError(f"The response is larger than {self._limit} bytes, decompressed.")
            self._pieces.append(unzipped)
            piece = self._unzip.unconsumed_tail or self._unzip.unused_data
            if self._unzip.eof:
                self._unzip = None

    def take(self) -> bytes:
        """Return the bytes collected since the last call."""
        content = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        return content

    def finish(self) -> None:
        """Note that the body has ended.

        Raises:
            UnreadableEncodingError: The gzip is truncated, or the encoding was not asked for.

        """
        if self._encoding not in ("identity", "gzip"):
            raise UnreadableEncodingError(f"The response is encoded as {self._encoding!r}, which was not asked for.")
        if self._unzip is not None:
            raise UnreadableEncodingError("The response's gzip data breaks off.")


class HTTPResponse(Protocol):
    """The part of an HTTP library's response that is used here."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Any: ...  # a mapping with `multi_items`, of a type that is each library's own

    @property
    def extensions(self) -> Mapping[str, Any]: ...

    @property
    def is_stream_consumed(self) -> bool: ...


class Received:
    """A response, whose body has been read unless it is streamed. Ordinary calls are decoded straight from it."""

    __slots__ = ("complete", "content", "elapsed", "http", "prepared", "status_code", "stream")

    def __init__(
        self,
        prepared: Prepared[Any],
        http: HTTPResponse,
        content: bytes,
        elapsed: float,
        *,
        complete: bool = True,
        stream: object = None,
    ) -> None:
        self.prepared = prepared
        self.http = http
        """The HTTP library's response; its request holds the key, so it is not handed out."""
        self.status_code = http.status_code
        self.content = content
        self.elapsed = elapsed
        self.complete = complete
        """False if the connection was lost before the body's end."""
        self.stream = stream
        """The body as the HTTP library's kind of stream, where it has not been read."""

    @property
    def is_success(self) -> bool:
        """True if the status is 2xx."""
        return 200 <= self.status_code <= 299

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, looked up without regard to case."""
        headers: Mapping[str, str] = self.http.headers
        return headers

    @property
    def kind(self) -> object:
        """The type of the body, by the contract."""
        return response_type(self.prepared.operation, self.status_code)

    def __repr__(self) -> str:
        return f"<Received [{self.status_code}]>"


def response_type(operation: Operation[Any], status: int) -> object:
    """Return the type that the contract has for a successful response with this status."""
    if not operation.responses:
        return operation.response
    exact, by_range = str(status), f"{status // 100}XX"
    return operation.responses.get(exact, operation.responses.get(by_range, operation.response))


def secretive(operation: Operation[Any]) -> bool:
    """Return True if a response to ``operation`` may hold a secret."""
    return may_hold_secret(operation.response) or any(map(may_hold_secret, operation.responses.values()))


# --- real responses ---


def http_library(http: object) -> Any:
    """Return the HTTP library that an object comes from: httpx, httpx2, or httpx for what is neither."""
    for kind in type(http).__mro__:
        package = kind.__module__.partition(".")[0]
        if package in ("httpx", "httpx2"):
            return sys.modules[package]
    import httpx

    return httpx


def http_request(prepared: Prepared[Any], http: object = None) -> httpx.Request:
    """Return the request as a real one of the HTTP library that ``http`` comes from, with its secrets masked."""
    content = prepared.content or b""
    if may_hold_secret(prepared.operation.body) or len(content) > ERROR_BODY_LIMIT:
        content = b""
    # Latin-1 maps every byte to a character and back.
    content = scrub(content.decode("latin-1"), prepared.secrets, limit=ERROR_BODY_LIMIT).encode("latin-1")
    request: httpx.Request = http_library(http).Request(
        prepared.operation.method,
        prepared.shown_url,
        headers=redact_headers(prepared.headers.reveal(), prepared.secrets),
        content=content or None,
    )
    return request


def http_response(received: Received) -> httpx.Response:
    """Return a real response of the HTTP library in use; its request has its secrets masked."""
    library, http = http_library(received.http), received.http
    sent = http.headers
    # The body has been decompressed, so `content-encoding` is added only after the library has stopped acting on it.
    headers = [(name, value) for name, value in sent.multi_items() if name.lower() != "content-encoding"]
    public = {name: http.extensions[name] for name in ("http_version", "reason_phrase") if name in http.extensions}
    body = {"content": received.content} if received.stream is None else {"stream": received.stream}
    response: httpx.Response = library.Response(
        received.status_code,
        headers=headers,
        request=http_request(received.prepared, http),
        extensions=public,
        **body,
    )
    if received.stream is None:
        response.headers = sent
    response.elapsed = timedelta(seconds=received.elapsed)
    return response


# --- decoding ---


@lru_cache(maxsize=256)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:  # Any: a type form, such as `list[APIKey]`, is no `type`
    return msgspec.json.Decoder(kind, dec_hook=union_hook(kind, _convert))


def _convert(value: Any, kind: Any) -> Any:
    return msgspec.convert(value, kind, dec_hook=union_hook(kind, _convert))


@lru_cache(maxsize=256)
def _may_be_none(kind: Any) -> bool:  # Any: as above
    return part(shape_of(kind), inspect.NoneType) is not None


def decode(received: Received, kind: object) -> Any:
    """Return the response's body as ``kind``.

    Models decode strictly first, which costs nothing. Only where the server sends a field that the contract does not
    know, or a variant, the body is decoded again in a way that keeps it.

    Raises:
        APIResponseValidationError: It does not fit.

    """
    if kind is None or kind is NoneType or (not received.content and _may_be_none(kind)):
        return None
    if kind is bytes:
        return received.content
    if kind is str and not is_json(received.headers.get("content-type") or ""):
        return received.content.decode(errors="replace")
    result, fault = _decoded(received.content, kind)
    if fault is not None:
        error = _misfit(received, fault)
        del fault  # it may quote the body, and crash reporters send the locals of every frame
        raise error
    return result


def _decoded(content: bytes, kind: object) -> tuple[Any, Exception | None]:
    """Return ``content`` decoded, or the reason why it cannot be; nothing is raised while the body is a local."""
    try:
        return _decoder(kind).decode(content), None
    except _UNDECODABLE as error:
        fault: Exception = error
    if str(fault).startswith(_SECOND_PASS):
        try:
            return convert_open(msgspec.json.decode(content), kind), None
        except _UNDECODABLE as error:
            fault = error
    return None, fault


def _misfit(received: Received, fault: Exception) -> APIResponseValidationError:
    secrets = received.prepared.secrets
    if isinstance(fault, msgspec.ValidationError):
        rule, path = split_fault(fault)
        # msgspec quotes a value that it did not expect.
        rule = re.sub(r"'.*'", "'…'", rule) if secretive(received.prepared.operation) else rule
        message = f"The response does not fit the contract: {printable(scrub(rule, secrets))} at {path}"
        return APIResponseValidationError(http_response(received), message=message, path=path)
    declared = (received.headers.get("content-type") or "no content type").partition(";")[0].strip()
    # The text of another error may quote the body, and so a secret.
    reason = str(fault) if isinstance(fault, msgspec.DecodeError) else type(fault).__name__
    if not received.content:
        reason = "the body is empty"
    message = f"The response is not the JSON it should be ({printable(scrub(declared, secrets))}): {reason}"
    return APIResponseValidationError(http_response(received), message=message, path="$")


def decode_as(received: Received, kind: type[T], *, argument: str) -> T:
    """Return the response as ``kind``.

    Args:
        received: The response.
        kind: A model, ``dict``, ``list``, ``object``, ``str``, ``bytes``, ``None``'s type, or ``httpx.Response``.
        argument: The caller's name for ``kind``.

    Raises:
        APIResponseValidationError: It does not fit.
        ArgumentTypeError: No response can be made into ``kind``.

    """
    check_castable(kind, argument=argument)
    if _is_http_response(kind):
        return cast("T", http_response(received))
    if cast("object", kind) is str:
        return cast("T", received.content.decode(errors="replace"))
    return cast("T", decode(received, kind))


def check_castable(kind: object, *, argument: str) -> None:
    """Refuse a type that no response can be made into, before anything is sent.

    Raises:
        ArgumentTypeError: ``kind`` is no type, or none that JSON can be decoded into.

    """
    fits = kind is not None
    try:
        _decoder(None if _is_http_response(kind) else kind)
    except (TypeError, ValueError, RecursionError):
        fits = False
    if not fits:
        raise ArgumentTypeError(f"{argument}: {shown(kind)} cannot be made of a response", argument=argument)


def _is_http_response(kind: object) -> bool:
    package = str(getattr(kind, "__module__", "")).partition(".")[0]
    return package in ("httpx", "httpx2") and getattr(kind, "__name__", "") == "Response"


def may_have_happened(status: int) -> bool:
    """Return True if a request that got this status may have taken effect all the same.

    4xx means that it did not; but 408 may come from a proxy that timed out while the server was at work. A redirect
    or a 5xx may follow a request that took effect.
    """
    return status == 408 or not 400 <= status <= 499


def error_body(received: Received) -> object:
    """Return the body of a response that is no success: decoded if it is JSON, else its text; without secrets.

    No contract defines its form, and it may quote the request: it is cut, and scrubbed as text. A server that
    failed after it had made a secret may quote that, too.
    """
    content, secrets = received.content, received.prepared.secrets
    operation = received.prepared.operation
    made = secretive(operation) and not operation.repeatable and may_have_happened(received.status_code)

    def scrubbed(text: str, limit: int) -> str:
        text = scrub(text, secrets, limit=limit)
        return scrub_opaque(text) if made else text

    if len(content) <= ERROR_BODY_LIMIT:
        try:
            # Re-encoded JSON has no escapes that could hide a secret.
            canonical = msgspec.json.encode(msgspec.json.decode(content)).decode()
            return msgspec.json.decode(scrubbed(canonical, 2 * ERROR_BODY_LIMIT))
        except _UNDECODABLE:
            pass
    text = content[: ERROR_BODY_LIMIT + 1].decode(errors="replace").strip()
    return scrubbed(text, ERROR_BODY_LIMIT)


def shown_body(content: bytes, kind: object, secrets: tuple[Secret[str], ...]) -> str:
    """Return a body of type ``kind`` for the log: only its size if it may hold a secret."""
    if not content:
        return ""
    if may_hold_secret(kind):
        return f"({len(content)} bytes, not shown)"
    return printable(scrub(content[:8192].decode(errors="replace"), secrets, limit=2000))


# --- raw responses ---


class BaseAPIResponse(NotPickled, Generic[R_co]):
    """The base of both kinds of raw response."""

    _pickle_instead = "pickle what parse() gives"

    http_response: httpx.Response
    """A real response of the HTTP library in use; its request has its secrets masked."""

    retries_taken: int
    """How often the request was repeated."""

    def __init__(self, received: Received, retries_taken: int, parse: Callable[[], R_co]) -> None:
        self.http_response = http_response(received)
        self.retries_taken = retries_taken
        self._received = received
        self._parse = parse
        self._parsed: R_co | None = None

    @property
    def headers(self) -> httpx.Headers:
        """The response's headers, looked up without regard to case."""
        return self.http_response.headers

    @property
    def status_code(self) -> int:
        """The response's status."""
        return self.http_response.status_code

    @property
    def request_id(self) -> str | None:
        """The service's name for this request, to be quoted in a support case."""
        request_id: str | None = self.headers.get("x-request-id")
        return request_id

    @property
    def http_request(self) -> httpx.Request:
        """The request, with its secrets masked."""
        return self.http_response.request

    @property
    def url(self) -> httpx.URL:
        """The URL of the request."""
        return self.http_response.url

    @property
    def method(self) -> str:
        """The request's method."""
        return self.http_request.method

    @property
    def http_version(self) -> str:
        """The protocol version, such as ``HTTP/1.1``."""
        return self.http_response.http_version

    @property
    def elapsed(self) -> timedelta:
        """How long the call took, retries included; of a streamed response, up to its headers."""
        return self.http_response.elapsed

    @property
    def content(self) -> bytes:
        """The body, secrets included."""
        return self.http_response.content

    @property
    def is_closed(self) -> bool:
        """True if the body has been read or discarded."""
        return self.http_response.is_closed

    def _decoded(self, to: type[object] | None) -> object:
        self._received.content, self._received.stream = self.http_response.content, None
        if to is not None:
            return decode_as(self._received, to, argument="to")
        if self._parsed is None:
            self._parsed = self._parse()
        return self._parsed

    def __repr__(self) -> str:
        response = self.http_response
        return f"<{type(self).__name__} [{response.status_code} {response.reason_phrase}]>"


class APIResponse(BaseAPIResponse[R_co]):
    """A raw response, from ``with_raw_response`` or ``with_streaming_response``."""

    @overload
    def parse(self, *, to: type[T]) -> T: ...
    @overload
    def parse(self) -> R_co: ...
    def parse(self, *, to: type[object] | None = None) -> object:
        """Return what the call without ``with_raw_response`` returns.

        Args:
            to: Another type to make of the response: a model, ``dict``, ``list``, ``str`` and the like.

        Raises:
            APIResponseValidationError: The body does not fit.

        """
        self.http_response.read()
        return self._decoded(to)

    def read(self) -> bytes:
        """Return the body."""
        return self.http_response.read()

    def text(self) -> str:
        """Return the body as text."""
        self.http_response.read()
        return self.http_response.text

    def json(self) -> object:
        """Return the body as JSON."""
        self.http_response.read()
        return cast("object", self.http_response.json())

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Iterate over the body, as received or in pieces of ``chunk_size``."""
        return self.http_response.iter_bytes(chunk_size)

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """Iterate over the body as text, as received or in pieces of ``chunk_size`` characters."""
        return self.http_response.iter_text(chunk_size)

    def iter_lines(self) -> Iterator[str]:
        """Iterate over the body line by line."""
        return self.http_response.iter_lines()

    def close(self) -> None:
        """Discard the unread rest of the body."""
        self.http_response.close()


class AsyncAPIResponse(BaseAPIResponse[R_co]):
    """A raw response of the asynchronous client."""

    @overload
    async def parse(self, *, to: type[T]) -> T: ...
    @overload
    async def parse(self) -> R_co: ...
    async def parse(self, *, to: type[object] | None = None) -> object:
        """Return what the call without ``with_raw_response`` returns.

        Args:
            to: Another type to make of the response: a model, ``dict``, ``list``, ``str`` and the like.

        Raises:
            APIResponseValidationError: The body does not fit.

        """
        await self.http_response.aread()
        return self._decoded(to)

    async def read(self) -> bytes:
        """Return the body."""
        return await self.http_response.aread()

    async def text(self) -> str:
        """Return the body as text."""
        await self.http_response.aread()
        return self.http_response.text

    async def json(self) -> object:
        """Return the body as JSON."""
        await self.http_response.aread()
        return cast("object", self.http_response.json())

    def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Iterate over the body, as received or in pieces of ``chunk_size``."""
        return self.http_response.aiter_bytes(chunk_size)

    def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """Iterate over the body as text, as received or in pieces of ``chunk_size`` characters."""
        return self.http_response.aiter_text(chunk_size)

    def iter_lines(self) -> AsyncIterator[str]:
        """Iterate over the body line by line."""
        return self.http_response.aiter_lines()

    async def close(self) -> None:
        """Discard the unread rest of the body."""
        # A response that was read from memory has only a synchronous stream to close.
        if not self.http_response.is_closed:
            await self.http_response.aclose()
