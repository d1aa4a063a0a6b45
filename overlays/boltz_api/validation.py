"""Validation against the contract's types: arguments, responses, and messages for what does not fit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, Final, NoReturn, TypeAlias, TypeVar, cast

import msgspec
from msgspec import UNSET, inspect

from boltz_api.errors import ArgumentTypeError, ArgumentValueError
from boltz_api.model import Model, keep_unknown, mark, secret_fields
from boltz_api.redact import MASK, holds_key, scrub

K = TypeVar("K", bound=inspect.Type)

# Rarely used patterns are strings, which are compiled when they are used.
_AT: Final = r" - at `(?P<path>[^`]*)`\Z"
_STEP: Final = r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+)\]|\[(?P<some>\.\.\.)\]"
_NAMED: Final = r"(?P<rule>Object (?:contains unknown|missing required) field) `(?P<name>[^`]*)`"
_COUNTABLE: Final = r"\Aan? (string|integer|number|object|list)\b"
# RFC 3339 allows second 60, which Python's datetime cannot hold.
_LEAP_SECOND: Final = r"(\d\d\d\d-\d\d-\d\d[Tt ]\d\d:\d\d:)60(.*)"
_LONGEST_SHOWN: Final = 60
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
# The errors that msgspec raises, depending on the fault.
_REFUSALS: Final = (TypeError, ValueError, OverflowError)


# --- shapes of types ---


@lru_cache(maxsize=256)
def shape_of(kind: Any) -> inspect.Type:  # Any: a type form, such as `list[str]`, is no `type`
    """Return the shape of a type."""
    return inspect.type_info(kind)


def parts(shape: inspect.Type) -> tuple[inspect.Type, ...]:
    """Return the alternatives of a shape, without metadata and unions around them."""
    if isinstance(shape, inspect.Metadata):
        return parts(shape.type)
    if isinstance(shape, inspect.UnionType):
        return tuple(part for member in shape.types for part in parts(member))
    return (shape,)


def part(shape: inspect.Type, kind: type[K]) -> K | None:
    """Return the part of this kind, if there is one."""
    return next((found for found in parts(shape) if isinstance(found, kind)), None)


def struct_for(members: Mapping[str, object], shape: inspect.Type) -> inspect.StructType | None:
    """Return the struct that fits ``members``: the only one there is, or the one whose tag they carry.

    An unknown tag selects the one with an empty tag, which represents the variants of newer servers.
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
    """Return the Python name of a union's discriminator; empty if it has none."""
    return struct.cls.__tag__ if issubclass(struct.cls, Model) else ""


def union_options(shape: inspect.Type) -> tuple[Any, ...]:  # Any: type forms
    """Return the types of a union that msgspec cannot hold, and that a custom type represents."""
    if not isinstance(shape, inspect.CustomType):
        return ()
    from boltz_api.unions import options

    return tuple(options(shape.cls) or ())


Convert: TypeAlias = Callable[[Any, Any], Any]
"""Makes a value (the first) an instance of a type (the second), or raises ``msgspec.ValidationError``."""


def union_hook(kind: object, convert: Convert) -> Callable[[type, Any], Any] | None:
    """Return msgspec's ``dec_hook`` for the unions in ``kind`` that it cannot hold; ``None`` if there are none."""
    if not any(map(union_options, inner_shapes(kind))):
        return None
    from boltz_api.unions import hook

    return hook(convert)


def item_shape(shape: inspect.Type) -> inspect.Type | None:
    """Return the shape of a list's items."""
    found = part(shape, inspect.ListType)
    return None if found is None else found.item_type


def value_shape(shape: inspect.Type) -> inspect.Type | None:
    """Return the shape of the values of an object with free names."""
    found = part(shape, inspect.DictType)
    return None if found is None else found.value_type


@lru_cache(maxsize=256)
def inner_shapes(kind: Any) -> tuple[inspect.Type, ...]:  # Any: a type form
    """Return every shape that a value may be or hold, at any depth, metadata included; each struct once."""
    return _shapes_in(shape_of(kind))


