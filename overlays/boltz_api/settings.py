"""What a client is set to: from arguments, from the environment, from defaults."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import Any, Final, TypeAlias, cast
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct, field

from boltz_api.core.headers import HeaderLayer, Unprinted, check_header, merged
from boltz_api.core.secrets import Secret, credentials_in, scrubbed
from boltz_api.core.wire import Timeouts
from boltz_api.errors import ArgumentTypeError, ArgumentValueError, MissingAPIKeyError
from boltz_api.logs import keep_secret
from boltz_api.sentinels import NOT_GIVEN, NotGiven, Omit
from boltz_api_generated.request import Timeout

DEFAULT_BASE_URL: Final = "https://api.boltz.bio"
THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")
"""What plain http may go to: our HTTP client asks no proxy for these names; for others of this machine, it would."""
DEFAULT_TIMEOUTS: Final[Timeouts] = (5.0, 60.0, 60.0, 60.0)
DEFAULT_MAX_RETRIES: Final = 2
DEFAULT_TOTAL_TIMEOUT: Final = 600.0
DEFAULT_MAX_RESPONSE_BYTES: Final = 16 * 1024 * 1024

TimeoutArgument: TypeAlias = float | Timeout | NotGiven | None


class Tempo(Struct, frozen=True, kw_only=True):
    """Where time and chance come from; tests put their own in."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    random: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep
    async_sleep: Callable[[float], Awaitable[None]] | None = None
    """Left out, the event loop's own."""


class Settings(Struct, frozen=True, kw_only=True, dict=True):
    """Everything that decides how a call is made, the connection apart."""

    api_key: Secret | None
    base_url: str
    """Checked, with a slash at its end."""
    timeouts: Timeouts = DEFAULT_TIMEOUTS
    max_retries: int = DEFAULT_MAX_RETRIES
    total_timeout: float | None = DEFAULT_TOTAL_TIMEOUT
    max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES
    allow_insecure_http: bool = False
    custom_headers: HeaderLayer = field(default_factory=dict[str, "str | Omit"])
    custom_query: Mapping[str, object] = field(default_factory=dict[str, object])
    tempo: Tempo = field(default_factory=Tempo)

    # Struct has one of each, which would show the headers, and some hold secrets; Any is how Struct declares it.
    def __repr__(self) -> str:
        return f"<Settings {self.base_url}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("base_url", self.base_url)]

    @cached_property
    def headers(self) -> dict[str, str | Omit]:
        """What every request carries, unless the call says otherwise."""
        key: HeaderLayer = {} if self.api_key is None else {"x-api-key": self.api_key.reveal()}
        standard: HeaderLayer = {
            "accept": "application/json",
            # Only what is decompressed within the limit on an answer's size.
            "accept-encoding": "gzip",
            "user-agent": _user_agent(),
        }
        return merged(standard, key, self.custom_headers)

    @cached_property
    def _bare_headers(self) -> tuple[tuple[str, str], ...] | None:
        """Those of a request that adds none, if they are complete: what most requests carry."""
        return _sendable(self.headers)

    def request_headers(self, *layers: HeaderLayer) -> tuple[tuple[str, str], ...]:
        """The headers of one request.

        Raises:
            MissingAPIKeyError: There is no key among them, and nobody left it out on purpose.

        """
        if not any(layers) and self._bare_headers is not None:
            return self._bare_headers
        sendable = _sendable(merged(self.headers, *layers))
        if sendable is None:
            raise MissingAPIKeyError(
                "There is no API key: pass api_key=..., or set the environment variable BOLTZ_API_KEY."
            )
        return sendable

    @cached_property
    def secrets(self) -> tuple[Secret, ...]:
        """What must not be shown of any request, wherever it turns up."""
        return tuple(map(keep_secret, credentials_in(self.headers)))

    def request_secrets(self, *layers: HeaderLayer) -> tuple[Secret, ...]:
        """What must not be shown of one request, the headers of which have these layers, too."""
        if not any(layers):
            return self.secrets
        return (*self.secrets, *(keep_secret(secret) for layer in layers for secret in credentials_in(layer)))


def _sendable(headers: HeaderLayer) -> tuple[tuple[str, str], ...] | None:
    if not any(name.lower() == "x-api-key" for name in headers):
        return None
    return tuple((name, value) for name, value in headers.items() if isinstance(value, str))


def _user_agent() -> str:
    from boltz_api import __version__

    return f"boltz-api-keys/{__version__} Python/{'.'.join(map(str, sys.version_info[:3]))}"


def api_key_setting(given: str | None) -> Secret | None:
    """The key as given, or as the environment has it.

    Raises:
        ArgumentTypeError: It is not a string.
        ArgumentValueError: It cannot travel in a header.

    """
    if given is None:
        given = os.environ.get("BOLTZ_API_KEY") or None
    if given is None:
        return None
    try:
        # Files and shells leave a line break at the end, which no header can carry and no key has.
        given = given.strip() if isinstance(given, str) else given  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a type checker
        check_header("api_key", "x-api-key", given)
        # An empty one is what `os.environ.get("...", "")` gives where there is none.
        return keep_secret(Secret(given)) if given else None
    finally:
        del given  # crash reporters send the locals of every frame


