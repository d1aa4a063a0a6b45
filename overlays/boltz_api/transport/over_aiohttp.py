"""aiohttp as the transport of an ``AsyncBoltz``, for programs that have settled on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from boltz_api.transport.defaults import with_defaults

if TYPE_CHECKING:
    # To a type checker it is httpx's own class, with all its arguments.
    DefaultAioHttpClient = httpx.AsyncClient
else:
    try:
        from httpx_aiohttp import HttpxAiohttpClient
    except ImportError:

        class DefaultAioHttpClient(httpx.AsyncClient):
            """Says what to install."""

            def __init__(self, **_options: Any) -> None:
                raise RuntimeError("DefaultAioHttpClient needs httpx-aiohttp: pip install 'boltz-api-keys[aiohttp]'")

    else:

        class DefaultAioHttpClient(HttpxAiohttpClient):
            """An ``httpx.AsyncClient`` over aiohttp with this package's time limits and pool, for asyncio alone."""

            def __init__(self, **options: Any) -> None:
                super().__init__(**with_defaults(options))
