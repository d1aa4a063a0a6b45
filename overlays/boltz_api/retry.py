"""Deciding about an outcome: accept it, repeat the request, follow a redirect, or give up. Nothing here does I/O."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from types import TracebackType
from typing import Any, Final, TypeAlias, TypeGuard
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import Struct

from boltz_api.delays import delay_before_retry
from boltz_api.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    status_error_type,
)
from boltz_api.redact import printable, scrub, scrub_quoted
from boltz_api.request import Prepared
from boltz_api.response import (
    Received,
    ResponseTooLargeError,
    UnreadableEncodingError,
    error_body,
    http_request,
    http_response,
    may_have_happened,
)

MAX_REDIRECTS: Final = 5
_SHOWN: Final = 500
"""How much of a body an error's message quotes: enough for a sentence, not a proxy's whole page."""

# --- failures: no complete response ---


class Reach(Enum):
    """The furthest stage that a request may have reached."""

    NOWHERE = "nothing was written"
    UNKNOWN = "the server may have received it and acted on it"


class Failure(Struct, frozen=True):
    """No complete response was received."""

    reach: Reach
    transient: bool
    """True if a retry may succeed."""
    timeout: bool
    error: Exception
    partial: Received | None = None
    """The part of a response that was received before the connection was lost."""

    # Struct has one of each, which would show the error, which may quote the response; Any is how Struct declares it.
    def __repr__(self) -> str:
        return f"<Failure {type(self.error).__name__}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("error", type(self.error))]


class NoFreeConnectionError(Exception):
    """No connection became free within the caller's timeout."""


# By the exceptions' names, which httpx and httpx2 share: nothing here imports either. The first of an exception's
# classes that is listed decides; (the stage reached, whether a retry may help, whether it is a timeout).
_BY_NAME: Final[dict[str, tuple[Reach, bool, bool]]] = {
    # No connection, so nothing can have been written.
    "ConnectTimeout": (Reach.NOWHERE, True, True),
    "PoolTimeout": (Reach.NOWHERE, True, True),
    "NoFreeConnectionError": (Reach.NOWHERE, True, True),
    "ConnectError": (Reach.NOWHERE, True, False),
    # Raised while the proxy is asked to connect, before the request itself.
    "ProxyError": (Reach.NOWHERE, True, False),
    # Refused before anything was opened, and would be refused again.
    "UnsupportedProtocol": (Reach.NOWHERE, False, False),
    "InvalidURL": (Reach.NOWHERE, False, False),
    # A part was written, perhaps all: a peer that resets after it has read everything looks the same.
    "WriteTimeout": (Reach.UNKNOWN, True, True),
    "WriteError": (Reach.UNKNOWN, True, False),
    # Written, and the response is late or lost. A pooled connection that the server closed just before the request
    # cannot be distinguished from one that it closed just after.
    "ReadTimeout": (Reach.UNKNOWN, True, True),
    "ReadError": (Reach.UNKNOWN, True, False),
    "CloseError": (Reach.UNKNOWN, True, False),
    "RemoteProtocolError": (Reach.UNKNOWN, True, False),
    # The client's own fault, but the exception does not show at which stage it was found.
    "LocalProtocolError": (Reach.UNKNOWN, False, False),
    "TimeoutException": (Reach.UNKNOWN, True, True),
    "TransportError": (Reach.UNKNOWN, True, False),
    "TimeoutError": (Reach.UNKNOWN, True, True),
    # Sockets' and TLS's own errors, from transports that do not translate them.
    "OSError": (Reach.UNKNOWN, True, False),
    "ResponseTooLargeError": (Reach.UNKNOWN, False, False),
    "UnreadableEncodingError": (Reach.UNKNOWN, False, False),
    # A retry helps only if another call's timeout was the cause: HTTP/2 calls that share a connection share its end.
    "DeadlineError": (Reach.UNKNOWN, True, True),
}

# Libraries whose error reliably means that no connection was made.
_TRUSTED: Final = frozenset({"httpcore", "httpcore2", "httpx", "httpx2"})
# The errors of other libraries if none was made.
_NEVER_CONNECTED: Final = frozenset(
    {
        *("ConnectionRefusedError", "gaierror", "InvalidURL"),
        *("ClientConnectorError", "ConnectionTimeoutError", "ClientHttpProxyError"),
    }
)


