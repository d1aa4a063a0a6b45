"""The types of arguments, read from ``params.py``: they are written once, by the generator that knows schemas."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@frozen
class Annotation:
    """An argument's type as source."""

    source: str
    imports: frozenset[tuple[str, str]]
    """Module and name of what the source needs."""
    uses_params: bool
    """Whether the source names a typed dict, as ``params.Address``."""


def read_annotations(params_source: str) -> dict[str, dict[str, Annotation]]:
    """By typed dict and key."""
    tree = ast.parse(params_source)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    imported = {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    local = frozenset(node.name for node in classes)
    return {
        node.name: {
            entry.target.id: _annotation(_required_part(entry.annotation), imported, local)
            for entry in node.body
            if isinstance(entry, ast.AnnAssign) and isinstance(entry.target, ast.Name)
        }
        for node in classes
    }


def imports_of(annotations: Iterable[Annotation]) -> list[tuple[str, list[str]]]:
    """What a module with ``annotations`` imports: each module with its names."""
    modules: dict[str, set[str]] = {}
    for module, name in sorted({pair for annotation in annotations for pair in annotation.imports}):
        modules.setdefault(module, set()).add(name)
    return [(module, sorted(names)) for module, names in modules.items()]


def _required_part(annotation: ast.expr) -> ast.expr:
    """What stands in ``NotRequired[...]``; the annotation itself if it is required."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="NotRequired"), slice=inner):
            return inner
        case _:
            return annotation


def _annotation(node: ast.expr, imported: Mapping[str, tuple[str, str]], local: frozenset[str]) -> Annotation:
    qualifier = _Qualifier(imported, local)
    source = ast.unparse(qualifier.visit(node))
    return Annotation(source, frozenset(qualifier.imports), qualifier.uses_params)


class _Qualifier(ast.NodeTransformer):
    """Rewrites an annotation for another module: typed dicts with their module, imports under their own names.

    A typed dict with a key called ``date`` makes the generator import the type under another name. Arguments of a
    function hide nothing, so here it has its own.
    """

    def __init__(self, imported: Mapping[str, tuple[str, str]], local: frozenset[str]) -> None:
        self._imported = imported
        self._local = local
        self.imports: set[tuple[str, str]] = set()
        self.uses_params = False

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._local:
            self.uses_params = True
            return ast.Attribute(ast.Name("params", ast.Load()), node.id, ast.Load())
        if node.id not in self._imported:
            return node
        module, name = self._imported[node.id]
        if module != "builtins":
            self.imports.add((module, name))
        return ast.Name(name, ast.Load())
