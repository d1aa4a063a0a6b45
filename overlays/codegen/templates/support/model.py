"""The base of every model."""

from __future__ import annotations

from msgspec import Struct


class Model(Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True):
    """Data that the server sent (or, for request models, that it will be sent)."""
