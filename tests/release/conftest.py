"""A copy of the project under git, a release of it, an index to publish to, and somebody who runs the commands."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest
from attrs import define, evolve
from packaging.version import Version

from release import embedded_index
from release.__main__ import main
from release.build import Release, build
from release.index import Index
from release.project import Project, Repository

IDENTITY = ["-c", "user.name=Release Test", "-c", "user.email=release@test.invalid", "-c", "commit.gpgsign=false"]


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@define
class Maintainer:
    """Somebody at a clone of the project, with the release commands and nothing else."""

    tree: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def version(self) -> Version:
        return Project.read(self.tree).version

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run `python -m release` in the clone; its exit code and what it printed."""
        self.capsys.readouterr()
        code = main(list(arguments))
        return (code, *self.capsys.readouterr())

    def refused(self, *arguments: str) -> str:
        """Run a step that has to refuse, in one sentence."""
        code, _, error = self.run(*arguments)
        assert (1, "error: ") == (code, error[:7]), error
        assert error.count("\n") == 1, error
        return error[7:-1]

    def git(self, *arguments: str) -> str:
        return git(self.tree, *arguments)

    def edit(self, file: str, before: str, after: str) -> None:
        text = (self.tree / file).read_text("utf-8")
        assert before in text
        (self.tree / file).write_text(text.replace(before, after, 1), "utf-8")

    def commit(self, message: str = "Work") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def raise_version(self, steps: int = 1) -> Version:
        """Raise the last number, say so in the changelog, commit."""
        now = self.version
        raised = Version(f"{now.major}.{now.minor}.{now.micro + steps}")
        self.edit("overlays/boltz_api/__init__.py", f'__version__ = "{now}"', f'__version__ = "{raised}"')
        self.edit("CHANGELOG.md", "## ", f"## {raised} - 2026-02-03\nNews.\n\n## ")
        self.commit(f"Release {raised}")
        return raised


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests gets in, and no failed upload is retried for seconds."""
    for name in ("TOKEN", "USERNAME", "PASSWORD", "URL", "CHECK_URL", "INDEX"):
        monkeypatch.delenv(f"UV_PUBLISH_{name}", raising=False)
    monkeypatch.delenv("UV_CONFIG_FILE", raising=False)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")


@pytest.fixture(scope="session")
def copied(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files as one commit in a repository of their own. Shared: tests that change them use `tree`."""
    folder = tmp_path_factory.mktemp("copied") / "project"
    for name in Repository(root).files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, folder / name)
    # As before the first release, whatever the project's own history has come to.
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n## {Project.read(folder).version} - 2026-01-02\n\nNews.\n")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "The project", "--date", "2026-01-02T03:04:05Z")
    return folder


@pytest.fixture
def tree(copied: Path, tmp_path: Path) -> Path:
    """The project's files in a repository of their own, to change at will."""
    git(tmp_path, "clone", "--quiet", str(copied), "tree")
    return tmp_path / "tree"


@pytest.fixture
def maintainer(tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Maintainer:
    monkeypatch.chdir(tree)
    return Maintainer(tree, capsys)


@pytest.fixture(scope="session")
def built(copied: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The project's release. Shared: tests that change its files use `release`."""
    return build(copied, tmp_path_factory.mktemp("release") / "dist")


@pytest.fixture
def release(built: Release, tmp_path: Path) -> Release:
    """The project's release, to change at will."""
    shutil.copytree(built.folder, tmp_path / "dist")
    return evolve(built, folder=tmp_path / "dist")


@pytest.fixture
def without_build(release: Release, monkeypatch: pytest.MonkeyPatch) -> Release:
    """`publish` takes the release that is built already."""
    monkeypatch.setattr("release.__main__._build", lambda options: release)
    return release


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Index]:
    """A running index without files, its credentials in the environment; its folder is `tmp_path / "index"`."""
    with embedded_index.serve(tmp_path / "index") as running:
        assert running.credentials is not None
        monkeypatch.setenv("UV_PUBLISH_USERNAME", running.credentials.username)
        monkeypatch.setenv("UV_PUBLISH_PASSWORD", running.credentials.password)
        yield running
