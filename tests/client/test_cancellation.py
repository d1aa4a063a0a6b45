"""Cancelled at any of its steps, a call gives back what it holds, and leaves nothing to the garbage collector.

Every step, not some moments: where a task may be cancelled is where it hands control to the event loop, and there a
call is interrupted, at its first such step, then in another run at its second, and so on to the last.
"""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Coroutine, Generator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import anyio
import httpx
import httpx2
import pytest
from packaging.version import Version

from boltz_api import AsyncBoltz, InternalServerError
from boltz_api.defaults import MAX_CONNECTIONS

if TYPE_CHECKING:
    from tests.client.conftest import SayHTTP, Scripted

pytestmark = pytest.mark.skipif(
    Version(version("anyio")) < Version("4.16"), reason="anyio left cancelled connections open until 4.16"
)

T = TypeVar("T")

NO_KEYS: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}


class StoppedAt(Generic[T]):
    """A coroutine that calls ``stop`` when it hands control to the event loop for the ``step``-th time."""

    def __init__(self, coroutine: Coroutine[Any, Any, T], step: int, stop: Callable[[], object]) -> None:
        self._coroutine = coroutine
        self._left = step
        self._stop = stop

    def __await__(self) -> Generator[Any, Any, T]:
        inner = self._coroutine.__await__()
        advance: Callable[[], object] = inner.__next__
        while True:
            try:
                waited_for = advance()
            except StopIteration as end:
                result: T = end.value
                return result
            self._left -= 1
            if self._left == 0:
                self._stop()
            try:
                given = yield waited_for
            except BaseException as error:  # noqa: BLE001  # whatever comes in goes on to the coroutine
                advance = lambda error=error: inner.throw(error)  # type: ignore[misc]  # noqa: E731
            else:
                advance = lambda given=given: inner.send(given)  # type: ignore[misc]  # noqa: E731


async def cancelled_at_every_step(
    call: Callable[[], Coroutine[Any, Any, object]], after: Callable[[], Awaitable[None]]
) -> int:
    """Cancel ``call`` at each of its steps in turn, and see to ``after`` each time. How many steps there are."""
    step = 0
    while True:
        step += 1
        with anyio.CancelScope() as scope:
            await StoppedAt(call(), step, scope.cancel)
        await after()
        if not scope.cancel_called:
            return step - 1


async def list_keys(client: AsyncBoltz) -> None:
    assert (await client.admin.api_keys.list()).data == []


async def stream_keys(client: AsyncBoltz) -> None:
    async with client.admin.api_keys.with_streaming_response.list() as answer:
        assert (await answer.parse()).data == []


async def iterate(client: AsyncBoltz) -> None:
    assert [key async for key in client.admin.api_keys.list()] == []


async def fail(client: AsyncBoltz) -> None:
    with pytest.raises(InternalServerError):
        await client.get("/fails", cast_to=object)


CALLS = [list_keys, stream_keys, iterate, fail]


@pytest.fixture
def slow_server(server: Scripted, http: SayHTTP) -> Scripted:
    """Gives an answer in several pieces; every other one says that there is another page."""
    whole = http(200, NO_KEYS)
    more = http(200, {**NO_KEYS, "has_more": True, "last_id": "1"})
    failing = http(500, headers={"retry-after-ms": "1"})

    def answer(asked: Any) -> Any:
        if asked.path == "/fails":
            return failing
        answer = more if "after_id" not in asked.path else whole
        return type(answer)(answer.raw, "keep", drip=0.001, drip_from=len(answer.raw) - 3)

    server.will(answer)
    return server


@pytest.mark.anyio
@pytest.mark.parametrize(("call", "library"), [*((call, httpx) for call in CALLS), (iterate, httpx2)])
async def test_the_only_connection_is_free_after_any_cancellation(
    slow_server: Scripted, call: Callable[[AsyncBoltz], Coroutine[Any, Any, None]], library: Any
) -> None:
    http_client = library.AsyncClient(limits=library.Limits(max_connections=1))
    async with AsyncBoltz(api_key="k", base_url=slow_server.url, http_client=http_client) as client:

        async def usable() -> None:
            with anyio.fail_after(5):
                await list_keys(client)

        assert await cancelled_at_every_step(lambda: call(client), usable) >= 3
    gc.collect()


@pytest.mark.anyio
@pytest.mark.parametrize("call", CALLS)
async def test_every_turn_is_given_back_after_any_cancellation(
    slow_server: Scripted, call: Callable[[AsyncBoltz], Coroutine[Any, Any, None]]
) -> None:
    """The client lets no more requests to its connections than there are, and counts them itself."""
    async with AsyncBoltz(api_key="k", base_url=slow_server.url) as client:

        async def counted() -> None:
            lane = client._transport._connections.lane(slow_server.url)  # pyright: ignore[reportPrivateUsage]  # nothing public tells
            gate = lane._gate  # pyright: ignore[reportPrivateUsage]  # as above
            assert gate is not None
            assert gate.value == MAX_CONNECTIONS

        assert await cancelled_at_every_step(lambda: call(client), counted) >= 3
    gc.collect()


@pytest.mark.anyio
async def test_a_client_that_is_cancelled_with_its_call_leaves_no_connection_open(slow_server: Scripted) -> None:
    """While it connects, and while it is closed, too."""

    async def come_and_go() -> None:
        async with AsyncBoltz(api_key="k", base_url=slow_server.url) as client:
            await iterate(client)

    async def nothing() -> None: ...

    assert await cancelled_at_every_step(come_and_go, nothing) >= 5
    gc.collect()
    with anyio.fail_after(5):
        while slow_server.open_now() > 0:  # noqa: ASYNC110  # it counts in threads of its own
            await anyio.sleep(0.01)
