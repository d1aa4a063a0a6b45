"""What ``generated/`` was made from, and what it holds: hashes that pin the one to the other."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen

from codegen.surface import Surface

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from codegen.normal_form import NormalForm
    from codegen.project import Project

Hashes: TypeAlias = "Mapping[str, str]"

NAME: Final = "manifest.json"

# They drive and check; what they do cannot change a byte that the generators write.
_NO_GENERATORS: Final = frozenset(
    {"__main__.py", "bindings.py", "lint.py", "redocly.py", "surface_diff.py", "swap.py", "verification.py"}
)
_SETTINGS: Final = ("datamodel-codegen",)


@frozen
class Manifest:
    """The content of ``manifest.json``."""

    contract: str
    """The hash of the contract's bytes."""
    pipeline: Hashes
    """Templates and generator code, by path from the top of the project."""
    settings: Hashes
    """Tables of ``pyproject.toml`` that decide what is written, by name."""
    versions: Mapping[str, str]
    """The pinned versions of the generators and the formatter."""
    files: Hashes
    """Everything that was written besides the manifest, by path in the package."""
    surface: Surface
    """The API itself, for a comparison in its own terms."""

    @classmethod
    def of(cls, form: NormalForm, folder: Path, project: Project) -> Manifest:
        """The manifest of the package that was written into ``folder``."""
        return cls(
            contract=form.contract.sha256,
            pipeline={path.relative_to(project.root).as_posix(): _hash(path) for path in _generators(project.pipeline)},
            settings={
                f"tool.{name}": digest(json.dumps(project.settings(name), sort_keys=True).encode())
                for name in _SETTINGS
            },
            versions=dict(sorted(project.pins().items())),
            files=hashes(folder),
            surface=Surface.of(form),
        )

    @classmethod
    def parse(cls, source: bytes) -> Manifest:
        """What ``render`` wrote; ``ValueError`` if ``source`` is something else."""
        try:
            data = json.loads(source)
            return cls(**(data | {"surface": Surface.from_rows(data["surface"])}))
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"not a manifest: {error}") from None

    def render(self) -> bytes:
        """The manifest as JSON: the same bytes for the same content."""
        data = {
            "contract": self.contract,
            "pipeline": self.pipeline,
            "settings": self.settings,
            "versions": self.versions,
            "files": self.files,
        }
        hashes = json.dumps(data, indent=2, ensure_ascii=False).removesuffix("\n}")
        # One element a line, so that a diff of the file reads as one of the API.
        rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in self.surface.rows())
        return f'{hashes},\n  "surface": [\n{rows}\n  ]\n}}\n'.encode()


def hashes(folder: Path) -> Hashes:
    """The hash of every file of a generated package but its manifest, by path."""
    return {name: _hash(path) for name, path in files(folder).items() if name != NAME}


def files(folder: Path) -> Mapping[str, Path]:
    """Every file of a generated package, by path. What Python and type checkers cache there is none of it."""
    found = (path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    named = ((path.relative_to(folder).as_posix(), path) for path in found)
    return dict(sorted((name, path) for name, path in named if "__pycache__/" not in name))


def _generators(pipeline: Path) -> Iterator[Path]:
    code = (path for path in pipeline.glob("*.py") if path.name not in _NO_GENERATORS)
    templates = (path for path in (pipeline / "templates").rglob("*") if path.is_file() and path.suffix != ".pyc")
    yield from sorted((*code, *templates))


def _hash(path: Path) -> str:
    return digest(path.read_bytes())


def digest(content: bytes) -> str:
    """The hash of ``content``."""
    return hashlib.sha256(content).hexdigest()
