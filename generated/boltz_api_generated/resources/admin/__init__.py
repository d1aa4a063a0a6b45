"""admin"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from boltz_api.resource import AsyncResource, SyncResource

if TYPE_CHECKING:
    from boltz_api_generated.resources.admin.api_keys import APIKeysResource, AsyncAPIKeysResource


class AdminResource(SyncResource):
    """admin"""

    @cached_property
    def api_keys(self) -> APIKeysResource:
        """API Keys"""
        from boltz_api_generated.resources.admin.api_keys import APIKeysResource

        return APIKeysResource(self._client)


class AsyncAdminResource(AsyncResource):
    """admin"""

    @cached_property
    def api_keys(self) -> AsyncAPIKeysResource:
        """API Keys"""
        from boltz_api_generated.resources.admin.api_keys import AsyncAPIKeysResource

        return AsyncAPIKeysResource(self._client)
