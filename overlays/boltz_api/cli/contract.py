"""What the contract says of each operation, in the terms of a command line."""

from __future__ import annotations

import inspect
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, cast

import msgspec
from attrs import frozen

from boltz_api.cli import naming
from boltz_api_generated import operations

if TYPE_CHECKING:
    from boltz_api_generated.request import Argument, Operation, Request


@frozen
class Flag:
    """One argument of an operation: where it goes, what it takes, what it means."""

    argument: Argument
    type_: msgspec.inspect.Type
    help: str

    @property
    def name(self) -> str:
        """How it is spelled, without the dashes."""
        return naming.kebab(self.argument.name)


@frozen
class Entry:
    """One operation as a command."""

    command: str
    operation: Operation[object]
    build: Callable[..., Request[object]]
    """The generated function: arguments in, request out."""
    flags: tuple[Flag, ...]

    @property
    def help(self) -> str:
        """What the operation does, without the list of its arguments."""
        return _prose(inspect.getdoc(self.build) or self.operation.summary)

    @property
    def body(self) -> tuple[Flag, ...]:
        """The arguments that make up the body: its fields, or one that is the whole."""
        return tuple(flag for flag in self.flags if flag.argument.location == "body")

    @property
    def whole_body(self) -> Flag | None:
        """The argument that is the body as a whole, where that is no object with fields of its own."""
        return next((flag for flag in self.body if not flag.argument.wire), None)

    @property
    def paged(self) -> bool:
        """Whether the answer is one of several pages."""
        return {"data", "has_more", "last_id"} <= _fields(self.operation.response).keys()

    @property
    def secret(self) -> str | None:
        """The field of the answer that the server shows once and never again."""
        return next(iter(sorted(getattr(self.operation.response, "__secrets__", ()))), None)


@cache
def entries() -> Mapping[str, Mapping[str, Entry]]:
    """Every operation, by group and command."""
    tags: dict[str, list[Operation[object]]] = defaultdict(list)
    for operation in operations.OPERATIONS.values():
        tags[operation.tag].append(operation)
    return {naming.group_name(tag): dict(_named(tag, members)) for tag, members in tags.items()}


def heading(group: str) -> str:
    """What the contract says of a group as a whole: the text of its tag."""
    first = next(iter(entries()[group].values()))
    return inspect.cleandoc(sys.modules[first.build.__module__].__doc__ or "")


def _named(tag: str, members: list[Operation[object]]) -> Iterator[tuple[str, Entry]]:
    names = naming.command_names(tag, [operation.name for operation in members])
    for operation in members:
        build = cast("Callable[..., Request[object]]", getattr(operations, operation.name))
        entry = Entry(names[operation.name], operation, build, tuple(_flags(operation)))
        yield entry.command, entry


def _flags(operation: Operation[object]) -> Iterator[Flag]:
    types: dict[str, dict[str, msgspec.inspect.Type]] = {
        "query": _fields(operation.query),
        "header": _fields(operation.headers),
        "body": _fields(operation.body),
        "path": _fields(operation.in_path),
    }
    for argument in operation.arguments:
        # Not among the fields is an argument that is the whole body: anything that JSON can say.
        type_ = types[argument.location].get(argument.wire, msgspec.inspect.AnyType())
        yield Flag(argument, type_, _plain(argument.description))


def _fields(struct: object) -> dict[str, msgspec.inspect.Type]:
    """The types of a Struct's fields, by wire name."""
    if not (isinstance(struct, type) and issubclass(struct, msgspec.Struct)):
        return {}
    described = msgspec.inspect.type_info(struct)
    assert isinstance(described, msgspec.inspect.StructType)
    return {field.encode_name: field.type for field in described.fields}


def _prose(docstring: str) -> str:
    return _plain(docstring.partition("\nArgs:\n")[0].strip())


def _plain(text: str) -> str:
    """Markup taken off: a terminal shows the words."""
    return re.sub(r"``(.*?)``", r"\1", text)
