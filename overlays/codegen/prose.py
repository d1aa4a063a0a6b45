"""The contract's words in docstrings: constraints in words, text wrapped and escaped."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from codegen.shapes import Choice, Items, Map, Nullable, Number, Text

if TYPE_CHECKING:
    from codegen.contract import JSON
    from codegen.shapes import Shape

WIDTH = 120


def describe(description: str, shape: Shape, default: JSON = None, *, values: bool = True) -> str:
    """What a person should know of a value: the contract's words, then what is allowed, then the default.

    ``values`` is whether the values of a choice are listed.
    """
    while isinstance(shape, Nullable):
        shape = shape.shape
    sentences = [_ended(" ".join(description.split()))] if description else []
    sentences += [rule[:1].upper() + rule[1:] + "." for rule in _rules(shape, default, values=values)]
    if isinstance(default, str | int | float) and not isinstance(shape, Choice):
        sentences.append(f"The default is {_literal(default)}.")
    if len(sentences) == 1 and description:
        # A description that stands alone is printed as the contract has it, with or without its full stop.
        return " ".join(description.split())
    return " ".join(sentences)


def _rules(shape: Shape, default: JSON = None, *, values: bool = True) -> list[str]:
    match shape:
        case Text():
            pattern = [f"matches {_literal(shape.pattern, quote='')}"] if shape.pattern else []
            return _counted(shape.min_length, shape.max_length, "character") + pattern
        case Number():
            return _numeric(shape)
        case Choice() if values:
            options = [
                _literal(value) + (" (the default)" if value == default and type(value) is type(default) else "")
                for value in shape.values
            ]
            return [_listed(options)]
        case Items():
            alike = ["no two alike"] if shape.unique else []
            each = [f"each {rule.removeprefix('each ')}" for rule in _rules(shape.item, values=values)]
            return _counted(shape.min_items, shape.max_items, "item") + alike + each
        case Map():
            each = [f"each value {rule}" for rule in _rules(shape.value, values=values)]
            return _counted(shape.min_size, shape.max_size, "entry", "entries") + each
        case _:
            return []


def _numeric(number: Number) -> list[str]:
    low, high = number.minimum, number.maximum
    rules: list[str] = []
    if low is not None and high is not None:
        rules.append(f"{low} to {high}")
    elif low is not None:
        rules.append(f"at least {low}")
    elif high is not None:
        rules.append(f"at most {high}")
    if number.exclusive_minimum is not None:
        rules.append(f"more than {number.exclusive_minimum}")
    if number.exclusive_maximum is not None:
        rules.append(f"less than {number.exclusive_maximum}")
    if number.multiple_of is not None:
        rules.append(f"a multiple of {number.multiple_of}")
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
