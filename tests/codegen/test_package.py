"""The whole package: the same bytes everywhere, and nothing but what belongs to it."""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codegen import data_modules, operation_modules
from codegen.contract import Contract, ContractError
from codegen.json_schema import ModelsDocument
from codegen.normal_form import NormalForm, normalize
from codegen.package import PACKAGE, write_package
from codegen.project import HERE

CONTRACTS = Path(__file__).parent.parent / "contracts"
HASHES = f"""
import hashlib, sys
from pathlib import Path
sys.path.insert(0, {str(HERE.root / "overlays")!r})
from codegen.contract import Contract
from codegen.package import write_package
for number, contract in enumerate(sys.argv[1:]):
    target = Path(f"package{{number}}")
    target.mkdir()
    write_package(Contract.read(Path(contract)), target)
    for file in sorted(target.rglob("*")):
        print(file, file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest())
"""


def hashes(folder: Path, seed: str, python: str = sys.executable) -> str:
    folder.mkdir()
    contracts = [str(HERE.contract), *map(str, sorted(CONTRACTS.glob("*.yaml")))]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [python, "-c", HASHES, *contracts]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=300)
    assert done.stderr == ""
    assert {own.name for own in folder.iterdir()} == {f"package{number}" for number in range(len(contracts))}
    return done.stdout


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_hash_seed_or_folder(tmp_path: Path) -> None:
    # A ruff configuration above the target must not matter either.
    (tmp_path / "ruff.toml").write_text("line-length = 60\n[format]\nquote-style = 'single'\n", encoding="utf-8")
    assert hashes(tmp_path / "a", "0") == hashes(tmp_path / "b", "4711")


@pytest.mark.parametrize("above", [".", "build", ".nox"])
def test_the_committed_package_is_what_the_contract_gives(tmp_path: Path, above: str) -> None:
    """Folders with some names are left alone by the formatter if nobody insists."""
    target = tmp_path / above / "package"
    target.mkdir(parents=True)
    write_package(Contract.read(HERE.contract), target)

    def contents(folder: Path) -> dict[str, str]:
        files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    committed = contents(HERE.generated)
    del committed["manifest.json"]
    assert committed == contents(target)


def test_nothing_is_written_if_the_contract_cannot_be_expressed(tmp_path: Path) -> None:
    text = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {/a: {get: {}}}\n"
    with pytest.raises(ContractError, match="operationId is missing"):
        write_package(Contract.parse(text.encode(), "openapi.yaml"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_package_knows_nothing_of_the_client_or_of_http(tmp_path: Path) -> None:
    program = (
        f"import sys; before = set(sys.modules); import {PACKAGE}.operations.admin_api_keys, {PACKAGE}.params\n"
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names))"
    )
    shutil.copytree(HERE.generated, tmp_path / PACKAGE)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    # typing_extensions is msgspec's own.
    assert {PACKAGE, "msgspec"} <= set(ast.literal_eval(done.stdout))
    assert set(ast.literal_eval(done.stdout)) <= {PACKAGE, "attr", "attrs", "msgspec", "typing_extensions"}


@pytest.fixture
def form() -> NormalForm:
    return normalize(Contract.read(CONTRACTS / "unions.yaml"))


def without_lines(source: str, start: str) -> str:
    """``source`` as a generator would write it that left something out."""
    assert start in source
    return "\n".join(line for line in source.splitlines() if not line.strip().startswith(start))


def test_a_type_or_a_field_that_the_generator_leaves_out_is_a_fault(
    form: NormalForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datamodel_code_generator

    original = datamodel_code_generator.generate

    def forgetful(*arguments: Any, **options: Any) -> str:
        source = original(*arguments, **options)
        assert isinstance(source, str)
        return without_lines(without_lines(source, "OwnerInputContact: TypeAlias"), "indoor:")

    monkeypatch.setattr(datamodel_code_generator, "generate", forgetful)
    with pytest.raises(ContractError) as caught:
        data_modules.models_source(form, PACKAGE)
    assert [fault.message for fault in caught.value.faults] == [
        "datamodel-code-generator: Cat: the fields are ['name', 'pet_type'], not ['indoor', 'name', 'pet_type']",
        "datamodel-code-generator: CatInput: the fields are ['name', 'pet_type'], not ['indoor', 'name', 'pet_type']",
        "datamodel-code-generator: OwnerInputContact was not written",
    ]


def test_a_warning_of_the_generator_is_a_fault(form: NormalForm, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unchecked(ModelsDocument):
        def document(self) -> Any:
            node = super().document()
            node["$defs"]["Owner"]["properties"]["name"] = {"type": "integer", "maximum": 2**70}
            return node

    monkeypatch.setattr(data_modules, "ModelsDocument", Unchecked)
    with pytest.raises(ContractError, match=r"datamodel-code-generator: .*64-bit range"):
        data_modules.models_source(form, PACKAGE)


def test_an_operation_that_the_generator_skips_is_a_fault(form: NormalForm, monkeypatch: pytest.MonkeyPatch) -> None:
    original = operation_modules.operations_document

    def unfit(form: NormalForm) -> dict[str, Any]:
        node = original(form)
        node["paths"]["/cats"]["post"]["parameters"] = [{"name": "trace", "in": "header", "schema": {}}]
        return node

    monkeypatch.setattr(operation_modules, "operations_document", unfit)
    with pytest.raises(ContractError, match="openapi-python-client: WARNING parsing POST /cats"):
        operation_modules.operations_sources(form, data_modules.params_source(form), PACKAGE)


def test_an_operation_that_is_missing_from_the_output_is_a_fault(
    form: NormalForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = operation_modules.operations_document

    def incomplete(form: NormalForm) -> dict[str, Any]:
        node = original(form)
        del node["paths"]["/cats"]
        return node

    monkeypatch.setattr(operation_modules, "operations_document", incomplete)
    with pytest.raises(ContractError) as caught:
        operation_modules.operations_sources(form, data_modules.params_source(form), PACKAGE)
    line, _ = form.contract.position("#/paths/~1cats/post")
    expected = [(line, "add_cat: openapi-python-client left it out")]
    assert expected == [(fault.line, fault.message) for fault in caught.value.faults]
