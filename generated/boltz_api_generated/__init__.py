"""The contract as Python. Written by ``nox -s generate``; do not edit."""

from __future__ import annotations

from typing import Final

from boltz_api.request import APIKeyHeader, Registry, Security

SERVER: Final = "https://api.boltz.bio"
SECURITY: Final[Security | None] = APIKeyHeader("x-api-key")
TAGS: Final[dict[str, str]] = {"admin.api_keys": "API Keys"}
# The module that each operation stands in; looking an operation up imports it.
OPERATIONS: Final = Registry(
    {
        "create_api_key": "boltz_api_generated.resources.admin.api_keys",
        "list_api_keys": "boltz_api_generated.resources.admin.api_keys",
        "revoke_api_key": "boltz_api_generated.resources.admin.api_keys",
    }
)
