"""Tables as people see them: snapshots at several widths. To renew them after a change on purpose: RENEW=1 pytest."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from boltz_api.cli.tables import Printer

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def key(number: int, name: str, **fields: Any) -> dict[str, object]:
    expires, used = fields.get("expires"), fields.get("used")
    return {
        "id": f"key_{number * 7919**5:024x}",
        "allowed_ips": fields.get("ips", []),
        "created_at": "2026-01-01T00:00:00Z",
        "expires_at": expires and (NOW + expires).isoformat(),
        "is_active": fields.get("active", True),
        "key_prefix": "sk_bc_admin_" if fields.get("type") == "admin" else "sk_bc_ws_liv",
        "key_type": fields.get("type", "workspace"),
        "last_used_at": used and (NOW - used).isoformat(),
        "livemode": fields.get("live", True),
        "name": name,
        "workspace_id": fields.get("workspace", "ws_default"),
    }


KEYS = [
    key(1, "Administration", type="admin", workspace=None, used=timedelta(seconds=20)),
    key(2, "Docking pipeline", used=timedelta(hours=2)),
    key(3, "CI (nightly and staging), with a very long name that tells the whole story", expires=3 * DAY),
    key(4, "日本語の鍵", active=False, expires=-5 * DAY, used=100 * DAY, live=False),
    key(5, "Alice's laptop", active=False, expires=340 * DAY, workspace="ws_of_the_structure_prediction_team"),
    key(6, "\x1b[31mred\x1b[0m", ips=["192.0.2.7", "2001:db8::7"]),
]
AUDITED = [{**KEYS[3], "findings": ["expired"]}, {**KEYS[2], "findings": ["expiring", "open"]}]


def printer(width: int | None) -> Printer:
    return Printer(now=NOW, width=width)


@pytest.mark.parametrize(
    ("name", "width"),
    [("list", 140), ("list", 80), ("list", 40), ("list", None), ("audit", 140), ("audit", 80), ("record", 80)],
)
def test_snapshot(name: str, width: int | None) -> None:
    shown = {
        "list": lambda: printer(width).rows(KEYS),
        "audit": lambda: printer(width).rows(AUDITED),
        "record": lambda: printer(width).record({"key": "not shown here", "key_details": KEYS[5]}),
    }[name]()
    snapshot = Path(__file__).with_name("snapshots") / f"{name}-{width or 'pipe'}.txt"
    if os.environ.get("RENEW"):
        snapshot.write_text(shown, encoding="utf-8")
    assert shown == snapshot.read_text(encoding="utf-8")


def test_rows_that_nobody_designed_columns_for() -> None:
    rows = [{"id": "a", "nested": {"b": [1, None]}, "flag": True}, {"id": "c", "late": 1.5}]
    expected = "ID  NESTED   FLAG  LATE\na   b: 1, -  yes   -\nc   -        -     1.5\n"
    assert printer(80).rows(rows) == expected
    assert printer(80).rows([]) == ""
