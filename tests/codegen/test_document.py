"""Reading files: their data, their places, and one clear sentence for whatever is no contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.document import Contract, Faults, Node, parse
from codegen.normal_form import load


def read(text: str) -> Node:
    return parse(text.encode(), "openapi.yaml")


def place(node: Node, *keys: str | int) -> tuple[int, int]:
    for key in keys:
        node = node.members[key] if isinstance(key, str) else node.entries[key]
    return node.place[1:]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("yes", "yes"),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-3", -3),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("", None),
        ("2019-12-27T18:11:19.117Z", "2019-12-27T18:11:19.117Z"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("'12'", "12"),
        ("=", "="),
        (r'"\ud83c\udf89 \\ud83c"', "🎉 \\ud83c"),
    ],
)
def test_scalars_follow_yaml_1_2(written: str, expected: object) -> None:
    value = read(f"x: {written}\n").members["x"].data()
    assert (expected, type(expected)) == (value, type(value))


def test_keys_are_texts_and_aliases_the_nodes_they_name() -> None:
    assert {"200": 1, "true": [1], "b": [1]} == read("{200: 1, true: &one [1], b: *one}").data()


def test_every_part_has_its_place() -> None:
    root = read("a: 1\nlist:\n  - &one {a: 1}\n  # a comment\n  - a/b~c: [1]\nshared: *one\n")
    assert (1, 1) == place(root)
    assert (2, 1) == place(root, "list")
    assert (5, 5) == place(root, "list", 1, "a/b~c")
    assert (5, 13) == place(root, "list", 1, "a/b~c", 0)
    assert (6, 1) == place(root, "shared")
    assert (3, 11) == place(root, "shared", "a")


def test_columns_count_what_stands_in_the_file_also_behind_surrogates() -> None:
    text = r'{"a": "\ud83c\udf89", "b": ["\ud83c\udf89\ud83c\udf89", 1], "c": 2}'
    root = read(text)
    assert text.index('"b"') + 1 == place(root, "b")[1]
    assert text.index("1]") + 1 == place(root, "b", 1)[1]
    assert text.index('"c"') + 1 == place(root, "c")[1]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b" \n\n", "openapi.yaml: the file is empty"),
        (b"openapi: 3.1.0\nname: caf\xe9\n", "openapi.yaml:2:10: not UTF-8 text: byte 0xe9; save the file as UTF-8"),
        (b"a: [\n", "openapi.yaml:2:1: not YAML: did not find expected node content"),
        (b"a: 1\n b: 2\n", "openapi.yaml:2:3: not YAML: mapping values are not allowed in this context"),
        (b"a: \x07\n", "openapi.yaml: not YAML: unacceptable character #x0007: control characters are not allowed"),
        (b'a: "\\ud83c"\n', "openapi.yaml:1:7: not YAML: found invalid Unicode character escape code"),
        (b"a: *nobody\n", "openapi.yaml:1:4: no node has the anchor &nobody"),
        (b"a: 1\n---\nb: 2\n", "openapi.yaml:2:1: a second document in one file; keep each in a file of its own"),
        (b"[" * 100_000, "openapi.yaml:1:201: nested too deeply"),
        (b"a: &x [*x]\n", "openapi.yaml:1:8: an alias stands inside the node that it names"),
        (BOMB.encode(), "openapi.yaml:7:8: aliases make this more than 2,000,000 nodes"),
        (b"200: 1\n'200': 2\n", "openapi.yaml:2:1: duplicate key '200', first on line 1; remove one"),
        (b"? [a]\n: 1\n", "openapi.yaml:1:3: a key must be a string"),
        (b"a: &x {b: 1}\nc: {<<: *x}\n", ("openapi.yaml:2:5: merge keys (<<) are not part of YAML 1.2; "
         "write the fields out, or use $ref")),
        (b"a: !secret x\n", ("openapi.yaml:1:4: the tag !secret has no meaning in a contract; "
         "remove it, and quote strings")),
        (b"a: .inf\n", "openapi.yaml:1:4: JSON has no such number"),
        (b"a: 1e999\n", "openapi.yaml:1:4: JSON has no such number"),
        (b"a: " + b"9" * 5000, "openapi.yaml:1:4: JSON has no such number"),
        (b"<!DOCTYPE html>\n<html></html>\n", ("openapi.yaml:1:1: expected an OpenAPI contract in YAML, "
         "found HTML or XML")),
    ],
)  # fmt: skip
def test_what_is_no_yaml_gets_one_sentence(source: bytes, expected: str) -> None:
    with pytest.raises(Faults) as caught:
        parse(source, "openapi.yaml")
    assert expected == str(caught.value)


def test_a_byte_order_mark_is_ignored() -> None:
    assert {"a": 1} == parse(b"\xef\xbb\xbfa: 1\n", "openapi.yaml").data()


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(Faults, match=r"no such file|cannot be read: Is a directory"):
        Contract(tmp_path / name)


def test_a_contract_in_several_files_becomes_one_document(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "openapi.yaml").write_text(
        """\
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /keys: {$ref: paths.yaml#/keys}
components:
  schemas:
    Key: {type: object, properties: {id: {type: string}}}
""",
        "utf-8",
    )
    (tmp_path / "paths.yaml").write_text(
        """\
keys:
  get:
    operationId: list_keys
    responses:
      '200': {description: Y., content: {application/json: {schema: {$ref: schemas/page.yaml}}}}
      '404': {description: N., content: {application/json: {schema: {$ref: 'schemas/more.json#/$defs/Error'}}}}
""",
        "utf-8",
    )
    (tmp_path / "schemas" / "page.yaml").write_text(
        "type: object\nproperties:\n  data: {type: array, items: {$ref: '../openapi.yaml#/components/schemas/Key'}}\n"
        "  next: {$ref: more.json#/$defs/Key}\n",
        "utf-8",
    )
    (tmp_path / "schemas" / "more.json").write_text(
        '{"$defs": {"Key": {"type": "object", "properties": {"n": {"type": "integer"}}}, "Error": {"type": "string"}}}',
        "utf-8",
    )
    form = load(tmp_path / "openapi.yaml")
    schemas = form.document["components"]["schemas"]
    assert ["Key", "Page", "Key2", "Error"] == list(schemas)
    assert {"$ref": "#/components/schemas/Key"} == schemas["Page"]["properties"]["data"]["items"]
    assert {"$ref": "#/components/schemas/Key2"} == schemas["Page"]["properties"]["next"]
    assert ["openapi.yaml", "paths.yaml", "page.yaml", "more.json"] == [Path(name).name for name in form.hashes]
    where = form.place("#/components/schemas/Page/properties/next")
    assert (str(tmp_path / "schemas" / "page.yaml"), 4, 3) == where
