"""The sandbox's time, which a test can move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock


class Clock:
    """Real time plus an offset; or, once frozen, a moment that moves only when told to."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._offset = timedelta()
        self._frozen_at: datetime | None = None

    def now(self) -> datetime:
        """The moment it is for the sandbox, in UTC."""
        with self._lock:
            return (self._frozen_at or datetime.now(UTC)) + self._offset

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0, milliseconds: float = 0
    ) -> None:
        """Move the clock forward; backward with negative numbers."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds)
        with self._lock:
            self._offset += step

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock, at ``at`` (which must carry its time zone) or where it stands."""
        if at is not None and at.tzinfo is None:
            raise ValueError("at: expected a datetime with a time zone")
        moment = self.now() if at is None else at.astimezone(UTC)
        with self._lock:
            self._frozen_at = moment
            self._offset = timedelta()

    def reset(self) -> None:
        """Back to real time."""
        with self._lock:
            self._frozen_at = None
            self._offset = timedelta()


def timestamp(moment: datetime) -> str:
    """``moment`` as the wire writes it. All have one length and zone, so that their order as text is that of time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