def base_url_setting(given: object, *, allow_insecure_http: bool) -> str:
    """The URL as given, or as the environment has it, or the service's own.

    Raises:
        ArgumentValueError: It is no URL that a key may be sent to.

    """
    source = "base_url" if given is not None else "BOLTZ_BASE_URL"
    url = str(given) if given is not None else os.environ.get("BOLTZ_BASE_URL") or DEFAULT_BASE_URL
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        parts, port_is_fine = SplitResult("", "", "", "", ""), False
    fault = None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        fault = "expected a URL such as https://api.boltz.bio"
    elif parts.username is not None or parts.password is not None:
        raise ArgumentValueError(f"{source}: must not hold a user name or a password", argument="base_url")
    elif parts.query or parts.fragment:
        fault = "must have neither a query nor a fragment"
    elif any(character.isspace() or not character.isprintable() for character in url):
        fault = "must not hold spaces or line breaks"
    elif parts.scheme == "http" and not (allow_insecure_http or parts.hostname in THIS_MACHINE):
        fault = (
            "plain http would send the API key unencrypted; use https, or localhost, 127.0.0.1 or [::1], "
            "or pass allow_insecure_http=True if nobody can listen in between"
        )
    if fault is not None:
        raise ArgumentValueError(f"{source}: {fault}, got {scrubbed(url)!r}", argument="base_url")
    return url if url.endswith("/") else f"{url}/"


def insecure_http_setting(given: bool | None) -> bool:  # as the constructor has it
    """Whether plain http may go to other machines."""
    if given is None:
        return os.environ.get("BOLTZ_ALLOW_INSECURE_HTTP", "").lower() in ("1", "true", "yes")
    return given


def mapping_setting(argument: str, given: object) -> Mapping[str, object]:
    """A mapping, empty if there is none.

    Raises:
        ArgumentTypeError: It is none.

    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        # Not shown: what was meant to be headers may be a secret.
        raise ArgumentTypeError(f"{argument}: expected a mapping, got {type(given).__name__}", argument=argument)
    return cast("Mapping[str, object]", given)


def header_settings(argument: str, given: Mapping[str, str | Omit] | None) -> HeaderLayer:
    """Headers that the caller wants on every request, checked."""
    if given is None:
        return {}
    headers = cast("HeaderLayer", Unprinted(mapping_setting(argument, given)))
    del given  # crash reporters send the locals of every frame
    for name in headers:
        check_header(argument, name, headers[name])
    return headers


def environment_headers() -> dict[str, str | Omit]:
    """``BOLTZ_CUSTOM_HEADERS``: lines of ``Name: value``."""
    headers: dict[str, str | Omit] = {}
    for line in os.environ.get("BOLTZ_CUSTOM_HEADERS", "").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            check_header("BOLTZ_CUSTOM_HEADERS", name.strip(), value.strip())
            headers[name.strip()] = value.strip()
    return headers


def timeouts_setting(given: object, default: Timeouts) -> Timeouts:
    """A number of seconds for each phase, four numbers, or an ``httpx.Timeout``, as the tuple that is sent on.

    Raises:
        ArgumentTypeError: It is none of these.
        ArgumentValueError: It is a negative number.

    """
    if isinstance(given, NotGiven):
        return default
    seconds: tuple[object, ...]
    if given is None or isinstance(given, (int, float)):
        seconds = (given, given, given, given)
    elif isinstance(given, tuple):
        seconds = cast("tuple[object, ...]", given)
    else:
        seconds = tuple(getattr(given, phase, NOT_GIVEN) for phase in ("connect", "read", "write", "pool"))
    numbers = [value for value in seconds if value is None or isinstance(value, (int, float))]
    if len(numbers) != 4 or len(seconds) != 4:
        raise ArgumentTypeError(
            f"timeout: expected seconds, an httpx.Timeout, or None, got {given!r}", argument="timeout"
        )
    if any(value is not None and not value > 0 for value in numbers):
        raise ArgumentValueError(f"timeout: expected seconds, more than 0, got {given!r}", argument="timeout")
    connect, read, write, pool = (None if value is None else _within_reach(value) for value in numbers)
    return connect, read, write, pool


def count_setting(argument: str, given: object, *, least: int) -> int:
    """A whole number of at least ``least``.

    Raises:
        ArgumentTypeError: It is no whole number.
        ArgumentValueError: It is too small.

    """
    if isinstance(given, bool) or not isinstance(given, int):
        raise ArgumentTypeError(f"{argument}: expected an integer, got {given!r}", argument=argument)
    if given < least:
        raise ArgumentValueError(f"{argument}: expected an integer of at least {least}, got {given}", argument=argument)
    return given


def seconds_setting(argument: str, given: object) -> float | None:
    """A positive number of seconds, or ``None``.

    Raises:
        ArgumentTypeError: It is no number.
        ArgumentValueError: It is not positive.

    """
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise ArgumentTypeError(f"{argument}: expected seconds or None, got {given!r}", argument=argument)
    if not given > 0:
        raise ArgumentValueError(f"{argument}: expected more than 0 seconds, got {given!r}", argument=argument)
    return _within_reach(given)


# Sockets count milliseconds in 32 bits: what is more wraps round, and 50 days come to an end at once.
_ENDLESS: Final = (2**31 - 1) / 1000


def _within_reach(seconds: float) -> float | None:
    """``seconds``, without end if there are more than the operating system can count."""
    return float(seconds) if seconds < _ENDLESS else None


# What httpx sets where its user does not: too little here, and no sign that the user wants it.
_HTTPX_TIMEOUTS: Final[Timeouts] = (5.0, 5.0, 5.0, 5.0)


def default_timeouts(http_client: object) -> Timeouts:
    """The time limits of a client that was passed in, if somebody has chosen them; else this package's own."""
    chosen = getattr(http_client, "timeout", None)
    if chosen is None:
        return DEFAULT_TIMEOUTS
    timeouts = timeouts_setting(chosen, DEFAULT_TIMEOUTS)
    return DEFAULT_TIMEOUTS if timeouts == _HTTPX_TIMEOUTS else timeouts
