"""`build`: what it gives, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cyclonedx.schema import SchemaVersion

from release.build import ELSEWHERE, HERE, Release, build_twice, metadata_of, refuse_stale, refuse_strays
from release.project import Project, Refusal, Repository

if TYPE_CHECKING:
    from tests.release.conftest import Maintainer


def packaged(copied: Path, *more: str) -> list[str]:
    prefixes = ("overlays/boltz_api/", "generated/boltz_api_generated/", *more)
    return [name for name in Repository(copied).files() if name.startswith(prefixes)]


def test_the_wheel_holds_the_packages_and_their_metadata_and_nothing_else(copied: Path, built: Release) -> None:
    wheel, _ = built.distributions
    about = f"{built.project.stem}.dist-info/"
    metadata = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    with zipfile.ZipFile(wheel) as content:
        names = set(content.namelist())
    expected = {name.partition("/")[2] for name in packaged(copied)}
    expected |= {f"{about}{name}" for name in (*metadata, f"sboms/{built.project.stem}.cdx.json")}
    assert expected == names
    assert {"boltz_api/py.typed", "boltz_api_generated/py.typed"} <= names


def test_the_sdist_holds_what_the_wheel_is_built_from(copied: Path, built: Release) -> None:
    _, sdist = built.distributions
    names = {".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "hatch_build.py", "openapi.yaml"}
    names |= {*packaged(copied, "generated/go/"), "pyproject.toml", f"sbom/{built.project.stem}.cdx.json"}
    with tarfile.open(sdist) as content:
        assert {f"{built.project.stem}/{name}" for name in names} == set(content.getnames())


def test_the_readme_and_the_licence_reach_the_metadata(root: Path, built: Release) -> None:
    metadata = metadata_of(built.distributions[0])
    assert (root / "README.md").read_text("utf-8").strip() == (metadata.description or "").strip()
    assert (metadata.license_expression, metadata.license_files) == ("Apache-2.0", ["LICENSE"])


def test_the_sbom_is_valid_and_names_what_the_wheel_asks_for(root: Path, built: Release) -> None:
    from cyclonedx.validation.json import JsonStrictValidator  # its import takes two seconds

    bill = (built.folder / f"{built.project.stem}.cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    content = json.loads(bill)
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [text for extra in project["optional-dependencies"].values() for text in extra]
    wanted = {text.partition(">")[0]: "optional" for text in extras}
    wanted |= {text.partition(">")[0]: "required" for text in project["dependencies"]}
    assert wanted == {component["name"]: component["scope"] for component in content["components"]}
    subject = content["metadata"]["component"]
    assert ("boltz-api-keys", str(built.project.version)) == (subject["name"], subject["version"])
    assert built.commit.time.isoformat() == content["metadata"]["timestamp"]


def test_the_same_sbom_is_in_the_wheel(built: Release) -> None:
    """PEP 770."""
    name = f"{built.project.stem}.cdx.json"
    with zipfile.ZipFile(built.distributions[0]) as wheel:
        inside = wheel.read(f"{built.project.stem}.dist-info/sboms/{name}")
    assert (built.folder / name).read_bytes() == inside


def test_the_provenance_names_the_commit_the_tools_and_the_files(built: Release) -> None:
    statement = json.loads((built.folder / f"{built.project.stem}.provenance.json").read_text("utf-8"))
    endings = ("cdx.json", "go.info", "go.mod", "go.sum", "go.zip")
    files = [*built.distributions, *(built.folder / f"{built.project.stem}.{ending}" for ending in endings)]
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == {
        subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]
    }
    source, *tools = statement["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert {"gitCommit": built.commit.sha} == source["digest"]
    assert any(tool["uri"].startswith("pkg:pypi/hatchling@") for tool in tools)


def test_the_checksums_are_those_of_every_file(built: Release) -> None:
    check = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=built.folder, capture_output=True, check=True
    )
    checked = {line.partition(b":")[0].decode() for line in check.stdout.splitlines()}
    assert {file.name for file in built.folder.iterdir()} - {"SHA256SUMS"} == checked
    assert len(checked) == 8


@pytest.mark.slow
def test_a_build_anywhere_else_gives_the_same_bytes(maintainer: Maintainer, built: Release) -> None:
    code, output, _ = maintainer.run("build")
    assert code == 0
    assert f"boltz-api-keys {maintainer.version} from {built.commit.sha[:12]}, the same bytes twice:" in output
    folder = maintainer.tree / "dist"
    assert {file.name: file.read_bytes() for file in built.folder.iterdir()} == {
        file.name: file.read_bytes() for file in folder.iterdir()
    }
    # Again, in place of what is there: an interrupted run leaves files without their checksums.
    (folder / "SHA256SUMS").unlink()
    (folder / f"{built.project.stem}.tar.gz").write_bytes(b"half")
    assert maintainer.run("build")[0] == 0
    # A file that changed after its checksum was made is no leftover.
    with (folder / f"{built.project.stem}-py3-none-any.whl").open("ab") as wheel:
        wheel.write(b"more")
    sentence = maintainer.refused("build")
    assert "none-any.whl is not the file that dist/SHA256SUMS lists" in sentence


def test_the_two_builds_differ_in_what_builds_are_sensitive_to() -> None:
    (here, mask), (elsewhere, other_mask) = HERE, ELSEWHERE
    assert {"TZ", "LC_ALL", "PYTHONHASHSEED"} == {name for name in here if here[name] != elsewhere[name]}
    assert mask != other_mask


def build_unverified(tree: Path, folder: Path) -> tuple[Project, list[Path]]:
    """Build a commit whose `generated/` is not looked at, which takes the most time."""
    repository = Repository(tree)
    commit = repository.commit()
    export, again = (repository.export(commit.sha, folder / name) for name in ("one", "two"))
    project = Project.read(export)
    return project, build_twice(project, export, again, commit, folder)


def test_a_build_that_is_not_reproducible_is_refused(maintainer: Maintainer, tmp_path: Path) -> None:
    write = 'import os; Path(self.root, "overlays/boltz_api/zone.py").write_text(repr(os.environ["TZ"]))'
    maintainer.edit("hatch_build.py", "        build_data[", f"        {write}\n        build_data[")
    maintainer.commit("A hook that writes down where it runs")
    with pytest.raises(Refusal, match=r"two builds of the same commit give different bytes for .*\.whl"):
        build_unverified(maintainer.tree, tmp_path)


def test_files_that_do_not_belong_or_are_missing_are_refused_by_name(maintainer: Maintainer, tmp_path: Path) -> None:
    (maintainer.tree / "notes.txt").write_text("not for users")
    maintainer.edit("pyproject.toml", 'include = ["/openapi.yaml",', 'include = ["/notes.txt", "/openapi.yaml",')
    maintainer.commit("A stray")
    project, distributions = build_unverified(maintainer.tree, tmp_path)
    with pytest.raises(Refusal, match=r"\.tar\.gz: notes\.txt does not belong"):
        refuse_strays(project, *distributions)
    (project.root / "overlays" / "boltz_api" / "later.py").write_text("")
    with pytest.raises(Refusal, match=r"\.whl: boltz_api/later\.py is missing"):
        refuse_strays(project, *distributions)


def test_a_dirty_tree_is_refused(maintainer: Maintainer) -> None:
    maintainer.edit("README.md", "# ", "#  ")
    (maintainer.tree / "new.txt").write_text("new")
    assert "differs from its commit (README.md, new.txt)" in maintainer.refused("build")
    assert not (maintainer.tree / "dist").exists()


def test_stale_generated_code_is_refused(maintainer: Maintainer) -> None:
    maintainer.edit("openapi.yaml", "maximum: 365", "maximum: 30")
    maintainer.commit("Shorter lives")
    code, _, error = maintainer.run("build")
    assert code == 1
    assert error.startswith("error: generated/ is stale; run `nox -s generate` and commit\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "before", "after", "sentence"),
    [
        ("README.md", None, "\n", "README.md is empty or does not render"),
        (
            "overlays/boltz_api/__init__.py",
            '__version__ = "',
            '__version__ = "77.',
            "must share their first two numbers",
        ),
    ],
)
def test_a_release_that_nobody_could_read_or_place_is_refused(
    maintainer: Maintainer,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    before: str | None,
    after: str,
    sentence: str,
) -> None:
    maintainer.edit(file, before or (maintainer.tree / file).read_text("utf-8"), after)
    maintainer.commit()
    monkeypatch.setattr("release.build.refuse_stale", lambda export: None)
    assert sentence in maintainer.refused("build")


def test_a_fault_of_the_contract_stops_a_build(copied: Path, tmp_path: Path) -> None:
    export = Repository(copied).export("HEAD", tmp_path / "export")
    (export / "openapi.yaml").write_text("openapi: [")
    with pytest.raises(Refusal, match=r"openapi\.yaml"):
        refuse_stale(export)


@pytest.mark.slow
def test_the_signature_holds_and_breaks_with_the_checksums(
    maintainer: Maintainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("release.build.refuse_stale", lambda export: None)
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    assert maintainer.run("build", "--into", str(tmp_path / "dist"), "--sign", str(key))[0] == 0
    sums = tmp_path / "dist" / "SHA256SUMS"
    (tmp_path / "signers").write_text(f"release@test.invalid {key.with_suffix('.pub').read_text()}")
    verify = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "release@test.invalid", "-n", "file", "-s"]

    def holds(content: bytes) -> bool:
        command = [*verify, f"{sums}.sig"]
        return subprocess.run(command, cwd=tmp_path, input=content, capture_output=True, check=False).returncode == 0

    assert holds(sums.read_bytes())
    assert not holds(sums.read_bytes() + b"more")
    sentence = maintainer.refused("build", "--into", str(tmp_path / "dist"), "--sign", str(tmp_path / "nowhere"))
    assert f"signing with {tmp_path / 'nowhere'} failed: " in sentence


def test_a_hook_s_git_variables_do_not_point_elsewhere(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = Repository(copied).commit()
    monkeypatch.setenv("GIT_DIR", os.devnull)
    assert expected == Repository(copied).commit()


def test_the_build_backend_is_the_one_that_builds_declare(root: Path) -> None:
    """Builds use the environment's hatchling, so it must be the version that everybody else's build takes."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    (backend,) = pyproject["build-system"]["requires"]
    assert backend in pyproject["dependency-groups"]["release"]
