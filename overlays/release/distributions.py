"""The files of one release, and the look inside them that decides whether they may leave."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from typing import TYPE_CHECKING

from attrs import frozen
from packaging.metadata import Metadata
from readme_renderer import markdown

from release.project import Project
from release.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = {"overlays/boltz_api": "boltz_api", "generated/boltz_api_generated": "boltz_api_generated"}
"""Where each shipped package stands in the tree, and what it is called in the wheel."""


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def metadata_of(wheel: Path) -> Metadata:
    """The core metadata in a wheel, which must be valid."""
    with zipfile.ZipFile(wheel) as content:
        (name,) = (name for name in content.namelist() if name.endswith(".dist-info/METADATA"))
        return Metadata.from_email(content.read(name))


@frozen
class Distributions:
    """A wheel and the sdist beside it."""

    wheel: Path
    sdist: Path

    @classmethod
    def find(cls, folder: Path, project: Project) -> Distributions:
        """The distributions of ``project`` in ``folder``."""
        stem = f"{project.stem}-{project.version}"
        return cls(wheel=folder / f"{stem}-py3-none-any.whl", sdist=folder / f"{stem}.tar.gz")

    @property
    def files(self) -> tuple[Path, Path]:
        """Both files."""
        return (self.wheel, self.sdist)

    def metadata(self) -> Metadata:
        """The core metadata in the wheel, which must be valid."""
        return metadata_of(self.wheel)

    def refuse_strays(self, export: Path) -> None:
        """Refuse a distribution that lacks a file of the packages in ``export``, or holds anything else."""
        project = Project.read(export)
        stem = f"{project.stem}-{project.version}"
        with zipfile.ZipFile(self.wheel) as wheel:
            _compare(self.wheel, set(wheel.namelist()), _belong_in_wheel(export, stem))
        with tarfile.open(self.sdist) as sdist:
            names = {member.name.removeprefix(f"{stem}/") for member in sdist.getmembers()}
            _compare(self.sdist, names, _belong_in_sdist(export))

    def refuse_broken_readme(self) -> None:
        """Refuse a long description that an index could not show."""
        metadata = self.metadata()
        if metadata.description_content_type != "text/markdown":
            raise Refusal(f"the README's type is {metadata.description_content_type}, not text/markdown")
        if not (metadata.description or "").strip() or not markdown.render(metadata.description or ""):
            raise Refusal("README.md is empty or does not render as Markdown")


def _belong_in_wheel(export: Path, stem: str) -> set[str]:
    licences = {f"{stem}.dist-info/licenses/LICENSE"}
    metadata = {f"{stem}.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD", *_entry_points(export))}
    return _packaged(export, PACKAGES) | licences | metadata


def _belong_in_sdist(export: Path) -> set[str]:
    # hatchling always takes .gitignore along: a build from the sdist must leave out the same files.
    tree = {".gitignore", "CHANGELOG.md", "LICENSE", "README.md", "openapi.yaml", "pyproject.toml"}
    return _packaged(export, {folder: folder for folder in PACKAGES}) | tree | {"PKG-INFO"}


def _packaged(export: Path, folders: dict[str, str]) -> set[str]:
    return {
        f"{name}/{file.relative_to(export / folder).as_posix()}"
        for folder, name in folders.items()
        for file in (export / folder).rglob("*")
        if file.is_file()
    }


def _entry_points(export: Path) -> tuple[str, ...]:
    pyproject = (export / "pyproject.toml").read_text("utf-8")
    declared = any(table in pyproject for table in ("[project.scripts]", "[project.entry-points"))
    return ("entry_points.txt",) if declared else ()


def _compare(file: Path, held: set[str], belong: set[str]) -> None:
    faults = [f"{name} does not belong" for name in sorted(held - belong)]
    faults += [f"{name} is missing" for name in sorted(belong - held)]
    if faults:
        raise Refusal(f"{file.name}: {'; '.join(faults[:5])}{'; …' if len(faults) > 5 else ''}")
