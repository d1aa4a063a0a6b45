"""What a run finds, and the file it is kept in."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from benchmarks.samples import ENOUGH, Interval, Series

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"

Verdict = Literal["met", "missed", "within noise"]


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """What this client is held to: at most ``limit``, as a ratio to another row, or (``against=None``) in the unit."""

    limit: float
    against: str | None = None
    subject: str = "boltz-api-keys"
    """The row that is held to it."""
    reason: str = ""
    """Why the limit cannot be reached, where it cannot, and what profile shows it."""

    def __str__(self) -> str:
        return f"≤ {self.limit:g} × {self.against}" if self.against else f"≤ {self.limit:g}"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of each row (a contestant, or a size), measured in turn, round by round."""

    name: str
    title: str
    unit: str
    rows: dict[str, Series]
    reference: str | None = None
    """The row that ratios are taken to."""
    goal: Goal | None = None

    def ratio(self, row: str, to: str) -> Interval | None:
        """How many times the figure of row ``to``: the median of the ratios round by round, and its interval."""
        if row not in self.rows or to not in self.rows:
            return None
        return self.rows[row].over(self.rows[to])

    @property
    def verdict(self) -> Verdict | None:
        """Whether the goal holds beyond doubt, fails beyond doubt, or lies within what noise alone could do.

        ``None`` where there is no goal, or too few samples to say.
        """
        if self.goal is None or self.goal.subject not in self.rows:
            return None
        subject = self.rows[self.goal.subject]
        if len(subject.samples) < ENOUGH:
            return None
        found = subject.over(self.rows[self.goal.against]) if self.goal.against else subject.interval
        if found.high <= self.goal.limit:
            return "met"
        return "missed" if found.low > self.goal.limit else "within noise"


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run took place."""

    cpu: str
    cores: int
    system: str
    python: str
    load_before: list[float]
    load_after: list[float]
    versions: dict[str, dict[str, str]]
    """The packages of every environment."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of every benchmark, on one machine."""

    started: str
    """When, in UTC, in ISO 8601."""
    seconds: float
    quick: bool
    machine: Machine
    results: list[Result]


def read(path: Path = RESULTS) -> Run:
    """The run that is kept in a file."""
    return msgspec.json.decode(path.read_bytes(), type=Run)


def write(run: Run, path: Path = RESULTS) -> None:
    """Keep a run in a file, readable in a diff: a series of samples a line."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")
