"""A second look at the contract, by ``redocly diff``: what it sees and our own comparison does not.

Our comparison decides wherever it sees a change at all, because it knows the client: enums are open in answers, a
removed request field breaks callers although no server minds, a default is behaviour. But it sees only what the
generators read. Redocly also sees servers, security and whatever OpenAPI grows; those lines are taken as it rates them.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NotRequired, TypedDict

from codegen import redocly
from codegen.surface import ANY_OPERATION
from codegen.yaml_tree import keys_of
from release.change import Change
from release.versioning import Impact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from codegen.surface_diff import Change as SurfaceChange

IMPACTS: Final = {"major": Impact.BREAKING, "minor": Impact.ADDITIVE, "patch": Impact.FIX}

_PLACES: Final = {"operation": "operation", "body": "requestBody"} | dict.fromkeys(
    ("path", "query", "header", "cookie"), "parameters"
)
# What a reader of texts sees and a program does not; and the contract's own version, which follows the changes.
_TEXTS: Final = frozenset(
    ("description", "summary", "title", "example", "examples", "externalDocs", "tags", "info", "version", "license")
)
# What our comparison reads. A change of anything else is news even where the same element changed otherwise.
_READ: Final = frozenset(
    ("additionalProperties", "allOf", "anyOf", "const", "default", "deprecated", "enum", "exclusiveMaximum",
     "exclusiveMinimum", "format", "in", "items", "key", "maxItems", "maxLength", "maxProperties", "maximum",
     "minItems", "minLength", "minProperties", "minimum", "multipleOf", "name", "oneOf", "operationId", "pattern",
     "properties", "readOnly", "required", "tags", "type", "uniqueItems", "writeOnly")
)  # fmt: skip


class Verdict(TypedDict):
    """Why Redocly rates a change as it does."""

    message: str


class Seen(TypedDict):
    """One entry of what ``redocly diff --format=json`` prints, as far as it is read here."""

    path: str
    kind: str
    impact: str
    property: NotRequired[str]
    verdicts: list[Verdict]


def unseen(
    seen: Iterable[Seen], changes: Iterable[SurfaceChange], operations: Mapping[tuple[str, str], str]
) -> list[Change]:
    """What Redocly has seen beyond ``changes``.

    Args:
        seen: What ``diff`` gave.
        changes: What our own comparison saw.
        operations: The names of all operations of both contracts, by path and method.

    """
    covered = {(change.operation, _PLACES.get(change.place, "responses")) for change in changes}
    return sorted({_line(change, operations) for change in seen if not _is_covered(change, covered, operations)})


def diff(old: Path, new: Path) -> list[Seen]:
    """What ``redocly diff`` sees between the contracts of two source trees."""
    with tempfile.TemporaryDirectory(prefix="contracts-") as folder:
        for name, tree in (("old.yaml", old), ("new.yaml", new)):
            shutil.copyfile(tree / "openapi.yaml", Path(folder, name))
        done = redocly.run("diff", "old.yaml", "new.yaml", "--format=json", cwd=Path(folder))
    try:
        seen: list[Seen] = json.loads(done.stdout)["changes"]
    except (ValueError, KeyError):
        raise redocly.RedoclyError(f"redocly diff failed:\n{(done.stderr or done.stdout).strip()}") from None
    return seen


def _is_covered(change: Seen, covered: set[tuple[str, str]], operations: Mapping[tuple[str, str], str]) -> bool:
    keys, changed = list(keys_of(change["path"])), change.get("property")
    if changed is not None and (changed in _TEXTS or changed.startswith("x-")) and changed != "tags":
        return True
    # What a component is used for shows where it is used.
    if keys[0] in _TEXTS or (keys[0] == "components" and keys[1] != "securitySchemes"):
        return True
    if keys[0] != "paths" or (changed is not None and changed not in _READ):
        return False
    place = keys[3] if len(keys) > 3 else "operation"
    named = [name for (path, method), name in operations.items() if path == keys[1] and keys[2:3] in ([], [method])]
    return any((name, place) in covered or (ANY_OPERATION, place) in covered for name in named)


def _line(change: Seen, operations: Mapping[tuple[str, str], str]) -> Change:
    keys = list(keys_of(change["path"]))
    subject = operations.get((keys[1], keys[2])) if keys[0] == "paths" and len(keys) > 2 else None
    where = "/".join(keys[3:] if subject else keys)
    what = f"{change['kind']} {where}{f': {name}' if (name := change.get('property')) else ''}"
    said = "; ".join(verdict["message"].rstrip(".") for verdict in change.get("verdicts", []))
    return Change(subject or "contract", f"{said or what} (redocly diff)", IMPACTS[change["impact"]])
