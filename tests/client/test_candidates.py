"""Which keys a lost create may have made, whatever the clocks, the arguments and the server's way of writing."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, cast

import pytest

from boltz_api import APIError, ArgumentTypeError, ArgumentValueError, AsyncBoltz, Boltz
from boltz_api.types.admin import APIKey

Row = Mapping[str, object]


class Keys:
    """A service whose answers to ``create`` get lost, and whose edge and database have clocks of their own."""

    def __init__(self, http: Any, row: Row, now: Callable[[], float]) -> None:
        self._http = http
        self._row = row
        self._now = now
        self.rows: list[Row] = []
        self.edge: float | None = 0.0
        """By how many seconds ``Date`` is ahead of ``created_at``, if there is one."""
        self.failure_date: str | None = None
        """The ``Date`` of the answer that says nothing of the key."""
        self.absurd: str | None = None
        """``Date`` in a listing's answer, whatever the clock says."""
        self.without_offset = False
        self.written: Sequence[str] | None = None
        """How the service writes the addresses."""

    def moment(self, seconds: float) -> str:
        there = datetime.fromtimestamp(self._now() + seconds, UTC)
        return (there.replace(tzinfo=None) if self.without_offset else there).isoformat()

    def moment_in_http(self, seconds: float) -> str:
        return format_datetime(datetime.fromtimestamp(self._now() + seconds, UTC), usegmt=True)

    def add(self, seconds: float = 0, **changes: object) -> None:
        made = {"id": f"key_{len(self.rows)}", "name": "lost", "livemode": True, "created_at": self.moment(seconds)}
        self.rows.append({**self._row, **made, **changes})

    def __call__(self, asked: Any) -> Any:
        if asked.method == "POST":
            body = json.loads(asked.body)
            days = body.get("expires_in_days")
            self.add(
                name=body["name"],
                livemode=body.get("mode") != "test",
                allowed_ips=body.get("allowed_ips", []) if self.written is None else self.written,
                expires_at=days and self.moment(days * 86_400),
                workspace_id=body.get("workspace_id", "ws_1"),
            )
            dated = {} if self.failure_date is None else {"date": self.failure_date}
            return self._http(500, {"code": "internal_error", "message": "lost"}, dated)
        page = {"data": self.rows, "first_id": None, "last_id": None, "has_more": False}
        date = self.absurd or self.moment_in_http(self.edge or 0)
        return self._http(200, page, {} if self.edge is None else {"date": date})


@pytest.fixture
def keys(server: Any, http: Any, key_answer: Row, patience: Any) -> Keys:
    service = Keys(http, key_answer, lambda: patience.now)
    server.will(service)
    return service


def lost(client: Boltz, **arguments: Any) -> APIError:
    with pytest.raises(APIError) as caught:
        client.admin.api_keys.create(**cast("dict[str, Any]", {"name": "lost", **arguments}))
    assert caught.value.outcome_unknown
    return caught.value


def after_loss(client: Boltz, **arguments: Any) -> list[APIKey]:
    return client.admin.api_keys.candidates(lost(client, **arguments))


async def after_loss_in_a_task(client: AsyncBoltz, **arguments: Any) -> list[APIKey]:
    with pytest.raises(APIError) as caught:
        await client.admin.api_keys.create(**cast("dict[str, Any]", {"name": "lost", **arguments}))
    return await client.admin.api_keys.candidates(caught.value)


@pytest.mark.parametrize("edge", [-540, 0, 5, 540, None])
def test_the_edges_clock_need_not_agree_with_the_databases(
    keys: Keys, scripted_client: Boltz, edge: float | None
) -> None:
    keys.edge = edge
    assert [key.id for key in after_loss(scripted_client)] == ["key_0"]


def test_the_most_likely_comes_first(keys: Keys, scripted_client: Boltz) -> None:
    for seconds in (-700, -300, 60, -20, 4000):
        keys.add(seconds)
    assert [key.id for key in after_loss(scripted_client)] == ["key_5", "key_3", "key_2", "key_1", "key_4"]


@pytest.mark.anyio
async def test_the_most_likely_comes_first_for_a_task(keys: Keys, scripted_async_client: AsyncBoltz) -> None:
    for seconds in (-700, -300, 60):
        keys.add(seconds)
    assert [key.id for key in await after_loss_in_a_task(scripted_async_client)] == ["key_3", "key_2", "key_1"]


