"""Operations in the normal form: parameters, bodies and responses written out, with one media type and defaults."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from codegen.document import Faults, described
from codegen.extensions import Extensions
from codegen.naming import pascal_case, snake_case

if TYPE_CHECKING:
    from codegen.document import JSON, Files, Node, Report
    from codegen.schemas import Schemas
    from codegen.security import Security
    from codegen.unions import Direction, Schema

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_JSON: Final = re.compile(r"application/json\s*(;.*)?|[\w.*-]+/([\w.-]+\+)?json\s*(;.*)?", re.IGNORECASE)
_FORM: Final = "application/x-www-form-urlencoded"
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
# https://spec.openapis.org/oas/v3.1.1.html#parameter-name: other fields of the contract say what these hold.
_HEADERS_FROM_ELSEWHERE: Final = frozenset({"accept", "content-type", "authorization"})
_STYLES: Final = {"path": "simple", "query": "form", "header": "simple"}
_READ: Final = frozenset(
    {
        *("operationId", "tags", "summary", "description", "deprecated", "parameters", "requestBody", "responses"),
        *("security", "servers", "callbacks", "externalDocs"),
    }
)


class Operations:
    """Reads the paths of a contract."""

    def __init__(self, files: Files, schemas: Schemas, security: Security, report: Report) -> None:
        self._files = files
        self._root = files.main
        self._schemas = schemas
        self._security = security
        self._report = report
        self._extensions = Extensions(files.main, report)
        self._taken: dict[str, Node] = {}
        self._parameters: list[tuple[Schema, Node]] = []
        self._forms: list[tuple[Schema, Node]] = []
        self._servers: dict[str, tuple[Schema, Node]] = {}
        self.servers: list[Schema] = []
        """The one server."""

    @property
    def tags(self) -> list[Schema]:
        """The tags that operations have."""
        return self._extensions.tags

    def read(self) -> tuple[dict[str, Schema], dict[str, Schema]]:
        """The paths and the webhooks; their schemas are filled when ``Schemas.finish`` is called."""
        paths: dict[str, Schema] = {}
        found = self._root.get("paths")
        if found is not None and not isinstance(found.value, dict):
            self._report.fault(found, f"paths is a mapping, not {described(found)}")
        items = {path: item for path, item in (found.members if found else {}).items() if path[:2] != "x-"}
        if not items and not (self._root.get("webhooks") or self._report.faults):
            self._report.fault(found or self._root, "the contract has no paths", "describe at least one operation")
        reserved = self._declared_ids(items)
        for path, place in items.items():
            item = self._resolved(place)
            self._check_path(path, place)
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
        self._settle_servers()
        self._extensions.check_tags()
        return paths, self._webhooks()

    def check(self) -> None:
        """Judge what shows only in complete schemas: parameters, forms, pagination."""
        for parameter, node in self._parameters:
            self._check_parameter(parameter, node)
        for media, node in self._forms:
            self._check_form(media, node)
        self._extensions.check_pagination(self._schemas)

    def _declared_ids(self, items: dict[str, Node]) -> set[str]:
        """The identifiers that operations have themselves; none that is made up may be one of them."""
        found = (self._resolved(item).members for item in items.values())
        own = (operation.get("operationId") for members in found for operation in members.values())
        return {snake_case(part.text()) for part in own if part is not None}

    def _resolved(self, node: Node) -> Node:
        """What the ``$ref`` of ``node`` names, however many lead to it; else ``node`` itself."""
        seen: list[Node] = []
        while (reference := node.get("$ref")) is not None and node not in seen:
            seen.append(node)
            try:
                node = self._files.target(reference)
            except Faults as error:
                self._report.faults.extend(error.faults)
                return node
        return node

    def _operation(self, path: str, method: str, node: Node, item: Node, reserved: set[str]) -> Schema:
        name = self._identifier(path, method, node, reserved)
        written: Schema = {"operationId": name}
        self._report.origins[id(written)] = node
        if not isinstance(node.value, dict):
            self._report.fault(node, f"an operation is a mapping, not {described(node)}")
            return written | {"responses": {}}
        for key, part in node.members.items():
            if key not in _READ and key[:2] != "x-":
                self._report.note(part, f"{key} is no field of an operation and is left out")
        self._extensions.read(written, node, method)
        for key in ("summary", "description"):
            if words := self._text(node, key):
                written[key] = words
        if self._flag(node, "deprecated"):
            written["deprecated"] = True
        self._security.ask(node, written)
        self._serve(node, item)
        class_name = pascal_case(name)
        written["parameters"] = cast("list[JSON]", self._read_parameters(path, node, item, class_name))
        if (body := node.get("requestBody")) is not None:
            if method in ("get", "head", "trace"):
                self._report.note(body, f"a body of {method.upper()} has no meaning and is left out")
            elif (request := self._body(self._resolved(body), class_name)) is not None:
                written["requestBody"] = request
        self._responses(written, node, method, class_name)
        if callbacks := node.get("callbacks"):
            written["x-callbacks"] = list(callbacks.members)
            self._report.note(callbacks, "callbacks are requests of the server; nothing is generated for them")
        return written

    def _identifier(self, path: str, method: str, node: Node, reserved: set[str]) -> str:
        given = node.get("operationId")
        if given is not None and given.text():
            name = snake_case(given.text())
            if name in self._taken:
                line = self._taken[name].place.line
                hint = f"see line {line}; give each operation a name of its own"
                self._report.fault(given, f"operationId {given.text()!r} is taken", hint)
            self._taken[name] = given
            return name
        words = snake_case(f"{method} {path.replace('{', 'by ').replace('}', '')}")
        name, number = words, 1
        while name in self._taken or name in reserved:
            number += 1
            name = f"{words}_{number}"
        self._taken[name] = node
        self._report.note(node, "operationId is missing; the name is made from method and path")
        return name

    def _text(self, node: Node, key: str) -> str:
        part = node.get(key)
        if part is not None and not isinstance(part.value, str | None):
            self._report.fault(part, f"{key} is a string, not {described(part)}")
        return part.text() if part is not None else ""

    def _flag(self, node: Node, key: str) -> bool:
        part = node.get(key)
        if part is not None and not isinstance(part.value, bool):
            self._report.fault(part, f"{key} is true or false, not {described(part)}")
        return part is not None and part.value is True

    # Servers.

    def _serve(self, node: Node, item: Node) -> None:
        place = next((own for part in (node, item, self._root) if (own := part.get("servers")) and own.entries), None)
        if place is None:
            self._servers.setdefault("/", ({"url": "/"}, self._root))
            return
        server = place.entries[0]
        url = self._text(server, "url")
        for name, variable in (variables.members if (variables := server.get("variables")) else {}).items():
            url = url.replace(f"{{{name}}}", str(default.value) if (default := variable.get("default")) else "")
        written: Schema = {"url": url.rstrip("/") or "/"}
        if words := self._text(server, "description"):
            written["description"] = words
        self._servers.setdefault(str(written["url"]), (written, place))
        for other in place.entries[1:]:
            self._report.note(other, "a client uses the first server; this one is for base_url")

    def _settle_servers(self) -> None:
        self.servers = [server for server, _ in list(self._servers.values())[:1]] or [{"url": "/"}]
        for server, place in list(self._servers.values())[1:]:
            hint = "a client talks to one server: describe what lives on another in a contract of its own"
            self._report.fault(place, f"{server['url']} is another server than {self.servers[0]['url']}", hint)

    # Parameters.

    def _check_path(self, path: str, place: Node) -> None:
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

    def _read_parameters(self, path: str, node: Node, item: Node, class_name: str) -> list[Schema]:
        """Those of the path and the operation; one of the operation replaces one of the path."""
        found: dict[tuple[str, str], tuple[Node, Node]] = {}
        for source in (item, node):
            own: set[tuple[str, str]] = set()
            listed = source.get("parameters")
            if listed is not None and not isinstance(listed.value, list):
                self._report.fault(listed, f"parameters is a list, not {described(listed)}")
            for entry in listed.entries if listed else []:
                parameter = self._resolved(entry)
                key = self._text(parameter, "name"), self._text(parameter, "in")
                if "$ref" in parameter.members:
                    continue
                if not all(key):
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
            elif (one := self._parameter(parameter, wire, location, class_name)) is not None:
                written.append(one)
        order = {wire: number for number, wire in enumerate(placeholders)}
        return sorted(written, key=lambda own: order[str(own["name"])] if own["in"] == "path" else len(order))

    def _parameter(self, node: Node, wire: str, location: str, class_name: str) -> Schema | None:
        style, explode = node.get("style"), node.get("explode")
        if location not in _STYLES:
            hints = {"cookie": "send it with extra_headers", "body": "use requestBody", "formData": "use requestBody"}
            hint = hints.get(location, "it goes into path, query or header")
            self._report.fault(node.get("in") or node, f"a parameter in {location!r} is not supported", hint)
            return None
        if location == "header" and wire.lower() in _HEADERS_FROM_ELSEWHERE:
            self._report.note(node, f"OpenAPI ignores a header parameter called {wire}")
            return None
        if any(letter in '"\\' or letter < " " for letter in wire):
            self._report.fault(node, f"{wire!r} cannot be a name: it has quotes, backslashes or control characters")
        if content := node.get("content"):
            hint = "give it a schema, or make it part of the body"
            self._report.fault(content, "a parameter with content of a media type is not supported", hint)
            return None
        if style is not None and style.value != _STYLES[location]:
            hint = f"use style: {_STYLES[location]}, or a parameter for each value"
            self._report.fault(style, f"style: {style.value} is not supported in a {location} parameter", hint)
            return None
        if location == "path" and not self._flag(node, "required"):
            self._report.note(node, "a path parameter is required, whether it says so or not")
        written: Schema = {"name": wire, "in": location, "required": location == "path" or self._flag(node, "required")}
        self._report.origins[id(written)] = node
        if words := self._text(node, "description"):
            written["description"] = words
        if self._flag(node, "deprecated"):
            written["deprecated"] = True
        schema = node.get("schema")
        if schema is None:
            self._report.fault(node, "schema is missing", "say which values the parameter takes")
            return None
        written["schema"] = self._schemas.slot(schema, class_name + pascal_case(wire), "request")
        written["explode"] = (location == "query") if explode is None else self._flag(node, "explode")
        self._examples(written, node)
        self._parameters.append((written, node))
        return written

    def _check_parameter(self, parameter: Schema, node: Node) -> None:
        schema = cast("Schema", parameter["schema"])
        place = node.get("schema") or node
        location = parameter["in"]
        if _without_null(schema):
            self._report.note(place, "a parameter cannot be null; leave it out instead")
        kinds = self._schemas.kinds(schema)
        if "object" in kinds:
            hint = "give each property a parameter of its own"
            self._report.fault(place, f"a {location} parameter cannot be an object", hint)
        elif "any" in kinds and not self._resolved(place).get("type"):
            self._report.fault(place, f"a {location} parameter needs a type", "say which values it takes")
        for items in self._schemas.lists(schema):
            if set(self._schemas.kinds(items)) & {"object", "array", "any"}:
                message = f"a list in a {location} parameter holds strings, numbers, true or false"
                self._report.fault(place, message, "name such a type for its items")
        if "array" not in kinds:
            del parameter["explode"]
        elif location != "query":
            parameter["explode"] = False

    # Bodies and responses.

    def _media(self, content: Node, side: Direction, name: str) -> tuple[str, Schema] | None:
        """The one media type of ``content`` that is used, and what it says."""
        offered = content.members
        if not offered:
            return None
        chosen = next((kind for kind in offered if kind.partition(";")[0].strip().lower() == "application/json"), None)
        chosen = chosen or next((kind for kind in offered if _JSON.fullmatch(kind)), None)
        if chosen is None and side == "request":
            chosen = next((kind for kind in offered if kind.lower().startswith(_FORM)), None)
        sequential = re.compile(r"text/event-stream|multipart/|application/(jsonl|x-ndjson|json-seq)", re.IGNORECASE)
        rest = [kind for kind in offered if not sequential.match(kind)]
        chosen = chosen or next((kind for kind in rest if kind.lower().startswith("text/")), None)
        chosen = chosen or next((kind for kind in rest if self._is_bytes(offered[kind])), None)
        chosen = chosen or next((kind for kind in rest if "*" in kind), None)
        if chosen is None:
            kinds = ", ".join(offered)
            hint = "offer JSON, a form, text, or bytes (type: string, format: binary) beside it"
            self._report.fault(content, f"a {side} body of {kinds} is not supported", hint)
            return None
        for other in offered:
            if other != chosen:
                self._report.note(offered[other], f"{other} is not used where JSON or a simpler type is offered")
        media = offered[chosen]
        written: Schema = {}
        self._report.origins[id(written)] = media
        schema = media.get("schema")
        media_type = "application/json" if "*" in chosen else chosen
        if _JSON.fullmatch(media_type) or media_type.lower().startswith(_FORM):
            if media.get("itemSchema") is not None:
                self._report.fault(media, "a sequence of items is not supported", "describe the whole with schema")
            written["schema"] = self._schemas.slot(schema, name, side) if schema is not None else {}
        elif media_type.lower().startswith("text/"):
            written["schema"] = {"type": "string"}
        else:
            written["schema"] = {"type": "string", "format": "binary"}
        self._examples(written, media)
        if media_type.lower().startswith(_FORM):
            self._forms.append((written, media))
        return media_type, written

    def _is_bytes(self, media: Node) -> bool:
        schema = media.get("schema")
        kind = self._resolved(schema).get("type") if schema is not None else None
        return schema is None or not self._resolved(schema).members or (kind is not None and kind.value == "string")

    def _examples(self, written: Schema, node: Node) -> None:
        found: Schema = {}
        if (one := node.get("example")) is not None:
            found["example"] = {"value": one.data()}
        for name, entry in (several.members if (several := node.get("examples")) else {}).items():
            own = self._resolved(entry)
            if (value := own.get("value") or own.get("dataValue")) is not None:
                summary: Schema = {"summary": text} if (text := self._text(own, "summary")) else {}
                found[name] = {**summary, "value": value.data()}
        if found:
            written["examples"] = found

    def _check_form(self, media: Schema, node: Node) -> None:
        schema = cast("Schema", media["schema"])
        place = node.get("schema") or node
        body = self._schemas.body(schema)
        if not isinstance(properties := body.get("properties"), dict):
            if body.get("type") != "object":
                self._report.fault(place, "a form is an object with properties", "name its fields under properties")
            return
        encoding: Schema = {}
        for wire, own in cast("dict[str, Schema]", properties).items():
            origin = self._report.origins.get(id(own)) or place
            kinds = self._schemas.kinds(own)
            nested = any("object" in self._schemas.kinds(items) for items in self._schemas.lists(own))
            if "object" in kinds or nested:
                hint = "send it as JSON, or make it a string"
                self._report.fault(origin, f"{wire}: a field of a form cannot be an object", hint)
            said = part.get(wire) if (part := node.get("encoding")) else None
            explode = said.get("explode") if said else None
            if "array" in kinds and explode is not None and explode.value is False:
                encoding[wire] = {"explode": False}
        if encoding:
            media["encoding"] = encoding

    def _body(self, node: Node, class_name: str) -> Schema | None:
        content = node.get("content")
        if content is None or not content.members:
            self._report.fault(content or node, "content is missing", "say in which media type the body is sent")
            return None
        media = self._media(content, "request", f"{class_name}Body")
        if media is None:
            return None
        written: Schema = {"required": self._flag(node, "required"), "content": {media[0]: media[1]}}
        self._report.origins[id(written)] = node
        if words := self._text(node, "description"):
            written["description"] = words
        return written

    def _responses(self, written: Schema, node: Node, method: str, class_name: str) -> None:
        responses = node.get("responses")
        found = {status: own for status, own in (responses.members if responses else {}).items() if status[:2] != "x-"}
        good = [status for status in found if re.fullmatch(r"2(\d\d|XX)", status, re.IGNORECASE)]
        good = good or [status for status in found if status == "default"]
        if not good:
            place = responses or node
            self._report.fault(place, "no response is a success", "describe one of 200 to 299, or default")
        wanted = self._with_content(found, good) if method != "head" else []
        answers: Schema = {}
        written["responses"] = answers
        slots: list[Schema] = []
        kinds: list[tuple[str, Node]] = []
        for status, entry in found.items():
            response = self._resolved(entry)
            if status != "default" and not re.fullmatch(r"[12345](\d\d|XX)", status, re.IGNORECASE):
                self._report.fault(entry, f"{status!r} is no status", "write 200, 2XX or default")
            own: Schema = {"description": self._text(response, "description")}
            self._report.origins[id(own)] = response
            answers[status if status == "default" else status.upper()] = own
            for key in ("headers", "links"):
                if part := response.get(key):
                    self._report.note(part, f"{key} of a response have no type of their own")
            content = response.get("content")
            if content is None or (status in good and status not in wanted):
                continue
            name = f"{class_name}Error" + (status if status != "default" else "")
            if status in good:
                name = f"{class_name}Response" + (status if len(wanted) > 1 else "")
            if response is not entry:
                name = pascal_case(str(cast("Node", entry.get("$ref")).value).rpartition("/")[2])
            if status not in good and not any(_JSON.fullmatch(kind) or "*" in kind for kind in content.members):
                if content.members:
                    self._report.note(content, "an error that is no JSON is given as it comes")
                continue
            media = self._media(content, "response", name)
            if media is not None:
                own["content"] = {media[0]: media[1]}
                if status in good:
                    slots.append(cast("Schema", media[1]["schema"]))
                    kinds.append(("json" if _JSON.fullmatch(media[0]) else media[0], content))
        if len({kind for kind, _ in kinds}) > 1:
            hint = "let all successes of an operation have one media type"
            self._report.fault(kinds[1][1], f"a success is {kinds[0][0]} or {kinds[1][0]}, which have no type", hint)
        if slots:
            written["x-response"] = self._schemas.join(slots, node, f"{class_name}Response")
            if len(wanted) < len(good):
                written["x-optional"] = True

    def _with_content(self, found: dict[str, Node], statuses: list[str]) -> list[str]:
        contents = {status: self._resolved(found[status]).get("content") for status in statuses}
        return [status for status, content in contents.items() if content is not None and content.members]

    def _webhooks(self) -> dict[str, Schema]:
        found: dict[str, Schema] = {}
        webhooks = self._root.get("webhooks")
        for name, entry in (webhooks.members if webhooks else {}).items():
            item = self._resolved(entry)
            self._report.note(entry, "webhooks are requests of the server; nothing is generated for them")
            written: Schema = {}
            for method, operation in item.members.items():
                if method not in METHODS:
                    continue
                own: Schema = {
                    key: words for key in ("summary", "description") if (words := self._text(operation, key))
                }
                body = operation.get("requestBody")
                content = self._resolved(body).get("content") if body is not None else None
                if content is not None and any(_JSON.fullmatch(kind) for kind in content.members):
                    media = self._media(content, "response", f"{pascal_case(name)}Webhook")
                    own["requestBody"] = {"content": {media[0]: media[1]}} if media else {}
                self._report.origins[id(own)] = operation
                written[method] = own
            found[name] = written
        return found


def _without_null(schema: Schema) -> bool:
    """Take null out of ``schema``; whether it was there."""
    kind, before = schema.get("type"), str(schema)
    if isinstance(kind, list):
        schema["type"] = kind[0]
        if isinstance(values := schema.get("enum"), list):
            schema["enum"] = [value for value in values if value is not None]
    if isinstance(options := schema.get("anyOf"), list) and {"type": "null"} in options:
        rest = [option for option in options if option != {"type": "null"}]
        if len(rest) == 1 and isinstance(rest[0], dict):
            del schema["anyOf"]
            schema.update(rest[0])
        else:
            schema["anyOf"] = rest
    if schema.get("default", "") is None:
        del schema["default"]
    return str(schema) != before
