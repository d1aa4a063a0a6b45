"""One line of the report on changes."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from release.versioning import Impact

Relation = Literal["same", "wider", "narrower", "open", "other"]
"""How the new values of something stand to the old ones; ``open`` is wider by nothing but new values of an enum."""


@frozen(order=True)
class Change:
    """What changed, in terms of the API, and what it means to code that uses the last release."""

    subject: str
    """An operation, a model's field, a Python name."""
    what: str
    impact: Impact

    def __str__(self) -> str:
        """As the report prints it."""
        return f"{self.impact.word:<8}  {self.subject}: {self.what}"


def breaking(subject: str, what: str) -> Change:
    """A change after which code written for the last release may fail."""
    return Change(subject, what, Impact.BREAKING)


def additive(subject: str, what: str) -> Change:
    """A change that only adds."""
    return Change(subject, what, Impact.ADDITIVE)


def fix(subject: str, what: str) -> Change:
    """A change that no program can see by type or shape."""
    return Change(subject, what, Impact.FIX)


def judge(relation: Relation, *, taken: bool) -> Impact:
    """What a change in possible values means. What callers hand in may widen; what they are given may narrow.

    Enums are open in what callers are given, so new values of one are no break there.
    """
    if relation == "same":
        return Impact.FIX
    harmless: tuple[Relation, ...] = ("wider", "open") if taken else ("narrower", "open")
    return Impact.ADDITIVE if relation in harmless else Impact.BREAKING
