"""The application over HTTP, in a thread and on a port of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

import h11
import msgspec
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from boltz_api.sandbox.responses import CONNECTION, RefusedError, error_body

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_START_LIMIT: Final = 10.0
_STOP_LIMIT: Final = 10.0
_GRACE: Final = 0.5
"""How long requests under way may take to end when the server stops; one that a fault delays may take for ever."""


class Server:
    """Serves from construction until ``stop``.

    It drives uvicorn's protocol itself: uvicorn's own server looks every 0.1 s for what there is to do, so that a
    sandbox for each test would cost as much again as the test.
    """

    def __init__(self, application: ASGIApp, host: str, port: int, allowed_hosts: Sequence[str] = ()) -> None:
        """Listen on ``host``, on any free port where ``port`` is 0, and return once requests are answered."""
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._config = uvicorn.Config(
            _AllowedHosts(application, host, allowed_hosts),
            ws="none",
            log_config=None,
            access_log=False,
            # As long as services behind a load balancer keep an idle connection.
            timeout_keep_alive=60,
            # The caller's address is held against allowed_ips: it is what TCP says, never what a header claims.
            proxy_headers=False,
        )
        self._ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), name="boltz-sandbox", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_LIMIT):
            raise RuntimeError("The sandbox did not start.")

    def stop(self) -> None:
        """Stop listening, let requests under way end, close every connection."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(_STOP_LIMIT)

    async def _serve(self) -> None:
        self._config.load()
        self._loop, self._stopping, state = asyncio.get_running_loop(), asyncio.Event(), ServerState()
        server = await self._loop.create_server(lambda: SandboxProtocol(self._config, state, {}), sock=self._socket)
        self._ready.set()
        await self._stopping.wait()
        server.close()
        for connection in list(state.connections):
            connection.shutdown()
        tasks = list(state.tasks)
        late = (await asyncio.wait(tasks, timeout=_GRACE))[1] if tasks else set[asyncio.Task[None]]()
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


class _AllowedHosts:
    """Refuses requests whose ``Host`` header names another host than this server.

    A web page can point its own domain at 127.0.0.1 (DNS rebinding) and would then reach the sandbox, whose admin key
    everybody knows. Starlette's TrustedHostMiddleware takes no IPv6 addresses and answers without the error body.
    """

    def __init__(self, application: ASGIApp, host: str, allowed_hosts: Sequence[str]) -> None:
        self._application = application
        self._names = {"localhost", *(name.lower() for name in (host, *allowed_hosts))}
        self._any_address = host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
        if self._any_address:
            self._names.add(socket.gethostname().lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
            if not self._allows(host):
                message = f"This sandbox does not serve the host {host!r}; name it in allowed_hosts if it should."
                await RefusedError(421, message).response()(scope, receive, send)
                return
        await self._application(scope, receive, send)

    def _allows(self, host: str) -> bool:
        bracketed = host.startswith("[")
        name = host[1:].partition("]")[0] if bracketed else host.partition(":")[0].lower()
        try:
            address = ip_address(name)
        except ValueError:
            return name in self._names
        return name in self._names or address.is_loopback or self._any_address


class _Connection:
    """The connection of a request."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.close = transport.close
        self._transport = transport

    def reset(self) -> None:
        tcp: socket.socket = self._transport.get_extra_info("socket")
        # A linger time of zero makes the kernel send a reset instead of an orderly close.
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


class SandboxProtocol(H11Protocol):
    """uvicorn's HTTP, which also hands the connection to the application and keeps to the contract's error body."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as H11Protocol has it
        """Let every request on this connection reach it."""
        super().connection_made(transport)
        application, connection = self.app, _Connection(transport)

        async def with_connection(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[CONNECTION] = connection
            # Only the server's end cancels a request, when its connection is gone. uvicorn would report a crash.
            with suppress(asyncio.CancelledError):
                await application(scope, receive, send)

        self.app = with_connection

    def send_400_response(self, msg: str) -> None:
        """Respond to data that is not HTTP."""
        body = msgspec.json.encode(error_body(400, msg))
        headers = [("content-type", "application/json"), ("content-length", str(len(body))), ("connection", "close")]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:  # the C library would take it modulo 65536
        raise OSError(f"{port} is not a port: expected 0 to 65535")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except UnicodeError:
        raise OSError(f"{host!r} is not the name of a host") from None
    # Named as TCP, which socket.create_server does not do: only then asyncio sends without waiting for more (Nagle),
    # which would put 40 ms between a response's head and its body.
    listener = socket.socket(family, kind, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two servers listen on one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except BaseException:
        listener.close()
        raise
    return listener
