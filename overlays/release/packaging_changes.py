"""Changes of what the wheel asks of its surroundings, and of code that no other comparison sees."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, cast

from packaging.requirements import Requirement

from release.change import Change, additive, breaking, fix
from release.distributions import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def packaging_changes(old: Path, new: Path) -> list[Change]:
    """The changes of the metadata and the code from the source tree ``old`` to ``new``."""
    before, after = _metadata(old), _metadata(new)
    changes = [*_scripts(before, after), *_extras(before, after), *_requirements(before, after)]
    if before["requires-python"] != after["requires-python"]:
        change = f"{before['requires-python']} -> {after['requires-python']}"
        changes.append(breaking("Python", f"supported versions changed: {change}"))
    return changes


def code_changes(old: Path, new: Path) -> list[Change]:
    """One line for code that changed, for when nothing else did: a repaired fault is a change as well."""
    before, after = _code(old), _code(new)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if not changed:
        return []
    files = f"{len(changed)} file{'s' if len(changed) > 1 else ''}, such as {changed[0]}"
    return [fix("the code", f"changed without a change of the API: {files}")]


def _scripts(before: dict[str, object], after: dict[str, object]) -> Iterator[Change]:
    old, new = (cast("dict[str, str]", metadata.get("scripts", {})) for metadata in (before, after))
    yield from (breaking(name, "command removed") for name in old.keys() - new.keys())
    yield from (additive(name, "command added") for name in new.keys() - old.keys())


def _extras(before: dict[str, object], after: dict[str, object]) -> Iterator[Change]:
    old, new = (cast("dict[str, list[str]]", data.get("optional-dependencies", {})) for data in (before, after))
    yield from (breaking(f"[{name}]", "extra removed") for name in old.keys() - new.keys())
    yield from (additive(f"[{name}]", "extra added") for name in new.keys() - old.keys())


def _requirements(before: dict[str, object], after: dict[str, object]) -> Iterator[Change]:
    old, new = (_required(metadata) for metadata in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield fix(name, f"requirement changed: {old.get(name, 'none')} -> {new.get(name, 'none')}")


def _required(metadata: dict[str, object]) -> dict[str, str]:
    requirements = map(Requirement, cast("list[str]", metadata.get("dependencies", [])))
    return {requirement.name: str(requirement.specifier) for requirement in requirements}


def _metadata(tree: Path) -> dict[str, object]:
    metadata: dict[str, object] = tomllib.loads((tree / "pyproject.toml").read_text("utf-8"))["project"]
    return metadata


def _code(tree: Path) -> dict[str, bytes]:
    return {
        f"{name}/{file.relative_to(tree / folder).as_posix()}": file.read_bytes()
        for folder, name in PACKAGES.items()
        for file in (tree / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
