"""The classes of ``client.admin``."""

from __future__ import annotations

from boltz_api.keys import AdminResource, AsyncAdminResource
from boltz_api.keys import APIKeys as APIKeysResource
from boltz_api.keys import AsyncAPIKeys as AsyncAPIKeysResource

__all__ = ["APIKeysResource", "AdminResource", "AsyncAPIKeysResource", "AsyncAdminResource"]
