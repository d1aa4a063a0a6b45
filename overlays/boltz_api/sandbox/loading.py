"""Many keys at once, for measuring."""

from __future__ import annotations

from secrets import token_bytes
from typing import TYPE_CHECKING

from boltz_api.sandbox.clock import timestamp
from boltz_api.sandbox.keys import make_key_id
from boltz_api.sandbox.store import NewRecord, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


def load(store: Store, count: int, now: datetime, workspace_id: str) -> None:
    """Keep ``count`` new workspace keys. They are digests of nothing: no key opens them."""
    store.add_many(_records(count, timestamp(now), workspace_id))


def _records(count: int, created_at: str, workspace_id: str) -> Iterator[NewRecord]:
    for number in range(1, count + 1):
        yield NewRecord(
            id=make_key_id(),
            digest=token_bytes(32),
            key_type="workspace",
            livemode=True,
            workspace_id=workspace_id,
            name=f"Loaded key {number}",
            key_prefix="sk_bc_ws_liv",
            allowed_ips=[],
            created_at=created_at,
            expires_at=None,
            extra={},
        )
