"""Types as JSON has them, for HTTP and for the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from attrs import frozen

from reference.entry import Entry, children, choices, rules
from reference.notation.python import answer_name

if TYPE_CHECKING:
    from reference.endpoint import Endpoint
    from reference.schema import Field, Schema

# An object with more fields than this is named by its first few.
_ALL_SHOWN: Final = 4
_FIRST_SHOWN: Final = 3


def type_of(schema: Schema) -> str:
    """``schema`` in words: ``array of object { id, name }``."""
    if schema.choices:
        return " or ".join(json.dumps(choice, ensure_ascii=False) for choice in schema.choices)
    if schema.kind == "array":
        return f"array of {type_of(schema.items)}" if schema.items else "array"
    if schema.kind == "object":
        if schema.is_map:
            return f"map of {type_of(schema.items)}" if schema.items else schema.component or "object"
        return f"object {{ {_fields(schema)} }}"
    if schema.kind == "union":
        if not schema.variants:  # a union inside itself
            return schema.component or "any"
        return " or ".join(dict.fromkeys(variant.component or type_of(variant) for variant in schema.variants))
    return "number" if schema.kind == "integer" else "any" if schema.kind == "any" else schema.kind


def _fields(schema: Schema) -> str:
    names = [field.wire for field in schema.fields]
    if len(names) <= _ALL_SHOWN:
        return ", ".join(names)
    return ", ".join([*names[:_FIRST_SHOWN], f"{len(names) - _FIRST_SHOWN} more"])


@frozen
class WireNotation:
    """Names as they are on the wire."""

    types_say_null = False

    def field(self, field: Field, *, sent: bool) -> tuple[str, str]:
        """``limit`` and ``optional number``."""
        optional = "optional " if sent and not field.required else ""
        return field.wire, optional + type_of(field.schema)

    def variant(self, schema: Schema) -> tuple[str, str]:
        """The name that the contract gives it, if any."""
        return schema.component or schema.kind, type_of(schema)

    def named(self, name: str, schema: Schema, separator: str = " ") -> Entry:
        """A type under its ``name``."""
        return Entry(
            name=name,
            separator=separator,
            type=type_of(schema),
            description=schema.description,
            rules=rules(schema, self),
            choices=choices(schema),
            children=children(schema, self, sent=False),
        )


WIRE: Final = WireNotation()


def returns(endpoint: Endpoint) -> tuple[Entry, ...]:
    """The answer, under the name that the clients give it; the contract's own name where it is a page of a list."""
    if endpoint.answer is None:
        return ()
    name = endpoint.answer.component if endpoint.page else None
    return (WIRE.named(name or answer_name(endpoint), endpoint.answer, ": "),)
