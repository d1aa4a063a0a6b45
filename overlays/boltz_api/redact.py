"""Keeping secrets out of everything that is printed, logged, raised or pickled.

The policy fails closed: a text is cut to a few kilobytes first, then known secrets and everything that looks like a key
are masked. A body that may hold a secret is not shown at all, only its size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, NoReturn, Self, SupportsIndex, TypeVar, cast
from urllib.parse import quote, unquote_plus
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

MASK: Final = "**********"

TEXT_LIMIT: Final = 4096
"""How many characters of a text are examined and shown: masking megabytes would take seconds."""
ERROR_BODY_LIMIT: Final = 64 * 1024

# Rarely used patterns are strings: compiling them would take a tenth of the import time.

# Up to where a key may go on: whitespace, a quote, or what separates values in JSON, URLs, headers and sentences.
_KEY_CHARACTER: Final = r"""[^\s"'`<>(){}\[\],;&|*\\]"""

# `key_prefix`, which the service itself shows, is a key's first 12 characters: six after `sk_bc_`. Dots may follow it.
_KEY: Final = rf"(sk[_-]bc[_-])(?![\w-]{{0,6}}[.…]*(?!{_KEY_CHARACTER})){_KEY_CHARACTER}{{7,}}"

# Masking every occurrence of something shorter would make texts unreadable, and no key is that short.
_SHORTEST: Final = 8

# Headers that describe the message, or help to trace it. Any other may carry a secret.
_SHOWN_HEADERS: Final = (
    r"(?i:accept(-.*)?|age|allow|cache-control|cf-ray|connection|content-.*|date|etag|expires|host|last-modified|location"
    r"|retry-after(-ms)?|server|server-timing|transfer-encoding|user-agent|vary|via|x-should-retry"
    r"|(.*-)?request-id|(.*-)?ratelimit(-.*)?)"
)
_CREDENTIAL_HEADER: Final = re.compile(r"auth|cookie|credential|key|passw|secret|signature|token", re.IGNORECASE)
# `Bearer abc`, `a=b; c=d`.
_BETWEEN_CREDENTIALS: Final = r"[\s;,]+"

_LAST_WORDS: Final = r"key|secret|token|password|passwd|passphrase|credentials?|authorization|cookie|signature"
# `api_key`, `apiKey`, `X-API-Key`, `apikey`; neither `key_prefix` nor `monkey`.
_SECRET_NAME: Final = rf"(?s:.*[^A-Za-z0-9]|.*[a-z0-9](?=[A-Z])|.*(?i:api))?(?i:{_LAST_WORDS})"

_QUERY_PARAMETER: Final = r"(?P<start>[?&](?P<name>[^=&#]*)=)[^&#]*"
# Long, of letters and digits: a secret of any form. What follows a URL's scheme is its host and path.
_OPAQUE: Final = r"(?a)(?<![\w.~+/=%-])(?!//)(?=[\w.~+/=%-]*[0-9])(?=[\w.~+/=%-]*[A-Za-z])[\w.~+/=%-]{20,}"
# An HTTP library that could not parse a response quotes it as bytes.
_BYTES: Final = r"""(?s)\bb'(?:[^'\\]|\\.)*'?|\bb"(?:[^"\\]|\\.)*"?"""


class Secret(Generic[T]):
    """A value that shows itself only to ``reveal()``: a key, or the headers that carry it.

    It is opaque on purpose: crash reporters print the locals of every frame, and expand every mapping among them.
    """

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: T) -> None:
        self._value = value

    @staticmethod
    def of(value: Any) -> Secret[Any]:  # Any: what callers pass
        """Return ``value`` as a secret, if it is none already."""
        return value if isinstance(value, Secret) else Secret(value)  # pyright: ignore[reportUnknownVariableType]  # as above

    def reveal(self) -> T:
        """Return the value itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is Secret and cast("Secret[object]", other)._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


# Not a set: of two equal keys, the second has to stay when the first goes.
_living: Final[WeakValueDictionary[int, Secret[str]]] = WeakValueDictionary()


def remember(secret: Secret[str]) -> Secret[str]:
    """Mask ``secret`` in the logs of the HTTP libraries for as long as it exists."""
    _living[id(secret)] = secret
    return secret


def remembered() -> list[Secret[str]]:
    """Return the secrets that are in use."""
    return [secret for reference in _living.valuerefs() if (secret := reference()) is not None]


def holds_key(text: str) -> bool:
    """Return True if something in ``text`` looks like a whole key."""
    return "sk" in text and re.search(_KEY, text) is not None


def scrub(text: str, secrets: Iterable[Secret[str]] = (), *, limit: int = TEXT_LIMIT) -> str:
    """Return ``text``, cut to ``limit`` characters, without known secrets and without anything that looks like a key.

    Args:
        text: The text.
        secrets: The secrets to mask, in every spelling.
        limit: The maximum number of characters.

    """
    # Many clients may have the same key, and each of them remembers it.
    distinct = {plain for secret in secrets if len(plain := secret.reveal()) >= _SHORTEST}
    spellings = {spelt for plain in distinct for spelt in _spellings(plain)}
    size = len(text)
    text = text[:limit]
    # The longest first: one may be a part of another.
    for spelt in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelt, MASK)
    text = re.sub(_KEY, rf"\1{MASK}", text)
    if size > limit:
        # The cut may have gone through a secret, and left a part of it at the end.
        text = text[: -max(map(len, spellings), default=0) or None]
        return f"{text}… ({size} characters)"
    return text


def scrub_quoted(text: str, secrets: Iterable[Secret[str]] = ()) -> str:
    """``scrub`` for an HTTP library's messages: bytes quoted in them are a part of the response."""
    return re.sub(_BYTES, MASK, scrub(text, secrets))


