"""The state of a key in words, the filters of ``list`` and ``find``, and the findings of ``audit``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final, Literal, TypeAlias

Key: TypeAlias = Mapping[str, object]
State: TypeAlias = Literal["active", "expiring", "expired", "revoked"]

STATES: Final[tuple[State, ...]] = ("active", "expiring", "expired", "revoked")
FINDINGS: Final = {
    "expired": "it has expired",
    "expiring": "it expires soon",
    "never-expires": "it has no expiry date",
    "unused": "it has not been used for long",
    "open": "it may be used from every address",
}

MINUTE, HOUR, DAY = 60, 3600, 86400
MONTH, YEAR = 30 * DAY, 365 * DAY
# Days up to 60 days, months up to two years: the last weeks of a key are the ones that matter.
UNITS = ((2 * YEAR, YEAR, "year"), (60 * DAY, MONTH, "month"), (DAY, DAY, "day"), (HOUR, HOUR, "hour"))

SOON: Final = timedelta(days=14)
"""A key that expires within this time is pointed out."""


def moment(value: object) -> datetime | None:
    """Parse a date-time of the API; ``None`` for null and for other text. Without an offset, it is read as UTC."""
    if not isinstance(value, str):
        return None
    try:
        # Python knows no leap second; the second before it is near enough for every use here.
        parsed = datetime.fromisoformat(value.replace(":60", ":59", 1) if ":60" in value else value)
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed


def relative(then: datetime, now: datetime) -> str:
    """Return the distance of ``then`` from ``now`` in the largest unit that fits.

    The count is rounded down, but a unit that is all but full counts: a key made just now for 30 days expires
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
    """Return a date-time of the API in words; ``never`` for null, other text unchanged."""
    if value is None:
        return "never"
    then = moment(value)
    return str(value) if then is None else relative(then, now)


def state(key: Key, now: datetime) -> State:
    """Return the state of a key."""
    expires = moment(key.get("expires_at"))
    if expires is not None and expires <= now:
        return "expired"
    if not key.get("is_active"):
        return "revoked"
    return "expiring" if expires is not None and expires - now <= SOON else "active"


DERIVED: Final = ("state", "mode")
"""Columns of tables and CSV that are derived from the fields of a key."""


def derived(key: Key, name: str, now: datetime) -> object:
    """Return a field of a key, or what is derived from others."""
    if name in key or name not in DERIVED:
        return key.get(name)
    return state(key, now) if name == "state" else ("live" if key.get("livemode") else "test")


def in_words(key: Key, now: datetime) -> str:
    """Describe a key for a question or a message."""
    return f"{key['name']!r} ({key['id']}, {state(key, now)}, last used: {when(key.get('last_used_at'), now)})"


def expires_within(key: Key, days: int, now: datetime) -> bool:
    """Return whether a working key expires within so many days."""
    expires = moment(key.get("expires_at"))
    works = state(key, now) in ("active", "expiring")
    return works and expires is not None and expires - now <= timedelta(days=days)


def unused_for(key: Key, days: int, now: datetime) -> bool:
    """Return whether a working key was neither used nor made in the last so many days."""
    used = [time for time in (moment(key.get("last_used_at")), moment(key.get("created_at"))) if time is not None]
    works = state(key, now) in ("active", "expiring")
    return works and bool(used) and now - max(used) >= timedelta(days=days)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Conditions on a key; ``None`` and an empty tuple match every key."""

    name: str | None = None
    state: tuple[str, ...] = ()
    mode: str | None = None
    key_type: str | None = None
    expiring_within: int | None = None
    unused_for: int | None = None

    def __bool__(self) -> bool:
        return self != Filter()

    def matches(self, key: Key, now: datetime) -> bool:
        """Return whether ``key`` meets every condition. ``active`` includes keys that expire soon."""
        current = state(key, now)
        name = str(key.get("name"))
        return (
            (self.name is None or name == self.name or fnmatchcase(name, self.name))
            and (not self.state or current in self.state or (current == "expiring" and "active" in self.state))
            and self.mode in (None, "live" if key.get("livemode") else "test")
            and self.key_type in (None, key.get("key_type"))
            and (self.expiring_within is None or expires_within(key, self.expiring_within, now))
            and (self.unused_for is None or unused_for(key, self.unused_for, now))
        )


@dataclass(frozen=True, kw_only=True)
class Audit:
    """The findings to look for, and their limits in days."""

    findings: Collection[str]
    expiring_within: int
    unused_for: int

    def of(self, key: Key, now: datetime) -> list[str]:
        """Return the findings on a key. A revoked key has none."""
        current = state(key, now)
        works = current in ("active", "expiring")
        found = {
            "expired": current == "expired",
            "expiring": expires_within(key, self.expiring_within, now),
            "never-expires": works and key.get("expires_at") is None,
            "unused": unused_for(key, self.unused_for, now),
            "open": works and not key.get("allowed_ips"),
        }
        return [name for name in FINDINGS if found[name] and name in self.findings]
