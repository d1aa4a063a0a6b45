"""The sandbox as an ASGI application."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from email.utils import format_datetime
from logging import getLogger
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, unquote

import anyio
import msgspec
from attrs import frozen
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router

from boltz_api.sandbox.faults import HEADER, Fault, Faults
from boltz_api.sandbox.openapi import Contract, Operation, is_json
from boltz_api.sandbox.responses import RefusedError, json_response
from boltz_api.sandbox.schemas import number
from boltz_api.sandbox.service import Behaviour, Call, Clock, authenticate, authorize, timestamp
from boltz_api.sandbox.store import Store, StoreError, StoreFullError

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

MADE_UP: Final = "x-sandbox-made-up"
"""The header that marks examples in a response: ``answer`` for all of it, or the fields' paths."""

MAX_BODY_SIZE: Final = 1024 * 1024

_REMEMBERED: Final = 10_000
_LOG: Final = getLogger(__name__)
_JSON: Final = msgspec.json.Decoder(float_hook=number)


@frozen(kw_only=True)
class Received:
    """A request that the sandbox has handled. It holds no header and no body, so no key."""

    method: str
    path: str
    operation: str | None
    """The operation's name; ``None`` where the request fits none."""
    status: int | None
    """The status of the response; ``None`` where a fault closed the connection instead."""
    fault: Fault | None


