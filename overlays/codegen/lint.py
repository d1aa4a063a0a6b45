"""The contract's lint: every fault that the pipeline or Redocly finds, with line and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

from codegen import redocly
from codegen.document import Fault, Faults, Place, keys_of, parse
from codegen.normal_form import load

if TYPE_CHECKING:
    from codegen.document import JSON

_RULES: Final = Path(__file__).with_name("redocly.yaml")


class _Start(TypedDict):
    line: int
    col: int


class _Source(TypedDict):
    ref: str


class _Location(TypedDict):
    source: _Source
    pointer: str
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
        document = parse(path.read_bytes(), str(path)).data() if path.is_file() else None
        load(path)
    except Faults as error:
        faults.extend(error.faults)
        if not _is_contract(path):
            return error.faults
        document = parse(path.read_bytes(), str(path)).data()
    done = redocly.run(
        "lint", "--format=json", "--max-problems=10000", "--lint-config=error", "--config", _RULES, path.name,
        cwd=path.parent,
    )  # fmt: skip
    try:
        problems: list[_Problem] = json.loads(done.stdout)["problems"]
    except (ValueError, KeyError):
        raise redocly.RedoclyError(f"redocly lint failed:\n{(done.stderr or done.stdout).strip()}") from None
    known = {fault.place for fault in faults}
    found = (_fault(problem, document, path) for problem in problems)
    return Faults([*faults, *(fault for fault in found if fault.place not in known)]).faults


def _is_contract(path: Path) -> bool:
    try:
        root = parse(path.read_bytes(), str(path))
    except (OSError, Faults):
        return False
    return root.get("openapi") is not None


def _fault(problem: _Problem, document: JSON, path: Path) -> Fault:
    rule, location = problem["ruleId"], problem["location"][0]
    # Redocly breaks long messages, and leaves out which reference dangles.
    message = " ".join(f"{rule}: {problem['message']}".split())
    file, start = location["source"]["ref"], location["start"]
    if rule == "no-unresolved-refs" and file == path.name:
        message += f": {_reference(document, location['pointer'])}"
    return Fault(Place(str(path.parent / file), start["line"], start["col"]), message)


def _reference(document: JSON, pointer: str) -> str:
    part = document
    for key in keys_of(pointer):
        if isinstance(part, dict):
            part = part.get(key)
        elif isinstance(part, list):
            part = part[int(key)]
    return str(part.get("$ref") if isinstance(part, dict) else part)
