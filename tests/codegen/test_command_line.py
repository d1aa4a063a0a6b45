"""``python -m codegen`` as a person runs it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from codegen.__main__ import main
from codegen.generation import files
from codegen.project import Project

Run: TypeAlias = Callable[..., tuple[int, str, str]]

BAD_INPUTS = {
    "missing": (None, "no such file"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0", "not UTF-8 text"),
    "no YAML": (b"openapi: [3.1.0\n", "not YAML"),
    "prose": (b"Dear all,\n", "expected an OpenAPI contract"),
    "Swagger": (b"swagger: '2.0'\ninfo: {}\npaths: {}\n", "this is Swagger 2.0"),
}


def contents(folder: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in files(folder).items()}


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A copy of the project, as far as the pipeline knows it."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("openapi.yaml", "pyproject.toml"):
        shutil.copy(root / name, tmp_path)
    for name in ("overlays/codegen", "generated"):
        shutil.copytree(root / name, tmp_path / name, ignore=ignored)
    return tmp_path


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in the copy, in this process: starting the generators anew takes longer than their work."""
    monkeypatch.chdir(project)
    monkeypatch.setattr("codegen.__main__.HERE", Project(project))

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main([*arguments, "--contract", "openapi.yaml", "--output", "generated"])
        return status, *capsys.readouterr()

    return run


def start(project: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(project / "overlays"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "codegen", *arguments],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("command", ["generate", "verify", "lint"])
@pytest.mark.parametrize("name", BAD_INPUTS)
def test_what_is_no_contract_is_one_sentence_and_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, name: str
) -> None:
    source, expected = BAD_INPUTS[name]
    contract, output = tmp_path / "openapi.yaml", tmp_path / "generated"
    if source is not None:
        contract.write_bytes(source)
    output.mkdir()
    (output / "models.py").write_text("kept", encoding="utf-8")
    target = [] if command == "lint" else ["--output", str(output)]
    assert main([command, "--contract", str(contract), *target]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{contract}:")
    assert err.count("\n") == 1
    assert expected in err
    assert contents(output) == {"models.py": b"kept"}
    assert sorted(path.name for path in tmp_path.iterdir() if path != contract) == ["generated"]


def test_what_the_generators_cannot_express_changes_nothing(project: Path, run: Run) -> None:
    package = project / "generated"
    before = contents(package)
    edit(project / "openapi.yaml", "          minLength: 1\n", "          minLength: -1\n")
    line = (project / "openapi.yaml").read_text(encoding="utf-8").splitlines().index("          minLength: -1") + 1
    for command in ("generate", "verify"):
        status, out, err = run(command)
        assert (status, out) == (1, "")
        assert err.startswith(f"openapi.yaml:{line}:11: ")
        assert "minLength cannot be negative" in err
        assert err.count("\n") == 1
    assert contents(package) == before
    assert not list(package.parent.glob(".*.swap"))


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_nothing_but_a_generated_package_is_replaced(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    precious = tmp_path / "thesis"
    if kind == "folder":
        precious.mkdir()
        precious = precious / "chapter.txt"
    precious.write_text("ten years of work", encoding="utf-8")
    output = tmp_path / "thesis"
    assert main(["generate", "--contract", str(root / "openapi.yaml"), "--output", str(output)]) == 1
    message = f"{precious}: was not generated and would be lost; move it away, or name another folder\n"
    assert capsys.readouterr() == ("", message)
    assert precious.read_text(encoding="utf-8") == "ten years of work"


@pytest.mark.parametrize("arguments", [[], ["publish"], ["generate", "--verbose"], ["lint", "--output", "x"]])
def test_wrong_usage_is_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_generate_says_what_changed_since_the_last_commit(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The settings and hooks of whoever runs the tests are not part of them.
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.test"]
    assert run("generate")[0] == 0
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "as generated"]):
        subprocess.run([*git, *command], cwd=project, check=True)
    edit(project / "openapi.yaml", "maxLength: 255", "maxLength: 100")
    edit(project / "openapi.yaml", "operationId: revoke_api_key", "operationId: disable_api_key")
    expected = [
        "generated: written from openapi.yaml",
        "~ create_api_key: body field name: maxLength 255 -> 100 (breaking)",
        "+ disable_api_key: operation POST /compute/v1/admin/api-keys/{api_key_id}/revoke",
        "- revoke_api_key: operation POST /compute/v1/admin/api-keys/{api_key_id}/revoke (breaking)",
    ]
    for _ in range(2):
        # The second run finds the first one's files; the comparison still is with what is committed.
        status, out, err = run("generate")
        assert (status, err) == (0, "")
        assert out.splitlines() == expected
    subprocess.run([*git, "commit", "-qam", "as generated"], cwd=project, check=True)
    assert run("generate")[1].splitlines()[1] == "The API is the same."


def test_verify_passes_on_what_generate_wrote_and_lists_everything_that_is_wrong(project: Path, run: Run) -> None:
    package = project / "generated" / "boltz_api_generated"
    assert run("generate")[0] == 0
    assert run("verify") == (0, "generated: what openapi.yaml gives\n", "")
    before = contents(package)

    edit(project / "openapi.yaml", "operationId: revoke_api_key", "operationId: disable_api_key")
    edit(project / "pyproject.toml", "use-single-line-docstring = true", "use-single-line-docstring = false")
    template = min(path for path in (project / "overlays/codegen/templates").rglob("*") if path.suffix == ".jinja")
    with template.open("a", encoding="utf-8") as file:
        file.write("{# changed #}\n")
    (package / "params.py").unlink()
    (package / "extra.py").write_text("", encoding="utf-8")
    (package / "models.py").write_text("", encoding="utf-8")

    status, out, err = run("verify")
    assert (status, out) == (1, "")
    mend = "(run: nox -s generate)"
    generated = "generated/boltz_api_generated"
    for expected in (
        f"openapi.yaml: changed since generated/ was written {mend}",
        f"{template.relative_to(project)}: changed since generated/ was written {mend}",
        f"pyproject.toml: [tool.datamodel-codegen] changed since generated/ was written {mend}",
        f"{generated}/extra.py: no generator writes this file {mend}",
        f"{generated}/models.py: edited by hand {mend}",
        f"{generated}/params.py: missing {mend}",
        f"{generated}/manifest.json: out of date {mend}",
    ):
        assert expected in err.splitlines()
    before.pop("params.py")
    assert contents(package) == before | {"extra.py": b"", "models.py": b""}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_generation_that_is_stopped_leaves_the_package_whole(project: Path, run: Run, number: signal.Signals) -> None:
    package = project / "generated"
    before = contents(package)
    edit(project / "openapi.yaml", "maxLength: 255", "maxLength: 100")
    moments = random.Random(number)
    left: list[tuple[int, dict[str, bytes]]] = []
    for _ in range(3):
        process = start(project, "generate")
        work = package.with_name(f".{package.name}.swap")
        while process.poll() is None and not work.exists():
            time.sleep(0.01)
        time.sleep(moments.random() / 2)
        process.send_signal(number)
        process.communicate(timeout=20)
        left.append((process.returncode, contents(package)))
        assert not list(package.parent.glob(".*.swap"))
    assert run("generate")[0] == 0
    after = contents(package)
    # Told to stop on its way out, Python has no handler any more, and dies of the signal itself.
    assert {status for status, _ in left} <= {0, 128 + number, -number}
    assert all(found in (before, after) for _, found in left)
    assert (128 + number, before) in left
