"""httpx as this package sets it up. Imported at the first request, for it is what takes long to import."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import httpx

from boltz_api.settings import DEFAULT_TIMEOUTS, THIS_MACHINE
from boltz_api.transport.trust import LateTrust

DEFAULT_TIMEOUT: Final = httpx.Timeout(DEFAULT_TIMEOUTS)
MAX_CONNECTIONS: Final = 100
# All of them are kept: httpx counts those at work, too, when it decides that there are too many idle ones, and would
# close what the next request needs.
DEFAULT_CONNECTION_LIMITS: Final = httpx.Limits(
    max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS
)


# The environment's proxy may be on another machine, which is none of the key's business, and cannot reach this one.
_NO_PROXY_FOR: Final = tuple(f"all://[{host}]" if ":" in host else f"all://{host}" for host in THIS_MACHINE)


def with_defaults(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of an httpx client, as far as they are not chosen: this package's."""
    defaults: dict[str, object] = {
        "timeout": DEFAULT_TIMEOUT,
        "limits": DEFAULT_CONNECTION_LIMITS,
        # A cookie set for one key would go out with the next one: clients with different keys share connections.
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    }
    if not {"verify", "cert", "trust_env"} & options.keys():
        defaults["verify"] = LateTrust()
    if not {"proxy", "mounts", "transport"} & options.keys():
        defaults["mounts"] = dict.fromkeys(_NO_PROXY_FOR)
    return {**defaults, **options}


Transport: TypeAlias = httpx.BaseTransport
"""What may be passed to an ``httpx.Client`` as its ``transport``."""
ProxiesTypes: TypeAlias = str | httpx.Proxy | dict[str | httpx.URL, str | httpx.URL | httpx.Proxy | None]
"""The ways of writing down a proxy, or one for each kind of URL."""


if TYPE_CHECKING:
    # To a type checker they are httpx's own classes, with all their arguments.
    DefaultHttpxClient = httpx.Client
    DefaultAsyncHttpxClient = httpx.AsyncClient
else:

    class DefaultHttpxClient(httpx.Client):
        """An ``httpx.Client`` with this package's time limits and pool, to be passed as ``http_client``."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**with_defaults(options))

    class DefaultAsyncHttpxClient(httpx.AsyncClient):
        """An ``httpx.AsyncClient`` with this package's time limits and pool, to be passed as ``http_client``."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**with_defaults(options))
