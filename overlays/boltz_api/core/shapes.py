"""What a contract's type looks like: its names on the wire, its rules in words, its formats."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

import msgspec
from msgspec import inspect

from boltz_api.core.plain import plain, plain_or_refused

K = TypeVar("K", bound=inspect.Type)


@lru_cache(maxsize=256)
def shape_of(kind: Any) -> inspect.Type:  # Any: a type form, such as `list[str]`, is no `type`
    """The shape of a type."""
    return inspect.type_info(kind)


def parts(shape: inspect.Type) -> tuple[inspect.Type, ...]:
    """What a value of this shape may be, metadata and unions taken apart."""
    if isinstance(shape, inspect.Metadata):
        return parts(shape.type)
    if isinstance(shape, inspect.UnionType):
        return tuple(part for member in shape.types for part in parts(member))
    return (shape,)


def part(shape: inspect.Type, kind: type[K]) -> K | None:
    """The part of this kind, if there is one."""
    return next((found for found in parts(shape) if isinstance(found, kind)), None)


def struct_for(members: dict[str, object], shape: inspect.Type) -> inspect.StructType | None:
    """The struct that ``members`` are meant for: the only one there is, or the one whose tag they carry.

    A tag that none has belongs to the one with an empty tag, which stands for what a newer server may send.
    """
    structs = [found for found in parts(shape) if isinstance(found, inspect.StructType)]
    if len(structs) == 1:
        return structs[0]
    by_tag = {found.tag: found for found in structs}
    for found in structs:
        tag = members.get(found.tag_field or "", members.get(tag_name(found)))
        if isinstance(tag, str):
            return by_tag.get(tag, by_tag.get(""))
    return None


def tag_name(struct: inspect.StructType) -> str:
    """What Python calls the property that holds the struct's tag; empty if it has none."""
    name: str = getattr(struct.cls, "__tag__", "")
    return name


def tags_of(shape: inspect.Type) -> inspect.Type:
    """What the tag of a value of this shape may be."""
    return inspect.LiteralType(tuple(str(found.tag) for found in parts(shape) if isinstance(found, inspect.StructType)))


def item_shape(shape: inspect.Type) -> inspect.Type | None:
    """What a list of this shape holds."""
    found = part(shape, inspect.ListType)
    return None if found is None else found.item_type


def value_shape(shape: inspect.Type) -> inspect.Type | None:
    """What an object with free names holds."""
    found = part(shape, inspect.DictType)
    return None if found is None else found.value_type


def on_the_wire(value: object, shape: inspect.Type) -> object:
    """``value`` as JSON would have it, under the names of the wire.

    Names that the shape does not know stay as they are: whoever checks the result reports them.
    """
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value, builtin_types=(bytes,), enc_hook=plain_or_refused)
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        # With a tag that no variant has, any of them says what the tag is called on the wire.
        struct = struct_for(members, shape) or part(shape, inspect.StructType)
        if struct is not None:
            known = {field.name: field for field in struct.fields}
            names = {name: field.encode_name for name, field in known.items()}
            if struct.tag_field is not None:
                names[tag_name(struct)] = struct.tag_field
            return {
                names.get(name, name): on_the_wire(item, known[name].type) if name in known else item
                for name, item in members.items()
            }
        inner = value_shape(shape)
        return members if inner is None else {name: on_the_wire(item, inner) for name, item in members.items()}
    if isinstance(value, (list, tuple)):
        inner = item_shape(shape)
        items = cast("list[object]", value)
        return items if inner is None else [on_the_wire(item, inner) for item in items]
    return plain(value)


