"""Many keys at once, for measuring."""

from __future__ import annotations

from secrets import token_bytes
from typing import TYPE_CHECKING

from boltz_api.sandbox.clock import timestamp
from boltz_api.sandbox.keys import make_key, make_key_id, shown_part
from boltz_api.sandbox.store import NewRecord, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


def load(store: Store, count: int, now: datetime, *, workspace_id: str, mode: str) -> None:
    """Keep ``count`` new workspace keys. They are digests of nothing: no key opens them."""
    store.add_many(_records(count, timestamp(now), workspace_id, mode))


def _records(count: int, created_at: str, workspace_id: str, mode: str) -> Iterator[NewRecord]:
    for number in range(1, count + 1):
        yield NewRecord(
            id=make_key_id(),
            digest=token_bytes(32),
            key_type="workspace",
            livemode=mode == "live",
            workspace_id=workspace_id,
            name=f"Loaded key {number}",
            key_prefix=shown_part(make_key("workspace", mode)),
            allowed_ips=[],
            created_at=created_at,
            expires_at=None,
            extra={},
        )
