"""Whether ``generated/`` is what the contract gives, and the client binds what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from codegen import bindings
from codegen.generation import unpinned_versions
from codegen.manifest import NAME, Manifest, digest, files
from codegen.project import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from codegen.normal_form import NormalForm
    from codegen.project import Project

GENERATE: Final = "run: nox -s generate"


@frozen
class Problem:
    """One thing to mend. Prints as ``generated/.../models.py: edited by hand (run: nox -s generate)``."""

    place: str
    """The file, with line and column where they are known."""
    message: str
    remedy: str = GENERATE

    def __str__(self) -> str:
        """One line."""
        return f"{self.place}: {self.message} ({self.remedy})"


def check_versions(project: Project) -> Iterator[Problem]:
    """Which generators are not installed as pinned, so that nothing can be told from what they write."""
    for message in unpinned_versions(project):
        yield Problem(shown(project.settings_file), message, "install the dependency group `generate`")


def check_package(form: NormalForm, package: Path, fresh: Path) -> Iterator[Problem]:
    """How ``package`` differs from the one just written into ``fresh``."""
    try:
        committed = Manifest.parse((package / NAME).read_bytes())
    except (OSError, ValueError):
        committed = None
    new = Manifest.parse((fresh / NAME).read_bytes())
    stale = tuple(_stale_inputs(committed, new, form.contract.file)) if committed else ()
    yield from stale
    there, wanted = files(package), files(fresh)
    for name in sorted(there.keys() | wanted.keys()):
        place = shown(package / name)
        if name not in there:
            yield Problem(place, "missing")
        elif name not in wanted:
            yield Problem(place, "no generator writes this file")
        elif (content := there[name].read_bytes()) != wanted[name].read_bytes():
            if name == NAME:
                was_written = bool(stale)
            else:
                was_written = committed is None or committed.files.get(name) == digest(content)
            yield Problem(place, "out of date" if was_written else "edited by hand")


def check_bindings(form: NormalForm, project: Project) -> Iterator[Problem]:
    """Which operations a client does not bind, and which it binds that are gone."""
    found = bindings.compare([operation.name for operation in form.operations], bindings.find(project.client))
    positions = {operation.name: form.contract.position(operation.pointer) for operation in form.operations}
    for operation in dict.fromkeys(name for name, _ in found.unbound):
        clients = [client for name, client in found.unbound if name == operation]
        whose = f" of the {clients[0]} client" if len(clients) == 1 else ""
        line, column = positions[operation]
        yield Problem(
            f"{form.contract.file}:{line}:{column}",
            f"{operation} is bound by no resource{whose}",
            f"bind it in {shown(project.client / 'resources')}, then run: nox -s verify",
        )
    # A line that both clients share is one thing to mend.
    yield from dict.fromkeys(
        Problem(
            f"{shown(reference.file)}:{reference.line}",
            f"{form.contract.file} has no operation {reference.operation}",
            "remove it, then run: nox -s verify",
        )
        for reference in found.gone
    )


def _stale_inputs(committed: Manifest, new: Manifest, contract: str) -> Iterator[Problem]:
    since = "changed since generated/ was written"
    if committed.contract != new.contract:
        yield Problem(contract, since)
    for name in _differing(committed.pipeline, new.pipeline):
        yield Problem(name, since)
    for name in _differing(committed.settings, new.settings):
        yield Problem("pyproject.toml", f"[{name}] {since}")
    for name in _differing(committed.versions, new.versions):
        versions = f"{committed.versions.get(name, 'absent')} -> {new.versions.get(name, 'absent')}"
        yield Problem("pyproject.toml", f"{name} {versions} {since}")


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
