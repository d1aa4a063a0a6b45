"""The groups of commands: the operations of a tag, and the commands of our own beside them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

import click

from boltz_api.cli import commands, contract
from boltz_api.cli.app import shown_if_bare
from boltz_api.cli.help import Command, Group
from boltz_api.cli.settings import shared_options

if TYPE_CHECKING:
    from click import Context

BESIDE: Final = {"admin:api-keys": ("rotate", "audit")}
"""Commands that several operations make up, by group. Each is a module here with a function ``command``."""


class Operations(Group):
    """The commands of one tag."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Every name, the contract's first."""
        own = contract.entries()[str(self.name)]
        return [*own, *(name for name in BESIDE.get(str(self.name), ()) if name not in own)]

    def get_command(self, ctx: Context, cmd_name: str) -> click.Command | None:
        """The command of this name. The contract's goes before ours."""
        group = str(self.name)
        entry = contract.entries()[group].get(cmd_name)
        if entry is not None:
            return commands.command(group, entry)
        if cmd_name not in BESIDE.get(group, ()):
            return None
        made: click.Command = import_module(f"boltz_api.cli.{cmd_name}").command()
        return made


def group(name: str) -> Operations | None:
    """The group of this name, if the contract has it."""
    if name not in contract.entries():
        return None
    made = Operations(
        name,
        help=contract.heading(name),
        callback=click.pass_context(shown_if_bare),
        invoke_without_command=True,
        params=list(shared_options()),
    )
    # The first example of each command: enough to begin with, and the rest is one --help away.
    commands = (made.get_command(click.Context(made), own) for own in made.list_commands(click.Context(made)))
    made.examples = [command.examples[0] for command in commands if isinstance(command, Command)]
    return made
