"""From a contract to the package on disk."""

from __future__ import annotations

import subprocess
from importlib import metadata
from typing import TYPE_CHECKING

from codegen.manifest import NAME, Manifest
from codegen.package import write_package
from codegen.swap import replaced

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from codegen.contract import Contract
    from codegen.normal_form import NormalForm
    from codegen.project import Project
    from codegen.surface import Surface


class RefusedError(Exception):
    """Writing the package would do harm; the message says which."""


def generate(contract: Contract, target: Path, project: Project) -> NormalForm:
    """Write the package for ``contract`` in place of whatever ``target`` holds.

    Any exception leaves ``target`` as it was: ``ContractError`` if the contract is at fault, ``RefusedError`` if
    something else would be lost, or the generators are not those that are pinned.
    """
    if unpinned := list(unpinned_versions(project)):
        raise RefusedError(f"pyproject.toml: {'; '.join(unpinned)}; install the dependency group `generate`")
    if target != project.generated and not _may_be_replaced(target):
        raise RefusedError(f"{target}: holds something that was not generated; name a new or an empty folder")
    with replaced(target) as new:
        return write(contract, new, project)


def write(contract: Contract, folder: Path, project: Project) -> NormalForm:
    """Write the package for ``contract`` into the empty ``folder``, and its manifest."""
    form = write_package(contract, folder)
    (folder / NAME).write_bytes(Manifest.of(form, folder, project).render())
    return form


def _may_be_replaced(target: Path) -> bool:
    if not target.is_dir():
        return not target.exists()
    return (target / NAME).is_file() or not any(target.iterdir())


def unpinned_versions(project: Project) -> Iterator[str]:
    """Which generators, or the formatter, are not installed at the version that ``pyproject.toml`` pins."""
    for name, pin in project.pins().items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield f"{name} is pinned to {pin}, but it is not installed"
        else:
            if installed != pin:
                yield f"{name} is pinned to {pin}, but {installed} is installed"


def committed_surface(target: Path) -> Surface | None:
    """The API as of the last commit, or of the files on disk where there is no repository; ``None`` if neither is."""
    for read in (_committed, _on_disk):
        try:
            return Manifest.parse(read(target)).surface
        except (OSError, ValueError, subprocess.CalledProcessError):
            continue
    return None


def _committed(target: Path) -> bytes:
    command = ["git", "show", f"HEAD:./{target.name}/{NAME}"]
    return subprocess.run(command, cwd=target.parent, check=True, capture_output=True).stdout


def _on_disk(target: Path) -> bytes:
    return (target / NAME).read_bytes()
