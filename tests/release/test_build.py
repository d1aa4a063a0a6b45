"""What a build gives, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion

from release.build import ELSEWHERE, HERE, Release, build, build_distributions, build_twice
from release.checksums import sign
from release.distributions import Distributions
from release.refusal import Refusal
from release.repository import Repository


def commit(tree: Path, message: str) -> None:
    identity = ["-c", "user.name=Release Test", "-c", "user.email=release@test.invalid", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "add", "--all"], cwd=tree, check=True)
    subprocess.run(["git", *identity, "commit", "--quiet", "--message", message], cwd=tree, check=True)


def build_once(tree: Path, folder: Path) -> tuple[Distributions, Path]:
    repository = Repository(tree)
    export = repository.export("HEAD", folder / "source")
    return build_distributions(export, folder / "dist", repository.head(), HERE), export


def test_the_wheel_holds_the_two_packages_and_their_metadata_and_nothing_else(copied: Path, release: Release) -> None:
    tracked = Repository(copied).files()
    packages = {
        name.removeprefix(prefix)
        for prefix in ("overlays/", "generated/")
        for name in tracked
        if name.startswith((f"{prefix}boltz_api/", f"{prefix}boltz_api_generated/"))
    }
    metadata = {"METADATA", "RECORD", "WHEEL", "licenses/LICENSE"}
    with zipfile.ZipFile(release.distributions.wheel) as wheel:
        names = set(wheel.namelist())
    own = {name for name in names if name.startswith(f"boltz_api_keys-{release.project.version}.dist-info/")}
    assert packages == names - own
    assert metadata == {name.partition("/")[2] for name in own} - {"entry_points.txt"}
    assert {"boltz_api/py.typed", "boltz_api_generated/py.typed"} <= names


def test_the_sdist_holds_what_the_wheel_is_built_from(copied: Path, release: Release) -> None:
    stem = f"boltz_api_keys-{release.project.version}"
    packages = {
        name
        for name in Repository(copied).files()
        if name.startswith(("overlays/boltz_api/", "generated/boltz_api_generated/"))
    }
    documents = {".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "openapi.yaml", "pyproject.toml"}
    with tarfile.open(release.distributions.sdist) as sdist:
        assert {f"{stem}/{name}" for name in packages | documents} == set(sdist.getnames())


@pytest.mark.slow
def test_a_difference_in_the_surroundings_would_show(copied: Path, tmp_path: Path) -> None:
    """The comparison means something only if the two surroundings differ in what builds are sensitive to."""
    assert {name: (HERE.variables[name], ELSEWHERE.variables[name]) for name in HERE.variables} == {
        "TZ": ("UTC", "Pacific/Kiritimati"),
        "LC_ALL": ("C", "C.UTF-8"),
        "PYTHONHASHSEED": ("0", "1"),
    }
    assert HERE.umask != ELSEWHERE.umask
    repository = Repository(copied)
    export = repository.export("HEAD", tmp_path / "source")
    build_distributions(export, tmp_path / "dist", repository.head(), ELSEWHERE)
    assert {ELSEWHERE.file_time} == {file.stat().st_mtime for file in export.rglob("*.py")}


@pytest.mark.slow
def test_a_build_that_is_not_reproducible_is_refused(tree: Path, tmp_path: Path) -> None:
    (tree / "hatch_build.py").write_text(
        "import os\n"
        "from pathlib import Path\n"
        "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\n"
        "class Hook(BuildHookInterface):\n"
        "    def initialize(self, version, build_data):\n"
        "        Path(self.root, 'overlays/boltz_api/zone.py').write_text(repr(os.environ['TZ']))\n"
    )
    with (tree / "pyproject.toml").open("a") as pyproject:
        pyproject.write("\n[tool.hatch.build.hooks.custom]\n")
    commit(tree, "A hook that writes down where it runs")
    repository = Repository(tree)
    export = repository.export("HEAD", tmp_path / "source")
    with pytest.raises(Refusal, match=r"two builds of the same commit give different bytes for .*\.whl"):
        build_twice(repository, repository.head(), export, tmp_path)


def test_a_file_that_does_not_belong_is_refused_by_name(tree: Path, tmp_path: Path) -> None:
    (tree / "notes.txt").write_text("not for users")
    pyproject = tree / "pyproject.toml"
    text = pyproject.read_text("utf-8").replace(
        'include = ["/openapi.yaml",', 'include = ["/notes.txt", "/openapi.yaml",'
    )
    pyproject.write_text(text, "utf-8")
    commit(tree, "A stray")
    distributions, export = build_once(tree, tmp_path)
    with pytest.raises(Refusal, match=r"\.tar\.gz: notes\.txt does not belong"):
        distributions.refuse_strays(export)


def test_a_file_that_is_missing_is_refused_by_name(tree: Path, tmp_path: Path) -> None:
    distributions, export = build_once(tree, tmp_path)
    (export / "overlays" / "boltz_api" / "later.py").write_text("")
    with pytest.raises(Refusal, match=r"\.whl: boltz_api/later\.py is missing"):
        distributions.refuse_strays(export)


def test_an_empty_readme_is_refused(tree: Path, tmp_path: Path) -> None:
    (tree / "README.md").write_text("\n")
    commit(tree, "Nothing to read")
    distributions, _ = build_once(tree, tmp_path)
    with pytest.raises(Refusal, match=r"README\.md is empty or does not render"):
        distributions.refuse_broken_readme()


def test_the_readme_and_the_licence_reach_the_metadata(root: Path, release: Release) -> None:
    metadata = release.distributions.metadata()
    release.distributions.refuse_broken_readme()
    assert (root / "README.md").read_text("utf-8").strip() == (metadata.description or "").strip()
    assert (metadata.license_expression, metadata.license_files) == ("Apache-2.0", ["LICENSE"])


def test_a_dirty_tree_is_refused(tree: Path, tmp_path: Path) -> None:
    (tree / "README.md").write_text("changed")
    (tree / "new.txt").write_text("new")
    with pytest.raises(Refusal, match=r"differs from its commit \(README\.md, new\.txt\)"):
        build(tree, tmp_path / "dist")
    assert not (tmp_path / "dist").exists()


def test_a_folder_without_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="not a git repository"):
        build(tmp_path, tmp_path / "dist")


def test_package_and_contract_must_share_major_and_minor(tree: Path) -> None:
    from release.project import Project

    project = Project.read(tree)
    stated = project.contract_version
    contract = tree / "openapi.yaml"
    contract.write_text(contract.read_text("utf-8").replace(f"version: {stated}", "version: 77.2.5"), "utf-8")
    with pytest.raises(
        Refusal, match=f"version {project.version} of the package and info.version 77.2.5 in openapi.yaml"
    ):
        Project.read(tree).refuse_diverged_versions()


def test_this_project_keeps_that_rule(root: Path) -> None:
    from release.project import Project

    Project.read(root).refuse_diverged_versions()


def test_the_checksums_are_those_of_every_file(release: Release) -> None:
    folder = release.distributions.wheel.parent
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    beside = [file for file in folder.iterdir() if file.name != "SHA256SUMS"]
    assert sums == {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in beside}
    assert len(sums) == 3


def test_the_signature_holds_and_breaks_with_the_checksums(release: Release, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    sums = tmp_path / "SHA256SUMS"
    sums.write_bytes((release.distributions.wheel.parent / "SHA256SUMS").read_bytes())
    signature = sign(sums, key)
    (tmp_path / "signers").write_text(f"release@test.invalid {key.with_suffix('.pub').read_text()}")
    verify = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "release@test.invalid", "-n", "file", "-s"]

    def holds(content: bytes) -> bool:
        command = [*verify, signature.name]
        return subprocess.run(command, cwd=tmp_path, input=content, capture_output=True, check=False).returncode == 0

    assert holds(sums.read_bytes())
    assert not holds(sums.read_bytes() + b"more")


def test_a_key_that_is_not_there_is_one_sentence(release: Release, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"signing with .*nowhere failed: "):
        sign(release.distributions.wheel.parent / "SHA256SUMS", tmp_path / "nowhere")


def test_the_bill_of_materials_is_valid_and_tells_what_the_wheel_asks_for(root: Path, release: Release) -> None:
    from cyclonedx.validation.json import JsonStrictValidator  # its import takes two seconds

    (bill,) = release.distributions.wheel.parent.glob("*.cdx.json")
    text = bill.read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    content = json.loads(text)
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [text for extra in project["optional-dependencies"].values() for text in extra]
    wanted = {text.partition(">")[0]: "required" for text in project["dependencies"]}
    wanted |= {text.partition(">")[0]: "optional" for text in extras}
    assert wanted == {component["name"]: component["scope"] for component in content["components"]}
    subject = content["metadata"]["component"]
    assert ("boltz-api-keys", str(release.project.version)) == (subject["name"], subject["version"])
    assert {file.name for file in release.distributions.files} == {
        reference["url"] for reference in subject["externalReferences"]
    }


def test_the_bill_is_the_same_for_the_same_commit(release: Release) -> None:
    from release import bill_of_materials

    first = bill_of_materials.render(release.distributions, release.commit)
    assert first == bill_of_materials.render(release.distributions, release.commit)
    assert release.commit.time.isoformat() in first


def test_a_hook_s_git_variables_do_not_point_elsewhere(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = Repository(copied).head()
    monkeypatch.setenv("GIT_DIR", os.devnull)
    assert expected == Repository(copied).head()


def test_the_build_backend_is_the_one_that_builds_declare(root: Path) -> None:
    """Builds use the environment's hatchling, so it must be the version that everybody else's build takes."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    (backend,) = pyproject["build-system"]["requires"]
    assert backend in pyproject["dependency-groups"]["release"]
