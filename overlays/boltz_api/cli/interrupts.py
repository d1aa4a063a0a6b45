"""Ctrl-C around a call that makes something which exists nowhere else."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self


class InterruptedCallError(Exception):
    """Ctrl-C came while a request was under way that may have taken effect."""


class Held:
    """Holds Ctrl-C and SIGTERM back, but for where it is told to let them through.

    with Held("a key named 'CI'") as held:
        with held.let_through():
            answer = ...  # here Ctrl-C interrupts
        show(answer)      # here it waits: whoever stopped now would lose what was made
    """

    def __init__(self, what: str) -> None:
        """``what`` says what an interrupt may have left behind."""
        self.what = what
        self._open = False
        self._came = False

    def __enter__(self) -> Self:
        # What is ignored already, as SIGINT is in a background job, stays so.
        heeded = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) != signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._handle) for number in heeded}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._came and error is None:
            raise KeyboardInterrupt

    @contextmanager
    def let_through(self) -> Generator[None]:
        """A block that may be interrupted.

        Raises:
            InterruptedCallError: It was.

        """
        if self._came:
            raise KeyboardInterrupt
        self._open = True
        try:
            yield
        except KeyboardInterrupt as error:
            raise InterruptedCallError(f"interrupted while a request was under way: {self.what}.") from error
        finally:
            self._open = False

    @contextmanager
    def held_back(self) -> Generator[None]:
        """A block, inside one that may be interrupted, that may not."""
        self._open = False
        try:
            yield
        finally:
            self._open = True
        if self._came:
            raise KeyboardInterrupt

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._open:
            raise KeyboardInterrupt
        self._came = True
