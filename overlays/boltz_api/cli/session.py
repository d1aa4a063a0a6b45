"""One run of the command: whatever happens, a fitting message and a fitting exit code."""

from __future__ import annotations

import io
import os
import sys

import click

from boltz_api.cli import exits
from boltz_api.cli.app import NAME, VARIABLE, root
from boltz_api.cli.settings import error_format


def run(arguments: list[str]) -> int:
    """Run the command and tell its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that the terminal cannot show is no reason to fail
    code = _reported(arguments)
    try:
        sys.stdout.flush()
    except OSError:
        # It was told already. What is left cannot be written there, nor when Python flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _reported(arguments: list[str]) -> int:
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except ModuleNotFoundError:
        raise
    except BrokenPipeError:
        return exits.OK  # whoever read has had enough
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # told to the user as what it is
        from boltz_api.cli import failure

        told = failure.of(error)
        if told.type == "bug" and "--debug" in arguments:
            sys.stderr.write(failure.traceback_of(error))
        sys.stderr.write(told.text(error_format(arguments)))
        return told.exit_code
    return code


def _run(arguments: list[str]) -> int:
    command = root()
    if VARIABLE in os.environ:
        from boltz_api.cli import completion

        return completion.answer(command, os.environ[VARIABLE])
    try:
        with command.make_context(NAME, list(arguments)) as ctx:
            command.invoke(ctx)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    return exits.OK
