"""The command ``boltz-api`` as a whole: its groups, and a run that ends in a fitting message and exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from boltz_api.cli.options import (
    COMPLETE,
    EXIT_CODES,
    PROGRAM,
    Command,
    Group,
    error_format,
    group_name,
    shared_options,
)
from boltz_api.cli.streams import (
    INTERRUPTS,
    flush_output,
    occupy_standard_descriptors,
    silence,
    tolerate_output,
    write_error,
)

if TYPE_CHECKING:
    from click import Context

HELP: Final = """Create, list and revoke the API keys of a Boltz organization.

In a terminal, answers are tables; in a pipe, they are JSON. The API key is read from BOLTZ_API_KEY.
"""
SET_KEY: Final = '$env:BOLTZ_API_KEY = "sk_bc_admin_..."' if os.name == "nt" else "export BOLTZ_API_KEY=sk_bc_admin_..."
EXAMPLES: Final = (
    (SET_KEY, "Say who you are, once."),
    ("boltz-api admin:api-keys list", "See which keys there are."),
    ("boltz-api admin:api-keys create --name CI --expires-in-days 90 --key-file ci.key", "Make a key, into a file."),
    ("boltz-api admin:api-keys audit --fail-on expiring", "Find keys that need attention; for cron."),
    ("boltz-api sandbox", "Try everything without the real service."),
)
AROUND: Final = {
    "sandbox": "Run a sandbox of the API on this machine.",
    "completion": "Print the script that makes a shell complete this command.",
}


class Root(Group):
    """The commands of the contract, and those around them."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Return every name, the contract's first."""
        return [name for name, _ in self.summaries(ctx)]

    def get_command(self, ctx: Context, cmd_name: str) -> click.Command | None:
        """Return the group or command of this name."""
        if cmd_name == "sandbox":
            from boltz_api.cli import sandbox_command

            return sandbox_command.command()
        if cmd_name == "completion":
            from boltz_api.cli import completion

            return completion.command()
        return _operations(cmd_name)

    def summaries(self, ctx: Context) -> list[tuple[str, str]]:
        """Return every name and what it is for, without importing the operations."""
        from boltz_api_generated import TAGS

        return [*((group_name(tag), title) for tag, title in TAGS.items()), *AROUND.items()]


class Operations(Group):
    """The commands of a resource: the contract's, and those of our own beside them."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Return every name, the contract's first."""
        return list(self._makers())

    def get_command(self, ctx: Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name."""
        make = self._makers().get(cmd_name)
        return None if make is None else make()

    def _makers(self) -> dict[str, Callable[[], click.Command]]:
        from boltz_api.cli import arguments, commands

        found = arguments.entries()[str(self.name)]
        makers: dict[str, Callable[[], click.Command]] = {
            name: partial(commands.command, entry) for name, entry in found.items()
        }
        if self.name == "admin:api-keys":
            from boltz_api.cli import key_changes, key_queries

            makers |= key_queries.commands() | key_changes.commands()
        return makers


def _operations(name: str) -> Operations | None:
    from boltz_api.cli import arguments

    if name not in arguments.entries():
        return None
    made = Operations(
        name,
        help=arguments.heading(name),
        callback=click.pass_context(_help_if_bare),
        invoke_without_command=True,
        params=list(shared_options()),
    )
    # The first example of each command: enough to begin with, and the rest is one --help away.
    ctx = click.Context(made)
    found = (made.get_command(ctx, own) for own in made.list_commands(ctx))
    made.examples = [command.examples[0] for command in found if isinstance(command, Command)]
    return made


def root() -> Root:
    """Return ``boltz-api`` itself."""
    version = click.Option(
        ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
    )
    help_all = click.Option(
        ["--help-all"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_help_all,
        help="Show the help of every command, as one page.",
    )
    made = Root(
        PROGRAM,
        help=HELP,
        params=[version, help_all, *shared_options()],
        callback=click.pass_context(_help_if_bare),
        invoke_without_command=True,
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 110},
    )
    made.examples = EXAMPLES
    made.notes = {"Exit codes": [(str(code), meaning) for code, meaning in EXIT_CODES]}
    return made


def _help_if_bare(ctx: Context) -> None:
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _version(ctx: Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        click.echo(f"{PROGRAM} {version('boltz-api-keys')}")
        ctx.exit()


def _help_all(ctx: Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        click.echo("\n\n".join(_pages(ctx)))
        ctx.exit()


def _pages(ctx: Context) -> Iterator[str]:
    yield ctx.get_help()
    if isinstance(ctx.command, Group):
        for name in ctx.command.list_commands(ctx):
            command = ctx.command.get_command(ctx, name)
            if command is not None:
                yield from _pages(click.Context(command, parent=ctx, info_name=name))


# --- a run ---


def run(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    occupy_standard_descriptors()
    INTERRUPTS.install()
    tolerate_output()
    code = _reported(arguments)
    try:
        flush_output()
    except (OSError, ValueError):
        silence(sys.stdout)  # it was reported already
    return code


def _reported(arguments: list[str]) -> int:
    code = 0
    try:
        code = _run(arguments)
        flush_output()
    except ModuleNotFoundError:
        raise
    except BrokenPipeError:
        return code  # the reader closed the pipe
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # reported as what it is
        from boltz_api.cli import failures

        failure = failures.failure_of(error)
        if failure.type == "bug" and "--debug" in arguments:
            write_error(failures.traceback_of(error))
        write_error(failure.text(error_format(arguments)))
        return failure.exit_code
    return code


def _run(arguments: list[str]) -> int:
    command = root()
    if COMPLETE in os.environ:
        from boltz_api.cli import completion

        return completion.answer(command, os.environ[COMPLETE])
    try:
        with command.make_context(PROGRAM, list(arguments)) as ctx:
            command.invoke(ctx)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    return 0
