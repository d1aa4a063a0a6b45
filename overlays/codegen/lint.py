"""The contract's lint: every fault with its line and column."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, TypedDict

from codegen import redocly
from codegen.contract import JSON, Contract, ContractError, Fault
from codegen.yaml_tree import keys_of

_RULES: Final = Path(__file__).with_name("redocly.yaml")


class _Place(TypedDict):
    line: int
    col: int


class _Source(TypedDict):
    ref: str


class _Location(TypedDict):
    source: _Source
    pointer: str
    start: _Place


class _Problem(TypedDict):
    """One entry of what ``redocly lint --format=json`` prints, as far as it is read here."""

    ruleId: str
    message: str
    location: list[_Location]


def lint(path: Path) -> tuple[Fault, ...]:
    """What is wrong with the contract at ``path``, in the order of the file.

    ``RedoclyError`` if the linter cannot be run.
    """
    try:
        contract = Contract.read(path)
    except ContractError as error:
        # What cannot be read as a contract cannot be linted further.
        return error.faults
    done = redocly.run(
        "lint", "--format=json", "--max-problems=10000", "--lint-config=error", "--config", _RULES, path.name,
        cwd=path.parent,
    )  # fmt: skip
    try:
        problems: list[_Problem] = json.loads(done.stdout)["problems"]
    except (ValueError, KeyError):
        raise redocly.RedoclyError(f"redocly lint failed:\n{(done.stderr or done.stdout).strip()}") from None
    return ContractError(_fault(problem, contract, path.name) for problem in problems).faults


def _fault(problem: _Problem, contract: Contract, name: str) -> Fault:
    rule, location = problem["ruleId"], problem["location"][0]
    # Redocly breaks long messages, and leaves out which reference dangles.
    message = " ".join(f"{rule}: {problem['message']}".split())
    if rule == "no-unresolved-refs":
        message += f": {_reference(contract.document, location['pointer'])}"
    file = contract.file if location["source"]["ref"] == name else location["source"]["ref"]
    return Fault(message, file, location["start"]["line"], location["start"]["col"], location["pointer"])


def _reference(document: JSON, pointer: str) -> str:
    part = document
    for key in keys_of(pointer):
        if isinstance(part, dict):
            part = part.get(key)
        elif isinstance(part, list):
            part = part[int(key)]
    return str(part.get("$ref") if isinstance(part, dict) else part)
