"""The report on changes since the last release, and the version that they demand."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from release import baseline
from release.contract_changes import contract_changes
from release.packaging_changes import code_changes, packaging_changes
from release.project import Project
from release.python_changes import python_changes
from release.refusal import Refusal
from release.repository import Repository
from release.versioning import Impact, demanded, suffices

if TYPE_CHECKING:
    from packaging.version import Version

    from release.baseline import Baseline
    from release.change import Change
    from release.published import Shelf


@frozen
class Report:
    """What changed since a release."""

    project: Project
    baseline: Baseline | None
    """``None`` before the first release."""
    contract: tuple[Change, ...] = ()
    python: tuple[Change, ...] = ()
    packaging: tuple[Change, ...] = ()

    @property
    def impact(self) -> Impact:
        """The greatest impact."""
        return max((change.impact for change in self.changes), default=Impact.NONE)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every line."""
        return (*self.contract, *self.python, *self.packaging)

    @property
    def demanded(self) -> Version | None:
        """The lowest version that may be released; ``None`` where there is nothing to measure by."""
        return demanded(self.baseline.version, self.impact) if self.baseline else None

    @property
    def sufficient(self) -> bool:
        """Whether the project's version is high enough."""
        return self.demanded is None or suffices(self.project.version, self.demanded)

    def refuse_too_low(self) -> None:
        """Refuse a version below the demanded one."""
        if not self.sufficient:
            raise Refusal(
                f"version {self.project.version} is too low for {self._verdict()}: at least {self.demanded} is demanded"
            )

    def __str__(self) -> str:
        """The report as people read it, the gravest lines first."""
        if self.baseline is None:
            return f"{self.project.name} {self.project.version}: the first release, so there is none to compare with."
        title = f"Changes in {self.project.name} since {self.baseline.version} ({self.baseline.origin})"
        sections = [title, "=" * len(title)]
        for name, changes in (
            ("The contract", self.contract),
            ("The Python API", self.python),
            ("The package", self.packaging),
        ):
            if changes:
                lines = sorted(changes, key=lambda change: (-change.impact, change))
                sections += ["", f"{name}:", *(f"  {line}" for line in lines)]
        if not self.changes:
            sections += ["", "Nothing changed."]
        enough = "is enough" if self.sufficient else "is too low"
        closing = f"Demands {self.demanded} or higher, for {self._verdict()}; {self.project.version} {enough}."
        return "\n".join([*sections, "", closing])

    def _verdict(self) -> str:
        count = sum(change.impact is self.impact for change in self.changes)
        noun = {Impact.BREAKING: "breaking change", Impact.ADDITIVE: "addition", Impact.FIX: "fix"}.get(self.impact)
        return f"{count} {noun}{'' if count == 1 else 'es' if noun == 'fix' else 's'}" if noun else "no change"


@frozen
class Question:
    """What is compared with what, as asked on the command line."""

    since: str | None = None
    """A version or a git revision in place of the last release."""
    first: bool = False
    """Take this for the first release whatever the changelog tells."""
    second_look: bool = True
    """Whether ``redocly diff`` is asked, too."""

    def answer(self, root: Path, shelf: Shelf | None, *, publishing: bool = False) -> Report:
        """The report on the work tree ``root``."""
        project, repository = Project.read(root), Repository(root)
        if self.first:
            return Report(project=project, baseline=None)
        with tempfile.TemporaryDirectory(prefix="baseline-") as folder:
            scratch = Path(folder, "source")
            last = (
                baseline.find(repository, project, shelf, scratch, publishing=publishing)
                if self.since is None
                else baseline.named(self.since, repository, shelf, scratch)
            )
            return compare(last, project, second_look=self.second_look)


def compare(last: Baseline | None, project: Project, *, second_look: bool = True) -> Report:
    """What changed in ``project`` since the release ``last``; ``second_look`` has ``redocly diff`` asked, too."""
    if last is None:
        return Report(project=project, baseline=None)
    contract = contract_changes(last.tree, project.root, second_look=second_look)
    python = python_changes(last.tree, project.root)
    packaging = packaging_changes(last.tree, project.root)
    if not any((contract, python, packaging)):
        packaging = code_changes(last.tree, project.root)
    return Report(project, last, tuple(contract), tuple(python), tuple(packaging))
