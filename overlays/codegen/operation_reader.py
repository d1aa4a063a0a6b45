"""Reading the operations of a contract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import evolve

from codegen.fault import ContractError
from codegen.naming import Namespace, pascal_case, snake_case
from codegen.operations import METHODS, Argument, Operation
from codegen.parameters import check_fits, check_path, location_of, parameters_of, placeholders_of
from codegen.reserved import FIELD_NAMES, OPERATION_NAMES
from codegen.schema import check_wire_name, fold
from codegen.shapes import Direction, Field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.cursor import Cursor
    from codegen.definitions import Definitions
    from codegen.fault import Fault
    from codegen.operations import Location

_JSON_TYPE: Final = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)


def read_operations(document: Cursor, definitions: Definitions, faults: list[Fault]) -> tuple[Operation, ...]:
    """Every operation of the contract. What is wrong with one is added to ``faults``, and the next is read."""
    operations: list[Operation] = []
    names = Namespace(OPERATION_NAMES)
    seen: dict[str, Cursor] = {}
    for path, shared, place in _places(document, faults):
        try:
            operation_id = place.need("operationId")
            wanted = snake_case(operation_id.text())
            if wanted in seen:
                line = seen[wanted].contract.position(seen[wanted].pointer)[0]
                raise operation_id.error(f"operationId {operation_id.text()!r} is taken; see line {line}")
            seen[wanted] = operation_id
            name = names.claim(wanted)
            reader = _Reader(place.about(name), shared, path, name, definitions)
            operations.append(reader.operation())
        except ContractError as error:
            faults.extend(error.faults)
    return tuple(operations)


def _places(document: Cursor, faults: list[Fault]) -> Iterator[tuple[str, Cursor, Cursor]]:
    for path, item in document.members_of("paths").items():
        if path.startswith("x-"):
            continue
        try:
            shared = item.target().about(path)
            if not path.startswith("/"):
                raise shared.error("a path starts with /")
            found = [(method, place) for method, place in shared.members().items() if method in METHODS]
        except ContractError as error:
            faults.extend(error.faults)
            continue
        for method, place in found:
            yield path, shared, place.about(f"{method.upper()} {path}")


class _Reader:
    """Reads one operation."""

    def __init__(self, place: Cursor, shared: Cursor, path: str, name: str, definitions: Definitions) -> None:
        """``shared`` is what the operation has in common with others at its ``path``."""
        self._place = place
        self._shared = shared
        self._path = path
        self._method = place.pointer.rpartition("/")[2]
        self._name = name
        self._class = pascal_case(name.strip("_"))
        self._definitions = definitions
        self._names = Namespace(FIELD_NAMES)

    def operation(self) -> Operation:
        place = self._place
        for key in ("callbacks", "servers"):
            if part := place.get(key):
                raise part.error(f"the generators cannot express {key}")
        parameters = parameters_of(place, self._shared)
        arguments = [self._parameter(wire, part) for (wire, _), part in parameters.items()]
        in_path = {own.field.wire: own for own in arguments if own.location == "path"}
        check_path(self._path, in_path, place)
        placed = [in_path[wire] for wire in placeholders_of(self._path)]
        body, body_required, body_arguments = self._body()
        response, response_optional = self._response()
        tags = place.entries_of("tags")
        summary, description = place.text_of("summary").strip(), place.text_of("description").strip()
        return Operation(
            name=self._name,
            method=self._method.upper(),
            path=self._path,
            tag=tags[0].text() if tags else "default",
            summary=" ".join(summary.split()) or self._name.replace("_", " ").strip().capitalize(),
            description="" if description == summary else description,
            deprecated=place.flag_of("deprecated"),
            arguments=(
                *placed,
                *(own for own in arguments if own.location != "path"),
                *body_arguments,
            ),
            in_path=self._checked(placed, "path", "Path"),
            query=self._checked(arguments, "query", "Query"),
            headers=self._checked(arguments, "header", "Headers"),
            body=body,
            body_required=body_required,
            response=response,
            response_optional=response_optional,
            pointer=place.pointer,
        )

    def _parameter(self, wire: str, part: Cursor) -> Argument:
        location = location_of(part)
        check_wire_name(wire, part)
        place = part.need("schema")
        schema = fold(place)
        type_name = self._class + pascal_case(wire)
        shape = self._definitions.lowering.shape(schema, type_name, Direction.REQUEST)
        check_fits(shape, location, place)
        words = part.text_of("description").strip()
        if part.flag_of("deprecated"):
            words = f"Deprecated. {words}".strip()
        field = self._definitions.field(schema, shape, type_name, Direction.REQUEST, words)
        name = self._claim(snake_case(wire), location)
        return Argument(evolve(field, wire=wire, name=name, required=part.flag_of("required")), location)

    def _claim(self, name: str, location: Location) -> str:
        """A name for an argument; where two locations have the same name, the later says which it is."""
        return self._names.claim(name if self._names.is_free(name) else f"{location}_{name}")

    def _checked(self, arguments: list[Argument], location: Location, suffix: str) -> str | None:
        fields = tuple(own.field for own in arguments if own.location == location)
        return self._definitions.arguments(self._class + suffix, fields).name if fields else None

    def _body(self) -> tuple[str | None, bool, list[Argument]]:
        part = self._place.get("requestBody")
        if part is None:
            return None, False, []
        part = part.target()
        place = self._json(part.need("content"), "request body")
        required = part.flag_of("required")
        schema = fold(place)
        body = self._definitions.aliased(schema, f"{self._class}Body", Direction.REQUEST)
        fields = self._definitions.fields_of(body)
        if fields is None:
            words = part.text_of("description").strip() or schema.text("description")
            whole = Field(self._claim("body", "body"), "", body, required, words, words)
            return body.name, required, [Argument(whole, "body")]
        arguments = [
            Argument(
                evolve(own, name=self._claim(own.name, "body"), required=own.required and required), "body", own.name
            )
            for own in fields
        ]
        return body.name, required, arguments

    def _response(self) -> tuple[str | None, bool]:
        """The type of a successful answer, and whether success may also come without content."""
        responses = self._place.need("responses")
        found: dict[str | None, Cursor] = {}
        for status, entry in responses.members().items():
            if status.startswith("x-"):
                continue
            if re.fullmatch(r"2(\d\d|XX)", status):
                found.setdefault(self._answer(entry.target()), entry)
            elif status != "default" and not re.fullmatch(r"[1345](\d\d|XX)", status):
                raise entry.error(f"{status!r} is no status")
            elif content := entry.target().get("content"):
                self._error_body(content, status)
        if not found:
            raise responses.error("no successful response: one of 200 to 299 must be described")
        types = [name for name in found if name is not None]
        if len(types) > 1:
            raise found[types[1]].error("successful responses of different types cannot be told apart")
        return (types[0] if types else None), None in found and bool(types)

    def _answer(self, response: Cursor) -> str | None:
        content = response.get("content")
        if content is None or not content.mapping_data() or self._method == "head":
            return None
        place = self._json(content, "answer")
        return self._definitions.aliased(fold(place), f"{self._class}Response", Direction.ANSWER).name

    def _error_body(self, content: Cursor, status: str) -> None:
        for media_type, entry in content.members().items():
            place = entry.get("schema")
            if place is not None and _JSON_TYPE.fullmatch(media_type):
                name = "Error" if status == "default" else f"Error{status}"
                self._definitions.aliased(fold(place), self._class + name, Direction.ANSWER)

    def _json(self, content: Cursor, what: str) -> Cursor:
        for media_type, entry in content.members().items():
            if _JSON_TYPE.fullmatch(media_type):
                return entry.need("schema")
        offered = ", ".join(content.members()) or "nothing"
        raise content.error(f"the generators can only express a JSON {what}, not {offered}")
