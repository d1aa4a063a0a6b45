"""Keeping secrets out of everything that is printed, logged or pickled."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NoReturn, cast

MASK: Final = "**********"

# `key_prefix`, which the service itself shows, is a key's first 12 characters: six after `sk_bc_`.
_KEY: Final = re.compile(r"sk_bc_[A-Za-z0-9_\-]{7,}")

# Masking every occurrence of something shorter would make texts unreadable, and no key is that short.
_SHORTEST: Final = 8

_SECRET_HEADERS: Final = frozenset(
    {"x-api-key", "authorization", "proxy-authorization", "cookie", "set-cookie", "www-authenticate"}
)


class Secret:
    """A string that shows itself only when asked to."""

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The string itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


def holds_key(text: str) -> bool:
    """Whether something in ``text`` looks like a whole key."""
    return _KEY.search(text) is not None


def scrubbed(text: str, known: Iterable[Secret] = ()) -> str:
    """``text`` without anything that looks like a key, and without the ``known`` secrets."""
    for secret in known:
        if len(secret.reveal()) >= _SHORTEST:
            text = text.replace(secret.reveal(), MASK)
    return _KEY.sub(f"sk_bc_{MASK}", text)


def scrubbed_json(value: object, known: Iterable[Secret] = ()) -> object:
    """The same for decoded JSON, in keys and in values at any depth."""
    if isinstance(value, str):
        return scrubbed(value, known)
    if isinstance(value, list):
        return [scrubbed_json(item, known) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return {scrubbed(key, known): scrubbed_json(item, known) for key, item in members.items()}
    return value


def shown_header(name: str, value: str, known: Iterable[Secret] = ()) -> str:
    """A header's value as logs and errors show it."""
    return MASK if name.lower() in _SECRET_HEADERS else scrubbed(value, known)
