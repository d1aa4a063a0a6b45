"""What it means when no whole answer came."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from types import TracebackType
from typing import Any, Final

from msgspec import Struct

from boltz_api.core.secrets import Secret
from boltz_api.core.wire import Response, SentRequest


class Reach(Enum):
    """How far a request got."""

    NOWHERE = "nothing was written"
    UNKNOWN = "the server may have received it and acted on it"


class Failure(Struct, frozen=True):
    """No whole answer came."""

    reach: Reach
    transient: bool
    """Whether another try may fare better."""
    timeout: bool
    error: Exception
    foreseen: bool = True
    """Whether it is a way in which connections fail, rather than a fault in somebody's code."""
    partial: Response | None = None
    """What came of an answer before it broke off."""

    # The error may quote what the server sent.
    def __repr__(self) -> str:
        return f"<Failure {type(self.error).__name__}>"

    # Struct has one of its own, which would show the error; Any is how Struct declares it.
    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("error", type(self.error))]


class ResponseTooLargeError(Exception):
    """The body exceeds the client's limit."""


class UnreadableEncodingError(Exception):
    """The body is compressed in a way that was not asked for, or wrongly."""


class UnusableTrustError(Exception):
    """The certificates that TLS is to trust could not be read."""


class NoFreeConnectionError(Exception):
    """Every connection stayed in use for as long as the caller would wait for one."""


class DeadlineError(Exception):
    """The time for the whole call is over."""

    def __init__(self) -> None:
        super().__init__("The time for the whole call is over.")


# By the exceptions' names, which httpx and httpx2 share: the core imports neither. The first of an exception's
# classes that stands here decides; (how far the request got, whether another try may help, whether time ran out).
_BY_NAME: Final[dict[str, tuple[Reach, bool, bool]]] = {
    # No connection, so nothing can have been written.
    "ConnectTimeout": (Reach.NOWHERE, True, True),
    "PoolTimeout": (Reach.NOWHERE, True, True),
    "NoFreeConnectionError": (Reach.NOWHERE, True, True),
    "ConnectError": (Reach.NOWHERE, True, False),
    # Raised while the proxy is asked to connect, before the request itself.
    "ProxyError": (Reach.NOWHERE, True, False),
    # Refused before anything was opened, and would be refused again.
    "UnusableTrustError": (Reach.NOWHERE, False, False),
    "UnsupportedProtocol": (Reach.NOWHERE, False, False),
    "InvalidURL": (Reach.NOWHERE, False, False),
    # A part was written, perhaps the whole: a peer that resets after it has read everything looks the same.
    "WriteTimeout": (Reach.UNKNOWN, True, True),
    "WriteError": (Reach.UNKNOWN, True, False),
    # Written, and the answer is late or lost. A pooled connection that the server closed just before the request
    # looks like one that it closed just after: the two cannot be told apart from here.
    "ReadTimeout": (Reach.UNKNOWN, True, True),
    "ReadError": (Reach.UNKNOWN, True, False),
    "CloseError": (Reach.UNKNOWN, True, False),
    "RemoteProtocolError": (Reach.UNKNOWN, True, False),
    # Ours to blame, but found out at a point that the exception does not tell.
    "LocalProtocolError": (Reach.UNKNOWN, False, False),
    "TimeoutException": (Reach.UNKNOWN, True, True),
    "TransportError": (Reach.UNKNOWN, True, False),
    "TimeoutError": (Reach.UNKNOWN, True, True),
    # Sockets' and TLS's own errors, from transports that do not translate them.
    "OSError": (Reach.UNKNOWN, True, False),
    "ResponseTooLargeError": (Reach.UNKNOWN, False, False),
    "UnreadableEncodingError": (Reach.UNKNOWN, False, False),
    # Another try helps only where it was somebody else's time: HTTP/2 calls that share a connection share its end.
    "DeadlineError": (Reach.UNKNOWN, True, True),
}


