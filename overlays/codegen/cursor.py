"""A part of the contract under the reader's finger: its data, its place, and what it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from codegen.fault import ContractError
from codegen.yaml_tree import keys_of, pointer_to

if TYPE_CHECKING:
    from codegen.contract import JSON, Contract

_KINDS = {dict: "a mapping", list: "a list", str: "a string", bool: "true or false"}


@frozen
class Cursor:
    """One part of a contract. Asking it for what it is not raises a ``ContractError`` that names the place."""

    contract: Contract = field(repr=False)
    pointer: str
    data: JSON = field(repr=False)
    subject: tuple[str, ...] = ()
    """What faults begin with: the operation, the schema, the field."""

    @classmethod
    def root(cls, contract: Contract) -> Cursor:
        """The whole contract."""
        return cls(contract, "#", contract.document)

    def about(self, *subject: str) -> Cursor:
        """The same part, named ``subject`` in faults."""
        return evolve(self, subject=subject)

    def error(self, message: str) -> ContractError:
        """A fault here, to raise."""
        return ContractError([self.contract.fault(": ".join((*self.subject, message)), self.pointer)])

    def has(self, key: str) -> bool:
        """Whether there is a part called ``key``."""
        return isinstance(self.data, dict) and key in self.data

    def get(self, key: str) -> Cursor | None:
        """The part called ``key``, if there is one."""
        data = self.mapping_data()
        if key not in data:
            return None
        return Cursor(self.contract, pointer_to(self.pointer, key), data[key], self.subject)

    def need(self, key: str) -> Cursor:
        """The part called ``key``, which must be there."""
        part = self.get(key)
        if part is None:
            raise self.error(f"{key} is missing")
        return part

    def mapping_data(self) -> dict[str, JSON]:
        """The data, which must be a mapping."""
        if not isinstance(self.data, dict):
            raise self._expected("a mapping")
        return self.data

    def members(self) -> dict[str, Cursor]:
        """The parts of a mapping by name; none if there is nothing here."""
        data = self.mapping_data()
        return {key: Cursor(self.contract, pointer_to(self.pointer, key), data[key], self.subject) for key in data}

    def entries(self) -> list[Cursor]:
        """The parts of a list."""
        if not isinstance(self.data, list):
            raise self._expected("a list")
        return [
            Cursor(self.contract, pointer_to(self.pointer, index), entry, self.subject)
            for index, entry in enumerate(self.data)
        ]

    def text(self) -> str:
        """The data, which must be a string."""
        if not isinstance(self.data, str):
            raise self._expected("a string")
        return self.data

    def flag(self) -> bool:
        """The data, which must be true or false."""
        if not isinstance(self.data, bool):
            raise self._expected("true or false")
        return self.data

    def number(self) -> int | float:
        """The data, which must be a number."""
        if isinstance(self.data, bool) or not isinstance(self.data, int | float):
            raise self._expected("a number")
        return self.data

    def count(self) -> int:
        """The data, which must be a whole number, and not negative."""
        number = self.number()
        if number < 0 or number != int(number):
            raise self._expected("a whole number that is not negative")
        return int(number)

    def text_of(self, key: str) -> str:
        """The string called ``key``; empty if there is none."""
        part = self.get(key)
        return "" if part is None else part.text()

    def flag_of(self, key: str) -> bool:
        """Whether the flag ``key`` is set."""
        part = self.get(key)
        return part is not None and part.flag()

    def members_of(self, key: str) -> dict[str, Cursor]:
        """The parts of the mapping called ``key``; none if there is no such mapping."""
        part = self.get(key)
        return {} if part is None else part.members()

    def entries_of(self, key: str) -> list[Cursor]:
        """The parts of the list called ``key``; none if there is no such list."""
        part = self.get(key)
        return [] if part is None else part.entries()

    def target(self) -> Cursor:
        """What the ``$ref`` here names, however many lead to it; this part itself if it has none."""
        place = self
        seen: set[str] = set()
        while place.has("$ref"):
            reference = place.need("$ref")
            if place.pointer in seen:
                raise reference.error("$ref leads back to itself")
            seen.add(place.pointer)
            place = reference.follow()
        return place

    def follow(self) -> Cursor:
        """The part that the reference in this string names."""
        reference = self.text()
        if not (reference == "#" or reference.startswith("#/")):
            raise self.error(f"$ref {reference!r} leads out of this file; keep the contract in one file")
        place = Cursor.root(self.contract)
        for key in keys_of(reference):
            try:
                step = place.entries()[int(key)] if isinstance(place.data, list) else place.get(key)
            except (ContractError, ValueError, IndexError):
                step = None
            if step is None:
                raise self.error(f"$ref {reference!r} names nothing")
            place = step
        # One place can be named in several ways; its pointer is what tells two places apart.
        pointer = pointer_to("#", *keys_of(reference))
        return Cursor(self.contract, pointer, place.data, self.subject)

    def _expected(self, kind: str) -> ContractError:
        found = next((words for kind, words in _KINDS.items() if isinstance(self.data, kind)), str(self.data))
        if self.data is None:
            found = "nothing"
        return self.error(f"expected {kind}, found {found}")
