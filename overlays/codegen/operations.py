"""Operations in the normal form: everything written out where it is used, with defaults filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from codegen.bodies import Bodies
from codegen.document import described
from codegen.extensions import Extensions
from codegen.naming import pascal_case, snake_case
from codegen.parameters import Parameters

if TYPE_CHECKING:
    from codegen.document import Node, Schema
    from codegen.reading import Reader
    from codegen.schemas import Schemas
    from codegen.security import Security

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_READ: Final = frozenset(
    {
        *("operationId", "tags", "summary", "description", "deprecated", "parameters", "requestBody", "responses"),
        *("security", "servers", "callbacks", "externalDocs"),
    }
)


class Operations:
    """Reads the paths of a contract."""

    def __init__(self, reader: Reader, schemas: Schemas, security: Security) -> None:
        self._reader = reader
        self._root = reader.files.main
        self._report = reader.report
        self._schemas = schemas
        self._security = security
        self._parameters = Parameters(reader, schemas)
        self._bodies = Bodies(reader, schemas)
        self._extensions = Extensions(reader)
        self._taken: dict[str, Node] = {}
        self._servers: dict[str, tuple[Schema, Node]] = {}

    @property
    def tags(self) -> list[Schema]:
        """The tags that operations have."""
        return self._extensions.tags

    @property
    def servers(self) -> list[Schema]:
        """The one server."""
        return [server for server, _ in self._servers.values()][:1] or [{"url": "/"}]

    def read(self) -> tuple[dict[str, Schema], dict[str, Schema]]:
        """The paths and the webhooks; their schemas are filled when ``Schemas.finish`` is called."""
        paths: dict[str, Schema] = {}
        found = self._reader.members(self._root, "paths")
        items = {path: item for path, item in found.items() if path[:2] != "x-"}
        if not items and not (self._root.get("webhooks") or self._report.faults):
            place = self._root.get("paths") or self._root
            self._report.fault(place, "the contract has no paths", "describe at least one operation")
        reserved = self._declared_ids(items)
        for path, place in items.items():
            item = self._reader.resolved(place)
            self._parameters.check_path(path, place)
            written: Schema = {}
            for method, operation in item.members.items():
                if method in METHODS:
                    written[method] = self._operation(path, method, operation, item, reserved)
                elif method in ("query", "additionalOperations"):
                    hint = "use one of the methods of OpenAPI 3.1"
                    self._report.fault(operation, f"{method}: requests of this method cannot be generated", hint)
            if written:
                self._report.origins[id(written)] = item
                paths[path] = written
        self._security.settle()
        for server, place in list(self._servers.values())[1:]:
            hint = "a client talks to one server: describe what lives on another in a contract of its own"
            self._report.fault(place, f"{server['url']} is another server than {self.servers[0]['url']}", hint)
        self._extensions.check_tags()
        return paths, self._webhooks()

    def check(self) -> None:
        """Judge what shows only in complete schemas."""
        self._parameters.check()
        self._bodies.check_forms()
        self._extensions.check_pagination(self._schemas)

    def _declared_ids(self, items: dict[str, Node]) -> set[str]:
        """The identifiers that operations have themselves; none that is made up may be one of them."""
        found = (self._reader.resolved(item).members for item in items.values())
        own = (operation.get("operationId") for members in found for operation in members.values())
        return {snake_case(part.text()) for part in own if part is not None}

    def _operation(self, path: str, method: str, node: Node, item: Node, reserved: set[str]) -> Schema:
        name = self._identifier(path, method, node, reserved)
        written: Schema = {"operationId": name}
        self._report.origins[id(written)] = node
        if not isinstance(node.value, dict):
            self._report.fault(node, f"an operation is a mapping, not {described(node)}")
            return written
        for key, part in node.members.items():
            if key not in _READ and key[:2] != "x-":
                self._report.note(part, f"{key} is no field of an operation and is left out")
        self._extensions.read(written, node, method)
        written |= self._reader.described(node, "summary", "description")
        self._security.ask(node, written)
        self._serve(node, item)
        class_name = pascal_case(name)
        written["parameters"] = self._parameters.read(path, node, item, class_name)
        if (body := node.get("requestBody")) is not None:
            if method in ("get", "head", "trace"):
                self._report.note(body, f"a body of {method.upper()} has no meaning and is left out")
            elif (request := self._bodies.request(body, class_name)) is not None:
                written["requestBody"] = request
        self._bodies.responses(written, node, method, class_name)
        if callbacks := node.get("callbacks"):
            written["x-callbacks"] = list(callbacks.members)
            self._report.note(callbacks, "callbacks are requests of the server; nothing is generated for them")
        return written

    def _identifier(self, path: str, method: str, node: Node, reserved: set[str]) -> str:
        given = node.get("operationId")
        if given is not None and given.text():
            name = snake_case(given.text())
            if name in self._taken:
                hint = f"see line {self._taken[name].place.line}; give each operation a name of its own"
                self._report.fault(given, f"operationId {given.text()!r} is taken", hint)
        else:
            given = node
            name = words = snake_case(f"{method} {path.replace('{', 'by ').replace('}', '')}")
            number = 1
            while name in self._taken or name in reserved:
                number += 1
                name = f"{words}_{number}"
            self._report.note(node, "operationId is missing; the name is made from method and path")
        self._taken[name] = given
        return name

    def _serve(self, node: Node, item: Node) -> None:
        place = next((own for part in (node, item, self._root) if (own := part.get("servers")) and own.entries), None)
        if place is None:
            self._servers.setdefault("/", ({"url": "/"}, self._root))
            return
        server = place.entries[0]
        url = self._reader.text(server, "url")
        for name, variable in self._reader.members(server, "variables").items():
            url = url.replace(f"{{{name}}}", self._reader.text(variable, "default"))
        url = url.rstrip("/") or "/"
        self._servers.setdefault(url, ({"url": url, **self._reader.described(server, "description")}, place))
        for other in place.entries[1:]:
            self._report.note(other, "a client uses the first server; this one is for base_url")

    def _webhooks(self) -> dict[str, Schema]:
        found: dict[str, Schema] = {}
        for name, entry in self._reader.members(self._root, "webhooks").items():
            self._report.note(entry, "webhooks are requests of the server; nothing is generated for them")
            members = self._reader.resolved(entry).members
            found[name] = {
                method: self._bodies.webhook(operation, pascal_case(name))
                for method, operation in members.items()
                if method in METHODS
            }
        return found
