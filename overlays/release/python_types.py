"""Type annotations as sets of alternatives, so that wider and narrower can be told apart without running any code."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from release.change import Relation


def relation(old: str, new: str) -> Relation:
    """How the annotation ``new`` stands to ``old``."""
    before, after = alternatives(old), alternatives(new)
    if before == after:
        return "same"
    if after < before:
        return "narrower"
    if before < after:
        closed = any(item.startswith("Literal ") for item in before)
        return "open" if closed and all(item.startswith("Literal ") for item in after - before) else "wider"
    return "other"


def alternatives(annotation: str) -> frozenset[str]:
    """The alternatives of a union, each ``Literal`` value one of them; ``Annotated`` and ``NotRequired`` taken off."""
    return frozenset(_alternatives(ast.parse(annotation.strip(), mode="eval").body))


def is_not_required(annotation: str) -> bool:
    """Whether a typed dict's key may be left out."""
    node = ast.parse(annotation.strip(), mode="eval").body
    return isinstance(node, ast.Subscript) and _name(node.value) == "NotRequired"


def _alternatives(node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=str(quoted)):
            return _alternatives(ast.parse(quoted, mode="eval").body)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _alternatives(left) | _alternatives(right)
        case ast.Subscript(value=generic, slice=inner):
            return _subscripted(node, _name(generic), inner)
        case _:
            return {_text(node)}


def _subscripted(node: ast.Subscript, generic: str, inner: ast.expr) -> set[str]:
    items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    match generic:
        case "Annotated":
            return _alternatives(items[0])
        case "NotRequired" | "Required" | "Final" | "ClassVar":
            return _alternatives(inner)
        case "Optional":
            return _alternatives(inner) | {"None"}
        case "Union":
            return {alternative for item in items for alternative in _alternatives(item)}
        case "Literal":
            return {f"Literal {ast.unparse(item)}" for item in items}
        case _:
            arguments = ", ".join(" | ".join(sorted(_alternatives(item))) for item in items)
            return {f"{_text(node.value)}[{arguments}]"}


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _text(node: ast.expr) -> str:
    # `typing.Any` and `Any` are one; so are `models.APIKey` and `APIKey`.
    return _name(node) or ast.unparse(node)
