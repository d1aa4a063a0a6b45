"""The Python API's changes between two source trees, read with griffe: no code of either is run.

The API is what the modules of ``boltz_api`` list in their ``__all__``, and the classes of the generated resources,
which a client's attributes lead to. A module without ``__all__`` is internal.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import griffe
from attrs import frozen

from codegen.contract_diff import Change
from release.project import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RESOURCES = "boltz_api_generated.resources"


@frozen
class _Part:
    """A class, a base, a function, an attribute, a parameter or a result: anything that a caller can depend on."""

    kind: str
    annotation: str = ""
    default: str | None = None
    required: bool = False
    taken: bool = False
    """True if callers pass it in; else they receive it."""
    order: tuple[str, ...] = ()
    """A function's positional parameters."""


def changes(old: Path, new: Path) -> list[Change]:
    """Compare the Python API of two source trees; each object once, under its shortest public path."""
    before, after = _load(old), _load(new)
    found = [Change(f"{path}: removed", "breaking") for path in before.keys() - after.keys()]
    found += [Change(f"{path}: added", "addition") for path in after.keys() - before.keys()]
    seen: set[str] = set()
    for path in sorted(before.keys() & after.keys(), key=lambda path: (path.count("."), path)):
        if before[path].path not in seen:
            seen.add(before[path].path)
            found += _compare(dict(_parts(path, before[path])), dict(_parts(path, after[path])))
    return found


def _load(tree: Path) -> dict[str, griffe.Object]:
    search = sorted({str((tree / folder).parent) for folder in PACKAGES})
    loader = griffe.GriffeLoader(search_paths=search, allow_inspection=False)
    modules = [loader.load(name) for name in PACKAGES.values()]
    loader.resolve_aliases(implicit=True, external=False)
    return {path: final for module in modules for path, final in _exported(module)}


def _exported(module: griffe.Object | griffe.Alias) -> Iterator[tuple[str, griffe.Object]]:
    generated = module.path.startswith("boltz_api_generated")
    exports = set(map(str, module.exports or ())) if not generated else set[str]()
    for name, member in module.members.items():
        if not member.is_alias and member.is_module:
            if not name.startswith("_"):
                yield from _exported(member)
        elif name in exports or (not member.is_alias and member.is_class and module.path.startswith(RESOURCES)):
            final = _final(member)
            if final is not None and not final.is_module:
                yield f"{module.path}.{name}", final


def _final(member: griffe.Object | griffe.Alias) -> griffe.Object | None:
    try:
        return member if isinstance(member, griffe.Object) else member.final_target
    except griffe.AliasResolutionError:
        return None  # another package's, re-exported


def _parts(path: str, item: griffe.Object, *, key: bool = False) -> Iterator[tuple[str, _Part]]:
    kind = item.kind.value
    if isinstance(item, griffe.Class):
        bases = list(map(str, item.bases))
        yield path, _Part(kind)
        yield from ((f"{path}'s base {base}", _Part("base")) for base in bases)
        keys = any("TypedDict" in base or base.endswith("Options") for base in bases)
        for name, member in item.all_members.items():
            final = _final(member) if name == "__init__" or not name.startswith("_") else None
            if final is not None:
                yield from _parts(f"{path}.{name}", final, key=keys)
    elif isinstance(item, griffe.Function):
        parameters = [each for each in item.parameters if not each.name.startswith("_")]
        by_keyword = (griffe.ParameterKind.keyword_only, griffe.ParameterKind.var_keyword)
        yield path, _Part(kind, order=tuple(each.name for each in parameters if each.kind not in by_keyword))
        yield f"{path}'s result", _Part("result", str(item.returns or "Any"))
        for each in parameters:
            described = f"{each.kind.value} parameter" if each.kind else "parameter"
            default = None if each.required else str(each.default)
            # Without an annotation anything goes, as for a type checker.
            part = _Part(described, str(each.annotation or "Any"), default, each.required, taken=True)
            yield f"{path}({each.name})", part
    elif isinstance(item, griffe.Attribute):
        # Without an annotation type checkers infer one, and griffe does not.
        annotation = str(item.annotation or "")
        yield path, _Part("key" if key else kind, annotation, required=key and not _optional(annotation), taken=key)


