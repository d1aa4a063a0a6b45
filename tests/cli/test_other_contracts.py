"""The command line of contracts that nobody wrote a line for: what the generators make of one is all it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import click
import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from boltz_api.cli import arguments, commands
from boltz_api.cli.arguments import Entry
from boltz_api.model import Model, SecretText
from boltz_api.request import Operation, Pagination


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
    token: SecretText


class Jobs(Model, frozen=True, kw_only=True):
    jobs: list[Job]


START_JOB = Operation[Job](
    name="start_job",
    method="POST",
    path="/teams/{team_id}/jobs",
    resource="compute.jobs",
    function="start",
    summary="Start a job",
    path_parameters=StartJobPath,
    body=JobBody,
    response=Job,
)
LIST_JOBS = Operation[Jobs](
    name="list_jobs",
    method="GET",
    path="/jobs",
    resource="compute.jobs",
    function="list",
    summary="List jobs",
    response=Jobs,
    pagination=Pagination(items="jobs", backward=None, first=None),
)
UPLOAD = Operation[None](
    name="upload",
    method="PUT",
    path="/upload",
    resource="files",
    function="upload_all",
    summary="Upload",
    body=list[str],
    deprecated=True,
)


@pytest.fixture(autouse=True)
def contract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The operations of another contract."""
    operations = {operation.name: operation for operation in (START_JOB, LIST_JOBS, UPLOAD)}
    monkeypatch.setattr(arguments, "OPERATIONS", operations)
    arguments.entries.cache_clear()
    yield
    arguments.entries.cache_clear()


@pytest.fixture
def entry() -> Entry:
    return arguments.entry_of("start_job")


def parsed(entry: Entry, *line: str) -> dict[str, object]:
    """Return the arguments that the command reads from a line."""
    command = commands.command(entry)
    with command.make_context("start", list(line)) as ctx:
        return arguments.collected(ctx, entry, ctx.params.get("operands", ()))


def test_groups_and_commands_are_named_by_resource_and_method() -> None:
    found = {group: list(entries) for group, entries in arguments.entries().items()}
    assert found == {"compute:jobs": ["start", "list"], "files": ["upload-all"]}


def test_flags_take_the_types_of_the_contract(entry: Entry) -> None:
    line = "--team-id t1 --from lab --gpu-count 2 --gpu-counts 4 --priority 0.5 --no-dry-run --kind dock --format pdb"
    assert parsed(entry, *line.split(), "--labels", '{"a": "b"}') == {
        "team_id": "t1",
        "from_": "lab",
        "gpu_counts": [2, 4],
        "priority": 0.5,
        "dry_run": False,
        "labels": {"a": "b"},
        "kind": "dock",
        "format": "pdb",
    }


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (["t1"], "--from is missing."),
        (["--from", "lab"], "TEAM_ID is missing: boltz-api compute:jobs start TEAM_ID"),
        (["t1", "--from", "x", "--gpu-count", "9"], "9 is not in the range 1<=x<=8."),
        (["t1", "--from", "x", "--priority", "1.5"], "1.5 is not in the range 0<=x<=1."),
        (["t1", "--from", "x", "--kind", "fld"], "did you mean 'fold'?"),
        (["t1", "--from", "x", "--labels", "{"], "neither JSON nor YAML"),
    ],
)
def test_what_the_contract_forbids(entry: Entry, line: list[str], complaint: str) -> None:
    with pytest.raises(click.UsageError, match=re.escape(complaint)):
        parsed(entry, *line)


def test_a_body_that_is_no_object_is_taken_whole() -> None:
    upload = arguments.entry_of("upload")
    assert parsed(upload, "--body", '["a", "b"]') == {"body": ["a", "b"]}


def test_help_is_made_of_the_contract(entry: Entry) -> None:
    command = commands.command(entry)
    shown = command.get_help(click.Context(command, info_name="start"))
    assert "Start a job" in shown
    assert "--gpu-counts, --gpu-count INTEGER RANGE" in shown
    assert "--kind [dock|fold]" in shown
    assert "Where from. A string of at least 2 characters. [required]" in " ".join(shown.split())
    assert "boltz-api compute:jobs start TEAM_ID --from FROM" in shown
    assert "--key-file" in shown  # its answer has a secret
    # The contract has a flag of this name, so ours stands before the command only.
    assert "How to show the answer." not in shown


def test_a_listing_pages(entry: Entry) -> None:
    listing = arguments.entry_of("list_jobs")
    command = commands.command(listing)
    assert "--max-items" in command.get_help(click.Context(command))
    assert listing.answer_fields() == ["id", "token"]
