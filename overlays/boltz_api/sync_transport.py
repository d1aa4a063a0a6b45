"""Performs the steps of a flow in the calling thread. The flow makes all decisions."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from inspect import isawaitable, iscoroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

from msgspec.structs import replace

from boltz_api.errors import ClientClosedError
from boltz_api.flow import Ask, Flow, Send, Sleep
from boltz_api.http_client import CLOSED, Progress, SyncHTTPClient, SyncHTTPResponse, build, is_start
from boltz_api.response import Body, DeadlineError, HTTPResponse, Received, http_library
from boltz_api.retry import Failure, classify, strip_frames

if TYPE_CHECKING:
    from socket import socket

    from boltz_api.delays import Timing

R = TypeVar("R")

UPLOAD_PIECE: Final = 64 * 1024
"""How much of a body is written to a connection at once: the deadline is checked between two pieces."""


class SyncProgress(Progress):
    """Progress that is reported to a function."""

    def __call__(self, event: str, about: Mapping[str, Any]) -> None:
        """Record an event."""
        if not self._written:
            self._begun = True
            self._written = is_start(event, about)
            if event.endswith(("connect_tcp.complete", "start_tls.complete")):
                _keep_to_this_process(about["return_value"])


def _sync_stream(http: object, pieces: Iterator[bytes], close: Callable[[], None]) -> object:
    """Return a stream of the type that the HTTP library's own messages take."""

    class Stream(http_library(http).SyncByteStream):  # type: ignore[misc]  # known at run time only
        def __iter__(self) -> Iterator[bytes]:
            return pieces

        def close(self) -> None:
            close()

    return Stream()


# After a fork both processes would read from the same sockets. The child closes its copies, which the server does not
# notice: an HTTP library that finds them closed opens its own.
_sockets: weakref.WeakSet[socket] = weakref.WeakSet()


def _keep_to_this_process(connection: Any) -> None:
    tell = getattr(connection, "get_extra_info", None)
    on = None if tell is None else tell("socket")
    if on is not None:
        _sockets.add(on)


class SyncConnections:
    """The HTTP client that several ``Boltz`` share: the caller's, or our own, made at the first request.

    One of our own speaks either http or https, and does not outlive a fork.
    """

    def __init__(self, http_client: SyncHTTPClient | None) -> None:
        self._given = http_client
        self._own: dict[str, SyncHTTPClient] = {}
        self._running = 0
        self._lock = threading.Lock()
        self._closed = False
        _every.add(self)

    @property
    def is_closed(self) -> bool:
        """True if the connections have been closed."""
        return self._closed or (self._given is not None and self._given.is_closed)

    def acquire(self, url: str) -> SyncHTTPClient:
        """Return the client to send with; ``release`` must follow.

        Raises:
            ClientClosedError: It was closed.

        """
        scheme = url.partition(":")[0]
        with self._lock:
            client = self._given or self._own.get(scheme)
            if self._closed or (client is not None and client.is_closed):
                raise ClientClosedError(CLOSED)
            if client is None:
                client = self._own[scheme] = self._new_client(scheme)
            self._running += 1
        return client

    def _new_client(self, scheme: str) -> SyncHTTPClient:
        from boltz_api.defaults import DefaultHttpxClient, own_options

        client = DefaultHttpxClient(**own_options(scheme))
        # A Boltz client that is never closed leaves no connection open.
        weakref.finalize(self, _close_in, os.getpid(), client)
        return client

    def release(self) -> None:
        """Note the end of a call."""
        with self._lock:
            self._running -= 1
            last = self._closed and self._running == 0
        if last:
            self._close_clients()

    def close(self) -> None:
        """Close the HTTP client, the caller's included, once the calls that run in other threads have ended.

        Closing the connections under them would strand them: a thread that waits for a socket is not woken when
        another closes it.
        """
        with self._lock:
            self._closed = True
            last = self._running == 0
        if last:
            self._close_clients()

    def _close_clients(self) -> None:
        for client in [self._given] if self._given is not None else list(self._own.values()):
            client.close()

    def forget_after_fork(self) -> None:
        """Drop the parent's HTTP client after a fork: its locks may be held by threads that the child does not have."""
        self._own = {}
        self._running = 0
        self._lock = threading.Lock()


