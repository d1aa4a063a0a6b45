"""Performing flows with threads."""

from __future__ import annotations

import os
import threading
import weakref
from inspect import isawaitable, iscoroutine
from typing import TYPE_CHECKING, TypeVar

from boltz_api.core.bodies import Receiving
from boltz_api.core.failures import Failure, classified
from boltz_api.core.steps import Ask, Done, Flow, Raised, Send, Sleep, Step, advance
from boltz_api.core.wire import Response
from boltz_api.errors import CLOSED, ClientClosedError
from boltz_api.transport.journey import ThreadJourney, bounded
from boltz_api.transport.seams import SyncHTTPClient, arriving

if TYPE_CHECKING:
    from boltz_api.settings import Tempo

R = TypeVar("R")


class SyncConnections:
    """The HTTP client that several ``Boltz`` share: the caller's, or one made at the first request.

    A client of our own does not outlive a fork.
    """

    def __init__(self, http_client: SyncHTTPClient | None) -> None:
        self._given = http_client
        self._own: SyncHTTPClient | None = None
        self._finalizer: weakref.finalize[[], SyncConnections] | None = None
        self._lock = threading.Lock()
        self._closed = False
        _every.add(self)

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._closed or (self._given is not None and self._given.is_closed)

    def http_client(self) -> SyncHTTPClient:
        """The client to send with.

        Raises:
            ClientClosedError: It was closed.

        """
        client = self._given or self._own
        if client is None and not self._closed:
            with self._lock:
                client = self._own = self._own or self._new_http_client()
        if self._closed or client is None or client.is_closed:
            raise ClientClosedError(CLOSED)
        return client

    def _new_http_client(self) -> SyncHTTPClient:
        from boltz_api.transport.defaults import DefaultHttpxClient

        client = DefaultHttpxClient()
        # Whoever never closes the Boltz client still leaves no connection open.
        self._finalizer = weakref.finalize(self, client.close)
        return client

    def close(self) -> None:
        """Close the HTTP client, the caller's included."""
        self._closed = True
        with self._lock:
            client = self._given or self._own
        if client is not None:
            client.close()

    def forget_after_fork(self) -> None:
        """Leave the parent's HTTP client to the parent: its locks may be held by threads that are not here."""
        if self._finalizer is not None:
            self._finalizer.detach()
        self._own = None
        self._lock = threading.Lock()


_every: weakref.WeakSet[SyncConnections] = weakref.WeakSet()


def _forget_all_after_fork() -> None:
    for connections in list(_every):
        connections.forget_after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_forget_all_after_fork)


class SyncShell:
    """Performs flows in the calling thread."""

    def __init__(self, connections: SyncConnections, tempo: Tempo, *, owner: bool = True) -> None:
        self._connections = connections
        self._tempo = tempo
        self._owner = owner
        self._closed = False

    def borrowed(self) -> SyncShell:
        """Another one on the same connections, which does not close them."""
        return SyncShell(self._connections, self._tempo, owner=False)

    @property
    def closed(self) -> bool:
        """Whether this shell, or what it sends through, has been closed."""
        return self._closed or self._connections.is_closed

    def close(self) -> None:
        """Send nothing more; close the connections, if they are this shell's own."""
        self._closed = True
        if self._owner:
            self._connections.close()

    def run(self, flow: Flow[R]) -> R:
        """The flow's result."""
        try:
            step = advance(flow, None)
            while not isinstance(step, Done):
                step = advance(flow, self._perform(step))
            return step.result
        finally:
            flow.close()

    def _perform(self, step: Step) -> object:
        try:
            match step:
                case Send():
                    return self._send(step)
                case Sleep():
                    self._tempo.sleep(step.seconds)
                    return None
                case Ask():
                    answer = step.function(step.value)
                    if iscoroutine(answer):
                        answer.close()  # or Python warns that nobody awaited it
                    # Nobody awaits it here, so what it would have said is unknown.
                    if isawaitable(answer):
                        return Raised(TypeError("a coroutine function needs AsyncBoltz"))
                    return answer
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the flow that deals with it
            return Raised(error)

    def _send(self, step: Send) -> Response | Failure:
        if self._closed:
            raise ClientClosedError(CLOSED)
        try:
            client = self._connections.http_client()
        except ClientClosedError:
            raise
        except Exception as error:  # noqa: BLE001  # what the environment says of proxies may be of no use
            return classified(error, unwritten=True)
        receiving: Receiving | None = None
        request = step.request
        journey = ThreadJourney()
        try:
            with (
                bounded(step.deadline, self._tempo.monotonic),
                client.stream(
                    request.method,
                    request.url,
                    content=request.content,
                    headers=request.headers,
                    timeout=step.timeouts,
                    follow_redirects=False,
                    extensions={"trace": journey},
                ) as answer,
            ):
                receiving = arriving(step, answer, self._tempo.monotonic)
                if answer.is_stream_consumed:
                    receiving.feed(answer.content)
                else:
                    for piece in answer.iter_raw():
                        receiving.feed(piece)
                return receiving.finished()
        except Exception as error:  # noqa: BLE001  # custom transports and hooks may raise anything
            partial = None if receiving is None else receiving.broken_off()
            return classified(error, partial, unwritten=journey.unwritten)