class Application:
    """Serves every operation of a contract."""

    def __init__(self, store: Store, clock: Clock, contract: Contract, behaviours: Mapping[str, Behaviour]) -> None:
        self.faults = Faults()
        self.received: deque[Received] = deque(maxlen=_REMEMBERED)
        """The latest requests, oldest first."""
        self.operations = contract.operations
        self._store = store
        self._clock = clock
        self._contract = contract
        self._behaviours = behaviours
        paths: dict[str, dict[str, Operation]] = {}
        for operation in contract.operations.values():
            paths.setdefault(operation.path, {})[operation.method] = operation
        # Where two paths fit, the one that spells a segment out means it.
        ordered = sorted(paths, key=lambda path: ["{" in segment for segment in path.split("/")])
        routes = [Route(_pattern(path), _Endpoint(self, paths[path])) for path in ordered]
        self._router = Router(routes, redirect_slashes=False, default=_Endpoint(self, {}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "http":
            # Routed before it is decoded, so that an encoded slash stays inside its segment.
            raw = cast("bytes | None", scope.get("raw_path"))
            path = quote(cast("str", scope["path"])) if raw is None else raw.decode("latin-1")
            scope = {**scope, "path": path, "root_path": ""}
        await self._router(scope, receive, send)

    async def respond(self, request: Request, methods: Mapping[str, Operation]) -> Response:
        """Handle one request to a path that has these methods, and record it."""
        operation: Operation | None = None
        fault: Fault | None = None
        try:
            operation = _operation(methods, request.method)
            fault = self.faults.next(operation.name, request.headers.get(HEADER))
            act = self._perform(request, operation) if fault is None else self._fail(fault, request, operation)
            response = await act
        except RefusedError as refused:
            response = refused.response()
        except ClientDisconnect:
            raise
        except Exception:  # noqa: BLE001  # a behaviour may be anybody's; the caller still gets the error body
            _LOG.exception("The sandbox failed at %s %s", request.method, request.scope["path"])
            response = RefusedError(500, "The sandbox itself failed; its log says how.").response()
        response.headers["x-request-id"] = f"req_{token_hex(8)}"
        response.headers["date"] = format_datetime(self._clock.now(), usegmt=True)
        self.received.append(
            Received(
                method=request.method,
                path=request.scope["path"],
                operation=None if operation is None else operation.name,
                status=None if fault is not None and fault.drop else response.status_code,
                fault=fault,
            )
        )
        return response

    async def _fail(self, fault: Fault, request: Request, operation: Operation) -> Response:
        await request.body()  # now, for the caller may hang up during a delay, and the operation still takes place
        if not fault.after_commit:
            await anyio.sleep(fault.delay)
        response = await self._perform(request, operation) if fault.commits else None
        if fault.after_commit:
            await anyio.sleep(fault.delay)
        return self.faults.apply(fault, response, request.query_params.multi_items())

    async def _perform(self, request: Request, operation: Operation) -> Response:
        """Perform the operation, and return its response or its refusal."""
        try:
            return self._result(await self._call(request, operation))
        except RefusedError as refused:
            return refused.response()
        except StoreError as error:
            return RefusedError(507 if isinstance(error, StoreFullError) else 500, str(error)).response()

    async def _call(self, request: Request, operation: Operation) -> Call:
        now, caller = self._clock.now(), None
        if operation.authenticated:
            header, address = self._contract.key_header, request.client.host if request.client else None
            key = request.headers.get(header, "").removeprefix("Bearer ")
            caller = authenticate(key, header, address, self._store, timestamp(now))
            authorize(caller, operation)
        names = [part.partition("}")[0] for part in operation.path.split("{")[1:]]
        path = [(names[int(n[1:])], unquote(text)) for n, text in request.path_params.items()]
        query = self.faults.resolve(request.query_params.multi_items())
        arguments = self._contract.arguments
        return Call(
            operation=operation,
            caller=caller,
            now=now,
            path=_valid(arguments(operation, "path", path)),
            query=_valid(arguments(operation, "query", query)),
            headers=_valid(arguments(operation, "header", request.headers.items())),
            body=await self._body(request, operation) if operation.body else None,
        )

    async def _body(self, request: Request, operation: Operation) -> object:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > MAX_BODY_SIZE:
                raise RefusedError(413, f"The body is larger than {MAX_BODY_SIZE} bytes.")
        if not content and not media_type and not operation.body_required:
            return None
        if media_type not in operation.body:
            expected = " or ".join(operation.body)
            raise RefusedError(415, f"The body must be {expected}, not {media_type or 'of no stated type'}.")
        if not is_json(media_type):
            return bytes(content)
        try:
            value = _JSON.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RefusedError(400, f"The body is not JSON: {error}.") from None
        return _valid(self._contract.body(operation.body[media_type], value))

    def _result(self, call: Call) -> Response:
        operation = call.operation
        behaviour = self._behaviours.get(operation.name)
        media_type = next(iter(operation.response), "")
        media = operation.response.get(media_type, {})
        made_up = {MADE_UP: "answer"}
        if behaviour is not None:
            missing: list[str] = []
            value = self._contract.schemas.fit(media.get("schema"), behaviour(call, self._store), missing)
            made_up = {MADE_UP: ", ".join(missing)} if missing else {}
        elif not media_type:
            return Response(status_code=operation.status, headers=made_up)
        else:
            value = self._contract.example(media)
        if not media_type or is_json(media_type):
            return json_response(operation.status, value, made_up)
        return Response(
            value if isinstance(value, str) else msgspec.json.encode(value), operation.status, made_up, media_type
        )


class _Endpoint:
    """The operations of one path, by method, as the ASGI application that starlette's routes want."""

    def __init__(self, application: Application, methods: Mapping[str, Operation]) -> None:
        self._application = application
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._application.respond(request, self._methods)
            await response(scope, receive, send)
        except ClientDisconnect:
            return  # during its own request: nothing was done, and the client is gone


def _operation(methods: Mapping[str, Operation], method: str) -> Operation:
    if not methods:
        raise RefusedError(404, "There is nothing at this path.")
    if method not in methods:
        allowed = ", ".join(sorted(methods))
        message = f"This path does not take {method}. It takes {allowed}."
        raise RefusedError(405, message, headers={"allow": allowed})
    return methods[method]


def _pattern(path: str) -> str:
    """Return a path in starlette's form, its parameters numbered: OpenAPI allows them names that starlette does not."""
    parts = path.split("{")
    return parts[0] + "".join(f"{{p{number}}}{part.partition('}')[2]}" for number, part in enumerate(parts[1:]))


def _valid(checked: tuple[Any, Mapping[str, str]]) -> Any:
    value, faults = checked
    if faults:
        what = "; ".join(f"{name}: {fault}" for name, fault in faults.items())
        raise RefusedError(422, f"The request is not valid: {what}.", faults)
    return value
