"""The Go toolchains, and modules to run them on: written by the emitter, with the tests copied into them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from attrs import frozen

from codegen.emit_go import write_module
from codegen.normal_form import load
from codegen.project import HERE

TESTS = Path(__file__).parent


@frozen
class Go:
    """A toolchain."""

    root: Path

    def run(self, command: Sequence[str], folder: Path, **environment: str) -> str:
        """Run ``go …`` or ``gofmt …`` in ``folder``, and return what it printed."""
        program, *arguments = command
        # No network: there are no dependencies, and no other toolchain is fetched for a newer `go` line.
        fixed = {"GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOROOT": str(self.root)}
        path = f"{self.root / 'bin'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [str(self.root / "bin" / program), *arguments],
            cwd=folder,
            env={**os.environ, **fixed, "PATH": path, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout


def _toolchain(variable: str) -> Go:
    root = os.environ.get(variable)
    if not root:
        pytest.skip(f"{variable} names no Go toolchain; nox -s go sets it")
    return Go(Path(root))


@pytest.fixture(scope="session")
def go() -> Go:
    """The newest toolchain."""
    return _toolchain("BOLTZ_GO")


@pytest.fixture(scope="session")
def oldest_go() -> Go:
    """The oldest that the module supports."""
    return _toolchain("BOLTZ_GO_OLDEST")


def written(contract: Path, folder: Path, *tests: Path) -> Path:
    """Write the module for ``contract``, and copy tests into it."""
    folder.mkdir()
    write_module(load(contract), folder)
    for test in tests:
        shutil.copy(test, folder)
    return folder


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module that users import, with its tests."""
    folder = tmp_path_factory.mktemp("go") / "module"
    shutil.copytree(HERE.root / "generated" / "go", folder)
    runtime = HERE.root / "overlays" / "go" / "runtime"
    for test in runtime.rglob("*_test.go"):
        shutil.copy(test, folder / test.relative_to(runtime))
    for test in TESTS.glob("*_test.go"):
        shutil.copy(test, folder)
    shutil.copytree(TESTS / "testdata", folder / "testdata")
    shutil.copytree(TESTS / "wiredriver", folder / "internal" / "wiredriver")
    return folder


@pytest.fixture(scope="session")
def family(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Modules of the contract family, each with its tests, by the contract's name."""
    folder = tmp_path_factory.mktemp("family")

    def one(name: str) -> Path:
        target = folder / name
        if target.exists():
            return target
        tests = [TESTS / "family" / f"{test}_test.go" for test in ("echo", name)]
        return written(TESTS.parent / "contracts" / f"{name}.yaml", target, *tests)

    return one
