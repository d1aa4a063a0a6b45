"""What the command's exit codes mean."""

from __future__ import annotations

from typing import Final

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
UNAUTHENTICATED: Final = 3
OUTCOME_UNKNOWN: Final = 4
FOUND: Final = 5
INTERRUPTED: Final = 130

MEANINGS: Final = (
    (str(OK), "done"),
    (str(FAILED), "the API refused or failed, or the answer could not be written"),
    (str(USAGE), "the command line is wrong; nothing was sent"),
    (str(UNAUTHENTICATED), "no API key, or one that is not valid"),
    (str(OUTCOME_UNKNOWN), "the answer was lost: the request may have taken effect"),
    (str(FOUND), "audit found what --fail-on names"),
    (str(INTERRUPTED), "interrupted with Ctrl-C"),
)
