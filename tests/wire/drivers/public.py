"""Driver of the public client, boltz-api 0.50.0, which has the same import name; for comparison only."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

import boltz_api
from tests.wire.drivers import own

HELLO: dict[str, Any] = {
    "client": "boltz-api",
    "version": boltz_api.__version__,
    "capabilities": [
        *("clock", "environment", "list_all", "several_calls", "untyped"),
        *("default_headers", "default_query", "extra_body", "extra_headers", "extra_query"),
    ],
}


def made(kind: Any, fake: bool, sleeps: list[float], settings: dict[str, Any]) -> Any:
    """Make a client; it has no seam for a clock, so that the module's own is replaced."""
    if fake:
        vars(time)["sleep"] = sleeps.append
        vars(import_module("boltz_api._base_client"))["random"] = lambda: 0.0
    return kind(**settings)


async def call(client: Any, given: dict[str, Any], reply: dict[str, Any]) -> Any:
    """Make a call; retries are a setting of the client alone."""
    options = dict(given["options"])
    if "max_retries" in options:
        client = client.with_options(max_retries=options.pop("max_retries"))
    return await own_call(client, {**given, "options": options}, reply)


own_call = own.call

if __name__ == "__main__":
    own.made = made
    own.call = call
    own.SHOW_LOCALS = False
    own.serve(HELLO)
