"""The contract's operations as commands."""

from __future__ import annotations

from collections.abc import Iterator

import click
import msgspec

from boltz_api.cli import arguments, care, examples
from boltz_api.cli.contract import Entry
from boltz_api.cli.help import Command
from boltz_api.cli.run import Wishes, run
from boltz_api.cli.settings import Settings, shared_options


def command(group: str, entry: Entry) -> click.Command:
    """The command of one operation."""
    own = [*arguments.parameters(entry), *_wishes(entry)]
    taken = frozenset(spelling for parameter in own for spelling in (*parameter.opts, *parameter.secondary_opts))

    @click.pass_context
    def call(ctx: click.Context, /, **values: object) -> None:
        wishes = msgspec.convert({name: values[name] for name in Wishes.__struct_fields__ if name in values}, Wishes)
        run(Settings.of(ctx), entry, arguments.collected(ctx, entry), wishes)

    made = Command(
        entry.command,
        callback=call,
        params=[*own, *shared_options(taken)],
        help=entry.help,
        short_help=entry.operation.summary,
        deprecated=entry.operation.deprecated,
    )
    made.operands = list(arguments.operands(entry).items())
    made.examples = examples.of(f"boltz-api {group} {entry.command}", entry)
    return made


def _wishes(entry: Entry) -> Iterator[click.Option]:
    """The options that come with the kind of operation."""
    if entry.paged:
        yield click.Option(["--all", "every"], is_flag=True, help="Every page, not only the first.")
        yield click.Option(
            ["--max-items"], type=click.IntRange(min=1), metavar="N", help="As many pages as it takes for N items."
        )
    if entry.secret:
        yield key_file_option()
    if entry.operation.name in care.QUESTIONS:
        yield care.yes_option()


def key_file_option() -> click.Option:
    """``--key-file``."""
    return click.Option(
        ["--key-file"],
        metavar="PATH",
        type=click.Path(),
        help="Write the key to this new file, for your eyes only, instead of showing it.",
    )
