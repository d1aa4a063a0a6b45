"""What is wrong with a contract, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable


@frozen
class Fault:
    """One thing that must be mended in the contract. Prints as ``openapi.yaml:12:5: create_api_key: name: ...``."""

    message: str
    file: str
    """The contract's path, as the caller named it."""
    line: int | None = None
    """From 1; ``None`` where the fault is with the file as a whole."""
    column: int | None = None
    """From 1."""
    pointer: str | None = None
    """The place as a ``$ref`` would name it; ``None`` where the file could not be read that far."""

    def __str__(self) -> str:
        """Place and message, the way compilers print them."""
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.message}"


class ContractError(Exception):
    """The contract cannot be used; ``faults`` says why, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(
            sorted(
                dict.fromkeys(faults),
                key=lambda fault: (fault.line or 0, fault.column or 0, fault.message),
            )
        )
        super().__init__("\n".join(map(str, self.faults)))
