"""A contract of 300 operations under 50 tags: every single one works, and a program pays only for those it uses."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.codegen.conformance import Check, Contract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.codegen.conftest import Generated

TAGS = 50
RESOURCE = """\
  /v1/{kind}:
    get:
      operationId: list_{kind}
      tags: [{kind}]
      parameters:
        - {{name: limit, in: query, schema: {{type: integer, minimum: 1, maximum: 100}}}}
        - {{name: sort-by, in: query, schema: {{type: string, enum: [name, age]}}}}
      responses:
        '200':
          description: A page.
          content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}Page'}}}}}}
    post:
      operationId: create_{kind}
      tags: [{kind}]
      requestBody:
        required: true
        content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}
      responses:
        '201': {{description: It., content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}}}
  /v1/{kind}/{{id}}:
    parameters:
      - {{name: id, in: path, required: true, schema: {{type: string}}}}
    get:
      operationId: get_{kind}
      tags: [{kind}]
      responses:
        '200': {{description: It., content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}}}
    patch:
      operationId: change_{kind}
      tags: [{kind}]
      requestBody:
        required: true
        content:
          application/json: {{schema: {{type: object, properties: {{note: {{type: [string, 'null']}}}}}}}}
      responses:
        '200': {{description: It., content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}}}
    delete:
      operationId: delete_{kind}
      tags: [{kind}]
      responses: {{'204': {{description: Gone.}}}}
  /v1/{kind}/{{id}}/parts/{{number}}:
    get:
      operationId: get_{kind}_part
      tags: [{kind}]
      parameters:
        - {{name: id, in: path, required: true, schema: {{type: string}}}}
        - {{name: number, in: path, required: true, schema: {{type: integer}}}}
        - {{name: X-Trace, in: header, schema: {{type: string}}}}
      responses:
        '200':
          description: They.
          content: {{application/json: {{schema: {{type: array, items: {{type: string}}}}}}}}
"""
SCHEMAS = """\
    {name}:
      type: object
      required: [name]
      properties:
        id: {{type: string, readOnly: true}}
        name: {{type: string, minLength: 1, description: What {kind} is called}}
        state: {{type: string, enum: [new, old]}}
        parent: {{anyOf: [{{$ref: '#/components/schemas/{name}'}}, {{type: 'null'}}]}}
        note: {{type: [string, 'null']}}
    {name}Page:
      type: object
      required: [data]
      properties: {{data: {{type: array, items: {{$ref: '#/components/schemas/{name}'}}}}}}
"""


def kinds() -> list[dict[str, str]]:
    return [{"kind": f"kind{number}", "name": f"Kind{number}"} for number in range(TAGS)]


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = "openapi: 3.1.0\ninfo: {title: Many, version: '1'}\npaths:\n"
    text += "".join(RESOURCE.format(**kind) for kind in kinds())
    text += "components:\n  schemas:\n" + "".join(SCHEMAS.format(**kind) for kind in kinds())
    path = tmp_path_factory.mktemp("many") / "many.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_operation_works(contract: Path, generated: Callable[[Path], Generated]) -> None:
    many = generated(contract)
    assert 300 == len(many.package.OPERATIONS)
    assert [] == Check(Contract.read(contract), many.package, many.client_class, seed=1).problems()


def test_using_one_tag_imports_no_other(contract: Path, generated: Callable[[Path], Generated]) -> None:
    package = generated(contract).package
    assert package.__file__ is not None
    name = package.__name__
    program = (
        f"import sys; import {name}; assert len({name}.OPERATIONS) == 300\n"
        f"from {name}.resources import SyncClient; SyncClient(api_key='fake', base_url='https://api.example').kind7\n"
        f"print([own for own in sys.modules if own.startswith('{name}.resources.')])"
    )
    folder = package.__file__.removesuffix(f"{name}/__init__.py")
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    assert f"['{name}.resources.kind7']\n" == done.stdout
