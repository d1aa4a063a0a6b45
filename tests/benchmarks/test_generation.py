from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.generation import contract
from codegen.normal_form import load


@pytest.mark.parametrize("operations", [3, 30])
def test_a_grown_contract_has_so_many_operations_each_with_a_name_and_a_path_of_its_own(operations: int) -> None:
    items = [item for path in contract(operations)["paths"].values() for item in path.values() if "operationId" in item]
    assert operations == len({item["operationId"] for item in items})


def test_the_schemas_grow_with_the_operations_but_for_the_shared_error() -> None:
    small, large = (contract(operations)["components"]["schemas"] for operations in (3, 30))
    assert 10 * (len(small) - 1) == len(large) - 1


def test_the_pipeline_takes_a_grown_contract(tmp_path: Path) -> None:
    grown = tmp_path / "grown.json"
    grown.write_text(json.dumps(contract(30)), encoding="utf-8")
    assert 20 == len(load(grown).document["paths"])


def test_a_contract_of_no_whole_number_of_resources_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 3, got 4"):
        contract(4)
