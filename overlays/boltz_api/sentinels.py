"""Values that stand for an argument that was not given."""

from __future__ import annotations

from typing import Final, Literal


class NotGiven:
    """Stands for an argument that was left out, where ``None`` has a meaning of its own."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """Removes something that would otherwise be sent: ``extra_headers={"x-api-key": omit}``."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "omit"


NOT_GIVEN: Final = NotGiven()
not_given: Final = NOT_GIVEN
omit: Final = Omit()
