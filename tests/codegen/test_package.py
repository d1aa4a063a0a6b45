"""The whole package: the same bytes everywhere, nothing left out in silence, and names that are free."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from boltz_api.model import Model
from boltz_api.request import OPTION_NAMES
from boltz_api.resource import SyncResource
from codegen.document import Faults
from codegen.emit import write_package
from codegen.normal_form import load
from codegen.project import HERE
from codegen.python_names import CLIENT_ATTRIBUTES, FIELDS, OPTIONS, RESOURCE_ATTRIBUTES, ClassNames, is_apart
from codegen.python_names import python_name as named

CONTRACTS = Path(__file__).parent.parent / "contracts"
HASHES = f"""
import hashlib, sys
from pathlib import Path
sys.path.insert(0, {str(HERE.root / "overlays")!r})
from codegen.emit import write_package
from codegen.normal_form import load
for number, contract in enumerate(sys.argv[1:]):
    target = Path(f"package{{number}}")
    target.mkdir()
    write_package(load(Path(contract)), target)
    for file in sorted(target.rglob("*")):
        print(file, file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest())
"""


def hashes(folder: Path, seed: str) -> str:
    folder.mkdir()
    contracts = [str(HERE.contract), *map(str, sorted(CONTRACTS.glob("*.yaml")))]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", HASHES, *contracts]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=600)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_hash_seed_or_folder(tmp_path: Path) -> None:
    # A ruff configuration above the target must not matter either.
    (tmp_path / "ruff.toml").write_text("line-length = 60\n[format]\nquote-style = 'single'\n", encoding="utf-8")
    assert hashes(tmp_path / "a", "0") == hashes(tmp_path / "b", "4711")


CONTRACT = """\
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /things:
    get:
      operationId: list_things
      parameters:
        - {name: X-Ids, in: header, schema: {type: array, items: {type: string}}}
      responses: {'200': {description: Y., content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
components:
  schemas:
    Thing: {type: object, properties: {name: {type: string}}}
"""


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.yaml"
    path.write_text(CONTRACT, encoding="utf-8")
    return path


def test_what_openapi_python_client_skips_is_a_fault_with_a_place(contract: Path, tmp_path: Path) -> None:
    with pytest.raises(Faults, match=r"openapi-python-client: .*not allowed in header") as caught:
        write_package(load(contract), tmp_path / "package")
    assert [("list_things", 5)] == [
        (Path(own.place.file).stem and "list_things", own.place.line) for own in caught.value.faults
    ]
    assert not (tmp_path / "package").exists()


def test_what_datamodel_code_generator_leaves_out_is_a_fault_with_a_place(
    contract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import datamodel_code_generator

    original = datamodel_code_generator.generate

    def forgetful(*arguments: Any, **options: Any) -> str:
        return str(original(*arguments, **options)).replace("class Thing(", "class Other(")

    monkeypatch.setattr(datamodel_code_generator, "generate", forgetful)
    contract.write_text(CONTRACT.replace("array, items: {type: string}", "string"), encoding="utf-8")
    with pytest.raises(Faults, match="datamodel-code-generator: Thing was not written") as caught:
        write_package(load(contract), tmp_path / "package")
    assert [12] == [fault.place.line for fault in caught.value.faults]


def public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def test_names_that_the_runtime_has_are_not_given_to_the_contracts_things() -> None:
    from boltz_api.base import AsyncAPIClient, SyncAPIClient

    assert OPTION_NAMES == OPTIONS
    assert public(Model) | OPTIONS <= FIELDS
    assert public(SyncAPIClient) | public(AsyncAPIClient) <= CLIENT_ATTRIBUTES
    assert public(SyncResource) <= RESOURCE_ATTRIBUTES


@pytest.mark.parametrize(
    ("generated", "expected"),
    [
        ("from_", "from_"),
        ("list_", "list"),
        ("type_", "type"),
        ("self_", "self_"),
        ("timeout", "timeout_"),
        ("id", "id"),
    ],
)
def test_only_what_means_something_else_gets_an_underscore(generated: str, expected: str) -> None:
    assert expected == named(generated)


def test_classes_differ_as_the_parser_spells_them() -> None:
    names = ClassNames()
    claimed = [names.claim(own) for own in ("Thing", "Thing", "THING", "Model", "OAuth2Token", "None")]
    assert claimed == ["Thing", "Thing2", "THING", "Model2", "OAuth2Token", "None2"]


def test_properties_that_the_parser_cannot_tell_apart() -> None:
    assert is_apart("ID", ["id"])
    assert is_apart("createdAt", ["created_at"])
    assert not is_apart("-1", ["+1"])
