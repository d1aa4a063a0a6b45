"""Tables as people see them: snapshots at two widths. To renew them after a change on purpose: RENEW=1 pytest."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from boltz_api.cli.table import Table

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


def rendered(width: int, monkeypatch: pytest.MonkeyPatch, show: Any, **settings: Any) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    out = io.StringIO()
    show(Table(out, now=NOW, **settings))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "width"), [("list", 80), ("list", 140), ("list", 40), ("audit", 80), ("audit", 140), ("record", 80)]
)
def test_snapshot(name: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shows = {
        "list": lambda table: table.rows(KEYS),
        "audit": lambda table: table.rows(
            [{**KEYS[3], "findings": ["expired"]}, {**KEYS[2], "findings": ["expiring", "open"]}]
        ),
        "record": lambda table: table.record({"key": "not shown here", "key_details": KEYS[5]}),
    }
    shown = rendered(width, monkeypatch, shows[name], findings=name == "audit")
    snapshot = Path(__file__).with_name("snapshots") / f"{name}-{width}.txt"
    if os.environ.get("RENEW"):
        snapshot.write_text(shown, encoding="utf-8")
    assert shown == snapshot.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 100, 140, 200])
def test_no_line_is_wider_than_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.cells import cell_len

    shown = rendered(width, monkeypatch, lambda table: table.rows(KEYS))
    assert max(map(cell_len, shown.splitlines())) <= width


@pytest.mark.parametrize("width", [80, 140])
def test_ids_are_never_cut(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = rendered(width, monkeypatch, lambda table: table.rows(KEYS))
    assert [str(row["id"]) in shown for row in KEYS] == [True] * len(KEYS)


def test_pages_share_one_heading_and_its_widths(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = rendered(140, monkeypatch, lambda table: table.rows(KEYS))
    by_page = rendered(140, monkeypatch, lambda table: [table.rows(KEYS[:5]), table.rows([]), table.rows(KEYS[5:])])
    assert by_page == at_once


def test_rows_that_nobody_designed_columns_for(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"id": "a", "nested": {"b": [1, None]}, "flag": True}, {"id": "c", "late": 1.5}]
    expected = "ID    NESTED   FLAG  LATE\na     b: 1, -  yes   -\nc     -        -     1.5\n"
    assert rendered(80, monkeypatch, lambda table: table.rows(rows)) == expected
