"""The changes for users since the last release, and the version that they require.

Semantic versioning, and below 1.0 as Cargo and npm read it: the second number is what breaks, the third is everything
else. So ``>=0.3,<0.4`` is always a safe range, and from 1.0 on ``>=1.3,<2`` is.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import frozen
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from codegen import contract_diff, normal_form
from codegen.contract_diff import Change
from codegen.document import Faults
from release import go_module, python_api
from release.project import NORMAL_FORM, PACKAGES, Project, Refusal, Repository

if TYPE_CHECKING:
    from release.index import Index

Source: TypeAlias = Callable[[Path, Path], list[Change]]
"""Compares one aspect of two source trees: the last release's (a git revision, or an sdist, which holds only what its
``include`` in ``pyproject.toml`` names) and the work tree's."""

KINDS: Final = {"breaking": "breaking change", "addition": "addition", "note": "note"}
"""The kinds of changes, the gravest first, and their nouns."""


def contract_changes(old: Path, new: Path) -> list[Change]:
    """Compare the contracts, both as today's pipeline reads them."""
    try:
        before = normal_form.load(old / "openapi.yaml").document
    except Faults:  # a stricter pipeline may refuse what the release's accepted; its normal form is in the package
        before = json.loads((old / NORMAL_FORM).read_text("utf-8"))
    return contract_diff.diff(before, normal_form.load(new / "openapi.yaml").document)


def packaging_changes(old: Path, new: Path) -> list[Change]:
    """Compare the metadata: commands, extras and requirements."""
    before, after = (Project.read(tree).metadata for tree in (old, new))
    changes: list[Change] = []
    for what, table in (("command", "scripts"), ("extra", "optional-dependencies")):
        names, now = before.get(table, {}).keys(), after.get(table, {}).keys()
        changes += [Change(f"{name}: {what} removed", "breaking") for name in names - now]
        changes += [Change(f"{name}: {what} added", "addition") for name in now - names]
    asked, asks = (
        {need.name: str(need.specifier) for need in map(Requirement, metadata.get("dependencies", []))}
        for metadata in (before, after)
    )
    changes += [
        Change(f"{name}: requirement changed: {asked.get(name, 'none')} -> {asks.get(name, 'none')}", "note")
        for name in sorted(asked.keys() | asks.keys())
        if asked.get(name) != asks.get(name)
    ]
    ranges = before["requires-python"], after["requires-python"]
    supported, supports = ({f"3.{n}" for n in range(50) if f"3.{n}.99" in SpecifierSet(each)} for each in ranges)
    if supported != supports:
        text = f"Python: supported versions changed: {ranges[0]} -> {ranges[1]}"
        changes.append(Change(text, "addition" if supported < supports else "breaking"))
    return changes


SOURCES: tuple[tuple[str, Source], ...] = (
    ("The contract", contract_changes),
    ("The Python API", python_api.changes),
    ("The Go API", go_module.changes),
    ("The package", packaging_changes),
)


def code_changes(old: Path, new: Path) -> list[Change]:
    """One line for code that changed if nothing else did: a bug fix is a change as well."""
    before, after = _code(old), _code(new)
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if not changed:
        return []
    files = f"{len(changed)} file{'s' if len(changed) > 1 else ''}, such as {changed[0]}"
    return [Change(f"the code: changed without a change of the API: {files}", "note")]


