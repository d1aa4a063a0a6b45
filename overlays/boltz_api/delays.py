"""Time: where it is read from, how long to wait before a retry, and dates in headers."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from msgspec import Struct

INITIAL_DELAY: Final = 0.5
MAX_DELAY: Final = 8.0
MAX_DEMANDED_DELAY: Final = 60.0
"""The longest delay that a server may ask for; beyond it, the client uses its own back-off and cannot be stalled."""

# Doubling more often changes nothing any more, and would overflow for absurd numbers of retries.
_DOUBLINGS: Final = 5

# Years 2000 to 2200: other times are implausible, and datetime may not be able to hold them.
_PLAUSIBLE: Final = (946_684_800.0, 7_258_118_400.0)


class Timing(Struct, frozen=True, kw_only=True):
    """The sources of time and randomness; tests replace them."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    random: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep
    async_sleep: Callable[[float], Awaitable[None]] | None = None
    """``None``: the event loop's own."""


def own_delay(retries_taken: int, random: float) -> float:
    """Return half a second, doubled with each retry up to eight, less up to a quarter.

    Args:
        retries_taken: How many retries there have been.
        random: A number from 0 to 1, so that clients that failed together do not retry together.

    """
    delay: float = min(INITIAL_DELAY * 2 ** min(retries_taken, _DOUBLINGS), MAX_DELAY)
    return delay * (1 - 0.25 * random)


def demanded_delay(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Return the seconds that the server asks to wait: ``retry-after-ms``, or ``Retry-After`` in seconds or as a date.

    Args:
        headers: The response's.
        now: Seconds since the epoch; a date is counted from the response's own ``Date`` if that is given, or from
            this, so that a wrong clock on either side does no harm.

    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    if value is None:
        return None
    seconds = _number(value)
    if seconds is not None:
        return seconds
    until = timestamp(value)
    current = timestamp(headers.get("date")) or now
    return None if until is None or current is None else until - current


def delay_before_retry(headers: Mapping[str, str] | None, *, retries_taken: int, random: float, now: float) -> float:
    """Return the server's delay, if it is within the limit; else the client's own back-off."""
    demanded = None if headers is None else demanded_delay(headers, now)
    if demanded is not None and 0 < demanded <= MAX_DEMANDED_DELAY:
        return demanded
    return own_delay(retries_taken, random)


def timestamp(http_date: str | None) -> float | None:
    """Return an HTTP date as seconds since the epoch; ``None`` if it is none, or no plausible one."""
    if http_date is None:
        return None
    from email.utils import mktime_tz, parsedate_tz

    try:
        parsed = parsedate_tz(http_date)
        seconds = None if parsed is None else float(mktime_tz(parsed))
    except (ValueError, OverflowError, IndexError):
        return None
    return seconds if seconds is not None and _PLAUSIBLE[0] <= seconds <= _PLAUSIBLE[1] else None


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    # "nan" and "inf" are floats to Python and no time to wait.
    return number if number is not None and abs(number) < float("inf") else None
