"""The embedded index's process: pypiserver over a folder. ``release.embedded_index`` starts it and ends it.

A process of its own, because importing pypiserver changes how the whole interpreter imports, and so that the index is
as separate from its clients as a real one.
"""

# pypiserver is annotated, but ships no py.typed that says so.
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import errno
import json
import os
import secrets
import sys
import tempfile
import threading
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, BinaryIO, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from attrs import frozen
from pypiserver import app_from_config, setup_routes_from_config
from pypiserver.backend import BackendProxy, SimpleFileBackend
from pypiserver.bottle_wrapper import HTTPError
from pypiserver.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CHUNK = 2**16
_IN_MEMORY = 2**20
"""Bodies up to this size, in bytes, are not written to disk before they are whole."""


@frozen
class Settings:
    """What the process is told, as one line of JSON on its standard input: a password has no place among arguments."""

    folder: str
    port: int
    fallback: str | None
    private: bool
    username: str
    password: str


class WholeFiles(SimpleFileBackend):
    """Packages in a folder, where a file is there wholly or not at all.

    pypiserver writes an upload in place: a full disk would leave a torn file under the release's name, and refuse
    the repeated upload because "it exists".
    """

    def add_package(self, filename: str, stream: BinaryIO) -> None:
        """Write an upload beside its place and move it there when it is complete."""
        folder = self.roots[0]
        descriptor, name = tempfile.mkstemp(prefix=".upload-", dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                while chunk := stream.read(_CHUNK):
                    file.write(chunk)
            Path(name).chmod(0o644)
            os.link(name, folder / filename)  # unlike a rename, it never replaces a file that came in between
        except FileExistsError as error:
            raise HTTPError(409, f"{filename} already exists") from error
        finally:
            Path(name).unlink()


def application(settings: Settings) -> WSGIApplication:
    """pypiserver with these settings."""
    expected = f"{settings.username}:{settings.password}"

    def known(username: str, password: str) -> bool:
        return secrets.compare_digest(f"{username}:{password}".encode(), expected.encode())

    config = Config.default_with_overrides(
        roots=[Path(settings.folder).resolve()],
        authenticate=["update", "list", "download"] if settings.private else ["update"],
        auther=known,
        disable_fallback=settings.fallback is None,
        fallback_url=settings.fallback or "",
        backend_arg="simple-dir",
        overwrite=False,
    )
    config.backend = BackendProxy(WholeFiles(config))
    pypiserver = setup_routes_from_config(app_from_config(config), config)
    pypiserver.catchall = False  # what fails is for `whole_requests` to tell
    return whole_requests(cast("WSGIApplication", pypiserver))


def whole_requests(serve: WSGIApplication) -> WSGIApplication:
    """``serve`` behind a check that a request's body arrived to its end, and that there was room for it.

    pypiserver parses what came before a connection broke and stores a torn file; a full disk is an internal error
    to it.
    """

    def checked(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        announced = int(environ.get("CONTENT_LENGTH") or 0)
        try:
            with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
                while chunk := environ["wsgi.input"].read(min(_CHUNK, announced - body.tell())):
                    body.write(chunk)
                if body.tell() == announced:
                    body.seek(0)
                    return serve({**environ, "wsgi.input": body}, start_response)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            start_response("507 Insufficient Storage", [("Content-Type", "text/plain")])
            return [b"there is no room for this"]
        start_response("400 Bad Request", [("Content-Type", "text/plain")])
        return [b"the request broke off"]

    return checked


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: the steps say what they do."""


def main() -> None:
    """Serve until standard input ends, which it does when the process that started this one is gone."""
    settings = Settings(**json.loads(sys.stdin.readline()))
    server = make_server(
        "127.0.0.1", settings.port, application(settings), server_class=_Server, handler_class=_QuietHandler
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