def _code(tree: Path) -> dict[str, bytes]:
    return {
        f"{name}/{file.relative_to(tree / folder).as_posix()}": file.read_bytes()
        for folder, name in PACKAGES.items()
        for file in (tree / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def demanded(last: Version, kinds: Collection[str]) -> Version:
    """The lowest version that a release with changes of these kinds may have after ``last``."""
    major, minor, patch = last.major, last.minor, last.micro
    if not kinds:
        return last
    if "breaking" in kinds:
        return Version(f"{major + 1}.0.0" if major else f"0.{minor + 1}.0")
    if "addition" in kinds and major:
        return Version(f"{major}.{minor + 1}.0")
    return Version(f"{major}.{minor}.{patch + 1}")


@frozen
class Baseline:
    """A release and its source tree."""

    version: Version
    origin: str
    tree: Path


@frozen
class Report:
    """The changes since a release, by source."""

    project: Project
    baseline: Baseline | None
    """``None`` before the first release."""
    sections: dict[str, list[Change]]

    @property
    def demanded(self) -> Version | None:
        """The lowest version that may be released; ``None`` where there is nothing to measure by."""
        return demanded(self.baseline.version, self._counts().keys()) if self.baseline else None

    def refuse_too_low(self) -> None:
        """Refuse a version below the demanded one."""
        if not self._sufficient():
            raise Refusal(
                f"version {self.project.version} is too low for {self._verdict()}: at least {self.demanded} is demanded"
            )

    def __str__(self) -> str:
        """The report as people read it, the gravest lines first."""
        if self.baseline is None:
            return f"{self.project.name} {self.project.version}: the first release, so there is none to compare with."
        title = f"Changes in {self.project.name} since {self.baseline.version} ({self.baseline.origin})"
        lines = [title, "=" * len(title)]
        ranks = list(KINDS)
        for name, changes in self.sections.items():
            ordered = sorted(changes, key=lambda change: (ranks.index(change.kind), change.text))
            lines += ["", f"{name}:", *(f"  {change.kind:<8}  {change.text}" for change in ordered)]
        if not self.sections:
            lines += ["", "Nothing changed."]
        enough = "is enough" if self._sufficient() else "is too low"
        closing = f"Demands {self.demanded} or higher, for {self._verdict()}; {self.project.version} {enough}."
        return "\n".join([*lines, "", closing])

    def _counts(self) -> dict[str, int]:
        kinds = [change.kind for changes in self.sections.values() for change in changes]
        return {kind: kinds.count(kind) for kind in KINDS if kind in kinds}

    def _sufficient(self) -> bool:
        # A release candidate may have the version that it is a candidate for.
        return self.demanded is None or Version(self.project.version.base_version) >= self.demanded

    def _verdict(self) -> str:
        for kind, count in self._counts().items():
            return f"{count} {KINDS[kind]}{'s' if count > 1 else ''}"
        return "no change"


def compare(
    root: Path,
    index: Index | None = None,
    *,
    since: str | None = None,
    first: bool = False,
    publishing: bool = False,
) -> Report:
    """Report the changes in the work tree ``root`` since the last release.

    Args:
        root: The work tree.
        index: The index whose last release counts; the git tags otherwise.
        since: A version or a git revision in place of the last release.
        first: Take this for the first release: compare with nothing.
        publishing: Set where the index may hold a part of the release in the making, from an upload that broke off.

    """
    project = Project.read(root)
    if first:
        return Report(project, None, {})
    with tempfile.TemporaryDirectory(prefix="baseline-") as folder:
        history = _History(project, Repository(root), index, Path(folder, "source"))
        last = history.named(since) if since is not None else history.last(publishing=publishing)
        if last is None:
            return Report(project, None, {})
        sections = {name: source(last.tree, root) for name, source in SOURCES}
        if not any(sections.values()):
            sections = {"The package": code_changes(last.tree, root)}
        return Report(project, last, {name: changes for name, changes in sections.items() if changes})


class _History:
    """The releases before the work tree, on the index and among the tags."""

    def __init__(self, project: Project, repository: Repository, index: Index | None, scratch: Path) -> None:
        self._project, self._repository, self._index, self._scratch = project, repository, index, scratch
        self._tags = repository.release_tags()
        self._files = index.files(project.name) if index else []

    def last(self, *, publishing: bool) -> Baseline | None:
        """The last release; ``None`` before the first.

        The changelog decides. If it names an earlier release that neither the index nor the tags know, this clone is
        incomplete, and the search is refused rather than treated as a first release.
        """
        now, head = self._project.version, self._repository.commit().sha
        # A tag on this very commit names the release in the making.
        versions = {
            version
            for version, tag in self._tags.items()
            if version < now or (version == now and self._repository.commit(tag).sha != head)
        }
        versions |= {
            file.version for file in self._files if file.version < now or (file.version == now and not publishing)
        }
        last = max(versions, default=None)
        announced = [entry.version for entry in self._project.changelog if entry.version < now]
        missing = max((version for version in announced if last is None or last < version), default=None)
        if (missing or last is None) and self._repository.shallow:
            what = f"release {missing}, which CHANGELOG.md names" if missing else "the tags of earlier releases"
            raise Refusal(f"this clone is shallow and may lack {what}: run `git fetch --tags --unshallow`")
        if missing:
            known = f"only {last} is found" if last else "neither tags nor an index know it"
            raise Refusal(
                f"CHANGELOG.md names release {missing}, but {known}: run `git fetch --tags`, name the index that "
                "holds it with --index, or compare with a revision by --since"
            )
        return self._release(last) if last else None

    def named(self, since: str) -> Baseline:
        """The release that ``since`` names: a version, on the index or as a tag, or else any git revision."""
        try:
            version = Version(since)
        except InvalidVersion:
            return self._revision(since)
        return self._release(version)

    def _release(self, version: Version) -> Baseline:
        files = [file for file in self._files if file.version == version]
        sdist = next((file for file in files if file.name.endswith(".tar.gz")), None)
        if self._index and sdist:
            return Baseline(version, self._index.name, self._index.unpack(sdist, self._scratch))
        if version in self._tags:
            return self._revision(self._tags[version])
        if self._index and files:
            raise Refusal(f"{self._index.name} has {version} without an sdist, which holds its contract; use --since")
        places = f"neither {self._index.name} nor the tags have" if self._index else "no tag names"
        raise Refusal(f"{places} a release {version}; `git fetch --tags` may bring it, or name another with --since")

    def _revision(self, revision: str) -> Baseline:
        commit = self._repository.commit(revision)
        tree = self._repository.export(commit.sha, self._scratch / "tree")
        return Baseline(Project.read(tree).version, f"git {revision}", tree)
