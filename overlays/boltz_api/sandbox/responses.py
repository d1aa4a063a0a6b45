"""Responses: JSON, the contract's error body, and responses whose connection breaks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol, cast

import msgspec
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

CONNECTION: Final = "boltz_api.sandbox.connection"
"""The ASGI extension that carries the request's ``Connection``."""

_CODES: Final = {401: "unauthorized", 403: "forbidden", 404: "not_found", 409: "conflict"}
_WITHOUT_BODY: Final = (204, 205, 304)


class Connection(Protocol):
    """The TCP connection of a request."""

    def close(self) -> None:
        """Close it, whatever has been sent so far."""

    def reset(self) -> None:
        """Abort it with a TCP reset."""


class RefusedError(Exception):
    """Ends a request with this status and the contract's error body."""

    def __init__(
        self,
        status: int,
        message: str,
        details: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.details = details
        self.headers = headers

    def response(self) -> Response:
        """Return the response."""
        return json_response(self.status, error_body(self.status, str(self), self.details), self.headers)


def error_body(status: int, message: str, details: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return an ``Error`` of the contract, with the code that belongs to ``status``."""
    code = _CODES.get(status, "internal_error" if status >= 500 else "bad_request")
    body: dict[str, object] = {"code": code, "message": message}
    return body if details is None else {**body, "details": details}


def json_response(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """Return a response with a JSON body, or without one where HTTP allows none for ``status``."""
    if status in _WITHOUT_BODY:
        return Response(status_code=status, headers=headers)
    return Response(msgspec.json.encode(value), status, headers, media_type="application/json")


class BrokenResponse(Response):
    """A response that breaks its connection.

    With a ``response``, the connection is reset in the middle of its body; without one, closed before the first byte.
    """

    def __init__(self, response: Response | None = None) -> None:
        super().__init__()
        self._response = response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is to arrive, then break the connection."""
        if self._response is not None:
            body = bytes(self._response.body)
            start = {"type": "http.response.start", "status": self._response.status_code}
            await send({**start, "headers": self._response.raw_headers})
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        connection = cast("Connection | None", scope.get("extensions", {}).get(CONNECTION))
        if connection is None:
            raise ConnectionResetError("A fault of the sandbox broke this connection.")
        if self._response is None:
            connection.close()
        else:
            connection.reset()
        # The server must see the connection gone before this call ends, or it would send a response of its own.
        while (await receive())["type"] != "http.disconnect":
            continue
