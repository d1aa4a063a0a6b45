"""The family of contracts as mypy and pyright see it, both at their strictest; each runs once over all of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.emit import write_package
from codegen.normal_form import load
from codegen.project import HERE

pytestmark = pytest.mark.slow

CONTRACTS = Path(__file__).parent.parent / "contracts"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every contract's package side by side, and code that uses them."""
    folder = tmp_path_factory.mktemp("typed")
    for path in sorted(CONTRACTS.glob("*.yaml")):
        package = folder / f"family_{path.stem}"
        package.mkdir()
        write_package(load(path), package, package.name)
    shutil.copyfile(CONTRACTS / "typed_use.txt", folder / "typed_use.py")
    return folder


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False, timeout=600
    )
    return done.stdout + done.stderr


def test_mypy_finds_nothing(packages: Path) -> None:
    settings = ("--strict", "--python-version=3.11", "--config-file=", "--cache-dir=.mypy", "--no-error-summary")
    assert run("mypy", *settings, ".", folder=packages) == ""


def test_pyright_finds_nothing(packages: Path) -> None:
    settings = {
        "pythonVersion": "3.11",
        "typeCheckingMode": "strict",
        "reportUnnecessaryTypeIgnoreComment": "error",
        "enableTypeIgnoreComments": False,
        "extraPaths": [str(HERE.root / "overlays")],
    }
    (packages / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    report = json.loads(run("pyright", "--outputjson", "--pythonpath", sys.executable, folder=packages))
    found = [f"{Path(own['file']).name}:{own['range']['start']['line'] + 1}: {own['message']}"
             for own in report["generalDiagnostics"]]  # fmt: skip
    assert found == []
    assert report["summary"]["filesAnalyzed"] > 45
