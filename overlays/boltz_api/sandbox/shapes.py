"""What a behaviour says, brought into the shape of the contract's answer.

What the contract does not have is left out. What it requires and the behaviour does not know gets an example value
and is named, so that the sandbox keeps answering when the contract grows, and does not pass inventions off as facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cache, cached_property
from typing import cast

import msgspec
from msgspec import inspect

from boltz_api.sandbox.examples import example_of


def fit(model: object, value: object) -> tuple[object, list[str]]:
    """``value`` in the shape of ``model``, and the paths of what had to be made up."""
    made_up: list[str] = []
    shape = _shape_of(model)
    return (value if shape is None else shape.fit(value, "", made_up)), made_up


class _ListShape:
    def __init__(self, items: _ObjectShape | _ListShape) -> None:
        self._items = items

    def fit(self, value: object, path: str, made_up: list[str]) -> object:
        if not isinstance(value, list):
            return value
        return [self._items.fit(entry, path, made_up) for entry in cast("list[object]", value)]


class _ObjectShape:
    def __init__(self, model: type[msgspec.Struct]) -> None:
        self._fields = cast("inspect.StructType", inspect.type_info(model)).fields
        self._names: AbstractSet[str] = {field.encode_name for field in self._fields}

    @cached_property
    def _inner(self) -> list[tuple[str, _ObjectShape | _ListShape]]:
        # Not in the constructor: a model may hold itself.
        shapes = ((field.encode_name, _shape(field.type)) for field in self._fields)
        return [(name, shape) for name, shape in shapes if shape is not None]

    def fit(self, value: object, path: str, made_up: list[str]) -> object:
        if not isinstance(value, Mapping):
            return value
        given = cast("Mapping[str, object]", value)
        fitted = given if given.keys() == self._names else self._completed(given, path, made_up)
        if self._inner:
            fitted = dict(fitted)
            for name, shape in self._inner:
                if name in fitted:
                    fitted[name] = shape.fit(fitted[name], f"{path}{name}.", made_up)
        return fitted

    def _completed(self, given: Mapping[str, object], path: str, made_up: list[str]) -> dict[str, object]:
        fitted: dict[str, object] = {}
        for field in self._fields:
            name = field.encode_name
            if name in given:
                fitted[name] = given[name]
            elif field.required:
                fitted[name] = example_of(field.type, name)
                if path + name not in made_up:
                    made_up.append(path + name)
        return fitted


@cache
def _shape_of(model: object) -> _ObjectShape | _ListShape | None:
    return _shape(inspect.type_info(model))


@cache
def _object_shape(model: type[msgspec.Struct]) -> _ObjectShape:
    return _ObjectShape(model)


def _shape(type_: inspect.Type) -> _ObjectShape | _ListShape | None:
    """The shape of a type; ``None`` for one without fields, which is taken as it comes."""
    match type_:
        case inspect.Metadata(type=inner):
            return _shape(inner)
        case inspect.StructType(cls=model):
            return _object_shape(model)
        case inspect.ListType(item_type=item):
            items = _shape(item)
            return None if items is None else _ListShape(items)
        case inspect.UnionType(types=types):
            shapes = [shape for shape in map(_shape, types) if shape is not None]
            return shapes[0] if len(shapes) == 1 else None
        case _:
            return None
