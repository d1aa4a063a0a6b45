"""Every resource of the contract, by the attributes that lead to it from a client."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from boltz_api.base import AsyncAPIClient, SyncAPIClient
from boltz_api.request import Security
from boltz_api_generated import SECURITY, SERVER

if TYPE_CHECKING:
    from boltz_api_generated.resources.admin import AdminResource, AsyncAdminResource


class SyncClient(SyncAPIClient):
    """A client with every resource of the contract, for threads."""

    _server: ClassVar[str] = SERVER
    _security: ClassVar[Security | None] = SECURITY

    @cached_property
    def admin(self) -> AdminResource:
        """admin"""
        from boltz_api_generated.resources.admin import AdminResource

        return AdminResource(self)


class AsyncClient(AsyncAPIClient):
    """A client with every resource of the contract, for tasks."""

    _server: ClassVar[str] = SERVER
    _security: ClassVar[Security | None] = SECURITY

    @cached_property
    def admin(self) -> AsyncAdminResource:
        """admin"""
        from boltz_api_generated.resources.admin import AsyncAdminResource

        return AsyncAdminResource(self)
