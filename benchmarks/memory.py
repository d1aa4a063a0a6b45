"""Memory: the most that a process ever held, in a new process for every sample."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from benchmarks.calls import Calls
from benchmarks.processes import FLOOR, Contestant, Worker
from benchmarks.results import Goal, Result
from benchmarks.samples import Series
from benchmarks.startup import PROGRAMS, Startup, started

GOALS = {"list_5000": Goal(limit=1.25, against=FLOOR.name)}


def at_work(calls: Calls, url: str, contestants: tuple[Contestant, ...], rounds: int) -> Result:
    """The peak of a worker that does a job once."""
    peaks = {contestant.name: partial(_peak_of_worker, contestant, calls.job, url) for contestant in contestants}
    return _measured(calls.name, calls.title, FLOOR.name, peaks, rounds)


def at_startup(startup: Startup, rounds: int) -> Result:
    """The peak of a command, from start to end."""
    peaks = {name: partial(_peak_of_command, command, startup.variables) for name, command in startup.commands.items()}
    return _measured(startup.name, startup.title, startup.reference, peaks, rounds)


def _peak_of_worker(contestant: Contestant, job: str, url: str) -> int | None:
    with Worker(contestant) as worker:
        report = worker.do(job, url)
    return None if report is None else report["peak_kib"]


def _peak_of_command(command: Sequence[str], variables: Mapping[str, str]) -> int:
    _, printed = started([sys.executable, "-I", "-S", str(PROGRAMS / "peak_memory.py"), *command], variables)
    return int(printed)


def _measured(
    name: str, title: str, reference: str | None, peaks: Mapping[str, Callable[[], int | None]], rounds: int
) -> Result:
    samples: dict[str, list[float]] = {}
    for _ in range(rounds):
        for row, peak in peaks.items():
            if (kib := peak()) is not None:
                samples.setdefault(row, []).append(round(kib / 1024, 2))
    return Result(
        name=f"memory_{name}",
        title=f"{title}: peak memory",
        unit="MiB",
        rows={row: Series(taken) for row, taken in samples.items()},
        reference=reference,
        goal=GOALS.get(name),
    )
