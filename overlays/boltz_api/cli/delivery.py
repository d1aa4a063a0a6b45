"""Delivery of a secret that the server shows only once, despite interrupts and write errors."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from boltz_api.cli.output import Answer, Output
from boltz_api.cli.streams import INTERRUPTS, say, silence, write
from boltz_api.redact import printable


class InterruptedCallError(Exception):
    """An interrupt arrived during a request that may have taken effect."""


class UndeliveredError(click.ClickException):
    """A secret was created, and could not be written anywhere."""


class KeyFile:
    """A new file for a secret, for its owner only. It is created before the secret: a wrong path is found in time."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise click.UsageError(f"--key-file: {path} exists and is not overwritten; no key was made.") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise click.UsageError(f"--key-file: cannot write {path}: {reason}; no key was made.") from error
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._written = False

    @property
    def private(self) -> bool:
        """True where the system keeps others from reading the file: on Windows and some file systems, it does not."""
        return os.name == "posix" and not os.fstat(self._file.fileno()).st_mode & 0o077

    def write(self, content: bytes) -> None:
        """Put ``content`` and a line break on the disk.

        Raises:
            OSError: It is not there.

        """
        line = content + b"\n"
        if self._file.write(line) != len(line):
            raise OSError(0, "only a part could be written")
        os.fsync(self._file.fileno())
        # A file whose folder was removed takes what is written, and is gone when it is closed.
        if not self._in_place():
            raise OSError(0, "the file was removed in the meantime")
        self._written = True

    def close(self) -> None:
        """Close the file; remove it if nothing is in it."""
        abandoned = not self._written and self._in_place()
        with suppress(OSError):  # an error that matters has been raised already
            self._file.close()
            if abandoned:
                self.path.unlink()

    def _in_place(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), self.path.lstat())
        except OSError:
            return False


class Delivery:
    """Delivers a new secret to its owner: into a file of its own, or to standard output.

    with Delivery(output, field="key", key_file=None, pending="a key may have been made") as delivery:
        answer = ...  # an interrupt here says that a key may have been made
        delivery.hand_over(answer)
    """

    def __init__(self, output: Output | None, *, field: str, key_file: str | None, pending: str) -> None:
        """Prepare to deliver the field ``field`` of a response; an interrupt before that reports ``pending``.

        Without ``output``, nothing else of the response is shown.
        """
        if key_file is None and sys.stdout is None:
            raise click.UsageError("standard output is closed and there is no --key-file; no key was made.")
        self.pending = pending
        self._output = output
        self._field = field
        self._path = key_file
        self._file: KeyFile | None = None

    def __enter__(self) -> Self:
        try:
            with INTERRUPTS.hold():
                self._file = None if self._path is None else KeyFile(self._path)
        except KeyboardInterrupt:
            if self._file is not None:
                self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
        if isinstance(error, KeyboardInterrupt) and self.pending:
            raise InterruptedCallError(f"interrupted while a request was under way: {self.pending}.") from error

    def hand_over(self, answer: Answer) -> None:
        """Write the secret to the file and show the rest, or show everything. Interrupts wait until then.

        Raises:
            click.ClickException: It could not be done as asked for; the secret was shown in another way.
            UndeliveredError: It could not be done in any way.

        """
        with INTERRUPTS.hold():
            secret = answer.fields.get(self._field)
            if isinstance(secret, str) and secret:
                self._hand_over(answer, secret)
            elif self._output is not None:
                self._output.show(answer)
            self.pending = ""
            if not secret:
                raise click.ClickException(f"the server's answer holds no {self._field!r}.")

    def _hand_over(self, answer: Answer, secret: str) -> None:
        if self._file is None:
            self._show(answer, secret)
            return
        try:
            self._file.write(secret.encode("utf-8", "surrogatepass"))
        except OSError as error:
            self._show(answer, secret)
            raise click.ClickException(
                f"--key-file: cannot write {self._file.path}: {error.strerror}; the key was shown instead."
            ) from error
        say(f"The key is in {self._file.path}{', which only you can read' * self._file.private}.")
        rest = {name: item for name, item in answer.fields.items() if name != self._field}
        if self._output is not None:
            self._output.show(Answer(rest, json.dumps(rest).encode()))

    def _show(self, answer: Answer, secret: str) -> None:
        try:
            shown = "" if self._output is None else self._output.show(answer)
        except Exception as error:
            self._show_apart(secret)
            reason = error.strerror if isinstance(error, OSError) else error
            raise click.ClickException(f"the answer could not be written: {reason}") from error
        if secret not in shown:  # a query left it out
            self._show_apart(secret)
        say("This is the only time that the key is shown. Store it now.")

    def keep_undecoded(self, content: bytes) -> None:
        """Deliver a create's response that does not fit the contract unchanged: it holds the secret."""
        with INTERRUPTS.hold():
            hint = "it may hold a key, shown this once."
            if self._file is not None:
                try:
                    self._file.write(content)
                except OSError:
                    pass
                else:
                    say(f"The server's answer is in {self._file.path} as it was sent: {hint}")
                    return
            text = printable(content.decode("utf-8", "surrogateescape"), keep="\n\t") + "\n"
            try:
                write(text)
            except OSError:
                self._show_on_stderr(text)
            say(f"The server's answer is shown as it was sent: {hint}")

    def _show_apart(self, secret: str) -> None:
        shown = secret if secret.isprintable() else json.dumps(secret)
        self._show_on_stderr(f"The key, shown this once: {shown}\n")

    @staticmethod
    def _show_on_stderr(text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError, AttributeError) as error:
            silence(sys.stderr)
            raise UndeliveredError(
                "a key was made and could be written nowhere; it is lost, so find it and revoke it"
            ) from error
