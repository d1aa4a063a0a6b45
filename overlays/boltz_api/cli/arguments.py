"""The arguments of an operation on the command line: flags and operands by its types, bodies from files."""

from __future__ import annotations

import inspect
import os
import re
import select
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal, cast

import click
import msgspec
from click.core import ParameterSource
from click.shell_completion import CompletionItem
from msgspec import Struct
from msgspec import inspect as types

from boltz_api.cli.options import Choice, Option, flag_name, group_name, guess
from boltz_api.cli.streams import say
from boltz_api.model import secret_fields
from boltz_api.request import Operation
from boltz_api.validation import in_words, part, parts, shape_of
from boltz_api_generated import OPERATIONS

Location = Literal["path", "query", "header", "body"]

PREFIX: Final = "contract_"
"""Before the names of the contract's arguments inside click, where the command's own live too."""
STDIN: Final = "standard input"
PATIENCE: Final = 2.0
"""Seconds of silence on standard input after which a person may wonder what the command waits for."""


@dataclass(frozen=True)
class Flag:
    """An argument of an operation."""

    argument: str
    """Its name in Python."""
    wire: str
    """Its name in the request; empty for the body as a whole."""
    location: Location
    shape: types.Type
    required: bool

    @property
    def name(self) -> str:
        """Its name on the command line, without the dashes."""
        return flag_name(self.argument)

    @property
    def metavar(self) -> str:
        """Its name where it stands for a value."""
        return self.name.upper().replace("-", "_")

    @property
    def help(self) -> str:
        """Its description, and its limits in words."""
        text = plain_text(_description(self.shape))
        limits = in_words(self.shape) if isinstance(bare(self.shape), types.StrType) else "a string"
        return text if limits == "a string" else f"{text.rstrip('.')}{'. ' if text else ''}{limits.capitalize()}."


@dataclass(frozen=True)
class Entry:
    """An operation as a command."""

    operation: Operation[object]
    flags: tuple[Flag, ...]

    @property
    def command(self) -> str:
        """The command's name."""
        return flag_name(self.operation.function)

    @property
    def line(self) -> str:
        """The command as it is typed."""
        return f"boltz-api {group_name(self.operation.resource)} {self.command}"

    @property
    def help(self) -> str:
        """The operation's description, without the list of its arguments."""
        module = vars(sys.modules.get(f"boltz_api_generated.resources.{self.operation.resource}", object))
        methods = (getattr(kind, self.operation.function, None) for kind in module.values() if isinstance(kind, type))
        text = next(filter(None, map(inspect.getdoc, filter(None, methods))), self.operation.summary)
        return plain_text(text.partition("\nArgs:\n")[0].strip())

    @property
    def body(self) -> tuple[Flag, ...]:
        """The arguments that make up the body: its fields, or one that is the whole."""
        return tuple(flag for flag in self.flags if flag.location == "body")

    @property
    def whole_body(self) -> Flag | None:
        """The argument that is the body as a whole, where that is no object with fields of its own."""
        return next((flag for flag in self.body if not flag.wire), None)

    @property
    def secret(self) -> str | None:
        """The field of the response that the server shows only once."""
        response = self.operation.response
        return min(secret_fields(response), default=None) if _is_struct(response) else None

    def answer_fields(self) -> list[str]:
        """Return the fields of the response, or of a page's items, by wire name; empty if the contract has none."""
        pagination = self.operation.pagination
        struct: object = self.operation.response
        if pagination is not None:
            items = next((field.type for field in _fields(struct) if field.encode_name == pagination.items), None)
            listed = None if items is None else part(items, types.ListType)
            found = None if listed is None else part(listed.item_type, types.StructType)
            struct = None if found is None else found.cls
        names: list[str] = []
        for field in _fields(struct):
            nested = part(field.type, types.StructType)
            names += [field.encode_name] if nested is None else [inner.encode_name for inner in nested.fields]
        return names


@cache
def entries() -> Mapping[str, Mapping[str, Entry]]:
    """Return every operation, by group and command."""
    groups: dict[str, dict[str, Entry]] = {}
    for name in OPERATIONS:
        operation = OPERATIONS[name]
        entry = Entry(operation, tuple(_flags(operation)))
        groups.setdefault(group_name(operation.resource), {})[entry.command] = entry
    return groups


def entry_of(operation: str) -> Entry:
    """Return the operation of this name."""
    return next(entry for group in entries().values() for entry in group.values() if entry.operation.name == operation)


def singular(name: str) -> str:
    """Return a flag in the singular; unchanged where it is no regular plural."""
    if name.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    if name.endswith(("sses", "shes", "ches", "xes", "zes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us", "is")) else name


