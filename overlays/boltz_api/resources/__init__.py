"""The tree of resources that hangs on a client."""

from __future__ import annotations

from boltz_api.resources.admin import Admin, AdminResource, AsyncAdminResource
from boltz_api.resources.admin.api_keys import APIKeys

__all__ = ["APIKeys", "Admin", "AdminResource", "AsyncAdminResource"]
