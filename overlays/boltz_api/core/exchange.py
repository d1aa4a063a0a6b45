"""One call, from the prepared request to the answer: try, judge, wait, try again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from msgspec.structs import replace

from boltz_api import logs
from boltz_api.core.decoding import decoded
from boltz_api.core.failures import Failure, presentable
from boltz_api.core.judge import Accept, Fail, Redirect, Retry, Situation, judge
from boltz_api.core.prepare import Prepared
from boltz_api.core.steps import Flow, R, Send, Sleep, send
from boltz_api.core.wire import Response, Timeouts
from boltz_api.errors import APIResponseValidationError

if TYPE_CHECKING:
    from boltz_api.settings import Settings


class Received(Struct, frozen=True):
    """A successful answer, not decoded yet."""

    response: Response
    retries_taken: int
    started_at: datetime


def exchange(prepared: Prepared[object], settings: Settings) -> Flow[Received]:
    """Send the request until there is a success, or no hope of one.

    Raises:
        APIError: There is none.

    """
    tempo = settings.tempo
    started = tempo.monotonic()
    started_at = datetime.fromtimestamp(tempo.now(), UTC)
    deadline = None if settings.total_timeout is None else started + settings.total_timeout
    wire = prepared.wire
    retries = redirects = 0
    while True:
        timeouts = prepared.timeouts if deadline is None else within(prepared.timeouts, deadline - tempo.monotonic())
        logs.sending(wire, retries)
        outcome = yield from send(Send(wire, timeouts, settings.max_response_bytes, started, deadline, prepared.answer))
        logs.came_back(wire, outcome, prepared.answer)
        situation = Situation(
            retries,
            redirects,
            tempo.random(),
            tempo.now(),
            None if deadline is None else deadline - tempo.monotonic(),
        )
        match judge(outcome, prepared, situation):
            case Accept(response=response):
                return Received(response, retries, started_at)
            case Retry(delay=delay, reason=reason):
                logs.retrying(wire, delay, reason)
                retries += 1
                yield Sleep(delay)
            case Redirect(url=url):
                redirects += 1
                wire = replace(wire, url=url)
            case Fail(error=error, outcome_unknown=outcome_unknown):
                error.describe(
                    operation=prepared.operation,
                    arguments=prepared.arguments,
                    started_at=started_at,
                    outcome_unknown=outcome_unknown,
                )
                if isinstance(outcome, Failure):
                    raise error from presentable(outcome, error.request, prepared.answer, wire.secrets)
                raise error


def parsed(prepared: Prepared[R], received: Received) -> R:
    """The answer as the contract says it is.

    Raises:
        APIResponseValidationError: It is not. It holds the raw answer, which may be that of a create.

    """
    if prepared.answer is None:
        return cast("R", None)
    try:
        return decoded(received.response, cast("type[R]", prepared.answer))
    except APIResponseValidationError as error:
        raise error.describe(
            operation=prepared.operation,
            arguments=prepared.arguments,
            started_at=received.started_at,
            outcome_unknown=not prepared.repeatable,
        ) from None


def call(prepared: Prepared[R], settings: Settings) -> Flow[R]:
    """Send the request and decode the answer."""
    received = yield from exchange(prepared, settings)
    return parsed(prepared, received)


def within(timeouts: Timeouts, remaining: float) -> Timeouts:
    """``timeouts``, none of them longer than what remains of the call's time."""
    # Zero would mean "at once" to a socket, which fails even where the answer is there already.
    most = max(remaining, 0.001)
    connect, read, write, pool = (most if value is None else min(value, most) for value in timeouts)
    return connect, read, write, pool