def _shapes_in(shape: inspect.Type) -> tuple[inspect.Type, ...]:
    found: list[inspect.Type] = []
    structs: set[type] = set()

    def visit(shape: inspect.Type) -> None:
        found.append(shape)
        if isinstance(shape, inspect.Metadata):
            visit(shape.type)
        elif isinstance(shape, inspect.UnionType):
            for each in shape.types:
                visit(each)
        elif isinstance(shape, inspect.StructType):
            if shape.cls not in structs:
                structs.add(shape.cls)
                for field in shape.fields:
                    visit(field.type)
        elif isinstance(shape, inspect.ListType):
            visit(shape.item_type)
        elif isinstance(shape, inspect.DictType):
            visit(shape.value_type)
        for option in union_options(shape):
            visit(shape_of(option))

    visit(shape)
    return tuple(found)


# Types that do not describe their contents.
_FREE: Final = (inspect.AnyType, inspect.RawType, inspect.BytesType)


@lru_cache(maxsize=256)
def may_hold_secret(kind: Any) -> bool:  # Any: a type form
    """Return True if a value of type ``kind`` may hold a secret: the contract says so, or does not describe it."""
    if kind is None:  # no content
        return False
    try:
        shapes = inner_shapes(kind)
    except TypeError:  # no type that msgspec knows, such as httpx.Response
        return True
    # A text as a whole is not described either; as a member of an object, it has a name and a format.
    free = any(
        isinstance(shape, _FREE) or (isinstance(shape, inspect.CustomType) and not union_options(shape))
        for shape in shapes
    ) or any(isinstance(each, inspect.StrType) for each in parts(shape_of(kind)))
    return free or any(mark(shape, "format") == "password" for shape in shapes)


@lru_cache(maxsize=256)
def secret_arguments(kind: Any) -> frozenset[str]:  # Any: a type form
    """Return the wire names of the fields of ``kind`` that are secrets, or hold one at any depth."""
    struct = None if kind is None else part(shape_of(kind), inspect.StructType)
    return frozenset(
        field.encode_name
        for field in (() if struct is None else struct.fields)
        for shape in _shapes_in(field.type)
        if mark(shape, "format") == "password"
    )


# --- before sending ---


def plain(value: object) -> object:
    """Return ``value`` as its base type: an enum's member as its value, a subclass of ``str`` as a string.

    ``str(value)`` is no alternative: a subclass can override it, and most enums return the member's name.
    """
    if isinstance(value, Enum):
        return plain(cast("object", value.value))
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    return value


def plain_or_refused(value: object) -> object:
    """Return a replacement for a value that msgspec cannot encode.

    Raises:
        TypeError: JSON has no equivalent.

    """
    known = plain(value)
    if known is value:
        raise TypeError(f"Encoding objects of type {type(value).__name__} is unsupported")
    return known


def validated(values: object, kind: object) -> object:
    """Return ``values`` as ``kind``, which is the contract's type for them.

    Args:
        values: What the caller passed, under Python's names or the wire's.
        kind: A struct, or another type that the contract's types are made of.

    Raises:
        ArgumentTypeError: Something has the wrong type, is missing or does not exist.
        ArgumentValueError: Something has a wrong value.

    """
    shape = shape_of(kind)
    # Most arguments are plain, and under the names of the wire. A dict of a type without fields has rules of its own.
    if _is_plain(values) and isinstance(shape, inspect.StructType):
        try:
            result: object = msgspec.convert(values, cast("type[object]", kind))
        except msgspec.ValidationError:
            pass  # explained below, unless the names are Python's
        else:
            if not _ruled_fields(kind).isdisjoint(cast("dict[str, object]", values)):
                _check_rules(values, shape)
            return result
    wire = on_the_wire(values, shape)
    is_open = _is_open(kind)
    known = _without_unknown(wire, shape, only_open=True) if is_open else wire
    try:
        result = msgspec.convert(known, cast("type[object]", kind), dec_hook=union_hook(kind, _convert_argument))
    except msgspec.ValidationError as error:
        _complain(error, known, shape)
    _check_rules(known, shape)
    return wire if is_open else result


def _convert_argument(value: Any, kind: Any) -> Any:
    """Return ``value`` as ``kind``, one of the types of a union."""
    return msgspec.convert(on_the_wire(value, shape_of(kind)), kind, dec_hook=union_hook(kind, _convert_argument))


@lru_cache(maxsize=256)
def _is_open(kind: Any) -> bool:  # Any: a type form
    """Return True if something in ``kind`` may be sent with members beyond its fields."""
    structs = (shape.cls for shape in inner_shapes(kind) if isinstance(shape, inspect.StructType))
    return any(issubclass(cls, Model) and cls.__open__ for cls in structs)


