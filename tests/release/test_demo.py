"""`demo`: it shows edits that are not committed, touches nothing but its folder, and stops where a step fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.release.conftest import Maintainer


def state(maintainer: Maintainer) -> str:
    return maintainer.git("status", "--porcelain", "--ignored")


def test_a_broken_contract_stops_it_at_the_first_step(maintainer: Maintainer, tmp_path: Path) -> None:
    maintainer.edit("openapi.yaml", "openapi: 3.1.0", "openapi: [")
    before = state(maintainer)
    code, output, error = maintainer.run("demo", "--folder", str(tmp_path / "demo"))
    assert code == 1
    assert error.startswith("error: `python -m codegen generate` failed\n")
    assert "openapi.yaml" in error
    assert "the demo stops here: step 1. Generate failed" in output
    assert "2. Verify" not in output
    assert before == state(maintainer)


@pytest.mark.slow
def test_an_edit_that_is_not_committed_is_shown_and_a_failure_stops_it(
    maintainer: Maintainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maintainer.edit("openapi.yaml", "/compute/v1/admin/api-keys/{api_key_id}/revoke:", "/compute/v1/{api_key_id}/end:")
    maintainer.edit("overlays/boltz_api/__init__.py", '__version__ = "', '__version__ = "77.')
    before = state(maintainer)
    code, output, error = maintainer.run("demo", "--folder", str(tmp_path / "demo"))
    assert code == 1
    assert "POST /compute/v1/{api_key_id}/end" in output
    assert "the demo stops here: step 3. Build failed" in output
    assert "must share their first two numbers" in error
    assert before == state(maintainer)
    assert {"project"} == {path.name for path in (tmp_path / "demo").iterdir()}


def test_only_an_earlier_demo_s_folder_is_emptied(maintainer: Maintainer, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear")
    assert "is not empty and not a demo's" in maintainer.refused("demo", "--folder", str(tmp_path / "mine"))
    maintainer.edit("openapi.yaml", "openapi: 3.1.0", "openapi: [")
    earlier = tmp_path / "demo" / "project"
    earlier.mkdir(parents=True)
    (earlier / "openapi.yaml").write_text("")
    (earlier / "left").write_text("")
    maintainer.run("demo", "--folder", str(tmp_path / "demo"))
    assert not (earlier / "left").exists()
