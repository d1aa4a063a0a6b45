"""Which operation a request means: the contract's own methods and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from attrs import frozen

from boltz_api.sandbox.problems import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from boltz_api_generated.request import Operation


@frozen
class Match:
    """An operation, and what stood in its path's placeholders."""

    operation: Operation[object]
    path: Mapping[str, str]


class Router:
    """Finds the operation of a method and a path.

    The path is divided before it is decoded, so that an encoded slash stays inside its segment.
    """

    def __init__(self, operations: Mapping[str, Operation[object]]) -> None:
        self._operations = [(operation.path.split("/"), operation) for operation in operations.values()]
        # Where two paths fit, the one that spells a segment out means it.
        self._operations.sort(key=lambda entry: [_is_placeholder(segment) for segment in entry[0]])

    def match(self, method: str, path: str) -> Match:
        """The operation meant.

        Raises:
            RefusedError: 404 where no operation has the path, 405 where none has it with this method.

        """
        given = path.split("/")
        fitting = [(template, operation) for template, operation in self._operations if _fits(template, given)]
        for template, operation in fitting:
            if operation.method == method:
                names = zip(template, given, strict=True)
                return Match(operation, {n[1:-1]: unquote(value) for n, value in names if _is_placeholder(n)})
        if not fitting:
            raise RefusedError(404, "There is nothing at this path.")
        allowed = ", ".join(sorted({operation.method for _, operation in fitting}))
        raise RefusedError(405, f"This path does not take {method}. It takes {allowed}.", headers={"allow": allowed})


def _is_placeholder(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")


def _fits(template: list[str], given: list[str]) -> bool:
    return len(template) == len(given) and all(
        value != "" if _is_placeholder(segment) else segment == value
        for segment, value in zip(template, given, strict=True)
    )
