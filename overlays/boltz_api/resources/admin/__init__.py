"""The classes of ``client.admin``."""

from __future__ import annotations

from boltz_api.keys import AdminResource, AsyncAdminResource
from boltz_api.keys import APIKeys as APIKeysResource
from boltz_api.keys import AsyncAPIKeys as AsyncAPIKeysResource
from boltz_api_generated.resources.admin.api_keys import (
    APIKeysResourceWithRawResponse,
    APIKeysResourceWithStreamingResponse,
    AsyncAPIKeysResourceWithRawResponse,
    AsyncAPIKeysResourceWithStreamingResponse,
)

__all__ = [
    "APIKeysResource",
    "APIKeysResourceWithRawResponse",
    "APIKeysResourceWithStreamingResponse",
    "AdminResource",
    "AsyncAPIKeysResource",
    "AsyncAPIKeysResourceWithRawResponse",
    "AsyncAPIKeysResourceWithStreamingResponse",
    "AsyncAdminResource",
]
