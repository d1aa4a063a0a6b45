"""Every wire case against every client of this project."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from boltz_api.sandbox.certify.cases import Case, CaseFile, each, load
from boltz_api.sandbox.certify.scorecard import Drive, Hello, Program, Reply, Verdict, certify, play
from tests.wire.drivers import command_line, own

EVERY_FILE = load()
PENDING = [case for case in each(EVERY_FILE) if case.pending]
FILES = [structs.replace(file, cases=[case for case in file.cases if not case.pending]) for file in EVERY_FILE]
"""The cases that every client of ours is to pass."""
PYTHON = msgspec.convert(own.HELLO, Hello)
COMMAND_LINE = msgspec.convert(command_line.HELLO, Hello)
AT_ONCE = 4
"""As many cases are played at a time: most of them wait now and then."""

# Not by case, nor by rule: pytest's own work would cost more than the cases do.
BY_GROUP = pytest.mark.parametrize("file", FILES, ids=[file.group.lower().replace(" ", "-") for file in FILES])


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


def failed(cases: Iterable[Case], drive: Drive, capabilities: Collection[str], *, at_once: int = 1) -> list[Verdict]:
    """Play the cases that a client is capable of; return the verdicts on those that it does not pass."""
    fitting = [case for case in cases if case.needed.issubset(capabilities)]
    with own.recording(), ThreadPoolExecutor(at_once) as threads:
        verdicts = list(threads.map(lambda case: play(case, drive, capabilities), fitting))
        # On a busy machine, a time limit may be over before anything has happened.
        return [
            again
            for case, verdict in zip(fitting, verdicts, strict=True)
            if not verdict.passed and not (again := play(case, drive, capabilities) if _timed(case) else verdict).passed
        ]


def _timed(case: Case) -> bool:
    return case.clock == "real" or not {"timeout", "total_timeout"}.isdisjoint([*case.client, *case.call.options])


# httpx leaves its own generators to the garbage collector where a body is not read to its end; trio remarks on that.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:Async generator 'httpx:ResourceWarning")
@BY_GROUP
@pytest.mark.parametrize(("backend", "library"), list(product(own.BACKENDS, own.LIBRARIES)))
def test_python(backend: str, library: str, file: CaseFile) -> None:
    drive = in_this_process(backend, library)
    assert list(map(str, failed(file.cases, drive, PYTHON.capabilities, at_once=AT_ONCE))) == []


@BY_GROUP
def test_command_line(commands: Program, file: CaseFile) -> None:
    assert list(map(str, failed(file.cases, commands, COMMAND_LINE.capabilities))) == []


@pytest.mark.parametrize("case", PENDING, ids=[case.title for case in PENDING])
def test_a_pending_case_fails(commands: Program, case: Case) -> None:
    """With one client at least: another may be ahead."""
    drives: list[tuple[Drive, Hello]] = [(commands, COMMAND_LINE)]
    drives += [(in_this_process(*names), PYTHON) for names in product(own.BACKENDS, own.LIBRARIES)]
    assert any(failed([case], drive, hello.capabilities) for drive, hello in drives), "it passes: remove the marker"


def test_through_the_protocol() -> None:
    with program("own", "asyncio", "httpx2") as driver:
        first = {case.rule: case for case in reversed(list(each(FILES)))}
        assert list(map(str, failed(first.values(), driver, driver.hello.capabilities))) == []
    assert len(first) > 50


def test_all_cases_take_less_than_five_seconds() -> None:
    """Of this process's own time, which other programs do not add to; what the cases wait, they wait together."""
    started = time.process_time()
    with own.recording():
        scorecard = certify(FILES, PYTHON, [in_this_process("sync", "httpx")] * AT_ONCE)
    assert time.process_time() - started < 5
    assert sum(score.passed + len(score.failures) for score in scorecard.rules) > 200
