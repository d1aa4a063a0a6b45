"""The Python API's changes between two source trees, read with griffe: no code of either is run.

The API is what modules list in their ``__all__``, and the generated operations, whose signatures are those of the
clients' methods. A module without ``__all__`` is internal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import griffe

from release.change import Change, additive, breaking, judge
from release.distributions import PACKAGES
from release.python_types import is_not_required, relation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPERATIONS = "boltz_api_generated.operations"

API: TypeAlias = "dict[str, griffe.Object]"
"""The public objects by public path."""


def python_changes(old: Path, new: Path) -> list[Change]:
    """The changes of the Python API from the source tree ``old`` to ``new``."""
    return compare(load(old), load(new))


def load(tree: Path) -> API:
    """The public API in a source tree."""
    search = sorted({str((tree / folder).parent) for folder in PACKAGES})
    loader = griffe.GriffeLoader(search_paths=search, allow_inspection=False)
    modules = [loader.load(name) for name in PACKAGES.values()]
    loader.resolve_aliases(implicit=True, external=False)
    return {path: target for module in modules for path, target in _exported(module)}


def _exported(module: griffe.Object | griffe.Alias) -> Iterator[tuple[str, griffe.Object]]:
    generated = module.path.startswith(OPERATIONS.partition(".")[0])
    if module.exports is not None and (module.path == OPERATIONS or not generated):
        for name in map(str, module.exports):
            target = _target(module.members[name]) if name in module.members else None
            if target is not None and (target.is_function if generated else not target.is_module):
                yield f"{module.path}.{name}", target
    for name, member in module.members.items():
        if not member.is_alias and member.is_module and not name.startswith("_"):
            yield from _exported(member)


def _target(member: griffe.Object | griffe.Alias) -> griffe.Object | None:
    if isinstance(member, griffe.Object):
        return member
    try:
        return member.final_target
    except griffe.AliasResolutionError:
        return None  # another package's, re-exported


def compare(old: API, new: API) -> list[Change]:
    """The changes from one API to another, each object once, under its shortest public path."""
    changes = [breaking(path, "removed") for path in old.keys() - new.keys()]
    changes += [additive(path, "added") for path in new.keys() - old.keys()]
    seen: set[str] = set()
    for path in sorted(old.keys() & new.keys(), key=lambda path: (path.count("."), path)):
        if old[path].path not in seen:
            seen.add(old[path].path)
            changes += _object(path, old[path], new[path])
    return sorted(changes)


def _object(path: str, old: griffe.Object, new: griffe.Object) -> Iterator[Change]:
    if old.kind is not new.kind:
        yield breaking(path, f"was {old.kind.value}, is {new.kind.value}")
    elif isinstance(old, griffe.Class) and isinstance(new, griffe.Class):
        yield from _class(path, old, new)
    elif isinstance(old, griffe.Function) and isinstance(new, griffe.Function):
        yield from _function(path, old, new)
    elif isinstance(old, griffe.Attribute) and isinstance(new, griffe.Attribute) and old.annotation and new.annotation:
        # Without an annotation type checkers infer one, and griffe does not.
        yield from _type(path, str(old.annotation), str(new.annotation), taken=False)


def _class(path: str, old: griffe.Class, new: griffe.Class) -> Iterator[Change]:
    for base in sorted({str(base) for base in old.bases} - {str(base) for base in new.bases}):
        yield breaking(path, f"no longer a {base}")
    before, after = _members(old), _members(new)
    typed_dict = any("TypedDict" in str(base) or "RequestOptions" in str(base) for base in new.bases)
    for name in sorted(before.keys() - after.keys()):
        yield breaking(f"{path}.{name}", "removed")
    for name in sorted(after.keys() - before.keys()):
        if typed_dict and not is_not_required(_annotation(_of_attribute(after[name]))):
            yield breaking(f"{path}.{name}", "added as a required key")
        else:
            yield additive(f"{path}.{name}", "added")
    for name in sorted(before.keys() & after.keys()):
        one, two = before[name], after[name]
        if typed_dict:
            yield from _key(f"{path}.{name}", _annotation(_of_attribute(one)), _annotation(_of_attribute(two)))
        else:
            yield from _object(f"{path}.{name}", one, two)


def _members(cls: griffe.Class) -> dict[str, griffe.Object]:
    named = {name: _target(member) for name, member in cls.all_members.items() if _is_public(name)}
    return {name: member for name, member in named.items() if member is not None}


def _is_public(name: str) -> bool:
    return name == "__init__" or not name.startswith("_")


def _key(path: str, old: str, new: str) -> Iterator[Change]:
    if is_not_required(old) and not is_not_required(new):
        yield breaking(path, "the key is now required")
    elif is_not_required(new) and not is_not_required(old):
        yield additive(path, "the key may be left out now")
    yield from _type(path, old, new, taken=True)


def _function(path: str, old: griffe.Function, new: griffe.Function) -> Iterator[Change]:
    before, after = (
        {parameter.name: parameter for parameter in function.parameters if not parameter.name.startswith("_")}
        for function in (old, new)
    )
    for name in before:
        if name not in after:
            yield breaking(f"{path}({name})", "parameter removed")
    for name, parameter in after.items():
        if name not in before:
            required = parameter.required
            yield (breaking if required else additive)(
                f"{path}({name})", f"{'required' if required else 'optional'} parameter added"
            )
        else:
            yield from _parameter(f"{path}({name})", before[name], parameter)
    places = _positional(new)
    kept = [name for name in _positional(old) if name in places]
    if places[: len(kept)] != kept:
        yield breaking(path, "positional parameters moved")
    yield from _type(f"{path} -> ", _annotation(old.returns), _annotation(new.returns), taken=False)


def _positional(function: griffe.Function) -> list[str]:
    keyword = (griffe.ParameterKind.keyword_only, griffe.ParameterKind.var_keyword)
    return [parameter.name for parameter in function.parameters if parameter.kind not in keyword]


def _parameter(path: str, old: griffe.Parameter, new: griffe.Parameter) -> Iterator[Change]:
    if old.kind is not new.kind:
        freer = new.kind is griffe.ParameterKind.positional_or_keyword
        kinds = f"{new.kind.value if new.kind else '?'}, was {old.kind.value if old.kind else '?'}"
        yield (additive if freer else breaking)(path, f"is {kinds}")
    if new.required and not old.required:
        yield breaking(path, "is now required")
    elif old.required and not new.required:
        yield additive(path, "may be left out now")
    elif str(old.default) != str(new.default):
        yield breaking(path, f"default changed from {old.default} to {new.default}")
    yield from _type(path, _annotation(old.annotation), _annotation(new.annotation), taken=True)


def _type(path: str, old: str, new: str, *, taken: bool) -> Iterator[Change]:
    how = relation(old, new)
    if how != "same":
        yield Change(path, f"type changed from {old} to {new}", judge(how, taken=taken))


def _annotation(annotation: str | griffe.Expr | None) -> str:
    # Without an annotation anything goes, as for a type checker.
    return "Any" if annotation is None else str(annotation)


def _of_attribute(member: griffe.Object) -> str | griffe.Expr | None:
    return member.annotation if isinstance(member, griffe.Attribute) else None
