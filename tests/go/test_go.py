"""The Go client: its format, its tests on both toolchains, every platform, the wire cases, the contract family."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codegen.emit_go import write_module
from codegen.normal_form import load
from codegen.project import HERE
from tests.codegen.test_three_hundred_operations import RESOURCE, SCHEMAS, kinds
from tests.go.conftest import Go

FAMILY = ("evolved", "formats", "methods", "names", "shapes", "tags", "unions")


def test_the_committed_module_is_what_the_contract_gives(tmp_path: Path) -> None:
    write_module(load(HERE.contract), tmp_path)
    committed = HERE.root / "generated" / "go"
    names = {path.relative_to(committed) for path in committed.rglob("*") if path.is_file()} - {Path("manifest.json")}
    assert {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()} == names
    for name in names:
        assert (tmp_path / name).read_bytes() == (committed / name).read_bytes(), name


def test_the_format_is_gofmts(go: Go, module: Path) -> None:
    assert "" == go.run(["gofmt", "-l", "."], module)
    assert "" == go.run(["gofmt", "-l", "go", "release/go"], HERE.root / "overlays")
    assert "" == go.run(["gofmt", "-l", "."], HERE.root / "tests" / "go")


@pytest.mark.parametrize("system", ["linux", "darwin", "windows"])
def test_vet(go: Go, module: Path, system: str) -> None:
    go.run(["go", "vet", "./..."], module, GOOS=system, CGO_ENABLED="0")


def test_tests(go: Go, module: Path) -> None:
    go.run(["go", "test", "./..."], module)


def test_tests_on_the_oldest_toolchain(oldest_go: Go, module: Path) -> None:
    oldest_go.run(["go", "test", "./..."], module)


def test_it_needs_nothing_but_the_standard_library(go: Go, module: Path) -> None:
    own = HERE.settings("boltz-go")["module"]
    packages = go.run(["go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./..."], module)
    assert [] == [package for package in packages.split() if not package.startswith(own)]


@pytest.mark.parametrize("name", FAMILY)
def test_family(go: Go, family: Callable[[str], Path], name: str) -> None:
    folder = family(name)
    assert "" == go.run(["gofmt", "-l", "."], folder)
    go.run(["go", "vet", "."], folder)
    go.run(["go", "test", "."], folder)


def test_three_hundred_operations(go: Go, tmp_path: Path) -> None:
    text = "openapi: 3.1.0\ninfo: {title: Many, version: '1'}\npaths:\n"
    text += "".join(RESOURCE.format(**kind) for kind in kinds())
    text += "components:\n  schemas:\n" + "".join(SCHEMAS.format(**kind) for kind in kinds())
    contract, folder = tmp_path / "many.yaml", tmp_path / "many"
    contract.write_text(text, encoding="utf-8")
    folder.mkdir()
    write_module(load(contract), folder)
    assert "" == go.run(["gofmt", "-l", "."], folder)
    go.run(["go", "vet", "./..."], folder)
    assert 300 == sum(
        path.read_text(encoding="utf-8").count("= &requestconfig.Operation{") for path in folder.glob("*.go")
    )


@pytest.mark.slow
def test_race(go: Go, module: Path) -> None:
    go.run(["go", "test", "-race", "-count=3", "."], module, CGO_ENABLED="1")


@pytest.mark.slow
@pytest.mark.parametrize(("package", "target"), [(".", "FuzzDecode"), ("./internal/redact", "FuzzScrub")])
def test_fuzz(go: Go, module: Path, package: str, target: str) -> None:
    go.run(["go", "test", "-run", "^$", "-fuzz", f"^{target}$", "-fuzztime", "30s", package], module)
