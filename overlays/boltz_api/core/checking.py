"""Holding what the caller passed against the contract, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

import msgspec
from msgspec import UNSET

from boltz_api.core.secrets import MASK, holds_key, scrubbed
from boltz_api.errors import ArgumentTypeError, ArgumentValueError
from boltz_api_generated.model import Model

if TYPE_CHECKING:
    from msgspec import inspect

# Patterns for what few programs get to see are strings, which are compiled when it happens.
_AT: Final = r" - at `\$(?P<path>[^`]*)`\Z"
_STEP: Final = r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+)\]|\[(?P<some>\.\.\.)\]"
_NAMED: Final = r"(?P<rule>Object (?:contains unknown|missing required) field) `(?P<name>[^`]*)`"
_LONGEST_SHOWN = 60


def checked(values: object, kind: object, *, python_names: bool = True) -> object:
    """``values`` as ``kind``, which is the contract's type for them.

    Args:
        values: What the caller passed; structs are taken as they are.
        kind: A struct, or another type that the contract's types are made of.
        python_names: ``values`` has Python's names, not the wire's.

    Raises:
        ArgumentTypeError: Something has the wrong type, is missing or does not exist.
        ArgumentValueError: Something has a wrong value.

    """
    from boltz_api.core.shapes import on_the_wire, shape_of, unfit

    shape = shape_of(kind)
    wire = on_the_wire(values, shape) if python_names else values
    try:
        result: object = msgspec.convert(wire, cast("type[object]", kind))
    except msgspec.ValidationError as error:
        _complain(str(error), wire, shape)
    for path, words, faulty in unfit(wire, shape):
        where, _, _ = _walk(path.removeprefix("$"), wire, shape)
        raise ArgumentValueError(f"{where}: expected {words}, got {shown(faulty)}", argument=where)
    return result


def _complain(text: str, wire: object, shape: inspect.Type) -> NoReturn:
    from boltz_api.core.shapes import in_words

    found = re.search(_AT, text)
    where, faulty, wanted = _walk(found["path"] if found else "", wire, shape)
    rule = re.sub(_AT, "", text)
    named = re.fullmatch(_NAMED, rule)
    if named is not None:
        known = {field.encode_name: field.name for field in _fields(wanted)}
        name = known.get(named["name"], named["name"])
        argument = f"{where}.{name}" if where else name
        if "missing" in named["rule"]:
            raise ArgumentTypeError(f"{argument}: required, and was not given", argument=argument)
        hint = did_you_mean(name, known.values())
        raise ArgumentTypeError(f"{argument}: no such argument{hint}", argument=argument)
    is_type = ", got " in rule
    got = "" if faulty is UNSET else f", got {shown(faulty)}"
    message = f"{where}: expected {in_words(wanted)}{got}"
    raise (ArgumentTypeError if is_type else ArgumentValueError)(message, argument=where)


def _fields(shape: inspect.Type) -> tuple[inspect.Field, ...]:
    from msgspec import inspect

    from boltz_api.core.shapes import part

    struct = part(shape, inspect.StructType)
    return () if struct is None else struct.fields


def _walk(path: str, value: object, shape: inspect.Type) -> tuple[str, object, inspect.Type]:
    """Follow msgspec's path: the same place in Python's names, what stands there, and what should."""
    from msgspec import inspect

    from boltz_api.core.shapes import item_shape, part, struct_for, tag_name, tags_of, value_shape

    where = ""
    for step in re.finditer(_STEP, path):
        if step["index"] is not None:
            inner = item_shape(shape)
            value = UNSET if value is UNSET else cast("list[object]", value)[int(step["index"])]
            where += f"[{step['index']}]"
        elif step["some"] is not None:
            # msgspec does not say under which of the keys.
            inner = value_shape(shape)
            value = UNSET
            where += "[...]"
        else:
            struct = struct_for(cast("dict[str, object]", value), shape) if isinstance(value, dict) else None
            struct = struct or part(shape, inspect.StructType)
            field = next((f for f in (struct.fields if struct else ()) if f.encode_name == step["name"]), None)
            inner = None if field is None else field.type
            value = UNSET if value is UNSET else cast("dict[str, object]", value).get(step["name"])
            name = step["name"] if field is None else field.name
            if struct is not None and step["name"] == struct.tag_field:
                name, inner = tag_name(struct), tags_of(shape)
            if struct is not None and issubclass(struct.cls, Model) and name in struct.cls.__secrets__:
                value = MASK
            where += f".{name}" if where else name
        if inner is None:
            break
        shape = inner
    return where, value, shape


def check_id(argument: str, given: object) -> None:
    """Refuse what is no ID, above all a key itself.

    Raises:
        ArgumentTypeError: It is not a string.
        ArgumentValueError: It is empty, or holds an API key.

    """
    if not isinstance(given, str):
        raise ArgumentTypeError(f"{argument}: expected a string, got {shown(given)}", argument=argument)
    if not given:
        raise ArgumentValueError(f"{argument}: expected a key's ID, got ''", argument=argument)
    check_url_text(argument, given)


def check_url_text(argument: str, text: str) -> None:
    """Refuse what cannot stand in a URL, or must not: servers and proxies log those.

    Raises:
        ArgumentValueError: It holds an API key, or half of a character.

    """
    if holds_key(text):
        raise ArgumentValueError(
            f"{argument}: got an API key, which must not stand in a URL, for logs show it; keys are named by their IDs",
            argument=argument,
        )
    check_text(argument, text)


def check_text(argument: str, text: str) -> None:
    """Refuse what has no bytes.

    Raises:
        ArgumentValueError: It holds half of a character.

    """
    try:
        text.encode()
    except UnicodeEncodeError:
        # Not shown: what is refused may be a secret.
        raise ArgumentValueError(
            f"{argument}: holds half of a surrogate pair, which cannot be sent", argument=argument
        ) from None


def shown(value: Any) -> str:
    """``value`` as an error message shows it: short, and without secrets."""
    text = scrubbed(repr(value))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that says which known name is close to ``name``."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
