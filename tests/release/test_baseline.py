"""Finding the last release, and not taking a poor clone for a first release."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from packaging.version import Version

from release import baseline
from release.build import Release
from release.credentials import Credentials
from release.embedded_index import EmbeddedIndex
from release.project import Project
from release.publish import publish
from release.published import look_up
from release.refusal import Refusal
from release.report import Question
from release.repository import Repository


class Clone:
    """A work tree that moves from release to release."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.repository = Repository(tree)

    @property
    def project(self) -> Project:
        return Project.read(self.tree)

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=Release Test", "-c", "user.email=release@test.invalid"]
        subprocess.run(["git", *identity, *arguments], cwd=self.tree, check=True, capture_output=True)

    def move_to(self, version: Version) -> None:
        """Raise the version, tell of it in the changelog, commit."""
        package = self.tree / "overlays" / "boltz_api" / "__init__.py"
        before, after = (f'__version__ = "{each}"' for each in (self.project.version, version))
        assert before in package.read_text("utf-8")
        package.write_text(package.read_text("utf-8").replace(before, after), "utf-8")
        changelog = self.tree / "CHANGELOG.md"
        changelog.write_text(f"## {version} - 2026-02-03\nNews.\n\n{changelog.read_text('utf-8')}", "utf-8")
        self.git("commit", "--quiet", "--all", "--message", f"Release {version}")

    def find(self, scratch: Path) -> baseline.Baseline | None:
        return baseline.find(self.repository, self.project, None, scratch / "found")


def after(version: Version, steps: int = 1) -> Version:
    """A later version that breaks nothing."""
    return Version(f"{version.major}.{version.minor}.{version.micro + steps}")


@pytest.fixture
def clone(tree: Path) -> Clone:
    return Clone(tree)


def test_before_the_first_release_there_is_none(clone: Clone, tmp_path: Path) -> None:
    assert clone.find(tmp_path) is None


def test_the_last_release_is_the_highest_tag_below(clone: Clone, version: Version, tmp_path: Path) -> None:
    clone.git("tag", f"v{version}")
    for step in (9, 10):
        clone.move_to(after(version, step))
        clone.git("tag", f"v{after(version, step)}")
    clone.git("tag", "vnext")
    clone.move_to(after(version, 11))
    found = clone.find(tmp_path)
    assert found is not None
    assert (after(version, 10), f"git v{after(version, 10)}") == (found.version, found.origin)
    assert found.version == Project.read(found.tree).version


def test_a_tag_on_this_commit_names_the_release_in_the_making(clone: Clone, version: Version, tmp_path: Path) -> None:
    clone.git("tag", f"v{version}")
    assert clone.find(tmp_path) is None
    clone.move_to(after(version))
    clone.git("tag", f"v{after(version)}")
    found = clone.find(tmp_path)
    assert found is not None
    assert version == found.version


def test_work_after_a_release_is_measured_against_it_before_the_version_moves(
    clone: Clone, version: Version, tmp_path: Path
) -> None:
    clone.git("tag", f"v{version}")
    (clone.tree / "README.md").write_text("More.")
    clone.git("commit", "--quiet", "--all", "--message", "More")
    found = clone.find(tmp_path)
    assert found is not None
    assert version == found.version


def test_a_clone_without_the_tags_that_the_changelog_tells_of_is_refused(
    clone: Clone, version: Version, tmp_path: Path
) -> None:
    clone.move_to(after(version))
    with pytest.raises(Refusal, match=f"tells of release {version}, but neither tags nor an index know it: fetch"):
        clone.find(tmp_path)


def test_a_clone_with_only_older_tags_is_refused(clone: Clone, version: Version, tmp_path: Path) -> None:
    clone.git("tag", f"v{version}")
    clone.move_to(after(version))
    clone.move_to(after(version, 2))
    with pytest.raises(Refusal, match=f"tells of release {after(version)}, but only {version} is found"):
        clone.find(tmp_path)


def test_a_shallow_clone_without_tags_is_refused(clone: Clone, tmp_path: Path) -> None:
    (clone.tree / "README.md").write_text("More.")
    clone.git("commit", "--quiet", "--all", "--message", "More")
    subprocess.run(
        ["git", "clone", "--quiet", "--depth", "1", clone.tree.as_uri(), str(tmp_path / "shallow")], check=True
    )
    with pytest.raises(Refusal, match="this clone is shallow and may lack the tags"):
        Clone(tmp_path / "shallow").find(tmp_path)


def test_the_index_is_asked_first(
    clone: Clone, version: Version, release: Release, index: EmbeddedIndex, publisher: Credentials, tmp_path: Path
) -> None:
    publish(release, index.target, publisher, Question(first=True))
    clone.git("tag", f"v{version}")
    clone.move_to(after(version))
    shelf = look_up(index.target, "boltz-api-keys", None)
    found = baseline.find(clone.repository, clone.project, shelf, tmp_path / "found")
    assert found is not None
    assert (version, "the embedded index") == (found.version, found.origin)
    assert (clone.tree / "openapi.yaml").read_bytes() == (found.tree / "openapi.yaml").read_bytes()
    assert (found.tree / "overlays" / "boltz_api").is_dir()


def test_a_release_on_the_index_alone_is_found_where_tags_are_missing(
    clone: Clone, version: Version, release: Release, index: EmbeddedIndex, publisher: Credentials, tmp_path: Path
) -> None:
    publish(release, index.target, publisher, Question(first=True))
    clone.move_to(after(version))
    shelf = look_up(index.target, "boltz-api-keys", None)
    found = baseline.find(clone.repository, clone.project, shelf, tmp_path / "found")
    assert found is not None
    assert found.origin == "the embedded index"


def test_bytes_that_differ_from_what_the_index_announced_are_refused(
    release: Release, index: EmbeddedIndex, publisher: Credentials, tmp_path: Path
) -> None:
    publish(release, index.target, publisher, Question(first=True))
    shelf = look_up(index.target, "boltz-api-keys", None)
    served = tmp_path / "index" / release.distributions.sdist.name
    served.write_bytes(served.read_bytes() + b"more")
    with pytest.raises(Refusal, match=r"\.tar\.gz: the index served other bytes than it announced"):
        baseline.from_index(shelf, release.project.version, tmp_path / "found")


@pytest.mark.parametrize("since", ["VERSION", "vVERSION", "main", "HEAD"])
def test_a_release_can_be_named(clone: Clone, version: Version, since: str, tmp_path: Path) -> None:
    clone.git("tag", f"v{version}")
    found = baseline.named(since.replace("VERSION", str(version)), clone.repository, None, tmp_path / "found")
    assert version == found.version


def test_a_release_that_is_nowhere_is_refused(clone: Clone, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"no tag names a release 99"):
        baseline.named("99", clone.repository, None, tmp_path / "found")
    with pytest.raises(Refusal, match=r"unknown revision|bad revision"):
        baseline.named("nowhere", clone.repository, None, tmp_path / "found")
