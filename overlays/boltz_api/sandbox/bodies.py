"""The body of a request, read and decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from boltz_api.sandbox.problems import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

    from boltz_api_generated.request import Operation

MAX_SIZE: Final = 1024 * 1024
"""The largest body that is read, in bytes."""


async def read_json(request: Request, operation: Operation[object]) -> object:
    """The body, decoded; an empty object where there is none and the operation can do without.

    Raises:
        RefusedError: 415 for another media type, 413 for a body too large, 400 for one that is not JSON.

    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await _read(request)
    if not body and not media_type and not _is_required(operation):
        return {}
    if media_type != "application/json":
        raise RefusedError(415, f"The body must be application/json, not {media_type or 'of no stated type'}.")
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(400, f"The body is not JSON: {error}.") from None


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_SIZE:
            raise RefusedError(413, f"The body is larger than {MAX_SIZE} bytes.")
    return bytes(body)


def _is_required(operation: Operation[object]) -> bool:
    return any(argument.required for argument in operation.arguments if argument.location == "body")


def _number(text: str) -> int | float:
    # To JSON Schema 30.0 is an integer, and so it must be to the models.
    number = float(text)
    return int(number) if number.is_integer() else number


_DECODER: Final = msgspec.json.Decoder(float_hook=_number)
