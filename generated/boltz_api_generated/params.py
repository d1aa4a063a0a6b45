"""The arguments of each operation as a typed dict, for code that builds them up before the call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NotRequired, TypedDict


class CreateApiKeyParams(TypedDict):
    """The arguments of ``create_api_key``."""

    name: str
    """API key name. 1 to 255 characters."""
    allowed_ips: NotRequired[Sequence[str] | None]
    """IP addresses allowed to use this key (IPv4 or IPv6). An empty array (the default) means all IPs are allowed."""
    expires_in_days: NotRequired[int | None]
    """Days until the key expires. Omit for a key that does not expire. 1 to 365."""
    mode: NotRequired[Literal["live", "test"] | None]
    """Key mode. Test keys create test-mode resources with synthetic data. ``"live"`` (the default) or ``"test"``."""
    workspace_id: NotRequired[str | None]
    """Workspace ID to scope this key to. Omit for default workspace."""


class ListApiKeysParams(TypedDict):
    """The arguments of ``list_api_keys``."""

    after_id: NotRequired[str | None]
    """Return results after this ID"""
    before_id: NotRequired[str | None]
    """Return results before this ID"""
    limit: NotRequired[int | None]
    """Max items to return. 1 to 100. The default is 100."""
    workspace_id: NotRequired[str | None]
    """Filter by workspace ID. If not provided, returns keys across all workspaces."""


class RevokeApiKeyParams(TypedDict):
    """The arguments of ``revoke_api_key``."""

    api_key_id: str
    """The ID of the key to revoke. At least 1 character."""
