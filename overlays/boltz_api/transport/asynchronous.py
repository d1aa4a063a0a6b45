"""Performing flows with tasks, under asyncio and under trio."""

from __future__ import annotations

import sys
import threading
from inspect import isawaitable
from typing import TYPE_CHECKING, TypeVar

from boltz_api.core.bodies import Receiving
from boltz_api.core.failures import DeadlineError, Failure, NoFreeConnectionError, classified
from boltz_api.core.steps import Ask, Done, Flow, Raised, Send, Sleep, Step, advance
from boltz_api.core.wire import Response
from boltz_api.errors import CLOSED, ClientClosedError
from boltz_api.transport.journey import TaskJourney
from boltz_api.transport.seams import AsyncHTTPClient, arriving

if TYPE_CHECKING:
    from anyio import Semaphore

    from boltz_api.settings import Tempo

R = TypeVar("R")


def _running_in_trio() -> bool:
    trio = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_task()


def _event_loop() -> object:
    """What connections belong to: they do not work in another event loop."""
    if _running_in_trio():
        import trio

        return trio.lowlevel.current_trio_token()
    # Imported here, for it takes a while, and threads do without.
    import asyncio

    return asyncio.get_running_loop()


def _is_over(loop: object) -> bool:
    """Whether nothing runs in ``loop`` any more."""
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


class AsyncConnections:
    """The HTTP client that several ``AsyncBoltz`` share: the caller's, or one of our own for each event loop."""

    def __init__(self, http_client: AsyncHTTPClient | None) -> None:
        self._given = http_client
        self._own: dict[object, Lane] = {}
        self._lock = threading.Lock()
        self._closed = False

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._closed or (self._given is not None and self._given.is_closed)

    def lane(self) -> Lane:
        """What to send through, from this event loop.

        Raises:
            ClientClosedError: It was closed.

        """
        if self.is_closed:
            raise ClientClosedError(CLOSED)
        if self._given is not None:
            return Lane(self._given, None)
        loop = _event_loop()
        lane = self._own.get(loop)
        if lane is None:
            with self._lock:
                # A lane holds on to its loop, so neither would ever go by itself.
                self._own = {other: kept for other, kept in self._own.items() if not _is_over(other)}
                lane = self._own[loop] = _own_lane()
        return lane

    async def close(self) -> None:
        """Close the HTTP client, the caller's included.

        Connections that were made from another event loop end with that loop: from here, they cannot be closed.
        """
        self._closed = True
        lane = self._own.pop(_event_loop(), None)
        if self._given is not None:
            await self._given.aclose()
        elif lane is not None:
            await lane.client.aclose()


class Lane:
    """An HTTP client, and who may use it at once.

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
        from anyio import fail_after

        try:
            with fail_after(seconds):
                await self._gate.acquire()
        except TimeoutError:
            raise NoFreeConnectionError("No connection became free in time.") from None

    def leave(self) -> None:
        """Let the next one in."""
        if self._gate is not None:
            self._gate.release()


def _own_lane() -> Lane:
    from anyio import Semaphore

    from boltz_api.transport.defaults import MAX_CONNECTIONS, DefaultAsyncHttpxClient

    return Lane(DefaultAsyncHttpxClient(), Semaphore(MAX_CONNECTIONS))


class AsyncShell:
    """Performs flows in the calling task."""

    def __init__(self, connections: AsyncConnections, tempo: Tempo, *, owner: bool = True) -> None:
        self._connections = connections
        self._tempo = tempo
        self._owner = owner
        self._closed = False

    def borrowed(self) -> AsyncShell:
        """Another one on the same connections, which does not close them."""
        return AsyncShell(self._connections, self._tempo, owner=False)

    @property
    def closed(self) -> bool:
        """Whether this shell, or what it sends through, has been closed."""
        return self._closed or self._connections.is_closed

    async def close(self) -> None:
        """Send nothing more; close the connections, if they are this shell's own."""
        self._closed = True
        if self._owner:
            await self._connections.close()

    async def run(self, flow: Flow[R]) -> R:
        """The flow's result."""
        try:
            step = advance(flow, None)
            while not isinstance(step, Done):
                step = advance(flow, await self._perform(step))
            return step.result
        finally:
            flow.close()

    async def _perform(self, step: Step) -> object:
        try:
            match step:
                case Send():
                    return await self._send(step)
                case Sleep():
                    await (self._tempo.async_sleep or sleep)(step.seconds)
                    return None
                case Ask():
                    answer = step.function(step.value)
                    return await answer if isawaitable(answer) else answer
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the flow that deals with it
            return Raised(error)

    async def _send(self, step: Send) -> Response | Failure:
        if self._closed:
            raise ClientClosedError(CLOSED)
        try:
            lane = self._connections.lane()
            await lane.enter(step.timeouts[3])
        except ClientClosedError:
            raise
        except Exception as error:  # noqa: BLE001  # what the environment says of proxies may be of no use
            return classified(error, unwritten=True)
        try:
            if self.closed:  # meanwhile
                raise ClientClosedError(CLOSED)
            return await self._exchanged(step, lane.client)
        finally:
            lane.leave()

    async def _exchanged(self, step: Send, client: AsyncHTTPClient) -> Response | Failure:
        from anyio import move_on_after

        remaining = None if step.deadline is None else step.deadline - self._tempo.monotonic()
        receiving: Receiving | None = None
        request = step.request
        journey = TaskJourney()
        try:
            # The HTTP library counts from one read to the next, so an answer that trickles in would never be late.
            with move_on_after(remaining):
                async with client.stream(
                    request.method,
                    request.url,
                    content=request.content,
                    headers=request.headers,
                    timeout=step.timeouts,
                    follow_redirects=False,
                    extensions={"trace": journey},
                ) as answer:
                    receiving = arriving(step, answer, self._tempo.monotonic)
                    if answer.is_stream_consumed:
                        receiving.feed(answer.content)
                    else:
                        async for piece in answer.aiter_raw():
                            receiving.feed(piece)
                    return receiving.finished()
            failed: Exception = DeadlineError()
        except Exception as error:  # noqa: BLE001  # custom transports and hooks may raise anything
            failed = error
        partial = None if receiving is None else receiving.broken_off()
        return classified(failed, partial, unwritten=journey.unwritten)
