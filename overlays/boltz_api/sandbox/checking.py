"""Requests held against the contract's models, field by field, so that an answer names everything that is wrong.

Objects are open, as OpenAPI has them: a field that the contract does not know is left out, not refused.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

import msgspec
from msgspec import inspect

from boltz_api.core.shapes import part, shape_of, unfit
from boltz_api.core.unknown import known_only
from boltz_api.sandbox.problems import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def check_body(model: object, value: object) -> object:
    """What the contract knows of a decoded JSON body; of an object, by wire name.

    Raises:
        RefusedError: 422, its details naming each field at fault.

    """
    shape = shape_of(model)
    if isinstance(shape, inspect.StructType) and isinstance(value, dict):
        return _check_fields(shape, cast("dict[str, object]", value), strict=True)
    try:
        return _checked(value, shape, model, strict=True)
    except ValueError as fault:
        raise RefusedError(422, f"The body is not valid: {fault}.", {"body": str(fault)}) from None


def check_query(model: type[msgspec.Struct], pairs: Sequence[tuple[str, str]]) -> dict[str, object]:
    """The query's parameters, as the types that the contract gives them. Unknown ones are left out.

    Raises:
        RefusedError: 422, its details naming each parameter at fault.

    """
    texts: dict[str, list[str]] = {}
    for name, text in pairs:
        texts.setdefault(name, []).append(text)
    struct = _struct(model)
    lists = {field.encode_name for field in struct.fields if _is_list(field.type)}
    repeated = [field.encode_name for field in struct.fields if len(texts.get(field.encode_name, ())) > 1]
    ambiguous = [name for name in repeated if name not in lists]
    if ambiguous:
        details = dict.fromkeys(ambiguous, "Given more than once")
        raise RefusedError(422, f"The request is not valid: {', '.join(ambiguous)}: given more than once.", details)
    values = {name: given if name in lists else given[0] for name, given in texts.items()}
    return _check_fields(struct, values, strict=False)


def check_headers(model: type[msgspec.Struct], headers: Mapping[str, str]) -> dict[str, object]:
    """The parameters that travel as headers; a list's entries are divided by commas.

    Raises:
        RefusedError: 422, its details naming each header at fault.

    """
    struct = _struct(model)
    values: dict[str, object] = {}
    for field in struct.fields:
        text = headers.get(field.encode_name.lower())
        if text is not None:
            values[field.encode_name] = [part.strip() for part in text.split(",")] if _is_list(field.type) else text
    return _check_fields(struct, values, strict=False)


def _check_fields(struct: inspect.StructType, values: Mapping[str, object], *, strict: bool) -> dict[str, object]:
    annotations = _annotations(struct.cls)
    checked: dict[str, object] = {}
    faults: dict[str, object] = {}
    for field in struct.fields:
        name = field.encode_name
        if name not in values:
            if field.required:
                faults[name] = "Required, but missing"
            continue
        try:
            checked[name] = _checked(values[name], field.type, annotations[name], strict=strict)
        except ValueError as fault:
            faults[name] = str(fault)
    if faults:
        what = "; ".join(f"{name}: {fault}" for name, fault in faults.items())
        raise RefusedError(422, f"The request is not valid: {what}.", faults)
    return checked


def _checked(value: object, shape: inspect.Type, annotation: object, *, strict: bool) -> object:
    """``value`` without what the contract does not know; where it is not ``strict``, what its text stands for."""
    known = known_only(value, shape)
    converted: object = msgspec.convert(known, cast("type[object]", annotation), strict=strict)
    for path, words, faulty in unfit(known, shape):
        raise ValueError(f"Expected {words}, got {faulty!r} - at `{path}`")
    return known if strict else converted


def _is_list(shape: inspect.Type) -> bool:
    return part(shape, inspect.ListType) is not None


def _struct(model: type[msgspec.Struct]) -> inspect.StructType:
    return cast("inspect.StructType", shape_of(model))


@cache
def _annotations(model: type[msgspec.Struct]) -> dict[str, object]:
    return {field.encode_name: cast("object", field.type) for field in msgspec.structs.fields(model)}
