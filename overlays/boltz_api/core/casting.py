"""An answer as whatever the caller says it is."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import NoneType
from typing import Any, TypeVar, cast

from boltz_api.core.decoding import decodable, decoded
from boltz_api.core.foreign import response_of
from boltz_api.core.wire import Response
from boltz_api.errors import ArgumentTypeError

T = TypeVar("T")


def as_type(response: Response, kind: type[T], *, argument: str) -> T:
    """The answer as ``kind``.

    Args:
        response: The answer.
        kind: A model, ``dict``, ``list``, ``object``, ``str``, ``bytes``, ``None``'s type, or ``httpx.Response``.
        argument: What the caller knows ``kind`` as.

    Raises:
        APIResponseValidationError: It does not fit.
        ArgumentTypeError: Nothing can be made into ``kind``.

    """
    check_castable(kind, argument=argument)
    if kind is NoneType:
        return cast("T", None)
    if kind is Response:
        return cast("T", response)
    if kind is str:
        return cast("T", response.text)
    if kind is bytes:
        return cast("T", response.content)
    library = _library(kind)
    if library is not None:
        made: T = response_of(cast("Callable[..., Any]", kind), import_module(library).Request, response)
        return made
    return decoded(response, kind)


def check_castable(kind: object, *, argument: str) -> None:
    """Refuse what no answer can be made into, before anything is sent.

    Raises:
        ArgumentTypeError: ``kind`` is no type, or none that JSON can be decoded into.

    """
    if kind is not Response and _library(kind) is None and not decodable(kind):
        raise ArgumentTypeError(f"{argument}: {kind!r} cannot be made of an answer", argument=argument)


def _library(kind: object) -> str | None:
    """The HTTP library whose response ``kind`` is."""
    library = str(getattr(kind, "__module__", "")).partition(".")[0]
    return library if library in ("httpx", "httpx2") and getattr(kind, "__name__", "") == "Response" else None
