"""``Boltz`` and ``AsyncBoltz``: the generated clients, with what this package adds to their resources."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from boltz_api_generated.resources import AsyncClient, SyncClient

if TYPE_CHECKING:
    from boltz_api.keys import AdminResource, AsyncAdminResource


class Boltz(SyncClient):
    __doc__ = SyncClient.__doc__

    @cached_property
    def admin(self) -> AdminResource:
        """What takes an admin key: ``client.admin.api_keys``."""
        from boltz_api.keys import AdminResource

        return AdminResource(self)


class AsyncBoltz(AsyncClient):
    __doc__ = AsyncClient.__doc__

    @cached_property
    def admin(self) -> AsyncAdminResource:
        """What takes an admin key: ``client.admin.api_keys``."""
        from boltz_api.keys import AsyncAdminResource

        return AsyncAdminResource(self)
