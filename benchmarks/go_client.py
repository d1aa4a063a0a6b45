"""The Go client beside net/http with encoding/json: calls, decoding, and the first answer of a new process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Final

import attrs

from benchmarks import calls, startup
from benchmarks.calls import Calls
from benchmarks.environments import HOME, ROOT
from benchmarks.processes import Contestant, Worker
from benchmarks.results import Goal, Result
from benchmarks.startup import Startup
from release import go_module

MODULE: Final = HOME / "go"
PROGRAM: Final = MODULE / "worker"


class GoContestant(Contestant):
    """A contestant that is a Go program; its module names its way of decoding."""

    def command(self) -> list[str]:
        """What starts its worker."""
        return [str(PROGRAM), self.module]


OURS: Final = GoContestant("boltzapi (Go)", "boltzapi")
FLOOR: Final = GoContestant("net/http + encoding/json", "encoding/json")
NEWER: Final = GoContestant("net/http + encoding/json/v2", "encoding/json/v2")

_CALL: Final = Goal(limit=1.25, against=FLOOR.name, subject=OURS.name)
_DECODED: Final = Goal(limit=0.075, subject=OURS.name)
_STARTED: Final = Goal(limit=3, subject=OURS.name)
SCENARIOS: Final = (
    Calls("go_create", "Go: create a key", "create", 100, "ms a call", 1, 50, 40, _CALL),
    Calls("go_list_5000", "Go: list 5,000 keys", "list_keys", 5_000, "ms a page", 50, 1, 40, _CALL),
    Calls("go_decode", "Go: decode a page of 100", "decode", 100, "ms a page", 20, 1, 40, _DECODED),
)


def missing() -> str | None:
    """Why Go is not measured; ``None`` if it is."""
    return None if go_module.has_toolchain() else "the dependency group `go` is not installed"


def measure(urls: Mapping[str, str], rounds: int | None, wanted: Callable[[str], bool]) -> Iterator[Result]:
    """Everything that is wanted of Go."""
    found = [job for job in SCENARIOS if wanted(job.name)]
    if not found and not wanted("go_first_answer"):
        return
    _build()
    with ExitStack() as running:
        workers = [running.enter_context(Worker(contestant)) for contestant in (OURS, FLOOR, NEWER)]
        for job in found:
            lasting = attrs.evolve(job, rounds=rounds or job.rounds)
            yield calls.measure(lasting, urls[str(job.keys)], workers, reference=FLOOR.name)
    if wanted("go_first_answer"):
        command = [str(PROGRAM), "boltzapi", urls["100"]]
        title = "Go: start to first answer, over http://"
        yield startup.measure(
            Startup("go_first_answer", title, {OURS.name: command}, rounds or 20, reference=None, goal=_STARTED)
        )


def _build() -> None:
    """Build the worker within a copy of the module, whose decoder it calls by itself."""
    shutil.rmtree(MODULE, ignore_errors=True)
    shutil.copytree(ROOT / "generated" / "go", MODULE)
    shutil.copy(ROOT / "tests" / "go" / "export_test.go", MODULE / "export.go")
    (MODULE / "internal" / "worker").mkdir()
    shutil.copy(ROOT / "benchmarks" / "go" / "main.go", MODULE / "internal" / "worker")
    go_module.run_go(MODULE, "build", "-o", str(PROGRAM), "./internal/worker")
