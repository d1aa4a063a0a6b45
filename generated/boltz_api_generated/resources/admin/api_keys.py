"""API Keys

API keys authenticate requests to the Boltz API. There are two key types: admin keys have full access to all
management and compute operations across the organization, while workspace keys are scoped to a single workspace
and can only perform compute operations (predictions, protein design, small molecule design) within that
workspace. Keys can be created in live or test mode. Test keys (prefixed sk_bc_*_test_) create test-mode
resources with synthetic data and no GPU cost. Every resource includes a livemode field indicating its mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final, Literal, Unpack

from boltz_api.pagination import AsyncPaginator, SyncCursorPage
from boltz_api.request import CallOptions, Omit, Operation, Pagination, Request, given
from boltz_api.resource import (
    AsyncResource,
    SyncResource,
    async_raw,
    async_raw_list,
    async_streamed,
    async_streamed_list,
    raw,
    streamed,
)
from boltz_api_generated import models

CREATE_API_KEY: Final[Operation[models.APIKeyCreateResponse]] = Operation(
    name="create_api_key",
    method="POST",
    path="/compute/v1/admin/api-keys",
    resource="admin.api_keys",
    function="create",
    summary="Create a workspace API key",
    body=models.APIKeyCreateRequest,
    response=models.APIKeyCreateResponse,
)

LIST_API_KEYS: Final[Operation[models.ListApiKeysResponse]] = Operation(
    name="list_api_keys",
    method="GET",
    path="/compute/v1/admin/api-keys",
    resource="admin.api_keys",
    function="list",
    summary="List API keys",
    query=models.ListApiKeysQuery,
    response=models.ListApiKeysResponse,
    repeatable=True,
    pagination=Pagination(),
)

REVOKE_API_KEY: Final[Operation[models.APIKey]] = Operation(
    name="revoke_api_key",
    method="POST",
    path="/compute/v1/admin/api-keys/{api_key_id}/revoke",
    resource="admin.api_keys",
    function="revoke",
    summary="Revoke an API key",
    path_parameters=models.RevokeApiKeyPath,
    response=models.APIKey,
    repeatable=True,
)


class APIKeysResource(SyncResource):
    """API Keys"""

    def create(
        self,
        *,
        name: str,
        allowed_ips: Sequence[str] | Omit | None = None,
        expires_in_days: int | Omit | None = None,
        mode: Literal["live", "test"] | Omit | None = None,
        workspace_id: str | Omit | None = None,
        **options: Unpack[CallOptions],
    ) -> models.APIKeyCreateResponse:
        """Create a workspace API key

        Args:
            name: API key name. 1 to 255 characters.
            allowed_ips: IP addresses allowed to use this key (IPv4 or IPv6). An empty array (the default) means all IPs
                are allowed.
            expires_in_days: Days until the key expires. Omit for a key that does not expire. 1 to 365.
            mode: Key mode. Test keys create test-mode resources with synthetic data. ``"live"`` (the default) or
                ``"test"``.
            workspace_id: Workspace ID to scope this key to. Omit for default workspace.
            options: Options of the call: see ``CallOptions``.
        """
        return self._call(
            Request(
                CREATE_API_KEY,
                options,
                body=given(
                    {
                        "name": name,
                        "allowed_ips": allowed_ips,
                        "expires_in_days": expires_in_days,
                        "mode": mode,
                        "workspace_id": workspace_id,
                    }
                ),
            )
        )

    def list(
        self,
        *,
        after_id: str | Omit | None = None,
        before_id: str | Omit | None = None,
        limit: int | Omit | None = None,
        workspace_id: str | Omit | None = None,
        **options: Unpack[CallOptions],
    ) -> SyncCursorPage[models.APIKey]:
        """List API keys

        Args:
            after_id: Return results after this ID
            before_id: Return results before this ID
            limit: Max items to return. 1 to 100. The default is 100.
            workspace_id: Filter by workspace ID. If not provided, returns keys across all workspaces.
            options: Options of the call: see ``CallOptions``.
        """
        return self._list(
            Request(
                LIST_API_KEYS,
                options,
                query=given(
                    {"after_id": after_id, "before_id": before_id, "limit": limit, "workspace_id": workspace_id}
                ),
            )
        )

    def revoke(self, api_key_id: str, **options: Unpack[CallOptions]) -> models.APIKey:
        """Revoke an API key

        Args:
            api_key_id: The ID of the key to revoke. At least 1 character.
            options: Options of the call: see ``CallOptions``.
        """
        return self._call(Request(REVOKE_API_KEY, options, path=given({"api_key_id": api_key_id})))

    @cached_property
    def with_raw_response(self) -> APIKeysResourceWithRawResponse:
        """The same calls, returning the response itself."""
        return APIKeysResourceWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> APIKeysResourceWithStreamingResponse:
        """The same calls, as context managers that give the response before its body is read."""
        return APIKeysResourceWithStreamingResponse(self)


class AsyncAPIKeysResource(AsyncResource):
    """API Keys"""

    async def create(
        self,
        *,
        name: str,
        allowed_ips: Sequence[str] | Omit | None = None,
        expires_in_days: int | Omit | None = None,
        mode: Literal["live", "test"] | Omit | None = None,
        workspace_id: str | Omit | None = None,
        **options: Unpack[CallOptions],
    ) -> models.APIKeyCreateResponse:
        """Create a workspace API key

        Args:
            name: API key name. 1 to 255 characters.
            allowed_ips: IP addresses allowed to use this key (IPv4 or IPv6). An empty array (the default) means all IPs
                are allowed.
            expires_in_days: Days until the key expires. Omit for a key that does not expire. 1 to 365.
            mode: Key mode. Test keys create test-mode resources with synthetic data. ``"live"`` (the default) or
                ``"test"``.
            workspace_id: Workspace ID to scope this key to. Omit for default workspace.
            options: Options of the call: see ``CallOptions``.
        """
        return await self._call(
            Request(
                CREATE_API_KEY,
                options,
                body=given(
                    {
                        "name": name,
                        "allowed_ips": allowed_ips,
                        "expires_in_days": expires_in_days,
                        "mode": mode,
                        "workspace_id": workspace_id,
                    }
                ),
            )
        )

    def list(
        self,
        *,
        after_id: str | Omit | None = None,
        before_id: str | Omit | None = None,
        limit: int | Omit | None = None,
        workspace_id: str | Omit | None = None,
        **options: Unpack[CallOptions],
    ) -> AsyncPaginator[models.APIKey]:
        """List API keys

        Args:
            after_id: Return results after this ID
            before_id: Return results before this ID
            limit: Max items to return. 1 to 100. The default is 100.
            workspace_id: Filter by workspace ID. If not provided, returns keys across all workspaces.
            options: Options of the call: see ``CallOptions``.
        """
        return self._list(
            Request(
                LIST_API_KEYS,
                options,
                query=given(
                    {"after_id": after_id, "before_id": before_id, "limit": limit, "workspace_id": workspace_id}
                ),
            )
        )

    async def revoke(self, api_key_id: str, **options: Unpack[CallOptions]) -> models.APIKey:
        """Revoke an API key

        Args:
            api_key_id: The ID of the key to revoke. At least 1 character.
            options: Options of the call: see ``CallOptions``.
        """
        return await self._call(Request(REVOKE_API_KEY, options, path=given({"api_key_id": api_key_id})))

    @cached_property
    def with_raw_response(self) -> AsyncAPIKeysResourceWithRawResponse:
        """The same calls, returning the response itself."""
        return AsyncAPIKeysResourceWithRawResponse(self)

    @cached_property
    def with_streaming_response(self) -> AsyncAPIKeysResourceWithStreamingResponse:
        """The same calls, as context managers that give the response before its body is read."""
        return AsyncAPIKeysResourceWithStreamingResponse(self)


class APIKeysResourceWithRawResponse:
    """API Keys"""

    def __init__(self, resource: APIKeysResource) -> None:
        self.create = raw(resource.create)
        self.list = raw(resource.list)
        self.revoke = raw(resource.revoke)


class APIKeysResourceWithStreamingResponse:
    """API Keys"""

    def __init__(self, resource: APIKeysResource) -> None:
        self.create = streamed(resource.create)
        self.list = streamed(resource.list)
        self.revoke = streamed(resource.revoke)


class AsyncAPIKeysResourceWithRawResponse:
    """API Keys"""

    def __init__(self, resource: AsyncAPIKeysResource) -> None:
        self.create = async_raw(resource.create)
        self.list = async_raw_list(resource.list)
        self.revoke = async_raw(resource.revoke)


class AsyncAPIKeysResourceWithStreamingResponse:
    """API Keys"""

    def __init__(self, resource: AsyncAPIKeysResource) -> None:
        self.create = async_streamed(resource.create)
        self.list = async_streamed_list(resource.list)
        self.revoke = async_streamed(resource.revoke)
