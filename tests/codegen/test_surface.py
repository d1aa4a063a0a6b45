"""The API as a flat table, and what changed between two of them."""

from __future__ import annotations

import json

import pytest

from codegen.contract import Contract
from codegen.normal_form import normalize
from codegen.surface import Element, Surface
from codegen.surface_diff import Change, compare

CONTRACT = """\
openapi: 3.1.0
info: {title: Keys, version: '1'}
tags: [{name: keys, description: Keys}]
paths:
  /keys:
    get:
      operationId: list_keys
      tags: [keys]
      summary: List keys
      parameters:
        - {name: limit, in: query, description: At most, schema: {type: integer, minimum: 1, maximum: 100, default: 20}}
        - {name: before, in: query, description: Before, schema: {type: string}}
        - {name: x-trace, in: header, description: Trace, schema: {type: string}}
      responses:
        '200':
          description: Keys
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Key'}}}}
        '404': {$ref: '#/components/responses/Failed'}
        default: {$ref: '#/components/responses/Failed'}
    post:
      operationId: create_key
      tags: [keys]
      summary: Create a key
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/NewKey'}}}
      responses:
        '200': {description: Key, content: {application/json: {schema: {$ref: '#/components/schemas/Key'}}}}
        default: {$ref: '#/components/responses/Failed'}
  /keys/{id}:
    parameters: [{name: id, in: path, required: true, description: Its ID, schema: {type: string}}]
    delete:
      operationId: delete_key
      tags: [keys]
      summary: Delete a key
      responses:
        '204': {description: Gone}
        default: {$ref: '#/components/responses/Failed'}
components:
  responses:
    Failed:
      description: It failed
      content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
  schemas:
    NewKey:
      type: object
      required: [name]
      properties:
        name: {type: string, minLength: 1, maxLength: 255}
        days: {type: integer}
        mode: {type: string, enum: [live, test]}
    Key:
      type: object
      required: [id]
      properties:
        id: {type: string}
        used: {type: [string, 'null'], format: date-time}
        owner: {type: object, required: [name], properties: {name: {type: string}}}
        parent: {$ref: '#/components/schemas/Key'}
        labels: {type: object, additionalProperties: {type: string}}
    Error:
      type: object
      required: [code]
      properties: {code: {type: string, enum: [lost, late]}}
"""


def surface(text: str) -> Surface:
    return Surface.of(normalize(Contract.parse(text.encode(), "openapi.yaml")))


def edited(*edits: tuple[str, str]) -> str:
    text = CONTRACT
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


def changes(*edits: tuple[str, str]) -> list[str]:
    return [str(change) for change in compare(surface(CONTRACT), surface(edited(*edits)))]


def test_an_operation_is_told_in_full() -> None:
    create = {
        (element.place, element.name): properties
        for element, properties in surface(CONTRACT).elements.items()
        if element.operation == "create_key"
    }
    assert create == {
        ("operation", ""): {"method": "POST", "path": "/keys", "tag": "keys"},
        ("body", ""): {"required": True, "type": "object"},
        ("body", "name"): {"required": True, "type": "string", "minLength": 1, "maxLength": 255},
        ("body", "days"): {"required": False, "type": "integer"},
        ("body", "mode"): {"required": False, "type": "string", "enum": ["live", "test"]},
        ("answer 200", ""): {"type": "object"},
        ("answer 200", "id"): {"required": True, "type": "string"},
        ("answer 200", "used"): {"required": False, "type": "string", "nullable": True, "format": "date-time"},
        ("answer 200", "owner"): {"required": False, "type": "object"},
        ("answer 200", "owner.name"): {"required": True, "type": "string"},
        ("answer 200", "parent"): {"required": False, "type": "object", "same as": ""},
        ("answer 200", "labels"): {"required": False, "type": "object"},
        ("answer 200", "labels{}"): {"type": "string"},
        ("error", "default"): {"body": "Error"},
    }


