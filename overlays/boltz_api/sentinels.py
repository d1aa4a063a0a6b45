"""Values that stand for an argument that was not given."""

from __future__ import annotations

from typing import Final

from boltz_api_generated.request import NotGiven, Omit

__all__ = ["NOT_GIVEN", "NotGiven", "Omit", "not_given", "omit"]

NOT_GIVEN: Final = NotGiven()
not_given: Final = NOT_GIVEN
omit: Final = Omit()
