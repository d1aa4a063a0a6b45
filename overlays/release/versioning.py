"""What a change asks of the next version.

Semantic versioning, and below 1.0 as Cargo and npm read it: the second number is what breaks, the third is everything
else. So ``>=0.3,<0.4`` is always a safe range, and from 1.0 on ``>=1.3,<2`` is.
"""

from __future__ import annotations

from enum import IntEnum

from packaging.version import Version


class Impact(IntEnum):
    """What a change means to code that uses the last release; the greatest one decides."""

    NONE = 0
    FIX = 1
    """Nothing that a program could see by type or shape: a description, an example."""
    ADDITIVE = 2
    """Code written for the last release runs and type-checks as before."""
    BREAKING = 3

    @property
    def word(self) -> str:
        """How reports call it."""
        return self.name.lower()


def demanded(last: Version, impact: Impact) -> Version:
    """The lowest version that a release with changes of this impact may have after ``last``."""
    major, minor, patch = last.major, last.minor, last.micro
    if impact is Impact.NONE:
        return last
    if impact is Impact.BREAKING:
        return Version(f"{major + 1}.0.0" if major else f"0.{minor + 1}.0")
    if impact is Impact.ADDITIVE and major:
        return Version(f"{major}.{minor + 1}.0")
    return Version(f"{major}.{minor}.{patch + 1}")


def suffices(version: Version, demand: Version) -> bool:
    """Whether a release may be called ``version`` where ``demand`` is demanded; its release candidate may be too."""
    return Version(version.base_version) >= demand
