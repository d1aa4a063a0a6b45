"""What ``verify`` tells: every way in which generated/, contract and pipeline can come apart."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from codegen import generation, manifest
from codegen.emit import PACKAGE
from codegen.generation import RefusedError, generate, write
from codegen.manifest import Manifest
from codegen.normal_form import load
from codegen.project import Project
from codegen.verification import check_files, check_versions

MEND = "(run: nox -s generate)"


@pytest.fixture(scope="module")
def fresh(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """generated/ as the pipeline writes it now."""
    folder = tmp_path_factory.mktemp("fresh")
    write(load(root / "openapi.yaml"), folder, Project(root))
    return folder


@pytest.fixture
def package(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed package; what is wrong with it is shown relative to where it stands."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(fresh, tmp_path / "generated")
    return tmp_path / "generated" / PACKAGE


def problems(package: Path, fresh: Path) -> list[str]:
    place = f"generated/{PACKAGE}/"
    return [str(problem).removeprefix(place) for problem in check_files(package.parent, fresh, Path("openapi.yaml"))]


def with_manifest(package: Path, **changed: Any) -> None:
    old = Manifest.parse((package / manifest.NAME).read_bytes())
    (package / manifest.NAME).write_bytes(evolve(old, **changed).render())


def test_nothing_is_wrong_with_what_was_just_written(package: Path, fresh: Path) -> None:
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "models.cpython-311.pyc").write_bytes(b"")
    assert [] == problems(package, fresh)


def test_a_file_that_was_edited(package: Path, fresh: Path) -> None:
    (package / "models.py").write_bytes((package / "models.py").read_bytes() + b"\n")
    assert [f"models.py: edited by hand {MEND}"] == problems(package, fresh)


def test_a_file_that_is_missing(package: Path, fresh: Path) -> None:
    (package / "openapi.json").unlink()
    assert [f"openapi.json: missing {MEND}"] == problems(package, fresh)


@pytest.mark.parametrize("name", ["extra.py", "resources/notes.txt", ".hidden"])
def test_a_file_that_no_generator_wrote(package: Path, fresh: Path, name: str) -> None:
    (package / name).write_text("", encoding="utf-8")
    assert [f"{name}: no generator writes this file {MEND}"] == problems(package, fresh)


def test_a_folder_that_no_generator_wrote(package: Path, fresh: Path) -> None:
    (package.parent / "rust").mkdir()
    assert [f"generated/rust: no generator writes this {MEND}"] == problems(package, fresh)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"contract": 1}', b'{"files": {}}'])
def test_a_manifest_that_is_none(package: Path, fresh: Path, content: bytes) -> None:
    (package / "manifest.json").write_bytes(content)
    assert [f"manifest.json: edited by hand {MEND}"] == problems(package, fresh)


def test_no_package_at_all(package: Path, fresh: Path) -> None:
    shutil.rmtree(package.parent)
    missing = problems(package, fresh)
    assert f"manifest.json: missing {MEND}" in missing
    assert all(line.endswith(f": missing {MEND}") for line in missing)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"contract": {"openapi.yaml": "0"}}, "openapi.yaml: changed"),
        ({"pipeline": {}}, "overlays/codegen/normal_form.py: changed"),
        ({"settings": {}}, "pyproject.toml: [tool.datamodel-codegen] changed"),
        ({"versions": {"ruff": "0.1.0"}}, "pyproject.toml: ruff 0.1.0 -> "),
    ],
)
def test_what_changed_without_a_regeneration_is_named(
    package: Path, fresh: Path, changed: dict[str, object], expected: str
) -> None:
    with_manifest(package, **changed)
    found = problems(package, fresh)
    assert [line for line in found if line.startswith(expected)]
    assert all(line.endswith(f"changed since generated/ was written {MEND}") for line in found[:-1])
    assert f"manifest.json: out of date {MEND}" == found[-1]


def test_a_manifest_reads_as_it_was_written(fresh: Path) -> None:
    source = (fresh / PACKAGE / "manifest.json").read_bytes()
    read = Manifest.parse(source)
    assert source == read.render()
    assert ["openapi.yaml"] == list(read.contract)
    assert read.files.keys() >= {"models.py", "params.py", "openapi.json", "resources/__init__.py"}
    assert sorted(read.files) == [*read.files]
    assert any(name.startswith("overlays/codegen/templates/") for name in read.pipeline)
    assert "overlays/codegen/schemas.py" in read.pipeline


def test_what_only_checks_is_not_in_the_manifest(root: Path, fresh: Path) -> None:
    pinned = Manifest.parse((fresh / PACKAGE / "manifest.json").read_bytes()).pipeline
    for name in manifest._NO_GENERATORS:
        assert (root / "overlays" / "codegen" / name).is_file()
        assert f"overlays/codegen/{name}" not in pinned


def test_every_emitter_has_a_folder_and_a_manifest(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emitters = {name: lambda form, target: (target / "x").write_text(form.document["openapi"]) for name in "ab"}
    monkeypatch.setattr(generation, "EMITTERS", emitters)
    write(load(root / "openapi.yaml"), tmp_path, Project(root))
    assert ["a/manifest.json", "a/x", "b/manifest.json", "b/x"] == list(manifest.files(tmp_path))


@pytest.mark.parametrize("asked", ["ruff==0.0.1", "no-such-generator==1.0"])
def test_a_generator_that_is_not_the_pinned_one(root: Path, tmp_path: Path, asked: str) -> None:
    name, _, version = asked.partition("==")
    text = f'[tool]\n[dependency-groups]\ngenerate = ["{asked}"]\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    (problem,) = check_versions(Project(tmp_path))
    assert f"{name} is pinned to {version}, but" in problem.message
    with pytest.raises(RefusedError, match=name):
        generate(root / "openapi.yaml", tmp_path / "out", Project(tmp_path))
    assert not (tmp_path / "out").exists()
