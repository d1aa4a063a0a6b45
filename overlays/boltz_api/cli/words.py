"""What a key's fields mean in words: ``in 3 days``, ``2 hours ago``, ``never``, ``expired``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from boltz_api.keys.moments import in_utc

MINUTE, HOUR, DAY = 60, 3600, 86400
MONTH, YEAR = 30 * DAY, 365 * DAY
# Up to 60 days are told in days, up to two years in months: a key's last weeks are the ones that matter.
UNITS = ((2 * YEAR, YEAR, "year"), (60 * DAY, MONTH, "month"), (DAY, DAY, "day"), (HOUR, HOUR, "hour"))

SOON = timedelta(days=14)
"""A key that expires within this time is pointed out."""

State: TypeAlias = Literal["active", "expiring", "expired", "revoked"]


def moment(value: object) -> datetime | None:
    """A date-time of the wire, or ``None`` for null and for text that is none."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return in_utc(parsed)


def relative(then: datetime, now: datetime) -> str:
    """How far ``then`` lies from ``now``, in the largest unit that fits.

    The count is rounded down, but a unit that is all but full counts: a key made a moment ago for 30 days expires
    in 30 days, not in 29.
    """
    seconds = int((then - now).total_seconds())
    distance = abs(seconds)
    if distance < MINUTE:
        return "within a minute" if seconds > 0 else "just now"
    size, name = next(((size, name) for least, size, name in UNITS if distance >= least), (MINUTE, "minute"))
    count = int(distance / size + 1 / 24)
    span = f"{count} {name}" if count == 1 else f"{count} {name}s"
    return f"in {span}" if seconds > 0 else f"{span} ago"


def when(value: object, now: datetime) -> str:
    """A date-time of the wire in words; null is ``never``, and text that is no date-time stays as it is."""
    if value is None:
        return "never"
    then = moment(value)
    return str(value) if then is None else relative(then, now)


def state(key: Mapping[str, object], now: datetime) -> State:
    """Whether a key works, and if not, why."""
    expires = moment(key.get("expires_at"))
    if expires is not None and expires <= now:
        return "expired"
    if not key.get("is_active"):
        return "revoked"
    return "expiring" if expires is not None and expires - now <= SOON else "active"
