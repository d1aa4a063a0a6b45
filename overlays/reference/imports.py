"""Who imports whom, told from the source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def imports(packages: Iterable[Path]) -> set[tuple[str, str]]:
    """Pairs of modules in ``packages``: the first imports the second when it runs, at once or later."""
    files = {module: file for package in packages for module, file in _modules(package)}
    return {
        (module, found)
        for module, file in files.items()
        for wanted in _imported(ast.parse(file.read_bytes(), file))
        if (found := _nearest(wanted, files)) is not None and found != module
    }


def _modules(package: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(package.rglob("*.py")):
        parts = [package.name, *file.relative_to(package).with_suffix("").parts]
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), file


def _imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(module), level=0, names=names):
            yield from (f"{module}.{alias.name}" for alias in names)
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=otherwise):
            for child in otherwise:
                yield from _imported(child)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _imported(child)


def _nearest(wanted: str, files: dict[str, Path]) -> str | None:
    """The module that ``wanted`` is, or is in."""
    while wanted and wanted not in files:
        wanted = wanted.rpartition(".")[0]
    return wanted or None
