"""The contract's data. Request models are closed and check what is sent; answer models are open to newer servers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, UnsetType

from boltz_api.model import IPText, Model, SecretText


class APIKey(Model, frozen=True, kw_only=True):
    id: Annotated[str, Meta(description="API key ID")]
    """API key ID"""
    allowed_ips: Annotated[
        list[str], Meta(description="IP addresses allowed to use this key. An empty array means all IPs are allowed.")
    ]
    """IP addresses allowed to use this key. An empty array means all IPs are allowed."""
    created_at: datetime
    expires_at: Annotated[datetime, Meta(description="When the key expires. Null if the key does not expire.")] | None
    """When the key expires. Null if the key does not expire."""
    is_active: bool
    key_prefix: Annotated[str, Meta(description="First 12 characters of the key")]
    """First 12 characters of the key"""
    key_type: APIKeyKeyType
    last_used_at: datetime | None
    livemode: Annotated[bool, Meta(description="Whether this is a live API key (false for test keys).")]
    """Whether this is a live API key (false for test keys)."""
    name: Annotated[str, Meta(description="API key name")]
    """API key name"""
    workspace_id: Annotated[str, Meta(description="Workspace ID if workspace-scoped")] | None
    """Workspace ID if workspace-scoped"""


class APIKeyCreateRequest(Model, frozen=True, kw_only=True):
    name: Annotated[str, Meta(description="API key name", max_length=255, min_length=1)]
    """API key name"""
    allowed_ips: (
        Annotated[
            list[IPText],
            Meta(
                description="IP addresses allowed to use this key (IPv4 or IPv6). An empty array (the default) means all IPs are allowed."
            ),
        ]
        | UnsetType
    ) = UNSET
    """IP addresses allowed to use this key (IPv4 or IPv6). An empty array (the default) means all IPs are allowed."""
    expires_in_days: (
        Annotated[
            int, Meta(description="Days until the key expires. Omit for a key that does not expire.", ge=1, le=365)
        ]
        | UnsetType
    ) = UNSET
    """Days until the key expires. Omit for a key that does not expire."""
    mode: (
        Annotated[
            APIKeyCreateRequestMode,
            Meta(description="Key mode. Test keys create test-mode resources with synthetic data."),
        ]
        | UnsetType
    ) = UNSET
    """Key mode. Test keys create test-mode resources with synthetic data."""
    workspace_id: (
        Annotated[str, Meta(description="Workspace ID to scope this key to. Omit for default workspace.")] | UnsetType
    ) = UNSET
    """Workspace ID to scope this key to. Omit for default workspace."""


APIKeyCreateRequestMode: TypeAlias = Literal["live", "test"]


class APIKeyCreateResponse(Model, frozen=True, kw_only=True):
    key: Annotated[SecretText, Meta(description="The full API key. This is only shown once — store it securely.")]
    """The full API key. This is only shown once — store it securely."""
    key_details: KeyDetails


if TYPE_CHECKING:
    APIKeyKeyType: TypeAlias = Literal["admin", "workspace"]
else:
    # Open: a value that a newer server sends must not break a deployed client.
    APIKeyKeyType = Annotated[str, Meta(examples=["admin", "workspace"])]


class Error(Model, frozen=True, kw_only=True):
    code: Annotated[ErrorCode, Meta(description="What went wrong, for programs. Further codes may come.")]
    """What went wrong, for programs. Further codes may come."""
    message: Annotated[str, Meta(description="What went wrong, for people.")]
    """What went wrong, for people."""
    details: (
        Annotated[dict[str, Any], Meta(description="More about the fault, such as the fields that failed validation.")]
        | UnsetType
    ) = UNSET
    """More about the fault, such as the fields that failed validation."""


if TYPE_CHECKING:
    ErrorCode: TypeAlias = Literal[
        "unauthorized", "forbidden", "not_found", "bad_request", "conflict", "internal_error"
    ]
    """What went wrong, for programs. Further codes may come."""
else:
    # Open: a value that a newer server sends must not break a deployed client.
    ErrorCode = Annotated[
        str, Meta(examples=["unauthorized", "forbidden", "not_found", "bad_request", "conflict", "internal_error"])
    ]


class KeyDetails(Model, frozen=True, kw_only=True):
    """An `APIKey` that belongs to a workspace."""

    id: Annotated[str, Meta(description="API key ID")]
    """API key ID"""
    allowed_ips: Annotated[
        list[str], Meta(description="IP addresses allowed to use this key. An empty array means all IPs are allowed.")
    ]
    """IP addresses allowed to use this key. An empty array means all IPs are allowed."""
    created_at: datetime
    expires_at: Annotated[datetime, Meta(description="When the key expires. Null if the key does not expire.")] | None
    """When the key expires. Null if the key does not expire."""
    is_active: bool
    key_prefix: Annotated[str, Meta(description="First 12 characters of the key")]
    """First 12 characters of the key"""
    key_type: KeyDetailsKeyType
    last_used_at: datetime | None
    livemode: Annotated[bool, Meta(description="Whether this is a live API key (false for test keys).")]
    """Whether this is a live API key (false for test keys)."""
    name: Annotated[str, Meta(description="API key name")]
    """API key name"""
    workspace_id: Annotated[str, Meta(description="Workspace this key is scoped to")]
    """Workspace this key is scoped to"""


if TYPE_CHECKING:
    KeyDetailsKeyType: TypeAlias = Literal["workspace"]
else:
    # Open: a value that a newer server sends must not break a deployed client.
    KeyDetailsKeyType = Annotated[str, Meta(examples=["workspace"])]


class ListApiKeysQuery(Model, frozen=True, kw_only=True):
    after_id: Annotated[str, Meta(description="Return results after this ID")] | UnsetType = UNSET
    """Return results after this ID"""
    before_id: Annotated[str, Meta(description="Return results before this ID")] | UnsetType = UNSET
    """Return results before this ID"""
    limit: Annotated[int, Meta(description="Max items to return", ge=1, le=100)] | UnsetType = UNSET
    """Max items to return"""
    workspace_id: (
        Annotated[str, Meta(description="Filter by workspace ID. If not provided, returns keys across all workspaces.")]
        | UnsetType
    ) = UNSET
    """Filter by workspace ID. If not provided, returns keys across all workspaces."""


class ListApiKeysResponse(Model, frozen=True, kw_only=True):
    data: list[APIKey]
    first_id: Annotated[str, Meta(description="ID of the first item. Use as before_id for the previous page.")] | None
    """ID of the first item. Use as before_id for the previous page."""
    has_more: bool
    last_id: Annotated[str, Meta(description="ID of the last item. Use as after_id for the next page.")] | None
    """ID of the last item. Use as after_id for the next page."""


class RevokeApiKeyPath(Model, frozen=True, kw_only=True):
    api_key_id: Annotated[str, Meta(description="The ID of the key to revoke", min_length=1)]
    """The ID of the key to revoke"""
