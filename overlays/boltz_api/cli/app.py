"""The command as a whole: its groups, made from the contract only when one is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from boltz_api.cli import exits
from boltz_api.cli.help import Group
from boltz_api.cli.naming import group_name
from boltz_api.cli.settings import shared_options
from boltz_api_generated.tags import TAGS

if TYPE_CHECKING:
    from click import Context

NAME: Final = "boltz-api"
VARIABLE: Final = "_BOLTZ_API_COMPLETE"
"""The environment variable in which a shell asks for completions."""

HELP: Final = """Create, list and revoke the API keys of a Boltz organization.

In a terminal, answers are tables; in a pipe, they are JSON. The API key is read from BOLTZ_API_KEY.
"""
EXAMPLES: Final = (
    ("export BOLTZ_API_KEY=sk_bc_admin_...", "Say who you are, once."),
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
        """Every name, the contract's first."""
        return [name for name, _ in self.summaries(ctx)]

    def get_command(self, ctx: Context, cmd_name: str) -> click.Command | None:
        """The group or command of this name."""
        if cmd_name == "sandbox":
            from boltz_api.cli import sandbox_command

            return sandbox_command.command()
        if cmd_name == "completion":
            from boltz_api.cli import completion

            return completion.command()
        from boltz_api.cli import operations_group

        return operations_group.group(cmd_name)

    def summaries(self, ctx: Context) -> list[tuple[str, str]]:
        """Every name and what it is for, told without importing the operations."""
        return [*((group_name(tag), title) for tag, title in TAGS.items()), *AROUND.items()]


def root() -> Root:
    """``boltz-api`` itself."""
    made = Root(
        NAME,
        help=HELP,
        params=[
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_version,
                help="Show the version.",
            ),
            click.Option(
                ["--help-all"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_help_all,
                help="Show the help of every command, as one page.",
            ),
            *shared_options(),
        ],
        callback=click.pass_context(shown_if_bare),
        invoke_without_command=True,
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 110},
    )
    made.examples = EXAMPLES
    made.notes = {"Exit codes": exits.MEANINGS}
    return made


def shown_if_bare(ctx: Context) -> None:
    """A group without a command shows its help."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _version(ctx: Context, parameter: click.Parameter, value: bool) -> None:  # as click calls it
    if value:
        from importlib.metadata import version

        click.echo(f"{NAME} {version('boltz-api-keys')}")
        ctx.exit()


def _help_all(ctx: Context, parameter: click.Parameter, value: bool) -> None:  # as click calls it
    if value:
        click.echo("\n\n".join(_pages(ctx)))
        ctx.exit()


def _pages(ctx: Context) -> Iterator[str]:
    """The help of a command, then that of each command in it."""
    yield ctx.get_help()
    if isinstance(ctx.command, Group):
        for name in ctx.command.list_commands(ctx):
            command = ctx.command.get_command(ctx, name)
            if command is not None:
                yield from _pages(click.Context(command, parent=ctx, info_name=name))
