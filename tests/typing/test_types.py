"""Type checkers infer what the samples say, and reject every wrong call among them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SAMPLES = ["tests/typing/calls_that_work.py", "tests/typing/calls_that_do_not.py"]


def test_mypy_agrees_with_the_samples(root: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--warn-unused-ignores", *SAMPLES],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, ""), run.stdout


def test_pyright_agrees_with_the_samples(root: Path, tmp_path: Path) -> None:
    settings = {
        "pythonVersion": "3.11",
        "typeCheckingMode": "strict",
        # mypy's marks would silence pyright as well, and a wrong call that it lets pass would not be noticed.
        "enableTypeIgnoreComments": False,
        "reportUnnecessaryTypeIgnoreComment": "error",
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    for sample in SAMPLES:
        shutil.copy(root / sample, tmp_path)
    run = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    report = json.loads(run.stdout)
    found = [
        f"{fault['file']}:{fault['range']['start']['line'] + 1} {fault['message']}"
        for fault in report["generalDiagnostics"]
    ]
    assert (found, report["summary"]["filesAnalyzed"]) == ([], len(SAMPLES))
