"""The table of clients side by side is that of the kept results, and these are of the cases that there are."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from boltz_api.sandbox.certify.cases import each, load
from boltz_api.sandbox.certify.scorecard import Failure, RuleScore, Scorecard
from reference import scoreboard, written
from tests.wire.drivers import own


def rule(name: str, passed: int = 2, skipped: int = 0, failures: list[Failure] | None = None) -> RuleScore:
    return RuleScore(group="g", rule=name, statement="s.", passed=passed, skipped=skipped, failures=failures or [])


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name for file in load() for name in file.rules]
    failures = [Failure("x", ["requests: expected 1, got 3"]), Failure("y", ["value: not the expected one — `|`"])]
    broken = {"create-lost": rule("create-lost", failures=failures), "pages-stuck": rule("pages-stuck", 0, skipped=2)}
    ours = Scorecard(client="ours", version="1", rules=[rule(name) for name in names])
    theirs = Scorecard(client="theirs", version="2", rules=[broken.get(name, rule(name)) for name in names])
    path = tmp_path / "results.json"
    comparison = scoreboard.Comparison("2026-01-02", [scoreboard.kept(ours), scoreboard.kept(theirs)])
    path.write_bytes(msgspec.json.encode(comparison))
    monkeypatch.setattr(scoreboard, "RESULTS", path)


def test_a_line_for_each_rule_that_not_all_keep(results: None) -> None:
    lines = scoreboard.table().splitlines()
    assert lines[:2] == ["| Rule | ours 1 | theirs 2 |", "|---|---|---|"]
    assert [line.partition("](certify.md#")[2] for line in lines[2:4]] == [
        "create-lost) | yes | **2 of 4**; requests: expected 1, got 3 |",
        "",
    ]
    assert lines[4].startswith("2026-01-02. Cases passed: ")


def test_every_rule_has_an_anchor() -> None:
    text = written.refreshed("<!-- written: rules -->\n<!-- end -->")
    assert all(f'<a id="{name}"></a>' in text for file in load() for name in file.rules)


def test_the_kept_results_are_those_of_these_cases() -> None:
    """Refresh them with ``nox -s compare``."""
    kept = msgspec.convert(json.loads(scoreboard.RESULTS.read_bytes()), scoreboard.Comparison)
    cases = [case for case in each(load()) if case.needed.issubset(own.HELLO["capabilities"])]
    assert kept.clients[0].name == own.HELLO["client"]
    results = kept.clients[0].results
    assert {name: result.played for name, result in results.items() if result.played} == {
        name: sum(case.rule == name for case in cases) for name in {case.rule for case in cases}
    }
    assert {name for name, result in results.items() if result.passed < result.played} == {
        case.rule for case in cases if case.pending
    }
