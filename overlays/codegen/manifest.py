"""The inputs that generated files were made from, and the files: hashes that pin the one to the other."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import asdict, fields, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codegen.normal_form import NormalForm
    from codegen.project import Project

Hashes: TypeAlias = "Mapping[str, str]"

NAME: Final = "manifest.json"

# They drive and check; what they do cannot change a byte that is written.
_NO_GENERATORS: Final = frozenset(
    {"__main__.py", "contract_diff.py", "lint.py", "redocly.py", "swap.py", "verification.py"}
)
_SETTINGS: Final = ("boltz-go", "datamodel-codegen")


@frozen
class Manifest:
    """The content of ``manifest.json``."""

    contract: Hashes
    """The files of the contract, by path from the folder of the main one."""
    pipeline: Hashes
    """Templates and generator code, by path from the top of the project."""
    settings: Hashes
    """Tables of ``pyproject.toml`` that decide what is written, by name."""
    versions: Mapping[str, str]
    """The pinned versions of the generators and the formatter."""
    files: Hashes
    """Everything that was written besides the manifest, by path in the folder."""

    @classmethod
    def of(cls, form: NormalForm, folder: Path, project: Project) -> Manifest:
        """Return the manifest of the files that were written into ``folder``."""
        main = Path(next(iter(form.hashes)))
        return cls(
            contract={Path(os.path.relpath(file, main.parent)).as_posix(): own for file, own in form.hashes.items()},
            pipeline={path.relative_to(project.root).as_posix(): _hash(path) for path in _generators(project.pipeline)},
            settings={
                f"tool.{name}": digest(json.dumps(project.settings(name), sort_keys=True).encode())
                for name in _SETTINGS
            },
            versions=dict(sorted(project.pins().items())),
            files={name: _hash(path) for name, path in files(folder).items() if name != NAME},
        )

    @classmethod
    def parse(cls, source: bytes) -> Manifest:
        """Read what ``render`` wrote; ``ValueError`` if ``source`` is something else."""
        data: dict[str, dict[str, str]] = json.loads(source)
        names = [own.name for own in fields(cls)]
        try:
            return cls(**{name: dict(data[name]) for name in names})
        except (TypeError, KeyError) as error:
            raise ValueError(f"not a manifest: {error}") from None

    def render(self) -> bytes:
        """Return the manifest as JSON: the same bytes for the same content."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False).encode() + b"\n"


def files(folder: Path) -> Mapping[str, Path]:
    """Every file of a generated folder, by path. What Python and type checkers cache there is none of it."""
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    named = ((path.relative_to(folder).as_posix(), path) for path in found)
    return dict(sorted((name, path) for name, path in named if "__pycache__/" not in name))


def _generators(pipeline: Path) -> Iterator[Path]:
    code = (path for path in pipeline.glob("*.py") if path.name not in _NO_GENERATORS)
    templates = (path for path in (pipeline / "templates").rglob("*") if path.is_file() and path.suffix != ".pyc")
    go = (path for path in (pipeline.parent / "go").rglob("*.go") if not path.name.endswith("_test.go"))
    yield from sorted((*code, *templates, *go))


def _hash(path: Path) -> str:
    return digest(path.read_bytes())


def digest(content: bytes) -> str:
    """Return the hash of ``content``."""
    return hashlib.sha256(content).hexdigest()
