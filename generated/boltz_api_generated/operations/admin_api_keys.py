"""API Keys

API keys authenticate requests to the Boltz API. There are two key types: admin keys have full access to all
management and compute operations across the organization, while workspace keys are scoped to a single workspace
and can only perform compute operations (predictions, protein design, small molecule design) within that
workspace. Keys can be created in live or test mode. Test keys (prefixed sk_bc_*_test_) create test-mode
resources with synthetic data and no GPU cost. Every resource includes a livemode field indicating its mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, Unpack

from boltz_api_generated import models
from boltz_api_generated.request import Argument, Omit, Operation, Request, RequestOptions, given, segment

CREATE_API_KEY: Final[Operation[models.APIKeyCreateResponse]] = Operation(
    name="create_api_key",
    method="POST",
    path="/compute/v1/admin/api-keys",
    tag="admin.api_keys",
    summary="Create a workspace API key",
    arguments=(
        Argument(
            name="name", wire="name", location="body", required=True, description="API key name. 1 to 255 characters."
        ),
        Argument(
            name="allowed_ips",
            wire="allowed_ips",
            location="body",
            description="IP addresses allowed to use this key (IPv4 or IPv6). An empty array (the default) means all IPs are allowed.",
        ),
        Argument(
            name="expires_in_days",
            wire="expires_in_days",
            location="body",
            description="Days until the key expires. Omit for a key that does not expire. 1 to 365.",
        ),
        Argument(
            name="mode",
            wire="mode",
            location="body",
            description='Key mode. Test keys create test-mode resources with synthetic data. ``"live"`` (the default) or ``"test"``.',
        ),
        Argument(
            name="workspace_id",
            wire="workspace_id",
            location="body",
            description="Workspace ID to scope this key to. Omit for default workspace.",
        ),
    ),
    body=models.APIKeyCreateRequest,
    response=models.APIKeyCreateResponse,
)


def create_api_key(
    *,
    name: str,
    allowed_ips: Sequence[str] | Omit | None = None,
    expires_in_days: int | Omit | None = None,
    mode: Literal["live", "test"] | Omit | None = None,
    workspace_id: str | Omit | None = None,
    **options: Unpack[RequestOptions],
) -> Request[models.APIKeyCreateResponse]:
    """Create a workspace API key

    Args:
        name: API key name. 1 to 255 characters.
        allowed_ips: IP addresses allowed to use this key (IPv4 or IPv6). An empty array (the default) means all IPs are
            allowed.
        expires_in_days: Days until the key expires. Omit for a key that does not expire. 1 to 365.
        mode: Key mode. Test keys create test-mode resources with synthetic data. ``"live"`` (the default) or
            ``"test"``.
        workspace_id: Workspace ID to scope this key to. Omit for default workspace.
    """
    return Request(
        operation=CREATE_API_KEY,
        path="/compute/v1/admin/api-keys",
        body=given(
            {
                "name": name,
                "allowed_ips": allowed_ips,
                "expires_in_days": expires_in_days,
                "mode": mode,
                "workspace_id": workspace_id,
            }
        ),
        options=options,
    )


LIST_API_KEYS: Final[Operation[models.ListApiKeysResponse]] = Operation(
    name="list_api_keys",
    method="GET",
    path="/compute/v1/admin/api-keys",
    tag="admin.api_keys",
    summary="List API keys",
    arguments=(
        Argument(name="after_id", wire="after_id", location="query", description="Return results after this ID"),
        Argument(name="before_id", wire="before_id", location="query", description="Return results before this ID"),
        Argument(
            name="limit",
            wire="limit",
            location="query",
            description="Max items to return. 1 to 100. The default is 100.",
        ),
        Argument(
            name="workspace_id",
            wire="workspace_id",
            location="query",
            description="Filter by workspace ID. If not provided, returns keys across all workspaces.",
        ),
    ),
    query=models.ListApiKeysQuery,
    response=models.ListApiKeysResponse,
)


def list_api_keys(
    *,
    after_id: str | Omit | None = None,
    before_id: str | Omit | None = None,
    limit: int | Omit | None = None,
    workspace_id: str | Omit | None = None,
    **options: Unpack[RequestOptions],
) -> Request[models.ListApiKeysResponse]:
    """List API keys

    Args:
        after_id: Return results after this ID
        before_id: Return results before this ID
        limit: Max items to return. 1 to 100. The default is 100.
        workspace_id: Filter by workspace ID. If not provided, returns keys across all workspaces.
    """
    return Request(
        operation=LIST_API_KEYS,
        path="/compute/v1/admin/api-keys",
        query=given({"after_id": after_id, "before_id": before_id, "limit": limit, "workspace_id": workspace_id}),
        options=options,
    )


REVOKE_API_KEY: Final[Operation[models.APIKey]] = Operation(
    name="revoke_api_key",
    method="POST",
    path="/compute/v1/admin/api-keys/{api_key_id}/revoke",
    tag="admin.api_keys",
    summary="Revoke an API key",
    arguments=(
        Argument(
            name="api_key_id",
            wire="api_key_id",
            location="path",
            required=True,
            description="The ID of the key to revoke. At least 1 character.",
        ),
    ),
    in_path=models.RevokeApiKeyPath,
    response=models.APIKey,
)


def revoke_api_key(api_key_id: str, **options: Unpack[RequestOptions]) -> Request[models.APIKey]:
    """Revoke an API key

    Args:
        api_key_id: The ID of the key to revoke. At least 1 character.
    """
    return Request(
        operation=REVOKE_API_KEY,
        path=f"/compute/v1/admin/api-keys/{segment('api_key_id', api_key_id)}/revoke",
        options=options,
    )
