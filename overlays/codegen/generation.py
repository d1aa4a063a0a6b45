"""From a contract to everything under ``generated/``."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from codegen.emit import PACKAGE, write_package
from codegen.emit_go import write_module
from codegen.manifest import NAME, Manifest
from codegen.normal_form import NormalForm, load
from codegen.swap import replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.document import Schema
    from codegen.project import Project

Emitter: TypeAlias = Callable[[NormalForm, Path], None]
"""Writes one folder, which exists and is empty; raises ``Faults`` for what it cannot express."""

EMITTERS: Final[dict[str, Emitter]] = {PACKAGE: write_package, "go": write_module}
"""What stands under ``generated/``: by folder, what writes it."""

NORMAL_FORM: Final = "openapi.json"


class RefusedError(Exception):
    """Writing would do harm; the message says which."""


def generate(contract: Path, target: Path, project: Project) -> NormalForm:
    """Write everything for ``contract`` in place of whatever ``target`` holds.

    Any exception leaves ``target`` as it was: ``Faults`` if the contract is at fault, ``RefusedError`` if something
    else would be lost, or the generators are not those that are pinned.
    """
    if unpinned := list(unpinned_versions(project)):
        raise RefusedError(f"pyproject.toml: {'; '.join(unpinned)}; install the dependency group `generate`")
    form = load(contract)
    for path in sorted(target.iterdir()) if target.is_dir() else [target] if target.exists() else []:
        if not (path.name in EMITTERS and (path / NAME).is_file()) and path.name != "__pycache__":
            raise RefusedError(f"{path}: was not generated and would be lost; move it away, or name another folder")
    with replaced(target) as new:
        write(form, new, project)
    return form


def write(form: NormalForm, folder: Path, project: Project) -> None:
    """Write everything for ``form`` into the empty ``folder``, each part with its manifest."""
    for name, emit in EMITTERS.items():
        part = folder / name
        part.mkdir()
        emit(form, part)
        if name == PACKAGE:
            (part / NORMAL_FORM).write_bytes(form.render())
        (part / NAME).write_bytes(Manifest.of(form, part, project).render())


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


def earlier_document(target: Path) -> Schema | None:
    """The normal form of the last commit, or of the files on disk where there is no repository; else ``None``."""
    path = target / PACKAGE / NORMAL_FORM
    for read in (_committed, Path.read_bytes):
        try:
            document: Schema = json.loads(read(path))
        except (OSError, ValueError, subprocess.CalledProcessError):
            continue
        return document
    return None


def _committed(path: Path) -> bytes:
    command = ["git", "show", f"HEAD:./{path.name}"]
    return subprocess.run(command, cwd=path.parent, check=True, capture_output=True).stdout
