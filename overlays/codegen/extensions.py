"""Extensions of operations: names of methods, what may be repeated, how lists page; and tags."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from codegen.document import described
from codegen.naming import snake_case

if TYPE_CHECKING:
    from codegen.document import Node, Schema
    from codegen.reading import Reader
    from codegen.schemas import Schemas

EXTENSIONS: Final = ("x-method", "x-repeatable", "x-pagination")

_REPEATABLE: Final = frozenset({"get", "head", "options", "put", "delete", "trace"})
_BY_PAGE: Final = "a listing by page numbers needs none: leave x-pagination out, and callers pass the page"


class Extensions:
    """Reads the extensions of operations, and the tags that lead to their resources."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._report = reader.report
        declared = reader.entries(reader.files.main, "tags")
        self._declared = {name: tag for tag in declared if (name := reader.text(tag, "name"))}
        self._used: dict[str, dict[str, Node]] = {}
        self._raw: dict[str, tuple[str, Node]] = {}
        self._listings: list[tuple[Schema, Node]] = []

    @property
    def tags(self) -> list[Schema]:
        """The tags that operations have: those that the contract describes in its order, then the others."""
        described_first = [path for name in self._declared if (path := self._path(name)) in self._used]
        written: list[Schema] = []
        for path in dict.fromkeys([*described_first, *self._used]):
            raw, _ = self._raw[path]
            tag = self._declared.get(raw)
            title = (part.text() if tag and (part := tag.get("x-displayName") or tag.get("summary")) else "") or raw
            words = part.text() if tag and (part := tag.get("description")) else ""
            own: Schema = {"name": path, "x-displayName": title}
            written.append(own | ({"description": words} if words and words != title else {}))
        return written

    def read(self, written: Schema, node: Node, method: str) -> None:
        """Write the tag and the extensions of the operation ``node`` into ``written``."""
        for key, part in node.members.items():
            if key[:2] == "x-" and key not in EXTENSIONS and (likely := get_close_matches(key, EXTENSIONS, 1, 0.9)):
                self._report.fault(part, f"{key} means nothing", f"did you mean {likely[0]}?")
        path = self._tag(node)
        written["tags"] = [path]
        given = node.get("x-method")
        name = given.text() if given is not None else str(written["operationId"])
        if given is not None and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            self._report.fault(given, f"{name!r} is no name for a method", "use small letters, digits and _")
        methods = self._used.setdefault(path, {})
        # Two operationIds that are the same are a fault already.
        if name in methods and (given is not None or methods[name].text()):
            line = methods[name].place.line
            hint = f"see line {line}; set x-method to another name"
            self._report.fault(given or node, f"{path} has a method {name!r} already", hint)
        methods[name] = given or node
        written["x-method"] = name
        repeatable = node.get("x-repeatable")
        if repeatable is not None and not isinstance(repeatable.value, bool):
            self._report.fault(repeatable, f"x-repeatable is true or false, not {described(repeatable)}")
        written["x-repeatable"] = method in _REPEATABLE if repeatable is None else repeatable.value is True
        if (pagination := node.get("x-pagination")) is not None:
            self._listings.append((written, pagination))

    def _tag(self, node: Node) -> str:
        entries = self._reader.entries(node, "tags")
        for other in entries[1:]:
            self._report.note(other, "an operation stands under its first tag only")
        raw = entries[0].text() if entries else "default"
        path = self._path(raw)
        known, _ = self._raw.setdefault(path, (raw, entries[0] if entries else node))
        if known != raw:
            hint = "rename one of them"
            self._report.fault(entries[0], f"the tags {known!r} and {raw!r} both lead to {path}", hint)
        return path

    def _path(self, raw: str) -> str:
        """The attributes that lead to the tag's resource: of its parents first, in OpenAPI 3.2."""
        names, seen = [raw], {raw}
        while (tag := self._declared.get(names[0])) and (parent := tag.get("parent")) and parent.text() not in seen:
            names.insert(0, parent.text())
            seen.add(parent.text())
        return ".".join(snake_case(word) for name in names for word in name.split(".") if word) or "default"

    def check_tags(self) -> None:
        """Refuse methods that have the name of a group below their resource."""
        groups = {".".join(path.split(".")[: depth + 1]) for path in self._used for depth in range(path.count(".") + 1)}
        for path, methods in self._used.items():
            for name, place in methods.items():
                if f"{path}.{name}" in groups:
                    hint = "set x-method to another name, or rename the tag"
                    self._report.fault(place, f"{path}.{name} is a method and a group of operations", hint)

    def check_pagination(self, schemas: Schemas) -> None:
        """Write each ``x-pagination`` with its defaults, if the listing can work so."""
        for operation, place in self._listings:
            response = schemas.body(operation.get("x-response", {}))
            fields = response.get("properties", {})
            query = {str(own["name"]): own["schema"] for own in operation["parameters"] if own["in"] == "query"}
            if not isinstance(place.value, dict):
                self._report.fault(place, f"x-pagination is a mapping, not {described(place)}")
                continue
            for key, part in place.members.items():
                if key not in ("items", "more", "forward", "backward"):
                    hint = f"it has items, more, forward and backward; {_BY_PAGE}"
                    self._report.fault(part, f"x-pagination has no {key}", hint)
            written: Schema = {}
            for key, default, kind, words in (
                ("items", "data", "array", "a list"), ("more", "has_more", "boolean", "true or false"),
            ):  # fmt: skip
                said = place.get(key)
                name = said.text() if said is not None else default
                written[key] = name
                if name not in fields:
                    message = f"x-pagination: the response has no field {name!r}, which should be {words}"
                    self._report.fault(said or place, message, f"name it with {key}; {_BY_PAGE}")
                elif kind not in schemas.kinds(fields[name]):
                    message = f"x-pagination: {name} in the response should be {words}"
                    self._report.fault(said or place, message, f"name another field with {key}")
            for key, usual in (("forward", ("after_id", "last_id")), ("backward", ("before_id", "first_id"))):
                said = place.get(key)
                if said is None and key == "backward" and not (usual[0] in query and usual[1] in fields):
                    continue
                own = {name: found.text() for name, found in (said.members if said else {}).items()}
                parameter, cursor = own.get("parameter", usual[0]), own.get("cursor", usual[1])
                written[key] = {"parameter": parameter, "cursor": cursor}
                if parameter not in query:
                    message = f"x-pagination: there is no query parameter {parameter!r} to ask for another page with"
                    self._report.fault(said or place, message, f"name it with {key}.parameter")
                elif cursor not in fields:
                    message = f"x-pagination: the response has no field {cursor!r} to send as {parameter}"
                    hint = f"name the field that holds the cursor with {key}.cursor; {_BY_PAGE}"
                    self._report.fault(said or place, message, hint)
                elif not set(schemas.kinds(query[parameter])) & set(schemas.kinds(fields[cursor])):
                    message = f"x-pagination: {cursor} in the response is no value for the parameter {parameter}"
                    self._report.fault(said or place, message, f"let both have the same type; {_BY_PAGE}")
            operation["x-pagination"] = written
