"""Decoding what holds fields that the contract does not know, without losing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

from boltz_api.core.shapes import item_shape, shape_of, struct_for, value_shape
from boltz_api_generated.model import Model, keep_unknown

if TYPE_CHECKING:
    from msgspec import inspect


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
            known = {field.encode_name: field.type for field in struct.fields}
            kept = {name: known_only(item, known[name]) for name, item in members.items() if name in known}
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


def _attach(result: object, source: object, shape: inspect.Type) -> None:
    if isinstance(result, Model):
        members = cast("dict[str, object]", source)
        struct = struct_for(members, shape)
        if struct is not None:
            known = {field.encode_name for field in struct.fields}
            if struct.tag_field is not None and struct.tag:
                known.add(struct.tag_field)
            for field in struct.fields:
                if field.encode_name in members:
                    _attach(getattr(result, field.name), members[field.encode_name], field.type)
            keep_unknown(result, {name: item for name, item in members.items() if name not in known})
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
