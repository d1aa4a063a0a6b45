"""Every operation of the family and of our own contract sends what its contract says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codegen.project import HERE
from tests.codegen.conformance import Check, Contract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.codegen.conftest import Generated

CONTRACTS = [HERE.contract, *sorted((HERE.root / "tests" / "contracts").glob("*.yaml"))]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda path: path.stem)
def test_what_is_sent_is_what_the_contract_says(contract: Path, generated: Callable[[Path], Generated]) -> None:
    own = generated(contract)
    assert [] == Check(Contract.read(contract), own.package, own.client_class, seed=1).problems()
