"""The store by itself: what a page costs, and that it takes all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import define

from boltz_api.sandbox.behaviours import KeyRequest, issue_key
from boltz_api.sandbox.loading import load
from boltz_api.sandbox.store import NewRecord, Store, StoreError

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store()
    yield opened
    opened.close()


@define
class Steps:
    """Counts what SQLite does, in units of ten of its instructions: a time that no busy machine can bend."""

    count: int = 0

    def __call__(self) -> int:
        self.count += 1
        return 0


def cost(store: Store, **query: Any) -> int:
    steps = Steps()
    store._connection.set_progress_handler(steps, 10)
    records, _ = store.page(limit=20, **query)
    store._connection.set_progress_handler(None, 10)
    assert len(records) == 20
    return steps.count


@pytest.mark.parametrize(
    ("filters", "passed_over"),
    [
        ({}, [("ws_common", "live")]),
        ({"workspace_id": "ws_rare"}, [("ws_common", "live")]),
        ({"test_only": True}, [("ws_common", "live")]),
        ({"test_only": True, "workspace_id": "ws_rare"}, [("ws_rare", "live"), ("ws_common", "test")]),
    ],
)
def test_a_page_costs_the_same_everywhere(
    store: Store, filters: dict[str, Any], passed_over: list[tuple[str, str]]
) -> None:
    """Also where a filter passes over almost every key."""
    rounds, between = 45, 100  # twenty rounds fill a page, from the middle on too
    for _ in range(rounds):
        for workspace_id, mode in passed_over:
            load(store, between, NOW, workspace_id=workspace_id, mode=mode)
        issue_key(store, NOW, KeyRequest(name="x", workspace_id="ws_rare"), mode="test")
    per_round = between * len(passed_over) + 1
    end = rounds * per_round + 1
    least = cost(store)

    assert cost(store, **filters) <= least * 1.5
    assert cost(store, after=end // 2, **filters) <= least * 1.5
    assert cost(store, after=end - 21 * per_round, **filters) <= least * 1.5
    assert cost(store, before=end, **filters) <= least * 1.5


def test_many_are_kept_all_or_none(store: Store) -> None:
    def broken() -> Iterator[NewRecord]:
        yield NewRecord(
            id="a",
            digest=b"a",
            key_type="workspace",
            livemode=True,
            workspace_id="w",
            name="x",
            key_prefix="",
            allowed_ips=[],
            created_at="",
            expires_at=None,
            extra={},
        )
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.add_many(broken())

    assert store.page(limit=10) == ([], False)
    load(store, 1, NOW, workspace_id="w", mode="live")
    assert len(store.page(limit=10)[0]) == 1


def test_a_store_that_is_closed_says_so(store: Store) -> None:
    store.close()

    with pytest.raises(StoreError, match="closed"):
        store.page(limit=1)
