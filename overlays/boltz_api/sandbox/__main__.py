"""``python -m boltz_api.sandbox``: the sandbox in a terminal, for where the command line is not installed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from boltz_api.sandbox.terminal import DEFAULT_PORT, serve


def main() -> int:
    """Read the arguments and serve."""
    parser = ArgumentParser(prog="python -m boltz_api.sandbox", description="A sandbox of the Boltz API for tests.")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 for any that is free (default: %(default)s)")
    parser.add_argument("--db", metavar="FILE", help="keep everything in this file, across restarts")
    parser.add_argument("--host", default="127.0.0.1", help="any other address lets other machines in")
    parser.add_argument("--allow-host", metavar="NAME", action="append", default=[], help="also answer to this name")
    given = parser.parse_args()
    return serve(port=given.port, db=given.db, host=given.host, allowed_hosts=given.allow_host)


if __name__ == "__main__":
    sys.exit(main())
