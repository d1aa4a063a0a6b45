"""The contract's lint: each fault once, on one line, with its place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from codegen.lint import RedoclyError, lint, redocly
from codegen.project import Project

# A comment gives the column of each fault in its line, and the rule broken.
FAULTY = """\
openapi: 3.1.0
info: {title: Keys, version: 1.0.0, license: {name: MIT, identifier: MIT}}
servers: [{url: https://keys.example.test}]
security: [{apiKey: []}]
tags: [{name: keys, description: Keys}]
paths:
  /keys:
    get:
      operationId: list_keys
      tags: [keys]
      summary: List keys
      description: List keys
      parameters:
        - name: limit # 11 parameter-description
          in: query
          schema: {type: integer}
        - {name: after, in: query, description: '', schema: {type: string}} # 49 parameter-description
      responses:
        '200':
          description: A page
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Page'} # 24 own
        '404': {$ref: '#/components/responses/Failed'}
        default: {$ref: '#/components/responses/Failed'}
    post:
      operationId: list_keys # 7 own
      tags: [keys]
      summary: Create a key
      description: Create a key
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Key'}
            examples:
              number: {value: {name: 1}} # 38 no-invalid-media-type-examples
              unknown: {value: {name: x, colour: red}} # 42 no-invalid-media-type-examples
              absent: {value: {}} # 31 no-invalid-media-type-examples
      responses: # 7 rule/error-default 7 operation-4xx-response
        '200':
          description: The key
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Key'}
  /keys/{id}:
    delete: # 5 own
      operationId: delete_key
      tags: [locks] # 14 operation-tag-defined
      summary: Delete a key
      description: Delete a key
      responses:
        '204': {description: Gone}
        '401': {description: Who are you} # 16 rule/error-body
        '403': {description: No, content: {text/plain: {schema: {type: string}}}} # 34 rule/error-json
        '404':
          description: No such key
          content:
            application/json:
              schema: {type: object, properties: {code: {type: string}}} # 38 response-contains-property
        default: {$ref: '#/components/responses/Failed'}
components:
  securitySchemes: {apiKey: {type: apiKey, in: header, name: x-api-key}}
  responses:
    Failed:
      description: It failed
      content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
  schemas:
    Key:
      type: object
      required: [name]
      properties:
        name: {type: string, example: x}
        colour_: {type: string, enum: [red, red]} # 45 no-duplicated-enum-values
        size: {type: integer, example: large} # 40 no-invalid-schema-examples
    Error:
      type: object
      required: [code, message]
      properties: {code: {type: string}, message: {type: string}}
    Lock: {type: string, enum: [1]} # 26 own 5 no-unused-components
"""


@pytest.fixture(scope="module", autouse=True)
def installed(root: Path) -> None:
    """Skip where Node or npm's registry is out of reach; the sessions install both."""
    try:
        redocly("--version", cwd=root)
    except RedoclyError as error:
        pytest.skip(f"no Redocly CLI here: {error}")


def test_this_projects_contract_has_no_fault(root: Path) -> None:
    assert lint(root / "openapi.yaml") == ()


def test_every_fault_is_reported_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(FAULTY, encoding="utf-8")
    expected = sorted(
        (number, int(column), rule)
        for number, line in enumerate(FAULTY.splitlines(), 1)
        for column, rule in re.findall(r"(\d+) ([a-z][\w/-]+)", line.partition(" # ")[2])
    )
    faults = lint(path)
    # The pipeline's own words are no names of rules.
    rules = [(fault, fault.message.partition(":")[0]) for fault in faults]
    assert expected == sorted((*fault.place[1:], "own" if " " in rule else rule) for fault, rule in rules)
    assert all(str(fault).startswith(f"{path}:{fault.place.line}:{fault.place.column}: ") for fault in faults)
    assert not any("\n" in str(fault) for fault in faults)


def test_a_broken_ruleset_is_said_not_swallowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = tmp_path / "redocly.yaml"
    rules.write_text("extends: []\nrules: {no-such-rule: error}\n", encoding="utf-8")
    path = tmp_path / "openapi.yaml"
    path.write_text(FAULTY, encoding="utf-8")
    monkeypatch.setattr("codegen.lint._RULES", rules)
    with pytest.raises(RedoclyError, match="no-such-rule"):
        lint(path)


def test_an_install_that_fails_says_why_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codegen.lint.HERE", Project(tmp_path / "project"))
    (tmp_path / "project").mkdir()
    monkeypatch.setenv("npm_config_offline", "true")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "empty"))
    with pytest.raises(RedoclyError, match="ENOTCACHED"):
        redocly("--version", cwd=tmp_path)
    assert list((tmp_path / "project" / ".nox").iterdir()) == []


def test_the_lock_pins_hashes_and_names_no_registry(root: Path) -> None:
    text = (root / "overlays/codegen/node/package-lock.json").read_text(encoding="utf-8")
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert "node_modules/@redocly/cli" in packages
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert "://" not in text
