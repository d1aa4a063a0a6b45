"""The fixed-answer server: `python -m benchmarks.server [CERTIFICATE KEY]` serves until its standard input ends.

It never parses JSON and never builds an answer: it finds the end of a request, reads the path and the cursor, and
writes bytes that were made before the first request. Its first line of output is JSON: the base URL of each list.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from collections.abc import Mapping
from functools import partial

from benchmarks import answers

SIZES = (100, 5_000, 10_000, 100_000)
"""Lists of so many keys, each on a port of its own, so that requests need nothing but the public parameters."""
SECURED = "secured"
"""The shortest list, over TLS."""


class FixedAnswers(asyncio.Protocol):
    """One connection, kept alive."""

    transport: asyncio.WriteTransport

    def __init__(self, pages: Mapping[bytes, bytes]) -> None:
        self.pages = pages
        self.pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while (end := self.pending.find(b"\r\n\r\n")) >= 0:
            head = self.pending[:end]
            whole = end + 4 + body_length(head)
            if len(self.pending) < whole:
                return
            self.pending = self.pending[whole:]
            self.transport.write(self.answer(head))

    def answer(self, head: bytes) -> bytes:
        """The answer to a request with this head."""
        method, target, _ = head.split(b" ", 2)
        if method == b"GET":
            return self.pages.get(cursor(target), NOT_FOUND)
        return REVOKED if target.endswith(b"/revoke") else CREATED


def body_length(head: bytes) -> int:
    """How many bytes of body follow a head; every contestant states it where it sends one."""
    if head.startswith(b"GET"):
        return 0
    _, _, length = head.lower().partition(b"\r\ncontent-length:")
    return int(length.partition(b"\r\n")[0] or b"0")


def cursor(target: bytes) -> bytes:
    """The value of ``after_id`` in a request's target; empty for the first page."""
    return target.partition(b"after_id=")[2].partition(b"&")[0]


def response(body: bytes, status: str = "200 OK") -> bytes:
    """A whole HTTP response with this JSON body."""
    head = (
        f"HTTP/1.1 {status}\r\nDate: Thu, 15 Jan 2026 09:30:00 GMT\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nX-Request-Id: req_benchmark\r\n\r\n"
    )
    return head.encode() + body


CREATED = response(answers.created())
REVOKED = response(answers.revoked())
NOT_FOUND = response(b'{"code":"not_found","message":"no such page"}', "404 Not Found")


async def serve(secured: ssl.SSLContext | None) -> None:
    """Serve every list on a free loopback port until standard input ends."""
    loop = asyncio.get_running_loop()
    urls: dict[str, str] = {}
    served: list[tuple[str, int, ssl.SSLContext | None]] = [(str(size), size, None) for size in SIZES]
    if secured is not None:
        served.append((SECURED, SIZES[0], secured))
    for name, size, context in served:
        pages = {after.encode(): response(body) for after, body in answers.pages(size)}
        listening = await loop.create_server(partial(FixedAnswers, pages), "127.0.0.1", 0, ssl=context)
        scheme = "http" if context is None else "https"
        urls[name] = f"{scheme}://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    print(json.dumps(urls), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve, the shortest list over TLS too if there is a certificate."""
    secured: ssl.SSLContext | None = None
    if len(sys.argv) > 1:
        secured = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        secured.load_cert_chain(*sys.argv[1:])
    asyncio.run(serve(secured))


if __name__ == "__main__":
    main()
