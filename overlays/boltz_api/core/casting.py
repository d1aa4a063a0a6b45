"""An answer as whatever the caller says it is."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import NoneType
from typing import Any, TypeVar, cast

from boltz_api.core.decoding import decoded
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
    if kind is NoneType:
        return cast("T", None)
    if kind is Response:
        return cast("T", response)
    if kind is str:
        return cast("T", response.text)
    if kind is bytes:
        return cast("T", response.content)
    library = kind.__module__.partition(".")[0]
    if library in ("httpx", "httpx2") and kind.__name__ == "Response":
        made: T = response_of(cast("Callable[..., Any]", kind), import_module(library).Request, response)
        return made
    try:
        return decoded(response, kind)
    except TypeError:
        raise ArgumentTypeError(f"{argument}: {kind!r} cannot be made of an answer", argument=argument) from None
