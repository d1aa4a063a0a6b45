"""``--transform``: the part of an answer that a GJSON path names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable


class Missing:
    """What a path finds where there is nothing."""


MISSING: Final = Missing()


def compiled(path: str) -> Callable[[object], object]:
    """A function that finds ``path`` in a value, or ``MISSING``.

    Raises:
        click.UsageError: The path is not GJSON. This is known before anything is sent.

    """
    from gjson import GJSONError, get

    def complaint(value: Any) -> str:
        try:
            get(value, path)
        except GJSONError as error:
            return str(error).partition("\n")[0]
        return ""

    # gjson raises the same error for a path that is wrong and for one that finds nothing. Only of a wrong path does
    # it say the same whatever the value.
    if complaint({}) and complaint({}) == complaint(None):
        raise click.UsageError(f"--transform: {path!r} is not a GJSON path: {complaint({})}")

    def find(value: Any) -> object:  # JSON, which the type of `get` spells out
        try:
            return get(value, path)
        except GJSONError:
            return MISSING

    return find
