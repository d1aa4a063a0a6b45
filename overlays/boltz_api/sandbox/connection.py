"""HTTP connections that can be made to fail."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, Final

import h11
import msgspec
from uvicorn.protocols.http.h11_impl import H11Protocol

from boltz_api.sandbox.problems import error_body

EXTENSION: Final = "boltz_api.sandbox.connection"
"""Where the ASGI scope's extensions carry the request's ``Connection``."""


class Connection:
    """The connection that a request came in on."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def drop(self) -> None:
        """Close it, whatever has been sent so far."""
        self._transport.close()

    def reset(self) -> None:
        """Tear it down: the caller gets a TCP reset in place of the rest."""
        tcp: socket.socket = self._transport.get_extra_info("socket")
        # To linger for no time is what makes the kernel send a reset and not an orderly end.
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


class SandboxProtocol(H11Protocol):
    """uvicorn's HTTP, which also hands the connection to the application and keeps to the contract's error body."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as H11Protocol has it
        """Let every request on this connection reach it."""
        super().connection_made(transport)
        application, connection = self.app, Connection(transport)

        async def with_connection(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[EXTENSION] = connection
            try:
                await application(scope, receive, send)
            except asyncio.CancelledError:
                # Only the server's end cancels a request, when its connection is gone. uvicorn would report a crash.
                return

        self.app = with_connection

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP at all."""
        body = msgspec.json.encode(error_body(400, msg))
        headers = [("content-type", "application/json"), ("content-length", str(len(body))), ("connection", "close")]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
