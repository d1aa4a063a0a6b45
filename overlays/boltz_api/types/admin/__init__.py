"""The types of ``client.admin``."""

from __future__ import annotations

from boltz_api_generated.models import APIKey as APIKey
from boltz_api_generated.models import APIKey as APIKeyListResponse
from boltz_api_generated.models import APIKey as APIKeyRevokeResponse
from boltz_api_generated.models import APIKeyCreateResponse as APIKeyCreateResponse
from boltz_api_generated.models import KeyDetails as KeyDetails
from boltz_api_generated.params import CreateApiKeyParams as APIKeyCreateParams
from boltz_api_generated.params import ListApiKeysParams as APIKeyListParams

__all__ = [
    "APIKey",
    "APIKeyCreateParams",
    "APIKeyCreateResponse",
    "APIKeyListParams",
    "APIKeyListResponse",
    "APIKeyRevokeResponse",
    "KeyDetails",
]
