"""The normal form: one notation for everything that OpenAPI can say in several ways."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from codegen.normal_form import NormalForm, load

CONTRACTS = Path(__file__).parent.parent / "contracts"
REFERENCE = "#/components/schemas/"


def form(folder: Path, text: str, version: str = "3.1.0") -> NormalForm:
    path = folder / "openapi.yaml"
    path.write_text(f"openapi: {version}\ninfo: {{title: T, version: '1'}}\n{textwrap.dedent(text)}", encoding="utf-8")
    return load(path)


def operation(folder: Path, text: str) -> dict[str, Any]:
    """The one operation of a contract, given its fields and, behind an empty line, the rest of the contract."""
    fields, _, rest = textwrap.dedent(text).strip("\n").partition("\n\n")
    document = form(folder, "paths:\n  /a:\n    post:\n" + textwrap.indent(fields, "      ") + f"\n{rest}").document
    found: dict[str, Any] = document["paths"]["/a"]["post"]
    return found


def schemas(folder: Path, text: str, *, sent: bool = False, version: str = "3.1.0") -> dict[str, Any]:
    """The components, given those of the contract; the first one is received, or sent."""
    components = "components:\n  schemas:\n" + textwrap.indent(textwrap.dedent(text), "    ")
    content = f"content: {{application/json: {{schema: {{$ref: '{REFERENCE}{text.partition(':')[0].strip()}'}}}}}}"
    body = f"\n      requestBody: {{{content}}}" if sent else ""
    response = "'204': {description: Y.}" if sent else f"'200': {{description: Y., {content}}}"
    paths = f"paths:\n  /a:\n    post:\n      operationId: go{body}\n      responses: {{{response}}}\n"
    found: dict[str, Any] = form(folder, paths + components, version).document["components"]["schemas"]
    return found


def prop(folder: Path, schema: str, more: str = "", *, sent: bool = True, version: str = "3.1.0") -> Any:
    """What becomes of the schema of a property."""
    text = f"Thing: {{type: object, properties: {{it: {schema}}}}}\n{textwrap.dedent(more)}"
    found = schemas(folder, text, sent=sent, version=version)
    return found["Thing"]["properties"]["it"]


NULL = {"type": "null"}
CAT = {"$ref": f"{REFERENCE}Cat"}
ANIMALS = """
Cat: {type: object, required: [kind], properties: {kind: {const: cat}}}
Dog: {type: object, required: [kind], properties: {kind: {const: dog}}}
"""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{type: string, nullable: true}", {"type": ["string", "null"]}),
        ("{type: [string, 'null']}", {"type": ["string", "null"]}),
        ("{anyOf: [{type: string}, {type: 'null'}]}", {"type": ["string", "null"]}),
        ("{type: string, nullable: true, enum: [a, b]}", {"type": ["string", "null"], "enum": ["a", "b", None]}),
        ("{enum: [a, null]}", {"type": ["string", "null"], "enum": ["a", None]}),
        (f"{{nullable: true, allOf: [{{$ref: '{REFERENCE}Cat'}}]}}", {"anyOf": [CAT, NULL]}),
        (f"{{oneOf: [{{$ref: '{REFERENCE}Cat'}}, {{type: 'null'}}]}}", {"anyOf": [CAT, NULL]}),
        ("{type: integer, minimum: 1, exclusiveMinimum: true}", {"type": "integer", "exclusiveMinimum": 1}),
        ("{type: integer, minimum: 1, exclusiveMinimum: false}", {"type": "integer", "minimum": 1}),
        ("{type: integer, minimum: 1.5}", {"type": "integer", "minimum": 2}),
        ("{type: string, example: x}", {"type": "string", "examples": ["x"]}),
        ("{type: string, examples: {one: x}}", {"type": "string", "examples": ["x"]}),
        ("{type: [string, integer]}", {"anyOf": [{"type": "string"}, {"type": "integer"}]}),
        ("{type: [string, integer, 'null']}", {"anyOf": [{"type": "string"}, {"type": "integer"}, NULL]}),
        ("{enum: [true, false]}", {"type": "boolean"}),
        ("{type: string, anyOf: [{format: ipv4}, {format: ipv6}]}", {"type": "string", "format": "ip"}),
        ("{anyOf: [{type: string}, {enum: [a]}]}", {"type": "string"}),
        ("{oneOf: [{const: a, title: A}, {const: b}]}", {"type": "string", "enum": ["a", "b"]}),
        ("{anyOf: [{type: string}, {}]}", {}),
        ("{type: object}", {"type": "object", "additionalProperties": True}),
        ("{type: string, format: password}", {"type": "string", "format": "password", "x-secret": True}),
        ("{type: string, x-secret: true}", {"type": "string", "x-secret": True}),
        ("{anyOf: [{type: string}, {type: 'null'}], format: password}",
         {"type": ["string", "null"], "format": "password", "x-secret": True}),
        (f"{{$ref: '{REFERENCE}Cat', description: Mine}}", {**CAT, "description": "Mine"}),
        (f"{{description: Mine, allOf: [{{$ref: '{REFERENCE}Cat'}}]}}", {**CAT, "description": "Mine"}),
        (f"{{$ref: '{REFERENCE}Alias'}}", CAT),
        (f"{{$ref: '{REFERENCE}Maybe'}}", {"anyOf": [CAT, NULL]}),
        (f"{{$ref: '{REFERENCE}Text'}}", {"anyOf": [{"$ref": f"{REFERENCE}Text"}, NULL]}),
        ("true", {}),
    ],
)  # fmt: skip
def test_one_notation(tmp_path: Path, written: str, expected: object) -> None:
    more = f"""{ANIMALS}
