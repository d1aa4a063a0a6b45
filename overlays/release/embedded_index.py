"""The embedded index: a folder served on loopback, for trying releases out and for the tests."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from release.credentials import Credentials
from release.refusal import Refusal
from release.target import Target

if TYPE_CHECKING:
    from collections.abc import Generator

_OVERLAYS = Path(__file__).parent.parent


@frozen
class EmbeddedIndex:
    """A running index, and what a client needs in order to use it."""

    url: str
    publisher: Credentials
    """Who may publish, and where reading is guarded, read."""

    @property
    def simple(self) -> str:
        """The PEP 503 index."""
        return f"{self.url}simple/"

    @property
    def target(self) -> Target:
        """The index as something to publish to."""
        return Target(name="the embedded index", simple=self.simple, upload=self.url)


@contextmanager
def serve(
    folder: Path, *, port: int = 0, fallback: str | None = None, private: bool = False
) -> Generator[EmbeddedIndex]:
    """Serve the packages in ``folder`` on loopback for as long as the context lasts.

    Args:
        folder: Where the packages are; made if missing.
        port: The port; 0 takes a free one.
        fallback: The index that a client is sent on to for what is not in ``folder``.
        private: Whether reading, too, takes the credentials.

    """
    folder.mkdir(parents=True, exist_ok=True)
    publisher = Credentials("release", secrets.token_urlsafe(16))
    settings = {"folder": str(folder), "port": port, "fallback": fallback, "private": private}
    settings |= {"username": publisher.username, "password": publisher.password}
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "release.index_server"],
            env={**os.environ, "PYTHONPATH": str(_OVERLAYS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as server,
    ):
        assert server.stdin is not None, "asked for"
        assert server.stdout is not None, "asked for"
        server.stdin.write(json.dumps(settings) + "\n")
        server.stdin.flush()
        announced = server.stdout.readline()
        if not announced:
            server.wait()
            log.seek(0)
            raise Refusal(f"the embedded index does not start: {(log.read().splitlines() or ['no reason given'])[-1]}")
        try:
            yield EmbeddedIndex(url=f"http://127.0.0.1:{int(announced)}/", publisher=publisher)
        finally:
            server.terminate()
