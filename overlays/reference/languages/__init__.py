"""The languages of the reference: each defines how it writes an endpoint, independently of pages."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from attrs import frozen

if TYPE_CHECKING:
    from reference.endpoints import Endpoint, Field, Type


@frozen(kw_only=True)
class Entry:
    """One parameter, field or type on a page, with everything under it."""

    name: str
    type: str
    separator: str = ": "
    """Stands between the two."""
    description: str = ""
    rules: tuple[tuple[str, str], ...] = ()
    choices: tuple[str, ...] = ()
    children: tuple[Entry, ...] = ()
    deprecated: bool = False


class Language(ABC):
    """One tab of the reference: how a language writes names, types and calls."""

    label: ClassVar[str]
    """The name of the tab."""
    syntax: ClassVar[str]
    """The name by which a highlighter knows it."""
    types_show_null: ClassVar[bool] = False
    """True if a type shows that a value may be null; if not, a rule does."""

    @abstractmethod
    def signature(self, endpoint: Endpoint) -> str:
        """Return the call in one line."""

    @abstractmethod
    def example(self, endpoint: Endpoint) -> str:
        """Return a program that makes the call and runs as it stands."""

    @abstractmethod
    def field(self, field: Field, *, sent: bool) -> tuple[str, str]:
        """Return the name and the type of a field, of a request or of a response."""

    @abstractmethod
    def heading(self, name: str, type_: Type, *, alternative: bool = False) -> tuple[str, str, str]:
        """Return name, separator and type of a type that stands alone, or as one of several alternatives."""

    @abstractmethod
    def returns(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """Return the call's result: one entry, or none."""

    def parameters(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """Return the arguments of the call."""
        return tuple(self.entry(field, sent=True) for field in endpoint.parameters)

    def entry(self, field: Field, *, sent: bool) -> Entry:
        """Return a field and everything under it."""
        name, type_ = self.field(field, sent=sent)
        return self._entry(name, ": ", type_, field.type, field.description, sent=sent)

    def named(self, name: str, type_: Type, *, sent: bool = False, alternative: bool = False) -> Entry:
        """Return a type and everything under it."""
        return self._entry(*self.heading(name, type_, alternative=alternative), type_, type_.description, sent=sent)

    def _entry(self, name: str, separator: str, text: str, type_: Type, description: str, *, sent: bool) -> Entry:
        inner = type_
        while inner.items is not None:
            inner = inner.items
        variants = tuple(self.named(own.name or own.kind, own, sent=sent, alternative=True) for own in inner.variants)
        rules = [*type_.rules, *(inner.rules if inner is not type_ else ())]
        if type_.nullable and not self.types_show_null:
            rules.append(("nullable", ""))
        rules += [("default", json.dumps(default, ensure_ascii=False)) for default in type_.default]
        return Entry(
            name=name,
            separator=separator,
            type=text,
            description=description,
            rules=tuple(rules),
            choices=tuple(json.dumps(choice, ensure_ascii=False) for choice in inner.choices),
            children=variants or tuple(self.entry(field, sent=sent) for field in inner.fields),
            deprecated=type_.deprecated,
        )
