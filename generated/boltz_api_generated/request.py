"""What an operation is, and what calling one gives: a value that describes the request, not an act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, Literal, Protocol, TypeAlias, TypedDict, TypeVar
from urllib.parse import quote

from attrs import field, frozen
from msgspec import UNSET, Struct

R_co = TypeVar("R_co", covariant=True)

Location: TypeAlias = Literal["path", "query", "header", "body"]


class Timeout(Protocol):
    """Four time limits in seconds; ``httpx.Timeout`` fits."""

    @property
    def connect(self) -> float | None: ...
    @property
    def read(self) -> float | None: ...
    @property
    def write(self) -> float | None: ...
    @property
    def pool(self) -> float | None: ...


class RequestOptions(TypedDict, total=False):
    """What every call takes besides the operation's own arguments."""

    timeout: float | Timeout | None
    max_retries: int
    extra_headers: Mapping[str, str]
    extra_query: Mapping[str, object]
    extra_body: Mapping[str, object]


@frozen(kw_only=True)
class Argument:
    """One argument of an operation: its Python name, and where it goes on the wire."""

    name: str
    wire: str
    location: Location
    required: bool = False


@frozen(kw_only=True)
class Operation(Generic[R_co]):
    """One operation of the contract."""

    name: str
    method: str
    path: str
    tag: str
    summary: str
    arguments: tuple[Argument, ...] = ()
    query: type[Struct] | None = None
    """Checks the query's arguments: a Struct with their wire names."""
    headers: type[Struct] | None = None
    """Checks the arguments that travel as headers."""
    body: object = None
    """The type that checks the body; ``None`` where the operation has none."""
    response: object = None
    """The type of a successful answer, which ``R_co`` names for type checkers; ``None`` where there is no content."""
    deprecated: bool = False


@frozen(kw_only=True)
class Request(Generic[R_co]):
    """An operation with its arguments filled in. Nothing has been checked against the contract or sent yet."""

    operation: Operation[R_co] = field(repr=lambda operation: operation.name)
    path: str
    """Percent-encoded, every placeholder filled."""
    query: Mapping[str, object] = field(factory=dict[str, object])
    """By wire name; arguments left out are not here."""
    headers: Mapping[str, object] = field(factory=dict[str, object])
    body: object = UNSET
    """By Python names, as the caller gave it; ``UNSET`` where there is none."""
    options: RequestOptions = field(factory=RequestOptions, repr=False)


def given(arguments: Mapping[str, object]) -> dict[str, object]:
    """The arguments that the caller did not leave out."""
    return {name: value for name, value in arguments.items() if value is not None and value is not UNSET}


def segment(name: str, value: object) -> str:
    """``value`` as one segment of a path: nothing in it can end the segment or climb out of it."""
    text = value if isinstance(value, str) else str(value)
    if text in ("", ".", ".."):
        raise ValueError(f"{name}: expected a non-empty path segment, got {text!r}")
    return quote(text, safe="")
