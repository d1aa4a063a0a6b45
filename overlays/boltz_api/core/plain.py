"""Values of other kinds of string and number, as those that the contract speaks of."""

from __future__ import annotations

from enum import Enum
from typing import cast


def plain(value: object) -> object:
    """``value`` without what a subclass adds to it: an enum's member as its value, a kind of string as a string.

    ``str(value)`` would not do: what it gives is the subclass's business, and for most enums the member's name.
    """
    if isinstance(value, Enum):
        return plain(cast("object", value.value))
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    return value


def plain_or_refused(value: object) -> object:
    """What msgspec, encoding a value that it does not know, is to take instead.

    Raises:
        TypeError: JSON has nothing like it.

    """
    known = plain(value)
    if known is value:
        raise TypeError(f"Encoding objects of type {type(value).__name__} is unsupported")
    return known
