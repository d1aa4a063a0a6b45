"""httpx as this package sets it up. Imported at the first request, since httpx is what takes long to import."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import httpx

from boltz_api.settings import DEFAULT_TIMEOUTS, LOOPBACK

DEFAULT_TIMEOUT: Final = httpx.Timeout(DEFAULT_TIMEOUTS)
MAX_CONNECTIONS: Final = 100
# All of them are kept: httpx counts those at work, too, when it decides that there are too many idle ones, and would
# close what the next request needs.
DEFAULT_CONNECTION_LIMITS: Final = httpx.Limits(
    max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS
)

# The environment's proxy may be on another machine, which must not see the key and cannot reach loopback here.
_NO_PROXY_FOR: Final = tuple(f"all://[{host}]" if ":" in host else f"all://{host}" for host in LOOPBACK)

Transport: TypeAlias = httpx.BaseTransport
"""The type of the argument ``transport`` of an ``httpx.Client``."""
ProxiesTypes: TypeAlias = str | httpx.Proxy | dict[str | httpx.URL, str | httpx.URL | httpx.Proxy | None]
"""The types of a proxy setting: one proxy, or one for each kind of URL."""


class UnusableTrustError(Exception):
    """The certificates that TLS is to trust could not be read."""


def with_defaults(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of an httpx client, with this package's where none is chosen."""
    defaults: dict[str, object] = {
        "timeout": DEFAULT_TIMEOUT,
        "limits": DEFAULT_CONNECTION_LIMITS,
        # A cookie set for one key would be sent with another: clients with different keys share connections.
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    }
    if not {"proxy", "mounts", "transport"} & options.keys():
        defaults["mounts"] = dict.fromkeys(_NO_PROXY_FOR)
    return {**defaults, **options}


def own_options(scheme: str) -> dict[str, Any]:
    """Return the options of a client that is to speak ``scheme`` only.

    Reading the certificates that TLS trusts takes longer than all else that making a client does; http needs none, and
    its client gets none.

    Raises:
        UnusableTrustError: What the environment names as trusted holds no certificates.

    """
    if scheme == "http":
        return {"verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
    named = {name: os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)}
    try:
        if "SSL_CERT_FILE" in named:
            # Up to 0.27, httpx ignores a missing file, and trusts certificates that the user did not choose.
            os.stat(named["SSL_CERT_FILE"])  # noqa: PTH116  # pathlib takes a while to import
        return {"verify": httpx.create_ssl_context()}
    except OSError as error:  # which ssl.SSLError is, too
        places = ", ".join(f"{name}={path}" for name, path in named.items())
        raise UnusableTrustError(f"no certificates to trust in {places}: {error}") from error


if TYPE_CHECKING:
    # To a type checker they are httpx's own classes, with all their arguments.
    DefaultHttpxClient = httpx.Client
    DefaultAsyncHttpxClient = httpx.AsyncClient
    DefaultAioHttpClient = httpx.AsyncClient
else:

    class DefaultHttpxClient(httpx.Client):
        """An ``httpx.Client`` with this package's time limits and pool, to be passed as ``http_client``."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**with_defaults(options))

    class DefaultAsyncHttpxClient(httpx.AsyncClient):
        """An ``httpx.AsyncClient`` with this package's time limits and pool, to be passed as ``http_client``."""

        def __init__(self, **options: Any) -> None:
            super().__init__(**with_defaults(options))

    def __getattr__(name: str) -> object:
        if name == "DefaultAioHttpClient":
            globals()[name] = _aiohttp_client()
            return globals()[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def _aiohttp_client() -> type:
        try:
            from httpx_aiohttp import HttpxAiohttpClient
        except ImportError:

            class Missing(httpx.AsyncClient):
                """Says what to install."""

                def __init__(self, **_options: Any) -> None:
                    raise RuntimeError(
                        "DefaultAioHttpClient needs httpx-aiohttp: pip install 'boltz-api-keys[aiohttp]'"
                    )

            return Missing

        class DefaultAioHttpClient(HttpxAiohttpClient):
            """An ``httpx.AsyncClient`` over aiohttp with this package's time limits and pool, for asyncio alone."""

            def __init__(self, **options: Any) -> None:
                super().__init__(**with_defaults(options))

        return DefaultAioHttpClient
