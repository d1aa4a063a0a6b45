"""Unions that msgspec cannot hold: of several objects without a tag, of several lists, of several kinds of strings.

To msgspec such a union is one custom type, so that it may stand anywhere in a model. Its options are tried in order,
and the first that a value fits is taken.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable


class _Union(type):
    """The metaclass of the types that represent unions."""

    module: str
    hint: str

    # msgspec checks the hook's result with this.
    def __instancecheck__(cls, value: object) -> bool:
        return True


def union(module: str, name: str, hint: str) -> type:
    """Return a type that stands for a union.

    Args:
        module: The module whose names ``hint`` uses.
        name: What the union is called there.
        hint: Its options, as in an annotation. They may be defined later in the module.

    """
    return _Union(name, (), {"__module__": module, "module": module, "hint": hint})


@cache
def options(kind: type) -> tuple[Any, ...] | None:  # Any: type forms
    """Return the options of a union; ``None`` if ``kind`` is no union of ours."""
    if not isinstance(kind, _Union):
        return None
    # The text is an annotation of generated code.
    return get_args(eval(kind.hint, vars(sys.modules[kind.module])))  # noqa: S307


def hook(convert: Callable[[Any, Any], Any]) -> Callable[[type, Any], Any]:
    """Return a ``dec_hook`` for msgspec.

    Args:
        convert: Makes a value (the first) an instance of an option (the second), or raises ``msgspec.ValidationError``.

    """

    def decode(kind: type, value: Any) -> Any:
        if not isinstance(kind, _Union):
            raise NotImplementedError(f"{kind.__name__} is no type of a contract")
        # An option that fits exactly takes precedence over one that leaves unknown fields.
        for attempt in (exactly, convert):
            for option in options(kind) or ():
                try:
                    return attempt(value, option)
                except (msgspec.ValidationError, TypeError):
                    continue
        # msgspec's wording for a value that a Literal does not have.
        raise ValueError(f"Invalid value for {kind.__name__}: it fits none of {kind.hint}")

    def exactly(value: Any, option: Any) -> Any:
        return msgspec.convert(value, option, dec_hook=decode)

    return decode
