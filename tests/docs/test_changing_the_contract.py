"""The guide to contract changes, followed in a copy of the project: everything that it promises is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reference.contract_changes import EDITS, announcement

pytestmark = pytest.mark.slow

PROMISES = """
import boltz_api
from boltz_api import Boltz
from boltz_api.sandbox import Sandbox

with Sandbox() as sandbox, Boltz(api_key=sandbox.admin_key, base_url=sandbox.url) as client:
    client.admin.api_keys.create(name="x", note="for the nightly run")
    try:
        client.admin.api_keys.create(name="x", note="x" * 1001)
    except boltz_api.ArgumentError as error:
        print(error.argument)
    try:
        client.post("/compute/v1/admin/api-keys", cast_to=object, body={"name": "x", "note": 7})
    except boltz_api.UnprocessableEntityError as error:
        print(error.status_code)
    print(client.admin.api_keys.rename("key_1", name="y").id)
"""


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after both edits of the guide, generated."""
    project = tmp_path_factory.mktemp("project")
    for part in ("overlays", "generated", "docs"):
        shutil.copytree(root / part, project / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("LICENSE", "pyproject.toml", "README.md", "api.md"):
        shutil.copy(root / file, project / file)
    text = (root / "openapi.yaml").read_text(encoding="utf-8")
    for edit in EDITS.values():
        text = text.replace(edit.before, edit.added + edit.before)
    (project / "openapi.yaml").write_text(text, encoding="utf-8")
    printed = run(project, "-m", "codegen", "generate")
    for name in EDITS:
        assert set(announcement(name).splitlines()) <= set(printed.splitlines())
    return project


def run(project: Path, *arguments: str) -> str:
    # The copy's packages, whatever is installed.
    paths = os.pathsep.join(str(project / part) for part in ("overlays", "generated"))
    environment = {**os.environ, "PYTHONPATH": paths}
    finished = subprocess.run(
        [sys.executable, *arguments],
        cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_verify_passes(copy: Path) -> None:
    run(copy, "-m", "codegen", "verify")


def test_client_and_sandbox_have_the_field_and_the_call(copy: Path) -> None:
    assert run(copy, "-c", PROMISES).splitlines() == ["note", "422", "id"]


def test_the_command_line_has_the_flag_and_the_command(copy: Path) -> None:
    assert "--note" in run(copy, "-m", "boltz_api.cli", "admin:api-keys", "create", "--help")
    assert "--name" in run(copy, "-m", "boltz_api.cli", "admin:api-keys", "rename", "--help")


def test_the_reference_shows_it(copy: Path) -> None:
    code = "from pathlib import Path; from codegen.normal_form import load; from reference.pages import Writer; "
    code += "from reference.endpoints import Reference; "
    api = run(copy, "-c", f"{code}print(Writer(Reference(load(Path('openapi.yaml')).document)).api())")
    assert "- `note: Optional[str]`" in api
    assert "`admin.api_keys.rename(str api_key_id, APIKeyRenameParams**kwargs) -> APIKeyRenameResponse`" in api
