"""Standard streams and signals, robust against closed streams. Imported at every start, so it imports little."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final, Literal, TextIO, TypeAlias

Format: TypeAlias = Literal["auto", "json", "jsonl", "yaml", "table", "csv", "raw"]
FORMATS: Final[tuple[Format, ...]] = ("auto", "json", "jsonl", "yaml", "table", "csv", "raw")


def say(text: str, end: str = "\n") -> None:
    """Write a note to standard error; ignore errors in writing it."""
    from boltz_api.redact import printable

    COUNT.erase()
    write_error(printable(text, keep="\n") + end)


def write_error(text: str) -> None:
    """Write text to standard error unchanged; ignore errors in writing it."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()
    except (OSError, ValueError):
        silence(sys.stderr)


def paste(*words: str) -> str:
    """Return a command to paste into a shell, whatever a server put into its words."""
    from boltz_api.redact import printable

    return " ".join(_quoted(printable(word)) for word in words)


def _quoted(word: str) -> str:
    import re
    import shlex

    if os.name != "nt" or re.fullmatch(r"[\w@%+=:,./-]+", word, re.ASCII):
        return shlex.quote(word)
    return "'" + word.replace("'", "''") + "'"  # as PowerShell reads it


class _Count:
    """A line on standard error with the progress of a listing. No escape codes: consoles of Windows show them."""

    _shown = ""

    def show(self, text: str) -> None:
        """Show ``text`` in place of what was shown."""
        self.erase()
        self._shown = text
        write_error(text)

    def erase(self) -> None:
        """Leave the line empty."""
        if self._shown:
            write_error(f"\r{' ' * len(self._shown)}\r")
            self._shown = ""


COUNT = _Count()


def silence(stream: TextIO | None) -> None:
    """Point a stream that cannot be written to the null device, or Python would fail on it at exit."""
    if stream is not None:
        with suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)


def tolerate_output() -> None:
    """Replace what standard output cannot encode: a name that a terminal cannot show must not raise."""
    reconfigure: Callable[..., None] | None = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def flush_output() -> None:
    """Flush standard output, if there is one."""
    if sys.stdout is not None:
        sys.stdout.flush()


def write(text: str) -> str:
    """Write text to standard output, in UTF-8 whatever the locale, and flush it; return the text.

    Raises:
        OSError: Not all of it is written.

    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    except ValueError as error:
        raise OSError(errno.EBADF, "standard output is closed") from error
    return text


def occupy_standard_descriptors() -> None:
    """Open the null device where a standard stream is closed, or the next file, a key file, would take its place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def shown_by_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


class _Interrupts:
    """Ctrl-C, SIGTERM and SIGHUP raise ``KeyboardInterrupt``, unless they are held back."""

    held = False
    came = False

    def install(self) -> None:
        """Take the signals over. What is ignored already, as SIGINT is in a background job, stays ignored."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._handle)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if not self.held:
            raise KeyboardInterrupt
        self.came = True

    @contextmanager
    def hold(self) -> Generator[None]:
        """Hold interrupts back: one now would lose the new secret."""
        self.held = True
        try:
            yield
        finally:
            self.held = False
        if self.came:
            self.came = False
            raise KeyboardInterrupt


INTERRUPTS = _Interrupts()
