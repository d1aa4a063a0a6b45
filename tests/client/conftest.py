"""A real service (the sandbox), and a server that says exactly what a test tells it to."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
import trustme
from attrs import field, frozen
from hypothesis import settings

from boltz_api import AsyncBoltz, Boltz
from boltz_api.delays import Timing
from boltz_api.sandbox import Sandbox

# How long an example takes depends on what else the machine does.
settings.register_profile("client", deadline=None)
settings.load_profile("client")

FAKE_KEY = "sk_bc_admin_test_obviously_fake_key_of_the_client_tests"

KEY: dict[str, object] = {
    "id": "key_1",
    "allowed_ips": [],
    "created_at": "2026-01-02T03:04:05Z",
    "expires_at": None,
    "is_active": True,
    "key_prefix": "sk_bc_ws_tes",
    "key_type": "workspace",
    "last_used_at": None,
    "livemode": True,
    "name": "x",
    "workspace_id": "ws_1",
}


@frozen
class Answer:
    """What a connection is told, and what becomes of it then."""

    raw: bytes = b""
    then: Literal["keep", "close", "reset", "hang"] = "keep"
    delay: float = 0.0
    drip: float | None = None
    """Seconds between one byte and the next."""
    drip_from: int | None = None
    """From which byte on; from the body's first, if nothing is said."""


@frozen
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    connection: int = 0
    """Which connection it came through."""


class Scripted:
    """A server that gives the answers it was told, one after the other; the last one again and again.

    An answer may be a function of the request.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self._answers: list[Answer | Callable[[Asked], Answer]] = []
        self._lock = threading.Lock()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}" if tls is None else f"https://localhost:{self.port}"
        self.opened = 0
        self._closed = 0
        self._stopped = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def wait_for_connections(self, count: int) -> None:
        self._wait_until(lambda: self.opened >= count)

    def wait_for_requests(self, count: int) -> None:
        self._wait_until(lambda: len(self.asked) >= count)

    def _wait_until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not done():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def open_now(self) -> int:
        """How many connections there are."""
        return self.opened - self._closed

    def will(self, *answers: Answer | Callable[[Asked], Answer]) -> None:
        self._answers = list(answers)

    def stop(self) -> None:
        self._stopped.set()
        # Closing alone would not wake the thread that waits for connections.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def wait(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.opened += 1
            threading.Thread(target=self._serve_and_count, args=(connection, self.opened), daemon=True).start()

    def _serve_and_count(self, connection: socket.socket, number: int) -> None:
        try:
            self._serve(connection, number)
        finally:
            with self._lock:
                self._closed += 1

    def _serve(self, connection: socket.socket, number: int) -> None:
        if self._tls is not None:
            try:
                connection = self._tls.wrap_socket(connection, server_side=True)
            except OSError:  # it was not trusted
                return
        with connection, connection.makefile("rb") as stream:
            while True:
                try:
                    line = stream.readline().decode()
                except OSError:
                    return
                if not line:
                    return
                method, path, _ = line.split(" ", 2)
                headers: dict[str, str] = {}
                while (header := stream.readline().decode().strip()) != "":
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = stream.read(int(headers.get("content-length", "0")))
                asked = Asked(method, path, headers, body, number)
                with self._lock:
                    self.asked.append(asked)
                    chosen = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
                answer = chosen if isinstance(chosen, Answer) else chosen(asked)
                if not self._give(connection, answer):
                    return

    def _give(self, connection: socket.socket, answer: Answer) -> bool:
        time.sleep(answer.delay)
        try:
            if answer.drip is None:
                connection.sendall(answer.raw)
            else:
                start = answer.raw.index(b"\r\n\r\n") + 4 if answer.drip_from is None else answer.drip_from
                connection.sendall(answer.raw[:start])
                for byte in answer.raw[start:]:
                    time.sleep(answer.drip)
                    connection.sendall(bytes([byte]))
        except OSError:
            return False
        if answer.then == "reset":
            # Without this, closing would end the connection in good order.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if answer.then == "hang":
            self._stopped.wait(30)
        return answer.then == "keep"


SayHTTP: TypeAlias = Callable[..., Answer]
"""Makes an HTTP answer, as ``say`` does."""


def say(
    status: int = 200,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    *,
    then: Literal["keep", "close", "reset", "hang"] = "keep",
    delay: float = 0.0,
    drip: float | None = None,
) -> Answer:
    """An HTTP answer: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json", "content-length": str(len(content)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return Answer(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + content, then, delay, drip)


Numbered: TypeAlias = Callable[..., Callable[[Asked], Answer]]
"""Makes a listing, as ``numbered_pages`` does."""


