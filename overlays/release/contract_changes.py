"""The contract's changes, judged by what they mean to code that uses the generated client.

What changed comes from ``codegen.surface_diff``; here it is rated. Whatever is not known to be harmless is breaking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from codegen import surface_diff
from codegen.contract import Contract
from codegen.normal_form import normalize
from codegen.surface import Surface
from release import redocly_diff
from release.change import Change, fix, judge
from release.versioning import Impact

if TYPE_CHECKING:
    from pathlib import Path

    from codegen.contract import JSON
    from release.change import Relation

_TAKEN = ("path", "query", "header", "cookie", "body")
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_TYPED_FORMATS = ("date-time", "date", "time", "duration", "uuid", "byte", "binary", "decimal")
"""Formats that decide a value's Python type."""


def contract_changes(old: Path, new: Path, *, second_look: bool = True) -> list[Change]:
    """The changes from the contract in the source tree ``old`` to the one in ``new``.

    Args:
        old: The source tree of the last release.
        new: The source tree of the next.
        second_look: Whether ``redocly diff`` is asked, too.

    """
    before, after = (Contract.read(tree / "openapi.yaml") for tree in (old, new))
    surfaces = [Surface.of(normalize(contract)) for contract in (before, after)]
    seen = surface_diff.compare(*surfaces)
    changes = [rate(change) for change in seen]
    if second_look:
        changes += redocly_diff.unseen(redocly_diff.diff(old, new), seen, _operations(*surfaces))
    if not changes and _without_version(before) != _without_version(after):
        changes = [fix("openapi.yaml", "descriptions, examples or the like changed")]
    return changes


def _operations(*surfaces: Surface) -> dict[tuple[str, str], str]:
    return {
        (str(said["path"]), str(said["method"]).lower()): element.operation
        for surface in surfaces
        for element, said in surface.elements.items()
        if element.place == "operation"
    }


def rate(change: surface_diff.Change) -> Change:
    """``change`` with its impact."""
    subject, what = str(change)[2:].split(": ", 1)
    came_or_went = "" if change.kind == "changed" else f"{change.kind} "
    return Change(subject, f"{came_or_went}{what}", _impact(change))


def _impact(change: surface_diff.Change) -> Impact:
    if change.kind == "changed":
        return _changed(change)
    said = cast("dict[str, JSON]", change.after if change.kind == "added" else change.before)
    return _came(change, said) if change.kind == "added" else _went(change)


def _came(change: surface_diff.Change, said: dict[str, JSON]) -> Impact:
    if change.place in ("operation", "error"):
        return Impact.ADDITIVE
    if change.place in _TAKEN:
        demanding = said.get("required") is True or change.name.endswith(("[]", "{}"))
        return Impact.BREAKING if demanding else Impact.ADDITIVE
    # A new kind of answer, or a further variant of one, is what old code does not expect.
    unexpected = not change.name or change.name.endswith(")")
    return Impact.BREAKING if unexpected else Impact.ADDITIVE


def _went(change: surface_diff.Change) -> Impact:
    if change.place == "error":
        return Impact.FIX
    given_variant = change.place not in (*_TAKEN, "operation") and change.name.endswith(")")
    return Impact.ADDITIVE if given_variant else Impact.BREAKING


def _changed(change: surface_diff.Change) -> Impact:
    taken = change.place in _TAKEN
    before, after = change.before, change.after
    match change.property:
        case "deprecated":
            return Impact.FIX
        case "default":
            # A default that is only now written down was the server's before.
            return Impact.BREAKING if taken and before is not None else Impact.FIX
        case "required" | "uniqueItems" | "readOnly" | "writeOnly":
            return judge("narrower" if after else "wider", taken=taken)
        case "nullable":
            return judge("wider" if after else "narrower", taken=taken)
        case "additionalProperties":
            return judge("narrower" if after is False else "wider", taken=True) if taken else Impact.ADDITIVE
        case "type":
            return judge(_types(str(before), str(after)), taken=taken)
        case "enum":
            return judge(_enums(before, after), taken=taken)
        case "format" if before in _TYPED_FORMATS or after in _TYPED_FORMATS:
            return Impact.BREAKING
        case "format" | "pattern" | "multipleOf":
            return judge(_constraints(before, after), taken=taken)
        case limit if limit in (*_LOWER, *_UPPER):
            return judge(_limits(limit, before, after), taken=taken)
        case _:
            return Impact.BREAKING


def _types(before: str, after: str) -> Relation:
    old, new = (set(types.split(" or ")) for types in (before, after))
    # Every integer is a number.
    return _sets(*(types | {"integer"} if "number" in types else types for types in (old, new)))


def _sets(old: set[str], new: set[str]) -> Relation:
    if old == new:
        return "same"
    return "wider" if old < new else "narrower" if new < old else "other"


def _enums(before: JSON, after: JSON) -> Relation:
    if not isinstance(before, list) or not isinstance(after, list):
        return "narrower" if before is None else "wider"
    relation = _sets({repr(value) for value in before}, {repr(value) for value in after})
    return "open" if relation == "wider" else relation


def _constraints(before: JSON, after: JSON) -> Relation:
    if before is None or after is None:
        return "narrower" if before is None else "wider"
    return "other"


def _limits(name: str, before: JSON, after: JSON) -> Relation:
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return _constraints(before, after)
    raised = after > before
    return "narrower" if raised == (name in _LOWER) else "wider"


def _without_version(contract: Contract) -> dict[str, JSON]:
    document = contract.document
    info = document.get("info")
    return {**document, "info": {**info, "version": None} if isinstance(info, dict) else info}
