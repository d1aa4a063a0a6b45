"""The classes of ``client.admin.api_keys``."""

from __future__ import annotations

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
    "AsyncAPIKeysResource",
    "AsyncAPIKeysResourceWithRawResponse",
    "AsyncAPIKeysResourceWithStreamingResponse",
]
