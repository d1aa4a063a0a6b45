"""What a language must be able to say about an endpoint to have a tab on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from reference.endpoint import Endpoint
    from reference.entry import Entry


class Language(Protocol):
    """One tab of the reference."""

    @property
    def label(self) -> str:
        """What the tab is called."""
        ...

    @property
    def syntax(self) -> str:
        """The name by which a highlighter knows it."""
        ...

    def signature(self, endpoint: Endpoint) -> str:
        """The call in one line."""
        ...

    def parameters(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """The arguments of the call."""
        ...

    def returns(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """What the call gives: one entry, or none."""
        ...

    def example(self, endpoint: Endpoint) -> str:
        """A program that makes the call and runs as it stands."""
        ...
