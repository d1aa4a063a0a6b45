"""Performing a flow's steps: by threads, and by tasks under asyncio or trio. Nothing is decided here."""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from inspect import isawaitable, iscoroutine
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from msgspec.structs import replace

from boltz_api.errors import ArgumentTypeError, ClientClosedError
from boltz_api.flow import Ask, Flow, Send, Sleep
from boltz_api.response import Body, DeadlineError, HTTPResponse, Received, http_library
from boltz_api.retry import Failure, NoFreeConnectionError, classify, strip_frames

if TYPE_CHECKING:
    from socket import socket

    from anyio import Semaphore

    from boltz_api.delays import Timing

R = TypeVar("R")

_CLOSED: Final = "This client has been closed; make a new one."
_UPLOAD_PIECE: Final = 64 * 1024
"""How much of a body is handed to a connection at once: between two pieces, the time is looked at."""


# --- the HTTP client as it is called here; httpx and httpx2 both fit ---


class SyncHTTPResponse(HTTPResponse, Protocol):
    """A response to be read by a thread."""

    @property
    def content(self) -> bytes: ...

    def iter_raw(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


class AsyncHTTPResponse(HTTPResponse, Protocol):
    """A response to be read by a task."""

    @property
    def content(self) -> bytes: ...

    def aiter_raw(self) -> AsyncIterator[bytes]: ...

    async def aclose(self) -> None: ...


class HTTPClient(Protocol):
    """What both kinds of HTTP client have."""

    @property
    def is_closed(self) -> bool: ...

    # Any: a request is the library's own, and only handed back to it.
    def build_request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None,
        headers: tuple[tuple[str, str], ...],
        extensions: Mapping[str, object],
    ) -> Any: ...


class SyncHTTPClient(HTTPClient, Protocol):
    """``httpx.Client``, ``httpx2.Client``, or what behaves like them."""

    def send(self, request: Any, *, stream: bool, follow_redirects: bool) -> SyncHTTPResponse: ...

    def close(self) -> None: ...


class AsyncHTTPClient(HTTPClient, Protocol):
    """``httpx.AsyncClient``, ``httpx2.AsyncClient``, or what behaves like them."""

    async def send(self, request: Any, *, stream: bool, follow_redirects: bool) -> AsyncHTTPResponse: ...

    async def aclose(self) -> None: ...


def check_http_client(given: object, closing: str, expected: str) -> None:
    """Refuse an HTTP client of the wrong kind, which would fail at the first request, with its outcome in doubt.

    Args:
        given: What was passed, if anything was.
        closing: The method that closes such a client, by which the kinds are told apart.
        expected: What it should be, in words.

    Raises:
        ArgumentTypeError: It is something else.

    """
    if given is not None and not all(
        callable(getattr(given, name, None)) for name in ("build_request", "send", closing)
    ):
        raise ArgumentTypeError(
            f"http_client: expected {expected}, got {type(given).__module__}.{type(given).__qualname__}",
            argument="http_client",
        )


# --- what both transports share ---


class Progress:
    """How far a request has come, as the HTTP library tells its ``trace`` extension.

    A request that fails before it was written certainly did not happen, however it failed.
    """

    _begun = False
    _written = False

    @property
    def unwritten(self) -> bool:
        """Whether nothing of the request can have left; False where the HTTP library does not tell."""
        return self._begun and not self._written


class SyncProgress(Progress):
    """Progress that is told to a function."""

    def __call__(self, event: str, about: Mapping[str, Any]) -> None:
        """Take in an event."""
        if not self._written:
            self._begun = True
            self._written = _is_start(event, about)
            if event.endswith(("connect_tcp.complete", "start_tls.complete")):
                _keep_to_this_process(about["return_value"])


class AsyncProgress(Progress):
    """Progress that is told to a coroutine function."""

    async def __call__(self, event: str, about: Mapping[str, Any]) -> None:
        """Take in an event."""
        if not self._written:
            self._begun = True
            self._written = _is_start(event, about)


