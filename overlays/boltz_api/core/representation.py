"""How objects show themselves while they are still being made."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

T = TypeVar("T")


def even_half_built(shown: Callable[[T], str]) -> Callable[[T], str]:
    """A ``__repr__`` that works where ``__init__`` did not get to its end.

    Crash reporters print the locals of every frame, ``self`` included, and fail with whatever fails on the way.
    """

    @wraps(shown)
    def shown_in_any_state(self: T) -> str:
        try:
            return shown(self)
        except AttributeError:
            return f"<{type(self).__name__}, half-built>"

    return shown_in_any_state