def heading(group: str) -> str:
    """Return the contract's description of a group."""
    resource = next(iter(entries()[group].values())).operation.resource
    return plain_text(inspect.cleandoc(import_module(f"boltz_api_generated.resources.{resource}").__doc__ or ""))


def plain_text(text: str) -> str:
    """Return text without markup: a terminal shows the words."""
    return re.sub(r"``(.*?)``", r"\1", text)


def _flags(operation: Operation[object]) -> Iterator[Flag]:
    places: tuple[tuple[Location, object], ...] = (
        ("path", operation.path_parameters),
        ("body", operation.body),
        ("query", operation.query),
        ("header", operation.headers),
    )
    for location, kind in places:
        if location == "body" and kind is not None and not _is_struct(kind):
            yield Flag("body", "", "body", shape_of(kind), operation.body_required)
            continue
        for field in _fields(kind):
            required = field.required and (location != "body" or operation.body_required)
            yield Flag(field.name, field.encode_name, location, field.type, required)


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _fields(kind: object) -> tuple[types.Field, ...]:
    shape = shape_of(kind) if _is_struct(kind) else None
    return shape.fields if isinstance(shape, types.StructType) else ()


def _description(shape: types.Type) -> str:
    if isinstance(shape, types.UnionType):
        return next((text for kind in shape.types if (text := _description(kind))), "")
    if not isinstance(shape, types.Metadata):
        return ""
    schema = cast("dict[str, str] | None", shape.extra_json_schema)  # pyright: ignore[reportUnknownMemberType]  # a bare dict to msgspec
    return (schema or {}).get("description") or _description(shape.type)


class Json(click.ParamType[object]):
    """A value that no plain flag can spell, as JSON: ``--labels '{"team": "docking"}'``."""

    name = "json"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Parse text; let a default through."""
        if not isinstance(value, str):
            return value
        try:
            return parsed(value)
        except ValueError as error:
            self.fail(f"{value!r} is {error}.", param, ctx)


def bare(shape: types.Type) -> types.Type:
    """Return a type under its annotations, without null and without "may be left out"."""
    kinds = [kind for kind in parts(shape) if not isinstance(kind, types.NoneType)]
    return kinds[0] if len(kinds) == 1 else shape


def flag_type(shape: types.Type) -> click.ParamType[Any]:
    """Return the type of the flag that takes a value of this (bare) type."""
    match shape:
        case types.IntType():
            return click.IntRange(
                shape.ge if shape.gt is None else shape.gt + 1, shape.le if shape.lt is None else shape.lt - 1
            )
        case types.FloatType():
            lowest, highest = (shape.ge if shape.gt is None else shape.gt), (shape.le if shape.lt is None else shape.lt)
            return click.FloatRange(lowest, highest, min_open=shape.gt is not None, max_open=shape.lt is not None)
        case types.LiteralType() if all(isinstance(choice, str) for choice in shape.values):
            return Choice([str(choice) for choice in shape.values])
        case types.BoolType():
            return click.BOOL
        case types.StrType() | types.DateTimeType() | types.DateType() | types.TimeType() | types.UUIDType():
            return click.STRING
        case _:
            return Json()


def _option(flag: Flag, spellings: set[str]) -> click.Option:
    names = [PREFIX + flag.argument, f"--{flag.name}"]
    shape = bare(flag.shape) if flag.wire else types.AnyType()  # a body as a whole is JSON, whatever it is
    if isinstance(shape, types.ListType | types.SetType | types.VarTupleType):
        kind = flag_type(bare(shape.item_type))
        if not isinstance(kind, Json):
            one = singular(flag.name)
            names += [f"--{one}"] if one not in spellings else []
            return Option(names, type=kind, multiple=True, help=f"{flag.help} May be repeated.".strip())
    if isinstance(shape, types.BoolType):
        return Option([names[0], f"--{flag.name}/--no-{flag.name}"], default=None, help=flag.help)
    required = "  [required]" if flag.required else ""
    return Option(names, type=flag_type(shape), help=flag.help + required)


def operands(entry: Entry) -> list[tuple[str, str]]:
    """Return what may stand without a flag: the parts of the path, in order, and the body's file."""
    found = [(f"[{flag.metavar}]", flag.help) for flag in entry.flags if flag.location == "path"]
    if entry.body:
        text = "Take the body from this JSON file (or YAML, with PyYAML installed); flags win over it. @- is standard "
        found.append(("[@FILE]", text + "input, which is read without being named where something is piped in."))
    return found


