"""The project and its git repository: name, version, changelog, and the commit that a release is made from."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen
from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = {"overlays/boltz_api": "boltz_api", "generated/boltz_api_generated": "boltz_api_generated"}
"""Each shipped package: its folder in the tree, and its name in the wheel."""
GO_MODULE = "generated/go"
NORMAL_FORM = "generated/boltz_api_generated/openapi.json"

_HEADING = re.compile(r"^## \[?v?(\d[^\s\]]*)\]?(.*)$", re.MULTILINE)
_VERSION = re.compile(r"^__version__ = \"(?P<version>[^\"]+)\"$", re.MULTILINE)
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


class Refusal(Exception):  # noqa: N818 - it reports a decision, not a defect
    """The reason why a step does not go on. The command line prints it and exits with 1."""


@frozen
class Entry:
    """A release's section in the changelog."""

    version: Version
    dated: bool
    text: str


@frozen
class Project:
    """A source tree: the work tree, an export of a commit, or an unpacked sdist."""

    root: Path
    metadata: dict[str, Any]
    """The ``[project]`` table of ``pyproject.toml``."""
    version: Version
    changelog: tuple[Entry, ...]

    @classmethod
    def read(cls, root: Path) -> Project:
        """Read ``pyproject.toml`` and ``CHANGELOG.md`` in ``root``, and the version from hatch's version file."""
        pyproject = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
        place = root / pyproject["tool"]["hatch"]["version"]["path"]
        stated = _VERSION.search(place.read_text("utf-8"))
        if stated is None:
            raise Refusal(f'{place} states no version; it needs a line such as __version__ = "1.2.3"')
        changelog = root / "CHANGELOG.md"
        entries = _entries(changelog.read_text("utf-8")) if changelog.exists() else ()
        return cls(root, pyproject["project"], Version(stated["version"]), entries)

    @property
    def name(self) -> str:
        """The distribution's name."""
        return str(self.metadata["name"])

    @property
    def stem(self) -> str:
        """Name and version as file names begin with them."""
        return f"{re.sub(r'[-_.]+', '_', self.name).lower()}-{self.version}"

    @property
    def pythons(self) -> list[str]:
        """The Python versions that the classifiers declare."""
        prefix = "Programming Language :: Python :: 3."
        return [line.rpartition(" ")[2] for line in self.metadata["classifiers"] if line.startswith(prefix)]

    def refuse_unannounced(self, *, final: bool) -> None:
        """Refuse a version without an entry in the changelog; a final one needs its date."""
        entry = next((entry for entry in self.changelog if entry.version == self.version and entry.text), None)
        if entry is None:
            raise Refusal(f"CHANGELOG.md has no entry for {self.version}; say there what changes for users")
        if final and not entry.dated:
            raise Refusal(f"the entry for {self.version} in CHANGELOG.md has no date yet; give it the release's")


def _entries(changelog: str) -> tuple[Entry, ...]:
    parts = _HEADING.split(changelog)[1:]  # a version, the rest of its heading, and its text, in turn
    return tuple(
        Entry(Version(version), bool(_DATE.search(rest)), text.strip())
        for version, rest, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    )


@frozen
class Commit:
    """A commit, and the time that every file built from it carries."""

    sha: str
    time: datetime


@frozen
class Repository:
    """A git work tree."""

    root: Path

    def commit(self, revision: str = "HEAD") -> Commit:
        """The commit that ``revision`` names."""
        sha, time = self._git("log", "-1", "--format=%H %ct", "--end-of-options", revision, "--").split()
        return Commit(sha=sha, time=datetime.fromtimestamp(int(time), UTC))

    def changed(self) -> list[str]:
        """The files in which the work tree differs from its commit."""
        return [line[3:] for line in self._git("status", "--porcelain", "--untracked-files=normal").splitlines()]

    def export(self, revision: str, folder: Path) -> Path:
        """Write the files of ``revision``, and nothing else, into the new folder ``folder``."""
        # Without autocrlf=false a Windows checkout's line endings would get into the archive.
        archive = self._run("-c", "core.autocrlf=false", "archive", "--format=tar", revision)
        folder.mkdir(parents=True)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        return folder

    def files(self) -> list[str]:
        """The files of the work tree that git tracks or would track."""
        listed = self._git("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
        return sorted(name for name in set(listed) if name and (self.root / name).is_file())

    def create(self, message: str) -> None:
        """Make a repository of the folder, with all its files in one commit."""
        identity = ("-c", f"user.name={message}", "-c", "user.email=nobody@localhost", "-c", "commit.gpgsign=false")
        self._git("init", "--quiet", "--initial-branch", "main")
        self._git("add", "--all")
        self._git(*identity, "commit", "--quiet", "--no-verify", "--message", message)

    def release_tags(self) -> dict[Version, str]:
        """The tags that name a release (``v1.2.3``), by version."""
        tags: dict[Version, str] = {}
        for tag in self._git("tag", "--list", "v*").split():
            try:
                tags[Version(tag)] = tag
            except InvalidVersion:
                continue
        return tags

    @property
    def shallow(self) -> bool:
        """True if the clone lacks a part of the history, and perhaps the tags with it."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == "true"

    def _git(self, *arguments: str) -> str:
        return self._run(*arguments).decode()

    def _run(self, *arguments: str) -> bytes:
        # A hook exports GIT_DIR and similar variables, which would point at its own repository.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        try:
            done = subprocess.run(["git", *arguments], cwd=self.root, env=environment, capture_output=True, check=False)
        except FileNotFoundError as error:
            raise Refusal("git is not on the path; a release is made from a commit") from error
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
            raise Refusal(f"git {' '.join(arguments[:4])}: {reason[-1]}")
        return done.stdout


def run_codegen(tree: Path, command: str, failure: str) -> str:
    """Run a command of the pipeline in ``tree``, with the pipeline of that tree; return its output."""
    done = subprocess.run(
        [sys.executable, "-m", "codegen", command],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree / "overlays"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Refusal(f"{failure}\n{(done.stdout + done.stderr).strip()}")
    return done.stdout
