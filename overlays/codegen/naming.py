"""Names derived from those of the contract: words in snake_case, classes in PascalCase."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Before a capital that starts a word: `createdAt`, and the last capital of `APIKey`.
_WORD_STARTS: Final = re.compile(
    r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=\d)(?=[A-Z][^\W\d_A-Z])|(?<=[A-Z])(?=[A-Z][^\W\d_A-Z])"
)


def snake_case(text: str) -> str:
    """Return ``text`` as words in lower case with underscores between: an identifier."""
    words = [word for part in _parts(text) for word in _WORD_STARTS.split(part) if word]
    name = _normal("_".join(words).lower())
    return name if name.isidentifier() else _normal("_".join(["field", *words]).lower())


def pascal_case(text: str) -> str:
    """Return ``text`` as a class name. A valid class name stays unchanged: ``APIKey``, ``OAuth2Token``."""
    name = _normal("".join(part[:1].upper() + part[1:] for part in _parts(text)))
    return name if not name or name.isidentifier() else _normal(f"Type{name}")


def _parts(text: str) -> list[str]:
    """The runs of ``text`` that can stand in an identifier."""
    letters = (letter if f"a{letter}".isidentifier() and letter != "_" else " " for letter in _normal(text))
    return "".join(letters).split()


def _normal(text: str) -> str:
    """The form in which programs compare names."""
    return unicodedata.normalize("NFKC", text)


class Names:
    """Names that differ from each other."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def claim(self, name: str) -> str:
        """Return ``name``, or the nearest to it that is free: ``Thing2`` for a second ``Thing``."""
        free, number = name, 1
        while free in self._taken:
            number += 1
            free = f"{name}{number}"
        self._taken.add(free)
        return free
