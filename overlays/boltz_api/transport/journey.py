"""A request's way through the HTTP library, as that tells it to the request's ``trace``.

httpx and httpx2 have no other way in below an answer's headers. Two things depend on one:

- **What was written.** A request that fails before it was written certainly did not happen, however it failed.
- **When a read ends.** The HTTP library counts from one read to the next: a server that sends a byte now and then is
  never late, and headers, or 1xx answers before them, may go on for ever. A task can be cancelled in the middle of
  it; a thread cannot, so its reads are bounded by the call's time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, runtime_checkable

from boltz_api.core.failures import DeadlineError
from boltz_api.transport.forks import keep_to_this_process


@runtime_checkable
class Connection(Protocol):
    """What the HTTP library reads from."""

    read: Callable[[int, float | None], bytes]


class Journey:
    """How far a request has come."""

    def __init__(self) -> None:
        self._begun = False
        self._written = False

    @property
    def unwritten(self) -> bool:
        """Whether nothing of the request can have left; False where the HTTP library does not tell."""
        return self._begun and not self._written

    def note(self, event: str, about: Mapping[str, object]) -> None:
        """Hear of an event."""
        self._begun = True
        if event.endswith("send_request_headers.started"):
            # A proxy is asked to connect before the request itself goes out.
            self._written |= getattr(about.get("request"), "method", None) != b"CONNECT"


class ThreadJourney(Journey):
    """A journey that is told to a function.

    The connections that are opened on it read no longer than a call's time, and stay with this process.
    """

    def __call__(self, event: str, about: Mapping[str, object]) -> None:
        """Hear of an event."""
        self.note(event, about)
        opened = about.get("return_value")
        # Looked at first, for most events come without, and asking for a protocol's type takes a while.
        if opened is not None and isinstance(opened, Connection):
            opened.read = _bounded(opened.read)
            keep_to_this_process(opened)


class TaskJourney(Journey):
    """A journey that is told to a coroutine function."""

    async def __call__(self, event: str, about: Mapping[str, object]) -> None:
        """Hear of an event."""
        self.note(event, about)


# How much of the call's time is left. A connection serves one thread after the other, and each has its own.
_time_left: ContextVar[Callable[[], float] | None] = ContextVar("time_left", default=None)


@contextmanager
def bounded(deadline: float | None, clock: Callable[[], float]) -> Generator[None, None, None]:
    """Let no read of this thread outlast ``deadline``."""
    token = _time_left.set(None if deadline is None else lambda: deadline - clock())
    try:
        yield
    finally:
        _time_left.reset(token)


def _bounded(read: Callable[[int, float | None], bytes]) -> Callable[[int, float | None], bytes]:
    def bounded_read(max_bytes: int, timeout: float | None = None) -> bytes:
        time_left = _time_left.get()
        if time_left is None:
            return read(max_bytes, timeout)
        left = time_left()
        if left <= 0:
            raise DeadlineError
        try:
            return read(max_bytes, left if timeout is None else min(timeout, left))
        except Exception:
            if time_left() <= 0:
                raise DeadlineError from None
            raise

    return bounded_read
