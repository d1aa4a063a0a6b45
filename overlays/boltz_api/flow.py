"""One call as a flow: the steps it takes, apart from the threads or tasks that perform them.

A flow is a generator. It yields the next step, is sent the outcome, and returns its result. All decisions are made
in flows; the two transports only perform the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, datetime
from logging import INFO
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from boltz_api.errors import APIError, APIResponseValidationError
from boltz_api.observe import log_outcome, log_request, log_retry, logger
from boltz_api.request import Prepared, Request, Timeouts, build_request
from boltz_api.response import Received, decode, http_response, secretive
from boltz_api.retry import Accept, Failure, Redirect, Retry, Situation, cause_of, connection_error, judge

if TYPE_CHECKING:
    from boltz_api.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")


class Send(Struct, frozen=True):
    """Send a request and read the response. The outcome is ``Received`` or ``Failure``."""

    prepared: Prepared[Any]
    timeouts: Timeouts
    limit: int
    """The maximum size of the body, in bytes."""
    started: float
    deadline: float | None
    stream: bool
    """Leave the body of a success unread."""
    broken: Callable[[Failure], APIError]
    """Returns the error for a streamed body whose connection is lost later."""


class Sleep(Struct, frozen=True):
    """Wait. The outcome is ``None``."""

    seconds: float


class Ask(Struct, frozen=True):
    """Call the caller's function with ``value``; the outcome is its result. What it raises is raised in the flow."""

    function: Callable[[Any], object]
    value: object


Step: TypeAlias = Send | Sleep | Ask

# The type sent in depends on the step yielded, which Generator cannot express: hence Any.
Flow: TypeAlias = Generator[Step, Any, R]


class Safeguard(Protocol):
    """The checks that a resource adds to an operation that must not happen twice."""

    def differences(self, asked: Mapping[str, object], response: Any) -> Sequence[str]:
        """Return the differences between a decoded response and what was asked for, in words."""
        ...

    def advice(self, asked: Mapping[str, object], started_at: datetime, *, interrupted: bool) -> str:
        """Return advice on how to determine the outcome of a request."""
        ...


class Call(Struct, frozen=True):
    """A request that has been sent, or is about to be."""

    prepared: Prepared[Any]
    settings: Settings
    safeguard: Safeguard | None
    started: float
    """By the monotonic clock."""
    started_at: float
    """Seconds since the epoch."""

    def attach_to(self, error: APIError, *, outcome_unknown: bool) -> APIError:
        """Attach this call to its error."""
        operation = self.prepared.operation
        return error.describe(
            operation=operation.name or None,
            arguments=self.prepared.shown_arguments(),
            started_at=self._start(),
            started=self.started,
            outcome_unknown=outcome_unknown,
            secretive=secretive(operation),
            advice=self._advice(interrupted=False) if outcome_unknown else "",
        )

    def note(self, interruption: BaseException) -> None:
        """Note on a cancellation or interruption that the request may have taken effect."""
        operation = self.prepared.operation
        if not operation.repeatable:
            name = operation.name or f"{operation.method} {self.prepared.shown_url}"
            advice = self._advice(interrupted=True)
            interruption.add_note(
                f"{name}, begun at {self._start().isoformat()}, was interrupted; it may have taken effect"
                + (f"; {advice}" if advice else "")
            )

    def _start(self) -> datetime:
        return datetime.fromtimestamp(self.started_at, UTC)

    def _advice(self, *, interrupted: bool) -> str:
        if self.safeguard is None:
            return ""
        return self.safeguard.advice(self.prepared.shown_arguments(), self._start(), interrupted=interrupted)

    def finish(self, received: Received) -> Any:
        """Decode the response, and compare it with what was asked for.

        Raises:
            APIResponseValidationError: It does not fit. The error holds the response, which may be that of a create.

        """
        operation = self.prepared.operation
        try:
            result = decode(received, received.kind if operation.responses else operation.response)
        except APIResponseValidationError as error:
            raise self.attach_to(error, outcome_unknown=not operation.repeatable) from None
        found = () if self.safeguard is None else self.safeguard.differences(self.prepared.arguments(), result)
        if found:
            message = f"The response is not what was asked for: {'; '.join(found)}"
            mismatch = APIResponseValidationError(http_response(received), message=message)
            raise self.attach_to(mismatch, outcome_unknown=not operation.repeatable)
        return result

    def broken(self, failure: Failure) -> APIError:
        """Return the error for a body whose connection was lost while it was streamed."""
        error = connection_error(failure, self.prepared)
        return self.attach_to(error, outcome_unknown=not self.prepared.operation.repeatable)


