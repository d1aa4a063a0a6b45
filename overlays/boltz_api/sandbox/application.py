"""The sandbox as an ASGI application."""

from __future__ import annotations

from collections import deque
from logging import getLogger
from secrets import token_hex
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote

import anyio
from attrs import frozen
from starlette.requests import ClientDisconnect, Request

from boltz_api.sandbox import authentication, faults
from boltz_api.sandbox.answers import Answer, answer, refusal
from boltz_api.sandbox.behaviours import BEHAVIOURS, Behaviour, Call
from boltz_api.sandbox.bodies import read_json
from boltz_api.sandbox.checking import check_body, check_headers, check_query
from boltz_api.sandbox.clock import Clock, timestamp
from boltz_api.sandbox.connection import EXTENSION, Connection
from boltz_api.sandbox.examples import example
from boltz_api.sandbox.faults import Fault, Faults
from boltz_api.sandbox.problems import RefusedError
from boltz_api.sandbox.routing import Match, Router
from boltz_api.sandbox.shapes import fit
from boltz_api.sandbox.spoiling import Spoiler
from boltz_api.sandbox.store import Store, StoreError, StoreFullError
from boltz_api_generated.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

    from boltz_api_generated.request import Operation

MADE_UP: Final = "x-sandbox-made-up"
"""The header that says what in an answer is only an example: ``answer`` for all of it, or the fields' paths."""

_REMEMBERED: Final = 10_000
_LOG: Final = getLogger(__name__)


@frozen(kw_only=True)
class Received:
    """A request that the sandbox has dealt with. It holds no header and no body, so no key."""

    method: str
    path: str
    operation: str | None
    """The operation's name; ``None`` where the request fits none."""
    status: int | None
    """The status that was answered; ``None`` where a fault dropped the connection instead."""
    fault: Fault | None


class Application:
    """Answers every operation of the contract."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock | None = None,
        operations: Mapping[str, Operation[object]] = OPERATIONS,
        behaviours: Mapping[str, Behaviour] = BEHAVIOURS,
    ) -> None:
        self.clock = Clock() if clock is None else clock
        self.faults = Faults()
        self.received: deque[Received] = deque(maxlen=_REMEMBERED)
        """The latest requests, oldest first."""
        self._store = store
        self.operations = operations
        self._router = Router(operations)
        self._behaviours = behaviours
        self._spoiler = Spoiler()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            try:
                await _deliver(await self._answer(Request(scope, receive)), scope, receive, send)
            except ClientDisconnect:
                return  # in the middle of its own request: nothing was done, and nobody listens

    async def _answer(self, request: Request) -> Answer:
        path = _raw_path(request.scope)
        match: Match | None = None
        fault: Fault | None = None
        try:
            match = self._router.match(request.method, path)
            fault = self.faults.next(match.operation.name, request.headers.get(faults.HEADER))
            given = await self._perform(request, match) if fault is None else await self._suffer(fault, request, match)
        except RefusedError as refused:
            given = refusal(refused)
        except ClientDisconnect:
            raise
        except Exception:  # noqa: BLE001  # a behaviour may be anybody's; the caller still gets the error body
            _LOG.exception("The sandbox failed at %s %s", request.method, path)
            given = refusal(RefusedError(500, "The sandbox itself failed; its log says how."))
        operation = None if match is None else match.operation.name
        self.received.append(
            Received(
                method=request.method,
                path=path,
                operation=operation,
                status=None if given.ending == "dropped" else given.status,
                fault=fault,
            )
        )
        return given

    async def _suffer(self, fault: Fault, request: Request, match: Match) -> Answer:
        await request.body()  # now, for the caller may hang up during a delay, and the operation still takes place
        if not fault.after_commit:
            await anyio.sleep(fault.delay)
        real = await self._perform(request, match) if fault.commits else None
        if fault.after_commit:
            await anyio.sleep(fault.delay)
        return self._spoiler.spoil(fault, real, request.query_params.multi_items())

    async def _perform(self, request: Request, match: Match) -> Answer:
        """Do what the operation does, and say how that went."""
        try:
            return await self._result(request, match)
        except RefusedError as refused:
            return refusal(refused)
        except StoreFullError as error:
            return refusal(RefusedError(507, str(error)))
        except StoreError as error:
            return refusal(RefusedError(500, str(error)))

    async def _result(self, request: Request, match: Match) -> Answer:
        operation, now = match.operation, self.clock.now()
        address = None if request.client is None else request.client.host
        key = request.headers.get(authentication.HEADER)
        caller = authentication.authenticate(key, address, self._store, timestamp(now))
        authentication.authorize(caller, operation)
        call = Call(
            operation=operation,
            caller=caller,
            now=now,
            path=match.path,
            query=self._query(operation, request),
            headers={} if operation.headers is None else check_headers(operation.headers, request.headers),
            body={} if operation.body is None else check_body(operation.body, await read_json(request, operation)),
        )
        return self._said(call)

    def _query(self, operation: Operation[object], request: Request) -> Mapping[str, object]:
        if operation.query is None:
            return {}
        return check_query(operation.query, self._spoiler.resolve(request.query_params.multi_items()))

    def _said(self, call: Call) -> Answer:
        behaviour = self._behaviours.get(call.operation.name)
        model = call.operation.response
        if behaviour is None:
            made_up = {MADE_UP: "answer"}
            return (
                Answer(status=204, body=b"", headers=made_up) if model is None else answer(200, example(model), made_up)
            )
        value, invented = fit(model, behaviour(call, self._store))
        return answer(200, value, {MADE_UP: ", ".join(invented)} if invented else None)


def _raw_path(scope: Scope) -> str:
    raw = cast("bytes | None", scope.get("raw_path"))
    return quote(cast("str", scope["path"])) if raw is None else raw.decode("ascii")


async def _deliver(given: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    connection = cast("Connection | None", scope.get("extensions", {}).get(EXTENSION))
    headers = {"x-request-id": f"req_{token_hex(8)}", "content-length": str(len(given.body)), **given.headers}
    if given.status == 204:
        del headers["content-length"]
    if given.ending != "dropped":
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": given.status, "headers": pairs})
        body = given.body if given.ending == "whole" else given.body[: len(given.body) // 2]
        await send({"type": "http.response.body", "body": body, "more_body": given.ending != "whole"})
    if given.ending == "whole":
        return
    if connection is None:
        raise ConnectionResetError("The sandbox broke this connection, as asked for.")
    if given.ending == "reset":
        connection.reset()
    else:
        connection.drop()
    # The server must see the connection gone before this call ends, or it would answer in our place.
    while (await receive())["type"] != "http.disconnect":
        continue


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