def _close_in(process: int, client: SyncHTTPClient) -> None:
    if os.getpid() == process:
        client.close()


_every: weakref.WeakSet[SyncConnections] = weakref.WeakSet()


def _after_fork() -> None:
    for connections in list(_every):
        connections.forget_after_fork()
    # Not by closing the HTTP clients: their locks may be held by threads that the child does not have.
    for copy in list(_sockets):
        copy.close()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_after_fork)


class Watchdog:
    """Shuts a connection down at a call's deadline.

    The HTTP library counts from one read to the next, so a body that trickles in would never be late; and a thread
    that waits for a socket cannot be interrupted. So the connection is, if a read could outlast the deadline.
    """

    def __init__(self, http: HTTPResponse, seconds: float) -> None:
        self._lock = threading.Lock()
        self._over = False
        self._socket: Any = None
        tell = getattr(http.extensions.get("network_stream"), "get_extra_info", None)
        # Calls share a connection of HTTP/2.
        if tell is not None and http.extensions.get("http_version") != b"HTTP/2":
            self._socket = tell("socket")
        self._timer = threading.Timer(max(seconds, 0), self._bark)
        self._timer.daemon = True
        self._timer.start()

    def _bark(self) -> None:
        from socket import SHUT_RDWR, socket

        with self._lock:  # the connection may serve another call already
            if not self._over and isinstance(self._socket, socket):
                with suppress(OSError):  # it was closed meanwhile
                    # Not the method of TLS's own class, which takes the connection apart under its reader.
                    socket.shutdown(self._socket, SHUT_RDWR)

    def dismiss(self) -> None:
        """Stop watching: the body has been read."""
        with self._lock:
            self._over = True
        self._timer.cancel()


