"""The demo: it shows edits that are not committed, touches nothing but its folder, and stops where a step fails."""

from __future__ import annotations

import doctest
import subprocess
from pathlib import Path

import pytest

from codegen.contract import ContractError
from release import use
from release.__main__ import main
from release.demo import Demo, empty
from release.refusal import Refusal


def edit(tree: Path, before: str, after: str) -> None:
    contract = tree / "openapi.yaml"
    assert before in contract.read_text("utf-8")
    contract.write_text(contract.read_text("utf-8").replace(before, after, 1), "utf-8")


def state(tree: Path) -> str:
    return subprocess.run(
        ["git", "status", "--porcelain", "--ignored"], cwd=tree, check=True, capture_output=True, text=True
    ).stdout


def test_a_contract_that_is_broken_stops_it_at_the_first_step(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(tree, "openapi: 3.1.0", "openapi: [")
    before = state(tree)
    with pytest.raises(ContractError, match=r"openapi\.yaml"):
        Demo(tree, empty(tmp_path / "demo")).run()
    said = capsys.readouterr().out
    assert "the demo stops here: step 1, The contract, failed" in said
    assert "2. Generate" not in said
    assert before == state(tree)


def test_the_calls_are_shown_as_pythons_shell_has_them() -> None:
    shown = use.as_typed(use.CALLS)
    assert ">>> for number in range(4):\n...     client.admin" in shown
    assert {line[:3] for line in shown.splitlines()} == {">>>", "..."}
    read = "".join(example.source for example in doctest.DocTestParser().get_examples(shown))
    assert read.split() == use.CALLS.split()


@pytest.mark.slow
def test_an_edit_that_is_not_committed_is_shown_and_what_it_breaks_stops_it(
    tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(tree, "  /compute/v1/admin/api-keys/{api_key_id}/revoke:", "  /compute/v1/keys/{api_key_id}/end:")
    edit(tree, "operationId: revoke_api_key", "operationId: end_api_key")
    before = state(tree)
    with pytest.raises(Refusal, match=r"(?s)`python -m codegen verify` failed\n.*end_api_key"):
        Demo(tree, empty(tmp_path / "demo")).run()
    said = capsys.readouterr().out
    assert "POST /compute/v1/keys/{api_key_id}/end" in said
    assert "the demo stops here: step 3, Verify, failed" in said
    assert before == state(tree)
    assert {"project"} == {path.name for path in (tmp_path / "demo").iterdir()}


def test_a_failure_is_told_in_a_sentence_and_by_the_exit_status(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(tree, "openapi: 3.1.0", "openapi: 2.0.0")
    monkeypatch.chdir(tree)
    assert main(["demo", "--folder", str(tmp_path / "demo")]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_only_an_earlier_demo_s_folder_is_emptied(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear")
    with pytest.raises(Refusal, match="is not empty and not a demo's"):
        empty(tmp_path / "mine")
    earlier = tmp_path / "demo" / "project"
    earlier.mkdir(parents=True)
    (earlier / "openapi.yaml").write_text("")
    assert list(empty(tmp_path / "demo").iterdir()) == []