def _complete_file(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the files that ``@`` and the beginning of a name may mean."""
    if not incomplete.startswith("@") or not Path(incomplete[1:]).parent.is_dir():
        return []
    folder, slash, start = incomplete[1:].rpartition("/")
    found = sorted(path for path in Path(folder + slash or ".").iterdir() if path.name.startswith(start))
    return [CompletionItem(f"@{folder}{slash}{path.name}" + "/" * path.is_dir()) for path in found]


def parameters(entry: Entry) -> Iterator[click.Parameter]:
    """Yield what click is to parse: the operands, and a flag an argument."""
    if described := operands(entry):
        metavar = " ".join(name for name, _ in described)
        yield click.Argument(["operands"], nargs=-1, metavar=metavar, shell_complete=_complete_file)
    spellings = {flag.name for flag in entry.flags}
    for flag in entry.flags:
        yield _option(flag, spellings)


def collected(ctx: click.Context, entry: Entry, given: Sequence[str]) -> dict[str, object]:
    """Return the operation's arguments: those of the body, then over them the flags, then the operands ``given``.

    Raises:
        click.UsageError: One is missing, there is no such one, or the body cannot be read.

    """
    if "" in given:
        raise click.UsageError("an argument is empty.", ctx)
    files = [operand[1:] for operand in given if operand.startswith("@") and entry.body]
    plain = [operand for operand in given if not (operand.startswith("@") and entry.body)]
    arguments = _from_body(entry, files)
    for flag in entry.flags:
        if ctx.get_parameter_source(PREFIX + flag.argument) is not ParameterSource.DEFAULT:
            value = ctx.params[PREFIX + flag.argument]
            arguments[flag.argument] = list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value
        elif plain and flag.location == "path":
            arguments[flag.argument] = plain.pop(0)
    if plain:
        raise click.UsageError(f"{plain[0]!r} is one argument too many.", ctx)
    missing = [flag for flag in entry.flags if flag.required and flag.argument not in arguments]
    if missing and missing[0].location == "path":
        raise click.UsageError(f"{missing[0].metavar} is missing: {entry.line} {missing[0].metavar}", ctx)
    if missing:
        raise click.UsageError(f"--{missing[0].name} is missing.", ctx)
    return arguments


def _from_body(entry: Entry, files: Sequence[str]) -> dict[str, object]:
    """Return the arguments that the body's files, or else standard input, give."""
    if not entry.body:
        return {}
    found = [_load(file) for file in files]
    if not found and (data := _piped()):
        found = [(STDIN, _decoded(data, STDIN))]
    if entry.whole_body:
        return {entry.whole_body.argument: found[-1][1]} if found else {}
    names = {flag.wire: flag.argument for flag in entry.body}
    arguments: dict[str, object] = {}
    for source, value in found:
        if not isinstance(value, dict):
            hint = " If it is not meant for this command, add: < /dev/null" if source == STDIN else ""
            raise click.UsageError(f"{source} holds no JSON object, and one is needed; nothing was sent.{hint}")
        for name, item in cast("dict[str, object]", value).items():
            if name not in names:
                raise click.UsageError(f"{source} has a field {name!r}, which there is not{guess(str(name), names)}")
            arguments[names[name]] = item
    return arguments


def _load(path: str) -> tuple[str, object]:
    source = STDIN if path == "-" else path
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except (OSError, ValueError, AttributeError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be opened"
        raise click.UsageError(f"cannot read the body from {source}: {reason}; nothing was sent.") from error
    return source, _decoded(data, source)


def _piped() -> bytes:
    """Return what is on standard input, where that is a pipe or a file; nothing where it is a terminal."""
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (AttributeError, OSError, ValueError):  # closed, or replaced by something that is no file
        return b""
    streams = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
    if not (streams or stat.S_ISREG(mode)):
        return b""
    if streams and os.name == "posix" and not select.select([descriptor], [], [], PATIENCE)[0]:
        say("Waiting for a JSON body on standard input; if there is none, add: < /dev/null")
    return sys.stdin.buffer.read().strip()


def _decoded(data: bytes, source: str) -> object:
    try:
        return parsed(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{source} is not UTF-8 text; nothing was sent.") from error
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{source} is {error}; nothing was sent.") from error


def parsed(text: str) -> object:
    """Return a value that is JSON, or YAML where PyYAML is installed."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        try:
            import yaml
        except ModuleNotFoundError:
            raise ValueError(f"no JSON ({error}); for YAML, install PyYAML") from error

    class Loader(yaml.SafeLoader):
        """Reads the types of JSON only: dates stay text, as in the API."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        return yaml.load(text, Loader)  # noqa: S506  # a SafeLoader
    except yaml.YAMLError as error:
        raise ValueError(f"neither JSON nor YAML ({' '.join(str(error).split())})") from error
