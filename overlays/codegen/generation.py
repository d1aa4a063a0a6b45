"""Generation of everything under ``generated/`` from a contract, and the check that the two agree.

Each folder there has a manifest: hashes of all that it was made from, and of its files.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from codegen.emit import PACKAGE, write_package
from codegen.emit_go import write_module
from codegen.normal_form import NormalForm, load
from codegen.project import shown
from codegen.swap import replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.document import Schema
    from codegen.project import Project

Emitter: TypeAlias = Callable[[NormalForm, Path], None]
"""Writes one folder, which exists and is empty; raises ``Faults`` for what it cannot express."""

EMITTERS: Final[dict[str, Emitter]] = {PACKAGE: write_package, "go": write_module}
"""The folders under ``generated/``, each with the function that writes it."""

MANIFEST: Final = "manifest.json"
NORMAL_FORM: Final = "openapi.json"

_SETTINGS: Final = ("boltz-go", "datamodel-codegen")


class RefusedError(Exception):
    """Raised instead of writing if that would do harm; the message says which."""


class Manifest(msgspec.Struct, frozen=True):
    """The content of ``manifest.json``."""

    contract: dict[str, str]
    """The files of the contract, by path from the folder of the main one."""
    pipeline: dict[str, str]
    """Templates and the pipeline's code, by path from the top of the project."""
    settings: dict[str, str]
    """Tables of ``pyproject.toml`` that decide what is written, by name."""
    versions: dict[str, str]
    """The pinned versions of the generators and the formatter."""
    files: dict[str, str]
    """Everything that was written besides the manifest, by path in the folder."""

    @classmethod
    def of(cls, form: NormalForm, folder: Path, project: Project) -> Manifest:
        """Return the manifest of the files that were written into ``folder``."""
        top = Path(next(iter(form.hashes))).parent
        tables = {name: json.dumps(project.settings(name), sort_keys=True) for name in _SETTINGS}
        templates = (path for path in (project.pipeline / "templates").rglob("*") if path.is_file())
        go = (path for path in (project.pipeline.parent / "go").rglob("*.go") if not path.name.endswith("_test.go"))
        sources = sorted([*project.pipeline.glob("*.py"), *(path for path in templates if path.suffix != ".pyc"), *go])
        return cls(
            contract={Path(os.path.relpath(file, top)).as_posix(): own for file, own in form.hashes.items()},
            pipeline={path.relative_to(project.root).as_posix(): _hash(path.read_bytes()) for path in sources},
            settings={f"tool.{name}": _hash(table.encode()) for name, table in tables.items()},
            versions=dict(sorted(project.pins().items())),
            files={name: _hash(path.read_bytes()) for name, path in files(folder).items() if name != MANIFEST},
        )

    def render(self) -> bytes:
        """Return the manifest as JSON: the same bytes for the same content."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


def files(folder: Path) -> dict[str, Path]:
    """Every file of a generated folder, by path. Caches of Python and type checkers do not count."""
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    named = ((path.relative_to(folder).as_posix(), path) for path in found)
    return dict(sorted((name, path) for name, path in named if "__pycache__/" not in name))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def generate(contract: Path, target: Path, project: Project) -> NormalForm:
    """Write everything for ``contract`` in place of whatever ``target`` holds.

    Any exception leaves ``target`` as it was: ``Faults`` if the contract is at fault, ``RefusedError`` if something
    else would be lost, or the generators are not those that are pinned.
    """
    form = load(contract)
    for path in sorted(target.iterdir()) if target.is_dir() else [target] if target.exists() else []:
        if not (path.name in EMITTERS and (path / MANIFEST).is_file()) and path.name != "__pycache__":
            raise RefusedError(f"{path}: was not generated and would be lost; move it away, or name another folder")
    with replaced(target) as new:
        write(form, new, project)
    return form


def write(form: NormalForm, folder: Path, project: Project) -> None:
    """Write everything for ``form`` into the empty ``folder``, each part with its manifest.

    ``RefusedError`` if the generators are not those that are pinned: the output of others proves nothing.
    """
    if unpinned := list(_unpinned(project)):
        raise RefusedError(f"pyproject.toml: {'; '.join(unpinned)}; install the dependency group `generate`")
    for name, emit in EMITTERS.items():
        part = folder / name
        part.mkdir()
        emit(form, part)
        if name == PACKAGE:
            (part / NORMAL_FORM).write_bytes(form.render())
        (part / MANIFEST).write_bytes(Manifest.of(form, part, project).render())


def _unpinned(project: Project) -> Iterator[str]:
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


def differences(committed: Path, fresh: Path, contract: Path) -> list[str]:
    """The differences between the folder ``committed`` and the one just written into ``fresh``: a line for each."""
    names = {*EMITTERS, *(path.name for path in committed.glob("*") if path.name != "__pycache__")}
    found = (line for name in sorted(names) for line in _differences(committed / name, fresh / name, contract))
    # Every part was made from the same inputs.
    return [f"{line} (run: nox -s generate)" for line in dict.fromkeys(found)]


def _differences(committed: Path, fresh: Path, contract: Path) -> Iterator[str]:
    if not fresh.is_dir():
        yield f"{shown(committed)}: no generator writes this"
        return
    try:
        manifest = msgspec.json.decode((committed / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError):
        manifest = None
    new = msgspec.json.decode((fresh / MANIFEST).read_bytes(), type=Manifest)
    stale = list(_stale_inputs(manifest, new, contract)) if manifest else []
    yield from stale
    there, wanted = files(committed), files(fresh)
    for name in sorted(there.keys() | wanted.keys()):
        place = shown(committed / name)
        if name not in there:
            yield f"{place}: missing"
        elif name not in wanted:
            yield f"{place}: no generator writes this file"
        elif (content := there[name].read_bytes()) != wanted[name].read_bytes():
            written = manifest is None or manifest.files.get(name) == _hash(content)
            outdated = bool(stale) if name == MANIFEST else written
            yield f"{place}: {'out of date' if outdated else 'edited by hand'}"


def _stale_inputs(committed: Manifest, new: Manifest, contract: Path) -> Iterator[str]:
    for before, after, words in (
        (committed.contract, new.contract, f"{contract.parent / '{0}'}:"),
        (committed.pipeline, new.pipeline, "{0}:"),
        (committed.settings, new.settings, "pyproject.toml: [{0}]"),
        (committed.versions, new.versions, "pyproject.toml: {0} {1} -> {2}"),
    ):
        for name in sorted(before.keys() | after.keys()):
            old, own = before.get(name, "absent"), after.get(name, "absent")
            if old != own:
                yield f"{words.format(name, old, own)} changed since generated/ was written"
