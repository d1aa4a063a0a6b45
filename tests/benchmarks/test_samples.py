from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.results import Goal, Result
from benchmarks.samples import Series, bootstrapped

SAMPLES = st.lists(st.floats(min_value=0.01, max_value=1e6), min_size=3, max_size=20)


def test_the_spread_is_half_the_middle_half_over_the_median() -> None:
    series = Series([8.0, 9.0, 10.0, 11.0, 12.0])
    assert (series.median, series.quartiles, series.spread) == (10.0, (9.0, 11.0), 0.1)


@pytest.mark.parametrize(("samples", "steady"), [([9, 9, 10, 11, 11], True), ([8, 8, 10, 12, 12], False), ([10], True)])
def test_a_series_that_spreads_too_wide_is_not_steady(samples: list[float], steady: bool) -> None:
    assert steady == Series(samples).steady


def test_outliers_are_counted_and_kept() -> None:
    series = Series([10.0, 10.1, 10.2, 9.9, 10.0, 40.0])
    assert (series.outliers, len(series.samples)) == (1, 6)


def test_a_ratio_is_taken_round_by_round_so_that_shared_noise_cancels() -> None:
    quiet_then_busy = Series([1.0, 1.0, 5.0, 5.0])
    twice_that = Series([2.0, 2.0, 10.0, 10.0])
    found = twice_that.over(quiet_then_busy)
    assert (found.value, found.low, found.high) == (2.0, 2.0, 2.0)


def test_rounds_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        Series([1.0]).over(Series([1.0, 2.0]))


# Each example is thousands of medians.
few = settings(max_examples=25)


@few
@given(SAMPLES)
def test_the_median_lies_in_its_interval_and_the_interval_in_the_samples(samples: list[float]) -> None:
    found = bootstrapped(samples)
    assert min(samples) <= found.low <= found.value <= found.high <= max(samples)


@few
@given(SAMPLES)
def test_the_same_samples_give_the_same_interval(samples: list[float]) -> None:
    assert bootstrapped(samples) == bootstrapped(samples)


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [
        ([1.0, 1.1, 1.2], "met"),
        ([1.4, 1.5, 1.6], "missed"),
        ([1.2, 1.25, 1.4], "within noise"),
        ([1.1, 1.1], None),
    ],
)
def test_a_goal_is_met_or_missed_only_beyond_the_noise(ours: list[float], verdict: str | None) -> None:
    result = Result(
        name="list",
        title="List",
        unit="ms",
        rows={"boltz-api-keys": Series(ours), "floor": Series([1.0] * len(ours))},
        reference="floor",
        goal=Goal(limit=1.25, against="floor"),
    )
    assert verdict == result.verdict


def test_a_goal_without_a_row_to_compare_with_is_in_the_unit() -> None:
    result = Result(
        name="import",
        title="Import",
        unit="ms",
        rows={"boltz-api-keys": Series([28.0, 29.0, 29.5])},
        goal=Goal(limit=30),
    )
    assert result.verdict == "met"
