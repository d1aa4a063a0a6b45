"""Reading a contract: its data, its places, and one clear sentence for whatever is no contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.contract import Contract, ContractError

MINIMAL = "openapi: 3.1.0\ninfo: {title: Keys, version: '1'}\npaths: {}\n"


def contract(text: str) -> Contract:
    return Contract.parse(text.encode(), "openapi.yaml")


def faults(source: bytes) -> list[str]:
    with pytest.raises(ContractError) as caught:
        Contract.parse(source, "openapi.yaml")
    assert "\n".join(map(str, caught.value.faults)) == str(caught.value)
    return [str(fault) for fault in caught.value.faults]


def test_the_document_is_plain_data() -> None:
    read = contract(MINIMAL)
    assert read.document == {"openapi": "3.1.0", "info": {"title": "Keys", "version": "1"}, "paths": {}}


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
        ("2019-12-27", "2019-12-27"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("=", "="),
    ],
)
def test_scalars_follow_yaml_1_2(written: str, expected: object) -> None:
    document = contract(f"{MINIMAL}x-value: {written}\n").document
    assert (expected, type(expected)) == (document["x-value"], type(document["x-value"]))


def test_a_number_as_key_is_its_text() -> None:
    assert contract(f"{MINIMAL}x-value: {{200: 1, true: 2}}\n").document["x-value"] == {"200": 1, "true": 2}


def test_an_alias_is_the_node_it_names() -> None:
    document = contract(f"{MINIMAL}x-one: &body {{a: 1}}\nx-two: *body\n").document
    assert document["x-two"] == {"a": 1}


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("#", (1, 1)),
        ("#/info", (2, 1)),
        ("#/info/version", (2, 21)),
        ("#/x-list/1", (7, 5)),
        ("#/x-list/1/a~1b~0c", (7, 5)),
        ("#/x-list/1/a~1b~0c/0", (7, 13)),
        ("#/x-list/1/missing/deeper", (7, 5)),
        ("#/x-list/7", (4, 1)),
        ("#/nowhere", (1, 1)),
        ("#/x-shared", (8, 1)),
        ("#/x-shared/a", (5, 11)),
    ],
)
def test_every_part_has_its_place(pointer: str, expected: tuple[int, int]) -> None:
    text = MINIMAL + "x-list:\n  - &one {a: 1}\n  # a comment\n  - a/b~c: [1]\nx-shared: *one\n"
    assert expected == contract(text).position(pointer)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"", "openapi.yaml: the file is empty"),
        (b" \n\n", "openapi.yaml: the file is empty"),
        (b"# only a comment\n", "openapi.yaml:1:1: expected an OpenAPI contract (a mapping), found no mapping"),
        (b"- 1\n", "openapi.yaml:1:1: expected an OpenAPI contract (a mapping), found no mapping"),
        (b"openapi: 3.1.0\nname: caf\xe9\n", "openapi.yaml:2:10: not UTF-8 text: byte 0xe9"),
        (MINIMAL.encode("utf-16"), "openapi.yaml:1:1: not UTF-8 text: byte 0xff"),
        (b"a: [\n", ("openapi.yaml:2:1: not YAML: while parsing a flow node, expected the node content, "
         "but found '<stream end>'")),
        (b"a: 1\n b: 2\n", "openapi.yaml:2:3: not YAML: mapping values are not allowed here"),
        (b"\ta: 1\n", ("openapi.yaml:1:1: not YAML: while scanning for the next token, "
         "found character '\\t' that cannot start any token")),
        (b"a: \x07\n", "openapi.yaml: not YAML: unacceptable character #x0007: special characters are not allowed"),
        (b"a: *nobody\n", "openapi.yaml:1:4: not YAML: found undefined alias 'nobody'"),
        (b"a: 1\n---\nb: 2\n", ("openapi.yaml:2:1: not YAML: expected a single document in the stream, "
         "but found another document")),
        (b"[" * 1000, "openapi.yaml: nested too deeply"),
        (b"a: &x [*x]\n", "openapi.yaml:1:4: an alias stands inside the node it names"),
        (BOMB.encode(), "openapi.yaml:7:4: aliases make this more than 2,000,000 nodes"),
        (b"a: 1\nb: 2\na: 3\n", "openapi.yaml:3:1: duplicate key 'a', first on line 1"),
        (b"200: 1\n'200': 2\n", "openapi.yaml:2:1: duplicate key '200', first on line 1"),
        (b"? [a]\n: 1\n", "openapi.yaml:1:3: a key must be a string"),
        (b"a: &x {b: 1}\nc: {<<: *x}\n", ("openapi.yaml:2:5: merge keys (<<) are not part of YAML 1.2; "
         "write the fields out, or use $ref")),
        (b"a: !secret x\n", "openapi.yaml:1:4: the tag !secret has no meaning in a contract"),
        (b"a: !!set {x}\n", "openapi.yaml:1:4: the tag tag:yaml.org,2002:set has no meaning in a contract"),
        (b"a: .inf\n", "openapi.yaml:1:4: .inf is not a JSON number"),
        (b"a: 1e999\n", "openapi.yaml:1:4: this number is too large"),
        (b"a: " + b"9" * 5000, "openapi.yaml:1:4: this number has too many digits"),
        (b"<!DOCTYPE html>\n<html></html>\n", ("openapi.yaml:1:1: expected an OpenAPI contract in YAML, "
         "found HTML or XML")),
        (b"swagger: '2.0'\n", "openapi.yaml:1:1: expected OpenAPI 3.1, found Swagger 2.0"),
        (b"info: {}\n", "openapi.yaml:1:1: expected an OpenAPI contract, found no field openapi"),
        (b"info: {}\nopenapi: 3.0.3\n", "openapi.yaml:2:1: expected OpenAPI 3.1, found 3.0.3"),
        (b"openapi: 3.1\n", "openapi.yaml:1:1: expected OpenAPI 3.1, found 3.1"),
    ],
)  # fmt: skip
def test_what_is_no_contract_gets_one_sentence(source: bytes, expected: str) -> None:
    assert [expected] == faults(source)


def test_a_byte_order_mark_is_ignored() -> None:
    assert contract(MINIMAL).document == Contract.parse(b"\xef\xbb\xbf" + MINIMAL.encode(), "openapi.yaml").document


def test_a_missing_file_and_a_directory(tmp_path: Path) -> None:
    missing, folder = tmp_path / "missing.yaml", tmp_path
    for path, sentence in [(missing, "no such file"), (folder, "expected a file, found a directory")]:
        with pytest.raises(ContractError) as caught:
            Contract.read(path)
        assert f"{path}: {sentence}" == str(caught.value)


def test_a_file_is_read_with_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_bytes(MINIMAL.encode())
    read = Contract.read(path)
    assert (str(path), MINIMAL.encode(), contract(MINIMAL).sha256) == (read.file, read.source, read.sha256)
