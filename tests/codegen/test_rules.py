"""Every rule that a contract can state is checked before sending, in whatever place of a request it is stated.

One contract states each rule in each place; each place is then given a value that breaks it, and one that does not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from boltz_api.errors import ArgumentError
from codegen.naming import snake_case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.codegen.conftest import Generated

ONE = {"type": "string"}
# By name: the schema, a value that fits, one that does not, and what is said of it.
RULES: dict[str, tuple[dict[str, object], object, object, str]] = {
    "minLength": ({**ONE, "minLength": 2}, "ab", "a", "a string of at least 2 characters"),
    "shortest": ({**ONE, "minLength": 1}, "ab", "", "a string of at least 1 character"),
    "maxLength": ({**ONE, "maxLength": 2}, "ab", "abc", "a string of at most 2 characters"),
    "pattern": ({**ONE, "pattern": "^[a-z]+$"}, "ab", "AB", "a string that matches '^[a-z]+$'"),
    "format": ({**ONE, "format": "ipv4"}, "192.0.2.1", "::1", "an IPv4 address"),
    "enum": ({**ONE, "enum": ["a", "b"]}, "a", "c", "'a' or 'b'"),
    "minimum": ({"type": "integer", "minimum": 2}, 2, 1, "an integer of at least 2"),
    "maximum": ({"type": "integer", "maximum": 2}, 2, 3, "an integer of at most 2"),
    "exclusiveMinimum": ({"type": "number", "exclusiveMinimum": 2}, 2.5, 2, "a number of more than 2"),
    "exclusiveMaximum": ({"type": "number", "exclusiveMaximum": 2}, 1.5, 2, "a number of less than 2"),
    "multipleOf": ({"type": "integer", "multipleOf": 3}, 6, 7, "an integer that is a multiple of 3"),
    "minItems": ({"type": "array", "items": ONE, "minItems": 2}, ["a", "b"], ["a"], "a list of at least 2 items"),
    "maxItems": ({"type": "array", "items": ONE, "maxItems": 1}, ["a"], ["a", "b"], "a list of at most 1 item"),
    "uniqueItems": (
        {"type": "array", "items": ONE, "uniqueItems": True},
        ["a", "b"],
        ["a", "b", "a"],
        "a list without duplicates",
    ),
    "minProperties": (
        {"type": "object", "additionalProperties": ONE, "minProperties": 1},
        {"a": "b"},
        {},
        "an object of at least 1 member",
    ),
    "maxProperties": (
        {"type": "object", "additionalProperties": ONE, "maxProperties": 1},
        {"a": "b"},
        {"a": "b", "c": "d"},
        "an object of at most 1 member",
    ),
}
# By name: the schema of the body's property, given the rule's own; the property's value, given the value; where it is.
IN_BODY: dict[str, tuple[Callable[[Any], object], Callable[[Any], object], str]] = {
    "plain": (lambda own: own, lambda value: value, ""),
    "nullable": (lambda own: {"anyOf": [own, {"type": "null"}]}, lambda value: value, ""),
    "items": (lambda own: {"type": "array", "items": own}, lambda value: [value], "[0]"),
    "values": (lambda own: {"type": "object", "additionalProperties": own}, lambda value: {"k": value}, "[...]"),
    "inner": (
        lambda own: {"type": "object", "properties": {"inside": own}},
        lambda value: {"inside": value},
        ".inside",
    ),
}
ELSEWHERE = ("path", "query", "header")


def places(name: str) -> list[str]:
    """Where the rule can be stated."""
    kind = RULES[name][0]["type"]
    return [*IN_BODY, *(ELSEWHERE if kind not in ("array", "object") else ["query"] if kind == "array" else [])]


def operation(name: str, place: str) -> dict[str, object]:
    """An operation that states the rule in that place."""
    own = RULES[name][0]
    described: dict[str, object] = {
        "operationId": f"{name}_{place}",
        "tags": ["rules"],
        "responses": {"204": {"description": "Done."}},
    }
    if place in ELSEWHERE:
        return {**described, "parameters": [{"name": "it", "in": place, "required": True, "schema": own}]}
    body = {"type": "object", "required": ["it"], "properties": {"it": IN_BODY[place][0](own)}}
    return {**described, "requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}


def path(name: str, place: str) -> str:
    return f"/{name}/{place}" + ("/{it}" if place == "path" else "")


STATED = [(name, place) for name in RULES for place in places(name)]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory, generated: Callable[[Path], Generated]) -> Generated:
    """The package that is generated from all of them."""
    file = tmp_path_factory.mktemp("rules") / "rules.json"
    paths = {path(*stated): {"post": operation(*stated)} for stated in STATED}
    contract = {"openapi": "3.1.0", "info": {"title": "Rules", "version": "1"}, "paths": paths}
    file.write_text(json.dumps(contract), "utf-8")
    return generated(file)


@pytest.mark.parametrize(("name", "place"), STATED)
def test_what_breaks_a_rule_is_refused_wherever_it_is_stated(rules: Generated, name: str, place: str) -> None:
    _, good, bad, words = RULES[name]
    method = f"rules.{snake_case(f'{name}_{place}')}"
    wrap, where = IN_BODY[place][1:] if place in IN_BODY else (lambda value: value, "")
    assert rules.sent(method, it=wrap(good)).method == "POST"
    with pytest.raises(ArgumentError) as caught:
        rules.sent(method, it=wrap(bad))
    # msgspec does not say under which of a map's keys; where the rule is checked apart from it, that is known.
    assert caught.value.argument in (f"it{where}", f"it{where}".replace("[...]", ".k"))
    assert words in str(caught.value)
