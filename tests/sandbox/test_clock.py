"""The sandbox's time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltz_api.sandbox import Clock
from boltz_api.sandbox.clock import timestamp

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def test_it_runs_with_real_time() -> None:
    assert timedelta() <= Clock().now() - datetime.now(UTC) + timedelta(seconds=5) <= timedelta(seconds=10)


def test_it_goes_forward_and_back() -> None:
    clock = Clock()
    clock.freeze(NEW_YEAR)
    clock.advance(days=31, hours=1, minutes=2, seconds=3, milliseconds=4)
    assert timestamp(clock.now()) == "2026-02-01T01:02:03.004Z"

    clock.advance(days=-31)
    assert timestamp(clock.now()) == "2026-01-01T01:02:03.004Z"


def test_it_stands_still_when_frozen_and_runs_again_after_a_reset() -> None:
    clock = Clock()
    clock.advance(days=400)
    clock.freeze()
    assert clock.now() == clock.now()
    assert clock.now() - datetime.now(UTC) > timedelta(days=399)

    clock.reset()
    assert clock.now() - datetime.now(UTC) < timedelta(seconds=5)


def test_a_moment_must_have_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Clock().freeze(datetime(2026, 1, 1))  # noqa: DTZ001 - what is under test


moments_in_any_zone = st.datetimes(
    min_value=datetime(1000, 1, 1),  # noqa: DTZ001 - the strategy adds the zones
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5)), timezone(timedelta(hours=-11))]),
)


@given(st.lists(moments_in_any_zone, min_size=2))
def test_timestamps_sort_as_the_moments_do(moments: list[datetime]) -> None:
    in_order = [timestamp(moment) for moment in sorted(moments)]

    assert sorted(in_order) == in_order
    assert {len(text) for text in in_order} == {24}
