"""The git repository as the source of a release: a commit, never the files that happen to lie around."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import frozen
from packaging.version import InvalidVersion, Version

from release.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path


@frozen
class Commit:
    """A commit, and the time that every file built from it carries."""

    sha: str
    time: datetime

    @property
    def epoch(self) -> str:
        """The time as ``SOURCE_DATE_EPOCH`` wants it."""
        return str(int(self.time.timestamp()))


@frozen
class Repository:
    """A git work tree."""

    root: Path

    def head(self) -> Commit:
        """The commit that is checked out."""
        return self.commit("HEAD")

    def commit(self, revision: str) -> Commit:
        """The commit that ``revision`` names."""
        sha, time = self._git("log", "-1", "--format=%H %ct", revision, "--").split()
        return Commit(sha=sha, time=datetime.fromtimestamp(int(time), UTC))

    def refuse_dirty(self) -> None:
        """Refuse a work tree that differs from its commit: what is built must be what is recorded."""
        changed = self._git("status", "--porcelain", "--untracked-files=normal").splitlines()
        if changed:
            names = ", ".join(line[3:] for line in changed[:3]) + (", …" if len(changed) > 3 else "")
            raise Refusal(f"the work tree differs from its commit ({names}); commit, or stash what does not belong")

    def export(self, revision: str, into: Path) -> Path:
        """Write the files of ``revision``, and nothing else, into the new folder ``into``."""
        # Without autocrlf=false a Windows checkout's line endings would get into the archive.
        archive = self._run("-c", "core.autocrlf=false", "archive", "--format=tar", revision)
        into.mkdir(parents=True)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(into, filter="data")
        return into

    def files(self) -> list[str]:
        """The files of the work tree that git tracks or would track."""
        listed = self._git("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
        return sorted(name for name in set(listed) if name and (self.root / name).is_file())

    def start(self, message: str) -> None:
        """Make a repository of the folder, with all its files as the one commit."""
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

    def is_shallow(self) -> bool:
        """Whether the clone holds only a part of the history, and so perhaps not the tags."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == "true"

    def _git(self, *arguments: str) -> str:
        return self._run(*arguments).decode()

    def _run(self, *arguments: str) -> bytes:
        # A hook exports GIT_DIR and its kin; they would point at its own repository.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        try:
            done = subprocess.run(["git", *arguments], cwd=self.root, env=environment, capture_output=True, check=False)
        except FileNotFoundError as error:
            raise Refusal("git is not on the path; a release is made from a commit") from error
        if done.returncode != 0:
            reason = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
            raise Refusal(f"git {' '.join(arguments[:4])}: {reason[-1]}")
        return done.stdout
