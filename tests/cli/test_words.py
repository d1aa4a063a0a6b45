"""The pure parts: names, points in time, growing lists, paths, limits of a listing."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from boltz_api.cli import contract, formats, listing, naming, words
from boltz_api.cli.output import Answer
from boltz_api_generated.operations import OPERATIONS
from boltz_api_generated.tags import TAGS

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
    assert words.relative(NOW + timedelta(seconds=seconds), NOW) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(None, "never"), ("soon", "soon"), (7, "7"), ("2026-05-04T09:00:00.123Z", "3 hours ago")]
)
def test_what_the_wire_says_of_time(value: object, expected: str) -> None:
    assert words.when(value, NOW) == expected


def test_a_time_without_an_offset_is_utc_wherever_the_reader_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        assert words.moment("2026-05-04T09:00:00") == NOW - timedelta(hours=3)
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
    assert words.state({"is_active": active, "expires_at": expires}, NOW) == expected


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
    assert naming.singular(plural) == expected


@pytest.mark.parametrize(
    ("tag", "operations", "expected"),
    [
        ("admin.api_keys", ["create_api_key", "list_api_keys"], ["create", "list"]),
        ("admin.api_keys", ["get_api_key_usage"], ["get-usage"]),
        ("admin.api-keys", ["delete_api_key"], ["delete"]),
        ("jobs", ["jobs"], ["jobs"]),
        ("jobs", ["start_job", "start_jobs"], ["start-job", "start-jobs"]),
        ("default", ["ping"], ["ping"]),
    ],
)
def test_commands(tag: str, operations: list[str], expected: list[str]) -> None:
    assert list(naming.command_names(tag, operations).values()) == expected


def test_groups() -> None:
    assert naming.group_name("admin.api_keys") == "admin:api-keys"
    assert naming.kebab("from_") == "from"


def test_the_tags_are_those_of_the_operations() -> None:
    assert set(TAGS) == {operation.tag for operation in OPERATIONS.values()}
    assert [naming.group_name(tag) for tag in TAGS] == list(contract.entries())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(items=st.lists(JSON, max_size=4), fields=st.dictionaries(st.text().filter(lambda name: name != "data"), JSON))
def test_a_growing_list_is_the_text_of_the_whole(items: list[object], fields: dict[str, object]) -> None:
    growing: formats.Growing
    for growing, whole in ((formats.GrowingJson(), formats.pretty), (formats.GrowingYaml(), formats.yaml)):
        text = "".join(growing.item(item) for item in items) + growing.end(fields)
        assert text == whole({"data": items, **fields})


@given(value=JSON)
def test_what_is_written_reads_back(value: object) -> None:
    assert json.loads(formats.pretty(value)) == value
    assert json.loads(formats.compact(value)) == value
    assert formats.compact(value).count("\n") == 1


def test_yaml_reads_back() -> None:
    value = {"text": "no", "number": 1, "date": "2026-01-01", "none": None, "list": [{"a": "é"}]}
    assert yaml.safe_load(formats.yaml(value)) == value


def pages_of(ids: list[str], size: int, *, backward: bool) -> list[Answer]:
    """What a server sends to a walk through ``ids``, which began at one end."""
    starts = range(0, len(ids), size)
    parts = [ids[start : start + size] for start in starts]
    if backward:
        parts = [ids[max(len(ids) - start - size, 0) : len(ids) - start] for start in starts]
    return [
        Answer(
            {
                "data": [{"id": own} for own in part],
                "first_id": part[0],
                "has_more": number < len(parts) - 1,
                "last_id": part[-1],
            },
            b"",
        )
        for number, part in enumerate(parts)
    ]


@given(count=st.integers(1, 12), size=st.integers(1, 5), most=st.none() | st.integers(1, 15), backward=st.booleans())
def test_a_listing_can_go_on_from_its_last_envelope(count: int, size: int, most: int | None, backward: bool) -> None:
    ids = [f"{number:02}" for number in range(count)]
    shown: list[Any] = list(
        listing.chosen(pages_of(ids, size, backward=backward), every=True, most=most, backward=backward)
    )
    seen = sorted(item["id"] for page in shown for item in page.items)
    expected = len(ids) if most is None else min(most, len(ids))
    end = shown[-1].fields
    assert seen == (ids[-expected:] if backward else ids[:expected])
    assert (end["first_id"], end["last_id"]) == (seen[0], seen[-1])
    assert end["has_more"] == (expected < count)
