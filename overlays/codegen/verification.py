"""The differences between ``generated/`` and what the contract gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from codegen.generation import EMITTERS, unpinned_versions
from codegen.manifest import NAME, Manifest, digest, files
from codegen.project import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from codegen.project import Project

GENERATE: Final = "run: nox -s generate"


@frozen
class Problem:
    """One thing to mend. Prints as ``generated/.../models.py: edited by hand (run: nox -s generate)``."""

    place: str
    message: str
    remedy: str = GENERATE

    def __str__(self) -> str:
        """One line."""
        return f"{self.place}: {self.message} ({self.remedy})"


def check_versions(project: Project) -> Iterator[Problem]:
    """Generators that are not installed as pinned, so that nothing can be told from what they write."""
    for message in unpinned_versions(project):
        yield Problem(shown(project.settings_file), message, "install the dependency group `generate`")


def check_files(committed: Path, fresh: Path, contract: Path) -> Iterator[Problem]:
    """How the folder ``committed`` differs from the one just written into ``fresh``."""
    seen: set[Problem] = set()
    for name in sorted({*EMITTERS, *(path.name for path in committed.glob("*") if path.name != "__pycache__")}):
        for problem in _check_part(committed / name, fresh / name, contract):
            # Every part was made from the same inputs.
            if problem not in seen:
                seen.add(problem)
                yield problem


def _check_part(committed: Path, fresh: Path, contract: Path) -> Iterator[Problem]:
    if not fresh.is_dir():
        yield Problem(shown(committed), "no generator writes this")
        return
    try:
        manifest = Manifest.parse((committed / NAME).read_bytes())
    except (OSError, ValueError):
        manifest = None
    new = Manifest.parse((fresh / NAME).read_bytes())
    stale = tuple(_stale_inputs(manifest, new, contract)) if manifest else ()
    yield from stale
    there, wanted = files(committed), files(fresh)
    for name in sorted(there.keys() | wanted.keys()):
        place = shown(committed / name)
        if name not in there:
            yield Problem(place, "missing")
        elif name not in wanted:
            yield Problem(place, "no generator writes this file")
        elif (content := there[name].read_bytes()) != wanted[name].read_bytes():
            if name == NAME:
                was_written = bool(stale)
            else:
                was_written = manifest is None or manifest.files.get(name) == digest(content)
            yield Problem(place, "out of date" if was_written else "edited by hand")


def _stale_inputs(committed: Manifest, new: Manifest, contract: Path) -> Iterator[Problem]:
    since = "changed since generated/ was written"
    for name in _differing(committed.contract, new.contract):
        yield Problem(str(contract.parent / name), since)
    for name in _differing(committed.pipeline, new.pipeline):
        yield Problem(name, since)
    for name in _differing(committed.settings, new.settings):
        yield Problem("pyproject.toml", f"[{name}] {since}")
    for name in _differing(committed.versions, new.versions):
        versions = f"{committed.versions.get(name, 'absent')} -> {new.versions.get(name, 'absent')}"
        yield Problem("pyproject.toml", f"{name} {versions} {since}")


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