class SyncTransport:
    """Performs flows in the calling thread."""

    def __init__(self, connections: SyncConnections, timing: Timing, *, owner: bool = True) -> None:
        self._connections = connections
        self._timing = timing
        self._owner = owner
        self._closed = False

    def borrowed(self) -> SyncTransport:
        """Return another one on the same connections, which does not close them."""
        return SyncTransport(self._connections, self._timing, owner=False)

    @property
    def closed(self) -> bool:
        """True if this transport, or its HTTP client, has been closed."""
        return self._closed or self._connections.is_closed

    def close(self) -> None:
        """Send nothing more; close the connections, if they are this transport's own."""
        self._closed = True
        if self._owner:
            self._connections.close()

    def run(self, flow: Flow[R]) -> R:
        """Return the flow's result."""
        try:
            step = next(flow)
            while True:
                try:
                    outcome = self._send(step) if isinstance(step, Send) else self._perform(step)
                except BaseException as error:  # noqa: BLE001  # whatever it is, it is raised in the flow
                    step = flow.throw(error)
                else:
                    step = flow.send(outcome)
        except StopIteration as stop:
            result: R = stop.value
            return result
        finally:
            flow.close()

    def _perform(self, step: Sleep | Ask) -> object:
        if isinstance(step, Sleep):
            self._timing.sleep(step.seconds)
            return None
        answer = step.function(step.value)
        if isawaitable(answer):
            if iscoroutine(answer):
                answer.close()  # or Python warns that nobody awaited it
            raise TypeError("a coroutine function needs AsyncBoltz")
        return answer

    def _send(self, step: Send) -> Received | Failure:
        if self._closed:
            raise ClientClosedError(CLOSED)
        progress = SyncProgress()
        http: SyncHTTPResponse | None = None
        body: Body | None = None
        try:
            client = self._connections.acquire(step.prepared.url)
        except ClientClosedError:
            raise
        except Exception as error:  # noqa: BLE001  # what the environment says of proxies may be of no use
            strip_frames(error)
            return classify(error, unwritten=True)
        streaming = False
        try:
            http = client.send(self._request(client, step, progress), stream=True, follow_redirects=False)
            body = Body(http, step.limit, step.deadline, self._timing.monotonic)
            if step.stream and 200 <= http.status_code <= 299:
                streaming = True
                return self._streamed(step, http, body)
            for _ in self._pieces(step, http, body):
                pass
            return Received(step.prepared, http, body.take(), self._timing.monotonic() - step.started)
        except Exception as error:  # noqa: BLE001  # custom transports and hooks may raise anything
            strip_frames(error)
            partial = None if http is None or body is None else self._received(step, http, body.take(), complete=False)
            return self._in_time(step, classify(error, partial, unwritten=progress.unwritten))
        except BaseException as interruption:
            strip_frames(interruption)
            raise
        finally:
            if not streaming:
                if http is not None:
                    http.close()
                self._connections.release()

    def _request(self, client: SyncHTTPClient, step: Send, progress: Progress) -> Any:
        request = build(client, step, progress)
        content = step.prepared.content
        if content is not None and len(content) > UPLOAD_PIECE and step.deadline is not None:
            pieces = self._upload(content, step.deadline)
            request.stream = _sync_stream(request, pieces, lambda: None)
        return request

    def _upload(self, content: bytes, deadline: float) -> Iterator[bytes]:
        """Yield a body piece by piece: the HTTP library counts the time of each write alone."""
        for start in range(0, len(content), UPLOAD_PIECE):
            if self._timing.monotonic() > deadline:
                raise DeadlineError
            yield content[start : start + UPLOAD_PIECE]

    def _pieces(self, step: Send, http: SyncHTTPResponse, body: Body) -> Iterator[None]:
        """Feed ``body``, piece by piece."""
        if http.is_stream_consumed:
            body.feed(http.content)
            body.finish()
            return
        watchdog: Watchdog | None = None
        size = 0
        try:
            for piece in http.iter_raw():
                body.feed(piece)
                size += len(piece)
                yield
                if watchdog is None and step.deadline is not None and step.timeouts[1] is not None:
                    left = step.deadline - self._timing.monotonic()
                    # The next read could outlast the deadline, if there is one.
                    if step.timeouts[1] > left and http.headers.get("content-length") != str(size):
                        watchdog = Watchdog(http, left)
            body.finish()
        finally:
            if watchdog is not None:
                watchdog.dismiss()

    def _streamed(self, step: Send, http: SyncHTTPResponse, body: Body) -> Received:
        closed = False

        def close() -> None:
            nonlocal closed
            if not closed:
                closed = True
                http.close()
                self._connections.release()

        def pieces() -> Iterator[bytes]:
            try:
                for _ in self._pieces(step, http, body):
                    yield body.take()
            except Exception as error:  # noqa: BLE001  # as in _send
                strip_frames(error)
                partial = self._received(step, http, b"", complete=False)
                raise step.broken(self._in_time(step, classify(error, partial))) from None
            finally:
                close()

        stream = _sync_stream(http, pieces(), close)
        return self._received(step, http, b"", stream=stream)

    def _in_time(self, step: Send, failure: Failure) -> Failure:
        """Return ``failure`` as a timeout of the whole call if the call's deadline has passed."""
        if step.deadline is None or not failure.transient or self._timing.monotonic() < step.deadline:
            return failure
        return replace(failure, error=DeadlineError(), timeout=True)

    def _received(
        self, step: Send, http: HTTPResponse, content: bytes, *, complete: bool = True, stream: object = None
    ) -> Received:
        elapsed = self._timing.monotonic() - step.started
        return Received(step.prepared, http, content, elapsed, complete=complete, stream=stream)
