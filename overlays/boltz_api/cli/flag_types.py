"""A contract's types as the types of flags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from msgspec import inspect

from boltz_api.cli import body
from boltz_api.cli.choices import Choice

if TYPE_CHECKING:
    from click import Context, Parameter


class Json(click.ParamType[object]):
    """A value that no plain flag can spell, as JSON or YAML: ``--labels '{"team": "docking"}'``."""

    name = "json"

    def convert(self, value: object, param: Parameter | None, ctx: Context | None) -> object:
        """Parse text; let a default through."""
        if not isinstance(value, str):
            return value
        try:
            return body.value(value)
        except ValueError as error:
            self.fail(f"{value!r} is neither JSON nor YAML ({error}).", param, ctx)


def bare(type_: inspect.Type) -> inspect.Type:
    """The type under its annotations, without null and without "may be left out"."""
    if isinstance(type_, inspect.Metadata):
        return bare(type_.type)
    if isinstance(type_, inspect.UnionType):
        kinds = [kind for kind in type_.types if not isinstance(bare(kind), inspect.NoneType)]
        if len(kinds) == 1:
            return bare(kinds[0])
    return type_


def item(type_: inspect.Type) -> inspect.Type | None:
    """What a list is a list of, where one flag can spell one item; else ``None``."""
    found = bare(type_)
    if not isinstance(found, inspect.ListType | inspect.SetType | inspect.VarTupleType):
        return None
    one = bare(found.item_type)
    return None if isinstance(flag_type(one), Json) else one


def flag_type(type_: inspect.Type) -> click.ParamType[object]:
    """The type of the flag that takes a value of this (bare) type."""
    match type_:
        case inspect.IntType():
            lowest = type_.ge if type_.gt is None else type_.gt + 1
            highest = type_.le if type_.lt is None else type_.lt - 1
            return click.IntRange(lowest, highest)
        case inspect.FloatType():
            return click.FloatRange(
                type_.ge if type_.gt is None else type_.gt,
                type_.le if type_.lt is None else type_.lt,
                min_open=type_.gt is not None,
                max_open=type_.lt is not None,
            )
        case inspect.LiteralType() if all(isinstance(choice, str) for choice in type_.values):
            return Choice([str(choice) for choice in type_.values])
        case inspect.BoolType():
            return click.BOOL
        case inspect.StrType() | inspect.DateTimeType() | inspect.DateType() | inspect.TimeType() | inspect.UUIDType():
            return click.STRING
        case _:
            return Json()
