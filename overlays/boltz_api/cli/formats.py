"""Decoded JSON written out: as JSON, on one line, as YAML, or bare; whole, or as a list that grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec


def pretty(value: object) -> str:
    """JSON for reading, two spaces a level."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def compact(value: object) -> str:
    """JSON on one line."""
    return msgspec.json.encode(value).decode() + "\n"


def yaml(value: object) -> str:
    """YAML in block style, with the fields in the order of the answer."""
    import yaml as pyyaml

    text: str = pyyaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=float("inf"))
    return text.removesuffix("...\n")


def bare(value: object) -> str:
    """Text without quotes, for use in a script; anything else as JSON on one line."""
    return f"{value}\n" if isinstance(value, str) else compact(value)


class Growing(Protocol):
    """A list's envelope, written item by item and closed with the fields that are known only at the end."""

    def item(self, value: object) -> str:
        """The text of the next item, with what must stand before it."""
        ...

    def end(self, fields: Mapping[str, object]) -> str:
        """The text after the last item: the envelope's other fields."""
        ...


class GrowingJson:
    """The same text as ``pretty`` of the whole."""

    def __init__(self) -> None:
        self._empty = True

    def item(self, value: object) -> str:
        """One item, four spaces in."""
        before = '{\n  "data": [\n' if self._empty else ",\n"
        self._empty = False
        return before + "\n".join(f"    {line}" for line in pretty(value)[:-1].split("\n"))

    def end(self, fields: Mapping[str, object]) -> str:
        """Close the list, then the object."""
        if self._empty:
            return pretty({"data": [], **fields})
        return "\n  ]" + pretty(fields).replace("{", ",", 1) if fields else "\n  ]\n}\n"


class GrowingYaml:
    """The same text as ``yaml`` of the whole."""

    def __init__(self) -> None:
        self._empty = True

    def item(self, value: object) -> str:
        """One item of the block."""
        before = "data:\n" if self._empty else ""
        self._empty = False
        return before + yaml([value])

    def end(self, fields: Mapping[str, object]) -> str:
        """The remaining fields."""
        return yaml({"data": [], **fields}) if self._empty else (yaml(dict(fields)) if fields else "")
