"""Points in time, states, filters, findings, and where a listing is cut: pure functions."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltz_api.cli.arguments import Entry, entry_of, singular
from boltz_api.cli.commands import chosen
from boltz_api.cli.delivery import KeyFile
from boltz_api.cli.key_state import Filter, moment, relative, state, when
from boltz_api.cli.options import flag_name, group_name
from boltz_api.cli.output import Page, csv_text, json_text, progress
from boltz_api.cli.streams import paste

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "just now"),
        (-59, "just now"),
        (30, "within a minute"),
        (-60, "1 minute ago"),
        (100, "in 1 minute"),
        (-7200, "2 hours ago"),
        (86_400, "in 1 day"),
        (30 * 86_400 - 5, "in 30 days"),
        (2.5 * 86_400, "in 2 days"),
        (-59 * 86_400, "59 days ago"),
        (-100 * 86_400, "3 months ago"),
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
        (False, 1, "revoked"),
        (False, None, "revoked"),
    ],
)
def test_states(active: bool, days: int | None, expected: str) -> None:
    expires = None if days is None else (NOW + timedelta(days=days)).isoformat()
    key = {"is_active": active, "expires_at": expires}
    assert state(key, NOW) == expected
    assert Filter(state=(expected,)).matches(key, NOW)
    assert Filter(state=("active",)).matches(key, NOW) == (expected in ("active", "expiring"))


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [("CI", "CI", True), ("CI", "ci", False), ("C*", "CI [1]", True), ("CI [1]", "CI [1]", True), ("", "CI", False)],
)
def test_names_are_exact_or_patterns(pattern: str, name: str, expected: bool) -> None:
    assert Filter(name=pattern).matches({"name": name, "is_active": True}, NOW) == expected


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("allowed-ips", "allowed-ip"),
        ("policies", "policy"),
        ("addresses", "address"),
        ("boxes", "box"),
        ("status", "status"),
        ("analysis", "analysis"),
        ("class", "class"),
        ("name", "name"),
    ],
)
def test_singulars(plural: str, expected: str) -> None:
    assert singular(plural) == expected


def test_names_as_typed_in_a_shell() -> None:
    assert group_name("admin.api_keys") == "admin:api-keys"
    assert flag_name("from_") == "from"


def test_json_escapes_what_cannot_be_seen_and_stays_the_same_document() -> None:
    value = {"name": "\x1b\x7f\u009b\u202e\u2028\ud800 é日\U0001f600\U000e0001", "number": 10**30}
    for indent in (None, 2):
        text = json_text(value, indent)
        assert json.loads(text) == value
        assert [mark for mark in text.replace("\n", "") if not mark.isprintable()] == []
        assert "é日\U0001f600" in text


@pytest.mark.parametrize(
    ("system", "word", "expected"),
    [
        ("posix", "key_1", "key_1"),
        ("posix", "a'b $(x)", """'a'"'"'b $(x)'"""),
        ("nt", "key_1", "key_1"),
        ("nt", "a'b $(x)", "'a''b $(x)'"),
        ("nt", "\x1b", r"'\u001b'"),
    ],
)
def test_words_to_paste_are_quoted_for_the_shell(
    monkeypatch: pytest.MonkeyPatch, system: str, word: str, expected: str
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("os.name", system)
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


def test_progress_waits_a_second_and_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    now = [0.0]
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    said: list[str] = []
    for page in progress((Page({"data": [1, 2]}, has_more=number < 3) for number in range(4)), streaming=False):
        said.append(terminal.getvalue())
        now[0] += 0.6 * len(page.items)
        now[0] -= 0.6
    assert said == ["", "", "4 so far ...", "4 so far ...\r            \r6 so far ..."]
    assert terminal.getvalue().endswith("6 so far ...\r            \r")


def pages_of(ids: list[str], size: int, *, backward: bool) -> Iterator[Page]:
    """Yield what a server sends to a walk through ``ids``, which began at one end."""
    starts = range(0, len(ids), size)
    parts = [ids[start : start + size] for start in starts]
    if backward:
        parts = [ids[max(len(ids) - start - size, 0) : len(ids) - start] for start in starts]
    for number, part in enumerate(parts):
        more = number < len(parts) - 1
        items = [{"id": own} for own in part]
        yield Page({"data": items, "first_id": part[0], "has_more": more, "last_id": part[-1]})


@pytest.fixture(scope="module")
def listing() -> Entry:
    return entry_of("list_api_keys")


@given(count=st.integers(1, 12), size=st.integers(1, 5), most=st.none() | st.integers(1, 15), backward=st.booleans())
def test_a_listing_can_go_on_from_its_last_envelope(
    listing: Entry, count: int, size: int, most: int | None, backward: bool
) -> None:
    ids = [f"{number:02}" for number in range(count)]
    found = pages_of(ids, size, backward=backward)
    shown: list[Any] = list(chosen(found, listing, every=True, most=most, backward=backward))
    seen = sorted(item["id"] for page in shown for item in page.items)
    expected = len(ids) if most is None else min(most, len(ids))
    end = shown[-1].fields
    assert seen == (ids[-expected:] if backward else ids[:expected])
    assert (end["first_id"], end["last_id"]) == (seen[0], seen[-1])
    assert end["has_more"] == (expected < count)