def _is_start(event: str, about: Mapping[str, Any]) -> bool:
    """Tell whether the request itself begins to be written; a proxy is asked to connect before that."""
    if not event.endswith("send_request_headers.started") or about["request"].method == b"CONNECT":
        return False
    # Nothing more is to be learnt, and each event takes a while.
    about["request"].extensions.pop("trace", None)
    return True


def _build(client: HTTPClient, step: Send, progress: Progress) -> Any:
    """Build the HTTP library's request. The only place where the headers are revealed."""
    prepared = step.prepared
    connect, read, write, pool = step.timeouts
    return client.build_request(
        prepared.operation.method,
        prepared.url,
        content=prepared.content,
        headers=prepared.headers.reveal(),
        extensions={"timeout": {"connect": connect, "read": read, "write": write, "pool": pool}, "trace": progress},
    )


def _sync_stream(http: object, pieces: Iterator[bytes], close: Callable[[], None]) -> object:
    """Return a stream of the kind that the HTTP library's own messages take."""

    class Stream(http_library(http).SyncByteStream):  # type: ignore[misc]  # known at run time only
        def __iter__(self) -> Iterator[bytes]:
            return pieces

        def close(self) -> None:
            close()

    return Stream()


def _async_stream(http: object, pieces: AsyncIterator[bytes], close: Callable[[], Awaitable[None]]) -> object:
    """As ``_sync_stream``, for tasks."""

    class Stream(http_library(http).AsyncByteStream):  # type: ignore[misc]  # known at run time only
        def __aiter__(self) -> AsyncIterator[bytes]:
            return pieces

        async def aclose(self) -> None:
            await close()

    return Stream()


# --- threads ---

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
        """Whether nothing can be sent any more."""
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
                raise ClientClosedError(_CLOSED)
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
        """Leave the parent's HTTP client to the parent: its locks may be held by threads that are not here."""
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
        """The body has been read."""
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
        """Whether this transport, or its HTTP client, has been closed."""
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
            raise ClientClosedError(_CLOSED)
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
        request = _build(client, step, progress)
        content = step.prepared.content
        if content is not None and len(content) > _UPLOAD_PIECE and step.deadline is not None:
            pieces = self._upload(content, step.deadline)
            request.stream = _sync_stream(request, pieces, lambda: None)
        return request

    def _upload(self, content: bytes, deadline: float) -> Iterator[bytes]:
        """Yield a body piece by piece: the HTTP library counts the time of each write alone."""
        for start in range(0, len(content), _UPLOAD_PIECE):
            if self._timing.monotonic() > deadline:
                raise DeadlineError
            yield content[start : start + _UPLOAD_PIECE]

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
        """Return ``failure`` as a timeout of the whole call where that is what it is."""
        if step.deadline is None or not failure.transient or self._timing.monotonic() < step.deadline:
            return failure
        return replace(failure, error=DeadlineError(), timeout=True)

    def _received(
        self, step: Send, http: HTTPResponse, content: bytes, *, complete: bool = True, stream: object = None
    ) -> Received:
        elapsed = self._timing.monotonic() - step.started
        return Received(step.prepared, http, content, elapsed, complete=complete, stream=stream)


# --- tasks ---


def _running_in_trio() -> bool:
    trio = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_task()


def _event_loop() -> object:
    """Return what connections belong to: they do not work in another event loop."""
    if _running_in_trio():
        import trio

        return trio.lowlevel.current_trio_token()
    # Imported here, for it takes a while, and threads do without.
    import asyncio

    return asyncio.get_running_loop()


def _is_over(loop: object) -> bool:
    """Tell whether nothing runs in ``loop`` any more."""
    import asyncio

    if isinstance(loop, asyncio.AbstractEventLoop):
        return loop.is_closed()
    import trio

    assert isinstance(loop, trio.lowlevel.TrioToken)
    try:
        loop.run_sync_soon(int)  # the only way to ask is to have something done
    except trio.RunFinishedError:
        return True
    return False