Alias: {{$ref: '{REFERENCE}Cat'}}
Maybe: {{anyOf: [{{$ref: '{REFERENCE}Alias'}}, {{type: 'null'}}]}}
Text: {{type: [string, 'null'], maxLength: 3}}
"""
    assert expected == prop(tmp_path, written, more)


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
def test_the_versions_of_openapi_are_one_dialect(tmp_path: Path, version: str) -> None:
    assert {"type": ["string", "null"]} == prop(tmp_path, "{type: string, nullable: true}", version=version)


def test_objects_enums_in_responses_and_undecidable_unions_have_names(tmp_path: Path) -> None:
    text = """
    Thing:
      type: object
      properties:
        size: {type: object, properties: {unit: {enum: [cm, m]}}}
        parts: {type: array, items: {type: object, properties: {n: {type: integer}}}}
        byName: {type: object, additionalProperties: {type: object, properties: {n: {type: integer}}}}
        when: {anyOf: [{type: string, format: date}, {type: string, maxLength: 3}]}
    ThingSize: {type: string}
    """
    found = schemas(tmp_path, text)
    expected = ["Thing", "ThingSize2", "ThingPartsItem", "ThingByNameValue", "ThingSize2Unit", "ThingWhen", "ThingSize"]
    assert expected == list(found)
    assert {"type": "string", "enum": ["cm", "m"], "x-direction": "response"} == found["ThingSize2Unit"]
    assert "structural" == found["ThingWhen"]["x-union"]


def test_a_schema_that_differs_by_side_is_there_twice(tmp_path: Path) -> None:
    text = """
    operationId: go
    requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
    responses: {'200': {description: Y., content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}

    components:
      schemas:
        Thing:
          type: object
          required: [id, place, plain]
          properties:
            id: {type: string, readOnly: true}
            pin: {type: string, writeOnly: true}
            place: {$ref: '#/components/schemas/Place'}
            plain: {$ref: '#/components/schemas/Plain'}
        Place: {type: object, properties: {kind: {enum: [home, work]}}}
        Plain: {type: object, properties: {a: {type: string}}}
        Unused: {type: object, properties: {only: {$ref: '#/components/schemas/Sent'}}}
        Sent: {type: object, properties: {kind: {enum: [a, b]}}}
    """
    operation(tmp_path, text)
    found = load(tmp_path / "openapi.yaml").document["components"]["schemas"]
    ways = {name: body["x-direction"] for name, body in found.items()}
    assert {
        "Thing": "response", "ThingInput": "request", "Place": "response", "PlaceKind": "response",
        "PlaceInput": "request", "Plain": "both", "Unused": "response", "Sent": "response", "SentKind": "response",
    } == ways  # fmt: skip
    assert ["id", "place", "plain"] == found["Thing"]["required"]
    assert ["place", "plain"] == found["ThingInput"]["required"]
    assert ["pin", "place", "plain"] == list(found["ThingInput"]["properties"])
    assert {"$ref": f"{REFERENCE}PlaceInput"} == found["ThingInput"]["properties"]["place"]


def test_all_of_is_merged(tmp_path: Path) -> None:
    text = """
    Thing:
      description: A thing.
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - required: [n]
          properties:
            n: {maximum: 5, minimum: 0}
            kind: {enum: [b, c]}
            list: {items: {$ref: '#/components/schemas/Base'}}
      additionalProperties: false
    Base:
      type: object
      required: [kind]
      properties:
        kind: {type: string, enum: [a, b], description: Which}
        n: {type: number, minimum: 1, maximum: 9}
        list: {type: array, items: {}}
    """
    found = schemas(tmp_path, text, sent=True)
    assert {
        "type": "object",
        "properties": {
            "kind": {"type": "string", "enum": ["b"], "description": "Which"},
            "n": {"type": "number", "minimum": 1, "maximum": 5},
            "list": {"type": "array", "items": {"$ref": f"{REFERENCE}Base"}},
        },
        "additionalProperties": False,
        "description": "A thing.",
        "required": ["kind", "n"],
        "x-direction": "request",
    } == found["Thing"]


def test_what_all_of_makes_of_a_schema_may_contain_itself(tmp_path: Path) -> None:
    text = """
    Node: {type: object, properties: {next: {allOf: [{$ref: '#/components/schemas/Node'}, {required: [next]}]}}}
    """
    found = schemas(tmp_path, text)
    assert ["Node", "NodeNext"] == list(found)
    assert {"next": {"$ref": f"{REFERENCE}NodeNext"}} == found["Node"]["properties"] == found["NodeNext"]["properties"]


def test_objects_with_tags_are_a_tagged_union(tmp_path: Path) -> None:
    union = f"{{oneOf: [{{$ref: '{REFERENCE}Cat'}}, {{$ref: '{REFERENCE}Dog'}}]}}"
    found = schemas(tmp_path, f"Pets: {{type: array, items: {union}}}\n{ANIMALS}", sent=True)
    assert {"type": "array", "items": {"$ref": f"{REFERENCE}PetsItem"}, "x-direction": "request"} == found["Pets"]
    assert {
        "oneOf": [CAT, {"$ref": f"{REFERENCE}Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": CAT["$ref"], "dog": f"{REFERENCE}Dog"}},
        "x-union": "tagged",
        "x-direction": "request",
    } == found["PetsItem"]


@pytest.mark.parametrize(
    ("properties", "mapping", "marked", "tags"),
    [
        ("{required: [kind], properties: {kind: {type: string}}}", "{c: Cat, '#d': '#/components/schemas/Dog'}",
         "tagged", {"c": "Cat", "#d": "Dog"}),
        ("{required: [kind], properties: {kind: {type: string}}}", "{c: Cat}", "tagged", {"c": "Cat", "Dog": "Dog"}),
        ("{properties: {kind: {type: string}}}", "{c: Cat}", "structural", {"c": "Cat", "Dog": "Dog"}),
        ("{required: [kind], properties: {kind: {type: string}}}", "{a: Cat, b: Cat, d: Dog}", "structural",
         {"a": "Cat", "b": "Cat", "d": "Dog"}),
        ("{properties: {other: {type: string}}}", "{c: Cat, d: Dog}", "structural", {"c": "Cat", "d": "Dog"}),
    ],
)  # fmt: skip
def test_a_discriminator_is_written_out(
    tmp_path: Path, properties: str, mapping: str, marked: str, tags: dict[str, str]
) -> None:
    text = f"""
    Pet:
      oneOf: [{{$ref: '{REFERENCE}Cat'}}, {{$ref: '{REFERENCE}Dog'}}]
      discriminator: {{propertyName: kind, mapping: {mapping}}}
    Cat: {properties}
    Dog: {properties}
    """
    found = schemas(tmp_path, text)
    assert {"propertyName": "kind", "mapping": {tag: f"{REFERENCE}{name}" for tag, name in tags.items()}} == (
        found["Pet"]["discriminator"]
    )
    assert marked == found["Pet"]["x-union"]
    if marked == "tagged":
        assert {"type": "string", "const": next(iter(tags))} == found["Cat"]["properties"]["kind"]


def test_a_nullable_shared_object_is_null_where_it_is_used(tmp_path: Path) -> None:
    text = """
    operationId: go
    responses: {'200': {description: Y., content: {application/json: {schema: {$ref: '#/components/schemas/Maybe'}}}}}

    components: {schemas: {Maybe: {type: [object, 'null'], properties: {a: {type: string}}}}}
    """
    assert {"anyOf": [{"$ref": f"{REFERENCE}Maybe"}, NULL]} == operation(tmp_path, text)["x-response"]
    schema = load(tmp_path / "openapi.yaml").document["components"]["schemas"]["Maybe"]
    assert "object" == schema["type"]


DONE = "responses: {'204': {description: Y.}}"


@pytest.mark.parametrize(
    ("offered", "chosen", "schema"),
    [
        ("application/xml: {}, application/json: {schema: {type: integer}}", "application/json", {"type": "integer"}),
        ("application/merge-patch+json: {schema: {type: integer}}", "application/merge-patch+json",
         {"type": "integer"}),
        ("application/json; charset=utf-8: {schema: true}", "application/json; charset=utf-8", {}),
        ("text/plain: {}, application/x-www-form-urlencoded: {schema: {type: object}}",
         "application/x-www-form-urlencoded", {"type": "object", "additionalProperties": True}),
        ("text/csv: {schema: {type: string, maxLength: 3}}", "text/csv", {"type": "string"}),
        ("image/png: {}", "image/png", {"type": "string", "format": "binary"}),
        ("application/octet-stream: {schema: {type: string, format: binary}}", "application/octet-stream",
         {"type": "string", "format": "binary"}),
        ("'*/*': {schema: {type: integer}}", "application/json", {"type": "integer"}),
    ],
)  # fmt: skip
def test_one_media_type_is_chosen(tmp_path: Path, offered: str, chosen: str, schema: object) -> None:
    found = operation(tmp_path, f"operationId: go\nrequestBody: {{required: true, content: {{{offered}}}}}\n{DONE}")
    assert {"required": True, "content": {chosen: {"schema": schema}}} == found["requestBody"]


def test_lists_in_parameters_and_forms_say_how_they_are_written(tmp_path: Path) -> None:
    text = f"""
    operationId: go
    parameters:
      - {{name: a, in: query, schema: {{type: array, items: {{type: string}}}}}}
      - {{name: b, in: query, explode: false, schema: {{type: [array, 'null'], items: {{type: string}}}}}}
      - {{name: c, in: header, schema: {{type: array, items: {{type: integer}}}}}}
      - {{name: d, in: query, explode: false, schema: {{type: string}}}}
    requestBody:
      content:
        application/x-www-form-urlencoded:
          schema: {{type: object, properties: {{ids: {{type: array, items: {{type: string}}}}, x: {{type: string}}}}}}
          encoding: {{ids: {{explode: false}}, x: {{explode: false}}}}
    {DONE}
    """
    found = operation(tmp_path, text)
    assert [True, False, False, None] == [own.get("explode") for own in found["parameters"]]
    assert {"type": "array", "items": {"type": "string"}} == found["parameters"][1]["schema"]
    assert {"ids": {"explode": False}} == found["requestBody"]["content"]["application/x-www-form-urlencoded"][
        "encoding"
    ]


def test_parameters_of_the_path_are_written_out_in_its_order(tmp_path: Path) -> None:
    text = """
    paths:
      /a/{one}/{two}:
        parameters:
          - {name: two, in: path, required: true, schema: {type: string}}
          - {name: q, in: query, schema: {type: string}}
        get:
          parameters:
            - {name: one, in: path, required: true, schema: {type: string}}
            - {name: q, in: query, required: true, schema: {type: integer}}
          responses: {default: {description: Y., content: {application/json: {schema: {type: string}}}}}
    """
    document = form(tmp_path, text).document
    found = document["paths"]["/a/{one}/{two}"]["get"]
    assert ["one", "two", "q"] == [own["name"] for own in found["parameters"]]
    assert {"type": "integer"} == found["parameters"][2]["schema"]
    assert "get_a_by_one_by_two" == found["operationId"]
    assert {"type": "string"} == found["x-response"]


def test_several_successes_are_one_response(tmp_path: Path) -> None:
    text = """
    operationId: go
    responses:
      '200': {description: A, content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
      2XX: {description: B, content: {application/hal+json: {schema: {type: object, properties: {b: {type: string}}}}}}
      '204': {description: C}
    """
    found = operation(tmp_path, text)
    assert ({"$ref": f"{REFERENCE}GoResponse"}, True) == (found["x-response"], found["x-optional"])
    assert {
        "anyOf": [{"$ref": f"{REFERENCE}GoResponse200"}, {"$ref": f"{REFERENCE}GoResponse2XX"}],
        "x-union": "structural",
        "x-direction": "response",
    } == load(tmp_path / "openapi.yaml").document["components"]["schemas"]["GoResponse"]


def test_extensions_have_their_defaults(tmp_path: Path) -> None:
    text = """
    tags: [{name: keys, parent: admin, description: Keys.}, {name: admin}]
    paths:
      /keys:
        get:
          operationId: listKeys
          tags: [keys]
          x-pagination: {items: keys}
          parameters: [{name: after_id, in: query, schema: {type: string}}]
          responses:
            '200': {description: Y., content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}}
        post:
          operationId: createKey
          tags: [keys]
          x-method: create
          x-repeatable: true
          responses: {'204': {description: Y.}}
      /ping: {get: {operationId: ping, responses: {'204': {description: Y.}}}}
    components:
      schemas:
        Page:
          properties: {keys: {type: array}, has_more: {type: boolean}, last_id: {type: [string, 'null']}}
    """
    document = form(tmp_path, text, "3.2.0").document
    listing, create = document["paths"]["/keys"]["get"], document["paths"]["/keys"]["post"]
    assert ["admin.keys"] == listing["tags"] == create["tags"]
    assert ("list_keys", True) == (listing["x-method"], listing["x-repeatable"])
    forward = {"parameter": "after_id", "cursor": "last_id"}
    assert {"items": "keys", "more": "has_more", "forward": forward} == listing["x-pagination"]
    assert ("create", True) == (create["x-method"], create["x-repeatable"])
    titles = [{"name": "admin.keys", "x-displayName": "keys", "description": "Keys."},
              {"name": "default", "x-displayName": "default"}]  # fmt: skip
    assert titles == document["tags"]


SCHEMES = """
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    query: {type: apiKey, in: query, name: key}
    oauth: {type: oauth2, flows: {}}
    bearer: {type: http, scheme: Bearer}
    basic: {type: http, scheme: basic}
"""


@pytest.mark.parametrize(
    ("everywhere", "here", "common", "own"),
    [
        ("[{key: []}]", "[]", "key", []),
        ("[{query: []}, {oauth: [read]}]", "[{oauth: [write]}]", "oauth", [{"oauth": []}]),
        ("[{key: [], oauth: []}, {basic: []}]", "[{}]", "basic", []),
        ("[{key: []}, {bearer: []}]", "[{oauth: []}]", "oauth", [{"oauth": []}]),
        ("[{basic: []}]", "[{key: []}]", "basic", [{"key": []}]),
    ],
)
def test_security_is_one_requirement(tmp_path: Path, everywhere: str, here: str, common: str, own: object) -> None:
    text = f"""
security: {everywhere}
paths:
  /a:
    get: {{operationId: one, {DONE}}}
    put: {{operationId: two, {DONE}}}
    post: {{operationId: three, security: {here}, {DONE}}}
{SCHEMES}"""
    document = form(tmp_path, text).document
    assert [{common: []}] == document["security"]
    assert own == document["paths"]["/a"]["post"]["security"]


def test_a_server_has_no_variables(tmp_path: Path) -> None:
    text = f"""
    servers:
      - {{url: 'https://{{region}}.example/v1/', variables: {{region: {{default: eu}}}}}}
    paths: {{/a: {{get: {{operationId: go, {DONE}}}}}}}
    """
    assert [{"url": "https://eu.example/v1"}] == form(tmp_path, text).document["servers"]


def test_webhooks_and_callbacks_are_listed_and_noted(tmp_path: Path) -> None:
    text = f"""
    paths: {{/a: {{post: {{operationId: go, callbacks: {{done: {{}}}}, {DONE}}}}}}}
    webhooks:
      made: {{post: {{summary: Made, requestBody: {{content: {{application/json: {{schema: {{type: string}}}}}}}}}}}}
    """
    read = form(tmp_path, text)
    body = {"content": {"application/json": {"schema": {"type": "string"}}}}
    assert {"made": {"post": {"summary": "Made", "requestBody": body}}} == read.document["webhooks"]
    assert ["done"] == read.document["paths"]["/a"]["post"]["x-callbacks"]
    assert ["4", "6"] == [note.split(":")[1] for note in read.notes]


def test_a_shared_response_is_named_once(tmp_path: Path) -> None:
    text = """
    paths:
      /a:
        get: {operationId: one, responses: {'204': {description: Y.}, '404': {$ref: '#/components/responses/Lost'}}}
        put: {operationId: two, responses: {'204': {description: Y.}, '404': {$ref: '#/components/responses/Lost'}}}
    components:
      responses:
        Lost:
          description: N.
          content: {application/json: {schema: {type: object, properties: {code: {type: string}}}}}
    """
    assert ["Lost"] == list(form(tmp_path, text).document["components"]["schemas"])


@pytest.mark.parametrize("name", sorted(path.stem for path in CONTRACTS.glob("*.yaml")))
def test_every_part_of_the_family_has_its_place(name: str) -> None:
    path = CONTRACTS / f"{name}.yaml"
    read, lines = load(path), path.read_text("utf-8").splitlines()
    for url, item in read.document["paths"].items():
        for method in item:
            pointer = f"#/paths/{url.replace('/', '~1')}/{method}"
            place = read.place(pointer)
            assert lines[place.line - 1][place.column - 1 :].startswith(f"{method}:")
            assert place == read.place_of(item[method]["operationId"]) == read.place(f"{pointer}/x-nothing/nowhere")
    for schema, body in read.document["components"]["schemas"].items():
        for wire in body.get("properties", ()):
            place = read.place(f"{REFERENCE}{schema}/properties/{wire.replace('/', '~1')}")
            assert lines[place.line - 1][place.column - 1 :].strip("'\"").startswith(wire)


@pytest.mark.parametrize("name", sorted(path.stem for path in CONTRACTS.glob("*.yaml")))
def test_every_reference_of_the_family_resolves_and_nothing_is_left_to_merge(name: str) -> None:
    read = load(CONTRACTS / f"{name}.yaml").document
    waiting: list[Any] = [read]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            assert not part.keys() & {"allOf", "nullable", "example"}
            assert "$ref" not in part or part["$ref"].removeprefix(REFERENCE) in read["components"]["schemas"]
            waiting += [own for key, own in part.items() if key not in ("examples", "default", "properties")]
            waiting += part.get("properties", {}).values()
        elif isinstance(part, list):
            waiting += part


@pytest.mark.parametrize("seed", ["0", "7"])
def test_the_same_contract_gives_the_same_bytes(root: Path, seed: str) -> None:
    code = "import sys; from pathlib import Path; from codegen.normal_form import load; "
    code += "sys.stdout.buffer.write(load(Path(sys.argv[1])).render())"
    path = CONTRACTS / "shapes.yaml"
    environment = os.environ | {"PYTHONPATH": str(root / "overlays"), "PYTHONHASHSEED": seed}
    done = subprocess.run([sys.executable, "-c", code, path], env=environment, capture_output=True, check=True)
    assert load(path).render() == done.stdout


def test_json_and_yaml_are_the_same_contract(tmp_path: Path) -> None:
    path = CONTRACTS / "unions.yaml"
    (tmp_path / "contract.json").write_text(json.dumps(yaml.safe_load(path.read_text("utf-8"))), "utf-8")
    assert load(path).document == load(tmp_path / "contract.json").document


TYPES = st.sampled_from([{"type": "string"}, {"type": "integer"}, {"$ref": f"{REFERENCE}Cat"}, {"type": "null"}])
SCHEMAS = st.recursive(
    TYPES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options}),
        inner.map(lambda items: {"type": "array", "items": items}),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=2).map(
            lambda own: {"type": "object", "properties": own}
        ),
        inner.map(lambda own: {"allOf": [own], "description": "x"}),
    ),
    max_leaves=6,
)


@given(SCHEMAS)
def test_the_normal_form_of_a_normal_form_is_itself(tmp_path_factory: pytest.TempPathFactory, schema: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "normal.json"
    content = {"application/json": {"schema": schema}}
    cat = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    contract = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "paths": {"/a": {"get": {"operationId": "go", "responses": {"200": {"description": "", "content": content}}}}},
        "components": {"schemas": {"Cat": cat}},
    }
    path.write_text(json.dumps(contract), "utf-8")
    once = load(path)
    path.write_bytes(once.render())
    assert once.document == load(path).document
