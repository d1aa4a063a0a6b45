"""The contents of requests and responses in normal form: parameters, and bodies of one media type each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from codegen.naming import pascal_case
from codegen.unions import without_null

if TYPE_CHECKING:
    from codegen.document import Contract, Node, Schema
    from codegen.schemas import Schemas
    from codegen.unions import Direction

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
# https://spec.openapis.org/oas/v3.1.1.html#parameter-name: other fields of the contract define these.
_HEADERS_FROM_ELSEWHERE: Final = frozenset({"accept", "content-type", "authorization"})
_STYLES: Final = {"path": "simple", "query": "form", "header": "simple"}
_ELSEWHERE: Final = {"cookie": "send it with extra_headers", "body": "use requestBody", "formData": "use requestBody"}
_JSON: Final = re.compile(r"[\w.*-]+/([\w.-]+\+)?json\s*(;.*)?", re.IGNORECASE)
_FORM: Final = "application/x-www-form-urlencoded"
_UNSUPPORTED: Final = re.compile(r"text/event-stream|multipart/|application/(jsonl|x-ndjson|json-seq)", re.IGNORECASE)
_STATUS: Final = re.compile(r"[12345](\d\d|XX)|default", re.IGNORECASE)


class Messages:
    """Reads the requests and responses of operations."""

    def __init__(self, contract: Contract, schemas: Schemas) -> None:
        self._contract = contract
        self._schemas = schemas
        self._parameters: list[tuple[Schema, Node]] = []
        self._forms: list[tuple[Schema, Node]] = []

    def check_path(self, path: str, place: Node) -> None:
        """Refuse an invalid path."""
        fault, found = self._contract.fault, _PLACEHOLDER.findall(path)
        if not path.startswith("/"):
            fault(place, f"{path!r} is no path", "a path starts with /")
        elif re.search(r'[{}?#\s\\"]', _PLACEHOLDER.sub("", path)):
            hint = "a path has no spaces, quotes, ?, # or \\, and no braces but those of its placeholders"
            fault(place, f"{path!r} is no path", hint)
        for wire in found:
            if not re.fullmatch(r"[\w.~-]+", wire):
                fault(place, f"{{{wire}}} is no name for a placeholder", "use letters, digits and ._~-")
            if found.count(wire) > 1:
                fault(place, f"the path has {{{wire}}} twice", "give each placeholder its own name")

    def parameters(self, path: str, node: Node, item: Node, class_name: str) -> list[Schema]:
        """The parameters of an operation: those of its path included, unless it has one of the same name."""
        fault = self._contract.fault
        found: dict[tuple[str, str], tuple[Node, Node]] = {}
        for source in (item, node):
            own: dict[tuple[str, str], tuple[Node, Node]] = {}
            for entry in self._contract.part(source, "parameters", list).entries:
                parameter = self._contract.resolved(entry)
                wire, location = key = self._contract.text(parameter, "name"), self._contract.text(parameter, "in")
                if key in own:
                    fault(entry, f"a second {location} parameter {wire!r}", "remove one of them")
                elif wire and location:
                    own[key] = entry, parameter
                elif "$ref" not in parameter.members:
                    missing = "in" if wire else "name"
                    fault(entry, f"{missing} is missing", "a parameter has a name and a place to go")
            found |= own
        placeholders = _PLACEHOLDER.findall(path)
        for wire in placeholders:
            if (wire, "path") not in found:
                hint = f"add {{name: {wire}, in: path, required: true, schema: …}}"
                fault(node, f"the path has {{{wire}}}, but no path parameter is called so", hint)
        written: list[Schema] = []
        for (wire, location), (entry, parameter) in found.items():
            if location == "path" and wire not in placeholders:
                fault(entry, f"the path has no {{{wire}}}", "correct the name, or remove the parameter")
            elif self._can_be_sent(parameter, wire, location):
                written.append(self._parameter(parameter, wire, location, class_name))
        return sorted(written, key=lambda own: placeholders.index(own["name"]) if own["in"] == "path" else len(written))

    def _can_be_sent(self, node: Node, wire: str, location: str) -> bool:
        fault, style = self._contract.fault, node["style"]
        if location not in _STYLES:
            hint = _ELSEWHERE.get(location, "it goes into path, query or header")
            fault(node["in"], f"a parameter in {location!r} is not supported", hint)
        elif location == "header" and wire.lower() in _HEADERS_FROM_ELSEWHERE:
            self._contract.note(node, f"OpenAPI ignores a header parameter called {wire}")
        elif not self._contract.can_be_name(node, wire, "parameter"):
            pass
        elif content := node.get("content"):
            hint = "give it a schema, or make it part of the body"
            fault(content, "a parameter with content of a media type is not supported", hint)
        elif style.value not in (None, _STYLES[location]):
            hint = f"use style: {_STYLES[location]}, or a parameter for each value"
            fault(style, f"style: {style.value} is not supported in a {location} parameter", hint)
        elif node.get("schema") is None:
            fault(node, "schema is missing", "say which values the parameter takes")
        else:
            return True
        return False

    def _parameter(self, node: Node, wire: str, location: str, class_name: str) -> Schema:
        required = self._contract.flag(node, "required")
        if location == "path" and not required:
            self._contract.note(node, "a path parameter is required, whether it says so or not")
        written: Schema = {"name": wire, "in": location, "required": required or location == "path"}
        self._contract.trace(written, node)
        written |= self._contract.texts(node, "description")
        written["schema"] = self._schemas.slot(node["schema"], class_name + pascal_case(wire), "request")
        explode = node.get("explode") is None or self._contract.flag(node, "explode")
        written |= {"explode": explode and location == "query"} | self._examples(node)
        self._parameters.append((written, node))
        return written

    def request(self, node: Node, class_name: str) -> Schema:
        """The body of a request."""
        node = self._contract.resolved(node)
        content = node["content"]
        if not content.members:
            self._contract.fault(content, "content is missing", "say in which media type the body is sent")
        media = self._media(content, "request", f"{class_name}Body") if content.members else {}
        required = self._contract.flag(node, "required")
        return {"required": required, "content": media, **self._contract.texts(node, "description")}

    def responses(self, written: Schema, node: Node, method: str, class_name: str) -> None:
        """Write the responses of the operation ``node`` into ``written``, and the common schema of its successes."""
        contract, part = self._contract, node["responses"]
        entries = {status: entry for status, entry in part.members.items() if status[:2] != "x-"}
        found = {status: contract.resolved(entry) for status, entry in entries.items()}
        good = [status for status in found if status.startswith("2") and _STATUS.fullmatch(status)]
        good = good or [status for status in found if status == "default"]
        if not good:
            contract.fault(part, "no response is a success", "describe one of 200 to 299, or default")
        wanted = [status for status in good if found[status]["content"].members and method != "head"]
        slots: list[Schema] = []
        kinds: dict[str, Node] = {}
        answers: dict[str, Schema] = {}
        written["responses"] = answers
        for status, response in found.items():
            if not _STATUS.fullmatch(status):
                contract.fault(entries[status], f"{status!r} is no status", "write 200, 2XX or default")
            own: Schema = {"description": "", **contract.texts(response, "description")}
            answers[status if status == "default" else status.upper()] = own
            contract.trace(own, response)
            for key in ("headers", "links"):
                if unused := response.get(key):
                    contract.note(unused, f"{key} of a response have no type of their own")
            content = response["content"]
            if status in wanted:
                name = f"{class_name}Response" + (status if len(wanted) > 1 else "")
            elif status in good or not content.members:
                continue
            elif any(_JSON.fullmatch(kind) or "*" in kind for kind in content.members):
                name = f"{class_name}Error" + (status if status != "default" else "")
            else:
                contract.note(content, "an error that is no JSON is given as it comes")
                continue
            if shared := entries[status]["$ref"].text:
                name = pascal_case(shared.rpartition("/")[2])
            own["content"] = media = self._media(content, "response", name)
            if status in wanted:
                slots += [body["schema"] for body in media.values()]
                kinds |= {"JSON" if _JSON.fullmatch(kind) else kind: content for kind in media}
        if len(kinds) > 1:
            hint = "let all successes of an operation have one media type"
            message = f"a success is {' or '.join(kinds)}, which have no common type"
            contract.fault(list(kinds.values())[1], message, hint)
        if slots:
            written["x-response"] = self._schemas.join(slots, node, f"{class_name}Response")
            if len(wanted) < len(good):
                written["x-optional"] = True

    def webhook(self, node: Node, class_name: str) -> Schema:
        """A request of the server, with its body if that is JSON."""
        written = self._contract.texts(node, "summary", "description")
        content = self._contract.resolved(node["requestBody"])["content"]
        if any(_JSON.fullmatch(kind) for kind in content.members):
            written["requestBody"] = {"content": self._media(content, "response", f"{class_name}Webhook")}
        self._contract.trace(written, node)
        return written

    def _media(self, content: Node, side: Direction, name: str) -> dict[str, Schema]:
        """The one media type that is used, and its node; empty if there is none."""
        offered = content.members
        ranks = {kind: rank for kind, media in offered.items() if (rank := self._rank(kind, media, side)) is not None}
        if not ranks:
            hint = "offer JSON, a form, text, or bytes (type: string, format: binary) beside it"
            self._contract.fault(content, f"a {side} body of {', '.join(offered)} is not supported", hint)
            return {}
        chosen = min(ranks, key=ranks.__getitem__)
        for other in offered.keys() - {chosen}:
            self._contract.note(offered[other], f"{other} is not used where JSON or a simpler type is offered")
        media = offered[chosen]
        media_type = "application/json" if "*" in chosen else chosen
        is_form = media_type.lower().startswith(_FORM)
        body: Schema = {"type": "string"}
        if _JSON.fullmatch(media_type) or is_form:
            if media.get("itemSchema") is not None:
                self._contract.fault(media, "a sequence of items is not supported", "describe the whole with schema")
            body = self._schemas.slot(schema, name, side) if (schema := media.get("schema")) is not None else {}
        elif not media_type.lower().startswith("text/"):
            body["format"] = "binary"
        written: Schema = {"schema": body, **self._examples(media)}
        self._contract.trace(written, media)
        if is_form:
            self._forms.append((written, media))
        return {media_type: written}

    def _rank(self, kind: str, media: Node, side: Direction) -> int | None:
        """The place of a media type among those on offer: JSON, then a form, text, bytes; ``None`` if unsupported."""
        schema = self._contract.resolved(media["schema"])
        tests = (
            kind.partition(";")[0].strip().lower() == "application/json",
            _JSON.fullmatch(kind),
            kind.lower().startswith(_FORM) and side == "request",
            kind.lower().startswith("text/"),
            not schema.members or schema["type"].text == "string",
            "*" in kind,
        )
        return None if _UNSUPPORTED.match(kind) else next((rank for rank, own in enumerate(tests) if own), None)

    def _examples(self, node: Node) -> Schema:
        """The examples of a parameter or media type, by name."""
        found: Schema = {}
        if (one := node.get("example")) is not None:
            found["example"] = {"value": one.data()}
        for name, entry in self._contract.part(node, "examples", dict).members.items():
            own = self._contract.resolved(entry)
            if (value := own.get("value") or own.get("dataValue")) is not None:
                found[name] = {**self._contract.texts(own, "summary"), "value": value.data()}
        return {"examples": found} if found else {}

    def check(self) -> None:
        """Refuse parameters and forms that cannot be written; their schemas are complete now."""
        fault, schemas = self._contract.fault, self._schemas
        for parameter, node in self._parameters:
            schema, location, place = parameter["schema"], parameter["in"], node["schema"]
            if (plain := without_null(schema)) != schema:
                self._contract.note(place, "a parameter cannot be null; leave it out instead")
                schema.clear()
                schema |= {key: value for key, value in plain.items() if (key, value) != ("default", None)}
            kinds = schemas.kinds(schema)
            if "object" in kinds:
                hint = "give each property a parameter of its own"
                fault(place, f"a {location} parameter cannot be an object", hint)
            elif "any" in kinds and not self._contract.resolved(place).get("type"):
                fault(place, f"a {location} parameter needs a type", "say which values it takes")
            if {"object", "array", "any"}.intersection(schemas.item_kinds(schema)):
                message = f"a list in a {location} parameter holds strings, numbers, true or false"
                fault(place, message, "name such a type for its items")
            if "array" not in kinds:
                del parameter["explode"]
        for media, node in self._forms:
            place, body = node.get("schema") or node, schemas.body(media["schema"])
            if body.get("type") != "object":
                fault(place, "a form is an object with properties", "name its fields under properties")
            encoding: Schema = {}
            for wire, own in body.get("properties", {}).items():
                kinds = schemas.kinds(own)
                if "object" in (*kinds, *schemas.item_kinds(own)):
                    origin = self._contract.origins.get(id(own), place)
                    hint = "send it as JSON, or make it a string"
                    fault(origin, f"{wire}: a field of a form cannot be an object", hint)
                if "array" in kinds and node["encoding"][wire]["explode"].value is False:
                    encoding[wire] = {"explode": False}
            if encoding:
                media["encoding"] = encoding