async def sleep(seconds: float) -> None:
    """Wait, in whichever event loop this is."""
    if _running_in_trio():
        import trio

        await trio.sleep(seconds)
    else:
        import asyncio

        await asyncio.sleep(seconds)


class Lane:
    """An HTTP client in one event loop, and a limit on who may use it at once.

    The pool behind httpx looks at every waiting request whenever one ends, so that a thousand of them keep it busy
    for a minute. With our own client, no more of them get to it than it has connections; the rest wait here.
    """

    def __init__(self, client: AsyncHTTPClient, gate: Semaphore | None) -> None:
        self.client = client
        self._gate = gate

    async def enter(self, seconds: float | None) -> None:
        """Wait for a turn.

        Raises:
            NoFreeConnectionError: It has not come after so many seconds.

        """
        if self._gate is None:
            return
        from anyio import WouldBlock, fail_after

        try:
            self._gate.acquire_nowait()
        except WouldBlock:
            try:
                with fail_after(seconds):
                    await self._gate.acquire()
            except TimeoutError:
                raise NoFreeConnectionError("No connection became free in time.") from None

    def leave(self) -> None:
        """Let the next one in."""
        if self._gate is not None:
            self._gate.release()


class AsyncConnections:
    """The HTTP client that several ``AsyncBoltz`` share: the caller's, or our own for each event loop and scheme."""

    def __init__(self, http_client: AsyncHTTPClient | None) -> None:
        self._given = None if http_client is None else Lane(http_client, None)
        self._own: dict[tuple[object, str], Lane] = {}
        self._lock = threading.Lock()
        self._closed = False

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._closed or (self._given is not None and self._given.client.is_closed)

    def lane(self, url: str) -> Lane:
        """Return what to send through, from this event loop.

        Raises:
            ClientClosedError: It was closed.

        """
        if self.is_closed:
            raise ClientClosedError(_CLOSED)
        if self._given is not None:
            return self._given
        key = (_event_loop(), url.partition(":")[0])
        lane = self._own.get(key)
        if lane is None:
            with self._lock:
                # A lane holds on to its loop, so neither would ever go by itself.
                self._own = {other: kept for other, kept in self._own.items() if not _is_over(other[0])}
                lane = self._own[key] = _own_lane(key[1])
        return lane

    async def close(self) -> None:
        """Close the HTTP client, the caller's included.

        Connections that were made from another event loop end with that loop: from here, they cannot be closed.
        """
        self._closed = True
        loop = _event_loop()
        lanes = [self._own.pop(key) for key in list(self._own) if key[0] is loop]
        for lane in [*lanes, *([] if self._given is None else [self._given])]:
            await lane.client.aclose()


def _own_lane(scheme: str) -> Lane:
    from anyio import Semaphore

    from boltz_api.defaults import MAX_CONNECTIONS, DefaultAsyncHttpxClient, own_options

    return Lane(DefaultAsyncHttpxClient(**own_options(scheme)), Semaphore(MAX_CONNECTIONS))


