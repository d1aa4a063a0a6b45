"""From what came back to what to do: go on with it, try again, look elsewhere, or give up."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, TypeGuard

import msgspec
from msgspec import Struct

from boltz_api.core.backoff import delay_before_retry
from boltz_api.core.failures import (
    Failure,
    Reach,
    ResponseTooLargeError,
    UnreadableEncodingError,
    told,
)
from boltz_api.core.redirects import MAX_REDIRECTS, followed_to
from boltz_api.core.secrets import printable
from boltz_api.core.wire import Response, may_have_happened
from boltz_api.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    status_error_type,
)

if TYPE_CHECKING:
    from boltz_api.core.prepare import Prepared

_SHOWN = 500
"""How much of a body an error's message quotes: enough for a sentence, not a proxy's whole page."""


class Situation(Struct, frozen=True):
    """What a judgement depends on besides the outcome."""

    retries_taken: int
    redirects_taken: int
    random: float
    now: float
    """Seconds since the epoch."""
    remaining: float | None
    """Seconds left for the whole call."""


class Accept(Struct, frozen=True):
    """The answer is a success."""

    response: Response


class Retry(Struct, frozen=True):
    """Try again after a while."""

    delay: float
    reason: str


class Redirect(Struct, frozen=True):
    """The same request, to this URL."""

    url: str


class Fail(Struct, frozen=True):
    """Give up."""

    error: APIError
    outcome_unknown: bool


Judgement: TypeAlias = Accept | Retry | Redirect | Fail


def judge(outcome: Response | Failure, prepared: Prepared[object], situation: Situation) -> Judgement:
    """What to do about ``outcome``."""
    if isinstance(outcome, Failure):
        partial = outcome.partial
        if partial is not None and not partial.is_success:
            return _judge_status(partial, prepared, situation)  # which says enough, whatever became of the body
        if not prepared.repeatable and _whole_despite_failure(partial):
            return Accept(partial)
        return _judge_failure(outcome, prepared, situation)
    if outcome.is_success:
        return Accept(outcome)
    return _judge_status(outcome, prepared, situation)


def _whole_despite_failure(partial: Response | None) -> TypeGuard[Response]:
    """Whether all of the JSON arrived, although the connection broke before the body's formal end.

    A JSON object says itself where it ends. What a create answers is not to be thrown away for a missing last chunk.
    """
    if partial is None or not partial.is_success or not partial.content.rstrip().endswith(b"}"):
        return False
    try:
        msgspec.json.decode(partial.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _judge_failure(failure: Failure, prepared: Prepared[object], situation: Situation) -> Judgement:
    certain_not_done = failure.reach is Reach.NOWHERE
    if failure.transient and (certain_not_done or prepared.repeatable):
        retry = _retry(None, type(failure.error).__name__, prepared, situation)
        if retry is not None:
            return retry
    error = _connection_error(failure, prepared)
    return Fail(error, outcome_unknown=not certain_not_done and not prepared.repeatable)


def _judge_status(response: Response, prepared: Prepared[object], situation: Situation) -> Judgement:
    status = response.status_code
    if situation.redirects_taken < MAX_REDIRECTS:
        url = followed_to(response, repeatable=prepared.repeatable)
        if url is not None:
            return Redirect(url)
    if may_retry_status(status, response.headers.get("x-should-retry"), repeatable=prepared.repeatable):
        retry = _retry(response, str(status), prepared, situation)
        if retry is not None:
            return retry
    return Fail(status_error(response), outcome_unknown=not prepared.repeatable and may_have_happened(status))


def may_retry_status(status: int, should_retry: str | None, *, repeatable: bool) -> bool:
    """Whether another try is allowed after this status.

    The server's own word counts most. Then, whatever the request: 429 says that nothing was done. Then, only for what
    does no harm twice: 408 (too slow), 409 (a conflict that passes), and the server's own failures.
    """
    if should_retry in ("true", "false"):
        return should_retry == "true"
    if status == 429:
        return True
    return repeatable and (status in (408, 409) or status >= 500)


def _retry(response: Response | None, reason: str, prepared: Prepared[object], situation: Situation) -> Retry | None:
    if situation.retries_taken >= prepared.max_retries:
        return None
    delay = delay_before_retry(
        None if response is None else response.headers,
        retries_taken=situation.retries_taken,
        random=situation.random,
        now=situation.now,
    )
    # A wait that ends after the call's time is over only delays the bad news.
    if situation.remaining is not None and delay >= situation.remaining:
        return None
    return Retry(delay, reason)


def status_error(response: Response) -> APIStatusError:
    """The error for an answer that is no success."""
    from boltz_api.core.masking import error_body, shown_text

    body = error_body(response)
    quoted = _shortened(printable(body) if isinstance(body, str) else repr(body))
    message = f"Error code: {response.status_code}" + (f" - {quoted}" if quoted else "")
    if response.is_redirect:
        target = shown_text(response.headers["location"], response.holds, response.secrets, acted=True)
        message = f"Redirect not followed ({response.status_code}) to {printable(target)}"
    return status_error_type(response.status_code)(message, response=response, body=body)


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"


def _connection_error(failure: Failure, prepared: Prepared[object]) -> APIError:
    text = printable(told(failure, prepared.answer, prepared.wire.secrets))
    if isinstance(failure.error, (ResponseTooLargeError, UnreadableEncodingError)) and failure.partial is not None:
        return APIResponseValidationError(failure.partial, message=text)
    if failure.timeout:
        return APITimeoutError(prepared.wire, message=f"Request timed out: {text}")
    error = APIConnectionError(message=f"Connection error: {text}", request=prepared.wire)
    error.response = failure.partial
    return error
