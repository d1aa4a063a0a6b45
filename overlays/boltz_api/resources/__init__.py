"""The classes of resources, under the names that code for the public client imports."""

from __future__ import annotations

from boltz_api.keys import AdminResource, AsyncAdminResource

__all__ = ["AdminResource", "AsyncAdminResource"]
