"""HTTP headers: looked up without regard to case, safe to print, and refused where they could inject another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from boltz_api.core.representation import even_half_built
from boltz_api.core.secrets import MASK, Secret, shown_header
from boltz_api.errors import ArgumentTypeError, ArgumentValueError
from boltz_api.sentinels import Omit

# RFC 9110, 5.6.2: what a header's name is made of.
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z\-]+\Z")
# Visible characters, space and tab. Others would end the header, or be sent in an encoding nobody agreed on.
_VALUE: Final = re.compile(r"[\t\x20-\x7e]*\Z")
# With these, the rest of a body could pass for a request of its own.
_FRAMING: Final = frozenset({"content-length", "transfer-encoding"})


class Headers(Mapping[str, str]):
    """The headers of one message, in order. Printing or pickling them shows no secret."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs = tuple(pairs)

    def __getitem__(self, name: str) -> str:
        found = self.get_list(name)
        if not found:
            raise KeyError(name)
        return ", ".join(found)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name.lower() for name, _ in self._pairs))

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self._pairs})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(known.lower() == name.lower() for known, _ in self._pairs)

    def get_list(self, name: str) -> list[str]:
        """Every value of a header that may come more than once."""
        wanted = name.lower()
        return [value for known, value in self._pairs if known.lower() == wanted]

    def multi_items(self) -> list[tuple[str, str]]:
        """Every header as it came, repeated ones included."""
        return list(self._pairs)

    @property
    def raw(self) -> list[tuple[bytes, bytes]]:
        """Every header as bytes."""
        return [(name.encode(), value.encode()) for name, value in self._pairs]

    def copy(self) -> Headers:
        """The same once more."""
        return Headers(self._pairs)

    def redacted(self, known: Iterable[Secret] = (), *, strange: bool = True) -> Headers:
        """A copy in which secrets are masked for good; without ``strange``, all that is not known to hold none."""
        return Headers((name, shown_header(name, value, known, strange=strange)) for name, value in self._pairs)

    @even_half_built
    def __repr__(self) -> str:
        return f"Headers({self.redacted().multi_items()!r})"

    def __reduce__(self) -> tuple[type[Headers], tuple[list[tuple[str, str]]]]:
        return Headers, (self.redacted().multi_items(),)


class Unprinted(Mapping[str, object]):
    """What the caller passed as headers. Printing it, as crash reporters do with every local, shows no value."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @even_half_built
    def __repr__(self) -> str:
        return f"{{{', '.join(f'{name!r}: {MASK!r}' for name in self._values)}}}"


HeaderLayer = Mapping[str, "str | Omit"]


def merged(*layers: HeaderLayer) -> dict[str, str | Omit]:
    """Later layers win, whatever the case of the names; ``omit`` stays, so that what it removes can be told."""
    spelt: dict[str, str] = {}
    result: dict[str, str | Omit] = {}
    for layer in layers:
        for name, value in layer.items():
            previous = spelt.get(name.lower())
            if previous is not None:
                del result[previous]
            spelt[name.lower()] = name
            result[name] = value
    return result


def check_header(argument: str, name: object, value: object) -> None:
    """Refuse a header that would not arrive as what it is.

    Raises:
        ArgumentTypeError: The name or the value is not a string.
        ArgumentValueError: It holds characters that a header cannot carry, such as a line break.

    """
    if not isinstance(name, str):
        raise ArgumentTypeError(f"{argument}: expected header names to be strings, got {name!r}", argument=argument)
    if not _TOKEN.match(name):
        raise ArgumentValueError(f"{argument}: {name!r} cannot be the name of a header", argument=argument)
    if name.lower() in _FRAMING:
        raise ArgumentValueError(
            f"{argument}: {name!r} says where the request ends, which is the connection's business", argument=argument
        )
    if isinstance(value, Omit):
        return
    # The value is not shown, nor left to those who print a traceback's locals: it may well be a secret.
    kind, fits = type(value), isinstance(value, str) and _VALUE.match(value) is not None
    del value
    if not issubclass(kind, str):
        raise ArgumentTypeError(
            f"{argument}: expected the value of {name!r} to be a string, got {kind.__name__}", argument=argument
        )
    if not fits:
        raise ArgumentValueError(
            f"{argument}: the value of {name!r} holds a line break or another character that a header cannot carry",
            argument=argument,
        )