def _compare(old: dict[str, _Part], new: dict[str, _Part]) -> Iterator[Change]:
    for path in sorted(old.keys() | new.keys()):
        before, after = old.get(path), new.get(path)
        whole = path.partition("(")[0].partition("'")[0]
        if before and after:
            yield from _compare_part(path, before, after)
        elif before and (whole == path or whole in new):  # else the line of the whole says it
            yield Change(f"{path}: removed", "breaking")
        elif after and after.required and (whole == path or whole in old):
            yield Change(f"{path}: added, and required", "breaking")
        elif after and (whole == path or whole in old):
            yield Change(f"{path}: added", "addition")


def _compare_part(path: str, before: _Part, after: _Part) -> Iterator[Change]:
    if before.kind != after.kind:
        freer = after.kind.startswith("positional or keyword")
        yield Change(f"{path}: was {before.kind}, is {after.kind}", "addition" if freer else "breaking")
    kept = tuple(name for name in before.order if name in after.order)
    if after.order[: len(kept)] != kept:
        yield Change(f"{path}: positional parameters moved", "breaking")
    if before.required != after.required:
        text = "is now required" if after.required else "may be left out now"
        yield Change(f"{path}: {text}", "breaking" if after.required else "addition")
    elif before.default != after.default:
        yield Change(f"{path}: default changed from {before.default} to {after.default}", "breaking")
    one, two = (alternatives(part.annotation or "Any") for part in (before, after))
    if one != two and before.annotation and after.annotation:
        text = f"{path}: type changed from {before.annotation} to {after.annotation}"
        yield Change(text, "addition" if is_compatible(one, two, taken=after.taken) else "breaking")


def is_compatible(old: frozenset[str], new: frozenset[str], *, taken: bool) -> bool:
    """True if code for the alternatives ``old`` works with ``new``.

    What callers pass in may widen, and what they receive may narrow. Enums are open in what callers receive, so a
    new ``Literal`` beside old ones breaks no code.
    """
    if taken:
        return old < new
    literal = "Literal "
    opened = any(each.startswith(literal) for each in old) and all(each.startswith(literal) for each in new - old)
    return new < old or (old < new and opened)


def alternatives(annotation: str) -> frozenset[str]:
    """The alternatives of a union, each ``Literal`` value one of them; ``Annotated`` and ``NotRequired`` taken off."""
    return frozenset(_alternatives(ast.parse(annotation.strip(), mode="eval").body))


def _alternatives(node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=str(quoted)):
            return _alternatives(ast.parse(quoted, mode="eval").body)
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _alternatives(left) | _alternatives(right)
        case ast.Subscript(value=generic, slice=inner):
            items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            match _name(generic):
                case "Annotated" | "NotRequired" | "Required" | "Final" | "ClassVar":
                    return _alternatives(items[0])
                case "Optional":
                    return _alternatives(inner) | {"None"}
                case "Union":
                    return {each for item in items for each in _alternatives(item)}
                case "Literal":
                    return {f"Literal {ast.unparse(item)}" for item in items}
                case name:
                    arguments = ", ".join(" | ".join(sorted(_alternatives(item))) for item in items)
                    return {f"{name or ast.unparse(generic)}[{arguments}]"}
        case _:
            return {_name(node) or ast.unparse(node)}


def _optional(annotation: str) -> bool:
    node = ast.parse(annotation.strip() or "Any", mode="eval").body
    return isinstance(node, ast.Subscript) and _name(node.value) == "NotRequired"


def _name(node: ast.expr) -> str:
    # `typing.Any` and `Any` are one; so are `models.APIKey` and `APIKey`.
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
