"""Edits of the contract, what each is called, and the version it demands."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.version import Version

from release.change import Change
from release.contract_changes import contract_changes
from release.versioning import Impact, demanded

BREAKING, ADDITIVE, FIX = Impact.BREAKING, Impact.ADDITIVE, Impact.FIX

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

DELETE = CONTRACT[CONTRACT.index("  /keys/{key_id}:") : CONTRACT.index("components:")]
NOT_FOUND = "        '404': {$ref: '#/components/responses/Fault'}\n"
FAULTY = "        '204': {description: Gone.}\n"

# What the edit replaces, what it puts there, and the one line that must come of it.
EDITS: dict[str, tuple[str, str, str, Impact]] = {
    "endpoint removed": (DELETE, "", "delete_key: removed operation DELETE /keys/{key_id}", BREAKING),
    "endpoint moved": (
        "  /keys/{key_id}:", "  /key/{key_id}:", "delete_key: path /keys/{key_id} -> /key/{key_id}", BREAKING,
    ),
    "method changed": ("    delete:", "    put:", "delete_key: method DELETE -> PUT", BREAKING),
    "resource renamed": (
        "operationId: delete_key\n      tags: [keys]", "operationId: delete_key\n      tags: [others]",
        "delete_key: tag keys -> others", BREAKING,
    ),
    "endpoint deprecated": (
        "operationId: delete_key", "operationId: delete_key\n      deprecated: true",
        "delete_key: deprecated none -> true", FIX,
    ),
    "parameter removed": (
        "        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}\n", "",
        "list_keys: removed optional query parameter limit: integer, 1 to 100, default 20", BREAKING,
    ),
    "optional parameter added": (
        "        - {name: cursor,",
        "        - {name: order, in: query, schema: {type: string}}\n        - {name: cursor,",
        "list_keys: added optional query parameter order: string", ADDITIVE,
    ),
    "required parameter added": (
        "        - {name: cursor,",
        "        - {name: order, in: query, required: true, schema: {type: string}}\n        - {name: cursor,",
        "list_keys: added query parameter order: string", BREAKING,
    ),
    "parameter becomes required": (
        "name: limit, in: query,", "name: limit, in: query, required: true,",
        "list_keys: query parameter limit: optional -> required", BREAKING,
    ),
    "parameter becomes optional": (
        "name: cursor, in: query, required: true,", "name: cursor, in: query,",
        "list_keys: query parameter cursor: required -> optional", ADDITIVE,
    ),
    "default of a parameter changed": (
        "default: 20", "default: 50", "list_keys: query parameter limit: default 20 -> 50", BREAKING,
    ),
    "limit of a parameter lowered": (
        "maximum: 100", "maximum: 50", "list_keys: query parameter limit: maximum 100 -> 50", BREAKING,
    ),
    "limit of a parameter raised": (
        "maximum: 100", "maximum: 500", "list_keys: query parameter limit: maximum 100 -> 500", ADDITIVE,
    ),
    "request field removed": (
        "        note: {type: string, description: A note.}\n", "",
        "create_key: removed optional body field note: string", BREAKING,
    ),
    "optional request field added": (
        "        note:", "        text: {type: string}\n        note:",
        "create_key: added optional body field text: string", ADDITIVE,
    ),
    "required request field added": (
        "      required: [name]\n      properties:",
        "      required: [name, text]\n      properties:\n        text: {type: string}",
        "create_key: added body field text: string", BREAKING,
    ),
    "request field becomes required": (
        "required: [name]", "required: [name, note]", "create_key: body field note: optional -> required", BREAKING,
    ),
    "request field becomes optional": (
        "required: [name]", "required: []", "create_key: body field name: required -> optional", ADDITIVE,
    ),
    "request type changed": (
        "count: {type: integer}", "count: {type: string}",
        "create_key: body field count: type integer -> string", BREAKING,
    ),
    "request type widened": (
        "count: {type: integer}", "count: {type: number}",
        "create_key: body field count: type integer -> number", ADDITIVE,
    ),
    "request constraint tightened": (
        "maxLength: 255", "maxLength: 100", "create_key: body field name: maxLength 255 -> 100", BREAKING,
    ),
    "request constraint loosened": (
        "minLength: 1, ", "", "create_key: body field name: minLength 1 -> none", ADDITIVE,
    ),
    "request constraint imposed": (
        "note: {type: string,", "note: {type: string, pattern: '^a',",
        "create_key: body field note: pattern none -> ^a", BREAKING,
    ),
    "request default changed": (
        "default: live", "default: test", "create_key: body field mode: default live -> test", BREAKING,
    ),
    "request default written down": (
        "note: {type: string,", "note: {type: string, default: '-',",
        "create_key: body field note: default none -> -", FIX,
    ),
    "request may be null": (
        "note: {type: string,", "note: {type: [string, 'null'],",
        "create_key: body field note: nullable none -> true", ADDITIVE,
    ),
    "request may no longer be null": (
        "scope: {type: [string, 'null']}", "scope: {type: string}",
        "create_key: body field scope: nullable true -> none", BREAKING,
    ),
    "request enum value added": (
        "enum: [live, test]", "enum: [live, test, dry]", 'create_key: body field mode: enum gains "dry"', ADDITIVE,
    ),
    "request enum value removed": (
        "enum: [live, test]", "enum: [live]", 'create_key: body field mode: enum loses "test"', BREAKING,
    ),
    "answer field added": (
        "        label: {type: string}", "        label: {type: string}\n        color: {type: string}",
        "create_key: added optional answer 200 field color: string", ADDITIVE,
    ),
    "answer field removed": (
        "        label: {type: string}\n", "", "create_key: removed optional answer 200 field label: string", BREAKING,
    ),
    "answer field may be missing": (
        "required: [id, kind, expires_at]", "required: [id, kind]",
        "create_key: answer 200 field expires_at: required -> optional", BREAKING,
    ),
    "answer field is always there": (
        "required: [id, kind, expires_at]", "required: [id, kind, expires_at, label]",
        "create_key: answer 200 field label: optional -> required", ADDITIVE,
    ),
    "answer type changed": (
        "label: {type: string}", "label: {type: integer}",
        "create_key: answer 200 field label: type string -> integer", BREAKING,
    ),
    "answer type narrowed": (
        "weight: {type: number}", "weight: {type: integer}",
        "create_key: answer 200 field weight: type number -> integer", ADDITIVE,
    ),
    "answer format changed": (
        "format: date-time", "format: date",
        "create_key: answer 200 field expires_at: format date-time -> date", BREAKING,
    ),
    "answer constraint loosened": (
        "maxLength: 40", "maxLength: 80", "create_key: answer 200 field id: maxLength 40 -> 80", BREAKING,
    ),
    "answer constraint tightened": (
        "maxLength: 40", "maxLength: 20", "create_key: answer 200 field id: maxLength 40 -> 20", ADDITIVE,
    ),
    "answer may be null": (
        "label: {type: string}", "label: {type: [string, 'null']}",
        "create_key: answer 200 field label: nullable none -> true", BREAKING,
    ),
    "answer is never null": (
        "expires_at: {type: [string, 'null'],", "expires_at: {type: string,",
        "create_key: answer 200 field expires_at: nullable true -> none", ADDITIVE,
    ),
    "answer enum value added": (
        "enum: [admin, workspace]", "enum: [admin, workspace, robot]",
        'create_key: answer 200 field kind: enum gains "robot"', ADDITIVE,
    ),
    "answer enum value removed": (
        "enum: [admin, workspace]", "enum: [workspace]",
        'create_key: answer 200 field kind: enum loses "admin"', ADDITIVE,
    ),
    "answer enum dropped": (
        ", enum: [admin, workspace]", "",
        'create_key: answer 200 field kind: enum ["admin", "workspace"] -> none', BREAKING,
    ),
    "answer default changed": (
        "label: {type: string}", "label: {type: string, default: x}",
        "create_key: answer 200 field label: default none -> x", FIX,
    ),
    "error documented": (
        FAULTY, FAULTY + NOT_FOUND, "delete_key: added error 404", ADDITIVE,
    ),
    "error field removed": (
        "        details: {type: object}\n", "",
        "any operation: removed optional error body Fault field details: object", BREAKING,
    ),
    "description changed": (
        "A note.", "Some note.", "openapi.yaml: descriptions, examples or the like changed", FIX,
    ),
}  # fmt: skip


def changes(tmp_path: Path, old: str, new: str) -> list[Change]:
    for name, text in (("old", old), ("new", new)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "openapi.yaml").write_text(text, "utf-8")
    return contract_changes(tmp_path / "old", tmp_path / "new", second_look=False)


@pytest.mark.parametrize(("before", "after", "line", "impact"), EDITS.values(), ids=EDITS.keys())
def test_each_edit_is_called_by_its_name_and_rated(
    before: str, after: str, line: str, impact: Impact, tmp_path: Path
) -> None:
    assert before in CONTRACT
    found = changes(tmp_path, CONTRACT, CONTRACT.replace(before, after))
    subject, what = line.split(": ", 1)
    assert Change(subject, what, impact) in found
    # A schema that several operations share shows in each of them; no line may be graver than the edit.
    assert impact == max(change.impact for change in found)
    level = {BREAKING: "2.0.0", ADDITIVE: "1.1.0", FIX: "1.0.1"}[impact]
    assert Version(level) == demanded(Version("1.0.0"), max(change.impact for change in found))


def test_a_renamed_field_is_a_removal_and_an_addition(tmp_path: Path) -> None:
    found = changes(tmp_path, CONTRACT, CONTRACT.replace("note: {", "remark: {"))
    assert [
        Change("create_key", "added optional body field remark: string", ADDITIVE),
        Change("create_key", "removed optional body field note: string", BREAKING),
    ] == sorted(found)


def test_a_renamed_operation_is_a_removal_and_an_addition(tmp_path: Path) -> None:
    found = changes(tmp_path, CONTRACT, CONTRACT.replace("operationId: delete_key", "operationId: remove_key"))
    assert {
        Change("delete_key", "removed operation DELETE /keys/{key_id}", BREAKING),
        Change("remove_key", "added operation DELETE /keys/{key_id}", ADDITIVE),
    } == set(found)


def test_the_contract_s_own_version_is_no_change(tmp_path: Path) -> None:
    assert changes(tmp_path, CONTRACT, CONTRACT.replace("version: 1.0.0", "version: 1.1.0")) == []


def test_the_same_contract_has_no_changes(tmp_path: Path) -> None:
    assert changes(tmp_path, CONTRACT, CONTRACT) == []