def numbered_pages(
    pages: int, *, failing: Collection[int] = (), gate: threading.Event | None = None
) -> Callable[[Asked], Answer]:
    """A listing of so many pages, with one key each: ``"1"``, ``"2"`` and so on.

    The first request for a page in ``failing`` is answered with a 503; the first one for page 2 when ``gate`` opens.
    """
    to_fail = set(failing)
    to_hold = set[int]() if gate is None else {2}

    def answer(asked: Asked) -> Answer:
        number = int(asked.path.partition("after_id=")[2].partition("&")[0] or 0) + 1
        if number in to_fail:
            to_fail.remove(number)
            return say(503)
        if gate is not None and number in to_hold:
            to_hold.remove(number)
            gate.wait(20)
        page = {"data": [{**KEY, "id": str(number)}], "first_id": str(number), "last_id": str(number)}
        return say(200, {**page, "has_more": number < pages})

    return answer


InAFork: TypeAlias = Callable[[Callable[[], object]], int]
"""Does something in a forked process, and says how that ended."""


def exit_code_of_fork(work: Callable[[], object]) -> int:
    """0 if ``work`` raised nothing; a process that does not end is killed, and raises."""
    child = os.fork()
    if child == 0:
        # No cleaning up in the child: pytest is the parent's.
        try:
            work()
        except BaseException:  # noqa: BLE001  # reported by the exit status
            os._exit(1)
        os._exit(0)
    try:
        deadline = time.monotonic() + 20
        while (status := os.waitpid(child, os.WNOHANG)) == (0, 0):
            assert time.monotonic() < deadline
            time.sleep(0.01)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    return os.waitstatus_to_exitcode(status[1])


class Patience:
    """Time that passes only when somebody sleeps, and remembers for how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.now = 1_800_000_000.0
        self.wall = 0.0
        """By how much the clock on the wall was set."""
        self.timing = Timing(
            monotonic=lambda: self.now,
            now=lambda: self.now + self.wall,
            random=lambda: 0.0,
            sleep=self._sleep,
            async_sleep=self._async_sleep,
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def _async_sleep(self, seconds: float) -> None:
        self._sleep(seconds)


@pytest.fixture
def patience() -> Patience:
    return Patience()


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.stop()


def over_tls(folder: Path, *, demanding: bool) -> Scripted:
    """A server that lists no keys; beside it, who vouches for it, and a certificate to show."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    authority.issue_cert("me@here.example").private_key_and_cert_chain_pem.write_to_path(str(folder / "own.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)  # pyright: ignore[reportUnknownMemberType]  # pyOpenSSL may be absent
    if demanding:
        tls.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(tls)  # pyright: ignore[reportUnknownMemberType]  # pyOpenSSL may be absent
    scripted = Scripted(tls)
    scripted.will(say(200, {"data": [], "first_id": None, "last_id": None, "has_more": False}))
    return scripted


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[tuple[Scripted, str]]:
    """A server that speaks TLS, and the certificate of who vouches for it."""
    scripted = over_tls(tmp_path, demanding=False)
    yield scripted, str(tmp_path / "authority.pem")
    scripted.stop()


@pytest.fixture
def demanding_server(tmp_path: Path) -> Iterator[tuple[Scripted, str, str]]:
    """A server that answers who shows a certificate; who vouches for both; a certificate to show."""
    scripted = over_tls(tmp_path, demanding=True)
    yield scripted, str(tmp_path / "authority.pem"), str(tmp_path / "own.pem")
    scripted.stop()


@pytest.fixture
def nowhere() -> Iterator[str]:
    """Where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def http() -> SayHTTP:
    return say


@pytest.fixture
def in_a_fork() -> InAFork:
    return exit_code_of_fork


@pytest.fixture
def numbered() -> Numbered:
    return numbered_pages


@pytest.fixture
def key_answer() -> dict[str, object]:
    """A key as list and revoke answer it."""
    return dict(KEY)


@pytest.fixture
def created_answer() -> dict[str, object]:
    """What create answers."""
    return {"key": "sk_bc_ws_test_obviously_fake_and_just_created", "key_details": dict(KEY)}


@pytest.fixture
def fake_key() -> str:
    return FAKE_KEY


@pytest.fixture
def scripted_client(server: Scripted, patience: Patience) -> Iterator[Boltz]:
    """Talks to the scripted server, and does not really wait."""
    with Boltz(api_key=FAKE_KEY, base_url=server.url, timeout=5, _timing=patience.timing) as client:
        yield client


@pytest.fixture
async def scripted_async_client(server: Scripted, patience: Patience, anyio_backend: str) -> AsyncIterator[AsyncBoltz]:
    """Talks to the scripted server, and does not really wait."""
    async with AsyncBoltz(api_key=FAKE_KEY, base_url=server.url, timeout=5, _timing=patience.timing) as client:
        yield client


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The service, as far as keys go."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Boltz]:
    """The sandbox's admin, with threads."""
    with Boltz(api_key=sandbox.admin_key, base_url=sandbox.url, _timing=Timing(sleep=lambda seconds: None)) as client:
        yield client


@pytest.fixture
async def async_client(sandbox: Sandbox, anyio_backend: str) -> AsyncIterator[AsyncBoltz]:
    """The sandbox's admin, with tasks."""
    async with AsyncBoltz(api_key=sandbox.admin_key, base_url=sandbox.url) as client:
        yield client