# Whose word is taken for it that no connection was made.
_TRUSTED: Final = frozenset({"httpcore", "httpcore2", "httpx", "httpx2"})
# What others raise where none was made.
_NEVER_CONNECTED: Final = frozenset(
    {
        *("ConnectionRefusedError", "gaierror", "InvalidURL"),
        *("ClientConnectorError", "ConnectionTimeoutError", "ClientHttpProxyError"),
    }
)


def _translated(error: Exception) -> BaseException | None:
    """What another library raised, where ``error`` only puts it into httpx's terms.

    The transport for aiohttp makes `ConnectTimeout` of every lost connection: taken at its word, an answer that was
    lost would pass for a request that was never sent.
    """
    cause = error.__cause__
    return None if cause is None or type(cause).__module__.partition(".")[0] in _TRUSTED else cause


def classified(error: Exception, partial: Response | None = None, *, unwritten: bool = False) -> Failure:
    """Which kind of failure ``error`` is; one that nobody foresaw counts as the worst.

    Args:
        error: What was raised.
        partial: What came of an answer.
        unwritten: It is known that nothing was written.

    """
    reach, transient, timeout, foreseen = _told_by(error)
    return Failure(Reach.NOWHERE if unwritten else reach, transient, timeout, error, foreseen=foreseen, partial=partial)


def _told_by(error: Exception) -> tuple[Reach, bool, bool, bool]:
    for kind in type(error).__mro__:
        if kind.__name__ in _BY_NAME:
            reach, transient, timeout = _BY_NAME[kind.__name__]
            original = _translated(error)
            if original is not None:
                timeout = timeout and isinstance(original, TimeoutError)
                if not any(each.__name__ in _NEVER_CONNECTED for each in type(original).__mro__):
                    reach = Reach.UNKNOWN
            return reach, transient, timeout, True
    return Reach.UNKNOWN, False, False, False


def in_words(error: BaseException) -> str:
    """What ``error`` says, or what it came from if it says nothing, or else its name."""
    # What cancels a task says nothing about what went wrong.
    said = (str(each) for each in _chain(error) if isinstance(each, Exception))
    return next(filter(None, said), type(error).__name__)


def told(failure: Failure, answer: object, known: tuple[Secret, ...]) -> str:
    """What ``failure`` says, without secrets, of a call whose success is an ``answer``."""
    return _without_secrets(in_words(failure.error), failure, answer, known)


def _without_secrets(text: str, failure: Failure, answer: object, known: tuple[Secret, ...]) -> str:
    from boltz_api.core.masking import shown_text

    return shown_text(text, answer, known, acted=failure.reach is Reach.UNKNOWN)


def presentable(failure: Failure, request: SentRequest, answer: object, known: tuple[Secret, ...]) -> Exception | None:
    """The error behind ``failure``, fit to be shown as a cause; ``None`` if it quotes a secret.

    The HTTP library's errors keep its request, whose headers hold the key: ``request`` takes its place. The frames of
    this package and of the HTTP library hold those headers, too, and crash reporters send such locals off: they leave
    the tracebacks. Where connections fail, that leaves nothing worth showing. Where somebody else's code does, such
    as a custom transport's, its own frames say where.
    """
    chain = list(_chain(failure.error))
    if any(_without_secrets(str(error), failure, answer, known) != str(error) for error in chain):
        return None
    for error in chain:
        if vars(error).get("_request") is not None:
            vars(error)["_request"] = request
        error.__traceback__ = None if failure.foreseen else _of_others(error.__traceback__)
    return failure.error


# `contextlib` stands between the two others.
_HOLD_HEADERS: Final = frozenset(
    {"boltz_api", "contextlib", "httpx", "httpx2", "httpcore", "httpcore2", "h11", "h2", "httpx_aiohttp", "aiohttp"}
)


def _of_others(trace: TracebackType | None) -> TracebackType | None:
    """``trace`` without the frames that hold a request's headers."""
    if trace is None:
        return None
    rest = _of_others(trace.tb_next)
    package, _, _ = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")
    if package in _HOLD_HEADERS:
        return rest
    return TracebackType(rest, trace.tb_frame, trace.tb_lasti, trace.tb_lineno)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """``error``, what it came from, and so on."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
