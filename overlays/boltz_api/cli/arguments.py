"""An operation's arguments as flags, operands and a body, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem
from msgspec.inspect import BoolType

from boltz_api.cli import body, flag_types, naming
from boltz_api.cli.contract import Entry, Flag

if TYPE_CHECKING:
    from click.types import OptionHelpExtra

PREFIX: Final = "contract_"
"""Before the names of the contract's arguments inside click, where the command's own live too."""


class ArgumentOption(click.Option):
    """An argument of the contract as an option. Its help says the range in words; click's formula is left out."""

    def get_help_extra(self, ctx: click.Context) -> OptionHelpExtra:
        """What click adds to the help, in brackets."""
        extra = super().get_help_extra(ctx)
        extra.pop("range", None)
        return extra


def _complete_file(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The files that ``@`` and the beginning of a name may mean."""
    if not incomplete.startswith("@") or not Path(incomplete[1:]).parent.is_dir():
        return []
    folder, slash, start = incomplete[1:].rpartition("/")
    found = sorted(path for path in Path(folder + slash or ".").iterdir() if path.name.startswith(start))
    return [CompletionItem(f"@{folder}{slash}{path.name}" + "/" * path.is_dir()) for path in found]


def operands(entry: Entry) -> dict[str, str]:
    """What may stand without a flag, and what it is: the parts of the path, in order, and the body's file."""
    told = {f"[{flag.name.upper().replace('-', '_')}]": flag.help for flag in entry.flags if _in_path(flag)}
    if entry.body:
        told["[@FILE]"] = (
            "Take the body from this JSON or YAML file; flags win over it. @- is standard input, which is read without "
            "being named where something is piped in."
        )
    return told


def parameters(entry: Entry) -> Iterator[click.Parameter]:
    """What click is to parse: the operands, and a flag an argument."""
    told = operands(entry)
    if told:
        yield click.Argument(["operands"], nargs=-1, metavar=" ".join(told), shell_complete=_complete_file)
    spellings = {flag.name for flag in entry.flags}
    for flag in entry.flags:
        yield _option(flag, spellings)


def collected(ctx: click.Context, entry: Entry) -> dict[str, object]:
    """The operation's arguments: those of the body, then over them the flags and operands.

    Raises:
        click.UsageError: One is missing, there is no such one, or the body cannot be read.

    """
    given: tuple[str, ...] = ctx.params.get("operands", ())
    files = [operand[1:] for operand in given if operand.startswith("@") and entry.body]
    plain = [operand for operand in given if not (operand.startswith("@") and entry.body)]
    arguments = _from_body(entry, files)
    for flag in entry.flags:
        if ctx.get_parameter_source(PREFIX + flag.argument.name) is not ParameterSource.DEFAULT:
            value = ctx.params[PREFIX + flag.argument.name]
            arguments[flag.argument.name] = (
                list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value
            )
    for flag in filter(_in_path, entry.flags):
        if plain and flag.argument.name not in arguments:
            arguments[flag.argument.name] = plain.pop(0)
    if plain:
        raise click.UsageError(f"{plain[0]!r} is one argument too many.", ctx)
    missing = [flag.name for flag in entry.flags if flag.argument.required and flag.argument.name not in arguments]
    if missing:
        raise click.UsageError(f"--{missing[0]} is missing.", ctx)
    return arguments


def _from_body(entry: Entry, files: list[str]) -> dict[str, object]:
    """The arguments that the body's files, or else standard input, give."""
    if not entry.body:
        return {}
    found = [(body.STDIN if file == "-" else file, body.from_file(file)) for file in files]
    if not found and (piped := body.piped()) is not None:
        found = [(body.STDIN, piped)]
    if entry.whole_body:
        return {entry.whole_body.argument.name: found[-1][1]} if found else {}
    names = {flag.argument.wire: flag.argument.name for flag in entry.body}
    arguments: dict[str, object] = {}
    for source, value in found:
        for name, item in body.as_object(value, source).items():
            if name not in names:
                raise click.UsageError(f"{source} has a field {name!r}, which there is not.{guess(name, names)}")
            arguments[names[name]] = item
    return arguments


def guess(word: str, known: Mapping[str, object]) -> str:
    """`` Did you mean 'name'?``, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(word, known, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _in_path(flag: Flag) -> bool:
    return flag.argument.location == "path"


def _option(flag: Flag, spellings: set[str]) -> ArgumentOption:
    names = [PREFIX + flag.argument.name, f"--{flag.name}"]
    found = flag_types.bare(flag.type_)
    of_list = flag_types.item(found)
    if of_list is not None:
        one = naming.singular(flag.name)
        if one not in spellings:
            names.append(f"--{one}")
        help_ = f"{flag.help} May be repeated.".strip()
        return ArgumentOption(names, type=flag_types.flag_type(of_list), multiple=True, help=help_)
    if isinstance(found, BoolType):
        return ArgumentOption([names[0], f"--{flag.name}/--no-{flag.name}"], default=None, help=flag.help)
    required = "  [required]" if flag.argument.required else ""
    return ArgumentOption(names, type=flag_types.flag_type(found), help=flag.help + required)
