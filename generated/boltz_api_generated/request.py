"""What an operation is, and what calling one gives: a value that describes the request, not an act."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from importlib import import_module
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypedDict, TypeVar, cast
from urllib.parse import quote

from msgspec import UNSET, Struct, field

R_co = TypeVar("R_co", covariant=True)

Location: TypeAlias = Literal["path", "query", "header", "body"]


class NotGiven:
    """Stands for an argument that was left out, where ``None`` has a meaning of its own."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """Leaves out an argument, or a header that would otherwise be sent: ``extra_headers={"User-Agent": omit}``."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "omit"


class Timeout(Protocol):
    """Four time limits in seconds; ``httpx.Timeout`` fits."""

    @property
    def connect(self) -> float | None:
        """To reach the server."""
        ...

    @property
    def read(self) -> float | None:
        """For each part of the answer."""
        ...

    @property
    def write(self) -> float | None:
        """For each part of the request."""
        ...

    @property
    def pool(self) -> float | None:
        """To get a connection from the pool."""
        ...


class RequestOptions(TypedDict, total=False):
    """What every call takes besides the operation's own arguments."""

    timeout: float | Timeout | NotGiven | None
    max_retries: int | NotGiven
    extra_headers: Mapping[str, str | Omit] | None
    extra_query: Mapping[str, object] | None
    extra_body: Mapping[str, object] | None


class Argument(Struct, frozen=True, kw_only=True):
    """One argument of an operation: its Python name, and where it goes on the wire."""

    name: str
    wire: str
    """Empty where the argument is the body as a whole."""
    location: Location
    required: bool = False
    description: str = ""
    """What it means, what is allowed, and what the server takes where it is left out."""


class Operation(Struct, Generic[R_co], frozen=True, kw_only=True):
    """One operation of the contract."""

    name: str
    method: str
    path: str
    tag: str
    summary: str
    arguments: tuple[Argument, ...] = ()
    in_path: type[Struct] | None = None
    """Checks the arguments that go into the path: a Struct with their wire names, in the order of the function's."""
    query: type[Struct] | None = None
    """Checks the query's arguments: a Struct with their wire names."""
    headers: type[Struct] | None = None
    """Checks the arguments that travel as headers."""
    body: object = None
    """The type that checks the body; ``None`` where the operation has none."""
    response: object = None
    """The type of a successful answer, which ``R_co`` names for type checkers; ``None`` where there is no content."""
    deprecated: bool = False


class Registry(Mapping[str, Operation[object]]):
    """Every operation by name. Looking one up imports its module; names and number cost nothing."""

    def __init__(self, package: str, modules: Mapping[str, str]) -> None:
        """``modules`` says for each operation which module of ``package`` it stands in."""
        self._package = package
        self._modules = modules

    def __getitem__(self, name: str) -> Operation[object]:
        """The operation called ``name``."""
        module = import_module(f"{self._package}.{self._modules[name]}")
        operation = getattr(module, name.upper())
        assert isinstance(operation, Operation)
        return cast("Operation[object]", operation)

    def __iter__(self) -> Iterator[str]:
        """The names, in the order of the contract."""
        return iter(self._modules)

    def __len__(self) -> int:
        """How many operations there are."""
        return len(self._modules)


class Request(Struct, Generic[R_co], frozen=True, kw_only=True):
    """An operation with its arguments filled in. Nothing has been checked against the contract or sent yet."""

    operation: Operation[R_co]
    path: str
    """Percent-encoded, every placeholder filled."""
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    """By wire name; arguments left out are not here."""
    headers: Mapping[str, object] = field(default_factory=dict[str, object])
    body: object = UNSET
    """By Python names, as the caller gave it; ``UNSET`` where there is none."""
    options: RequestOptions = field(default_factory=RequestOptions)

    # Struct has one of each, which would show the options, and some hold secrets; Any is how Struct declares it.
    def __repr__(self) -> str:
        return f"Request({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        shown = ("path", "query", "headers", "body")
        return [("operation", self.operation.name), *((name, getattr(self, name)) for name in shown)]


def given(arguments: Mapping[str, object], *, nullable: Collection[str] = ()) -> dict[str, object]:
    """The arguments that the caller did not leave out. ``None`` leaves one out, unless null is among its values."""
    return {
        name: value
        for name, value in arguments.items()
        if value is not UNSET and not isinstance(value, Omit) and (value is not None or name in nullable)
    }


def segment(name: str, value: object) -> str:
    """``value`` as one segment of a path: nothing in it can end the segment or climb out of it."""
    text = value.isoformat() if isinstance(value, date) else str(value)
    if text in ("", ".", ".."):
        raise ValueError(f"{name}: expected a part of a path, and neither '.' nor '..', got {text!r}")
    return quote(text, safe="")
