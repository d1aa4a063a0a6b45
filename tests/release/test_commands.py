"""The commands: exit status, and one sentence where something is wrong."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from packaging.version import Version

from release.__main__ import main
from release.versioning import Impact, demanded

pytestmark = pytest.mark.slow


def test_before_the_first_release_changes_says_so(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tree)
    assert 0 == main(["changes", "--check"])
    assert "the first release, so there is none to compare with" in capsys.readouterr().out


def test_an_edit_is_reported_with_the_version_that_it_demands(
    version: Version, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tree)
    contract = tree / "openapi.yaml"
    contract.write_text(contract.read_text("utf-8").replace("maximum: 365", "maximum: 30"), "utf-8")
    compare = ["changes", "--since", "HEAD", "--without-redocly"]
    assert 0 == main(compare)
    report = capsys.readouterr().out
    least = demanded(version, Impact.BREAKING)
    assert "breaking  create_api_key: body field expires_in_days: maximum 365 -> 30" in report
    assert f"Demands {least} or higher, for 1 breaking change; {version} is too low." in report
    assert 1 == main([*compare, "--check"])
    sentence = f"error: version {version} is too low for 1 breaking change: at least {least} is demanded\n"
    assert sentence == capsys.readouterr().err


def test_code_that_changed_without_the_api_demands_a_fix(
    version: Version, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tree)
    errors = tree / "overlays" / "boltz_api" / "errors.py"
    errors.write_text(errors.read_text("utf-8") + "\n# Repaired.\n", "utf-8")
    main(["changes", "--since", "HEAD", "--without-redocly"])
    report = capsys.readouterr().out
    assert "fix       the code: changed without a change of the API: 1 file, such as boltz_api/errors.py" in report
    assert f"Demands {demanded(version, Impact.FIX)} or higher, for 1 fix; {version} is too low." in report


def test_what_the_package_asks_for_is_reported(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tree)
    pyproject = tree / "pyproject.toml"
    text = pyproject.read_text("utf-8")
    for before, after in (
        ('requires-python = ">=3.11"', 'requires-python = ">=3.12"'),
        ("attrs>=24.1,<27", "attrs>=25.1,<27"),
        ("boltz-api = ", "boltz = "),
    ):
        assert before in text
        text = text.replace(before, after)
    pyproject.write_text(text, "utf-8")
    main(["changes", "--since", "HEAD", "--without-redocly"])
    report = capsys.readouterr().out
    assert "breaking  Python: supported versions changed: >=3.11 -> >=3.12" in report
    assert "breaking  boltz-api: command removed" in report
    assert "additive  boltz: command added" in report
    assert "fix       attrs: requirement changed: <27,>=24.1 -> <27,>=25.1" in report


def test_nothing_changed_demands_nothing(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tree)
    assert 0 == main(["changes", "--since", "HEAD", "--without-redocly", "--check"])
    assert "Nothing changed." in capsys.readouterr().out


@pytest.mark.parametrize("command", ["changes", "publish"])
def test_an_index_that_is_not_there_is_one_sentence(
    command: str, tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tree)
    changelog = tree / "CHANGELOG.md"
    changelog.write_text(changelog.read_text("utf-8").replace("Unreleased", "2026-01-02"), "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    assert 1 == main([command, "--index", f"http://127.0.0.1:{port}/simple/"])
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("error: ")


def test_a_file_that_is_missing_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert 1 == main(["changes"])
    assert "error: No such file or directory: " in capsys.readouterr().err