class Accepted(Struct, frozen=True):
    """A successful response, not decoded yet."""

    call: Call
    received: Received
    retries_taken: int

    def parse(self) -> Any:
        """Decode it."""
        return self.call.finish(self.received)


def exchange(
    settings: Settings, prepared: Prepared[Any], safeguard: Safeguard | None = None, *, stream: bool = False
) -> Flow[Accepted]:
    """Send the request, with retries, until it succeeds or a retry cannot help.

    Raises:
        APIError: It did not succeed.

    """
    timing = settings.timing
    started = timing.monotonic()
    call = Call(prepared, settings, safeguard, started, timing.now())
    deadline = None if settings.total_timeout is None else started + settings.total_timeout
    retries = redirects = 0
    while True:
        timeouts = prepared.timeouts if deadline is None else within(prepared.timeouts, deadline - timing.monotonic())
        logging = logger.isEnabledFor(INFO)
        if logging:
            log_request(prepared, retries)
        try:
            outcome: Received | Failure = yield Send(
                prepared, timeouts, settings.max_response_bytes, started, deadline, stream, call.broken
            )
        except (Exception, GeneratorExit):
            raise
        except BaseException as interruption:
            call.note(interruption)
            raise
        if logging:
            log_outcome(prepared, outcome)
        remaining = None if deadline is None else deadline - timing.monotonic()
        verdict = judge(outcome, prepared, Situation(retries, redirects, timing.random(), timing.now(), remaining))
        if isinstance(verdict, Accept):
            return Accepted(call, verdict.received, retries)
        if isinstance(verdict, Retry):
            log_retry(prepared, verdict.delay, verdict.reason)
            retries += 1
            yield Sleep(verdict.delay)
        elif isinstance(verdict, Redirect):
            redirects += 1
            prepared = replace(prepared, url=verdict.url)
        else:
            error = call.attach_to(verdict.error, outcome_unknown=verdict.outcome_unknown)
            if isinstance(outcome, Failure):
                raise error from cause_of(outcome, prepared, error)
            raise error


def within(timeouts: Timeouts, remaining: float) -> Timeouts:
    """Return ``timeouts``, none of them longer than the rest of the call's total timeout."""
    # Zero would mean "at once" to a socket, which fails even where the response is there already.
    most = max(remaining, 0.001)
    connect, read, write, pool = timeouts
    return (
        most if connect is None or connect > most else connect,
        most if read is None or read > most else read,
        most if write is None or write > most else write,
        most if pool is None or pool > most else pool,
    )


def call(settings: Settings, request: Request[R], safeguard: Safeguard | None = None) -> Flow[R]:
    """Build the request, send it, and decode the response."""
    accepted = yield from exchange(settings, build_request(request, settings), safeguard)
    return cast("R", accepted.call.finish(accepted.received))


def ask(function: Callable[[Any], object], value: object) -> Flow[object]:
    """Call the caller's function."""
    outcome: object = yield Ask(function, value)
    return outcome


class SyncPerformer(Protocol):
    """A client for threads, which performs flows for a resource or a page with its own settings."""

    def perform(self, flow: Callable[Concatenate[Settings, P], Flow[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        """Perform the flow that ``flow`` gives for the settings and these arguments."""
        ...


class AsyncPerformer(Protocol):
    """As ``SyncPerformer``, for tasks."""

    async def perform(self, flow: Callable[Concatenate[Settings, P], Flow[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        """Perform the flow that ``flow`` gives for the settings and these arguments."""
        ...
