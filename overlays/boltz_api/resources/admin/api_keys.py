"""The classes of ``client.admin.api_keys``."""

from __future__ import annotations

from boltz_api.keys import APIKeys as APIKeysResource
from boltz_api.keys import AsyncAPIKeys as AsyncAPIKeysResource

__all__ = ["APIKeysResource", "AsyncAPIKeysResource"]
