"""Example values of the contract's types.

The values are plain: a text is its field's own name, a time is always the same one, an option is the first.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from msgspec import inspect

from boltz_api.sandbox.annotations import examples_in, is_ip_address

_MOMENT: Final = "2019-12-27T18:11:19.117Z"
_TEXTS: Final[dict[type[inspect.Type], str]] = {
    inspect.DateTimeType: _MOMENT,
    inspect.DateType: _MOMENT[:10],
    inspect.TimeType: _MOMENT[11:],
    inspect.TimeDeltaType: "PT1S",
    inspect.UUIDType: "00000000-0000-4000-8000-000000000000",
    inspect.DecimalType: "1",
    inspect.BytesType: "",
}


class EndlessError(Exception):
    """A type that holds itself has no example of finite size at this place."""


@cache
def example(model: object) -> object:
    """A value that fits the type, as plain JSON data."""
    return example_of(inspect.type_info(model), "string")


def example_of(type_: inspect.Type, name: str) -> object:
    """A value that fits the type of a field called ``name``."""
    return _example(type_, name, ())


def _example(type_: inspect.Type, name: str, inside: tuple[type, ...]) -> object:
    match type_:
        case inspect.Metadata():
            given = examples_in(type_)
            if given:
                return given[0]
            return "192.0.2.1" if is_ip_address(type_) else _example(type_.type, name, inside)
        case inspect.StructType():
            return _object(type_, inside)
        case inspect.ListType(item_type=item, min_length=least):
            try:
                return [_example(item, "string", inside)] * max(least or 1, 1)
            except EndlessError:
                if least:
                    raise
                return []
        case inspect.DictType(value_type=item):
            try:
                return {"key": _example(item, "string", inside)}
            except EndlessError:
                return {}
        case inspect.UnionType(types=types):
            return _option(types, name, inside)
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.EnumType(cls=cls):
            return next(iter(cls)).value
        case inspect.StrType(min_length=least, max_length=most):
            return (name * (1 + (least or 0) // max(len(name), 1)))[:most]
        case inspect.BoolType():
            return True
        case inspect.IntType() | inspect.FloatType():
            return _number(type_)
        case inspect.NoneType():
            return None
        case _:
            return _TEXTS.get(type(type_), {})


def _object(type_: inspect.StructType, inside: tuple[type, ...]) -> dict[str, object]:
    if type_.cls in inside:
        raise EndlessError
    inside = (*inside, type_.cls)
    value: dict[str, object] = {} if type_.tag_field is None else {type_.tag_field: type_.tag}
    for field in type_.fields:
        try:
            value[field.encode_name] = _example(field.type, field.encode_name, inside)
        except EndlessError:
            if field.required:
                raise
    return value


def _option(types: tuple[inspect.Type, ...], name: str, inside: tuple[type, ...]) -> object:
    for type_ in sorted(types, key=lambda option: isinstance(option, inspect.NoneType)):
        try:
            return _example(type_, name, inside)
        except EndlessError:
            continue
    raise EndlessError


def _number(type_: inspect.IntType | inspect.FloatType) -> int | float:
    step = type_.multiple_of or 1
    least = type_.ge if type_.ge is not None else None if type_.gt is None else type_.gt + step
    most = type_.le if type_.le is not None else None if type_.lt is None else type_.lt - step
    if least is not None and least > 0:
        return -(-least // step) * step
    return most // step * step if most is not None and most < 0 else 0
