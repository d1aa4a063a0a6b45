"""What the second look by `redocly diff` adds to the report, and that it adds nothing where we see for ourselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen import redocly
from codegen.surface_diff import Change as SurfaceChange
from release.change import Change
from release.contract_changes import contract_changes
from release.redocly_diff import Seen, unseen
from release.versioning import Impact

OPERATIONS = {("/keys", "get"): "list_keys", ("/keys", "post"): "create_key"}
FIELD = SurfaceChange("removed", "create_key", "body", "note", None, {"type": "string"}, None)
FAULT = SurfaceChange("changed", "*", "error body Fault", "code", "required", True, False)


def seen(path: str, impact: str, kind: str = "modified", changed: str = "", message: str = "") -> Seen:
    entry: Seen = {"path": path, "impact": impact, "kind": kind, "verdicts": [{"message": message}] if message else []}
    if changed:
        entry["property"] = changed
    return entry


SCHEMA = "content/application~1json/schema"
COVERED = [
    seen(f"#/paths/~1keys/post/requestBody/{SCHEMA}/properties/note", "patch", "removed"),
    seen(f"#/paths/~1keys/post/requestBody/{SCHEMA}", "major", changed="required"),
    seen(f"#/paths/~1keys/get/responses/404/{SCHEMA}", "major", changed="required"),
    seen("#/info", "patch", changed="version"),
    seen("#/components/schemas/Unused", "patch", "added"),
    seen("#/paths/~1keys/get", "patch", changed="description"),
    seen(f"#/paths/~1keys/get/responses/200/{SCHEMA}", "patch", changed="x-internal"),
]


@pytest.mark.parametrize("entry", COVERED, ids=lambda entry: entry["path"])
def test_what_our_comparison_saw_is_not_told_twice(entry: Seen) -> None:
    assert unseen([entry], [FIELD, FAULT], OPERATIONS) == []


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            seen("#/servers/0", "major", changed="url", message="Server `a` became `b`."),
            Change("contract", "Server `a` became `b` (redocly diff)", Impact.BREAKING),
        ),
        (
            seen("#/paths/~1keys/get/responses/200/headers", "minor", "added"),
            Change("list_keys", "added responses/200/headers (redocly diff)", Impact.ADDITIVE),
        ),
        (
            seen("#/paths/~1keys/get/parameters/0", "major", changed="style"),
            Change("list_keys", "modified parameters/0: style (redocly diff)", Impact.BREAKING),
        ),
        (
            seen("#/security/0", "patch", "removed"),
            Change("contract", "removed security/0 (redocly diff)", Impact.FIX),
        ),
    ],
)
def test_what_only_redocly_sees_is_told_as_it_rates_it(entry: Seen, expected: Change) -> None:
    assert [expected] == unseen([entry], [FIELD], OPERATIONS)


def test_a_keyword_that_we_do_not_read_is_told_even_beside_what_we_saw() -> None:
    entry = seen(f"#/paths/~1keys/post/requestBody/{SCHEMA}/properties/note", "major", changed="contentEncoding")
    (found,) = unseen([entry], [FIELD], OPERATIONS)
    assert Impact.BREAKING is found.impact


def edited(root: Path, folder: Path, before: str, after: str) -> tuple[Path, Path]:
    text = (root / "openapi.yaml").read_text("utf-8")
    assert before in text
    for name, content in (("old", text), ("new", text.replace(before, after, 1))):
        (folder / name).mkdir()
        (folder / name / "openapi.yaml").write_text(content, "utf-8")
    return folder / "old", folder / "new"


@pytest.fixture(scope="module")
def installed(root: Path) -> None:
    try:
        redocly.run("--version", cwd=root)
    except redocly.RedoclyError as error:
        pytest.skip(f"Redocly CLI cannot be had here: {error}")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("before", "after", "impact"),
    [
        ("https://api.boltz.bio", "https://api.boltz.test", Impact.BREAKING),
        ("name: x-api-key", "name: x-other-key", Impact.BREAKING),
        ("enum: [admin, workspace]", "enum: [admin, workspace, robot]", Impact.ADDITIVE),
        ("        workspace_id:\n          type: string\n          description: Workspace ID to", ("        work:\n"
         "          type: string\n          description: Workspace ID to"), Impact.BREAKING),
        ("summary: Revoke an API key", "summary: Revoke a key", Impact.FIX),
    ],
)  # fmt: skip
def test_both_looks_together(root: Path, tmp_path: Path, before: str, after: str, impact: Impact) -> None:
    changes = contract_changes(*edited(root, tmp_path, before, after))
    assert impact == max(change.impact for change in changes)
