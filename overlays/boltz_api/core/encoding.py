"""From what the caller passed, already checked, to the JSON that is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, cast

import msgspec
from msgspec import UNSET

from boltz_api.core.checking import check_text
from boltz_api.core.plain import plain_or_refused
from boltz_api.errors import ArgumentTypeError

# What msgspec raises, depending on what it meets.
_REFUSALS: Final = (TypeError, ValueError, OverflowError)


def encoded(
    body: object, extra: Mapping[str, object] | None = None, *, argument: str = "", extra_argument: str = "extra_body"
) -> bytes:
    """``body``, with what ``extra`` adds to it, as JSON.

    Args:
        body: What to send.
        extra: Members to add.
        argument: What the caller knows ``body`` as; empty where its members are arguments of their own.
        extra_argument: What the caller knows ``extra`` as.

    Raises:
        ArgumentTypeError: It holds something that JSON does not have.
        ArgumentValueError: It holds half of a character.

    """
    try:
        whole = body
        if extra:
            whole = {**cast("Mapping[str, object]", msgspec.to_builtins(body, enc_hook=plain_or_refused)), **extra}
        return msgspec.json.encode(whole, enc_hook=plain_or_refused)
    except RecursionError:
        at = argument or "body"
        raise ArgumentTypeError(f"{at}: cannot be sent as JSON: too deep, or within itself", argument=at) from None
    except _REFUSALS as error:
        places = (*_refused(body, argument), *_refused(extra or {}, extra_argument))
        where, fault = next(iter(places), (argument or "body", error))
        raise ArgumentTypeError(f"{where}: cannot be sent as JSON: {fault}", argument=where) from None


def _refused(value: object, where: str) -> Iterator[tuple[str, Exception]]:
    """Every place in ``value`` that cannot be sent, in Python's names, and why."""
    members: Iterator[tuple[str, object]]
    if isinstance(value, msgspec.Struct):
        fields = ((name, getattr(value, name)) for name in value.__struct_fields__)
        members = ((f".{name}", item) for name, item in fields if item is not UNSET)
    elif isinstance(value, Mapping):
        named = cast("Mapping[object, object]", value)
        yield from (fault for name in named for fault in _refused(name, where) if not isinstance(name, (int, float)))
        members = ((f".{name}", item) for name, item in named.items())
    elif isinstance(value, (list, tuple)):
        members = ((f"[{index}]", item) for index, item in enumerate(cast("list[object]", value)))
    else:
        if isinstance(value, str):
            check_text(where, value)
        try:
            msgspec.json.encode(value, enc_hook=plain_or_refused)
        except _REFUSALS as error:
            yield where, error
        return
    for step, item in members:
        yield from _refused(item, f"{where}{step}".removeprefix("."))