def classify(error: Exception, partial: Received | None = None, *, unwritten: bool = False) -> Failure:
    """Classify ``error``; an unknown one counts as the worst.

    Args:
        error: The exception.
        partial: The part of a response that was received.
        unwritten: True if it is known that nothing was written.

    """
    reach, transient, timeout = Reach.UNKNOWN, False, False
    name = next((kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _BY_NAME), None)
    if name is not None:
        reach, transient, timeout = _BY_NAME[name]
        # The transport for aiohttp raises `ConnectTimeout` for every lost connection, so that a lost response would be
        # mistaken for a request that was never sent. So the exception that it translates is used.
        original = error.__cause__
        if original is not None and type(original).__module__.partition(".")[0] not in _TRUSTED:
            timeout = timeout and isinstance(original, TimeoutError)
            if not any(kind.__name__ in _NEVER_CONNECTED for kind in type(original).__mro__):
                reach = Reach.UNKNOWN
    return Failure(Reach.NOWHERE if unwritten else reach, transient, timeout, error, partial)


# --- the decision ---


class Situation(Struct, frozen=True):
    """The facts that a decision depends on besides the outcome."""

    retries_taken: int
    redirects_taken: int
    random: float
    now: float
    """Seconds since the epoch."""
    remaining: float | None
    """Seconds left for the whole call."""


class Accept(Struct, frozen=True):
    """The response is a success."""

    received: Received


class Retry(Struct, frozen=True):
    """Retry the request after a delay."""

    delay: float
    reason: str


class Redirect(Struct, frozen=True):
    """Send the same request to this URL."""

    url: str


class Fail(Struct, frozen=True):
    """Stop retrying, and raise."""

    error: APIError
    outcome_unknown: bool


Verdict: TypeAlias = Accept | Retry | Redirect | Fail


def judge(outcome: Received | Failure, prepared: Prepared[Any], situation: Situation) -> Verdict:
    """Decide what to do about ``outcome``."""
    if isinstance(outcome, Failure):
        partial = outcome.partial
        if partial is not None and not partial.is_success:
            return _judge_status(partial, prepared, situation)  # the status is enough, even if the body is incomplete
        if not prepared.operation.repeatable and _is_whole(partial):
            return Accept(partial)
        return _judge_failure(outcome, prepared, situation)
    if 200 <= outcome.status_code <= 299:
        return Accept(outcome)
    return _judge_status(outcome, prepared, situation)


