"""Requests held against the contract's models, field by field, so that an answer names everything that is wrong.

Objects are open, as OpenAPI has them: a field that the contract does not know is left out, not refused.
"""

from __future__ import annotations

from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, cast

import msgspec
from msgspec import inspect

from boltz_api.sandbox.annotations import is_ip_address
from boltz_api.sandbox.problems import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def check_body(model: object, value: object) -> dict[str, object]:
    """What the contract knows of a decoded JSON body, by wire name.

    Raises:
        RefusedError: 422, its details naming each field at fault.

    """
    type_ = inspect.type_info(model)
    if not isinstance(type_, inspect.StructType):
        return {"body": _checked(value, type_, model)}
    if not isinstance(value, dict):
        fault = f"Expected an object, got {_kind(value)}"
        raise RefusedError(422, f"The body is not valid. {fault}.", {"body": fault})
    return _check_fields(type_, cast("dict[str, object]", value), strict=True)


def check_query(model: type[msgspec.Struct], pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The query's parameters, as the types that the contract gives them. Unknown ones are left out.

    Raises:
        RefusedError: 422, its details naming each parameter at fault.

    """
    texts: dict[str, list[str]] = {}
    for name, text in pairs:
        texts.setdefault(name, []).append(text)
    fields = _struct(model)
    lists = {field.encode_name for field in fields.fields if _is_list(field.type)}
    repeated = [name for name in _names(fields) if name not in lists and len(texts.get(name, ())) > 1]
    if repeated:
        raise RefusedError(422, f"Given more than once: {', '.join(repeated)}.", dict.fromkeys(repeated, "Given twice"))
    values = {name: given if name in lists else given[0] for name, given in texts.items()}
    return _check_fields(fields, values, strict=False)


def check_headers(model: type[msgspec.Struct], headers: Mapping[str, str]) -> dict[str, object]:
    """The parameters that travel as headers; a list's entries are divided by commas.

    Raises:
        RefusedError: 422, its details naming each header at fault.

    """
    values: dict[str, object] = {}
    for field in _struct(model).fields:
        text = headers.get(field.encode_name.lower())
        if text is not None:
            values[field.encode_name] = [part.strip() for part in text.split(",")] if _is_list(field.type) else text
    return _check_fields(_struct(model), values, strict=False)


def _check_fields(model: inspect.StructType, values: Mapping[str, object], *, strict: bool) -> dict[str, object]:
    types = _types(model.cls)
    checked: dict[str, object] = {}
    faults: dict[str, object] = {}
    for field in model.fields:
        name = field.encode_name
        if name not in values:
            if field.required:
                faults[name] = "Required, but missing"
            continue
        try:
            checked[name] = _checked(values[name], field.type, types[name], strict=strict)
        except ValueError as fault:
            faults[name] = str(fault)
    if faults:
        what = "; ".join(f"{name}: {fault}" for name, fault in faults.items())
        raise RefusedError(422, f"The request is not valid. {what}.", faults)
    return checked


def _checked(value: object, type_: inspect.Type, annotation: object, *, strict: bool = True) -> object:
    """``value`` without what the contract does not know; for a text that stands for something else, that."""
    known = _known(value, type_)
    converted: object = msgspec.convert(known, cast("type[object]", annotation), strict=strict)
    for text in _addresses(known, type_):
        if not _is_address(text):
            raise ValueError(f"Expected an IPv4 or IPv6 address, got {text!r}")
    return known if strict else converted


def _known(value: object, type_: inspect.Type) -> object:
    match type_:
        case inspect.Metadata(type=inner):
            return _known(value, inner)
        case inspect.StructType(fields=fields) if isinstance(value, dict):
            given = cast("dict[str, object]", value)
            kept = {f.encode_name: _known(given[f.encode_name], f.type) for f in fields if f.encode_name in given}
            if type_.tag_field is not None and type_.tag_field in given:
                kept[type_.tag_field] = given[type_.tag_field]
            return kept
        case inspect.ListType(item_type=item) if isinstance(value, list):
            return [_known(entry, item) for entry in cast("list[object]", value)]
        case inspect.DictType(value_type=item) if isinstance(value, dict):
            return {name: _known(entry, item) for name, entry in cast("dict[str, object]", value).items()}
        case inspect.UnionType(types=types):
            chosen = _member(value, types)
            return value if chosen is None else _known(value, chosen)
        case _:
            return value


def _member(value: object, types: tuple[inspect.Type, ...]) -> inspect.Type | None:
    """The type of a union that ``value`` must be meant as, going by what can stand in JSON."""
    for type_ in types:
        bare = type_.type if isinstance(type_, inspect.Metadata) else type_
        match bare:
            case inspect.StructType(tag_field=tag_field, tag=tag) if isinstance(value, dict):
                if tag_field is None or cast("dict[str, object]", value).get(tag_field) == tag:
                    return type_
            case inspect.DictType() if isinstance(value, dict):
                return type_
            case inspect.ListType() if isinstance(value, list):
                return type_
            case inspect.StrType() if isinstance(value, str):
                return type_
            case _:
                continue
    return None


def _addresses(value: object, type_: inspect.Type) -> Iterator[str]:
    """Every text in ``value`` that the contract says is an IP address."""
    match type_:
        case inspect.Metadata():
            if isinstance(value, str) and is_ip_address(type_):
                yield value
            yield from _addresses(value, type_.type)
        case inspect.StructType(fields=fields) if isinstance(value, dict):
            given = cast("dict[str, object]", value)
            for field in fields:
                yield from _addresses(given.get(field.encode_name), field.type)
        case inspect.ListType(item_type=item) if isinstance(value, list):
            for entry in cast("list[object]", value):
                yield from _addresses(entry, item)
        case inspect.DictType(value_type=item) if isinstance(value, dict):
            for entry in cast("dict[str, object]", value).values():
                yield from _addresses(entry, item)
        case inspect.UnionType(types=types):
            chosen = _member(value, types)
            if chosen is not None:
                yield from _addresses(value, chosen)
        case _:
            return


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    # ip_address also takes a zone (fe80::1%eth0), which names an interface of one machine; the contract does not.
    return "%" not in text


def _is_list(type_: inspect.Type) -> bool:
    match type_:
        case inspect.Metadata(type=inner):
            return _is_list(inner)
        case inspect.UnionType(types=types):
            return any(map(_is_list, types))
        case _:
            return isinstance(type_, inspect.ListType)


def _names(model: inspect.StructType) -> list[str]:
    return [field.encode_name for field in model.fields]


@cache
def _struct(model: type[msgspec.Struct]) -> inspect.StructType:
    return cast("inspect.StructType", inspect.type_info(model))


@cache
def _types(model: type[msgspec.Struct]) -> dict[str, object]:
    return {field.encode_name: cast("object", field.type) for field in msgspec.structs.fields(model)}


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case _:
            return "an array"
