"""The sandbox in a terminal."""

from __future__ import annotations

import errno
import signal
import sys
from collections.abc import Sequence
from threading import Event
from typing import TYPE_CHECKING, TextIO

from boltz_api.sandbox.sandbox import Sandbox
from boltz_api.sandbox.store import StoreError

if TYPE_CHECKING:
    from os import PathLike
    from types import FrameType

DEFAULT_PORT = 8765


def serve(
    *,
    port: int = DEFAULT_PORT,
    db: str | PathLike[str] | None = None,
    host: str = "127.0.0.1",
    allowed_hosts: Sequence[str] = (),
    output: TextIO | None = None,
) -> int:
    """Run a sandbox until Ctrl-C or SIGTERM.

    Args:
        port: The port to listen on; 0 for any that is free.
        db: A file to keep everything in, across restarts. Left out, everything is gone when it stops.
        host: The address to listen on. Any other than a loopback address lets other machines in.
        allowed_hosts: Further names in the header ``Host`` to answer to.
        output: Where to write what it says; left out, standard output.

    Returns:
        The process's exit status: 0, or 1 where it could not start, with one sentence on standard error that says why.

    """
    try:
        sandbox = Sandbox(db=db, host=host, port=port, allowed_hosts=allowed_hosts)
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        sandbox.start()
    except OSError as error:
        hint = " Give --port 0 for any that is free." if error.errno == errno.EADDRINUSE else ""
        sys.stderr.write(f"Cannot listen on {host} port {port}: {error.strerror or error}.{hint}\n")
        sandbox.stop()
        return 1
    with sandbox:
        screen = output or sys.stdout
        screen.write(_greeting(sandbox, db))
        screen.flush()
        _wait_for_the_end()
    return 0


def _greeting(sandbox: Sandbox, db: str | PathLike[str] | None) -> str:
    kept = "in memory, until it stops" if db is None else f"in {db}"
    lines = [
        f"Boltz sandbox on {sandbox.url}",
        "It is for tests and trials. It is no production server.",
        f"Keys are kept {kept}. Stop it with Ctrl-C.",
    ]
    if not sandbox.is_loopback:
        lines.append("WARNING: other machines can reach it, and its admin key is known to everybody.")
    return "\n".join(
        [
            *lines,
            "",
            f"Admin key: {sandbox.admin_key}",
            "",
            "Paste this to use it:",
            "",
            f"  export BOLTZ_BASE_URL={sandbox.url} BOLTZ_API_KEY={sandbox.admin_key}",
            "  boltz-api admin:api-keys list",
            "",
            "or",
            "",
            f"  curl {sandbox.url}/compute/v1/admin/api-keys \\",
            f"    -H 'x-api-key: {sandbox.admin_key}' \\",
            '    --json \'{"name": "My first key"}\'',
            "",
        ]
    )


def _wait_for_the_end() -> None:
    ended = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        # Not for ever at once: on Windows a wait without an end cannot be interrupted.
        while not ended.wait(1.0):
            continue
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
