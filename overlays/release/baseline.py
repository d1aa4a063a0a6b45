"""The last release: what a change is measured against."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

from attrs import frozen
from packaging.version import InvalidVersion, Version

from release.project import Project
from release.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from release.published import Shelf
    from release.repository import Repository


@frozen
class Baseline:
    """A release and its source."""

    version: Version
    origin: str
    """Where it was found, for the report."""
    tree: Path
    """Its source: ``openapi.yaml`` and the packages, as in the repository."""


def find(
    repository: Repository, project: Project, shelf: Shelf | None, scratch: Path, *, publishing: bool = False
) -> Baseline | None:
    """The last release before what is in the work tree, from the index or the tags; ``None`` before the first.

    The changelog is the witness. Where it names an earlier release that neither the index nor the tags know, this
    clone is not the place to judge from, and the search is refused rather than taken for a first release.

    Args:
        repository: The repository, for its tags.
        project: The project in the work tree.
        shelf: What the index holds, if one was named.
        scratch: An empty folder for the release's source.
        publishing: Whether the index may hold a part of the release in the making, from an upload that broke off.

    """
    indexed = [version for version in shelf.versions if version <= project.version] if shelf else []
    if publishing and project.version in indexed:
        indexed.remove(project.version)
    head = repository.head().sha
    tags = {
        version: tag
        for version, tag in repository.release_tags().items()
        # A tag on this very commit names the release in the making.
        if version < project.version or (version == project.version and repository.commit(tag).sha != head)
    }
    last = max([*indexed, *tags], default=None)
    _refuse_gap(repository, project, last)
    if last is None:
        return None
    if shelf and last in indexed:
        return from_index(shelf, last, scratch)
    return from_revision(repository, tags[last], scratch)


def named(since: str, repository: Repository, shelf: Shelf | None, scratch: Path) -> Baseline:
    """The release that ``since`` names: a version, on the index or as a tag, or else any git revision."""
    try:
        version = Version(since)
    except InvalidVersion:
        return from_revision(repository, since, scratch)
    if shelf and version in shelf.versions:
        return from_index(shelf, version, scratch)
    tag = repository.release_tags().get(version)
    if tag is not None:
        return from_revision(repository, tag, scratch)
    where = f"neither {shelf.target.name} nor the tags have" if shelf else "no tag names"
    raise Refusal(f"{where} a release {version}; `git fetch --tags` may bring it, or name another with --since")


def from_revision(repository: Repository, revision: str, scratch: Path) -> Baseline:
    """The source at a git revision."""
    commit = repository.commit(revision)
    tree = repository.export(commit.sha, scratch / "baseline")
    return Baseline(version=Project.read(tree).version, origin=f"git {revision}", tree=tree)


def from_index(shelf: Shelf, version: Version, scratch: Path) -> Baseline:
    """The source in a published sdist."""
    sdist = shelf.sdist(version)
    if sdist is None:
        raise Refusal(f"{shelf.target.name} has {version} without an sdist, which holds its contract; use --since")
    scratch.mkdir(parents=True, exist_ok=True)
    with tarfile.open(shelf.download(sdist, scratch)) as archive:
        archive.extractall(scratch, filter="data")
    return Baseline(version=version, origin=shelf.target.name, tree=scratch / sdist.name.removesuffix(".tar.gz"))


def _refuse_gap(repository: Repository, project: Project, last: Version | None) -> None:
    told = max((entry.version for entry in project.changelog if entry.version < project.version), default=None)
    if told is not None and (last is None or last < told):
        known = f"only {last} is found" if last else "neither tags nor an index know it"
        raise Refusal(
            f"CHANGELOG.md tells of release {told}, but {known}: fetch the history (`git fetch --tags --unshallow`), "
            "name the index that holds it with --index, or compare with a revision by --since"
        )
    if last is None and repository.is_shallow():
        raise Refusal(
            "no release is found, but this clone is shallow and may lack the tags: run `git fetch --tags --unshallow`"
        )
