"""What ``verify`` tells: every way in which generated/, contract and pipeline can come apart."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from codegen import generation
from codegen.emit import PACKAGE
from codegen.generation import MANIFEST, Manifest, RefusedError, differences, files, generate, write
from codegen.normal_form import load
from codegen.project import Project

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
    found = differences(package.parent, fresh, Path("openapi.yaml"))
    assert all(line.endswith(f" {MEND}") for line in found)
    return [line.removesuffix(f" {MEND}").removeprefix(f"generated/{PACKAGE}/") for line in found]


def test_nothing_is_wrong_with_what_was_just_written(package: Path, fresh: Path) -> None:
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "models.cpython-311.pyc").write_bytes(b"")
    assert [] == problems(package, fresh)


def test_files_that_were_edited_or_are_missing(package: Path, fresh: Path) -> None:
    (package / "models.py").write_bytes((package / "models.py").read_bytes() + b"\n")
    (package / "openapi.json").unlink()
    assert ["models.py: edited by hand", "openapi.json: missing"] == problems(package, fresh)


@pytest.mark.parametrize("name", ["extra.py", "resources/notes.txt", ".hidden"])
def test_a_file_that_no_generator_wrote(package: Path, fresh: Path, name: str) -> None:
    (package / name).write_text("", encoding="utf-8")
    assert [f"{name}: no generator writes this file"] == problems(package, fresh)


def test_a_folder_that_no_generator_wrote(package: Path, fresh: Path) -> None:
    (package.parent / "rust").mkdir()
    assert ["generated/rust: no generator writes this"] == problems(package, fresh)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"contract": 1}', b'{"files": {}}'])
def test_a_manifest_that_is_none(package: Path, fresh: Path, content: bytes) -> None:
    (package / MANIFEST).write_bytes(content)
    assert ["manifest.json: edited by hand"] == problems(package, fresh)


def test_no_package_at_all(package: Path, fresh: Path) -> None:
    shutil.rmtree(package.parent)
    missing = problems(package, fresh)
    assert "manifest.json: missing" in missing
    assert all(line.endswith(": missing") for line in missing)


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
    package: Path, fresh: Path, changed: dict[str, Any], expected: str
) -> None:
    old = msgspec.json.decode((package / MANIFEST).read_bytes(), type=Manifest)
    (package / MANIFEST).write_bytes(msgspec.structs.replace(old, **changed).render())
    *found, last = problems(package, fresh)
    assert [line for line in found if line.startswith(expected)]
    assert all(line.endswith(" changed since generated/ was written") for line in found)
    assert "manifest.json: out of date" == last


def test_a_manifest_names_all_that_the_files_were_made_from(fresh: Path) -> None:
    source = (fresh / PACKAGE / MANIFEST).read_bytes()
    read = msgspec.json.decode(source, type=Manifest)
    assert source == read.render()
    assert ["openapi.yaml"] == list(read.contract)
    assert sorted(files(fresh / PACKAGE).keys() - {MANIFEST}) == [*read.files]
    assert any(name.startswith("overlays/codegen/templates/") for name in read.pipeline)
    assert "overlays/codegen/schemas.py" in read.pipeline


def test_every_emitter_has_a_folder_and_a_manifest(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emitters = {name: lambda form, target: (target / "x").write_text(form.document["openapi"]) for name in "ab"}
    monkeypatch.setattr(generation, "EMITTERS", emitters)
    write(load(root / "openapi.yaml"), tmp_path, Project(root))
    assert ["a/manifest.json", "a/x", "b/manifest.json", "b/x"] == list(files(tmp_path))


@pytest.mark.parametrize("asked", ["ruff==0.0.1", "no-such-generator==1.0"])
def test_a_generator_that_is_not_the_pinned_one(root: Path, tmp_path: Path, asked: str) -> None:
    name, _, version = asked.partition("==")
    text = f'[tool]\n[dependency-groups]\ngenerate = ["{asked}"]\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError, match=f"^pyproject.toml: {name} is pinned to {version}, but"):
        generate(root / "openapi.yaml", tmp_path / "out", Project(tmp_path))
    assert not (tmp_path / "out").exists()