class AsyncTransport:
    """Performs flows in the calling task."""

    def __init__(self, connections: AsyncConnections, timing: Timing, *, owner: bool = True) -> None:
        self._connections = connections
        self._timing = timing
        self._owner = owner
        self._closed = False

    def borrowed(self) -> AsyncTransport:
        """Return another one on the same connections, which does not close them."""
        return AsyncTransport(self._connections, self._timing, owner=False)

    @property
    def closed(self) -> bool:
        """Whether this transport, or its HTTP client, has been closed."""
        return self._closed or self._connections.is_closed

    async def close(self) -> None:
        """Send nothing more; close the connections, if they are this transport's own."""
        self._closed = True
        if self._owner:
            await self._connections.close()

    async def run(self, flow: Flow[R]) -> R:
        """Return the flow's result."""
        try:
            step = next(flow)
            while True:
                try:
                    outcome = await (self._send(step) if isinstance(step, Send) else self._perform(step))
                except BaseException as error:  # noqa: BLE001  # whatever it is, it is raised in the flow
                    step = flow.throw(error)
                else:
                    step = flow.send(outcome)
        except StopIteration as stop:
            result: R = stop.value
            return result
        finally:
            flow.close()

    async def _perform(self, step: Sleep | Ask) -> object:
        if isinstance(step, Sleep):
            await (self._timing.async_sleep or sleep)(step.seconds)
            return None
        answer = step.function(step.value)
        return await answer if isawaitable(answer) else answer

    async def _send(self, step: Send) -> Received | Failure:
        if self._closed:
            raise ClientClosedError(_CLOSED)
        try:
            lane = self._connections.lane(step.prepared.url)
            await lane.enter(step.timeouts[3])
        except ClientClosedError:
            raise
        except Exception as error:  # noqa: BLE001  # what the environment says of proxies may be of no use
            strip_frames(error)
            return classify(error, unwritten=True)
        outcome: Received | Failure | None = None
        try:
            if self.closed:  # meanwhile
                raise ClientClosedError(_CLOSED)
            outcome = await self._exchange(step, lane)
            return outcome
        finally:
            if not (isinstance(outcome, Received) and outcome.stream is not None):
                lane.leave()

    async def _exchange(self, step: Send, lane: Lane) -> Received | Failure:
        from anyio import move_on_after

        progress = AsyncProgress()
        http: AsyncHTTPResponse | None = None
        body: Body | None = None
        streaming = False
        try:
            # The HTTP library counts from one read to the next, so a response that trickles in would never be late.
            with move_on_after(self._left(step)):
                http = await lane.client.send(_build(lane.client, step, progress), stream=True, follow_redirects=False)
                body = Body(http, step.limit, step.deadline, self._timing.monotonic)
                if step.stream and 200 <= http.status_code <= 299:
                    streaming = True
                    return self._streamed(step, http, body, lane)
                async for _ in self._pieces(http, body):
                    pass
                return Received(step.prepared, http, body.take(), self._timing.monotonic() - step.started)
            failed: Exception = DeadlineError()
        except Exception as error:  # noqa: BLE001  # custom transports and hooks may raise anything
            strip_frames(error)
            failed = error
        except BaseException as interruption:
            strip_frames(interruption)
            raise
        finally:
            if http is not None and not streaming:
                await http.aclose()
        partial = None if http is None or body is None else self._received(step, http, body.take(), complete=False)
        return classify(failed, partial, unwritten=progress.unwritten)

    def _left(self, step: Send) -> float | None:
        return None if step.deadline is None else step.deadline - self._timing.monotonic()

    async def _pieces(self, http: AsyncHTTPResponse, body: Body) -> AsyncIterator[None]:
        """Feed ``body``, piece by piece."""
        if http.is_stream_consumed:
            body.feed(http.content)
        else:
            async for piece in http.aiter_raw():
                body.feed(piece)
                yield
        body.finish()

    def _streamed(self, step: Send, http: AsyncHTTPResponse, body: Body, lane: Lane) -> Received:
        closed = False

        async def close() -> None:
            nonlocal closed
            if not closed:
                closed = True
                lane.leave()
                await http.aclose()

        async def pieces() -> AsyncIterator[bytes]:
            from anyio import fail_after

            source = self._pieces(http, body)
            try:
                while True:
                    # Not over a `yield`: the reader may be in another scope by then.
                    with fail_after(self._left(step)):
                        if await anext(source, self) is self:
                            break
                    yield body.take()
            except Exception as error:  # noqa: BLE001  # as in _exchange
                strip_frames(error)
                late = isinstance(error, TimeoutError)
                partial = self._received(step, http, b"", complete=False)
                raise step.broken(classify(DeadlineError() if late else error, partial)) from None

        stream = _async_stream(http, pieces(), close)
        return self._received(step, http, b"", stream=stream)

    def _received(
        self, step: Send, http: HTTPResponse, content: bytes, *, complete: bool = True, stream: object = None
    ) -> Received:
        elapsed = self._timing.monotonic() - step.started
        return Received(step.prepared, http, content, elapsed, complete=complete, stream=stream)
