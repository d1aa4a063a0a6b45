"""The command line, ``boltz-api``: the contract's operations as commands. Needs the extra ``cli``."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Final, NoReturn

NEEDED: Final = ("click", "jmespath", "rich")
"""The modules that the extra brings."""


def main() -> NoReturn:
    """Run the command and exit with its code."""
    try:
        from boltz_api.cli.app import run

        sys.exit(run(sys.argv[1:]))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in NEEDED:
            raise
        with suppress(OSError, AttributeError):
            sys.stderr.write(
                "boltz-api needs more than the client does; install it with: pip install 'boltz-api-keys[cli]'\n"
            )
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