def _is_plain(values: object) -> bool:
    if type(values) is not dict:
        return False
    for value in cast("dict[str, object]", values).values():
        if type(value) not in _PLAIN and not (
            type(value) is list and _PLAIN.issuperset(map(type, cast("list[object]", value)))
        ):
            return False
    return True


def on_the_wire(value: object, shape: inspect.Type) -> object:
    """Return ``value`` as JSON would have it, under the names of the wire.

    Names that the shape does not know stay as they are: the validation of the result reports them.
    """
    if isinstance(value, msgspec.Struct):
        wire: dict[str, object] = msgspec.to_builtins(value, builtin_types=(bytes,), enc_hook=plain_or_refused)
        return {**wire, **value.model_extra} if isinstance(value, Model) else wire
    if isinstance(value, Mapping):
        members = dict(cast("Mapping[str, object]", value))
        # With an unknown tag, any of the variants gives the tag's wire name.
        struct = struct_for(members, shape) or part(shape, inspect.StructType)
        if struct is not None:
            known = {name: field for field in struct.fields for name in (field.name, field.encode_name)}
            tag = {tag_name(struct): struct.tag_field}
            return {
                known[name].encode_name if name in known else tag.get(name) or name: on_the_wire(item, known[name].type)
                if name in known
                else item
                for name, item in members.items()
            }
        inner = value_shape(shape)
        return members if inner is None else {name: on_the_wire(item, inner) for name, item in members.items()}
    if isinstance(value, (list, tuple)):
        inner = item_shape(shape)
        items = cast("list[object]", value)
        return items if inner is None else [on_the_wire(item, inner) for item in items]
    return plain(value)


def _check_rules(wire: object, shape: inspect.Type) -> None:
    for path, words, faulty in _unfit(wire, shape):
        where, _, _ = _locate(path, wire, shape)
        raise ArgumentValueError(f"{where}: expected {words}, got {shown(faulty)}", argument=where)


@lru_cache(maxsize=256)
def _ruled_fields(kind: Any) -> frozenset[str]:  # Any: a type form
    """Return the wire names of the fields of ``kind`` that have rules that msgspec does not check."""
    struct = part(shape_of(kind), inspect.StructType)
    return frozenset(
        field.encode_name
        for field in (() if struct is None else struct.fields)
        for shape in _shapes_in(field.type)
        if mark(shape, "unique") or mark(shape, "format") in FORMATS
    )


