"""What a page shows of one parameter, field or type: the same tree in every language."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from codegen.contract import JSON
    from reference.schema import Field, Schema

# It marks a secret for the client, which masks it; to a reader it says nothing.
_UNSAID_FORMATS = frozenset({"password"})


@frozen(kw_only=True)
class Entry:
    """One line of a tree, with what stands under it."""

    name: str
    type: str
    separator: str = ": "
    """What stands between the two."""
    description: str = ""
    rules: tuple[tuple[str, str], ...] = ()
    """Constraints as label and value: ``("minLength", "1")``."""
    choices: tuple[str, ...] = ()
    """The values that it may take, as the language writes them."""
    children: tuple[Entry, ...] = ()
    deprecated: bool = False


class Notation(Protocol):
    """How one language writes names and types."""

    @property
    def types_say_null(self) -> bool:
        """Whether a type shows that a value may be null; where not, a rule says so."""
        ...

    def field(self, field: Field, *, sent: bool) -> tuple[str, str]:
        """Name and type of ``field``, of what is sent or of what is answered."""
        ...

    def variant(self, schema: Schema) -> tuple[str, str]:
        """Name and type of one of several types that a value may have."""
        ...


def entry(field: Field, notation: Notation, *, sent: bool) -> Entry:
    """``field`` as ``notation`` writes it, with all that stands under it."""
    name, type_ = notation.field(field, sent=sent)
    return Entry(
        name=name,
        type=type_,
        description=field.description,
        rules=rules(field.schema, notation),
        choices=choices(field.schema),
        children=children(field.schema, notation, sent=sent),
        deprecated=field.deprecated,
    )


def children(schema: Schema, notation: Notation, *, sent: bool) -> tuple[Entry, ...]:
    """What stands under a value of type ``schema``."""
    inner = schema
    while inner.items is not None:
        inner = inner.items
    if inner.variants:
        return tuple(_variant(variant, notation, sent=sent) for variant in inner.variants)
    return tuple(entry(field, notation, sent=sent) for field in inner.fields)


def _variant(schema: Schema, notation: Notation, *, sent: bool) -> Entry:
    name, type_ = notation.variant(schema)
    return Entry(
        name=name,
        type=type_,
        separator=": " if type_ else ":",
        description=schema.description,
        rules=rules(schema, notation),
        choices=choices(schema),
        children=children(schema, notation, sent=sent),
        deprecated=schema.deprecated,
    )


def rules(schema: Schema, notation: Notation) -> tuple[tuple[str, str], ...]:
    """The rules that a value keeps, and its default, as label and value."""
    inner = schema.items if schema.items is not None and not schema.formats else schema
    formats = [known for known in inner.formats if known not in _UNSAID_FORMATS]
    own = [*schema.constraints, *(inner.constraints if inner is not schema else ())]
    found = [(constraint.label, _text(constraint.value)) for constraint in own]
    if formats:
        found.append(("format", " or ".join(formats)))
    if schema.nullable and not notation.types_say_null:
        found.append(("nullable", ""))
    if schema.has_default:
        found.append(("default", json.dumps(schema.default, ensure_ascii=False)))
    return tuple(found)


def choices(schema: Schema) -> tuple[str, ...]:
    """The values that it may take, where there are several."""
    inner = schema.items if schema.items is not None else schema
    return tuple(json.dumps(choice, ensure_ascii=False) for choice in inner.choices)


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value)
