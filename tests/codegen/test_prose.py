"""Words of the contract in the code: they say what is allowed, and no text can end a string before its time."""

from __future__ import annotations

import ast
import inspect
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.contract import JSON, Contract
from codegen.package import PACKAGE, write_package
from codegen.prose import describe, docstring
from codegen.shapes import Choice, Flag, Items, Map, Nullable, Number, Shape, Text


@pytest.mark.parametrize(
    ("description", "shape", "default", "expected"),
    [
        ("", Text(), None, ""),
        ("A name", Text(), None, "A name"),
        ("A name", Text(min_length=1, max_length=255), None, "A name. 1 to 255 characters."),
        ("Really?", Text(min_length=1), None, "Really? At least 1 character."),
        ("", Text(max_length=1), None, "At most 1 character."),
        ("", Text(min_length=4, max_length=4), None, "Exactly 4 characters."),
        ("", Text(min_length=0), None, ""),
        ("", Text(pattern="^a$"), "a", 'Matches ``^a$``. The default is ``"a"``.'),
        ("Limit", Number(whole=True, minimum=1, maximum=100), 100, "Limit. 1 to 100. The default is 100."),
        ("", Number(whole=False, exclusive_minimum=0, multiple_of=0.5), None, "More than 0. A multiple of 0.5."),
        ("", Number(whole=True, minimum=1), None, "At least 1."),
        ("", Number(whole=True, maximum=1, exclusive_maximum=1), None, "At most 1. Less than 1."),
        ("", Flag(), False, "The default is False."),
        ("", Choice(("a", "b", 3)), "b", '``"a"``, ``"b"`` (the default) or 3.'),
        ("", Nullable(Choice(("a",))), None, '``"a"``.'),
        ("", Items(Text(max_length=3), 1), None, "At least 1 item. Each at most 3 characters."),
        ("", Items(Flag(), unique=True), None, "No two alike."),
        ("", Items(Items(Number(whole=True, minimum=0))), None, "Each at least 0."),
        ("", Map(Text(min_length=2), min_size=1), None, "At least 1 entry. Each value at least 2 characters."),
        ("All of\n  them", Text(), [], "All of them"),
    ],
)  # fmt: skip
def test_constraints_in_words(description: str, shape: Shape, default: JSON, expected: str) -> None:
    assert expected == describe(description, shape, default)


def read_back(source: str) -> str:
    tree = ast.parse(f"def f():\n    {source}\n")
    return ast.get_docstring(tree.body[0]) or ""  # type: ignore[arg-type]  # it is the function just written


@given(st.text(alphabet=st.sampled_from("ab \n\"'\\\t{}#%é") | st.characters(codec="utf-8", categories=["L", "P"])))
def test_a_docstring_says_what_it_was_given(text: str) -> None:
    words = "".join(text.split())
    assert words == "".join(read_back(docstring(text)).split())


def test_lines_stay_apart_and_long_ones_are_wrapped_with_their_depth() -> None:
    text = "Title\n\n" + "    deep " + "word " * 40 + "\nlast"
    lines = docstring(text).splitlines()
    assert max(map(len, lines)) <= 120
    assert lines[0] == '"""Title'
    assert lines[2].startswith("        deep word")
    assert lines[3].startswith("            word")
    assert [line.strip() for line in lines[-2:]] == ["last", '"""']


HOSTILE = [
    '"""',
    "'''",
    'ends with a quote"',
    "ends with a backslash\\",
    '\\"""; raise SystemExit; """',
    "\\N{BOMB} \\x \\u12 \\",
    "{{ config }} {% raw %} {# none #}",
    "# comment\nimport os",
    "f-string {1 + 1}",
    "line\u2028separator\u0085next",
    "tab\tand  spaces",
    "%s %(x)s",
    "<b>&amp;</b>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_contract_becomes_code(text: str, tmp_path: Any, imported: Any) -> None:
    name = "".join(letter for letter in text if letter not in '"\\' and letter.isprintable()) or "name"
    schema = {"type": "string", "enum": [text, "other"], "description": text, "default": text}
    parts = {"type": "object", "description": text, "required": ["a"], "properties": {"a": schema, name: schema}}
    answer = {"$ref": "#/components/schemas/X"}
    contract = {
        "openapi": "3.1.0",
        "info": {"title": text, "version": "1"},
        "tags": [{"name": "things", "x-displayName": text, "description": text}],
        "paths": {
            "/things/it's": {
                "post": {
                    "operationId": "make",
                    "tags": ["things"],
                    "summary": text,
                    "description": f"More: {text}",
                    "parameters": [{"name": name, "in": "query", "description": text, "schema": schema}],
                    "requestBody": {"content": {"application/json": {"schema": parts}}},
                    "responses": {"200": {"description": text, "content": {"application/json": {"schema": answer}}}},
                }
            }
        },
        "components": {"schemas": {"X": {**parts, "properties": {"a": schema, "p": {"type": "string"}}}}},
    }  # fmt: skip
    (tmp_path / PACKAGE).mkdir()
    write_package(Contract.parse(json.dumps(contract).encode(), "openapi.json"), tmp_path / PACKAGE)
    with imported(tmp_path) as generated:
        operation = generated.operations.OPERATIONS["make"]
        assert " ".join(text.split()) == operation.summary
        assert name == operation.arguments[0].wire
        assert "".join(text.split()) in "".join(str(inspect.getdoc(generated.operations.make)).split())
        assert "".join(text.split()) in "".join(generated.models.X.__doc__.split())
        request = generated.operations.make(a=text)
        assert text == generated.received(request, b'{"a":%s}' % quoted(text)).a
        assert generated.sent(request).content == b'{"a":%s}' % quoted(text)


def quoted(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()
