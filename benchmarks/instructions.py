"""Instructions, counted by callgrind: what the program itself executes, however busy the machine.

The kernel's part is not in it, and an instruction is not a time: read it beside the times, where they are noisy.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.calls import Calls
from benchmarks.processes import FLOOR, OURS, SCRIPT, Contestant, Worker
from benchmarks.results import Result
from benchmarks.samples import Series
from benchmarks.startup import Startup, started

COUNTED = (OURS, FLOOR, SCRIPT)
"""Not the public client: fifty times slower under callgrind, it would take minutes to confirm what its times show."""
VALGRIND = "valgrind"


def missing() -> str | None:
    """Why instructions cannot be counted here, if they cannot."""
    return None if shutil.which(VALGRIND) else "valgrind is not installed"


def of_startup(startup: Startup) -> Result:
    """What a command executes from start to end."""
    names = {contestant.name for contestant in COUNTED}
    rows = {
        name: Series([round(_counted(command, startup.variables), 2)])
        for name, command in startup.commands.items()
        if name in names
    }
    return Result(
        name=f"instructions_{startup.name}",
        title=f"{startup.title}: instructions",
        unit="million",
        rows=rows,
        reference=FLOOR.name,
    )


def of_calls(calls: Calls, url: str) -> Result:
    """What a job executes."""
    rows: dict[str, Series] = {}
    for contestant in COUNTED:
        instructions = _executed(contestant, calls.job, url)
        if instructions is not None:
            rows[contestant.name] = Series([round(instructions / calls.parts, 4)])
    return Result(
        name=f"instructions_{calls.name}",
        title=f"{calls.title}: instructions",
        unit=f"million {calls.unit.partition(' ')[2]}",
        rows=rows,
        reference=FLOOR.name,
    )


def _executed(contestant: Contestant, job: str, url: str) -> float | None:
    """Millions of instructions in a job: of a worker that does it twice, less one that does it once."""
    once, twice = (_executed_by_worker(contestant, job, url, times) for times in (1, 2))
    return None if once is None or twice is None else twice - once


def _executed_by_worker(contestant: Contestant, job: str, url: str, times: int) -> float | None:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with Worker(contestant, prefix=_callgrind(log)) as counted:
            if counted.do(job, url, times) is None:
                return None
        return _total(log)


def _counted(command: Sequence[str], variables: Mapping[str, str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        started([*_callgrind(log), *command], variables)
        return _total(log)


def _callgrind(log: Path) -> tuple[str, ...]:
    # A fixed hash seed: otherwise two runs of one program differ in how its dictionaries collide.
    count = (VALGRIND, "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}")
    return ("env", "PYTHONHASHSEED=0", *count)


def _total(log: Path) -> float:
    """The count in callgrind's log, in millions."""
    found = re.search(r"Collected : (\d+)", log.read_text())
    if found is None:
        raise RuntimeError(f"callgrind told no count: {log.read_text()}")
    return int(found[1]) / 1e6
