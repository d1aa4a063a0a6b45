"""The response of ``create``, where code written for other clients of this API looks for it."""

from __future__ import annotations

from boltz_api.types.admin import APIKeyCreateResponse, KeyDetails

__all__ = ["APIKeyCreateResponse", "KeyDetails"]
