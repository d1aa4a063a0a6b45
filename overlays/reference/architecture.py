"""The architecture as a Mermaid diagram: parts named here, arrows read from the imports in the source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from attrs import frozen

import boltz_api
from codegen.project import HERE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PACKAGES: Final = tuple(
    path
    for folder in (HERE.root / "overlays", HERE.generated)
    for path in sorted(folder.iterdir())
    if (path / "__init__.py").exists()
)
# Prefixes of module names; the longest match applies.
PARTS: Final = {
    "boltz_api": ("runtime", "requests, responses, retries, pages"),
    "boltz_api.cli": ("cli", "the command boltz-api"),
    "boltz_api.client": ("client", "Boltz, AsyncBoltz"),
    "boltz_api.keys": ("keys", "find, rotate, recover"),
    "boltz_api.resources": ("types", "names that users import"),
    "boltz_api.sandbox": ("sandbox", "the API for tests"),
    "boltz_api.types": ("types", "names that users import"),
    "boltz_api_generated": ("generated", "resources, models"),
    "codegen": ("codegen", "contract to generated code"),
    "reference": ("reference", "these pages"),
    "release": ("release", "changes, build, publish"),
}
# It only forwards names: an import of one of them is an import of the module behind it.
FORWARDING: Final = "boltz_api"


@frozen
class Import:
    """An import of one module by another."""

    importer: str
    imported: str
    at_once: bool
    """False for an import inside a function, which happens when the function is first called."""


def imports(packages: Iterable[Path]) -> set[Import]:
    """Return every import between the modules of ``packages``, except those for type checkers only."""
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
    """Return the module that ``wanted`` is, or is a name of."""
    found = wanted
    while found and found not in files:
        found = found.rpartition(".")[0]
    if found == FORWARDING and wanted.count(".") == 1:
        value: object = getattr(boltz_api, wanted.rpartition(".")[2], None)
        found = getattr(value, "__module__", found)
    return found if found in files else None


def part_of(module: str) -> str:
    """Return the name of the part that a module belongs to."""
    prefixes = [prefix for prefix in PARTS if f"{module}.".startswith(f"{prefix}.")]
    if not prefixes:
        raise LookupError(f"{module} belongs to no part of the architecture; name it in PARTS")
    return PARTS[max(prefixes, key=len)][0]


def arrows(*, at_once: bool = False) -> set[tuple[str, str]]:
    """Return which part imports which: at all, or when it is loaded."""
    pairs = {
        (part_of(one.importer), part_of(one.imported))
        for one in imports(PACKAGES)
        if FORWARDING not in (one.importer, one.imported) and (one.at_once or not at_once)
    }
    return {(importer, imported) for importer, imported in pairs if importer != imported}


def closure(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return every pair between which ``edges`` lead, in any number of steps."""
    reached = set(edges)
    while more := {(a, d) for a, b in reached for c, d in edges if b == c} - reached:
        reached |= more
    return reached


def reduced(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return ``edges`` without those that follow from others."""
    reached = closure(edges)
    return {
        (a, b) for a, b in edges if not any(a != c != b and (a, c) in edges and (c, b) in reached for _, c in edges)
    }


def mermaid() -> str:
    """Return the diagram: solid arrows for imports when a module is loaded, dashed ones for later imports."""
    solid = reduced(arrows(at_once=True))
    reached = closure(solid)
    lines = [f'    {name}["<b>{name}</b><br>{about}"]' for name, about in dict.fromkeys(PARTS.values())]
    lines += [f"    {importer} --> {imported}" for importer, imported in sorted(solid)]
    lines += [f"    {importer} -.-> {imported}" for importer, imported in sorted(reduced(arrows()) - reached)]
    return "\n".join(["flowchart TD", *lines])
