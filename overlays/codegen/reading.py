"""What reading each part of a contract takes: references, texts, flags, examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen.document import Faults, described

if TYPE_CHECKING:
    from codegen.document import Files, Node, Report, Schema


class Reader:
    """Reads nodes, and reports what is of the wrong type."""

    def __init__(self, files: Files, report: Report) -> None:
        self.files = files
        self.report = report

    def resolved(self, node: Node) -> Node:
        """What the ``$ref`` of ``node`` names, however many lead to it; else ``node`` itself."""
        seen: list[Node] = []
        while (reference := node.get("$ref")) is not None and node not in seen:
            seen.append(node)
            try:
                node = self.files.target(reference)
            except Faults as error:
                self.report.faults.extend(error.faults)
                return node
        return node

    def text(self, node: Node, key: str) -> str:
        """The string called ``key``; empty if there is none."""
        part = node.get(key)
        if part is not None and not isinstance(part.value, str | None):
            self.report.fault(part, f"{key} is a string, not {described(part)}")
        return part.text() if part is not None else ""

    def flag(self, node: Node, key: str) -> bool:
        """Whether the flag ``key`` is set."""
        part = node.get(key)
        if part is not None and not isinstance(part.value, bool):
            self.report.fault(part, f"{key} is true or false, not {described(part)}")
        return part is not None and part.value is True

    def entries(self, node: Node, key: str) -> list[Node]:
        """The entries of the list called ``key``; none if there is no such list."""
        part = node.get(key)
        if part is not None and not isinstance(part.value, list):
            self.report.fault(part, f"{key} is a list, not {described(part)}")
        return part.entries if part is not None else []

    def members(self, node: Node, key: str) -> dict[str, Node]:
        """The members of the mapping called ``key``; none if there is no such mapping."""
        part = node.get(key)
        if part is not None and not isinstance(part.value, dict):
            self.report.fault(part, f"{key} is a mapping, not {described(part)}")
        return part.members if part is not None else {}

    def described(self, node: Node, *keys: str) -> Schema:
        """The texts called ``keys`` that are not empty, and whether it is deprecated."""
        found: Schema = {key: text for key in keys if (text := self.text(node, key))}
        return found | ({"deprecated": True} if self.flag(node, "deprecated") else {})

    def examples(self, node: Node) -> Schema:
        """The examples of a parameter or media type, by name."""
        found: Schema = {}
        if (one := node.get("example")) is not None:
            found["example"] = {"value": one.data()}
        for name, entry in self.members(node, "examples").items():
            own = self.resolved(entry)
            if (value := own.get("value") or own.get("dataValue")) is not None:
                found[name] = {**self.described(own, "summary"), "value": value.data()}
        return {"examples": found} if found else {}
