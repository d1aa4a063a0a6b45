"""The clients side by side when things go wrong: the results of the wire cases that are kept, as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from boltz_api.sandbox.certify.cases import load
from codegen.project import HERE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from boltz_api.sandbox.certify.scorecard import Scorecard

RESULTS: Final = HERE.root / "tests" / "wire" / "results.json"


class Result(msgspec.Struct):
    """How a client keeps one rule."""

    passed: int
    played: int
    first: str = ""
    """The first difference of the first case that fails."""


class Client(msgspec.Struct):
    """A client's results by rule."""

    name: str
    version: str
    results: dict[str, Result]


class Comparison(msgspec.Struct):
    """The results of one run."""

    measured: str
    clients: list[Client]


def kept(scorecard: Scorecard) -> Client:
    """Return the parts of a scorecard that are kept."""
    results = {
        score.rule: Result(
            score.passed,
            score.passed + len(score.failures),
            next((failure.differences[0].partition(" — ")[0] for failure in score.failures), ""),
        )
        for score in scorecard.rules
    }
    return Client(scorecard.client, scorecard.version, results)


def table() -> str:
    """Return the rules that not every client keeps, and what each client does instead."""
    comparison = msgspec.json.decode(RESULTS.read_bytes(), type=Comparison)
    statements = {rule: statement for file in load() for rule, statement in file.rules.items()}
    rows = {rule: [client.results[rule] for client in comparison.clients] for rule in statements}
    kept_by_all = [rule for rule, results in rows.items() if all(result.passed == result.played for result in results)]
    names = [f"{client.name} {client.version}" for client in comparison.clients]
    lines = [f"| Rule | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for rule, results in rows.items():
        if rule not in kept_by_all:
            lines.append(f"| [{statements[rule]}](certify.md#{rule}) | {' | '.join(map(_cell, results))} |")
    passed = ", ".join(f"{_passed(client)} by {name}" for client, name in zip(comparison.clients, names, strict=True))
    rest = (
        f"The other {len(kept_by_all)} rules are kept by all that have what they are about; – marks what is not there."
    )
    return "\n".join([*lines, "", f"{comparison.measured}. Cases passed: {passed}. {rest}"])


def rules() -> str:
    """Return every rule, by group, each with its name as an anchor."""
    return "\n\n".join("\n".join(_group(group.group, group.rules)) for group in load())


def _group(title: str, rules: dict[str, str]) -> Iterator[str]:
    yield f"### {title}\n\n| Name | Rule |\n|---|---|"
    yield from (f'| <a id="{rule}"></a>`{rule}` | {statement} |' for rule, statement in rules.items())


def _cell(result: Result) -> str:
    if result.played == 0:
        return "–"
    if result.passed == result.played:
        return "yes"
    return f"**{result.passed} of {result.played}**; {_escaped(result.first)}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>|])", r"\\\1", text)


def _passed(client: Client) -> str:
    results = client.results.values()
    return f"{sum(result.passed for result in results)} of {sum(result.played for result in results)}"
