"""Bringing a secret that the server shows once into its owner's hands, whatever stands in the way."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar, cast

import click
import msgspec

from boltz_api.cli.interrupts import Held
from boltz_api.cli.keyfile import KeyFile
from boltz_api.cli.output import Answer, Output
from boltz_api.errors import APIConnectionError, APIError, APIResponseValidationError, RotationError

T = TypeVar("T")


class Delivery:
    """Where a new secret goes: into a file of its own, or onto standard output.

    It is made, and the file with it, before the secret is: what cannot work is known while nothing has happened.
    """

    def __init__(self, output: Output, *, secret: str, key_file: str | None) -> None:
        """Deliver the field ``secret`` of an answer to ``output`` or to ``key_file``.

        Raises:
            click.UsageError: The file exists, or cannot be made.

        """
        self._output = output
        self._field = secret
        self._file = KeyFile(key_file) if key_file else None

    def made_by(self, make: Callable[[Held], T], *, what: str) -> T:
        """What ``make`` returns. It is interrupted only where it lets interrupts through.

        Args:
            make: Makes the secret and hands it over.
            what: What an interrupt may leave behind, such as ``a key named 'CI' may have been made``.

        """
        try:
            with Held(what) as held:
                return make(held)
        except (APIError, RotationError) as error:
            came = _undecoded(error)
            if came:
                self._show_as_it_came(came)
            raise
        finally:
            if self._file is not None:
                self._file.discard_unwritten()

    def hand_over(self, answer: Answer) -> None:
        """Write the secret to the file and show the rest, or show everything.

        Raises:
            click.ClickException: It could not be done as wished; the secret was shown in another way.

        """
        value = str(answer.fields[self._field])
        if self._file is None:
            self._show(answer, value)
            return
        try:
            self._file.write(value)
        except OSError as error:
            self._show(answer, value)
            raise click.ClickException(
                f"--key-file: cannot write {self._file.path}: {error.strerror}; the key was shown instead."
            ) from error
        click.echo(f"The key is in {self._file.path}, which only you can read.", err=True)
        rest = {name: item for name, item in answer.fields.items() if name != self._field}
        self._output.show(Answer(rest, msgspec.json.encode(rest)))

    def _show(self, answer: Answer, value: str) -> None:
        try:
            shown = self._output.show(answer)
        except Exception as error:
            self._show_apart(value)
            raise click.ClickException(f"the answer could not be written: {error}") from error
        if value not in shown:  # a --transform left it out
            self._show_apart(value)
        click.echo("This is the only time that the key is shown. Store it now.", err=True)

    def _show_as_it_came(self, text: str) -> None:
        told = "The server's answer is shown as it came: it may hold a key, shown this once."
        try:
            self._output.text(f"{text}\n")
        except OSError:
            sys.stderr.write(f"{text}\n")
        click.echo(told, err=True)

    def _show_apart(self, value: str) -> None:
        sys.stderr.write(f"The key, shown this once: {value}\n")


def _undecoded(error: APIError | RotationError) -> str:
    """What came of a successful answer that could not be used: the secret is in there, or nowhere."""
    failed = error
    if isinstance(error, RotationError):
        if error.stage != "create":  # the successor was handed over
            return ""
        failed = cast("APIError", error.__cause__)
    if isinstance(failed, APIResponseValidationError | APIConnectionError):
        answer = failed.response
        return answer.text if answer is not None and answer.is_success else ""
    return ""
