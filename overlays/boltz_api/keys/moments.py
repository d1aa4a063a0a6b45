"""Comparing the times that a server tells."""

from __future__ import annotations

from datetime import UTC, datetime


def in_utc(moment: datetime) -> datetime:
    """``moment``, which is UTC where the server wrote no offset.

    The contract demands one. But an answer that may hold a new key, or a list in which to look for one, is not to be
    refused for a missing ``Z``. So such a time is let through as it came, and is read here wherever it is compared.
    """
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
