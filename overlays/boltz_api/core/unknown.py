"""Decoding what holds fields that the contract does not know, without losing them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import cast

import msgspec
from msgspec import inspect

from boltz_api.core.shapes import inner_structs, item_shape, part, shape_of, struct_for, value_shape
from boltz_api_generated.model import Model, keep_unknown


def converted(value: object, kind: object) -> object:
    """``value``, fresh from JSON, as ``kind``; unknown fields are attached to the models they came in.

    Raises:
        msgspec.ValidationError: It does not fit, unknown fields apart.

    """
    shape = shape_of(kind)
    result = msgspec.convert(known_only(value, shape), cast("type[object]", kind))
    _attach(result, value, shape)
    return result


def known_only(value: object, shape: inspect.Type) -> object:
    """``value``, fresh from JSON, without the fields that the contract does not know."""
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        struct = struct_for(members, shape)
        if struct is not None:
            known = _known(struct.cls)
            kept: dict[str, object] = {}
            for name, item in members.items():
                if name in known:
                    inside = known[name]
                    kept[name] = item if inside is None else known_only(item, inside)
            if struct.tag_field is not None and struct.tag_field in members:
                # An unknown tag becomes the empty one, by which the struct for unknown variants is known.
                kept[struct.tag_field] = members[struct.tag_field] if struct.tag else ""
            return kept
        inner = value_shape(shape)
        return members if inner is None else {name: known_only(item, inner) for name, item in members.items()}
    if isinstance(value, list):
        items = cast("list[object]", value)
        inner = item_shape(shape)
        return items if inner is None else [known_only(item, inner) for item in items]
    return value


@lru_cache(maxsize=256)
def _known(cls: type) -> Mapping[str, inspect.Type | None]:
    """The fields of a struct by their names on the wire, each with its shape if there can be a model in it."""
    struct = part(shape_of(cls), inspect.StructType)
    assert struct is not None
    return {field.encode_name: field.type if inner_structs(field.type) else None for field in struct.fields}


def _attach(result: object, source: object, shape: inspect.Type) -> None:
    if isinstance(result, Model):
        members = cast("dict[str, object]", source)
        struct = struct_for(members, shape)
        if struct is not None:
            known = _known(struct.cls)
            tag = struct.tag_field if struct.tag else None
            for field in struct.fields:
                if known[field.encode_name] is not None and field.encode_name in members:
                    _attach(getattr(result, field.name), members[field.encode_name], field.type)
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
