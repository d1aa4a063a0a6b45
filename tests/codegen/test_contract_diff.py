"""What an edit of the contract is called, and what it breaks."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from codegen.contract_diff import diff
from codegen.normal_form import load

RANKS = ("note", "addition", "breaking")

CONTRACT = """\
openapi: 3.1.0
info: {title: Fixture, version: 1.0.0}
paths:
  /keys:
    get:
      operationId: list_keys
      tags: [keys]
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
        - {name: cursor, in: query, required: true, schema: {type: string}}
      responses:
        '200':
          description: A page.
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Key'}}}}
        '404': {$ref: '#/components/responses/Fault'}
    post:
      operationId: create_key
      tags: [keys]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/NewKey'}}}
      responses:
        '200': {description: The key., content: {application/json: {schema: {$ref: '#/components/schemas/Key'}}}}
  /keys/{key_id}:
    delete:
      operationId: delete_key
      tags: [keys]
      parameters:
        - {name: key_id, in: path, required: true, schema: {type: string}}
      responses:
        '204': {description: Gone.}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    NewKey:
      type: object
      required: [name]
      properties:
        name: {type: string, minLength: 1, maxLength: 255}
        note: {type: string, description: A note.}
        mode: {type: string, enum: [live, test], default: live}
        scope: {type: [string, 'null']}
        count: {type: integer}
    Key:
      type: object
      required: [id, kind, expires_at]
      properties:
        id: {type: string, maxLength: 40}
        kind: {type: string, enum: [admin, workspace]}
        expires_at: {type: [string, 'null'], format: date-time}
        label: {type: string}
        weight: {type: number}
    Fault:
      type: object
      required: [code]
      properties:
        code: {type: string}
        details: {type: object}
  responses:
    Fault:
      description: A fault.
      content: {application/json: {schema: {$ref: '#/components/schemas/Fault'}}}
"""


EDITS = yaml.safe_load(Path(__file__).with_name("contract_edits.yaml").read_text("utf-8"))
DELETE = CONTRACT[CONTRACT.index("  /keys/{key_id}:") : CONTRACT.index("components:")]
EDITS["one"].append([DELETE, "", "breaking - delete_key: operation DELETE /keys/{key_id}"])


def document(text: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "openapi.yaml")
        path.write_text(text, encoding="utf-8")
        return load(path).document


def changes(old: str, new: str) -> list[str]:
    assert old in CONTRACT
    return [f"{own.kind} {own}" for own in diff(document(CONTRACT), document(CONTRACT.replace(old, new)))]


@pytest.mark.parametrize(("old", "new", "line"), EDITS["one"])
def test_each_edit_is_called_by_its_name_and_rated(old: str, new: str, line: str) -> None:
    found = changes(old, new)
    assert line in found
    assert line.split(maxsplit=1)[0] == max((own.split()[0] for own in found), key=RANKS.index)


@pytest.mark.parametrize(("old", "new", "expected"), [(old, new, lines) for old, new, *lines in EDITS["all"]])
def test_everything_that_changes_is_said(old: str, new: str, expected: list[str]) -> None:
    assert expected == changes(old, new)


@pytest.mark.parametrize(("old", "new"), [edit[:2] for edit in EDITS["one"]])
def test_a_change_undone_is_said_the_other_way_round(old: str, new: str) -> None:
    before, after = document(CONTRACT), document(CONTRACT.replace(old, new))
    mirrored = str.maketrans("+-", "-+")
    forth = sorted(str(change).split(":")[0][:1].translate(mirrored) + str(change).split(":")[0][1:]
                   for change in diff(before, after))  # fmt: skip
    assert forth == sorted(str(change).split(":")[0] for change in diff(after, before))


def test_schemas_that_contain_themselves_and_variants_are_followed() -> None:
    tree = """\
        label: {type: object, properties: {kind: {const: tree}, next: {$ref: '#/components/schemas/Key'}}}
        either: {oneOf: [{$ref: '#/components/schemas/Fault'}, {$ref: '#/components/schemas/NewKey'}]}
        grid: {type: array, items: {type: array, items: {type: integer, minimum: 0}}}
        map: {type: object, additionalProperties: {type: string}}
"""
    text = CONTRACT.replace("        label: {type: string}\n", tree)
    lines = {str(change) for change in diff(document(text), document(text.replace("minimum: 0", "minimum: 1")))}
    assert {
        "~ create_key: response 200 field grid[][]: minimum 0 -> 1",
        "~ list_keys: response 200 field [].grid[][]: minimum 0 -> 1",
    } == lines
    fewer = text.replace("[{$ref: '#/components/schemas/Fault'}, ", "[{type: string}, ")
    lines = {str(change) for change in diff(document(text), document(fewer)) if "create_key" in str(change)}
    assert "- create_key: response 200 field either(Fault): object" in lines
    assert "+ create_key: response 200 field either(1): string" in lines