def scrub_opaque(text: str) -> str:
    """Return ``text`` without anything that could be a secret of an unknown form."""
    return re.sub(_OPAQUE, MASK, text)


def _spellings(plain: str) -> Iterator[str]:
    """The spellings of a secret: unchanged, and as in URLs, JSON and Python's ``repr``."""
    yield plain
    if not plain.isalnum():
        yield quote(plain, safe="", errors="replace")
        yield json.dumps(plain)[1:-1]
        yield repr(plain)[1:-1]


def printable(text: str, *, keep: str = "") -> str:
    r"""Escape every character that could steer a terminal, reorder a line, or pass for a line of its own.

    The escapes are those of JSON (``\n``, ``\u009b``), so that JSON text remains the same document.

    Args:
        text: The text.
        keep: Characters to leave as they are, such as a line break.

    """
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() or mark in keep else _escape(mark) for mark in text)


def _escape(character: str) -> str:
    if 0xD800 <= ord(character) <= 0xDFFF:  # half a surrogate pair, which json.dumps escapes, too
        return f"\\u{ord(character):04x}"
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"


def secret_name(name: str) -> bool:
    """Return True if a member or a parameter called ``name`` usually holds a secret."""
    return re.fullmatch(_SECRET_NAME, name) is not None


def credentials_in(headers: Mapping[str, object]) -> Iterator[Secret[str]]:
    """Yield the strings to mask wherever a server may repeat them: credentials as a whole, and their parts."""
    for name, value in headers.items():
        if isinstance(value, str) and _CREDENTIAL_HEADER.search(name):
            parts = {value, *re.split(_BETWEEN_CREDENTIALS, value)}
            if name.lower() == "cookie":
                parts |= {part.partition("=")[2] for part in parts}
            yield from (Secret(part) for part in parts if len(part) >= _SHORTEST)


def redact_headers(pairs: Iterable[tuple[str, str]], secrets: Iterable[Secret[str]] = ()) -> list[tuple[str, str]]:
    """Return headers as logs, errors and pickles show them: the values of those that may carry a secret are masked."""
    known = tuple(secrets)
    return [(name, scrub(value, known) if re.fullmatch(_SHOWN_HEADERS, name) else MASK) for name, value in pairs]


def redact_url(url: str, secrets: Iterable[Secret[str]] = ()) -> str:
    """Return a URL as logs and errors show it."""

    def masked(found: re.Match[str]) -> str:
        return f"{found['start']}{MASK}" if secret_name(unquote_plus(found["name"])) else found[0]

    return scrub(re.sub(_QUERY_PARAMETER, masked, url[:TEXT_LIMIT]), secrets)


class NotPickled:
    """Refuses to be pickled or copied deeply, in a sentence that says what to do instead."""

    _pickle_instead: ClassVar[str]
    """The advice to the caller, as the end of a sentence."""

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} is not pickled, for a client's key and connections would go with it; "
            f"{self._pickle_instead}"
        )

    def __copy__(self) -> Self:
        clone = object.__new__(type(self))
        vars(clone).update(vars(self))
        return clone


def redact_request(request: httpx.Request) -> httpx.Request:
    """Return a copy of ``request``, of httpx or httpx2, without its body and with its secrets masked."""
    secrets = remembered()
    copy = type(request)(
        request.method,
        redact_url(str(request.url), secrets),
        headers=redact_headers(request.headers.multi_items(), secrets),
    )
    copy.read()
    return copy


def redact_response(response: httpx.Response, request: httpx.Request, *, content: bytes = b"") -> httpx.Response:
    """Return a copy of ``response`` with ``content`` as its body, in which nothing shows a secret."""
    secrets = remembered()
    # Latin-1 maps every byte to a character and back.
    shown = scrub(content.decode("latin-1"), secrets).encode("latin-1") if len(content) <= TEXT_LIMIT else b""
    copy = type(response)(response.status_code, content=shown, request=request)
    copy.headers = type(response.headers)(redact_headers(response.headers.multi_items(), secrets))
    return copy
