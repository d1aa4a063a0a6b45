"""A request's body from a file or from standard input, as JSON or YAML."""

from __future__ import annotations

import os
import select
import stat
import sys
from pathlib import Path
from typing import Final, cast

import click
import msgspec

STDIN: Final = "standard input"
PATIENCE: Final = 2.0
"""Seconds of silence on standard input after which a person may wonder what the command waits for."""

_KINDS: Final[dict[type, str]] = {
    str: "text",
    list: "a list",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


def from_file(path: str) -> object:
    """What is in the file at ``path``; ``-`` is standard input."""
    if path == "-":
        return _parsed(sys.stdin.buffer.read(), STDIN)
    try:
        return _parsed(Path(path).read_bytes(), path)
    except OSError as error:
        raise click.UsageError(f"cannot read the body from {path}: {error.strerror}; nothing was sent.") from error


def piped() -> object:
    """What is on standard input, where that is a pipe or a file; ``None`` where it is a terminal or empty."""
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (AttributeError, OSError, ValueError):  # closed, or replaced by something that is no file
        return None
    streams = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
    if not (streams or stat.S_ISREG(mode)):
        return None
    if streams and os.name == "posix" and not select.select([descriptor], [], [], PATIENCE)[0]:
        click.echo("Waiting for a JSON or YAML body on standard input; if there is none, add: < /dev/null", err=True)
    data = sys.stdin.buffer.read()
    return _parsed(data, STDIN) if data.strip() else None


def as_object(found: object, source: str) -> dict[str, object]:
    """The body as an object with fields.

    Raises:
        click.UsageError: It is something else.

    """
    if isinstance(found, dict):
        return {str(name): item for name, item in cast("dict[object, object]", found).items()}
    kind = _KINDS.get(type(found), "nothing")
    hint = " If it is not meant for this command, add: < /dev/null" if source == STDIN else ""
    raise click.UsageError(f"{source} holds {kind} where a JSON or YAML object is needed; nothing was sent.{hint}")


def value(text: str) -> object:
    """One JSON or YAML value, such as a flag takes for an object."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return _yaml(text)


def _parsed(data: bytes, source: str) -> object:
    try:
        return value(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{source} is not UTF-8 text; nothing was sent.") from error
    except ValueError as error:
        raise click.UsageError(f"{source} is neither JSON nor YAML ({error}); nothing was sent.") from error


def _yaml(text: str) -> object:
    import yaml

    class Loader(yaml.SafeLoader):
        """Reads what JSON can say: dates stay text, as the wire has them."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        return yaml.load(text, Loader)  # noqa: S506 -- a SafeLoader
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error
