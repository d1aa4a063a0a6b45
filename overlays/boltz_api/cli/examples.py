"""Examples for the help of the contract's commands; a command that has none here gets one made from its arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import click

from boltz_api.cli import flag_types
from boltz_api.cli.contract import Entry
from boltz_api.cli.help import Example

_KEYS: Final = "boltz-api admin:api-keys"
_WRITTEN: Final[Mapping[str, Sequence[Example]]] = {
    "create_api_key": (
        (f"{_KEYS} create --name CI", "Make a key; it is shown once."),
        (f"{_KEYS} create --name CI --expires-in-days 90 --key-file ci.key", "Put it into a new file instead."),
        (f"{_KEYS} create --name web --allowed-ip 192.0.2.7 --allowed-ip 2001:db8::7", "Allow two addresses only."),
        (f"{_KEYS} create @key.yaml --mode test", "Take the fields from a file; flags win over it."),
        (f"{_KEYS} create --name CI --transform key --format raw", "The key alone, for a script."),
    ),
    "list_api_keys": (
        (f"{_KEYS} list", "The first page, as a table; in a pipe, as JSON."),
        (f"{_KEYS} list --all --format jsonl", "Every key, a line each."),
        (f"{_KEYS} list --workspace-id ws_123 --max-items 10", "Ten keys of one workspace."),
        (f"{_KEYS} list --all --transform id --format raw", "The IDs alone."),
    ),
    "revoke_api_key": (
        (f"{_KEYS} revoke key_123", "Revoke a key, after a look at its name."),
        (f"{_KEYS} revoke --api-key-id key_123 --yes", "Do not ask."),
    ),
}


def of(line: str, entry: Entry) -> Sequence[Example]:
    """The examples of a command whose name is ``line``."""
    return _WRITTEN.get(entry.operation.name) or ((_made(line, entry), entry.operation.summary),)


def _made(line: str, entry: Entry) -> str:
    """The shortest command that has everything required."""
    parts = [line]
    for flag in entry.flags:
        if flag.argument.required:
            value = _sample(flag.name, flag_types.flag_type(flag_types.bare(flag.type_)))
            parts.append(value if flag.argument.location == "path" else f"--{flag.name} {value}")
    return " ".join(parts)


def _sample(name: str, kind: click.ParamType[object]) -> str:
    if isinstance(kind, click.Choice):
        return str(kind.choices[0])
    if isinstance(kind, click.IntRange | click.FloatRange):
        return f"{1 if kind.min is None else kind.min:g}"
    if isinstance(kind, flag_types.Json):
        return "'{...}'"
    return "true" if kind is click.BOOL else name.upper().replace("-", "_")
