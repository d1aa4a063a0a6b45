"""Imports go downwards only: the allowed ones as a table, imports inside functions included."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import boltz_api
import boltz_api_generated

PACKAGE = Path(boltz_api.__file__).parent
GENERATED = Path(boltz_api_generated.__file__).parent

# From the bottom up: a module may import what stands above it here.
LAYERS = [
    "redact",
    "delays",
    "errors",
    "model",
    "unions",
    "validation",
    "request",
    "settings",
    "response",
    "retry",
    "observe",
    "flow",
    "defaults",
    "http_client",
    "sync_transport",
    "async_transport",
    "pagination",
    "resource",
    "base",
    "generated",
    "keys",
    "client",
    "types",
    "resources",
]

# A package that anyone may import would be one layer for all; these two stand on the whole client.
APPLICATIONS = {"cli", "sandbox"}


def imported(path: Path) -> Iterator[str]:
    """Every module that a file imports at run time."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_type_checkers = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in for_type_checkers:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def layer(module: str) -> str | None:
    """The row of the table that a module belongs to; ``None`` for what is not ours."""
    package, _, rest = module.partition(".")
    if package == "boltz_api_generated":
        return "generated"
    return rest.partition(".")[0] or None if package == "boltz_api" else None


def edges() -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for base, root in ((PACKAGE, "boltz_api"), (GENERATED, "boltz_api_generated")):
        for path in base.rglob("*.py"):
            name = layer(".".join((root, *path.relative_to(base).with_suffix("").parts)))
            if name not in (None, "__init__"):
                found |= {(str(name), other) for module in imported(path) if (other := layer(module)) is not None}
    return found


@pytest.mark.parametrize("module", sorted({name for name, _ in edges()} - APPLICATIONS))
def test_a_module_imports_what_is_below_it(module: str) -> None:
    assert module in LAYERS, "a new module needs a row in the table"
    below = set(LAYERS[: LAYERS.index(module)])
    assert {other for name, other in edges() if name == module} - {module} - below == set()


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_the_runtime_knows_no_endpoint(path: Path) -> None:
    if path.stem not in ("keys", "client"):
        assert "generated" not in {layer(module) for module in imported(path)}


def test_importing_the_generated_package_imports_no_resource() -> None:
    assert {layer(module) for module in imported(GENERATED / "__init__.py")} <= {"request", None}
