"""The contract as Python. Written by ``nox -s generate``; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from boltz_api.request import Registry, Security

    OPERATIONS: Registry
    SECURITY: Security | None

SERVER: Final = "https://api.boltz.bio"
TAGS: Final[dict[str, str]] = {"admin.api_keys": "API Keys"}
# The module that each operation stands in; looking an operation up imports it.
_MODULES: Final = {
    "create_api_key": "boltz_api_generated.resources.admin.api_keys",
    "list_api_keys": "boltz_api_generated.resources.admin.api_keys",
    "revoke_api_key": "boltz_api_generated.resources.admin.api_keys",
}


def __getattr__(name: str) -> object:
    # The names of tags and operations cost nothing: completion and `--help` need no more.
    if name not in ("OPERATIONS", "SECURITY"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from boltz_api import request

    security = request.APIKeyHeader("x-api-key")
    globals().update(OPERATIONS=request.Registry(_MODULES), SECURITY=security)
    return globals()[name]
