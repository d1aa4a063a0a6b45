"""Points in time, states, filters, findings, and what another system needs: pure functions."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from boltz_api.cli.delivery import KeyFile
from boltz_api.cli.key_state import Filter, moment, relative, state, when
from boltz_api.cli.output import csv_text
from boltz_api.cli.streams import paste

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "just now"),
        (30, "within a minute"),
        (-60, "1 minute ago"),
        (-7200, "2 hours ago"),
        (86_400, "in 1 day"),
        (30 * 86_400 - 5, "in 30 days"),
        (-59 * 86_400, "59 days ago"),
        (365 * 86_400, "in 12 months"),
        (800 * 86_400, "in 2 years"),
    ],
)
def test_points_in_time(seconds: float, expected: str) -> None:
    assert relative(NOW + timedelta(seconds=seconds), NOW) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "never"),
        ("soon", "soon"),
        (7, "7"),
        ("2026-05-04T09:00:00.123456789Z", "3 hours ago"),
        ("2026-05-04T08:59:60Z", "3 hours ago"),
    ],
)
def test_what_the_wire_says_of_time(value: object, expected: str) -> None:
    assert when(value, NOW) == expected


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the time zone of a process cannot be changed here")
def test_a_time_without_an_offset_is_utc_wherever_the_reader_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        assert moment("2026-05-04T09:00:00") == NOW - timedelta(hours=3)
    time.tzset()


@pytest.mark.parametrize(
    ("active", "days", "expected"),
    [
        (True, None, "active"),
        (True, 15, "active"),
        (True, 14, "expiring"),
        (True, 0, "expired"),
        (False, -1, "expired"),
        (False, None, "revoked"),
    ],
)
def test_states(active: bool, days: int | None, expected: str) -> None:
    expires = None if days is None else (NOW + timedelta(days=days)).isoformat()
    key = {"is_active": active, "expires_at": expires}
    assert state(key, NOW) == expected
    assert Filter(state=(expected,)).matches(key, NOW)
    assert Filter(state=("active",)).matches(key, NOW) == (expected in ("active", "expiring"))


@pytest.mark.parametrize(("word", "expected"), [("key_1", "key_1"), ("a'b $(x)", "'a''b $(x)'"), ("\x1b", r"'\u001b'")])
def test_words_to_paste_are_quoted_for_powershell(monkeypatch: pytest.MonkeyPatch, word: str, expected: str) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("os.name", "nt")
        assert paste(word) == expected


def test_a_key_file_claims_no_more_than_the_system_keeps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = KeyFile(str(tmp_path / "new.key"))
    assert file.private == (os.name == "posix")
    (tmp_path / "new.key").chmod(0o644)
    assert not file.private
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("os.name", "nt")
        assert not file.private
    file.close()


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_cell_of_csv_is_a_formula(value: str) -> None:
    assert csv_text([{"a": value}], ["a"], heading=False)[0] in ("'", '"')
