"""The client's settings: from arguments, from the environment, from defaults."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct, field

from boltz_api.delays import Timing
from boltz_api.errors import ArgumentTypeError, ArgumentValueError
from boltz_api.redact import Secret, credentials_in, redact_url, remember
from boltz_api.request import (
    HeaderLayer,
    NotGiven,
    Omit,
    Pairs,
    Security,
    Timeout,
    Timeouts,
    checked_headers,
    merge_headers,
    timeouts_from,
    within_reach,
)
from boltz_api.validation import shown

if TYPE_CHECKING:
    from boltz_api.request import Operation

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
"""The hosts that plain http may go to. Our HTTP client uses no proxy for these, as it would for other local names."""
DEFAULT_TIMEOUTS: Final[Timeouts] = (5.0, 60.0, 60.0, 60.0)
DEFAULT_MAX_RETRIES: Final = 2
DEFAULT_TOTAL_TIMEOUT: Final = 600.0
DEFAULT_MAX_RESPONSE_BYTES: Final = 16 * 1024 * 1024

TimeoutArgument: TypeAlias = float | Timeout | NotGiven | None

_NO_HEADERS: Final[Secret[HeaderLayer]] = Secret({})


class Settings(Struct, frozen=True, kw_only=True, dict=True):
    """All settings of a call except those of the connection."""

    base_url: str
    """The validated URL, with a slash at its end."""
    api_key: Secret[str] | None = None
    security: Security | None = None
    """How a request carries the key."""
    timeouts: Timeouts = DEFAULT_TIMEOUTS
    max_retries: int = DEFAULT_MAX_RETRIES
    total_timeout: float | None = DEFAULT_TOTAL_TIMEOUT
    max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES
    allow_insecure_http: bool = False
    headers: Secret[HeaderLayer] = _NO_HEADERS
    """The caller's headers for every request."""
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    timing: Timing = field(default_factory=Timing)

    # Struct has one of each, which would show the query; Any is how Struct declares it.
    def __repr__(self) -> str:
        return f"<Settings {self.base_url}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("base_url", self.base_url)]

    def credential(self, security: Security | None) -> dict[str, str]:
        """Return the header that carries the key, if there is a key."""
        if self.api_key is None or security is None:
            return {}
        return {security.name: security.value(self.api_key.reveal())}

    @cached_property
    def standard_headers(self) -> dict[str, str | Omit]:
        """The headers of every request, unless the call overrides them."""
        standard: HeaderLayer = {
            "accept": "application/json",
            # Only what is decompressed within the limit on a response's size.
            "accept-encoding": "gzip",
            "user-agent": _user_agent(),
        }
        return merge_headers(standard, self.credential(self.security), self.headers.reveal())

    @cached_property
    def _complete(self) -> dict[tuple[object, ...], Secret[Pairs] | None]:
        """The headers of requests that add none of their own: what most requests carry."""
        return {}

    def request_headers(
        self,
        operation: Operation[object],
        content_type: str | None,
        own: HeaderLayer,
        extra: Secret[HeaderLayer] | None,
    ) -> Secret[Pairs] | None:
        """Return the headers of one request; ``None`` if the key is missing, and was not left out on purpose."""
        kind = (operation.accept, content_type, operation.authenticated, operation.security)
        if not own and extra is None and kind in self._complete:
            return self._complete[kind]
        security = operation.security or self.security
        layers: list[HeaderLayer] = [self.standard_headers, {"accept": operation.accept}]
        if operation.security is not None or not operation.authenticated:
            layers += [] if self.security is None else [{self.security.name: Omit()}]
            layers += [self.credential(security)] if operation.authenticated else []
        layers += [self.headers.reveal(), {} if content_type is None else {"content-type": content_type}]
        layers += [own, {} if extra is None else extra.reveal()]
        merged = merge_headers(*layers)
        present = {name.lower() for name in merged}
        complete = None
        if not operation.authenticated or security is None or security.name.lower() in present:
            complete = Secret(tuple((name, value) for name, value in merged.items() if isinstance(value, str)))
        if not own and extra is None:
            self._complete[kind] = complete
        return complete

    @cached_property
    def secrets(self) -> tuple[Secret[str], ...]:
        """The secrets of every request, to be masked wherever they appear."""
        return tuple(map(remember, credentials_in(self.standard_headers)))


