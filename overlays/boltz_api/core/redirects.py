"""Where a redirect may be followed to."""

from __future__ import annotations

from typing import Final
from urllib.parse import urljoin, urlsplit

from boltz_api.core.wire import Response

MAX_REDIRECTS: Final = 5

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# These keep the method; after the others, clients turn a POST into a GET.
_METHOD_KEPT: Final = frozenset({307, 308})
_FOLLOWED: Final = frozenset({301, 302, 303, 307, 308})


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what two URLs must share for one to get the other's key."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(parts.scheme)


def followed_to(response: Response, *, repeatable: bool) -> str | None:
    """The URL to go on with, or ``None`` where the redirect must not be followed.

    Never to another origin: the key would go along. Never with a request that must not happen twice: that the server
    did nothing before it redirected is only its word. Anything but a GET keeps its method, or is not followed.
    """
    if response.status_code not in _FOLLOWED or not repeatable:
        return None
    if response.method != "GET" and response.status_code not in _METHOD_KEPT:
        return None
    location = response.headers.get("location")
    if not location:
        return None
    try:
        target = urljoin(response.asked_url, location)
        same = origin(target) == origin(response.asked_url)
    except ValueError:  # a port that is no number, a bracket that is not closed
        return None
    return target.partition("#")[0] if same else None