def unfit(value: object, shape: inspect.Type, path: str = "$") -> Iterator[tuple[str, str, object]]:
    """Everything in ``value`` that breaks a rule which msgspec does not know: its path, what it has to be, itself."""
    if isinstance(value, str):
        words, fits = FORMATS.get(str(_marked(shape, "format")), ("", bool))
        if words and not fits(value):
            yield path, words, value
    elif isinstance(value, dict):
        members = cast("dict[str, object]", value)
        struct = struct_for(members, shape)
        inner = value_shape(shape)
        if struct is not None:
            for field in struct.fields:
                if field.encode_name in members:
                    yield from unfit(members[field.encode_name], field.type, f"{path}.{field.encode_name}")
        elif inner is not None:
            for name, item in members.items():
                yield from unfit(item, inner, f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        items = cast("list[object]", value)
        if _marked(shape, "unique") and len({msgspec.json.encode(item, order="sorted") for item in items}) < len(items):
            yield path, "a list of which no two items are alike", items
        inner = item_shape(shape)
        if inner is not None:
            for index, item in enumerate(items):
                yield from unfit(item, inner, f"{path}[{index}]")


def _marked(shape: inspect.Type, mark: str) -> object:
    """What the contract's type says under ``mark`` to others than msgspec; ``None`` if nothing."""
    if isinstance(shape, inspect.Metadata):
        extra = cast("dict[str, object] | None", shape.extra)  # pyright: ignore[reportUnknownMemberType]  # a bare dict to msgspec
        found = (extra or {}).get(mark)
        return _marked(shape.type, mark) if found is None else found
    if isinstance(shape, inspect.UnionType):
        return next((found for found in (_marked(each, mark) for each in shape.types) if found is not None), None)
    return None


def _is_address(text: str, *versions: int) -> bool:
    from ipaddress import ip_address

    try:
        # A zone ("%eth0") names an interface of one machine: no address that another could check.
        return "%" not in text and ip_address(text).version in versions
    except ValueError:
        return False


FORMATS: Final[dict[str, tuple[str, Callable[[str], bool]]]] = {
    "ip": ("an IPv4 or IPv6 address", lambda text: _is_address(text, 4, 6)),
    "ipv4": ("an IPv4 address", lambda text: _is_address(text, 4)),
    "ipv6": ("an IPv6 address", lambda text: _is_address(text, 6)),
}
"""The formats that are checked before sending: what they are called, and the check."""


def in_words(shape: inspect.Type) -> str:
    """What a value of this shape has to be."""
    words = [word for word in map(_word, parts(shape)) if word]
    return " or ".join(dict.fromkeys(words)) or "something else"


def _word(shape: inspect.Type) -> str:
    if isinstance(shape, inspect.StrType):
        return (
            "a string"
            + _bounds(shape.min_length, shape.max_length, "characters")
            + (f" that matches {shape.pattern!r}" if shape.pattern else "")
        )
    if isinstance(shape, inspect.IntType):
        return "an integer" + _limits(shape)
    if isinstance(shape, inspect.FloatType):
        return "a number" + _limits(shape)
    if isinstance(shape, inspect.DictType):
        return "an object" + _bounds(shape.min_length, shape.max_length, "members")
    if isinstance(shape, inspect.ListType):
        bounds = _bounds(shape.min_length, shape.max_length, "items")
        each = in_words(shape.item_type)
        plural = re.sub(_COUNTABLE, r"\1s", each)
        return f"a list{bounds}, each {each}" if bounds or plural == each else f"a list of {plural}"
    if isinstance(shape, inspect.LiteralType):
        return " or ".join(repr(value) for value in shape.values)
    return _PLAIN_WORDS.get(type(shape), "")


_COUNTABLE: Final = r"\Aan? (string|integer|number|object|list)\b"

_PLAIN_WORDS: Final[dict[type[inspect.Type], str]] = {
    inspect.BoolType: "True or False",
    inspect.NoneType: "None",
    inspect.DateTimeType: "a date and time",
    inspect.DateType: "a date",
    inspect.StructType: "an object",
    inspect.BytesType: "bytes",
}


def _limits(shape: inspect.IntType | inspect.FloatType) -> str:
    strict = [f"{word} than {limit}" for word, limit in (("more", shape.gt), ("less", shape.lt)) if limit is not None]
    multiple = "" if shape.multiple_of is None else f" that is a multiple of {shape.multiple_of}"
    return _bounds(shape.ge, shape.le) + (f" of {' and '.join(strict)}" if strict else "") + multiple


def _bounds(low: float | None, high: float | None, unit: str = "") -> str:
    of, between = (" of ", " to ") if unit else (" from ", " to ")

    def counted(limit: float | None) -> str:
        return f"{limit} {unit.removesuffix('s') if limit == 1 else unit}".rstrip()

    if low is not None and high is not None:
        return f"{of}{low}{between}{counted(high)}"
    if low is not None:
        return f" of at least {counted(low)}"
    if high is not None:
        return f" of at most {counted(high)}"
    return ""


def inner_structs(shape: inspect.Type) -> set[type[msgspec.Struct]]:
    """Every struct that a value of this shape may be or hold, at any depth."""
    found: set[type[msgspec.Struct]] = set()

    def visit(shape: inspect.Type) -> None:
        for each in parts(shape):
            if isinstance(each, inspect.StructType) and each.cls not in found:
                found.add(each.cls)
                for field in each.fields:
                    visit(field.type)
            for inner in (item_shape(each), value_shape(each)):
                if inner is not None:
                    visit(inner)

    visit(shape)
    return found
