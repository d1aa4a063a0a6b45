"""Extensions of operations: names of methods, what may be repeated, how lists page; and tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from codegen.document import did_you_mean
from codegen.naming import snake_case

if TYPE_CHECKING:
    from codegen.document import Contract, Node, Schema
    from codegen.schemas import Schemas

EXTENSIONS: Final = ("x-method", "x-repeatable", "x-pagination")

_REPEATABLE: Final = frozenset({"get", "head", "options", "put", "delete", "trace"})
_BY_PAGE: Final = "a listing by page numbers needs none: leave x-pagination out, and callers pass the page"


class Extensions:
    """Reads the extensions of operations, and the tags that lead to their resources."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        declared = contract.part(contract.root, "tags", list).entries
        self._declared = {name: tag for tag in declared if (name := contract.text(tag, "name"))}
        self._used: dict[str, dict[str, Node]] = {}
        self._raw: dict[str, str] = {}
        self._listings: list[tuple[Schema, Node]] = []

    @property
    def tags(self) -> list[Schema]:
        """The tags that operations have: those that the contract describes in its order, then the others."""
        described = [path for name in self._declared if (path := self._path(name)) in self._used]
        written: list[Schema] = []
        for path in dict.fromkeys([*described, *self._used]):
            raw = self._raw[path]
            title = words = ""
            if tag := self._declared.get(raw):
                title, words = (tag.get("x-displayName") or tag["summary"]).text, tag["description"].text
            own: Schema = {"name": path, "x-displayName": title or raw}
            written.append(own | ({"description": words} if words not in ("", title or raw) else {}))
        return written

    def read(self, written: Schema, node: Node, method: str) -> None:
        """Write the tag and the extensions of the operation ``node`` into ``written``."""
        fault = self._contract.fault
        for key, part in node.members.items():
            if key[:2] == "x-" and key not in EXTENSIONS and (likely := did_you_mean(key, EXTENSIONS, 0.9)):
                fault(part, f"{key} means nothing", likely)
        path = self._tag(node)
        given = node.get("x-method")
        name = given.text if given is not None else str(written["operationId"])
        if given is not None and not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            fault(given, f"{name!r} is no name for a method", "use small letters, digits and _")
        methods = self._used.setdefault(path, {})
        # Two operationIds that are the same are a fault already.
        if name in methods and (given is not None or methods[name].text):
            hint = f"see line {methods[name].place.line}; set x-method to another name"
            fault(given or node, f"{path} has a method {name!r} already", hint)
        methods[name] = given or node
        repeatable = self._contract.part(node, "x-repeatable", bool).value
        repeatable = method in _REPEATABLE if repeatable is None else repeatable
        written |= {"tags": [path], "x-method": name, "x-repeatable": repeatable}
        if (pagination := node.get("x-pagination")) is not None:
            self._listings.append((written, pagination))

    def _tag(self, node: Node) -> str:
        tags = self._contract.part(node, "tags", list)
        for other in tags.entries[1:]:
            self._contract.note(other, "an operation stands under its first tag only")
        first = tags.entries[0] if tags.entries else tags
        raw = first.text if tags.entries else "default"
        path = self._path(raw)
        known = self._raw.setdefault(path, raw)
        if known != raw:
            self._contract.fault(first, f"the tags {known!r} and {raw!r} both lead to {path}", "rename one of them")
        return path

    def _path(self, raw: str) -> str:
        """The attributes that lead to the tag's resource: of its parents first, in OpenAPI 3.2."""
        names = [raw]
        while (tag := self._declared.get(names[0])) and (parent := tag.get("parent")) and parent.text not in names:
            names.insert(0, parent.text)
        return ".".join(snake_case(word) for name in names for word in name.split(".") if word) or "default"

    def check_tags(self) -> None:
        """Refuse methods that have the name of a group below their resource."""
        for path, methods in self._used.items():
            for name, place in methods.items():
                if any(f"{own}.".startswith(f"{path}.{name}.") for own in self._used):
                    hint = "set x-method to another name, or rename the tag"
                    self._contract.fault(place, f"{path}.{name} is a method and a group of operations", hint)

    def check_pagination(self, schemas: Schemas) -> None:
        """Write each ``x-pagination`` with its defaults, if the listing can work so."""
        for operation, place in self._listings:
            if not isinstance(place.value, dict):
                self._contract.fault(place, f"x-pagination is a mapping, not {place}")
            else:
                operation["x-pagination"] = self._pagination(operation, place, schemas)

    def _pagination(self, operation: Schema, place: Node, schemas: Schemas) -> Schema:
        def fault(key: str, message: str, hint: str) -> None:
            self._contract.fault(place[key], f"x-pagination: {message}", hint)

        fields = schemas.body(operation.get("x-response", {})).get("properties", {})
        query = {str(own["name"]): own["schema"] for own in operation["parameters"] if own["in"] == "query"}
        for key in place.members.keys() - {"items", "more", "forward", "backward"}:
            hint = f"it has items, more, forward and backward; {_BY_PAGE}"
            self._contract.fault(place[key], f"x-pagination has no {key}", hint)
        written: Schema = {}
        for key, default, kind, words in (
            ("items", "data", "array", "a list"), ("more", "has_more", "boolean", "true or false"),
        ):  # fmt: skip
            name = written[key] = place[key].text if key in place.members else default
            if name not in fields:
                message = f"the response has no field {name!r}, which should be {words}"
                fault(key, message, f"name it with {key}; {_BY_PAGE}")
            elif kind not in schemas.kinds(fields[name]):
                fault(key, f"{name} in the response should be {words}", f"name another field with {key}")
        for key, usual, last in (("forward", "after_id", "last_id"), ("backward", "before_id", "first_id")):
            if key == "backward" and key not in place.members and not (usual in query and last in fields):
                continue
            own = {"parameter": usual, "cursor": last}
            own |= {name: part.text for name, part in place[key].members.items() if name in own}
            written[key] = own
            parameter, cursor = own["parameter"], own["cursor"]
            if parameter not in query:
                message = f"there is no query parameter {parameter!r} to ask for another page with"
                fault(key, message, f"name it with {key}.parameter")
            elif cursor not in fields:
                hint = f"name the field that holds the cursor with {key}.cursor; {_BY_PAGE}"
                fault(key, f"the response has no field {cursor!r} to send as {parameter}", hint)
            elif not set(schemas.kinds(query[parameter])) & set(schemas.kinds(fields[cursor])):
                message = f"{cursor} in the response is no value for the parameter {parameter}"
                fault(key, message, f"let both have the same type; {_BY_PAGE}")
        return written
