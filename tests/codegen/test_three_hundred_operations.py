"""A contract of 300 operations under 50 tags: every single one works, and a program pays only for those it uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codegen.contract import Contract
from codegen.package import PACKAGE, write_package

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
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package is."""
    text = "openapi: 3.1.0\ninfo: {title: Many, version: '1'}\npaths:\n"
    text += "".join(RESOURCE.format(**kind) for kind in kinds())
    text += "components:\n  schemas:\n" + "".join(SCHEMAS.format(**kind) for kind in kinds())
    folder = tmp_path_factory.mktemp("many")
    (folder / PACKAGE).mkdir()
    write_package(Contract.parse(text.encode(), "openapi.yaml"), folder / PACKAGE)
    return folder


def test_every_operation_works(folder: Path, imported: Any) -> None:
    with imported(folder) as many:
        used: set[str] = set()

        def call(operation: str, /, *path: object, **arguments: object) -> tuple[Any, Any]:
            used.add(operation)
            request = getattr(many.operations, operation)(*path, **arguments)
            return request, many.sent(request)

        for kind in kinds():
            k, own = kind["kind"], b'{"id":"a","name":"n","state":"odd","parent":{"name":"p"}}'
            _, sent = call(f"list_{k}", limit=5, sort_by="age")
            assert ("GET", f"/v1/{k}?limit=5&sort-by=age", None) == (sent.method, sent.url, sent.content)
            request, sent = call(f"create_{k}", name="n", state="new", parent={"name": "p", "parent": None})
            assert ("POST", f"/v1/{k}") == (sent.method, sent.url)
            assert sent.content == b'{"name":"n","state":"new","parent":{"name":"p","parent":null}}'
            made = many.received(request, own)
            assert (kind["name"], "odd", "p") == (type(made).__name__, made.state, made.parent.name)
            request, sent = call(f"get_{k}", "a/b")
            assert ("GET", f"/v1/{k}/a%2Fb") == (sent.method, sent.url)
            assert many.received(request, own) == made
            _, sent = call(f"change_{k}", "a", note=None)
            assert ("PATCH", b'{"note":null}') == (sent.method, sent.content)
            request, sent = call(f"delete_{k}", "a")
            assert ("DELETE", None) == (sent.method, many.received(request, b""))
            request, sent = call(f"get_{k}_part", "a", 7, x_trace="t")
            assert (f"/v1/{k}/a/parts/7", {"X-Trace": "t"}) == (sent.url, sent.headers)
            assert ["x"] == many.received(request, b'["x"]')
        assert 300 == len(used)
        assert used == set(many.operations.OPERATIONS)


def test_using_one_tag_imports_no_other(folder: Path) -> None:
    program = (
        f"import sys; from {PACKAGE} import operations; assert len(operations.OPERATIONS) == 300\n"
        f"operations.get_kind7('a'); print([name for name in sys.modules if name.startswith('{PACKAGE}.operations.')])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    assert f"['{PACKAGE}.operations.kind7']\n" == done.stdout
