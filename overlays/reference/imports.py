"""Who imports whom, told from the source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@frozen
class Import:
    """One module needs another."""

    importer: str
    imported: str
    at_once: bool
    """Whether when it is loaded; otherwise when it first needs it, inside a function."""


def imports(packages: Iterable[Path]) -> set[Import]:
    """Every import between the modules of ``packages``. What only type checkers see does not count."""
    files = {module: file for package in packages for module, file in _modules(package)}
    return {
        Import(module, found, at_once)
        for module, file in files.items()
        for wanted, at_once in _imported(ast.parse(file.read_bytes(), file), at_once=True)
        if (found := _nearest(wanted, files)) is not None and found != module
    }


def _modules(package: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(package.rglob("*.py")):
        parts = [package.name, *file.relative_to(package).with_suffix("").parts]
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), file


def _imported(node: ast.AST, *, at_once: bool) -> Iterator[tuple[str, bool]]:
    match node:
        case ast.Import(names=names):
            yield from ((alias.name, at_once) for alias in names)
        case ast.ImportFrom(module=str(module), level=0, names=names):
            yield from ((f"{module}.{alias.name}", at_once) for alias in names)
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=otherwise):
            for statement in otherwise:
                yield from _imported(statement, at_once=at_once)
        case _:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for child in ast.iter_child_nodes(node):
                yield from _imported(child, at_once=at_once and not inside)


def _nearest(wanted: str, files: dict[str, Path]) -> str | None:
    """The module that ``wanted`` is, or is in."""
    while wanted and wanted not in files:
        wanted = wanted.rpartition(".")[0]
    return wanted or None
