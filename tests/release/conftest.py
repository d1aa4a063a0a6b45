"""A copy of the project under git, what a build of it gives, and an index to publish it to."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
from packaging.version import Version

from release import embedded_index
from release.build import Release, build_twice, deliver
from release.credentials import Credentials
from release.embedded_index import EmbeddedIndex
from release.project import Project
from release.repository import Repository

IDENTITY = ["-c", "user.name=Release Test", "-c", "user.email=release@test.invalid", "-c", "commit.gpgsign=false"]


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests gets in, and no failed upload is retried for seconds."""
    for name in ("UV_PUBLISH_TOKEN", "UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD", "UV_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")


@pytest.fixture(scope="session")
def copied(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files as one commit in a repository of their own. Shared: tests that change them use `tree`."""
    folder = tmp_path_factory.mktemp("copied") / "project"
    for name in Repository(root).files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, folder / name)
    # As before the first release, whatever the project's own history has come to.
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n## {Project.read(folder).version} - Unreleased\n\nNews.\n")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "The project", "--date", "2026-01-02T03:04:05Z")
    return folder


@pytest.fixture
def tree(copied: Path, tmp_path: Path) -> Path:
    """The project's files in a repository of their own, to change at will."""
    git(tmp_path, "clone", "--quiet", str(copied), "tree")
    return tmp_path / "tree"


@pytest.fixture(scope="session")
def version(root: Path) -> Version:
    """The project's version."""
    return Project.read(root).version


@pytest.fixture(scope="session")
def release(copied: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The project's release."""
    folder = tmp_path_factory.mktemp("release")
    repository = Repository(copied)
    commit = repository.head()
    export = repository.export(commit.sha, folder / "source")
    distributions = build_twice(repository, commit, export, folder)
    return deliver(repository, commit, Project.read(export), distributions, folder / "dist")


@pytest.fixture
def index(tmp_path: Path) -> Generator[EmbeddedIndex]:
    """A running index with nothing in it; its folder is `tmp_path / "index"`."""
    with embedded_index.serve(tmp_path / "index") as running:
        yield running


@pytest.fixture
def publisher(index: EmbeddedIndex) -> Credentials:
    """Who may publish to the index."""
    return index.publisher
