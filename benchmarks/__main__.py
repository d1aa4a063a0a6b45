"""Run the benchmarks: `python -m benchmarks`, or with `--quick` to see within a minute that everything works."""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import certificate, charts, go_client, instructions, machine, results
from benchmarks.environments import ENVIRONMENTS, HOME
from benchmarks.plan import FULL, QUICK, Effort, Plan
from benchmarks.processes import CONTESTANTS, Worker, server
from benchmarks.results import Machine, Result, Run
from benchmarks.table import block, footer


def main() -> int:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few samples of everything; results are not kept")
    parser.add_argument("--only", metavar="NAME", help="what has NAME in its name; results are not kept")
    arguments = parser.parse_args()
    quick: bool = arguments.quick
    only: str | None = arguments.only

    run = measured(QUICK if quick else FULL, only)
    print("", *footer(run), sep="\n")
    if quick or only:
        HOME.mkdir(parents=True, exist_ok=True)
        results.write(run, HOME / "results.json")
        charts.draw(run, HOME / "charts")
    else:
        results.write(run)
        charts.draw(run)
    missed = [result for result in run.results if result.verdict == "missed" and result.goal and not result.goal.reason]
    return 1 if missed else 0


def measured(effort: Effort, only: str | None) -> Run:
    """Everything (whose name has ``only`` in it), printed as it is found."""
    started, began, load = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic(), machine.load()
    for environment in ENVIRONMENTS:
        print(f"Making the environment of {environment.name} ...", flush=True)
        environment.prepare()
    if (reason := instructions.missing()) is not None:
        print(f"Instructions are not counted: {reason}.")
    if (reason := certificate.missing()) is not None:
        print(f"Nothing is measured over TLS: {reason}.")
    if (reason := go_client.missing()) is not None:
        print(f"Go is not measured: {reason}.")
    found: list[Result] = []
    with ExitStack() as running:
        folder = Path(running.enter_context(TemporaryDirectory()))
        trusted = None if certificate.missing() else certificate.issue(folder)
        urls = running.enter_context(server(trusted))
        workers = [running.enter_context(Worker(contestant)) for contestant in CONTESTANTS]
        for result in Plan(effort, urls, trusted, workers, lambda name: only is None or only in name).results():
            found.append(result)
            print("", *block(result), sep="\n", flush=True)
    return Run(
        started=started,
        seconds=round(time.monotonic() - began, 1),
        quick=effort is QUICK,
        machine=Machine(
            cpu=machine.cpu(),
            cores=machine.cores(),
            system=machine.system(),
            python=machine.python(),
            load_before=load,
            load_after=machine.load(),
            versions={environment.name: environment.versions() for environment in ENVIRONMENTS},
        ),
        results=found,
    )


if __name__ == "__main__":
    sys.exit(main())
