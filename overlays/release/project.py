"""What the source tree says about itself: its name, its version, and the changelog's word on each release."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from attrs import frozen
from packaging.version import InvalidVersion, Version

from codegen.contract import Contract
from release.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_HEADING = re.compile(r"^## \[?v?(?P<version>\d[^\s\]]*)\]?(?P<rest>.*)$", re.MULTILINE)
_VERSION = re.compile(r"^__version__ = \"(?P<version>[^\"]+)\"$", re.MULTILINE)
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


@frozen
class Entry:
    """A release's section in the changelog."""

    version: Version
    dated: bool
    """Whether the heading carries a date; an entry without one is still being written."""
    text: str


@frozen
class Project:
    """A source tree: the work tree, an export of a commit, or an unpacked sdist."""

    root: Path
    name: str
    version: Version
    contract_version: Version
    changelog: tuple[Entry, ...]
    """Newest first, as in the file."""

    @classmethod
    def read(cls, root: Path) -> Project:
        """Read ``pyproject.toml``, ``openapi.yaml`` and ``CHANGELOG.md`` in ``root``."""
        pyproject = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
        changelog = root / "CHANGELOG.md"
        return cls(
            root=root,
            name=pyproject["project"]["name"],
            version=Version(_version(root, pyproject)),
            contract_version=contract_version(Contract.read(root / "openapi.yaml")),
            changelog=entries(changelog.read_text("utf-8")) if changelog.exists() else (),
        )

    @property
    def stem(self) -> str:
        """The name as it stands in file names."""
        return re.sub(r"[-_.]+", "_", self.name).lower()

    def entry(self, version: Version) -> Entry | None:
        """The changelog's entry for ``version``, if it has one that says anything."""
        return next((entry for entry in self.changelog if entry.version == version and entry.text), None)

    def refuse_diverged_versions(self) -> None:
        """Refuse a package and a contract whose versions differ in more than the last number."""
        if self.version.release[:2] != self.contract_version.release[:2]:
            raise Refusal(
                f"version {self.version} of the package and info.version {self.contract_version} in openapi.yaml "
                "must share their first two numbers"
            )


def _version(root: Path, pyproject: Mapping[str, Any]) -> str:
    place = root / pyproject["tool"]["hatch"]["version"]["path"]
    stated = _VERSION.search(place.read_text("utf-8"))
    if stated is None:
        raise Refusal(f'{place} states no version; it needs a line such as __version__ = "1.2.3"')
    return stated["version"]


def contract_version(contract: Contract) -> Version:
    """The contract's ``info.version``."""
    info = contract.document.get("info")
    stated = info.get("version") if isinstance(info, dict) else None
    try:
        return Version(str(stated))
    except InvalidVersion:
        raise Refusal(f"{contract.file}: info.version is {stated!r}, not a version such as 1.2.3") from None


def entries(changelog: str) -> tuple[Entry, ...]:
    """The entries of a changelog: its headings ``## 1.2.3 - 2026-01-31``, each with the text up to the next."""
    headings = list(_HEADING.finditer(changelog))
    ends = [heading.start() for heading in headings[1:]] + [len(changelog)]
    return tuple(
        Entry(
            version=Version(heading["version"]),
            dated=bool(_DATE.search(heading["rest"])),
            text=changelog[heading.end() : end].strip(),
        )
        for heading, end in zip(headings, ends, strict=True)
    )
