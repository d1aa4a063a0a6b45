"""What a run measures, in order: each step has a name, and measures when it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import attrs

from benchmarks import calls, instructions, memory, startup
from benchmarks.calls import Calls
from benchmarks.processes import CONTESTANTS, SOCKET, Worker
from benchmarks.results import Result
from benchmarks.startup import Startup

COUNTED_STARTUPS = ("import", "first_answer")
COUNTED_CALLS = ("list_5000", "decode", "create")


@attrs.frozen
class Effort:
    """How long to measure."""

    rounds: int | None
    """Samples of each row; ``None`` for as many as each scenario asks for."""
    memory_rounds: int
    longest_list: int
    remembered: tuple[str, ...] | None
    """The scenarios whose memory is measured; ``None`` for all."""
    counted: tuple[str, ...]
    """The scenarios whose instructions are counted."""


FULL = Effort(
    rounds=None,
    memory_rounds=3,
    longest_list=100_000,
    remembered=None,
    counted=(*COUNTED_STARTUPS, *COUNTED_CALLS),
)
QUICK = Effort(rounds=2, memory_rounds=1, longest_list=10_000, remembered=("import", "list_5000"), counted=("import",))

Step = tuple[str, Callable[[], Result]]


def steps(effort: Effort, urls: Mapping[int, str], workers: list[Worker]) -> Iterator[Step]:
    """Everything, at this effort."""
    url = urls[100]
    starting = [adjusted(scenario, effort) for scenario in startup.scenarios(url)]
    calling = [shortened(scenario, effort) for scenario in calls.SCENARIOS]
    for scenario in starting:
        yield scenario.name, partial(startup.measure, scenario, url)
    for job in calling:
        yield job.name, partial(calls.measure, job, urls[job.keys], workers)
    for scenario in starting:
        if effort.remembered is None or scenario.name in effort.remembered:
            yield f"memory_{scenario.name}", partial(memory.at_startup, scenario, url, effort.memory_rounds)
    clients = tuple(contestant for contestant in CONTESTANTS if contestant is not SOCKET)
    for job in calling:
        if effort.remembered is None or job.name in effort.remembered:
            yield f"memory_{job.name}", partial(memory.at_work, job, urls[job.keys], clients, effort.memory_rounds)
    if instructions.missing():
        return
    for scenario in starting:
        if scenario.name in effort.counted:
            yield f"instructions_{scenario.name}", partial(instructions.of_startup, scenario, url)
    for job in calling:
        if job.name in effort.counted:
            yield f"instructions_{job.name}", partial(instructions.of_calls, job, urls[job.keys])


def adjusted(scenario: Startup, effort: Effort) -> Startup:
    """The scenario with as many rounds as the effort allows."""
    return attrs.evolve(scenario, rounds=effort.rounds or scenario.rounds)


def shortened(job: Calls, effort: Effort) -> Calls:
    """The scenario with as many rounds, and no more keys, than the effort allows."""
    keys = min(job.keys, effort.longest_list)
    parts = job.parts * keys // job.keys
    return attrs.evolve(job, rounds=effort.rounds or job.rounds, keys=keys, parts=parts)
