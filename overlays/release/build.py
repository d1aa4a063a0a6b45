"""Building a release from a commit, twice, in places that have nothing in common but the commit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from attrs import frozen
from uv import find_uv_bin

from release import bill_of_materials, checksums
from release.distributions import Distributions, sha256
from release.project import Project
from release.refusal import Refusal
from release.repository import Commit, Repository


@frozen
class Release:
    """A built release: everything in its folder belongs to it."""

    root: Path
    """The work tree."""
    project: Project
    """As it is in the commit."""
    commit: Commit
    distributions: Distributions
    files: tuple[Path, ...]
    """The distributions, the SBOM, the checksums, and the signature if there is one."""


@frozen
class Surroundings:
    """What must not show in a build's result."""

    variables: dict[str, str]
    umask: int
    file_time: int | None
    """What the files' modification times are set to, in seconds since 1970; ``None`` leaves the commit's."""


HERE = Surroundings(variables={"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"}, umask=0o022, file_time=None)
ELSEWHERE = Surroundings(
    variables={"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
    umask=0o077,
    file_time=1_000_000_000,
)

_ANY_TIME = "1000000000"


def build(root: Path, destination: Path, *, sign: Path | None = None) -> Release:
    """Build the commit checked out in ``root`` into ``destination``, and put SBOM and checksums beside it.

    Args:
        root: The work tree. It must be clean, and its ``generated/`` what its contract gives.
        destination: The folder; files of earlier releases in it are removed.
        sign: An SSH key that signs the checksums; its public half does where an agent holds the other.

    """
    repository = Repository(root)
    repository.refuse_dirty()
    commit = repository.head()
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        scratch = Path(folder)
        refuse_stale(repository.export(commit.sha, scratch / "verified"))
        export = repository.export(commit.sha, scratch / "one" / "source")
        project = Project.read(export)
        project.refuse_diverged_versions()
        distributions = build_twice(repository, commit, export, scratch)
        distributions.refuse_strays(export)
        distributions.refuse_broken_readme()
        return deliver(repository, commit, project, distributions, destination, sign=sign)


def refuse_stale(export: Path) -> None:
    """Refuse an export whose ``generated/`` is not what its contract gives."""
    done = subprocess.run(
        [sys.executable, "-m", "codegen", "verify"],
        cwd=export,
        env={**os.environ, "PYTHONPATH": str(export / "overlays"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Refusal(f"generated/ is stale; run `nox -s generate` and commit\n{(done.stdout + done.stderr).strip()}")


def build_twice(repository: Repository, commit: Commit, export: Path, scratch: Path) -> Distributions:
    """Build ``export`` here and once more elsewhere, and a wheel from the sdist; refuse any difference."""
    again = repository.export(commit.sha, scratch / "two" / "another name")
    first = build_distributions(export, scratch / "first", commit, HERE)
    second = build_distributions(again, scratch / "second", commit, ELSEWHERE)
    for one, two in zip(first.files, second.files, strict=True):
        _refuse_different(one, two, "two builds of the same commit")
    from_sdist = scratch / "from-sdist"
    _uv_build("--wheel", str(first.sdist), destination=from_sdist, epoch=commit.epoch, surroundings=HERE)
    _refuse_different(first.wheel, from_sdist / first.wheel.name, "the tree and the sdist")
    return first


def build_distributions(export: Path, into: Path, commit: Commit, surroundings: Surroundings) -> Distributions:
    """Build wheel and sdist straight from ``export``."""
    if surroundings.file_time is not None:
        for file in export.rglob("*"):
            os.utime(file, (surroundings.file_time, surroundings.file_time))
    _uv_build("--wheel", "--sdist", str(export), destination=into, epoch=commit.epoch, surroundings=surroundings)
    return Distributions.find(into, Project.read(export))


def build_wheel(tree: Path, into: Path) -> Path:
    """Build only a wheel, of a source tree as it lies there, for trying out."""
    _uv_build("--wheel", str(tree), destination=into, epoch=_ANY_TIME, surroundings=HERE)
    return Distributions.find(into, Project.read(tree)).wheel


def _uv_build(*arguments: str, destination: Path, epoch: str, surroundings: Surroundings) -> None:
    # No isolation: the build backend is the one that this environment pins, and no network is needed.
    done = subprocess.run(
        [
            find_uv_bin(), "build", "--no-build-isolation", "--offline", "--no-config", "--quiet",
            "--python", sys.executable, "--out-dir", str(destination), *arguments,
        ],
        env={**os.environ, **surroundings.variables, "SOURCE_DATE_EPOCH": epoch},
        umask=surroundings.umask,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Refusal(f"the build failed\n{done.stderr.strip()}")


def _refuse_different(one: Path, two: Path, origins: str) -> None:
    if sha256(one) != sha256(two):
        raise Refusal(f"{origins} give different bytes for {one.name}")


def deliver(
    repository: Repository,
    commit: Commit,
    project: Project,
    distributions: Distributions,
    destination: Path,
    *,
    sign: Path | None = None,
) -> Release:
    """Put the distributions into ``destination`` in place of earlier ones, with SBOM and checksums beside them."""
    destination.mkdir(parents=True, exist_ok=True)
    for stale in [*destination.glob(f"{project.stem}-*"), *destination.glob(f"{checksums.FILE_NAME}*")]:
        stale.unlink()
    for file in distributions.files:
        shutil.copyfile(file, destination / file.name)
    delivered = Distributions.find(destination, project)
    bill = destination / f"{project.stem}-{project.version}.cdx.json"
    bill.write_text(bill_of_materials.render(delivered, commit), "utf-8")
    sums = checksums.write(destination, [*delivered.files, bill])
    signature = [checksums.sign(sums, sign)] if sign else []
    files = (*delivered.files, bill, sums, *signature)
    return Release(root=repository.root, project=project, commit=commit, distributions=delivered, files=files)
