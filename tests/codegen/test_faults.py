"""What cannot be expressed is a fault that says what, where, and what to do; what has no effect is a note.

The cases stand in ``faults.yaml``: what is put into the template of its group, and what is said of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from codegen.normal_form import Faults, load

CASES: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("faults.yaml").read_text("utf-8"))

HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
DONE = "responses: {'204': {description: Done.}}"
TEMPLATES = {
    "schemas": f"""\
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
    Cat: {{type: object, required: [kind], properties: {{kind: {{type: string}}}}}}
    Dog: {{type: object, required: [kind], properties: {{kind: {{type: string}}}}}}
""",
    "parameters": f"""\
{HEAD}paths:
  /a:
    get:
      operationId: go
      parameters:
        - %s
      {DONE}
""",
    "operations": f"""\
{HEAD}paths:
  /a:
    post:
      operationId: go
      %s
""",
    "listings": f"""\
{HEAD}paths:
  /a:
    get:
      operationId: go
      x-pagination: %s
      parameters:
        - {{name: after_id, in: query, schema: {{type: string}}}}
        - {{name: page, in: query, schema: {{type: integer}}}}
      responses:
        '200':
          description: A page.
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/Page'}}}}}}
components:
  schemas:
    Page:
      type: object
      properties:
        data: {{type: array, items: {{type: string}}}}
        has_more: {{type: boolean}}
        last_id: {{type: [string, 'null']}}
        total: {{type: integer}}
""",
    "contracts": f"{HEAD}%s",
    "wholes": "%s",
}


@pytest.mark.parametrize(
    ("group", "name"),
    [pytest.param(group, name, id=f"{group}: {name}") for group, cases in CASES.items() for name in cases],
)
def test_what_is_said(tmp_path: Path, group: str, name: str) -> None:
    case = CASES[group][name] if isinstance(CASES[group][name], dict) else {"it": name, "said": CASES[group][name]}
    text = TEMPLATES[group] % case["it"].replace("DONE", DONE) + case.get("more", "")
    if "operationId: go\n" in text and "responses" not in text and not case.get("bare"):
        text += f"      {DONE}\n"
    path = tmp_path / "openapi.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        said = [f"note {note}" for note in load(path).notes]
    except Faults as error:
        said = str(error).splitlines()
    said = [line.replace(f"{path}:", "").replace(f"{path.parent}/", "") for line in said]
    assert (case["said"] if isinstance(case["said"], list) else [case["said"]]) == said
