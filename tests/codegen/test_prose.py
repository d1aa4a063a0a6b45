"""Words of the contract in the code: they say what is allowed, and no text can end a string before its time."""

from __future__ import annotations

import ast
import inspect
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.prose import describe, docstring

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.codegen.conftest import Generated

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}


@pytest.mark.parametrize(
    ("description", "schema", "expected"),
    [
        ("", TEXT, ""),
        ("A name", TEXT, "A name"),
        ("A name", {**TEXT, "minLength": 1, "maxLength": 255}, "A name. 1 to 255 characters."),
        ("Really?", {**TEXT, "minLength": 1}, "Really? At least 1 character."),
        ("", {**TEXT, "maxLength": 1}, "At most 1 character."),
        ("", {**TEXT, "minLength": 4, "maxLength": 4}, "Exactly 4 characters."),
        ("", {**TEXT, "minLength": 0}, ""),
        ("", {**TEXT, "pattern": "^a$", "default": "a"}, 'Matches ``^a$``. The default is ``"a"``.'),
        ("Limit", {**WHOLE, "minimum": 1, "maximum": 100, "default": 100}, "Limit. 1 to 100. The default is 100."),
        ("", {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5}, "More than 0. A multiple of 0.5."),
        ("", {**WHOLE, "maximum": 1, "exclusiveMaximum": 1}, "At most 1. Less than 1."),
        ("", {"type": "boolean", "default": False}, "The default is False."),
        ("", {"enum": ["a", "b"], "default": "b"}, '``"a"`` or ``"b"`` (the default).'),
        ("", {"anyOf": [{"enum": ["a", "b"]}, {"enum": [3]}]}, '``"a"``, ``"b"`` or 3.'),
        ("", {"anyOf": [{"enum": ["a"]}, {"type": "null"}]}, '``"a"``.'),
        ("", {"type": ["string", "null"], "maxLength": 2}, "At most 2 characters."),
        ("", {"type": "array", "items": {**TEXT, "maxLength": 3}}, "Each at most 3 characters."),
        ("", {"type": "array", "items": TEXT, "minItems": 1}, "At least 1 item."),
        ("", {"type": "array", "items": TEXT, "uniqueItems": True}, "No two alike."),
        ("", {"type": "array", "items": {"type": "array", "items": {**WHOLE, "minimum": 0}}}, "Each at least 0."),
        (
            "",
            {"type": "object", "additionalProperties": {**TEXT, "minLength": 2}, "minProperties": 1},
            "At least 1 entry. Each value at least 2 characters.",
        ),
        ("All of\n  them", {**TEXT, "default": []}, "All of them"),
        ("", {**TEXT, "description": "Old", "deprecated": True}, "Deprecated. Old"),
    ],
)  # fmt: skip
def test_constraints_in_words(description: str, schema: dict[str, Any], expected: str) -> None:
    assert expected == describe(schema, lambda node: node, description)


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


def operation(number: int, text: str) -> dict[str, Any]:
    """An operation that has ``text`` wherever a text can be."""
    name = "".join(letter for letter in text if letter not in '"\\' and letter.isprintable()) or "name"
    schema = {"type": "string", "enum": [text, "other"], "description": text, "default": text}
    parts = {"type": "object", "description": text, "required": ["a"], "properties": {"a": schema, name: schema}}
    return {
        "operationId": f"make{number}",
        "tags": [f"things{number}"],
        "summary": text,
        "description": f"More: {text}",
        "parameters": [{"name": name, "in": "query", "description": text, "schema": schema}],
        "requestBody": {"content": {"application/json": {"schema": parts}}},
        "responses": {"200": {"description": text, "content": {"application/json": {"schema": parts}}}},
    }


def test_no_text_of_a_contract_becomes_code(tmp_path: Path, generated: Callable[[Path], Generated]) -> None:
    contract = {
        "openapi": "3.1.0",
        "info": {"title": HOSTILE[0], "version": "1"},
        "tags": [
            {"name": f"things{number}", "x-displayName": text, "description": text}
            for number, text in enumerate(HOSTILE)
        ],
        "paths": {f"/things/it's/{number}": {"post": operation(number, text)} for number, text in enumerate(HOSTILE)},
    }
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(contract), encoding="utf-8")
    own = generated(path)
    for number, text in enumerate(HOSTILE):
        method = own.method(f"things{number}.make{number}")
        assert " ".join(text.split()) == " ".join(own.package.OPERATIONS[f"make{number}"].summary.split())
        assert own.package.TAGS[f"things{number}"] == text
        assert "".join(text.split()) in "".join(str(inspect.getdoc(method)).split())
        result = own.received(f"things{number}.make{number}", b'{"a":%s}' % quoted(text), a=text)
        assert text == result.a
        assert "".join(text.split()) in "".join(str(type(result).__doc__).split())
        assert own.sent(f"things{number}.make{number}", a=text).content == b'{"a":%s}' % quoted(text)


def quoted(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()
