"""The command line of contracts that nobody wrote a line for: what the generators make of one is all it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import click
import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from boltz_api.cli import arguments, commands, contract
from boltz_api.cli.settings import Settings
from boltz_api_generated import operations
from boltz_api_generated.model import Model
from boltz_api_generated.request import Argument, Operation, Request, given


class StartJobPath(Model, frozen=True, kw_only=True):
    team_id: Annotated[str, Meta(max_length=10)]


class JobBody(Model, frozen=True, kw_only=True):
    from_: Annotated[str, Meta(description="Where from", min_length=2)] = msgspec.field(name="from")
    gpu_counts: list[Annotated[int, Meta(ge=1, le=8)]] | UnsetType = UNSET
    priority: Annotated[float, Meta(ge=0, le=1)] | UnsetType | None = UNSET
    dry_run: bool | UnsetType = UNSET
    labels: dict[str, str] | UnsetType = UNSET
    kind: Literal["fold", "dock"] | UnsetType = UNSET
    format: str | UnsetType = UNSET


class Job(Model, frozen=True, kw_only=True):
    id: str


def argument(name: str, **rest: Any) -> Argument:
    return Argument(
        **({"name": name, "wire": name.strip("_"), "location": "body", "description": f"The {name}."} | rest)
    )


START_JOB = Operation[Job](
    name="start_job",
    method="POST",
    path="/teams/{team_id}/jobs",
    tag="compute.jobs",
    summary="Start a job",
    arguments=(
        argument("team_id", location="path", required=True),
        argument("from_", required=True),
        *map(argument, ("gpu_counts", "priority", "dry_run", "labels", "kind", "format")),
    ),
    in_path=StartJobPath,
    body=JobBody,
    response=Job,
)


def start_job(team_id: str, **body: object) -> Request[Job]:
    """Start a job"""
    return Request(operation=START_JOB, path=f"/teams/{team_id}/jobs", body=given(body))


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch) -> Iterator[contract.Entry]:
    """The one operation of another contract."""
    registry = {"start_job": START_JOB}
    monkeypatch.setattr(operations, "OPERATIONS", registry)
    monkeypatch.setattr(operations, "start_job", start_job, raising=False)
    contract.entries.cache_clear()
    yield contract.entries()["compute:jobs"]["start"]
    contract.entries.cache_clear()


def parsed(entry: contract.Entry, *line: str) -> dict[str, object]:
    """What the command makes of a line."""
    command = commands.command("compute:jobs", entry)
    ctx = command.make_context("start", list(line), obj=Settings())
    with ctx:
        return arguments.collected(ctx, entry)


def test_flags_take_the_types_of_the_contract(entry: contract.Entry) -> None:
    line = "t1 --from lab --gpu-count 2 --gpu-counts 4 --priority 0.5 --dry-run --kind dock --format pdb"
    assert parsed(entry, *line.split()) == {
        "team_id": "t1",
        "from_": "lab",
        "gpu_counts": [2, 4],
        "priority": 0.5,
        "dry_run": True,
        "kind": "dock",
        "format": "pdb",
    }


def test_json_values_and_a_no(entry: contract.Entry) -> None:
    got = parsed(entry, "--team-id", "t1", "--from", "lab", "--labels", '{"a": "b"}', "--no-dry-run")
    assert (got["labels"], got["dry_run"]) == ({"a": "b"}, False)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (["t1"], "--from is missing."),
        (["--from", "lab"], "--team-id is missing."),
        (["t1", "--from", "x", "--gpu-count", "9"], "9 is not in the range 1<=x<=8."),
        (["t1", "--from", "x", "--priority", "1.5"], "1.5 is not in the range 0<=x<=1."),
        (["t1", "--from", "x", "--kind", "fld"], "Did you mean 'fold'?"),
        (["t1", "--from", "x", "--labels", "{"], "neither JSON nor YAML"),
    ],
)
def test_what_the_contract_forbids(entry: contract.Entry, line: list[str], complaint: str) -> None:
    with pytest.raises(click.UsageError, match=re.escape(complaint)):
        parsed(entry, *line)


def test_help_is_made_of_the_contract(entry: contract.Entry) -> None:
    command = commands.command("compute:jobs", entry)
    shown = command.get_help(click.Context(command, info_name="start"))
    assert "Start a job" in shown
    assert "--gpu-counts, --gpu-count INTEGER RANGE" in shown
    assert "--kind [dock|fold]" in shown
    assert "The from_.  [required]" in shown
    assert "boltz-api compute:jobs start TEAM_ID --from FROM" in shown
    # The contract has a flag of this name, so ours stands before the command only.
    assert "How to show the answer." not in shown
