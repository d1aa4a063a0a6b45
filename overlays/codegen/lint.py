"""The contract's lint: every fault that the pipeline or Redocly finds, with line and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, TypedDict

from codegen import redocly
from codegen.document import Fault, Faults, Place, parse
from codegen.normal_form import load

_RULES: Final = Path(__file__).with_name("redocly.yaml")


class _Start(TypedDict):
    line: int
    col: int


class _Source(TypedDict):
    ref: str


class _Location(TypedDict):
    source: _Source
    start: _Start


class _Problem(TypedDict):
    """One entry of the output of ``redocly lint --format=json``, as far as it is read here."""

    ruleId: str
    message: str
    location: list[_Location]


def lint(path: Path) -> tuple[Fault, ...]:
    """Return what is wrong with the contract at ``path``, in the order of its files.

    ``RedoclyError`` if the linter cannot be run.
    """
    faults: list[Fault] = []
    try:
        load(path)
    except Faults as error:
        faults += error.faults
        if not _is_contract(path):
            return error.faults
    done = redocly.run(
        "lint", "--format=json", "--max-problems=10000", "--lint-config=error", "--config", _RULES, path.name,
        cwd=path.parent,
    )  # fmt: skip
    try:
        problems: list[_Problem] = json.loads(done.stdout)["problems"]
    except (ValueError, KeyError):
        raise redocly.RedoclyError(f"redocly lint failed:\n{(done.stderr or done.stdout).strip()}") from None
    known = {fault.place for fault in faults}
    found = (_fault(problem, path.parent) for problem in problems)
    return Faults([*faults, *(fault for fault in found if fault.place not in known)]).faults


def _is_contract(path: Path) -> bool:
    try:
        root = parse(path.read_bytes(), str(path))
    except (OSError, Faults):
        return False
    return root.get("openapi") is not None


def _fault(problem: _Problem, folder: Path) -> Fault:
    location = problem["location"][0]
    place = Place(str(folder / location["source"]["ref"]), location["start"]["line"], location["start"]["col"])
    # Redocly breaks long messages.
    return Fault(place, " ".join(f"{problem['ruleId']}: {problem['message']}".split()))
