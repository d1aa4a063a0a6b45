"""Every wire case against the Go client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.go.conftest import Go

cases = pytest.importorskip("boltz_api.sandbox.certify.cases")
scorecard = pytest.importorskip("boltz_api.sandbox.certify.scorecard")


@pytest.fixture(scope="module")
def driver(go: Go, module: Path) -> Iterator[Any]:
    go.run(["go", "build", "-o", "wiredriver", "./internal/wiredriver"], module)
    with scorecard.Program([str(module / "wiredriver")]) as program:
        yield program


def named(case: Any) -> str:
    return f"{case.rule}-{re.sub(r'[^a-z0-9]+', '-', case.title.lower()).strip('-')}"


@pytest.mark.parametrize("case", [pytest.param(case, id=named(case)) for case in cases.each(cases.load())])
def test_go(driver: Any, case: Any) -> None:
    verdict = scorecard.play(case, driver, driver.hello.capabilities)
    if verdict.skipped:
        pytest.skip(f"it lacks {', '.join(verdict.skipped)}")
    assert verdict.passed, verdict
