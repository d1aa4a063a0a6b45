"""How every command helps: sections in one order, examples, and a guess at what a mistyped name meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click import Context, HelpFormatter, Parameter

Example = tuple[str, str]
"""A command line, and what it is for."""


class SharedOption(click.Option):
    """An option that every command takes: told last, and in its own section."""


class _Sections(click.Command):
    """A command whose help ends in examples."""

    examples: Sequence[Example] = ()
    notes: Mapping[str, Sequence[tuple[str, str]]] = {}
    """Further sections of names and their meanings, by heading."""
    operands: Sequence[tuple[str, str]] = ()
    """What stands without a flag, and what it is."""

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """The command's own options, then those that every command takes."""
        own, shared = _records(ctx, self.get_params(ctx))
        _section(formatter, "Arguments", self.operands)
        _section(formatter, "Options", own)
        if isinstance(self, Group):
            _section(formatter, "Commands", self.summaries(ctx))
        _section(formatter, "Global options", shared)

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Notes and examples."""
        for title, lines in self.notes.items():
            _section(formatter, title, lines)
        if self.examples:
            with formatter.section("Examples"):
                for line, purpose in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}# {purpose}\n")
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


class Command(_Sections):
    """A command that does something."""


class Group(_Sections, click.Group):
    """Commands under a common name, made only when one is asked for."""

    def summaries(self, ctx: Context) -> list[tuple[str, str]]:
        """Every command and what it is for."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [(name, command.get_short_help_str(limit=200)) for name, command in commands if command is not None]

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the next argument names."""
        name = args[0]
        command = self.get_command(ctx, name)
        if command is not None or ctx.resilient_parsing:
            return (name if command else None), command, args[1:]
        from difflib import get_close_matches

        close = get_close_matches(name, self.list_commands(ctx), n=1)
        guess = f" Did you mean {close[0]!r}?" if close else ""
        raise click.UsageError(f"there is no command {name!r}.{guess}", ctx)


def _records(ctx: Context, parameters: Iterable[Parameter]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    own: list[tuple[str, str]] = []
    shared: list[tuple[str, str]] = []
    for parameter in parameters:
        record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
        if record is not None:
            (shared if isinstance(parameter, SharedOption) else own).append(record)
    return own, shared


def _section(formatter: HelpFormatter, title: str, records: Sequence[tuple[str, str]]) -> None:
    if records:
        with formatter.section(title):
            formatter.write_dl(records)
