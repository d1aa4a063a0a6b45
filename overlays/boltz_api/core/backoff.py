"""How long to wait before the next try."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

INITIAL_DELAY: Final = 0.5
MAX_DELAY: Final = 8.0
MAX_DEMANDED_DELAY: Final = 60.0
"""What a server may ask for. Beyond it, the client's own back-off holds: no server can put a client to sleep."""

# Doubling more often changes nothing any more, and would overflow for absurd numbers of tries.
_DOUBLINGS: Final = 5


def own_delay(retries_taken: int, random: float) -> float:
    """Half a second, doubled with each retry up to eight, less up to a quarter.

    Args:
        retries_taken: How many retries there have been.
        random: A number from 0 to 1, so that clients which failed together do not come back together.

    """
    delay: float = min(INITIAL_DELAY * 2 ** min(retries_taken, _DOUBLINGS), MAX_DELAY)
    return delay * (1 - 0.25 * random)


def demanded_delay(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """How many seconds the server says to wait: ``retry-after-ms``, or ``Retry-After`` in seconds or as a date.

    Args:
        headers: The answer's.
        now: Seconds since the epoch; a date is counted from it, or from the answer's own ``Date`` if that is given,
            so that a wrong clock on either side does no harm.

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
    if until is None:
        return None
    current = timestamp(headers.get("date")) or now
    return None if current is None else until - current


def delay_before_retry(headers: Mapping[str, str] | None, *, retries_taken: int, random: float, now: float) -> float:
    """What the server demands, within reason; else the client's own back-off."""
    demanded = None if headers is None else demanded_delay(headers, now)
    if demanded is not None and 0 < demanded <= MAX_DEMANDED_DELAY:
        return demanded
    return own_delay(retries_taken, random)


def timestamp(http_date: str | None) -> float | None:
    """An HTTP date as seconds since the epoch; ``None`` if it is none."""
    if http_date is None:
        return None
    from email.utils import mktime_tz, parsedate_tz

    try:
        parsed = parsedate_tz(http_date)
        return None if parsed is None else float(mktime_tz(parsed))
    except (ValueError, OverflowError, IndexError):
        return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    # "nan" and "inf" are floats to Python and no time to wait.
    return number if number is not None and abs(number) < float("inf") else None
