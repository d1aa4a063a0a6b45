"""Operations in the normal form: everything written out where it is used, with defaults filled in.

Also where requests go and how they are authenticated: one server, and one scheme for each operation.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from codegen.extensions import Extensions
from codegen.messages import Messages
from codegen.naming import pascal_case, snake_case

if TYPE_CHECKING:
    from codegen.document import Contract, Node, Schema
    from codegen.schemas import Schemas

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_READ: Final = frozenset(
    {
        *("operationId", "tags", "summary", "description", "deprecated", "parameters", "requestBody", "responses"),
        *("security", "servers", "callbacks", "externalDocs"),
    }
)


class Operations:
    """Reads the paths of a contract."""

    def __init__(self, contract: Contract, schemas: Schemas) -> None:
        self._contract = contract
        self._schemas = schemas
        self._messages = Messages(contract, schemas)
        self._extensions = Extensions(contract)
        self._security = Security(contract)
        self._taken: dict[str, Node] = {}
        self._servers: dict[str, tuple[Schema, Node]] = {}

    def read(self) -> Schema:
        """Everything of the normal form but its schemas, which are filled when ``Schemas.finish`` is called."""
        contract, root = self._contract, self._contract.root
        paths: dict[str, Schema] = {}
        items = {path: own for path, own in contract.part(root, "paths", dict).members.items() if path[:2] != "x-"}
        if not items and not (root.get("webhooks") or contract.faults):
            contract.fault(root["paths"], "the contract has no paths", "describe at least one operation")
        resolved = {path: contract.resolved(item) for path, item in items.items()}
        own_ids = (own["operationId"].text for item in resolved.values() for own in item.members.values())
        # None that is made up may be one of these.
        reserved = {snake_case(text) for text in own_ids if text}
        for path, item in resolved.items():
            self._messages.check_path(path, items[path])
            written: Schema = {}
            for method, node in item.members.items():
                if method in METHODS:
                    written[method] = self._operation(path, method, node, item, reserved)
                elif method in ("query", "additionalOperations"):
                    hint = "use one of the methods of OpenAPI 3.1"
                    contract.fault(node, f"{method}: requests of this method cannot be generated", hint)
            if written:
                contract.trace(written, item)
                paths[path] = written
        self._security.settle()
        self._extensions.check_tags()
        (server, _), *others = self._servers.values() or [({"url": "/"}, root)]
        for other, place in others:
            hint = "a client talks to one server: describe what lives on another in a contract of its own"
            contract.fault(place, f"{other['url']} is another server than {server['url']}", hint)
        document = {"servers": [server], "security": self._security.common, "tags": self._extensions.tags}
        webhooks = self._webhooks()
        return {**document, "paths": paths, **({"webhooks": webhooks} if webhooks else {})}

    @property
    def schemes(self) -> Schema:
        """The security schemes that operations use."""
        return self._security.schemes

    def check(self) -> None:
        """Check the rules that need complete schemas."""
        self._messages.check()
        self._extensions.check_pagination(self._schemas)

    def _operation(self, path: str, method: str, node: Node, item: Node, reserved: set[str]) -> Schema:
        contract = self._contract
        name = self._identifier(path, method, node, reserved)
        written: Schema = {"operationId": name}
        contract.trace(written, node)
        if not isinstance(node.value, dict):
            contract.fault(node, f"an operation is a mapping, not {node}")
            return written
        for key, part in node.members.items():
            if key not in _READ and key[:2] != "x-":
                contract.note(part, f"{key} is no field of an operation and is left out")
        self._extensions.read(written, node, method)
        written |= contract.texts(node, "summary", "description")
        self._security.ask(node, written)
        self._serve(node, item)
        class_name = pascal_case(name)
        written["parameters"] = self._messages.parameters(path, node, item, class_name)
        if (body := node.get("requestBody")) is not None:
            if method in ("get", "head", "trace"):
                contract.note(body, f"a body of {method.upper()} has no meaning and is left out")
            else:
                written["requestBody"] = self._messages.request(body, class_name)
        self._messages.responses(written, node, method, class_name)
        if callbacks := node.get("callbacks"):
            written["x-callbacks"] = list(callbacks.members)
            contract.note(callbacks, "callbacks are requests of the server; nothing is generated for them")
        return written

    def _identifier(self, path: str, method: str, node: Node, reserved: set[str]) -> str:
        if text := node["operationId"].text:
            name = snake_case(text)
            if name in self._taken:
                hint = f"see line {self._taken[name].place.line}; give each operation a name of its own"
                self._contract.fault(node["operationId"], f"operationId {text!r} is taken", hint)
        else:
            name = words = snake_case(f"{method} {path.replace('{', 'by ').replace('}', '')}")
            number = 1
            while name in self._taken or name in reserved:
                number += 1
                name = f"{words}_{number}"
            self._contract.note(node, "operationId is missing; the name is made from method and path")
        self._taken[name] = node["operationId"]
        return name

    def _serve(self, node: Node, item: Node) -> None:
        contract = self._contract
        place = next((own for part in (node, item, contract.root) if (own := part["servers"]).entries), None)
        if place is None:
            self._servers.setdefault("/", ({"url": "/"}, contract.root))
            return
        server, *others = place.entries
        url = contract.text(server, "url")
        for name, variable in contract.part(server, "variables", dict).members.items():
            url = url.replace(f"{{{name}}}", contract.text(variable, "default"))
        url = url.rstrip("/") or "/"
        self._servers.setdefault(url, ({"url": url, **contract.texts(server, "description")}, place))
        for other in others:
            contract.note(other, "a client uses the first server; this one is for base_url")

    def _webhooks(self) -> dict[str, Schema]:
        found: dict[str, Schema] = {}
        for name, entry in self._contract.part(self._contract.root, "webhooks", dict).members.items():
            self._contract.note(entry, "webhooks are requests of the server; nothing is generated for them")
            members = self._contract.resolved(entry).members.items()
            found[name] = {
                key: self._messages.webhook(own, pascal_case(name)) for key, own in members if key in METHODS
            }
        return found


class Security:
    """The authentication of requests: the schemes that a client supports, and the one for each operation."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._asked: list[tuple[Schema, list[str]]] = []
        self.schemes: Schema = {}
        """Those that can be expressed, in the normal form."""
        self._refused: dict[str, str] = {}
        self.common: list[Schema] = []
        """The requirement that most operations have."""
        for name, scheme in contract.root["components"]["securitySchemes"].members.items():
            kind, inside, http = scheme["type"].text, scheme["in"].text, scheme["scheme"].text.lower()
            if kind == "apiKey" and inside == "header":
                written: Schema = {"type": "apiKey", "in": "header", "name": scheme["name"].text}
            elif kind in ("oauth2", "openIdConnect") or (kind == "http" and http in ("bearer", "basic")):
                written = {"type": "http", "scheme": http if kind == "http" else "bearer"}
            else:
                self._refused[name] = f"a key in a {inside}" if kind == "apiKey" else f"{kind} {http}".strip()
                continue
            self.schemes[name] = written | contract.texts(scheme, "description")
            contract.trace(self.schemes[name], scheme)

    def ask(self, operation: Node, written: Schema) -> None:
        """Note the requirements of ``operation``; ``settle`` writes the choice into ``written``."""
        source = operation if operation.get("security") else self._contract.root
        entries = self._contract.part(source, "security", list).entries
        written["security"] = []
        names: list[str] = []
        refused: list[str] = []
        for entry in entries:
            for name, place in entry.members.items():
                if name not in self.schemes and name not in self._refused:
                    hint = "add it under components/securitySchemes"
                    self._contract.fault(place, f"no security scheme is called {name!r}", hint)
            if len(entry.members) == 1 and entry.members.keys() <= self.schemes.keys():
                names += entry.members
            elif entry.members:
                refused.append(" and ".join(self._refused.get(name, name) for name in entry.members))
        if names:
            self._asked.append((written, names))
        elif refused and all(entry.members for entry in entries):
            message = f"a client cannot authenticate with {' or '.join(refused)}"
            hint = "offer an API key in a header, a bearer token or basic credentials"
            self._contract.fault(source["security"], message, hint)

    def settle(self) -> None:
        """Choose: the scheme that most operations accept wherever it is accepted, else the first that is named."""
        kinds = {name: (scheme.get("scheme"), scheme.get("name")) for name, scheme in self.schemes.items()}
        votes = Counter(kind for _, names in self._asked for kind in {kinds[name] for name in names})
        if not votes:
            return
        usual = max(kinds.values(), key=votes.__getitem__)
        self.common = [{next(name for name, kind in kinds.items() if kind == usual): []}]
        for written, names in self._asked:
            written["security"] = [{next((name for name in names if kinds[name] == usual), names[0]): []}]
        used = {
            name for written, _ in [({"security": self.common}, []), *self._asked] for name in written["security"][0]
        }
        self.schemes = {name: scheme for name, scheme in self.schemes.items() if name in used}
