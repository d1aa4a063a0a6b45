"""Keeping secrets out of everything that is printed, logged or pickled."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NoReturn
from urllib.parse import quote, unquote_plus

MASK: Final = "**********"

# Patterns that few programs come to use are strings: compiling them would take a tenth of the time to import it all.

# Up to where a key may go on: whitespace, a quote, or what sets values apart in JSON, URLs, headers and sentences.
_MARK: Final = r"""[^\s"'`<>(){}\[\],;&|*]"""

# `key_prefix`, which the service itself shows, is a key's first 12 characters: six after `sk_bc_`. Dots may follow it.
_KEY: Final = rf"(sk[_-]bc[_-])(?![\w-]{{0,6}}[.…]*(?!{_MARK})){_MARK}{{7,}}"

# Masking every occurrence of something shorter would make texts unreadable, and no key is that short.
_SHORTEST: Final = 8

# Headers that tell how a message is to be read, or whom to ask about it. Any other may carry a secret.
_SHOWN_HEADERS: Final = (
    r"(?i:accept(-.*)?|age|allow|cache-control|cf-ray|connection|content-.*|date|etag|expires|host|last-modified|location"
    r"|retry-after(-ms)?|server|server-timing|transfer-encoding|user-agent|vary|via|x-should-retry"
    r"|(.*-)?request-id|(.*-)?ratelimit(-.*)?)"
)
_CREDENTIAL_HEADER: Final = re.compile(r"auth|cookie|credential|key|passw|secret|signature|token", re.IGNORECASE)
# What a credential is made of: `Bearer abc`, `a=b; c=d`.
_BETWEEN_CREDENTIALS: Final = r"[\s;,]+"

_LAST_WORDS: Final = r"key|secret|token|password|passwd|passphrase|credentials?|authorization|cookie|signature"
# `api_key`, `apiKey`, `X-API-Key`, `apikey`; neither `key_prefix` nor `monkey`.
_SECRET_NAME: Final = rf"(?s:.*[^A-Za-z0-9]|.*[a-z0-9](?=[A-Z])|.*(?i:api))?(?i:{_LAST_WORDS})"


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
    return re.search(_KEY, text) is not None


def sounds_secret(name: str) -> bool:
    """Whether a member or a parameter of that name usually holds a secret."""
    return re.fullmatch(_SECRET_NAME, name) is not None


def scrubbed(text: str, known: Iterable[Secret] = ()) -> str:
    """``text`` without anything that looks like a key, and without the ``known`` secrets, however they are spelt."""
    spellings = {spelt for secret in known if len(secret.reveal()) >= _SHORTEST for spelt in _spellings(secret)}
    # The longest first: one may be a part of another.
    for spelt in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelt, MASK)
    return re.sub(_KEY, rf"\1{MASK}", text)


def _spellings(secret: Secret) -> Iterator[str]:
    """A secret as it is, and as URLs, JSON and Python's ``repr`` have it."""
    plain = secret.reveal()
    yield plain
    if not plain.isalnum():
        yield quote(plain, safe="", errors="replace")
        yield json.dumps(plain)[1:-1]
        yield repr(plain)[1:-1]


def printable(text: str) -> str:
    """``text`` in which nothing can steer a terminal or pass for a line of its own."""
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text)


def shown_header(name: str, value: str, known: Iterable[Secret] = (), *, strange: bool = True) -> str:
    """A header's value as logs and errors show it.

    Args:
        name: The header's name.
        value: Its value.
        known: What must not be shown.
        strange: Headers that nobody here knows are shown, too, unless they sound like credentials.

    """
    safe = not _CREDENTIAL_HEADER.search(name) if strange else re.fullmatch(_SHOWN_HEADERS, name)
    return scrubbed(value, known) if safe else MASK


def credentials_in(headers: Mapping[str, object]) -> Iterator[Secret]:
    """What must not be shown wherever a server may repeat it: credentials as a whole, and their parts."""
    for name, value in headers.items():
        if isinstance(value, str) and _CREDENTIAL_HEADER.search(name):
            parts = {value, *re.split(_BETWEEN_CREDENTIALS, value)}
            if name.lower() == "cookie":
                parts |= {part.partition("=")[2] for part in parts}
            yield from (Secret(part) for part in parts if len(part) >= _SHORTEST)


_QUERY: Final = re.compile(r"(?P<start>[?&](?P<name>[^=&#]*)=)[^&#]*")


def shown_url(url: str, known: Iterable[Secret] = ()) -> str:
    """A URL as logs and errors show it."""

    def shown(found: re.Match[str]) -> str:
        return f"{found['start']}{MASK}" if sounds_secret(unquote_plus(found["name"])) else found[0]

    return scrubbed(_QUERY.sub(shown, url), known)
