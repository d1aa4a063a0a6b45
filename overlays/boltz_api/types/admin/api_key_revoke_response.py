"""The response of ``revoke``, where code written for other clients of this API looks for it."""

from __future__ import annotations

from boltz_api.types.admin import APIKeyRevokeResponse

__all__ = ["APIKeyRevokeResponse"]
