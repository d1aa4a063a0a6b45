"""Bodies of requests and responses in the normal form: one media type each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from codegen.naming import pascal_case

if TYPE_CHECKING:
    from codegen.document import Node, Schema
    from codegen.reading import Reader
    from codegen.schemas import Schemas
    from codegen.unions import Direction

_JSON: Final = re.compile(r"[\w.*-]+/([\w.-]+\+)?json\s*(;.*)?", re.IGNORECASE)
_FORM: Final = "application/x-www-form-urlencoded"
_UNSUPPORTED: Final = re.compile(r"text/event-stream|multipart/|application/(jsonl|x-ndjson|json-seq)", re.IGNORECASE)
_STATUS: Final = re.compile(r"[12345](\d\d|XX)", re.IGNORECASE)


class Bodies:
    """Reads what operations send and receive."""

    def __init__(self, reader: Reader, schemas: Schemas) -> None:
        self._reader = reader
        self._report = reader.report
        self._schemas = schemas
        self._forms: list[tuple[Schema, Node]] = []

    def request(self, node: Node, class_name: str) -> Schema | None:
        """The body of a request; ``None`` where it is at fault."""
        node = self._reader.resolved(node)
        content = node.get("content")
        if content is None or not content.members:
            self._report.fault(content or node, "content is missing", "say in which media type the body is sent")
            return None
        media = self._media(content, "request", f"{class_name}Body")
        written = self._reader.described(node, "description")
        return {"required": self._reader.flag(node, "required"), "content": media, **written} if media else None

    def responses(self, written: Schema, node: Node, method: str, class_name: str) -> None:
        """Write the responses of the operation ``node`` into ``written``, and what its successes have in common."""
        part = node.get("responses")
        found = {status: own for status, own in (part.members if part else {}).items() if status[:2] != "x-"}
        good = [status for status in found if status.startswith("2") and _STATUS.fullmatch(status)]
        good = good or [status for status in found if status == "default"]
        if not good:
            self._report.fault(part or node, "no response is a success", "describe one of 200 to 299, or default")
        contents = {status: self._reader.resolved(own).get("content") for status, own in found.items()}
        wanted = [status for status in good if (own := contents[status]) and own.members and method != "head"]
        slots: list[Schema] = []
        kinds: dict[str, Node] = {}
        answers: dict[str, Schema] = {}
        written["responses"] = answers
        for status, entry in found.items():
            if status != "default" and not _STATUS.fullmatch(status):
                self._report.fault(entry, f"{status!r} is no status", "write 200, 2XX or default")
            response, content = self._reader.resolved(entry), contents[status]
            written_response: Schema = {"description": "", **self._reader.described(response, "description")}
            answers[status if status == "default" else status.upper()] = written_response
            self._report.origins[id(written_response)] = response
            for key in ("headers", "links"):
                if unused := response.get(key):
                    self._report.note(unused, f"{key} of a response have no type of their own")
            if status in wanted:
                name = f"{class_name}Response" + (status if len(wanted) > 1 else "")
            elif (
                content and status not in good and any(_JSON.fullmatch(kind) or "*" in kind for kind in content.members)
            ):
                name = f"{class_name}Error" + (status if status != "default" else "")
            else:
                if content and content.members and status not in good:
                    self._report.note(content, "an error that is no JSON is given as it comes")
                continue
            if (reference := entry.get("$ref")) is not None:
                name = pascal_case(reference.text().rpartition("/")[2])
            assert content is not None, "only responses with content have a name"
            if media := self._media(content, "response", name):
                written_response["content"] = media
                if status in wanted:
                    slots += [body["schema"] for body in media.values()]
                    kinds |= {"JSON" if _JSON.fullmatch(kind) else kind: content for kind in media}
        if len(kinds) > 1:
            hint = "let all successes of an operation have one media type"
            place = list(kinds.values())[1]
            self._report.fault(place, f"a success is {' or '.join(kinds)}, which have no common type", hint)
        if slots:
            written["x-response"] = self._schemas.join(slots, node, f"{class_name}Response")
            if len(wanted) < len(good):
                written["x-optional"] = True

    def webhook(self, node: Node, class_name: str) -> Schema:
        """A request of the server, with its body if that is JSON."""
        written = self._reader.described(node, "summary", "description")
        body = node.get("requestBody")
        content = self._reader.resolved(body).get("content") if body is not None else None
        if content is not None and any(_JSON.fullmatch(kind) for kind in content.members):
            written["requestBody"] = {"content": self._media(content, "response", f"{class_name}Webhook")}
        self._report.origins[id(written)] = node
        return written

    def _media(self, content: Node, side: Direction, name: str) -> dict[str, Schema]:
        """The one media type that is used, and what it says; empty where there is none."""
        offered = content.members
        chosen = self._chosen(offered, side)
        if chosen is None:
            hint = "offer JSON, a form, text, or bytes (type: string, format: binary) beside it"
            self._report.fault(content, f"a {side} body of {', '.join(offered)} is not supported", hint)
            return {}
        for other in offered.keys() - {chosen}:
            self._report.note(offered[other], f"{other} is not used where JSON or a simpler type is offered")
        media = offered[chosen]
        schema = media.get("schema")
        media_type = "application/json" if "*" in chosen else chosen
        is_form = media_type.lower().startswith(_FORM)
        if _JSON.fullmatch(media_type) or is_form:
            if media.get("itemSchema") is not None:
                self._report.fault(media, "a sequence of items is not supported", "describe the whole with schema")
            body = self._schemas.slot(schema, name, side) if schema is not None else {}
        else:
            body = (
                {"type": "string"} if media_type.lower().startswith("text/") else {"type": "string", "format": "binary"}
            )
        written: Schema = {"schema": body, **self._reader.examples(media)}
        self._report.origins[id(written)] = media
        if is_form:
            self._forms.append((written, media))
        return {media_type: written}

    def _chosen(self, offered: dict[str, Node], side: Direction) -> str | None:
        """The best of the media types: JSON, then a form, text, bytes."""
        rest = [kind for kind in offered if not _UNSUPPORTED.match(kind)]
        ranks = [
            [kind for kind in rest if kind.partition(";")[0].strip().lower() == "application/json"],
            [kind for kind in rest if _JSON.fullmatch(kind)],
            [kind for kind in rest if kind.lower().startswith(_FORM) and side == "request"],
            [kind for kind in rest if kind.lower().startswith("text/")],
            [kind for kind in rest if self._is_bytes(offered[kind])],
            [kind for kind in rest if "*" in kind],
        ]
        return next((kind for kinds in ranks for kind in kinds), None)

    def _is_bytes(self, media: Node) -> bool:
        schema = media.get("schema")
        schema = self._reader.resolved(schema) if schema is not None else None
        return (
            schema is None
            or not schema.members
            or ((kind := schema.get("type")) is not None and kind.text() == "string")
        )

    def check_forms(self) -> None:
        """Refuse forms that cannot be written, and say which of their lists go with commas."""
        for media, node in self._forms:
            place = node.get("schema") or node
            body = self._schemas.body(media["schema"])
            if body.get("type") != "object":
                self._report.fault(place, "a form is an object with properties", "name its fields under properties")
            encoding: Schema = {}
            for wire, own in body.get("properties", {}).items():
                kinds = self._schemas.kinds(own)
                inner = [kind for items in self._schemas.lists(own) for kind in self._schemas.kinds(items)]
                if "object" in (*kinds, *inner):
                    origin = self._report.origins.get(id(own), place)
                    hint = "send it as JSON, or make it a string"
                    self._report.fault(origin, f"{wire}: a field of a form cannot be an object", hint)
                said = part.get(wire) if (part := node.get("encoding")) else None
                if "array" in kinds and said and (explode := said.get("explode")) and explode.value is False:
                    encoding[wire] = {"explode": False}
            if encoding:
                media["encoding"] = encoding
