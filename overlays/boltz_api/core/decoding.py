"""From an answer's bytes to what the contract says they are."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

import msgspec

from boltz_api.core.wire import Response
from boltz_api.errors import APIResponseValidationError

T = TypeVar("T")

_AT: Final = re.compile(r" - at `(?P<path>[^`]*)`\Z")
_UNKNOWN_FIELD: Final = "Object contains unknown field"
_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@lru_cache(maxsize=256)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:  # Any: a type form, such as `list[APIKey]`, is no `type`
    return msgspec.json.Decoder(kind)


def decoded(response: Response, kind: type[T]) -> T:
    """The answer's body as ``kind``.

    Models decode strictly first, which costs nothing. Only where the server sends a field that the contract does not
    know, the body is decoded again in a way that keeps it.

    Raises:
        APIResponseValidationError: It does not fit.

    """
    try:
        return cast("T", _decoder(cast("object", kind)).decode(response.content))
    except _UNDECODABLE as error:
        fault: Exception = error
    if str(fault).startswith(_UNKNOWN_FIELD):
        from boltz_api.core.unknown import converted

        try:
            return cast("T", converted(msgspec.json.decode(response.content), kind))
        except _UNDECODABLE as error:
            fault = error
    raise _unfit(response, fault) from None


def _unfit(response: Response, fault: Exception) -> APIResponseValidationError:
    text = str(fault)
    if isinstance(fault, msgspec.ValidationError):
        found = _AT.search(text)
        path = found["path"] if found else "$"
        rule = _AT.sub("", text)
        return APIResponseValidationError(
            response, message=f"The answer does not fit the contract: {rule} at {path}", path=path
        )
    media_type = response.headers.get("content-type", "no content type").partition(";")[0].strip()
    # A decoding error's own text may quote the body, and so a secret.
    reason = text if isinstance(fault, msgspec.DecodeError) else type(fault).__name__
    if not response.content:
        reason = "the body is empty"
    return APIResponseValidationError(
        response, message=f"The answer is not the JSON it should be ({media_type}): {reason}", path="$"
    )
