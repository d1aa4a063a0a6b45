"""From the contract's names to what a person types: ``admin.api_keys`` → ``admin:api-keys``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def kebab(name: str) -> str:
    """A Python or wire name as typed in a shell: ``workspace_id`` → ``workspace-id``, ``from_`` → ``from``."""
    return name.strip("_").replace("_", "-")


def singular(name: str) -> str:
    """The last word of a kebab-case name in the singular; unchanged where it is no regular plural."""
    if name.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    if name.endswith(("sses", "shes", "ches", "xes", "zes")):
        return name[:-2]
    if name.endswith("s") and not name.endswith(("ss", "us", "is")):
        return name[:-1]
    return name


def group_name(tag: str) -> str:
    """A tag as a group of commands: its dots become colons."""
    return ":".join(kebab(part) for part in tag.replace("-", "_").split("."))


def command_names(tag: str, operations: Iterable[str]) -> dict[str, str]:
    """The command of each operation of a tag: its name without the noun that the tag already says.

    ``create_api_key`` under ``admin.api_keys`` is ``create``. Where that leaves nothing, or leaves two operations with
    the same word, the operations concerned keep their whole names.
    """
    noun = kebab(tag.replace("-", "_").split(".")[-1])
    short = {operation: _without(noun, kebab(operation)) for operation in operations}
    taken = list(short.values())
    return {
        operation: command if command and taken.count(command) == 1 else kebab(operation)
        for operation, command in short.items()
    }


def _without(noun: str, name: str) -> str:
    words = name.split("-")
    for wanted in (noun.split("-"), singular(noun).split("-")):
        start = _find(wanted, words)
        if start is not None:
            return "-".join(words[:start] + words[start + len(wanted) :])
    return name


def _find(wanted: Sequence[str], words: Sequence[str]) -> int | None:
    starts = range(len(words) - len(wanted) + 1)
    return next((start for start in starts if list(words[start : start + len(wanted)]) == list(wanted)), None)
