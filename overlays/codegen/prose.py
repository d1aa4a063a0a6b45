"""The contract's words in docstrings: constraints in words, text wrapped and escaped."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from codegen.python_schemas import Node

WIDTH: Final = 120


def describe(schema: Node, resolve: Callable[[Node], Node], description: str = "") -> str:
    """The documentation of a value: the contract's words, then what is allowed, then the default."""
    named = resolve(schema)
    own = description or schema.get("description") or ("" if "properties" in named else named.get("description", ""))
    text = " ".join(own.split())
    if schema.get("deprecated"):
        text = f"Deprecated. {text}".strip()
    default = schema.get("default", schema.get("x-default"))
    rules = [rule[:1].upper() + rule[1:] + "." for rule in _rules(schema, resolve, default)]
    if isinstance(default, str | int | float) and not _values(schema, resolve):
        rules.append(f"The default is {_literal(default)}.")
    # A description that stands alone is printed as the contract has it, with or without its full stop.
    return " ".join([_ended(text), *rules] if text else rules) if rules else text


def _rules(schema: Node, resolve: Callable[[Node], Node], default: object = None) -> list[str]:
    node = resolve(schema)
    if options := [resolve(own) for own in node.get("anyOf", ()) if own != {"type": "null"}]:
        return _rules(options[0], resolve, default) if len(options) == 1 else _listed_values(node, resolve, default)
    if "enum" in node:
        return _listed_values(node, resolve, default)
    match _types(node):
        case ["string"]:
            pattern = [f"matches {_literal(node['pattern'], quote='')}"] if "pattern" in node else []
            return _counted(node.get("minLength"), node.get("maxLength"), "character") + pattern
        case ["integer" | "number"]:
            return _numeric(node)
        case ["array"]:
            alike = ["no two alike"] if node.get("uniqueItems") else []
            each = [f"each {rule.removeprefix('each ')}" for rule in _rules(node.get("items", {}), resolve)]
            return _counted(node.get("minItems"), node.get("maxItems"), "item") + alike + each
        case ["object"] if isinstance(node.get("additionalProperties"), dict):
            each = [f"each value {rule}" for rule in _rules(node["additionalProperties"], resolve)]
            return _counted(node.get("minProperties"), node.get("maxProperties"), "entry", "entries") + each
        case _:
            return []


def _values(schema: Node, resolve: Callable[[Node], Node]) -> list[Any]:
    """The values of an enum, also of one whose values are of several types."""
    node = resolve(schema)
    if "enum" in node:
        return list(node["enum"])
    options = [own for own in node.get("anyOf", ()) if own != {"type": "null"}]
    values = [_values(own, resolve) for own in options]
    return [value for own in values for value in own] if all(values) else []


def _listed_values(node: Node, resolve: Callable[[Node], Node], default: object) -> list[str]:
    words = [
        _literal(value) + (" (the default)" if value == default and type(value) is type(default) else "")
        for value in _values(node, resolve)
    ]
    return [_listed(words)] if words else []


def _types(node: Node) -> list[str]:
    types = node.get("type", [])
    return [kind for kind in ([types] if isinstance(types, str) else types) if kind != "null"]


def _numeric(node: Node) -> list[str]:
    low, high = node.get("minimum"), node.get("maximum")
    rules: list[str] = []
    if low is not None and high is not None:
        rules.append(f"{low} to {high}")
    elif low is not None:
        rules.append(f"at least {low}")
    elif high is not None:
        rules.append(f"at most {high}")
    for key, words in (
        ("exclusiveMinimum", "more than"),
        ("exclusiveMaximum", "less than"),
        ("multipleOf", "a multiple of"),
    ):
        if key in node:
            rules.append(f"{words} {node[key]}")
    return rules


def _counted(low: int | None, high: int | None, one: str, many: str = "") -> list[str]:
    many = many or one + "s"
    if low is not None and low == high:
        return [f"exactly {low} {one if low == 1 else many}"]
    if low and high is not None:
        return [f"{low} to {high} {many}"]
    if low:
        return [f"at least {low} {one if low == 1 else many}"]
    if high is not None:
        return [f"at most {high} {one if high == 1 else many}"]
    return []


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _literal(value: str | float, quote: str = '"') -> str:
    if isinstance(value, str):
        return f"``{quote}{value}{quote}``"
    return str(value)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", ":")) else sentence + "."


def docstring(text: str, indent: int = 4) -> str:
    """``text`` between quotes, as it stands in source that is ``indent`` spaces deep; each line wrapped by itself."""
    lines = [
        wrapped
        for line in text.strip().splitlines()
        for wrapped in (_wrap(line, WIDTH - indent) if line.strip() else [""])
    ]
    if lines and len(lines[0]) > WIDTH - indent - len('""""""'):
        lines[:1] = _wrap(lines[0], WIDTH - indent - len('"""'))
    body = "\n".join(line if number == 0 or not line else " " * indent + line for number, line in enumerate(lines))
    body = body.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    if len(lines) > 1:
        body += "\n" + " " * indent
    elif body.endswith('"'):
        body += " "
    return f'"""{body}"""'


def _wrap(line: str, width: int) -> list[str]:
    """The words of ``line`` on as many lines as they need, each as deep as the line, and deeper after the first."""
    depth = len(line) - len(line.lstrip())
    hanging = " " * (depth + 4 if depth else 0)
    return textwrap.wrap(line, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False) or [""]
