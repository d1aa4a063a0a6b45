"""Operations: what each takes, where it goes, what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import frozen

from codegen.naming import pascal_case

if TYPE_CHECKING:
    from codegen.shapes import Field

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Location: TypeAlias = Literal["path", "query", "header", "body"]


@frozen
class Argument:
    """One argument of an operation."""

    field: Field
    """Named as the caller names it."""
    location: Location
    key: str = ""
    """What the body's record calls it; empty for the body as a whole."""


@frozen
class Operation:
    """One operation, all in Python's names."""

    name: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    deprecated: bool
    arguments: tuple[Argument, ...]
    in_path: str | None
    """The record that checks the arguments in the path."""
    query: str | None
    """The record that checks the query's arguments."""
    headers: str | None
    body: str | None
    """The type of the body."""
    body_required: bool
    response: str | None
    """The type of a successful answer; ``None`` if it has no content."""
    response_optional: bool
    """Whether success may also come without content."""
    pointer: str

    @property
    def params_name(self) -> str:
        """What the typed dict of the arguments is called."""
        return f"{pascal_case(self.name)}Params"
