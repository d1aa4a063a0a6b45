"""Parameters of operations in the normal form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from codegen.naming import pascal_case
from codegen.unions import without_null

if TYPE_CHECKING:
    from codegen.document import Node, Schema
    from codegen.reading import Reader
    from codegen.schemas import Schemas

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
# https://spec.openapis.org/oas/v3.1.1.html#parameter-name: other fields of the contract say what these hold.
_HEADERS_FROM_ELSEWHERE: Final = frozenset({"accept", "content-type", "authorization"})
_STYLES: Final = {"path": "simple", "query": "form", "header": "simple"}
_ELSEWHERE: Final = {"cookie": "send it with extra_headers", "body": "use requestBody", "formData": "use requestBody"}


class Parameters:
    """Reads the parameters of operations, and their paths."""

    def __init__(self, reader: Reader, schemas: Schemas) -> None:
        self._reader = reader
        self._report = reader.report
        self._schemas = schemas
        self._written: list[tuple[Schema, Node]] = []

    def check_path(self, path: str, place: Node) -> None:
        """Refuse what is no path."""
        if not path.startswith("/"):
            self._report.fault(place, f"{path!r} is no path", "a path starts with /")
        elif re.search(r'[{}?#\s\\"]', _PLACEHOLDER.sub("", path)):
            hint = "a path has no spaces, quotes, ?, # or \\, and no braces but those of its placeholders"
            self._report.fault(place, f"{path!r} is no path", hint)
        found = _PLACEHOLDER.findall(path)
        for wire in dict.fromkeys(found):
            if not re.fullmatch(r"[\w.~-]+", wire):
                hint = "use letters, digits and ._~-"
                self._report.fault(place, f"{{{wire}}} is no name for a placeholder", hint)
            if found.count(wire) > 1:
                self._report.fault(place, f"the path has {{{wire}}} twice", "give each placeholder its own name")

    def read(self, path: str, node: Node, item: Node, class_name: str) -> list[Schema]:
        """The parameters of an operation: those of its path included, unless it has one of the same name."""
        found: dict[tuple[str, str], tuple[Node, Node]] = {}
        for source in (item, node):
            own: set[tuple[str, str]] = set()
            for entry in self._reader.entries(source, "parameters"):
                parameter = self._reader.resolved(entry)
                key = self._reader.text(parameter, "name"), self._reader.text(parameter, "in")
                if not all(key):
                    if "$ref" not in parameter.members:
                        missing = "in" if key[0] else "name"
                        self._report.fault(entry, f"{missing} is missing", "a parameter has a name and a place to go")
                elif key in own:
                    self._report.fault(entry, f"a second {key[1]} parameter {key[0]!r}", "remove one of them")
                else:
                    found[key] = entry, parameter
                own.add(key)
        placeholders = _PLACEHOLDER.findall(path)
        for wire in placeholders:
            if (wire, "path") not in found:
                hint = f"add {{name: {wire}, in: path, required: true, schema: …}}"
                self._report.fault(node, f"the path has {{{wire}}}, but no path parameter is called so", hint)
        written: list[Schema] = []
        for (wire, location), (entry, parameter) in found.items():
            if location == "path" and wire not in placeholders:
                self._report.fault(entry, f"the path has no {{{wire}}}", "correct the name, or remove the parameter")
            elif self._can_be_sent(parameter, wire, location):
                written.append(self._parameter(parameter, wire, location, class_name))
        order = {wire: number for number, wire in enumerate(placeholders)}
        return sorted(written, key=lambda own: order[own["name"]] if own["in"] == "path" else len(order))

    def _can_be_sent(self, node: Node, wire: str, location: str) -> bool:
        style = node.get("style")
        if location not in _STYLES:
            hint = _ELSEWHERE.get(location, "it goes into path, query or header")
            self._report.fault(node.get("in") or node, f"a parameter in {location!r} is not supported", hint)
        elif location == "header" and wire.lower() in _HEADERS_FROM_ELSEWHERE:
            self._report.note(node, f"OpenAPI ignores a header parameter called {wire}")
        elif any(letter in '"\\' or letter < " " for letter in wire):
            message = f"{wire!r} cannot be a name: it has quotes, backslashes or control characters"
            self._report.fault(node, message, "rename the parameter")
        elif content := node.get("content"):
            hint = "give it a schema, or make it part of the body"
            self._report.fault(content, "a parameter with content of a media type is not supported", hint)
        elif style is not None and style.value != _STYLES[location]:
            hint = f"use style: {_STYLES[location]}, or a parameter for each value"
            self._report.fault(style, f"style: {style.value} is not supported in a {location} parameter", hint)
        elif node.get("schema") is None:
            self._report.fault(node, "schema is missing", "say which values the parameter takes")
        else:
            return True
        return False

    def _parameter(self, node: Node, wire: str, location: str, class_name: str) -> Schema:
        required = self._reader.flag(node, "required")
        if location == "path" and not required:
            self._report.note(node, "a path parameter is required, whether it says so or not")
        written: Schema = {"name": wire, "in": location, "required": required or location == "path"}
        self._report.origins[id(written)] = node
        written |= self._reader.described(node, "description")
        written["schema"] = self._schemas.slot(node.members["schema"], class_name + pascal_case(wire), "request")
        explode = self._reader.flag(node, "explode") if node.get("explode") else True
        written |= {"explode": explode and location == "query"} | self._reader.examples(node)
        self._written.append((written, node))
        return written

    def check(self) -> None:
        """Refuse parameters that cannot be written where they go; their schemas are complete now."""
        for parameter, node in self._written:
            schema, location, place = parameter["schema"], parameter["in"], node.members["schema"]
            if (plain := without_null(schema)) != schema:
                self._report.note(place, "a parameter cannot be null; leave it out instead")
                schema.clear()
                schema |= {key: value for key, value in plain.items() if (key, value) != ("default", None)}
            kinds = self._schemas.kinds(schema)
            if "object" in kinds:
                hint = "give each property a parameter of its own"
                self._report.fault(place, f"a {location} parameter cannot be an object", hint)
            elif "any" in kinds and not self._reader.resolved(place).get("type"):
                self._report.fault(place, f"a {location} parameter needs a type", "say which values it takes")
            for items in self._schemas.lists(schema):
                if {"object", "array", "any"}.intersection(self._schemas.kinds(items)):
                    message = f"a list in a {location} parameter holds strings, numbers, true or false"
                    self._report.fault(place, message, "name such a type for its items")
            if "array" not in kinds:
                del parameter["explode"]
