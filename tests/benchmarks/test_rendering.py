from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks import charts, results
from benchmarks.results import Goal, Machine, Result, Run
from benchmarks.samples import Series
from benchmarks.svg import Bar, Chart, Group
from benchmarks.table import block, figure, footer


def listing(ours: list[float], goal: Goal | None = None) -> Result:
    return Result(
        name="list_5000",
        title="List 5,000 keys, sync",
        unit="ms a page",
        rows={"boltz-api-keys": Series(ours), "httpx + msgspec": Series([1.0] * len(ours))},
        reference="httpx + msgspec",
        goal=goal,
    )


@pytest.fixture
def run() -> Run:
    return Run(
        started="2026-01-15T09:30:00+00:00",
        seconds=12.0,
        quick=True,
        machine=Machine(
            cpu="A Processor & Co",
            cores=2,
            system="Linux",
            python="CPython 3.11.7 (GCC 12.2.0)",
            load_before=[0.1, 0.2, 0.3],
            load_after=[0.4, 0.5, 0.6],
            versions={"client": {"httpx": "0.28.1"}},
        ),
        results=[listing([1.1, 1.1, 1.1], Goal(limit=1.25, against="httpx + msgspec"))],
    )


@pytest.mark.parametrize(
    ("value", "text"), [(0.04321, "0.0432"), (1.5, "1.5"), (99.96, "100"), (123.4, "123"), (12345.6, "12,346")]
)
def test_figures_have_three_digits_and_no_exponent(value: float, text: str) -> None:
    assert text == figure(value)


def test_a_block_shows_the_ratio_and_whether_the_goal_holds() -> None:
    heading, ours, floor = block(listing([1.1, 1.1, 1.1], Goal(limit=1.25, against="httpx + msgspec")))
    assert heading == "List 5,000 keys, sync, ms a page"
    assert ours.split()[:8] == ["boltz-api-keys", "1.1", "±0.0%", "1.10", "[1.10,", "1.10]", "≤", "1.25"]
    assert ours.endswith("httpx + msgspec: met")
    assert floor.split() == ["httpx", "+", "msgspec", "1", "±0.0%", "1"]


def test_a_figure_that_spreads_too_wide_is_marked() -> None:
    _, noisy, steady = block(listing([1.0, 2.0, 3.0]))
    assert ("~" in noisy, "~" in steady) == (True, False)


def test_the_reason_stands_beside_a_figure_that_misses_its_goal() -> None:
    goal = Goal(limit=1.25, against="httpx + msgspec", reason="the checks take as long as the transport")
    _, ours, _ = block(listing([2.0, 2.0, 2.0], goal))
    assert ours.endswith("missed (the checks take as long as the transport)")


def test_a_quick_run_says_that_it_is_not_for_quoting(run: Run) -> None:
    assert any("not for quoting" in line for line in footer(run))


def test_a_run_comes_back_from_its_file_as_it_was(run: Run, tmp_path: Path) -> None:
    results.write(run, tmp_path / "results.json")
    assert run == results.read(tmp_path / "results.json")


def test_charts_are_well_formed_and_tell_their_figures_in_words(run: Run, tmp_path: Path) -> None:
    (drawn,) = charts.draw(run, tmp_path)
    description = ET.parse(drawn).getroot().findtext("{http://www.w3.org/2000/svg}desc")
    assert (drawn.name, description) == ("calls.svg", "List 5,000 keys, sync: boltz-api-keys 1.1 ×")


@pytest.mark.parametrize("logarithmic", [False, True])
def test_bars_are_as_long_as_their_values_say(logarithmic: bool) -> None:
    bars = [Bar("a", value, value, value, str(value)) for value in (1.0, 10.0, 100.0)]
    svg = Chart("title", "subtitle", "caption", ["a"], [Group("group", bars)], logarithmic=logarithmic).render()
    widths = [float(bar.get("width", "")) for bar in ET.fromstring(svg).iter() if bar.get("class") == "s0"]
    steps = [widths[1] - widths[0], widths[2] - widths[1]]
    if logarithmic:
        assert steps[0] == pytest.approx(steps[1], rel=0.01)
    else:
        assert widths == pytest.approx([widths[2] / 100, widths[2] / 10, widths[2]], rel=0.05)


@pytest.mark.parametrize("name", ["Import", "Import to first answer, over https://", "W" * 40])
def test_a_chart_leaves_room_for_its_longest_label(name: str) -> None:
    svg = Chart("title", "subtitle", "caption", ["a"], [Group(name, [Bar("a", 2, 1, 3, "2 ms")])]).render()
    (bar,) = (float(each.get("x", "")) for each in ET.fromstring(svg).iter() if each.get("class") == "s0")
    label = next(each for each in ET.fromstring(svg).iter() if each.text == name)
    assert bar >= float(label.get("x", "")) + 7 * len(name)