def _is_whole(partial: Received | None) -> TypeGuard[Received]:
    """Return True if all of the JSON arrived, although the connection broke before the body's formal end.

    A JSON object is self-delimiting. The response to a create is not discarded for a missing last chunk.
    """
    if partial is None or not partial.is_success or not partial.content.rstrip().endswith(b"}"):
        return False
    try:
        msgspec.json.decode(partial.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _judge_failure(failure: Failure, prepared: Prepared[Any], situation: Situation) -> Verdict:
    repeatable = prepared.operation.repeatable
    if failure.transient and (failure.reach is Reach.NOWHERE or repeatable):
        retry = _retry(None, type(failure.error).__name__, prepared, situation)
        if retry is not None:
            return retry
    unknown = failure.reach is Reach.UNKNOWN and not repeatable
    return Fail(connection_error(failure, prepared), outcome_unknown=unknown)


def _judge_status(received: Received, prepared: Prepared[Any], situation: Situation) -> Verdict:
    status, repeatable = received.status_code, prepared.operation.repeatable
    if situation.redirects_taken < MAX_REDIRECTS:
        url = redirect_target(received, prepared)
        if url is not None:
            return Redirect(url)
    if may_retry_status(status, received.headers.get("x-should-retry"), repeatable=repeatable):
        retry = _retry(received, str(status), prepared, situation)
        if retry is not None:
            return retry
    return Fail(status_error(received), outcome_unknown=not repeatable and may_have_happened(status))


def may_retry_status(status: int, should_retry: str | None, *, repeatable: bool) -> bool:
    """Return True if a retry is allowed after this status.

    The server's own header comes first. Then, for every request: 429 means that nothing was done. Then, only for
    requests that may be repeated: 408 (too slow), 409 (a temporary conflict), and the server's own failures.
    """
    if should_retry in ("true", "false"):
        return should_retry == "true"
    if status == 429:
        return True
    return repeatable and (status in (408, 409) or status >= 500)


def _retry(received: Received | None, reason: str, prepared: Prepared[Any], situation: Situation) -> Retry | None:
    if situation.retries_taken >= prepared.max_retries:
        return None
    delay = delay_before_retry(
        None if received is None else received.headers,
        retries_taken=situation.retries_taken,
        random=situation.random,
        now=situation.now,
    )
    # A delay beyond the call's total timeout would only postpone the error.
    if situation.remaining is not None and delay >= situation.remaining:
        return None
    return Retry(delay, reason)


# --- redirects ---

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# These keep the method; after the others, clients turn a POST into a GET.
_METHOD_KEPT: Final = frozenset({307, 308})
_FOLLOWED: Final = frozenset({301, 302, 303, 307, 308})


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port: these must be equal for the key to be sent to another URL."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(parts.scheme)


def redirect_target(received: Received, prepared: Prepared[Any]) -> str | None:
    """Return the URL of a redirect; ``None`` if it must not be followed.

    Never to another origin: the key would be sent there. Never for a request that must not happen twice: the server may
    have acted on it before it redirected. Anything but a GET keeps its method, or is not followed.
    """
    status, operation = received.status_code, prepared.operation
    if status not in _FOLLOWED or not operation.repeatable:
        return None
    if operation.method != "GET" and status not in _METHOD_KEPT:
        return None
    location = received.headers.get("location")
    if not location:
        return None
    try:
        target = urljoin(prepared.url, location)
        same = origin(target) == origin(prepared.url)
    except ValueError:  # a port that is no number, a bracket that is not closed
        return None
    return target.partition("#")[0] if same else None


# --- errors ---


def status_error(received: Received) -> APIStatusError:
    """Return the error for a response that is no success."""
    body = error_body(received)
    text = printable(body if isinstance(body, str) else scrub(repr(body)))
    quoted = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"
    message = f"Error code: {received.status_code}" + (f" - {quoted}" if quoted else "")
    location = received.headers.get("location")
    if 300 <= received.status_code <= 399 and location is not None:
        target = printable(scrub(location, received.prepared.secrets))
        message = f"Redirect not followed ({received.status_code}) to {target}"
    return status_error_type(received.status_code)(message, response=http_response(received), body=body)


def connection_error(failure: Failure, prepared: Prepared[Any]) -> APIError:
    """Return the error for a response that was not received, or only in part."""
    text = describe(failure, prepared)
    partial = failure.partial
    if isinstance(failure.error, (ResponseTooLargeError, UnreadableEncodingError)) and partial is not None:
        return APIResponseValidationError(http_response(partial), message=text)
    request = http_request(prepared, None if partial is None else partial.http)
    if failure.timeout:
        return APITimeoutError(request, message=f"Request timed out: {text}")
    error = APIConnectionError(message=f"Connection error: {text}", request=request)
    error.response = None if partial is None else http_response(partial)
    return error


def describe(failure: Failure, prepared: Prepared[Any]) -> str:
    """Return the message of ``failure``, or else of its cause, or else its name; without secrets."""
    # What cancels a task says nothing about what went wrong.
    said = (str(error) for error in exception_chain(failure.error) if isinstance(error, Exception))
    text = next(filter(None, said), type(failure.error).__name__)
    return printable(scrub_quoted(text, prepared.secrets))


def cause_of(failure: Failure, prepared: Prepared[Any], error: APIError) -> Exception | None:
    """Return the exception behind ``failure``, fit to be shown as a cause; ``None`` if it quotes a secret.

    The HTTP library's errors keep its request, whose headers hold the key: the error's own takes its place.
    """
    for each in exception_chain(failure.error):
        if scrub_quoted(str(each), prepared.secrets) != str(each):
            return None
        _replace_request(each, error.request)
    return failure.error


def _replace_request(error: Any, request: object) -> None:  # Any: of whichever library
    try:
        held = error.request
    except (AttributeError, RuntimeError):  # it has none
        held = None
    if held is not None:
        error.request = request


# Frames of these hold a request's headers, or their encoded bytes.
_HOLD_HEADERS: Final = frozenset(
    {
        *("boltz_api", "contextlib", "httpx", "httpx2", "httpcore", "httpcore2", "h11", "h2", "hpack"),
        *("httpx_aiohttp", "aiohttp", "anyio", "asyncio", "trio", "ssl", "socket", "socksio"),
    }
)


def strip_frames(error: BaseException) -> None:
    """Remove the frames that hold a request's headers from every traceback of the chain.

    Crash reporters send the locals of such frames. If a connection fails, nothing useful is lost. If other code
    fails, such as a custom transport's, its own frames remain.
    """
    for each in exception_chain(error):
        each.__traceback__ = _of_others(each.__traceback__)


def _of_others(trace: TracebackType | None) -> TracebackType | None:
    kept: list[TracebackType] = []
    while trace is not None:
        package = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in _HOLD_HEADERS:
            kept.append(trace)
        trace = trace.tb_next
    result: TracebackType | None = None
    for each in reversed(kept):
        result = TracebackType(result, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return result


def exception_chain(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error``, its cause or context, and so on."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is not None and id(current) not in seen:
            seen.add(id(current))
            yield current
            pending += [current.__context__, current.__cause__]
