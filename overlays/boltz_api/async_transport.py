"""Performs the steps of a flow in the calling task, under asyncio or trio. The flow makes all decisions."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeVar

from boltz_api.errors import ClientClosedError
from boltz_api.flow import Ask, Flow, Send, Sleep
from boltz_api.http_client import CLOSED, AsyncHTTPClient, AsyncHTTPResponse, Progress, build, is_start
from boltz_api.response import Body, DeadlineError, HTTPResponse, Received, http_library
from boltz_api.retry import Failure, NoFreeConnectionError, classify, strip_frames

if TYPE_CHECKING:
    from anyio import Semaphore

    from boltz_api.delays import Timing

R = TypeVar("R")


class AsyncProgress(Progress):
    """Progress that is reported to a coroutine function."""

    async def __call__(self, event: str, about: Mapping[str, Any]) -> None:
        """Record an event."""
        if not self._written:
            self._begun = True
            self._written = is_start(event, about)


def _async_stream(http: object, pieces: AsyncIterator[bytes], close: Callable[[], Awaitable[None]]) -> object:
    """Return a stream of the type that the HTTP library's own messages take."""

    class Stream(http_library(http).AsyncByteStream):  # type: ignore[misc]  # known at run time only
        def __aiter__(self) -> AsyncIterator[bytes]:
            return pieces

        async def aclose(self) -> None:
            await close()

    return Stream()


def _running_in_trio() -> bool:
    trio = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_task()


def _event_loop() -> object:
    """Return the event loop that connections belong to: they do not work in another one."""
    if _running_in_trio():
        import trio

        return trio.lowlevel.current_trio_token()
    # Imported here, for it takes a while, and threads do without.
    import asyncio

    return asyncio.get_running_loop()


def _is_over(loop: object) -> bool:
    """Return True if nothing runs in ``loop`` any more."""
    import asyncio

    if isinstance(loop, asyncio.AbstractEventLoop):
        return loop.is_closed()
    import trio

    assert isinstance(loop, trio.lowlevel.TrioToken)
    try:
        loop.run_sync_soon(int)  # the only way to find out is to schedule something
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
        """Wait for a free slot.

        Raises:
            NoFreeConnectionError: None became free within so many seconds.

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
        """Free the slot for the next request."""
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
        """True if the connections have been closed."""
        return self._closed or (self._given is not None and self._given.client.is_closed)

    def lane(self, url: str) -> Lane:
        """Return what to send through, from this event loop.

        Raises:
            ClientClosedError: It was closed.

        """
        if self.is_closed:
            raise ClientClosedError(CLOSED)
        if self._given is not None:
            return self._given
        key = (_event_loop(), url.partition(":")[0])
        lane = self._own.get(key)
        if lane is None:
            with self._lock:
                # A lane references its loop, so neither would ever be garbage-collected.
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
        """True if this transport, or its HTTP client, has been closed."""
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
            raise ClientClosedError(CLOSED)
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
                raise ClientClosedError(CLOSED)
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
                http = await lane.client.send(build(lane.client, step, progress), stream=True, follow_redirects=False)
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
