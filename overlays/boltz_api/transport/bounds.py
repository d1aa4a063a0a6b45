"""Reads that end with the call's time, whatever the server does.

The HTTP library counts from one read to the next: a server that sends a byte now and then is never late, and headers,
or 1xx answers before them, may go on for ever. A task can be cancelled in the middle of it, a thread cannot. So each
connection's ``read`` is bounded, for calls of ours, when the HTTP library reports to a request's trace that it has
opened one. Nothing else lets anybody in below the headers, and this works with the caller's own HTTP client, too.
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


def bound_new_connections(_event: str, outcome: Mapping[str, object]) -> None:
    """Bound the reads of a connection that has just been opened, or has just begun to speak TLS; keep it from children.

    This is a request's ``trace`` extension, as httpx and httpx2 call it.
    """
    opened = outcome.get("return_value")
    # Looked at first, for most events come without, and asking for a protocol's type takes a while.
    if opened is not None and isinstance(opened, Connection):
        opened.read = _bounded(opened.read)
        keep_to_this_process(opened)


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
