"""Every wire case against the Go client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from boltz_api.sandbox.certify.cases import Case, each, load
from boltz_api.sandbox.certify.scorecard import Program, play
from tests.go.conftest import Go


@pytest.fixture(scope="module")
def driver(go: Go, module: Path) -> Iterator[Program]:
    go.run(["go", "build", "-o", "wiredriver", "./internal/wiredriver"], module)
    with Program([str(module / "wiredriver")]) as program:
        yield program


def named(case: Case) -> str:
    return f"{case.rule}-{re.sub(r'[^a-z0-9]+', '-', case.title.lower()).strip('-')}"


@pytest.mark.parametrize("case", [pytest.param(case, id=named(case)) for case in each(load())])
def test_go(driver: Program, case: Case) -> None:
    verdict = play(case, driver, driver.hello.capabilities)
    if verdict.skipped:
        pytest.skip(f"it lacks {', '.join(verdict.skipped)}")
    assert verdict.passed, verdict
