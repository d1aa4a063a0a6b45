"""The application over HTTP: in a thread of its own, on a port of its own."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import uvicorn

from boltz_api.sandbox.connection import SandboxProtocol

if TYPE_CHECKING:
    from boltz_api.sandbox.application import Application

_START_LIMIT: Final = 10.0
_STOP_LIMIT: Final = 10.0
_GRACE: Final = 0.5
"""How long requests under way may take to end when the server stops; one that a fault delays may take for ever."""


class Server:
    """Serves from construction until ``stop``."""

    def __init__(self, application: Application, host: str, port: int) -> None:
        """Listen on ``host``, on any free port where ``port`` is 0, and return once requests are answered."""
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._server = _Uvicorn(
            uvicorn.Config(
                application,
                http=SandboxProtocol,
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                # As long as services in front of which a balancer stands keep an idle connection.
                timeout_keep_alive=60,
                # The caller's address is held against allowed_ips: it is what TCP says, never what a header claims.
                proxy_headers=False,
                server_header=False,
                headers=[("server", "boltz-sandbox")],
            )
        )
        self._thread = Thread(target=self._run, name="boltz-sandbox", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(_START_LIMIT) or not self._server.started:
            raise RuntimeError("The sandbox did not start.")

    def _run(self) -> None:
        try:
            asyncio.run(self._server.serve(sockets=[self._socket]))
        finally:
            self._server.ready.set()

    def stop(self) -> None:
        """Stop listening, let requests under way end, close every connection."""
        self._server.stop()
        self._thread.join(_STOP_LIMIT)


def _listen(host: str, port: int) -> socket.socket:
    family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # Named as TCP, which socket.create_server does not do: only then asyncio sends without waiting for more (Nagle),
    # which would put 40 ms between an answer's head and its body.
    listener = socket.socket(family, kind, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two servers listen on one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except BaseException:
        listener.close()
        raise
    return listener


class _Uvicorn(uvicorn.Server):
    """uvicorn's server, without its waits: it says when it is ready, and stops when told, not at its next look."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Make ``serve`` return. Safe in any thread, and more than once."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed: it has stopped by itself
                self._loop.call_soon_threadsafe(self._stopping.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.ready.set()
        tick = 0
        while not await self.on_tick(tick):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 0.1)
            tick += 1

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        tasks = list(self.server_state.tasks)
        late = (await asyncio.wait(tasks, timeout=_GRACE))[1] if tasks else set[asyncio.Task[None]]()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
