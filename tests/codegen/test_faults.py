"""Whatever no generator can express is a fault that says what, whose, and where; nothing is skipped.

The cases stand in ``faults.yaml``, each with what is said of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from codegen.contract import Contract, ContractError
from codegen.normal_form import normalize

CASES: dict[str, dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("faults.yaml"))

HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
DONE = "responses: {'204': {description: Done.}}"

PARAMETER = f"""\
{HEAD}paths:
  /a:
    get:
      operationId: go
      parameters:
        - %s
      {DONE}
"""

OPERATION = f"""\
{HEAD}paths:
  /a:
    post:
      operationId: go
      %s
      %s
"""

PROPERTY = f"""\
{HEAD}paths:
  /things:
    post:
      operationId: make_thing
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                it: %s
      {DONE}
components:
  schemas:
    Text: {{type: string}}
    Cat: {{type: object, properties: {{name: {{type: string}}}}}}
"""


def faults(text: str) -> list[str]:
    with pytest.raises(ContractError) as caught:
        normalize(Contract.parse(text.encode(), "openapi.yaml"))
    return [str(fault).removeprefix("openapi.yaml:") for fault in caught.value.faults]


@pytest.mark.parametrize("case", CASES["schemas"].values(), ids=CASES["schemas"])
def test_a_schema(case: dict[str, Any]) -> None:
    assert case["faults"] == faults(PROPERTY % case["it"] + case.get("more", ""))


@pytest.mark.parametrize("case", CASES["parameters"].values(), ids=CASES["parameters"])
def test_a_parameter(case: dict[str, Any]) -> None:
    assert case["faults"] == faults(PARAMETER % case["parameter"])


@pytest.mark.parametrize("case", CASES["operations"].values(), ids=CASES["operations"])
def test_an_operation(case: dict[str, Any]) -> None:
    answers = "responses" in case["operation"] or case["faults"] == ["5:5: go: responses is missing"]
    assert case["faults"] == faults(OPERATION % (case["operation"], "" if answers else DONE))


@pytest.mark.parametrize("case", CASES["contracts"].values(), ids=CASES["contracts"])
def test_a_contract(case: dict[str, Any]) -> None:
    assert case["faults"] == faults(case["contract"])
