"""What a run measures, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import attrs

from benchmarks import calls, generation, go_client, instructions, memory, sandbox_capacity, startup
from benchmarks.calls import Calls
from benchmarks.certificate import Certificate
from benchmarks.processes import CONTESTANTS, SOCKET, Worker
from benchmarks.results import Result
from benchmarks.sandbox_capacity import Capacity

COUNTED_STARTUPS = ("import", "first_answer", "first_answer_tls")
COUNTED_CALLS = ("list_5000", "list_5000_async", "create")
CLIENTS = tuple(contestant for contestant in CONTESTANTS if contestant is not SOCKET)


@attrs.frozen(kw_only=True)
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
    contracts: tuple[int, ...]
    sandbox: Capacity


FULL = Effort(
    rounds=None,
    memory_rounds=3,
    longest_list=100_000,
    remembered=None,
    counted=(*COUNTED_STARTUPS, *COUNTED_CALLS),
    contracts=generation.SIZES,
    sandbox=Capacity(keys=1_000_000, rounds=20, requests=20),
)
QUICK = Effort(
    rounds=1,
    memory_rounds=1,
    longest_list=10_000,
    remembered=("import", "list_5000"),
    counted=("import",),
    contracts=generation.SIZES[:1],
    sandbox=Capacity(keys=10_000, rounds=1, requests=5),
)


@attrs.frozen
class Plan:
    """A run: how long, against which server, with which workers, and of what."""

    effort: Effort
    urls: Mapping[str, str]
    certificate: Certificate | None
    workers: list[Worker]
    wanted: Callable[[str], bool]
    """Whether what has this name is to be measured."""

    def results(self) -> Iterator[Result]:
        """Everything that is wanted."""
        yield from self._startups()
        yield from self._calls()
        if not go_client.missing():
            yield from go_client.measure(self.urls, self.effort.rounds, self.wanted)
        yield from self._memory()
        yield from self._instructions()
        if self.wanted("generate"):
            yield from self._generation()
        if self.wanted("sandbox"):
            yield from sandbox_capacity.measure(self.effort.sandbox)

    def _startups(self) -> Iterator[Result]:
        for scenario in startup.scenarios(self.urls, self.certificate):
            if self.wanted(scenario.name):
                yield startup.measure(attrs.evolve(scenario, rounds=self.effort.rounds or scenario.rounds))

    def _calls(self) -> Iterator[Result]:
        for job in self._jobs():
            if self.wanted(job.name):
                yield calls.measure(job, self.urls[str(job.keys)], self.workers)

    def _memory(self) -> Iterator[Result]:
        rounds = self.effort.memory_rounds
        for scenario in startup.scenarios(self.urls, self.certificate):
            if self._remembers(scenario.name):
                yield memory.at_startup(scenario, rounds)
        for job in self._jobs():
            if self._remembers(job.name):
                yield memory.at_work(job, self.urls[str(job.keys)], CLIENTS, rounds)

    def _instructions(self) -> Iterator[Result]:
        if instructions.missing():
            return
        for scenario in startup.scenarios(self.urls, self.certificate):
            if self._counts(scenario.name):
                yield instructions.of_startup(scenario)
        for job in self._jobs():
            if self._counts(job.name):
                yield instructions.of_calls(job, self.urls[str(job.keys)])

    def _generation(self) -> Iterator[Result]:
        with generation.contracts(self.effort.contracts) as scenario:
            yield startup.measure(attrs.evolve(scenario, rounds=self.effort.rounds or scenario.rounds))
            generation.check_use(scenario)
            yield memory.at_startup(scenario, 1)

    def _jobs(self) -> Iterator[Calls]:
        """The jobs, with as many rounds, and no longer lists, than the effort allows."""
        for job in calls.SCENARIOS:
            keys = min(job.keys, self.effort.longest_list)
            rounds = self.effort.rounds or job.rounds
            yield attrs.evolve(job, rounds=rounds, keys=keys, parts=job.parts * keys // job.keys)

    def _remembers(self, name: str) -> bool:
        remembered = self.effort.remembered
        return (remembered is None or name in remembered) and self.wanted(f"memory_{name}")

    def _counts(self, name: str) -> bool:
        return name in self.effort.counted and self.wanted(f"instructions_{name}")
