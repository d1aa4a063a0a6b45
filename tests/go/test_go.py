"""The Go client: its format, its tests on both toolchains, every platform, the wire cases, the contract family."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from codegen.emit_go import write_module
from codegen.normal_form import load
from codegen.project import HERE
from reference.endpoints import Reference
from reference.pages import Writer
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


FENCE = re.compile(r"^```go\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
PACKAGES = {
    "boltzapi": "", "option": "/option", "param": "/packages/param", "context": "context", "errors": "errors",
    "fmt": "fmt", "http": "net/http", "json": "encoding/json", "log": "log", "os": "os", "time": "time",
}  # fmt: skip


def program(fragment: str) -> str:
    """A fragment as a program: with its imports, in a function that has a context and a client."""
    own = HERE.settings("boltz-go")["module"]
    paths = {name: own + path if path[:1] in ("", "/") else path for name, path in PACKAGES.items()}
    named = {"boltzapi", "context", *re.findall(r"\b([a-z]+)\.[A-Z]", fragment)}
    used = sorted(path for name, path in paths.items() if name in named)
    imports = "".join(f'\t"{path}"\n' for path in used)
    body = "".join(f"\t{line}" for line in fragment.splitlines(keepends=True))
    return (
        f"package main\n\nimport (\n{imports})\n\nfunc main() {{}}\n\n"
        f"func use(ctx context.Context, client boltzapi.Client) error {{\n{body}\treturn nil\n}}\n"
    )


def test_every_block_of_the_guides_and_every_example_of_the_reference_compiles(go: Go, module: Path) -> None:
    writer = Writer(Reference(load(HERE.contract).document))
    examples = [
        language.example(endpoint)
        for resource in writer.reference.resources
        for endpoint in resource.endpoints
        for language in writer.languages
        if language.syntax == "go"
    ]
    guides = [HERE.root / "README.md", *sorted((HERE.root / "docs").glob("*.md"))]
    blocks = [found["code"] for guide in guides for found in FENCE.finditer(guide.read_text(encoding="utf-8"))]
    assert blocks
    for number, block in enumerate([*examples, *blocks]):
        folder = module / "internal" / f"example{number}"
        folder.mkdir()
        text = f"{block.rstrip()}\n" if "package main" in block else program(block)
        (folder / "main.go").write_text(text, encoding="utf-8")
    try:
        go.run(["go", "vet", "./internal/..."], module)
        assert "" == go.run(["gofmt", "-l", "internal"], module)
    finally:
        for folder in (module / "internal").glob("example*"):
            shutil.rmtree(folder)