def _unfit(value: object, shape: inspect.Type, path: str = "") -> Iterator[tuple[str, str, object]]:
    """Yield each violation of a rule that msgspec does not check: its path, what is expected, the value."""
    if isinstance(value, str):
        words, fits = FORMATS.get(str(mark(shape, "format")), ("", bool))
        if words and not fits(value):
            yield path, words, value
    elif isinstance(value, dict):
        members = cast("dict[str, object]", value)
        struct = struct_for(members, shape)
        inner = value_shape(shape)
        if struct is not None:
            for field in struct.fields:
                if field.encode_name in members:
                    yield from _unfit(members[field.encode_name], field.type, f"{path}.{field.encode_name}")
        elif inner is not None:
            for name, item in members.items():
                yield from _unfit(item, inner, f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        items = cast("list[object]", value)
        if mark(shape, "unique") and len({msgspec.json.encode(item, order="sorted") for item in items}) < len(items):
            yield path, "a list without duplicates", items
        inner = item_shape(shape)
        if inner is not None:
            for index, item in enumerate(items):
                yield from _unfit(item, inner, f"{path}[{index}]")


def _is_address(text: str, *versions: int) -> bool:
    from ipaddress import ip_address

    try:
        # A zone ("%eth0") names an interface of one machine, which another machine cannot check.
        return "%" not in text and ip_address(text).version in versions
    except ValueError:
        return False


FORMATS: Final[dict[object, tuple[str, Callable[[str], bool]]]] = {
    "ip": ("an IPv4 or IPv6 address", lambda text: _is_address(text, 4, 6)),
    "ipv4": ("an IPv4 address", lambda text: _is_address(text, 4)),
    "ipv6": ("an IPv6 address", lambda text: _is_address(text, 6)),
}
"""The formats that are checked before sending: their names in messages, and the checks."""


def _complain(error: msgspec.ValidationError, wire: object, shape: inspect.Type) -> NoReturn:
    rule, path = split_fault(error)
    where, faulty, wanted = _locate(path.removeprefix("$"), wire, shape)
    named = re.fullmatch(_NAMED, rule)
    if named is not None:
        struct = part(wanted, inspect.StructType)
        known = {field.encode_name: field.name for field in (() if struct is None else struct.fields)}
        name = known.get(named["name"], named["name"])
        argument = f"{where}.{name}" if where else name
        if "missing" in named["rule"]:
            raise ArgumentTypeError(f"{argument}: required, and was not given", argument=argument)
        hint = did_you_mean(name, known.values())
        raise ArgumentTypeError(f"{argument}: no such argument{hint}", argument=argument)
    got = "" if faulty is UNSET else f", got {shown(faulty)}"
    message = f"{where}: expected {in_words(wanted)}{got}"
    raise (ArgumentTypeError if ", got " in rule else ArgumentValueError)(message, argument=where)


def _locate(path: str, value: object, shape: inspect.Type) -> tuple[str, object, inspect.Type]:
    """Follow msgspec's path; return the place in Python's names, the value there, and its expected shape."""
    where = ""
    for step in re.finditer(_STEP, path):
        inner: inspect.Type | None
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
            value = cast("dict[str, object]", value).get(step["name"]) if isinstance(value, dict) else UNSET
            name = step["name"] if field is None else field.name
            if struct is not None and step["name"] == struct.tag_field:
                tags = (str(each.tag) for each in parts(shape) if isinstance(each, inspect.StructType))
                inner, name = inspect.LiteralType(tuple(tags)), tag_name(struct) or name
            if struct is not None and name in secret_fields(struct.cls):
                value = MASK
            where += f".{name}" if where else name
        if inner is None:
            break
        shape = inner
    return where, value, shape


def encode_json(
    body: object, extra: Mapping[str, object] | None = None, *, argument: str = "", extra_argument: str = "extra_body"
) -> bytes:
    """Return ``body``, with the members of ``extra``, as JSON.

    Args:
        body: What to send.
        extra: Members to add.
        argument: The caller's name for ``body``; empty where its members are arguments of their own.
        extra_argument: The caller's name for ``extra``.

    Raises:
        ArgumentTypeError: It holds something that JSON does not have.
        ArgumentValueError: It holds half of a surrogate pair.

    """
    try:
        whole = body
        if extra:
            whole = {**cast("Mapping[str, object]", msgspec.to_builtins(body, enc_hook=plain_or_refused)), **extra}
        return msgspec.json.encode(whole, enc_hook=plain_or_refused)
    except RecursionError:
        at = argument or "body"
        raise ArgumentTypeError(f"{at}: cannot be sent as JSON: too deep, or within itself", argument=at) from None
    except _REFUSALS as error:
        places = (*_refused(body, argument), *_refused(extra or {}, extra_argument))
        where, fault = next(iter(places), (argument or "body", error))
        raise ArgumentTypeError(f"{where}: cannot be sent as JSON: {fault}", argument=where) from None


def _refused(value: object, where: str) -> Iterator[tuple[str, Exception]]:
    """Yield every place in ``value`` that cannot be sent, in Python's names, and the reason."""
    members: Iterator[tuple[str, object]]
    if isinstance(value, msgspec.Struct):
        fields = ((name, getattr(value, name)) for name in value.__struct_fields__)
        members = ((f".{name}", item) for name, item in fields if item is not UNSET)
    elif isinstance(value, Mapping):
        named = cast("Mapping[object, object]", value)
        yield from (fault for name in named for fault in _refused(name, where) if not isinstance(name, (int, float)))
        members = ((f".{name}", item) for name, item in named.items())
    elif isinstance(value, (list, tuple)):
        members = ((f"[{index}]", item) for index, item in enumerate(cast("list[object]", value)))
    else:
        if isinstance(value, str):
            check_text(where, value)
        try:
            msgspec.json.encode(value, enc_hook=plain_or_refused)
        except _REFUSALS as error:
            yield where, error
        return
    for step, item in members:
        yield from _refused(item, f"{where}{step}".removeprefix("."))


def check_text(argument: str, text: str) -> None:
    """Refuse a value that cannot be encoded.

    Raises:
        ArgumentValueError: It holds half of a surrogate pair.

    """
    try:
        text.encode()
    except UnicodeEncodeError:
        # Not shown: the refused value may be a secret.
        raise ArgumentValueError(
            f"{argument}: holds half of a surrogate pair, which cannot be sent", argument=argument
        ) from None


def check_url_text(argument: str, text: str) -> None:
    """Refuse a value that a URL cannot hold, or must not: servers and proxies log URLs.

    Raises:
        ArgumentValueError: It holds an API key, or half of a surrogate pair.

    """
    if holds_key(text):
        raise ArgumentValueError(
            f"{argument}: got an API key, which must not stand in a URL, for logs show it; keys are named by their IDs",
            argument=argument,
        )
    check_text(argument, text)


# --- after receiving ---


def convert_open(value: Any, kind: Any) -> Any:
    """Return ``value``, decoded from JSON, as ``kind``; unknown fields are attached to their models.

    Raises:
        msgspec.ValidationError: It does not fit, unknown fields apart.

    """
    shape = shape_of(kind)
    known = _without_unknown(value, shape)
    result: object = msgspec.convert(known, kind, dec_hook=union_hook(kind, convert_open))
    _attach(result, value, shape)
    return result


def _without_unknown(value: object, shape: inspect.Type, *, only_open: bool = False) -> object:
    """Return ``value`` without unknown fields, and with leap seconds as Python can hold them.

    With ``only_open``, the fields are left out of models only that may be sent with them.
    """
    if isinstance(value, dict):
        members = value = cast("dict[str, object]", value)
        struct = struct_for(members, shape)
        if struct is not None:
            known = _known_fields(struct.cls)
            closed = only_open and not getattr(struct.cls, "__open__", False)
            kept = {
                name: _without_unknown(item, known[name], only_open=only_open) if name in known else item
                for name, item in members.items()
                if closed or name in known
            }
            if struct.tag_field is not None and struct.tag_field in members:
                # An unknown tag becomes the empty one, by which the struct for unknown variants is known.
                kept[struct.tag_field] = members[struct.tag_field] if struct.tag else ""
            return kept
        inner = value_shape(shape)
        if inner is not None:
            return {name: _without_unknown(item, inner, only_open=only_open) for name, item in members.items()}
    elif isinstance(value, list):
        items = cast("list[object]", value)
        inner = item_shape(shape)
        return items if inner is None else [_without_unknown(item, inner, only_open=only_open) for item in items]
    elif isinstance(value, str) and ":60" in value and part(shape, inspect.DateTimeType) is not None:
        return re.sub(rf"\A{_LEAP_SECOND}\Z", r"\g<1>59\g<2>", value)
    return value


@lru_cache(maxsize=256)
def _known_fields(cls: type) -> Mapping[str, inspect.Type]:
    """Return the shapes of a struct's fields by their names on the wire."""
    struct = part(shape_of(cls), inspect.StructType)
    assert struct is not None
    return {field.encode_name: field.type for field in struct.fields}


def _attach(result: object, source: object, shape: inspect.Type) -> None:
    if isinstance(result, Model):
        members = cast("dict[str, object]", source)
        struct = struct_for(members, shape)
        if struct is not None:
            for field in struct.fields:
                if field.encode_name in members:
                    _attach(getattr(result, field.name), members[field.encode_name], field.type)
            known = _known_fields(struct.cls)
            tag = struct.tag_field if struct.tag else None
            keep_unknown(result, {name: item for name, item in members.items() if name not in known and name != tag})
    elif isinstance(result, list):
        inner = item_shape(shape)
        if inner is not None:
            for item, its_source in zip(cast("list[object]", result), cast("list[object]", source), strict=True):
                _attach(item, its_source, inner)
    elif isinstance(result, dict):
        inner = value_shape(shape)
        if inner is not None:
            for name, item in cast("dict[str, object]", result).items():
                _attach(item, cast("dict[str, object]", source)[name], inner)


# --- messages ---


def split_fault(error: Exception) -> tuple[str, str]:
    """Return the rule that a ``msgspec.ValidationError`` names, and the path to the value."""
    text = str(error)
    found = re.search(_AT, text)
    return re.sub(_AT, "", text), found["path"] if found else "$"


def shown(value: object) -> str:
    """Return ``value`` as an error message shows it: short, and without secrets."""
    # A long text is cut before it is escaped.
    text = scrub(repr(value[:1000] if isinstance(value, (str, bytes)) else value))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that says which known name is close to ``name``."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def in_words(shape: inspect.Type) -> str:
    """Describe the values of this shape."""
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
