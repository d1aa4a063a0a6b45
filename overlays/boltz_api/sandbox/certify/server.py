"""A server that responds with exactly what a case says, byte by byte."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import BinaryIO, Final, Self

from msgspec import UNSET, Struct

from boltz_api.sandbox.certify.cases import Case, Response

MOST_REQUESTS: Final = 50
"""The maximum of requests to an origin, so that a client that retries for ever comes to an end."""
_HOST: Final = "127.0.0.1"
_NO_KEYS: Final = Response(status=200, json={"data": [], "first_id": None, "has_more": False, "last_id": None})
_RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: closing resets the connection


class Received(Struct, frozen=True):
    """A request as it arrived."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header's values, joined by commas."""
        values = [value for given, value in self.headers if given.lower() == name.lower()]
        return ", ".join(values) if values else None


class Origin:
    """A listener that gives scripted responses in order, and the last one again and again."""

    def __init__(self, *, slow_reads: bool = False) -> None:
        self.responses: list[Response] = []
        self.received: list[Received] = []
        self.committed = 0
        self.lists_nothing = False
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._connections: set[socket.socket] = set()
        self._listener = socket.socket()
        if slow_reads:
            # A large buffer would take in what the case wants to be slow; accepted connections inherit the size.
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        self._listener.bind((_HOST, 0))
        self._listener.listen()
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{_HOST}:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close every connection, and accept no more."""
        self._stopped.set()
        with self._lock:
            for closing in (self._listener, *self._connections):
                # Closing alone would not wake a thread that waits.
                with suppress(OSError):
                    closing.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.add(connection)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            # A client may break off at any point, and may send anything.
            with suppress(OSError, ValueError), connection.makefile("rb") as stream:
                while not self._stopped.is_set() and self._exchange(connection, stream):
                    pass
        finally:
            with self._lock:
                self._connections.discard(connection)
                connection.close()

    def _exchange(self, connection: socket.socket, stream: BinaryIO) -> bool:
        """Take a request and give the response to it; return True if the connection is kept."""
        line = stream.readline().decode("latin-1")
        if not line.strip():
            return False
        method, target, _ = line.split(" ", 2)
        headers: list[tuple[str, str]] = []
        while field := stream.readline().decode("latin-1").strip():
            name, _, value = field.partition(":")
            headers.append((name, value.strip()))
        if self.lists_nothing and method == "GET" and target.partition("?")[0].endswith("/api-keys"):
            return self._respond(connection, _NO_KEYS)
        with self._lock:
            if not self.responses or len(self.received) == MOST_REQUESTS:
                self._listener.close()
                return False
            response = self.responses[min(len(self.received), len(self.responses) - 1)]
            number = len(self.received)
            self.received.append(Received(method, target, headers, b""))
        body = _body(stream, {name.lower(): value for name, value in headers}, slow=response.slow_read)
        with self._lock:
            self.received[number] = Received(method, target, headers, body)
            self.committed += response.commit
        return self._respond(connection, response)

    def _respond(self, connection: socket.socket, response: Response) -> bool:
        content = message(response)
        head = content.index(b"\r\n\r\n") + 4 if response.drip else len(content)
        connection.sendall(content[:head])
        for position in range(head, len(content)):
            if self._stopped.wait(response.drip):
                break
            connection.sendall(content[position : position + 1])
        if response.then == "stall":
            self._stopped.wait()
        if response.then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        elif response.then == "close":
            connection.shutdown(socket.SHUT_RDWR)
        return response.then == "keep"


def message(response: Response) -> bytes:
    """Return the bytes of a response."""
    if response.raw is not None:
        content = response.raw.encode("latin-1")
    elif response.status is None:
        content = b""
    else:
        assert isinstance(response.body, str)  # the case is played
        body = response.body.encode("latin-1") if response.json is UNSET else json.dumps(response.json).encode()
        body = gzip.compress(body, compresslevel=1) if response.gzip else body
        given = {"content-type": "application/json", "content-length": str(len(body)), **response.headers}
        if response.gzip:
            given["content-encoding"] = "gzip"
        lines = [f"HTTP/1.1 {response.status} Scripted"]
        for name, value in given.items():
            lines += [f"{name}: {each}" for each in ([value] if isinstance(value, str) else value or [])]
        content = "\r\n".join([*lines, "\r\n"]).encode("latin-1") + body
    return content[: response.cut]


def _body(stream: BinaryIO, headers: Mapping[str, str], *, slow: bool) -> bytes:
    if headers.get("transfer-encoding", "").lower() == "chunked":
        chunks: list[bytes] = []
        while size := int(stream.readline().partition(b";")[0], 16):
            chunks.append(stream.read(size))
            stream.readline()
        stream.readline()
        return b"".join(chunks)
    left = int(headers.get("content-length", 0))
    if not slow:
        return stream.read(left)
    read = bytearray()
    while left > len(read) and (piece := stream.read(min(40_000, left - len(read)))):
        read += piece
        time.sleep(0.015)
    return bytes(read)


class Scene(Struct):
    """The origins of one case, and the case with their addresses."""

    case: Case
    server: Origin
    elsewhere: Origin

    def stop(self) -> None:
        """Close every connection."""
        self.server.stop()
        self.elsewhere.stop()


@contextmanager
def scene(case: Case) -> Generator[Scene]:
    """Set up what ``case`` is played against."""
    with ExitStack() as stack:
        closed = stack.enter_context(socket.socket())
        closed.bind((_HOST, 0))  # bound and not listening: no other process gets the port
        places = {"closed": f"http://{_HOST}:{closed.getsockname()[1]}"}
        if "{silent}" in str(case.client):
            places["silent"] = stack.enter_context(_silent())
        server = Origin(slow_reads=any(response.slow_read for response in case.server))
        elsewhere = Origin()
        places |= {"server": server.url, "port": str(server.port), "elsewhere": elsewhere.url}
        played = case.at(places)
        server.responses, elsewhere.responses = played.server, played.elsewhere
        # A client that does not know the outcome of a create may look for the key; this is not what the case is about.
        error = played.expect.error
        server.lists_nothing = played.expect.exit_code == 4 or (error is not None and error.outcome_unknown is True)
        yield Scene(played, stack.enter_context(server), stack.enter_context(elsewhere))


@contextmanager
def _silent() -> Generator[str]:
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind((_HOST, 0))
        listener.listen(0)
        # Their queue is full once a few wait in it.
        for _ in range(3):
            caller = waiting.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield f"http://{_HOST}:{listener.getsockname()[1]}"