def test_parameters_answers_and_errors_have_places_of_their_own() -> None:
    elements = surface(CONTRACT).elements
    limit = {"required": False, "type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert elements[Element("list_keys", "query", "limit")] == limit
    assert elements[Element("list_keys", "header", "x-trace")] == {"required": False, "type": "string"}
    assert elements[Element("list_keys", "answer 200", "[].owner.name")] == {"required": True, "type": "string"}
    assert elements[Element("delete_key", "path", "id")] == {"required": True, "type": "string"}
    assert elements[Element("delete_key", "answer 204")] == {"type": "nothing"}
    code = {"required": True, "type": "string", "enum": ["lost", "late"]}
    assert elements[Element("*", "error body Error", "code")] == code


def test_variants_lists_and_maps_are_followed() -> None:
    shapes = """\
        owner:
          oneOf: [{$ref: '#/components/schemas/Person'}, {$ref: '#/components/schemas/Team'}]
          discriminator: {propertyName: kind}
        either: {oneOf: [{type: string}, {type: integer}]}
        grid: {type: array, items: {type: array, items: {type: integer, minimum: 0}}}
        teams: {type: object, additionalProperties: {$ref: '#/components/schemas/Team'}}
"""
    schemas = """\
    Person: {type: object, required: [kind], properties: {kind: {type: string, const: person}, name: {type: string}}}
    Team:
      type: object
      required: [kind]
      properties: {kind: {type: string, const: team}, lead: {$ref: '#/components/schemas/Person'}}
    Error:
"""
    text = edited(
        ("        owner: {type: object, required: [name], properties: {name: {type: string}}}\n", shapes),
        ("    Error:\n", schemas),
    )
    answer = {
        element.name: properties
        for element, properties in surface(text).elements.items()
        if (element.operation, element.place) == ("create_key", "answer 200")
        and element.name.startswith(("owner", "either", "grid", "teams"))
    }
    assert answer == {
        "owner": {"required": False},
        "owner(Person)": {"type": "object"},
        "owner(Person).kind": {"required": True, "type": "string", "enum": ["person"]},
        "owner(Person).name": {"required": False, "type": "string"},
        "owner(Team)": {"type": "object"},
        "owner(Team).kind": {"required": True, "type": "string", "enum": ["team"]},
        "owner(Team).lead": {"required": False, "type": "object", "same as": "owner(Person)"},
        "either": {"required": False},
        "either(1)": {"type": "string"},
        "either(2)": {"type": "integer"},
        "grid": {"required": False, "type": "array"},
        "grid[]": {"type": "array"},
        "grid[][]": {"type": "integer", "minimum": 0},
        "teams": {"required": False, "type": "object"},
        "teams{}": {"type": "object", "same as": "owner(Team)"},
    }


def test_the_table_is_sorted_and_survives_json() -> None:
    table = surface(CONTRACT)
    assert list(table.elements) == sorted(table.elements)
    assert table.operations == ("create_key", "delete_key", "list_keys")
    assert Surface.from_rows(json.loads(json.dumps(table.rows()))) == table


def test_the_order_of_the_file_does_not_matter() -> None:
    reordered = edited(
        ("        days: {type: integer}\n", ""),
        ("      properties:\n        name:", "      properties:\n        days: {type: integer}\n        name:"),
    )
    assert compare(surface(CONTRACT), surface(reordered)) == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "        days: {type: integer}\n",
            "        days: {type: integer}\n        description: {type: string, maxLength: 20}\n",
            ["+ create_key: optional body field description: string, at most 20 characters"],
        ),
        ("        days: {type: integer}\n", "", ["- create_key: optional body field days: integer"]),
        ("days: {type: integer}", "days: {type: number}", ["~ create_key: body field days: type integer -> number"]),
        ("maxLength: 255", "maxLength: 100", ["~ create_key: body field name: maxLength 255 -> 100"]),
        (", maxLength: 255", "", ["~ create_key: body field name: maxLength 255 -> none"]),
        (
            "      required: [name]\n      properties:",
            "      required: [name, days]\n      properties:",
            ["~ create_key: body field days: optional -> required"],
        ),
        ("[live, test]", "[live, test, dry]", ['~ create_key: body field mode: enum gains "dry"']),
        ("[live, test]", "[live, dry]", ['~ create_key: body field mode: enum gains "dry" and loses "test"']),
        ("[live, test]", "[test, live]", ["~ create_key: body field mode: enum in another order"]),
        (
            "        - {name: before, in: query, description: Before, schema: {type: string}}\n",
            "",
            ["- list_keys: optional query parameter before: string"],
        ),
        ("default: 20", "default: 50", ["~ list_keys: query parameter limit: default 20 -> 50"]),
        (
            "name: x-trace, in: header",
            "name: x-trace, in: header, required: true",
            ["~ list_keys: header parameter x-trace: optional -> required"],
        ),
        (
            "{type: [string, 'null'], format: date-time}",
            "{type: string, format: date-time}",
            [
                "~ create_key: answer 200 field used: nullable true -> none",
                "~ list_keys: answer 200 field [].used: nullable true -> none",
            ],
        ),
        # What comes or goes as a part of something is not named again.
        (
            "        owner: {type: object, required: [name], properties: {name: {type: string}}}\n",
            "        holder: {type: object, required: [name], properties: {name: {type: string}}}\n",
            [
                "+ create_key: optional answer 200 field holder: object",
                "- create_key: optional answer 200 field owner: object",
                "+ list_keys: optional answer 200 field [].holder: object",
                "- list_keys: optional answer 200 field [].owner: object",
            ],
        ),
        ("        '404': {$ref: '#/components/responses/Failed'}\n", "", ["- list_keys: error 404"]),
        ("[lost, late]", "[lost]", ['~ any operation: error body Error field code: enum loses "late"']),
        ("/keys/{id}", "/key/{id}", ["~ delete_key: path /keys/{id} -> /key/{id}"]),
        ("    delete:", "    post:", ["~ delete_key: method DELETE -> POST"]),
        (
            "operationId: delete_key",
            "operationId: remove_key",
            ["- delete_key: operation DELETE /keys/{id}", "+ remove_key: operation DELETE /keys/{id}"],
        ),
        (
            "summary: Delete a key",
            "summary: Delete a key\n      deprecated: true",
            ["~ delete_key: deprecated none -> true"],
        ),
        ("summary: Delete a key", "summary: Delete it", []),
    ],
)  # fmt: skip
def test_a_change_is_said_in_terms_of_the_api(old: str, new: str, expected: list[str]) -> None:
    # Required fields of a schema that loses one must go with it.
    fixes = [("required: [id]", "required: [id]")] if "holder" in new else []
    if fixes:
        expected = [line.replace("- create_key: answer", "- create_key: answer") for line in expected]
    assert changes((old, new), *fixes) == expected


def test_changes_are_records_that_programs_can_judge() -> None:
    new = surface(edited(("maxLength: 255", "maxLength: 100"), ("        days: {type: integer}\n", "")))
    assert compare(surface(CONTRACT), new) == (
        Change("removed", "create_key", "body", "days", None, {"required": False, "type": "integer"}, None),
        Change("changed", "create_key", "body", "name", "maxLength", 255, 100),
    )


def test_a_change_undone_is_said_the_other_way_round() -> None:
    old, new = surface(CONTRACT), surface(edited(("        days: {type: integer}\n", ""), ("[live, test]", "[live]")))
    mirrored = {"added": "removed", "removed": "added", "changed": "changed"}
    forth = {(mirrored[c.kind], c.place, c.name, c.property, str(c.after), str(c.before)) for c in compare(old, new)}
    back = {(c.kind, c.place, c.name, c.property, str(c.before), str(c.after)) for c in compare(new, old)}
    assert forth == back
    assert forth
