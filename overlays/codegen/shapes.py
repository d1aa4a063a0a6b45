"""The normal form's own vocabulary: what a value may be, and which named types there are.

Every schema of a contract becomes one of these. There are few of them, and each means one thing to both generators.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal, TypeAlias

from attrs import frozen


class Direction(Enum):
    """Who writes a value: the caller (and it is checked before it is sent) or the server (and it may be newer)."""

    REQUEST = "request"
    ANSWER = "answer"


TextFormat: TypeAlias = Literal["date", "date-time", "ip", "ipv4", "ipv6", "password"]
"""The formats that change a type or a check. Any other says something to people only."""


@frozen
class Text:
    """A string."""

    format: TextFormat | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


@frozen
class Number:
    """A number; ``whole`` if it has no fraction."""

    whole: bool
    minimum: int | float | None = None
    maximum: int | float | None = None
    exclusive_minimum: int | float | None = None
    exclusive_maximum: int | float | None = None
    multiple_of: int | float | None = None


@frozen
class Flag:
    """True or false."""


@frozen
class Choice:
    """One of a few values."""

    values: tuple[str | int, ...]
    name: str = ""
    """What the contract calls these values, if it has a name for them."""
    description: str = ""


@frozen
class Items:
    """A list."""

    item: Shape
    min_items: int | None = None
    max_items: int | None = None
    unique: bool = False


@frozen
class Map:
    """Values by keys that the contract does not name."""

    value: Shape
    min_size: int | None = None
    max_size: int | None = None


@frozen
class Named:
    """A type that has a name of its own."""

    name: str


@frozen
class OneOf:
    """One of several shapes that differ in JSON type."""

    options: tuple[Shape, ...]


@frozen
class Nullable:
    """A shape, or null."""

    shape: Shape


@frozen
class Null:
    """Null and nothing else."""


@frozen
class Anything:
    """Any JSON."""


Shape: TypeAlias = Text | Number | Flag | Choice | Items | Map | Named | OneOf | Nullable | Null | Anything


@frozen
class Field:
    """A property of an object, or an argument of an operation."""

    name: str
    """What Python calls it."""
    wire: str
    shape: Shape
    required: bool = False
    description: str = ""
    """The contract's words, and its constraints in words where no type carries them."""
    words: str = ""
    """The contract's words, with every constraint and the default in words."""
    secret: bool = False


@frozen
class Tag:
    """The property by which an object in a union says which of the variants it is."""

    name: str
    wire: str
    value: str


@frozen
class Record:
    """An object with named properties."""

    name: str
    fields: tuple[Field, ...]
    direction: Direction
    description: str = ""
    tag: Tag | None = None
    params_name: str = ""
    """What the typed dict of the same properties is called; empty if no caller writes this record."""


@frozen
class Enumeration:
    """A choice that the server makes: the known values, and room for those that a newer server sends."""

    name: str
    choice: Choice
    description: str = ""


@frozen
class Union:
    """One of several records, told apart by a tag."""

    name: str
    wire: str
    """The tag's name on the wire."""
    variants: tuple[tuple[str, str], ...]
    """Tag and record."""
    direction: Direction
    description: str = ""


@frozen
class Alias:
    """A name for a shape, where a generator needs one to write it down."""

    name: str
    shape: Shape
    direction: Direction
    description: str = ""


Definition: TypeAlias = Record | Enumeration | Union | Alias
