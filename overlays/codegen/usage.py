"""Which way each shared schema travels: to the server, from it, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codegen.fault import ContractError
from codegen.shapes import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.cursor import Cursor

# What stands under these is data, not schemas; a `$ref` in it names nothing.
_DATA: Final = frozenset({"example", "examples", "default", "enum", "const"})
_SENT: Final = frozenset({"parameters", "requestBody"})


def directions(document: Cursor) -> dict[str, list[Direction]]:
    """By pointer. What no operation uses counts as an answer, for that is what it takes to read it."""
    components = document.get("components")
    shared = [] if components is None else [part.pointer for part in components.members_of("schemas").values()]
    reached = {direction: _reached(document, direction) for direction in Direction}
    return {
        pointer: [direction for direction in Direction if pointer in reached[direction]] or [Direction.ANSWER]
        for pointer in shared
    }


def _reached(document: Cursor, direction: Direction) -> set[str]:
    """The pointers of everything that operations refer to on their request or their answer side."""
    waiting = list(_sides(document, direction))
    reached: set[str] = set()
    while waiting:
        for part in _parts(waiting.pop()):
            reference = part.get("$ref") if isinstance(part.data, dict) else None
            if reference is None:
                continue
            try:
                target = reference.follow()
            except ContractError:
                # Whoever reads the schema reports it, and knows whose it is.
                continue
            if target.pointer not in reached:
                reached.add(target.pointer)
                waiting.append(target)
    return reached


def _sides(document: Cursor, direction: Direction) -> Iterator[Cursor]:
    for item in document.members_of("paths").values():
        if not isinstance(item.data, dict):
            continue
        try:
            parts = item.target().members()
        except ContractError:
            continue
        for key, part in parts.items():
            if key in _SENT and direction is Direction.REQUEST:
                yield part
            elif isinstance(part.data, dict):
                for own_key, own in part.members().items():
                    if (direction is Direction.REQUEST) == (own_key in _SENT):
                        yield own


def _parts(place: Cursor) -> Iterator[Cursor]:
    """``place`` and every part inside it."""
    waiting = [place]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part.data, list):
            waiting.extend(part.entries())
        elif isinstance(part.data, dict):
            waiting.extend(
                own for key, own in part.members().items() if key not in _DATA or part.pointer.endswith("/properties")
            )
