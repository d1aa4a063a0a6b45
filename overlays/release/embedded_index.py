"""The embedded index, for rehearsals and tests: pypiserver over a folder, on loopback, and a Go module proxy beside it.

A process of its own, because importing pypiserver changes how the whole interpreter imports, and so that the index is
as separate from its clients as a real one.
"""

# pypiserver is annotated, but ships no py.typed that says so.
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import io
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from release import go_module
from release.index import Credentials, Index
from release.project import Refusal

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


@contextmanager
def serve(folder: Path, *, port: int = 0, fallback: str | None = None, private: bool = False) -> Generator[Index]:
    """Serve the packages in ``folder`` on loopback for as long as the context lasts.

    Args:
        folder: The folder of packages; made if missing.
        port: The port; 0 takes a free one.
        fallback: The index that a client is sent on to for what is not in ``folder``.
        private: True if reading, too, takes the credentials.

    """
    folder.mkdir(parents=True, exist_ok=True)
    publisher = Credentials("release", secrets.token_urlsafe(16))
    settings = {"folder": str(folder.resolve()), "port": port, "fallback": fallback, "private": private}
    settings |= {"username": publisher.username, "password": publisher.password}
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "release.embedded_index"],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as server,
    ):
        assert server.stdin is not None, "asked for"
        assert server.stdout is not None, "asked for"
        # Over standard input: other users can see a process's arguments.
        server.stdin.write(json.dumps(settings) + "\n")
        server.stdin.flush()
        announced = server.stdout.readline()
        if not announced:
            server.wait()
            log.seek(0)
            raise Refusal(f"the embedded index does not start: {(log.read().splitlines() or ['no reason given'])[-1]}")
        url = f"http://127.0.0.1:{int(announced)}/"
        try:
            yield Index(name="the embedded index", simple=f"{url}simple/", upload=url, credentials=publisher)
        finally:
            server.terminate()


def modules_of(folder: Path) -> Path:
    """The folder of the Go modules that are served with the packages in ``folder``; the two are not to be mixed."""
    return folder.with_name(f"{folder.name}-go")


def _application(settings: dict[str, Any]) -> WSGIApplication:
    from pypiserver import app_from_config, setup_routes_from_config
    from pypiserver.config import Config

    expected = f"{settings['username']}:{settings['password']}".encode()

    def known(username: str, password: str) -> bool:
        return secrets.compare_digest(f"{username}:{password}".encode(), expected)

    config = Config.default_with_overrides(
        roots=[Path(settings["folder"])],
        authenticate=["update", "list", "download"] if settings["private"] else ["update"],
        auther=known,
        disable_fallback=settings["fallback"] is None,
        fallback_url=settings["fallback"] or "",
        backend_arg="simple-dir",
        overwrite=False,
    )
    modules = modules_of(Path(settings["folder"]))
    serve_packages = cast("WSGIApplication", setup_routes_from_config(app_from_config(config), config))

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if str(environ.get("PATH_INFO", "")).startswith(go_module.PREFIX):
            return go_module.serve(modules, environ, start_response)
        # pypiserver parses a body whose connection was lost, and stores a truncated file under the release's name.
        announced = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(announced)
        if len(body) < announced:
            start_response("400 Bad Request", [("Content-Type", "text/plain")])
            return [b"the request broke off"]
        return serve_packages({**environ, "wsgi.input": io.BytesIO(body)}, start_response)

    return application


def _main() -> None:
    """Serve until standard input ends, which it does when the process that started this one is gone."""
    from socketserver import ThreadingMixIn
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

    class Server(ThreadingMixIn, WSGIServer):
        """A thread for each request; ending waits for those that run."""

    class Handler(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Log nothing: the commands report their own steps."""

    settings = json.loads(sys.stdin.readline())
    server = make_server("127.0.0.1", settings["port"], _application(settings), Server, Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    _main()
