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

    def move_to(self, version: str) -> None:
        """Raise the version, tell of it in the changelog, commit."""
        old = str(self.project.version)
        pyproject = self.tree / "pyproject.toml"
        pyproject.write_text(pyproject.read_text("utf-8").replace(f'version = "{old}"', f'version = "{version}"'))
        changelog = self.tree / "CHANGELOG.md"
        changelog.write_text(f"## {version} - 2026-02-03\nNews.\n\n{changelog.read_text('utf-8')}", "utf-8")
        self.git("commit", "--quiet", "--all", "--message", f"Release {version}")

    def find(self, scratch: Path) -> baseline.Baseline | None:
        return baseline.find(self.repository, self.project, None, scratch / "found")


@pytest.fixture
def clone(tree: Path) -> Clone:
    return Clone(tree)


def test_before_the_first_release_there_is_none(clone: Clone, tmp_path: Path) -> None:
    assert clone.find(tmp_path) is None


def test_the_last_release_is_the_highest_tag_below(clone: Clone, tmp_path: Path) -> None:
    for version in ("0.1.0", "0.1.9", "0.1.10"):
        if version != "0.1.0":
            clone.move_to(version)
        clone.git("tag", f"v{version}")
    clone.git("tag", "vnext")
    clone.move_to("0.2.0")
    found = clone.find(tmp_path)
    assert found is not None
    assert (Version("0.1.10"), "git v0.1.10") == (found.version, found.origin)
    assert 'version = "0.1.10"' in (found.tree / "pyproject.toml").read_text("utf-8")


def test_a_tag_on_this_commit_names_the_release_in_the_making(clone: Clone, tmp_path: Path) -> None:
    clone.git("tag", "v0.1.0")
    assert clone.find(tmp_path) is None
    clone.move_to("0.1.1")
    clone.git("tag", "v0.1.1")
    found = clone.find(tmp_path)
    assert found is not None
    assert Version("0.1.0") == found.version


def test_work_after_a_release_is_measured_against_it_before_the_version_moves(clone: Clone, tmp_path: Path) -> None:
    clone.git("tag", "v0.1.0")
    (clone.tree / "README.md").write_text("More.")
    clone.git("commit", "--quiet", "--all", "--message", "More")
    found = clone.find(tmp_path)
    assert found is not None
    assert Version("0.1.0") == found.version


def test_a_clone_without_the_tags_that_the_changelog_tells_of_is_refused(clone: Clone, tmp_path: Path) -> None:
    clone.move_to("0.1.1")
    with pytest.raises(Refusal, match=r"tells of release 0\.1\.0, but neither tags nor an index know it: fetch"):
        clone.find(tmp_path)


def test_a_clone_with_only_older_tags_is_refused(clone: Clone, tmp_path: Path) -> None:
    clone.git("tag", "v0.1.0")
    clone.move_to("0.1.1")
    clone.move_to("0.1.2")
    with pytest.raises(Refusal, match=r"tells of release 0\.1\.1, but only 0\.1\.0 is found"):
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
    clone: Clone, release: Release, index: EmbeddedIndex, publisher: Credentials, tmp_path: Path
) -> None:
    publish(release, index.target, publisher, Question(first=True))
    clone.git("tag", "v0.1.0")
    clone.move_to("0.2.0")
    shelf = look_up(index.target, "boltz-api-keys", None)
    found = baseline.find(clone.repository, clone.project, shelf, tmp_path / "found")
    assert found is not None
    assert (Version("0.1.0"), "the embedded index") == (found.version, found.origin)
    assert (clone.tree / "openapi.yaml").read_bytes() == (found.tree / "openapi.yaml").read_bytes()
    assert (found.tree / "overlays" / "boltz_api").is_dir()


def test_a_release_on_the_index_alone_is_found_where_tags_are_missing(
    clone: Clone, release: Release, index: EmbeddedIndex, publisher: Credentials, tmp_path: Path
) -> None:
    publish(release, index.target, publisher, Question(first=True))
    clone.move_to("0.1.1")
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


@pytest.mark.parametrize("since", ["0.1.0", "v0.1.0", "main", "HEAD"])
def test_a_release_can_be_named(clone: Clone, since: str, tmp_path: Path) -> None:
    clone.git("tag", "v0.1.0")
    found = baseline.named(since, clone.repository, None, tmp_path / "found")
    assert Version("0.1.0") == found.version


def test_a_release_that_is_nowhere_is_refused(clone: Clone, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"no tag names a release 0\.9"):
        baseline.named("0.9", clone.repository, None, tmp_path / "found")
    with pytest.raises(Refusal, match=r"unknown revision|bad revision"):
        baseline.named("nowhere", clone.repository, None, tmp_path / "found")
