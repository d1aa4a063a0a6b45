"""The arguments of ``list``, where code written for other clients of this API looks for them."""

from __future__ import annotations

from boltz_api.types.admin import APIKeyListParams

__all__ = ["APIKeyListParams"]
