"""The real command in a process of its own, in a pipe or in a terminal, against a real sandbox."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Thread

import pytest
from attrs import frozen

from boltz_api import Boltz
from boltz_api.sandbox import Sandbox

POSIX = sys.platform != "win32"
if POSIX:
    import pty
    import termios

COMMAND = str(Path(sys.executable).with_name("boltz-api"))
PATIENCE = 20.0
# Makes the terminal that is standard input the one that controls the process, as a login does, and runs a command.
CONTROLLED = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
)


@frozen
class Finished:
    """Exit code and output of a command that ran in a pipe."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        """Its output, decoded."""
        return json.loads(self.out)


@frozen
class World:
    """The command's environment and folder."""

    environment: Mapping[str, str]
    folder: Path
    forge: socket.socket

    def __call__(self, *arguments: str, input_: str | None = None, **environment: str) -> Finished:
        """Run the command in a fresh process with everything imported; see forge.py."""
        order = {
            "arguments": arguments,
            "environment": {**self.environment, **environment},
            "folder": str(self.folder),
        }
        with TemporaryFile() as out, TemporaryFile() as err, TemporaryFile() as given:
            given.write((input_ or "").encode())
            given.seek(0)
            socket.send_fds(self.forge, [json.dumps(order).encode()], [file.fileno() for file in (given, out, err)])
            code = json.loads(self.forge.recv(100))
            out.seek(0)
            err.seek(0)
            return Finished(code, out.read().decode(), err.read().decode())

    def started(self, *arguments: str, stdout: int = subprocess.PIPE, **environment: str) -> subprocess.Popen[str]:
        """The installed command in a pipe, under way."""
        return subprocess.Popen(
            [COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env={**self.environment, **environment},
        )

    def python(self, program: str, *arguments: str, **environment: str) -> Finished:
        """A program that uses the command's modules."""
        return self._run([sys.executable, "-c", program, *arguments], environment)

    def piped(self, line: str, **environment: str) -> Finished:
        """A line for the shell, in a pipe."""
        return self._run(["sh", "-c", line], environment)

    def terminal(self, *arguments: str, columns: int = 100, **environment: str) -> Terminal:
        """The command in a terminal, under way."""
        return Terminal([COMMAND, *arguments], {**self.environment, **environment}, self.folder, columns)

    def shell(self, line: str, **environment: str) -> Terminal:
        """A line for the shell, in a terminal."""
        return self.program(["sh", "-c", line], **environment)

    def program(self, command: Sequence[str], **environment: str) -> Terminal:
        """Any program that finds the command on its path, in a terminal."""
        return Terminal(command, {**self._with_path(), **environment}, self.folder)

    def _run(self, command: Sequence[str], environment: Mapping[str, str]) -> Finished:
        given = {**self._with_path(), **environment}
        null = subprocess.DEVNULL
        done = subprocess.run(
            command, env=given, cwd=self.folder, stdin=null, capture_output=True, text=True, check=False
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def _with_path(self) -> dict[str, str]:
        return {**self.environment, "PATH": f"{Path(COMMAND).parent}:{self.environment['PATH']}"}


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path, columns: int = 100
    ) -> None:
        self.text = ""
        self.code: int | None = None
        self.folder = folder
        self._descriptor, inside = pty.openpty()
        termios.tcsetwinsize(inside, (50, columns))
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", CONTROLLED, *command],
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
            cwd=folder,
            env=dict(environment),
        )
        os.close(inside)

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def until(self, words: str) -> str:
        """Everything on the screen once ``words`` is."""
        end = time.monotonic() + PATIENCE
        while words not in self.text:
            if not self._read(end):
                raise AssertionError(f"{words!r} did not come up in {self.text!r}")
        return self.text

    def finished(self) -> str:
        """Everything on the screen at the end."""
        end = time.monotonic() + PATIENCE
        while self._read(end):
            pass
        assert time.monotonic() < end, f"it did not end: {self.text!r}"
        self.code = self._process.wait(PATIENCE)
        os.close(self._descriptor)
        return self.text

    def settled(self, silence: float = 1.5) -> None:
        """Wait until nothing more comes."""
        while self._read(time.monotonic() + silence):
            pass

    def killed(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self.finished()

    def _read(self, end: float) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], max(end - time.monotonic(), 0))
        try:
            piece = os.read(self._descriptor, 65536) if ready else b""
        except OSError:  # Linux: nobody holds the other end any more
            piece = b""
        self.text += piece.decode(errors="replace").replace("\r\n", "\n")
        return bool(piece)


@pytest.fixture(scope="session")
def forge() -> Iterator[socket.socket]:
    """The process that forks for each command."""
    if not POSIX:
        pytest.skip("the harness forks")
    with TemporaryDirectory() as folder:
        path = str(Path(folder, "socket"))
        script = str(Path(__file__).with_name("forge.py"))
        with subprocess.Popen([sys.executable, script, path], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(path)
                connection.settimeout(PATIENCE)
                yield connection


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A server of the test's own."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Boltz]:
    """A client of the sandbox, to look at what the command did."""
    with Boltz(api_key=sandbox.admin_key, base_url=sandbox.url) as client:
        yield client


@pytest.fixture
def world(tmp_path: Path, forge: socket.socket) -> Callable[[str, str], World]:
    """Makes a world with a server and a key; without them, there are none."""

    def make(url: str = "", key: str = "") -> World:
        # Unbuffered, the command would notice at once what it otherwise notices when it flushes, or never.
        foreign = ("BOLTZ_", "COLUMNS", "PYTHONUNBUFFERED", "NO_COLOR", "FORCE_COLOR")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        environment |= {"HOME": str(tmp_path), "TERM": "xterm-256color", "NO_PROXY": "127.0.0.1"}
        if url:
            environment |= {"BOLTZ_BASE_URL": url, "BOLTZ_API_KEY": key}
        return World(environment, tmp_path, forge)

    return make


@pytest.fixture
def boltz(world: Callable[..., World], sandbox: Sandbox) -> World:
    """The command, talking to the test's own sandbox."""
    return world(sandbox.url, sandbox.admin_key)


@pytest.fixture
def scripted(world: Callable[..., World]) -> Iterator[Callable[..., World]]:
    """Makes a world whose server sends what it is told: a body, or one for each request in turn."""
    servers: list[ThreadingHTTPServer] = []

    def make(*bodies: object, status: int = 200) -> World:
        left = list(bodies)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                body = left.pop(0) if len(left) > 1 else left[0]
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815  # as http.server calls it

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        return world(f"http://127.0.0.1:{server.server_port}", "sk_bc_admin_test_fake")

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def a_key() -> dict[str, object]:
    """A key as servers send it."""
    return {
        "id": "key_1", "allowed_ips": [], "created_at": "2026-01-02T03:04:05Z", "expires_at": None, "is_active": True,
        "key_prefix": "sk_bc_ws_liv", "key_type": "workspace", "last_used_at": None, "livemode": True, "name": "n",
        "workspace_id": None,
    }  # fmt: skip


@pytest.fixture
def offline(world: Callable[..., World]) -> World:
    """The command where there is no server and no key."""
    return world()
