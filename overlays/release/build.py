"""A release from a commit, built twice in environments that share nothing but the commit."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from attrs import field, frozen
from packaging.metadata import Metadata
from packaging.version import InvalidVersion, Version
from readme_renderer import markdown
from uv import find_uv_bin

from release import sbom
from release.go_module import GoModule
from release.project import GO_MODULE, NORMAL_FORM, PACKAGES, Commit, Project, Refusal, Repository, run_codegen

CHECKSUMS = "SHA256SUMS"


@frozen
class Release:
    """A built release."""

    project: Project
    commit: Commit
    folder: Path
    digests: dict[str, str] = field(repr=False)
    """The SHA-256 of each file in the folder that belongs to it."""
    go_module: GoModule = field(repr=False)

    @property
    def distributions(self) -> list[Path]:
        """The wheel and the sdist."""
        return _distributions(self.folder, self.project)

    def refuse_tampered(self) -> None:
        """Refuse files that are not those that were built."""
        for name, digest in self.digests.items():
            if sha256(self.folder / name) != digest:
                raise Refusal(f"{self.folder / name} changed after the build; nothing was uploaded")


HERE = ({"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"}, 0o022)
ELSEWHERE = ({"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}, 0o077)
"""Conditions that must not affect a build's result: environment variables, and the umask."""


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def metadata_of(wheel: Path) -> Metadata:
    """The core metadata in a wheel, which must be valid."""
    with zipfile.ZipFile(wheel) as content:
        (name,) = (name for name in content.namelist() if name.endswith(".dist-info/METADATA"))
        return Metadata.from_email(content.read(name))


def build(root: Path, folder: Path, *, sign: Path | None = None) -> Release:
    """Build the commit checked out in ``root`` into ``folder``, with SBOM, provenance and checksums.

    Args:
        root: The work tree. It must be clean, and its ``generated/`` what its contract gives.
        folder: The folder; files of earlier releases in it are removed.
        sign: An SSH key that signs the checksums; its public half does where an agent holds the other.

    """
    repository = Repository(root)
    if changed := repository.changed():
        names = ", ".join(changed[:3]) + (", …" if len(changed) > 3 else "")
        raise Refusal(f"the work tree differs from its commit ({names}); commit, or stash what does not belong")
    refuse_tampered(folder)
    commit = repository.commit()
    with tempfile.TemporaryDirectory(prefix="release-") as name:
        scratch = Path(name)
        export = repository.export(commit.sha, scratch / "one" / "source")
        again = repository.export(commit.sha, scratch / "two" / "another name")
        refuse_stale(export)
        project = Project.read(export)
        _refuse_diverged_versions(project)
        built = build_twice(project, export, again, commit, scratch)
        refuse_strays(project, *built)
        _refuse_broken_readme(built[0])
        bill = export / "sbom" / f"{project.stem}.cdx.json"
        go = GoModule.read(export, project.version, commit.time)
        if go != GoModule.read(again, project.version, commit.time):
            raise Refusal("two exports of the same commit give different Go modules")
        digests = _deliver(project, commit, [*built, bill, *go.write(scratch, project.stem)], folder, sign)
        return Release(project, commit, folder, digests, go)


def build_twice(project: Project, export: Path, again: Path, commit: Commit, scratch: Path) -> list[Path]:
    """Build wheel and sdist of two exports in different surroundings, and a wheel from the sdist; compare the bytes."""
    first, second, third = (scratch / name for name in ("first", "second", "from-sdist"))
    for file in again.rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    for tree, into, surroundings in ((export, first, HERE), (again, second, ELSEWHERE)):
        (tree / "sbom").mkdir()
        (tree / "sbom" / f"{project.stem}.cdx.json").write_text(sbom.bill(project, commit), "utf-8")
        _uv_build("--wheel", "--sdist", str(tree), into=into, commit=commit, surroundings=surroundings)
    wheel, sdist = _distributions(first, project)
    _uv_build("--wheel", str(sdist), into=third, commit=commit, surroundings=HERE)
    for one, two, origins in (
        (wheel, second / wheel.name, "two builds of the same commit"),
        (sdist, second / sdist.name, "two builds of the same commit"),
        (wheel, third / wheel.name, "the tree and the sdist"),
    ):
        if sha256(one) != sha256(two):
            raise Refusal(f"{origins} give different bytes for {one.name}")
    return [wheel, sdist]


def build_wheel(tree: Path, into: Path) -> Path:
    """Build only a wheel, of a source tree as it is, for trials."""
    _uv_build("--wheel", str(tree), into=into)
    return _distributions(into, Project.read(tree))[0]


def refuse_tampered(folder: Path) -> None:
    """Refuse a folder with files other than those that its checksums were made of."""
    sums = folder / CHECKSUMS
    for line in sums.read_text("utf-8").splitlines() if sums.exists() else []:
        digest, _, name = line.partition("  ")
        file = folder / name
        if file.is_file() and sha256(file) != digest:
            raise Refusal(f"{file} is not the file that {sums} lists: it changed after it was built; remove {folder}")


def refuse_stale(export: Path) -> None:
    """Refuse an export whose ``generated/`` is not what its contract gives."""
    run_codegen(export, "verify", "generated/ is stale; run `nox -s generate` and commit")


