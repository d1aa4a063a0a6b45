"""Names: from what the contract calls a thing to what Python calls it."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# Before a capital that starts a word: `createdAt`, and the last capital of `APIKey`.
_WORD_STARTS: Final = re.compile(
    r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=\d)(?=[A-Z][^\W\d_A-Z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])"
)

BUILTINS: Final = frozenset(name for name in dir(builtins) if not name.startswith("_"))


def snake_case(text: str) -> str:
    """``text`` as words in lower case with underscores between; an identifier, but perhaps a keyword."""
    words = [word for part in _parts(text) for word in _WORD_STARTS.split(part) if word]
    name = _normal("_".join(words).lower())
    return name if name.isidentifier() else _normal("_".join(["field", *words]).lower())


def pascal_case(text: str) -> str:
    """``text`` as a class name. What already is one stays as it is: ``APIKey``, ``OAuth2Token``."""
    name = _normal("".join(part[:1].upper() + part[1:] for part in _parts(text)))
    return name if name.isidentifier() else _normal(f"Type{name}")


def _parts(text: str) -> list[str]:
    """The runs of ``text`` that can stand in an identifier."""
    letters = (letter if f"a{letter}".isidentifier() and letter != "_" else " " for letter in _normal(text))
    return "".join(letters).split()


def _normal(text: str) -> str:
    """The form in which Python compares names."""
    return unicodedata.normalize("NFKC", text)


class Namespace:
    """Names that must differ from each other, and from some that are taken from the start."""

    def __init__(self, reserved: Collection[str] = ()) -> None:
        self._reserved = frozenset(reserved)
        self._taken: set[str] = set()

    def is_free(self, name: str) -> bool:
        """Whether ``claim`` would give ``name`` as it is, or with the underscore of a keyword."""
        return self._own(name) not in self._taken

    def claim(self, name: str) -> str:
        """``name``, or the nearest to it that is free: ``class_`` for ``class``, ``thing_2`` for a second ``thing``.

        A class gets no underscore but a number, for the generators take an underscore away: ``None2``, ``Thing2``.
        """
        name = self._own(name)
        free, number = name, 1
        while free in self._taken or self._is_spoken_for(free):
            number += 1
            free = f"{name.rstrip('_')}_{number}" if name.islower() else f"{name}{number}"
        self._taken.add(free)
        return free

    def _own(self, name: str) -> str:
        return name + "_" if name.islower() and self._is_spoken_for(name) else name

    def _is_spoken_for(self, name: str) -> bool:
        return keyword.iskeyword(name) or name in self._reserved

    def claim_all(self, wanted: Iterable[tuple[str, str]]) -> dict[str, str]:
        """A name for each of ``(key, wanted name)``: who is called exactly so already has the first choice."""
        pairs = list(wanted)
        names = {key: self.claim(name) for key, name in pairs if key == name}
        names.update((key, self.claim(name)) for key, name in pairs if key != name)
        return {key: names[key] for key, _ in pairs}
