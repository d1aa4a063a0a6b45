"""The real command in a process of its own, in a pipe or in a terminal, against a real sandbox."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from fcntl import ioctl
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import pytest
from attrs import frozen

from boltz_api.sandbox import Sandbox

COMMAND = str(Path(sys.executable).with_name("boltz-api"))
PATIENCE = 20.0


@frozen
class Finished:
    """What a command that ran in a pipe left behind."""

    code: int
    out: str
    err: str


@frozen
class World:
    """Where the command runs: its environment and its folder."""

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

    def terminal(self, *arguments: str, columns: int = 100, **environment: str) -> Terminal:
        """The command in a terminal, under way."""
        return Terminal([COMMAND, *arguments], {**self.environment, **environment}, self.folder, columns)

    def shell(self, line: str, **environment: str) -> Terminal:
        """A line for the shell, in a terminal."""
        return self.program(["sh", "-c", line], **environment)

    def program(self, command: Sequence[str], **environment: str) -> Terminal:
        """Any program that finds the command on its path, in a terminal."""
        path = f"{Path(COMMAND).parent}:{self.environment['PATH']}"
        return Terminal(command, {**self.environment, "PATH": path, **environment}, self.folder)


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path, columns: int = 100
    ) -> None:
        self.text = ""
        self.code: int | None = None
        self.folder = folder
        self._pid, self._descriptor = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], list(command), dict(environment))
        ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def interrupt(self) -> None:
        os.kill(self._pid, signal.SIGINT)

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
        _, status = os.waitpid(self._pid, 0)
        os.close(self._descriptor)
        self.code = os.waitstatus_to_exitcode(status)
        return self.text

    def settled(self, silence: float = 1.5) -> None:
        """Wait until nothing more comes."""
        while self._read(time.monotonic() + silence):
            pass

    def killed(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
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
def world(tmp_path: Path, forge: socket.socket) -> Callable[[Sandbox | None], World]:
    """Makes a world around a sandbox; without one, there is no server and no key."""

    def make(sandbox: Sandbox | None) -> World:
        # Unbuffered, the command would notice at once what it otherwise notices when it flushes, or never.
        foreign = ("BOLTZ_", "COLUMNS", "PYTHONUNBUFFERED")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        environment |= {"HOME": str(tmp_path), "TERM": "xterm-256color", "NO_PROXY": "127.0.0.1"}
        if sandbox is not None:
            environment |= {"BOLTZ_BASE_URL": sandbox.url, "BOLTZ_API_KEY": sandbox.admin_key}
        return World(environment, tmp_path, forge)

    return make


@pytest.fixture
def boltz(world: Callable[[Sandbox | None], World], sandbox: Sandbox) -> World:
    """The command, talking to the test's own sandbox."""
    return world(sandbox)


@pytest.fixture
def offline(world: Callable[[Sandbox | None], World]) -> World:
    """The command where there is no server and no key."""
    return world(None)
