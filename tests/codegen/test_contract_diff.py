"""What an edit of the contract is called, and what it breaks."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codegen.contract_diff import Change, diff
from codegen.normal_form import load

if TYPE_CHECKING:
    from codegen.contract_diff import Kind

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

DELETE = CONTRACT[CONTRACT.index("  /keys/{key_id}:") : CONTRACT.index("components:")]
NOT_FOUND = "        '404': {$ref: '#/components/responses/Fault'}\n"
FAULTY = "        '204': {description: Gone.}\n"

# What the edit replaces, what it puts there, and the one line that must come of it.
EDITS: dict[str, tuple[str, str, str, Kind]] = {
    "endpoint removed": (DELETE, "", "- delete_key: operation DELETE /keys/{key_id}", "breaking"),
    "endpoint moved": (
        "  /keys/{key_id}:", "  /key/{key_id}:", "~ delete_key: path /keys/{key_id} -> /key/{key_id}", "breaking",
    ),
    "method changed": ("    delete:", "    put:", "~ delete_key: method DELETE -> PUT", "breaking"),
    "resource renamed": (
        "operationId: delete_key\n      tags: [keys]", "operationId: delete_key\n      tags: [others]",
        "~ delete_key: tag keys -> others", "breaking",
    ),
    "endpoint deprecated": (
        "operationId: delete_key", "operationId: delete_key\n      deprecated: true",
        "~ delete_key: deprecated none -> true", "note",
    ),
    "parameter removed": (
        "        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}\n", "",
        "- list_keys: optional query parameter limit: integer, 1 to 100, default 20", "breaking",
    ),
    "optional parameter added": (
        "        - {name: cursor,",
        "        - {name: order, in: query, schema: {type: string}}\n        - {name: cursor,",
        "+ list_keys: optional query parameter order: string", "addition",
    ),
    "required parameter added": (
        "        - {name: cursor,",
        "        - {name: order, in: query, required: true, schema: {type: string}}\n        - {name: cursor,",
        "+ list_keys: query parameter order: string", "breaking",
    ),
    "parameter becomes required": (
        "name: limit, in: query,", "name: limit, in: query, required: true,",
        "~ list_keys: query parameter limit: optional -> required", "breaking",
    ),
    "parameter becomes optional": (
        "name: cursor, in: query, required: true,", "name: cursor, in: query,",
        "~ list_keys: query parameter cursor: required -> optional", "addition",
    ),
    "default of a parameter changed": (
        "default: 20", "default: 50", "~ list_keys: query parameter limit: default 20 -> 50", "breaking",
    ),
    "limit of a parameter lowered": (
        "maximum: 100", "maximum: 50", "~ list_keys: query parameter limit: maximum 100 -> 50", "breaking",
    ),
    "limit of a parameter raised": (
        "maximum: 100", "maximum: 500", "~ list_keys: query parameter limit: maximum 100 -> 500", "addition",
    ),
    "request field removed": (
        "        note: {type: string, description: A note.}\n", "",
        "- create_key: optional body field note: string", "breaking",
    ),
    "optional request field added": (
        "        note:", "        text: {type: string}\n        note:",
        "+ create_key: optional body field text: string", "addition",
    ),
    "required request field added": (
        "      required: [name]\n      properties:",
        "      required: [name, text]\n      properties:\n        text: {type: string}",
        "+ create_key: body field text: string", "breaking",
    ),
    "request field becomes required": (
        "required: [name]", "required: [name, note]", "~ create_key: body field note: optional -> required", "breaking",
    ),
    "request field becomes optional": (
        "required: [name]", "required: []", "~ create_key: body field name: required -> optional", "addition",
    ),
    "request type changed": (
        "count: {type: integer}", "count: {type: string}",
        "~ create_key: body field count: type integer -> string", "breaking",
    ),
    "request type widened": (
        "count: {type: integer}", "count: {type: number}",
        "~ create_key: body field count: type integer -> number", "addition",
    ),
    "request constraint tightened": (
        "maxLength: 255", "maxLength: 100", "~ create_key: body field name: maxLength 255 -> 100", "breaking",
    ),
    "request constraint loosened": (
        "minLength: 1, ", "", "~ create_key: body field name: minLength 1 -> none", "addition",
    ),
    "request constraint imposed": (
        "note: {type: string,", "note: {type: string, pattern: '^a',",
        "~ create_key: body field note: pattern none -> ^a", "breaking",
    ),
    "request default changed": (
        "default: live", "default: test", "~ create_key: body field mode: default live -> test", "breaking",
    ),
    "request default written down": (
        "note: {type: string,", "note: {type: string, default: '-',",
        "~ create_key: body field note: default none -> -", "note",
    ),
    "request may be null": (
        "note: {type: string,", "note: {type: [string, 'null'],",
        "~ create_key: body field note: nullable none -> true", "addition",
    ),
    "request may no longer be null": (
        "scope: {type: [string, 'null']}", "scope: {type: string}",
        "~ create_key: body field scope: nullable true -> none", "breaking",
    ),
    "request enum value added": (
        "enum: [live, test]", "enum: [live, test, dry]", '~ create_key: body field mode: enum gains "dry"', "addition",
    ),
    "request enum value removed": (
        "enum: [live, test]", "enum: [live]", '~ create_key: body field mode: enum loses "test"', "breaking",
    ),
    "response field added": (
        "        label: {type: string}", "        label: {type: string}\n        color: {type: string}",
        "+ create_key: optional response 200 field color: string", "addition",
    ),
    "response field removed": (
        "        label: {type: string}\n", "", "- create_key: optional response 200 field label: string", "breaking",
    ),
    "response field may be missing": (
        "required: [id, kind, expires_at]", "required: [id, kind]",
        "~ create_key: response 200 field expires_at: required -> optional", "breaking",
    ),
    "response field is always there": (
        "required: [id, kind, expires_at]", "required: [id, kind, expires_at, label]",
        "~ create_key: response 200 field label: optional -> required", "addition",
    ),
    "response type changed": (
        "label: {type: string}", "label: {type: integer}",
        "~ create_key: response 200 field label: type string -> integer", "breaking",
    ),
    "response type narrowed": (
        "weight: {type: number}", "weight: {type: integer}",
        "~ create_key: response 200 field weight: type number -> integer", "addition",
    ),
    "response format changed": (
        "format: date-time", "format: date",
        "~ create_key: response 200 field expires_at: format date-time -> date", "breaking",
    ),
    "response constraint loosened": (
        "maxLength: 40", "maxLength: 80", "~ create_key: response 200 field id: maxLength 40 -> 80", "breaking",
    ),
    "response constraint tightened": (
        "maxLength: 40", "maxLength: 20", "~ create_key: response 200 field id: maxLength 40 -> 20", "addition",
    ),
    "response may be null": (
        "label: {type: string}", "label: {type: [string, 'null']}",
        "~ create_key: response 200 field label: nullable none -> true", "breaking",
    ),
    "response is never null": (
        "expires_at: {type: [string, 'null'],", "expires_at: {type: string,",
        "~ create_key: response 200 field expires_at: nullable true -> none", "addition",
    ),
    "response enum value added": (
        "enum: [admin, workspace]", "enum: [admin, workspace, robot]",
        '~ create_key: response 200 field kind: enum gains "robot"', "addition",
    ),
    "response enum value removed": (
        "enum: [admin, workspace]", "enum: [workspace]",
        '~ create_key: response 200 field kind: enum loses "admin"', "addition",
    ),
    "response enum dropped": (
        ", enum: [admin, workspace]", "",
        '~ create_key: response 200 field kind: enum ["admin", "workspace"] -> none', "breaking",
    ),
    "response default changed": (
        "label: {type: string}", "label: {type: string, default: x}",
        "~ create_key: response 200 field label: default none -> x", "note",
    ),
    "error documented": (
        FAULTY, FAULTY + NOT_FOUND, "+ delete_key: error 404", "addition",
    ),
    "error field removed": (
        "        details: {type: object}\n", "",
        "- any operation: optional error body Fault field details: object", "breaking",
    ),
    "description changed": (
        "A note.", "Some note.", "~ contract: descriptions, examples or the like changed", "note",
    ),
}  # fmt: skip

NEW_KEY = "{schema: {$ref: '#/components/schemas/NewKey'}}"

# Edits of more than one line: what changes besides is said, too.
MORE: dict[str, tuple[str, str, list[Change]]] = {
    "field renamed": ("note: {", "remark: {", [
        Change("- create_key: optional body field note: string", "breaking"),
        Change("+ create_key: optional body field remark: string", "addition"),
    ]),
    "operation renamed": ("operationId: delete_key", "operationId: remove_key", [
        Change("- delete_key: operation DELETE /keys/{key_id}", "breaking"),
        Change("+ remove_key: operation DELETE /keys/{key_id}", "addition"),
    ]),
    "another name for the method": ("operationId: create_key", "operationId: create_key\n      x-method: new", [
        Change("~ create_key: function create_key -> new", "breaking"),
    ]),
    "operation may be repeated": ("operationId: create_key", "operationId: create_key\n      x-repeatable: true", [
        Change("~ create_key: repeatable false -> true", "note"),
    ]),
    "field of a field": ("label: {type: string}", "label: {type: object, properties: {a: {type: string}}}", [
        Change("~ create_key: response 200 field label: type string -> object", "breaking"),
        Change("+ create_key: optional response 200 field label.a: string", "addition"),
        Change("~ list_keys: response 200 field [].label: type string -> object", "breaking"),
        Change("+ list_keys: optional response 200 field [].label.a: string", "addition"),
    ]),
    "another server": ("paths:", "servers: [{url: https://keys.example}]\npaths:", [
        Change("~ contract: server / -> https://keys.example", "breaking"),
    ]),
    "a key is asked for": ("paths:", "security: [{key: []}]\npaths:", [
        Change("~ contract: security none -> key in X-Key", "breaking"),
    ]),
    "an operation is open to all": ("operationId: delete_key", "operationId: delete_key\n      security: []", []),
    "webhook added": ("paths:", "webhooks: {made: {post: {responses: {'204': {description: Y.}}}}}\npaths:", [
        Change("+ webhook made: webhook POST", "addition"),
    ]),
    "the contract's own version": ("version: 1.0.0", "version: 1.1.0", []),
    "nothing": ("paths:", "paths:", []),
    "order of the file": (
        "        count: {type: integer}\n    Key:", "        count: {type: integer}\n    Key:", [],
    ),
    "media type": (f"application/json: {NEW_KEY}", f"application/merge-patch+json: {NEW_KEY}", [
        Change("~ create_key: body: media none -> application/merge-patch+json", "breaking"),
    ]),
    "list with commas": (
        "{name: cursor, in: query, required: true, schema: {type: string}}",
        "{name: cursor, in: query, required: true, explode: false, schema: {type: array, items: {type: string}}}", [
        Change("~ list_keys: query parameter cursor: explode none -> false", "breaking"),
        Change("~ list_keys: query parameter cursor: type string -> array", "breaking"),
        Change("+ list_keys: query parameter cursor[]: string", "breaking"),
    ]),
}  # fmt: skip


def document(text: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "openapi.yaml")
        path.write_text(text, encoding="utf-8")
        return load(path).document


def changes(old: str, new: str) -> list[Change]:
    assert old in CONTRACT
    return diff(document(CONTRACT), document(CONTRACT.replace(old, new)))


@pytest.mark.parametrize(("old", "new", "line", "kind"), EDITS.values(), ids=EDITS.keys())
def test_each_edit_is_called_by_its_name_and_rated(old: str, new: str, line: str, kind: Kind) -> None:
    found = changes(old, new)
    assert Change(line, kind) in found
    # A schema that several operations share shows in each of them; no line may be graver than the edit.
    assert kind == max((change.kind for change in found), key=RANKS.index)


@pytest.mark.parametrize(("old", "new", "expected"), MORE.values(), ids=MORE.keys())
def test_everything_that_changes_is_said(old: str, new: str, expected: list[Change]) -> None:
    assert expected == changes(old, new)


@pytest.mark.parametrize(("old", "new", "line", "kind"), EDITS.values(), ids=EDITS.keys())
def test_a_change_undone_is_said_the_other_way_round(old: str, new: str, line: str, kind: Kind) -> None:
    before, after = document(CONTRACT), document(CONTRACT.replace(old, new))
    mirrored = {"+": "-", "-": "+", "~": "~"}
    forth = sorted((mirrored[change.text[0]], change.text.split(":")[0][2:]) for change in diff(before, after))
    assert forth == sorted((change.text[0], change.text.split(":")[0][2:]) for change in diff(after, before))


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
