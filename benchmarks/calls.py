"""The client at work: calls to the fixed-answer server by processes that are warm."""

from __future__ import annotations

import attrs

from benchmarks.contestants.jobs import CONCURRENT, DECODED
from benchmarks.processes import FLOOR, Worker
from benchmarks.results import Goal, Result
from benchmarks.samples import Series

PER_PAGE = Goal(limit=1.25, against=FLOOR.name)


@attrs.frozen
class Calls:
    """A job, done over and over, and what its time is divided by."""

    name: str
    title: str
    job: str
    keys: int
    unit: str
    parts: int
    """How many of what the unit counts are in one job: calls, pages."""
    repeated: int
    """How often one sample does the job, so that a sample is long beside the clock and the scheduler."""
    rounds: int
    goal: Goal | None = None


SCENARIOS = (
    Calls("create", "Create a key", "create", 100, "ms a call", 1, 20, 40),
    Calls("revoke", "Revoke a key", "revoke", 100, "ms a call", 1, 20, 40),
    Calls("list_5000", "List 5,000 keys, sync", "list_keys", 5_000, "ms a page", 50, 1, 40, PER_PAGE),
    Calls("list_100000", "Go over 100,000 keys, sync", "stream_keys", 100_000, "ms a page", 1000, 1, 7, PER_PAGE),
    Calls("list_5000_async", "List 5,000 keys, async", "list_keys_async", 5_000, "ms a page", 50, 1, 40, PER_PAGE),
    Calls(
        "list_100000_async",
        "Go over 100,000 keys, async",
        "stream_keys_async",
        100_000,
        "ms a page",
        1000,
        1,
        7,
        PER_PAGE,
    ),
    Calls("create_64_async", "64 creates at once, async", "create_many_async", 100, "ms a call", CONCURRENT, 1, 40),
    Calls(
        "decode",
        "Decode a page of 100",
        "decode",
        100,
        "ms a page",
        DECODED,
        1,
        40,
        Goal(limit=1.5, against=FLOOR.name),
    ),
)


def measure(calls: Calls, url: str, workers: list[Worker], *, reference: str = FLOOR.name) -> Result:
    """Every contestant in turn, round by round, after a round that does not count."""
    warm = [(worker, worker.do(calls.job, url, calls.repeated)) for worker in workers]
    able = [worker for worker, report in warm if report is not None]
    answers = {str(report["answer"]) for _, report in warm if report is not None}
    if len(answers) != 1:
        raise RuntimeError(f"{calls.name}: the contestants did not do the same work: {sorted(answers)}")
    samples: dict[str, list[float]] = {worker.contestant.name: [] for worker in able}
    for _ in range(calls.rounds):
        for worker in able:
            report = worker.do(calls.job, url, calls.repeated)
            assert report is not None
            took = sum(report["nanoseconds"]) / calls.repeated / calls.parts
            samples[worker.contestant.name].append(round(took / 1e6, 6))
    return Result(
        name=calls.name,
        title=calls.title,
        unit=calls.unit,
        rows={name: Series(taken) for name, taken in samples.items()},
        reference=reference,
        goal=calls.goal,
    )