def _refuse_diverged_versions(project: Project) -> None:
    stated = str(json.loads((project.root / NORMAL_FORM).read_text("utf-8"))["info"]["version"])
    try:
        contract = Version(stated)
    except InvalidVersion:
        raise Refusal(f"openapi.yaml: info.version is {stated}, not a version such as 1.2.3") from None
    if project.version.release[:2] != contract.release[:2]:
        raise Refusal(
            f"version {project.version} of the package and info.version {contract} in openapi.yaml "
            "must share their first two numbers"
        )


def refuse_strays(project: Project, wheel: Path, sdist: Path) -> None:
    """Refuse a distribution that lacks a file of the project's packages, or holds anything else."""
    export, about = project.root, f"{project.stem}.dist-info"
    metadata = ["METADATA", "WHEEL", "RECORD", "licenses/LICENSE", f"sboms/{project.stem}.cdx.json"]
    if "scripts" in project.metadata or "entry-points" in project.metadata:
        metadata.append("entry_points.txt")
    with zipfile.ZipFile(wheel) as content:
        _compare(wheel, set(content.namelist()), _packaged(export, PACKAGES) | {f"{about}/{name}" for name in metadata})
    # hatchling always takes .gitignore along: a build from the sdist must leave out the same files.
    tree = {".gitignore", "CHANGELOG.md", "LICENSE", "README.md", "openapi.yaml", "pyproject.toml", "hatch_build.py"}
    tree |= {f"sbom/{project.stem}.cdx.json", "PKG-INFO"}
    with tarfile.open(sdist) as content:
        names = {member.name.removeprefix(f"{project.stem}/") for member in content.getmembers()}
        _compare(sdist, names, _packaged(export, {folder: folder for folder in (*PACKAGES, GO_MODULE)}) | tree)


def _packaged(export: Path, folders: dict[str, str]) -> set[str]:
    return {
        f"{name}/{file.relative_to(export / folder).as_posix()}"
        for folder, name in folders.items()
        for file in (export / folder).rglob("*")
        if file.is_file()
    }


def _compare(file: Path, held: set[str], belong: set[str]) -> None:
    faults = [f"{name} does not belong" for name in sorted(held - belong)]
    faults += [f"{name} is missing" for name in sorted(belong - held)]
    if faults:
        raise Refusal(f"{file.name}: {'; '.join(faults[:5])}{'; …' if len(faults) > 5 else ''}")


def _refuse_broken_readme(wheel: Path) -> None:
    metadata = metadata_of(wheel)
    if metadata.description_content_type != "text/markdown":
        raise Refusal(f"the README's type is {metadata.description_content_type}, not text/markdown")
    if not (metadata.description or "").strip() or not markdown.render(metadata.description or ""):
        raise Refusal("README.md is empty or does not render as Markdown")


def _distributions(folder: Path, project: Project) -> list[Path]:
    return [folder / f"{project.stem}-py3-none-any.whl", folder / f"{project.stem}.tar.gz"]


def _uv_build(
    *arguments: str, into: Path, commit: Commit | None = None, surroundings: tuple[dict[str, str], int] = HERE
) -> None:
    variables, umask = surroundings
    epoch = str(int(commit.time.timestamp())) if commit else "1000000000"
    # No isolation: the build backend is the one that this environment pins, and no network is needed.
    command = [find_uv_bin(), "build", "--no-build-isolation", "--offline", "--no-config", "--quiet"]
    done = subprocess.run(
        [*command, "--python", sys.executable, "--out-dir", str(into), *arguments],
        env={**os.environ, **variables, "SOURCE_DATE_EPOCH": epoch},
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Refusal(f"the build failed\n{done.stderr.strip()}")


def _deliver(project: Project, commit: Commit, files: list[Path], folder: Path, sign: Path | None) -> dict[str, str]:
    """Put ``files`` into ``folder`` in place of earlier ones, with provenance and signature; return their checksums."""
    folder.mkdir(parents=True, exist_ok=True)
    # The checksums are removed first and written last, so that they never cover the remains of an interrupted run.
    name = project.stem.partition("-")[0]
    for stale in [*folder.glob(f"{CHECKSUMS}*"), *folder.glob(f"{name}-*")]:
        stale.unlink()
    digests = {file.name: sha256(file) for file in files}
    statement = folder / f"{project.stem}.provenance.json"
    statement.write_text(sbom.provenance(commit, digests), "utf-8")
    digests[statement.name] = sha256(statement)
    for file in files:
        shutil.copyfile(file, folder / file.name)
    # As `sha256sum --check` reads them.
    lines = [f"{digest}  {name}\n" for name, digest in sorted(digests.items())]
    partial = folder / f"{CHECKSUMS}.part"
    partial.write_text("".join(lines), "utf-8", newline="\n")
    sums = partial.replace(folder / CHECKSUMS)
    if sign:
        _sign(sums, sign)
    return digests


def _sign(sums: Path, key: Path) -> None:
    """Sign with an SSH key, or with the agent that holds the other half of a public one; ``-n`` is the verifier's."""
    command = ["ssh-keygen", "-Y", "sign", "-f", str(key), "-n", "file", str(sums)]
    try:
        # Standard input stays the terminal's: a key may want its passphrase.
        done = subprocess.run(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, check=False)
    except FileNotFoundError as error:
        raise Refusal("ssh-keygen is not on the path; it makes the signature") from error
    if done.returncode != 0:
        raise Refusal(f"signing with {key} failed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
