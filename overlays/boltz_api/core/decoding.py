"""From an answer's bytes to what the contract says they are."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

import msgspec

from boltz_api.core.secrets import printable
from boltz_api.core.wire import Response
from boltz_api.errors import APIResponseValidationError

T = TypeVar("T")

_AT: Final = r" - at `(?P<path>[^`]*)`\Z"  # compiled if it comes to that
# An unknown field, or a tag that none of a union's variants has: a newer server may send either.
_FROM_NEWER_SERVER: Final = ("Object contains unknown field", "Invalid value ")
_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@lru_cache(maxsize=256)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:  # Any: a type form, such as `list[APIKey]`, is no `type`
    return msgspec.json.Decoder(kind)


@lru_cache(maxsize=256)
def _may_be_empty(kind: Any) -> bool:  # Any: as above
    from msgspec import inspect

    from boltz_api.core.shapes import part, shape_of

    return part(shape_of(kind), inspect.NoneType) is not None


def decodable(kind: object) -> bool:
    """Whether ``kind`` is something that JSON can be decoded into."""
    try:
        _decoder(kind)
    except (TypeError, ValueError, RecursionError):
        return False
    return kind is not None


def decoded(response: Response, kind: type[T]) -> T:
    """The answer's body as ``kind``.

    Models decode strictly first, which costs nothing. Only where the server sends a field that the contract does not
    know, or a variant, the body is decoded again in a way that keeps it. Where the contract has no content, or none
    for some successes, that is ``None``.

    Raises:
        APIResponseValidationError: It does not fit.

    """
    form = cast("object", kind)
    if form is None or (not response.content and _may_be_empty(form)):
        return cast("T", None)
    try:
        return cast("T", _decoder(form).decode(response.content))
    except _UNDECODABLE as error:
        fault: Exception = error
    if str(fault).startswith(_FROM_NEWER_SERVER):
        from boltz_api.core.unknown import converted

        try:
            return cast("T", converted(msgspec.json.decode(response.content), kind))
        except _UNDECODABLE as error:
            fault = error
    raise _unfit(response, fault) from None


def _unfit(response: Response, fault: Exception) -> APIResponseValidationError:
    from boltz_api.core.masking import shown_text

    text = str(fault)
    if isinstance(fault, msgspec.ValidationError):
        found = re.search(_AT, text)
        path = found["path"] if found else "$"
        rule = re.sub(_AT, "", text)
        rule = printable(shown_text(rule, response.holds, response.secrets, acted=True))
        return APIResponseValidationError(
            response, message=f"The answer does not fit the contract: {rule} at {path}", path=path
        )
    declared = response.headers.get("content-type", "no content type").partition(";")[0].strip()
    media_type = printable(shown_text(declared, response.holds, response.secrets, acted=True))
    # A decoding error's own text may quote the body, and so a secret.
    reason = text if isinstance(fault, msgspec.DecodeError) else type(fault).__name__
    if not response.content:
        reason = "the body is empty"
    return APIResponseValidationError(
        response, message=f"The answer is not the JSON it should be ({media_type}): {reason}", path="$"
    )