def test_the_most_likely_is_reckoned_by_the_servers_clock(keys: Keys, scripted_client: Boltz, patience: Any) -> None:
    """It is an hour ahead of ours, so the key of ten seconds ago bears a time that lies in our future."""
    keys.edge = 3600
    keys.add(3590)
    keys.add(3300)
    error = lost(scripted_client)
    keys.rows[2] = {**keys.rows[2], "created_at": keys.moment(3600)}
    assert [key.id for key in scripted_client.admin.api_keys.candidates(error)] == ["key_2", "key_0", "key_1"]


def test_times_without_an_offset_are_utc(keys: Keys, scripted_client: Boltz) -> None:
    keys.without_offset = True
    keys.add(-60)
    assert [key.id for key in after_loss(scripted_client, expires_in_days=3)] == ["key_1"]
    later = datetime.fromisoformat(keys.moment(60)).replace(tzinfo=UTC)
    found = scripted_client.admin.api_keys.find(created_before=later, unused_since=later)
    assert [key.id for key in found] == ["key_0", "key_1"]
    expiring = scripted_client.admin.api_keys.find(expires_before=later + timedelta(days=4))
    assert [key.id for key in expiring] == ["key_1"]


@pytest.mark.parametrize(
    "extra", [{"name": "other"}, {"mode": "test"}, {"expires_in_days": 5}, {"workspace_id": "ws_9"}]
)
def test_what_was_sent_counts_extras_included(keys: Keys, scripted_client: Boltz, extra: dict[str, object]) -> None:
    keys.add()
    assert [key.id for key in after_loss(scripted_client, extra_body=extra)] == ["key_1"]


def test_what_becomes_of_the_arguments_afterwards_does_not_count(keys: Keys, scripted_client: Boltz) -> None:
    addresses = ["192.0.2.1"]
    error = lost(scripted_client, allowed_ips=addresses)
    addresses.append("192.0.2.2")
    assert [key.id for key in scripted_client.admin.api_keys.candidates(error)] == ["key_0"]
    restored = pickle.loads(pickle.dumps(error))
    assert [key.id for key in scripted_client.admin.api_keys.candidates(restored)] == ["key_0"]


def test_a_lost_create_says_how_to_look_for_the_key(keys: Keys, scripted_client: Boltz) -> None:
    said = str(lost(scripted_client))
    assert "it was not repeated; client.admin.api_keys.candidates(error) lists the keys that it may have made" in said


def test_our_clock_may_be_set_in_between(keys: Keys, scripted_client: Boltz, patience: Any, server: Any) -> None:
    error = lost(scripted_client)
    patience.wall = -3600.0  # it was an hour fast
    keys.rows[0] = {**keys.rows[0], "created_at": keys.moment(-3600)}
    assert [key.id for key in scripted_client.admin.api_keys.candidates(error)] == ["key_0"]


def test_the_date_of_the_lost_answer_counts_most(keys: Keys, scripted_client: Boltz, patience: Any, http: Any) -> None:
    keys.failure_date = keys.moment_in_http(7200)
    keys.edge = None
    error = lost(scripted_client)
    keys.rows[0] = {**keys.rows[0], "created_at": keys.moment(7200)}
    keys.add(3600)
    assert [key.id for key in scripted_client.admin.api_keys.candidates(error)] == ["key_0"]


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "never"])
def test_an_absurd_date_does_no_harm(keys: Keys, scripted_client: Boltz, date: str) -> None:
    keys.absurd = date
    assert [key.id for key in after_loss(scripted_client)] == ["key_0"]


def test_a_cancelled_create_is_looked_for_by_name_and_time(keys: Keys, scripted_client: Boltz, patience: Any) -> None:
    keys.add(-30, name="mine")
    keys.add(5, name="mine")
    keys.add(0, name="other")
    started = datetime.fromtimestamp(patience.now, UTC)
    found = scripted_client.admin.api_keys.candidates(name="mine", started_at=started)
    assert [key.id for key in found] == ["key_1", "key_0"]
    with pytest.raises(ArgumentTypeError, match="error: required, or else name and started_at"):
        scripted_client.admin.api_keys.candidates(name="mine")
    with pytest.raises(ArgumentValueError, match="started_at: expected a time with a time zone"):
        scripted_client.admin.api_keys.candidates(name="mine", started_at=started.replace(tzinfo=None))