def _user_agent() -> str:
    from boltz_api import __version__

    return f"boltz-api-keys/{__version__} Python/{'.'.join(map(str, sys.version_info[:3]))}"


def api_key_from(argument: Secret[str | None], security: Security | None) -> Secret[str] | None:
    """Return the key as given, or as the environment has it.

    Raises:
        ArgumentTypeError: It is not a string.
        ArgumentValueError: A header cannot carry it.

    """
    key: Secret[Any] = argument if argument.reveal() is not None else Secret(os.environ.get("BOLTZ_API_KEY"))
    # An empty one is what `os.environ.get("...", "")` gives where there is none.
    if key.reveal() is None or key.reveal() == "":
        return None
    if isinstance(key.reveal(), str):
        # Files and shells leave a line break at the end, which no header can carry and no key has.
        key = Secret(key.reveal().strip())
    checked_headers("api_key", Secret({"authorization" if security is None else security.name: key.reveal()}))
    return remember(key) if key.reveal() else None


def base_url_from(argument: object, default: str, *, allow_insecure_http: bool) -> str:
    """Return the URL as given, or as the environment has it, or the service's own.

    Raises:
        ArgumentValueError: It is no URL that a key may be sent to.

    """
    source = "base_url" if argument is not None else "BOLTZ_BASE_URL"
    url = str(argument) if argument is not None else os.environ.get("BOLTZ_BASE_URL") or default
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
    elif "?" in url or "#" in url:  # an empty query or fragment, too: every path would end up in it
        fault = "must have neither a query nor a fragment"
    elif any(character.isspace() or not character.isprintable() for character in url):
        fault = "must not hold spaces or line breaks"
    elif parts.scheme == "http" and not (allow_insecure_http or parts.hostname in LOOPBACK):
        fault = (
            "plain http would send the API key unencrypted; use https, or localhost, 127.0.0.1 or [::1], "
            "or pass allow_insecure_http=True if nobody can listen in between"
        )
    if fault is not None:
        raise ArgumentValueError(f"{source}: {fault}, got {redact_url(url)!r}", argument="base_url")
    return url if url.endswith("/") else f"{url}/"


def insecure_http_from(argument: bool | None) -> bool:  # under the constructor's name for it
    """Return True if plain http may go to other machines."""
    if argument is None:
        return os.environ.get("BOLTZ_ALLOW_INSECURE_HTTP", "").lower() in ("1", "true", "yes")
    return argument


def custom_headers(argument: Secret[Any]) -> Secret[HeaderLayer]:
    """Return the headers for every request: the caller's, over ``BOLTZ_CUSTOM_HEADERS`` (lines of ``Name: value``).

    Raises:
        ArgumentTypeError: They are no mapping of strings.
        ArgumentValueError: One holds characters that a header cannot carry.

    """
    environment = checked_headers(
        "BOLTZ_CUSTOM_HEADERS",
        Secret(
            {
                name.strip(): value.strip()
                for name, colon, value in (
                    line.partition(":") for line in os.environ.get("BOLTZ_CUSTOM_HEADERS", "").splitlines()
                )
                if colon
            }
        ),
    )
    assert environment is not None
    given = None if argument.reveal() is None else checked_headers("default_headers", argument)
    return environment if given is None else Secret(merge_headers(environment.reveal(), given.reveal()))


def seconds_from(argument: str, value: object) -> float | None:
    """Return a positive number of seconds, or ``None``.

    Raises:
        ArgumentTypeError: It is no number.
        ArgumentValueError: It is not positive.

    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ArgumentTypeError(f"{argument}: expected seconds or None, got {shown(value)}", argument=argument)
    if not value > 0:
        raise ArgumentValueError(f"{argument}: expected more than 0 seconds, got {shown(value)}", argument=argument)
    return within_reach(value)


# httpx's default, which is too short here and not the user's choice.
_HTTPX_TIMEOUTS: Final[Timeouts] = (5.0, 5.0, 5.0, 5.0)


def default_timeouts(http_client: object) -> Timeouts:
    """Return the time limits of a client that was passed in, if somebody has chosen them; else our own."""
    chosen = getattr(http_client, "timeout", None)
    if chosen is None:
        return DEFAULT_TIMEOUTS
    timeouts = timeouts_from(chosen, DEFAULT_TIMEOUTS)
    return DEFAULT_TIMEOUTS if timeouts == _HTTPX_TIMEOUTS else timeouts
