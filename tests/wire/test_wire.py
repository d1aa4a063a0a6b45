"""Every wire case against every client of this project."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from boltz_api.sandbox.certify.cases import Case, each, load
from boltz_api.sandbox.certify.scorecard import Drive, Hello, Program, Reply, certify, play
from tests.wire.drivers import command_line, own

FILES = load()
CASES = list(each(FILES))
PYTHON = msgspec.convert(own.HELLO, Hello)
COMMAND_LINE = msgspec.convert(command_line.HELLO, Hello)


def in_this_process(backend: str, library: str) -> Drive:
    return lambda line: msgspec.convert(own.drive(line, backend, library), Reply)


@contextmanager
def program(name: str, *arguments: str) -> Iterator[Program]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
        with Program([sys.executable, "-m", f"tests.wire.drivers.{name}", *arguments]) as driver:
            yield driver


@pytest.fixture(scope="module")
def commands() -> Iterator[Program]:
    if not hasattr(os, "fork"):
        pytest.skip("the driver forks for each case")
    with program("command_line") as driver:
        yield driver


def named(case: Case) -> str:
    return f"{case.rule}-{re.sub(r'[^a-z0-9]+', '-', case.title.lower()).strip('-')}"


def parameters(cases: Iterable[Case]) -> list[object]:
    return [pytest.param(case, id=named(case)) for case in cases]


def cases_for(client: Hello) -> list[object]:
    return parameters(case for case in CASES if not case.pending and case.needed.issubset(client.capabilities))


# httpx leaves its own generators to the garbage collector where a body is not read to its end; trio remarks on that.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:Async generator 'httpx:ResourceWarning")
@pytest.mark.parametrize("case", cases_for(PYTHON))
@pytest.mark.parametrize("library", own.LIBRARIES)
@pytest.mark.parametrize("backend", own.BACKENDS)
def test_python(backend: str, library: str, case: Case) -> None:
    verdict = play(case, in_this_process(backend, library), PYTHON.capabilities)
    assert verdict.passed, verdict


@pytest.mark.parametrize("case", cases_for(COMMAND_LINE))
def test_command_line(commands: Program, case: Case) -> None:
    verdict = play(case, commands, COMMAND_LINE.capabilities)
    assert verdict.passed, verdict


@pytest.mark.parametrize("case", parameters(case for case in CASES if case.pending))
def test_a_pending_case_fails(commands: Program, case: Case) -> None:
    for_python = case.needed.issubset(PYTHON.capabilities)
    drive, client = (in_this_process("sync", "httpx"), PYTHON) if for_python else (commands, COMMAND_LINE)
    assert not play(case, drive, client.capabilities).passed, "it passes: remove the marker"


def test_through_the_protocol() -> None:
    first = {case.rule: case for case in reversed(CASES) if case.needed.issubset(PYTHON.capabilities)}
    with program("own", "asyncio", "httpx2") as driver:
        verdicts = [play(case, driver, driver.hello.capabilities) for case in first.values() if not case.pending]
    assert [str(verdict) for verdict in verdicts if not verdict.passed] == []
    assert len(verdicts) > 50


@pytest.mark.slow  # not because it takes long: a busy machine would fail it
def test_all_cases_take_less_than_five_seconds() -> None:
    files = [structs.replace(file, cases=[case for case in file.cases if not case.pending]) for file in FILES]

    def seconds() -> float:
        started = time.monotonic()
        scorecard = certify(files, PYTHON, [in_this_process("sync", "httpx")] * 16)
        assert scorecard.broken == []
        return time.monotonic() - started

    assert any(seconds() < 5 for _ in range(3))
