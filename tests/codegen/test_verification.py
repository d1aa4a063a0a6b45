"""What ``verify`` tells: every way in which generated/, contract, pipeline and client can come apart."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from codegen.contract import Contract
from codegen.generation import RefusedError, generate, write
from codegen.manifest import Manifest
from codegen.normal_form import NormalForm
from codegen.project import Project
from codegen.verification import check_bindings, check_package, check_versions

MEND = "(run: nox -s generate)"


@pytest.fixture(scope="module")
def fresh(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as the pipeline writes it now."""
    folder = tmp_path_factory.mktemp("fresh")
    write(Contract.read(root / "openapi.yaml"), folder, Project(root))
    return folder


@pytest.fixture(scope="module")
def form(root: Path) -> NormalForm:
    from codegen.normal_form import normalize

    return normalize(Contract.parse((root / "openapi.yaml").read_bytes(), "openapi.yaml"))


@pytest.fixture
def package(fresh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed package; what is wrong with it is shown relative to where it stands."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(fresh, tmp_path / "generated")


def with_manifest(package: Path, **changed: Any) -> None:
    manifest = Manifest.parse((package / "manifest.json").read_bytes())
    (package / "manifest.json").write_bytes(evolve(manifest, **changed).render())


def problems(form: NormalForm, package: Path, fresh: Path) -> list[str]:
    return [str(problem) for problem in check_package(form, package, fresh)]


def test_nothing_is_wrong_with_what_was_just_written(form: NormalForm, package: Path, fresh: Path) -> None:
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "models.cpython-311.pyc").write_bytes(b"")
    assert problems(form, package, fresh) == []


def test_a_file_that_was_edited(form: NormalForm, package: Path, fresh: Path) -> None:
    with (package / "models.py").open("a", encoding="utf-8") as models:
        models.write("\n")
    assert problems(form, package, fresh) == [f"generated/models.py: edited by hand {MEND}"]


def test_a_file_that_is_missing(form: NormalForm, package: Path, fresh: Path) -> None:
    (package / "operations" / "admin_api_keys.py").unlink()
    assert problems(form, package, fresh) == [f"generated/operations/admin_api_keys.py: missing {MEND}"]


@pytest.mark.parametrize("name", ["extra.py", "operations/notes.txt", ".hidden"])
def test_a_file_that_no_generator_wrote(form: NormalForm, package: Path, fresh: Path, name: str) -> None:
    (package / name).write_text("", encoding="utf-8")
    assert problems(form, package, fresh) == [f"generated/{name}: no generator writes this file {MEND}"]


def test_a_manifest_that_was_edited(form: NormalForm, package: Path, fresh: Path) -> None:
    with_manifest(package, files={})
    assert problems(form, package, fresh) == [f"generated/manifest.json: edited by hand {MEND}"]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"\xff", b'{"contract": 1}', b'{"surface": [1]}', b'{"surface": 1}']
)
def test_a_manifest_that_is_none(form: NormalForm, package: Path, fresh: Path, content: bytes) -> None:
    (package / "manifest.json").write_bytes(content)
    assert problems(form, package, fresh) == [f"generated/manifest.json: edited by hand {MEND}"]


def test_no_package_at_all(form: NormalForm, package: Path, fresh: Path) -> None:
    shutil.rmtree(package)
    missing = problems(form, package, fresh)
    assert f"generated/manifest.json: missing {MEND}" in missing
    assert all(line.endswith(f": missing {MEND}") for line in missing)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"contract": "0"}, "openapi.yaml: changed"),
        ({"pipeline": {}}, "overlays/codegen/normal_form.py: changed"),
        ({"settings": {}}, "pyproject.toml: [tool.datamodel-codegen] changed"),
        ({"versions": {"ruff": "0.1.0"}}, "pyproject.toml: ruff 0.1.0 -> "),
    ],
)
def test_what_changed_without_a_regeneration_is_named(
    form: NormalForm, package: Path, fresh: Path, changed: dict[str, object], expected: str
) -> None:
    with_manifest(package, **changed)
    found = problems(form, package, fresh)
    assert [line for line in found if line.startswith(expected)]
    assert all(line.endswith(f"changed since generated/ was written {MEND}") for line in found[:-1])
    assert found[-1] == f"generated/manifest.json: out of date {MEND}"


def test_a_manifest_reads_as_it_was_written(fresh: Path) -> None:
    source = (fresh / "manifest.json").read_bytes()
    manifest = Manifest.parse(source)
    assert manifest.render() == source
    assert manifest.files.keys() >= {"models.py", "params.py", "operations/__init__.py"}
    assert [*manifest.files] == sorted(manifest.files)
    assert manifest.surface.operations == ("create_api_key", "list_api_keys", "revoke_api_key")


def test_templates_and_generator_code_are_pinned_but_not_what_only_checks(fresh: Path) -> None:
    pinned = Manifest.parse((fresh / "manifest.json").read_bytes()).pipeline
    assert any(name.startswith("overlays/codegen/templates/") for name in pinned)
    assert "overlays/codegen/operations.py" in pinned
    assert "overlays/codegen/verification.py" not in pinned


def test_the_modules_left_out_of_the_manifest_exist(root: Path) -> None:
    from codegen.manifest import _NO_GENERATORS

    assert {name for name in _NO_GENERATORS if not (root / "overlays" / "codegen" / name).is_file()} == set()


@pytest.mark.parametrize("asked", ["ruff==0.0.1", "no-such-generator==1.0"])
def test_a_generator_that_is_not_the_pinned_one(root: Path, tmp_path: Path, asked: str) -> None:
    name, _, version = asked.partition("==")
    text = f'[tool]\n[dependency-groups]\ngenerate = ["{asked}"]\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    (problem,) = check_versions(Project(tmp_path))
    assert f"{name} is pinned to {version}, but" in problem.message
    with pytest.raises(RefusedError, match=name):
        generate(Contract.read(root / "openapi.yaml"), tmp_path / "out", Project(tmp_path))
    assert not (tmp_path / "out").exists()


def test_bindings_that_are_missing_or_gone(form: NormalForm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path)
    project.client.mkdir(parents=True)
    (project.client / "api_keys.py").write_text(
        "from boltz_api_generated import operations\n"
        "class APIKeys:\n"
        "    create = call(operations.create_api_key)\n"
        "    list = pages(operations.list_api_keys)\n"
        "    revoke = call(operations.revoke_api_key)\n"
        "class AsyncAPIKeys:\n"
        "    create = call(operations.create_api_key)\n"
        "    list = pages(operations.list_api_keys)\n"
        "class Both(Resource[M]):\n"
        "    erase = call(operations.erase_api_key)\n",
        encoding="utf-8",
    )
    (operation,) = (operation for operation in form.operations if operation.name == "revoke_api_key")
    line, column = form.contract.position(operation.pointer)
    unbound, gone = map(str, check_bindings(form, project))
    assert unbound == (
        f"openapi.yaml:{line}:{column}: revoke_api_key is bound by no resource of the async client "
        "(bind it in overlays/boltz_api/resources, then run: nox -s verify)"
    )
    assert gone == (
        "overlays/boltz_api/api_keys.py:10: openapi.yaml has no operation erase_api_key "
        "(remove it, then run: nox -s verify)"
    )
