"""Operations: what each takes, where it goes, what comes back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import evolve, frozen

from codegen.fault import ContractError
from codegen.naming import Namespace, pascal_case, snake_case
from codegen.reserved import FIELD_NAMES, OPERATION_NAMES
from codegen.schema import fold
from codegen.shapes import (
    Choice,
    Direction,
    Field,
    Flag,
    Items,
    Nullable,
    Number,
    OneOf,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.cursor import Cursor
    from codegen.definitions import Definitions
    from codegen.fault import Fault
    from codegen.shapes import Shape

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Location: TypeAlias = Literal["path", "query", "header", "body"]

_JSON_TYPE: Final = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?")
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
# https://spec.openapis.org/oas/v3.1.1.html#parameter-name: other fields of the contract say what these hold.
_HEADERS_FROM_ELSEWHERE: Final = frozenset({"accept", "content-type", "authorization"})


@frozen
class Argument:
    """One argument of an operation."""

    field: Field
    """Named as the caller names it."""
    location: Location
    key: str = ""
    """What the body's record calls it; empty for the body as a whole."""


@frozen
class Operation:
    """One operation, all in Python's names."""

    name: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    deprecated: bool
    arguments: tuple[Argument, ...]
    query: str | None
    """The record that checks the query's arguments."""
    headers: str | None
    body: str | None
    """The type of the body."""
    body_required: bool
    response: str | None
    """The type of a successful answer; ``None`` if it has no content."""
    response_optional: bool
    """Whether success may also come without content."""
    pointer: str

    @property
    def params_name(self) -> str:
        """What the typed dict of the arguments is called."""
        return f"{pascal_case(self.name)}Params"


def _location(place: Cursor) -> Location:
    match place.text():
        case "path" | "query" | "header" as location:
            return location
        case other:
            raise place.error(f"the generators cannot express a parameter in {other!r}")


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
        parameters = self._parameters()
        arguments = [self._parameter(wire, part) for (wire, _), part in parameters.items()]
        self._check_path(arguments)
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
            arguments=(*self._in_path_order(arguments), *body_arguments),
            query=self._checked(arguments, "query", "Query"),
            headers=self._checked(arguments, "header", "Headers"),
            body=body,
            body_required=body_required,
            response=response,
            response_optional=response_optional,
            pointer=place.pointer,
        )

    def _parameters(self) -> dict[tuple[str, str], Cursor]:
        """By wire name and location; one of the operation replaces one of its path."""
        found: dict[tuple[str, str], Cursor] = {}
        for source in (self._shared.about(*self._place.subject), self._place):
            own: set[tuple[str, str]] = set()
            for entry in source.entries_of("parameters"):
                part = entry.target()
                key = part.need("name").text(), part.need("in").text()
                if key in own:
                    raise entry.error(f"a second {key[1]} parameter {key[0]!r}")
                own.add(key)
                found[key] = part.about(*part.subject, key[0])
        return found

    def _parameter(self, wire: str, part: Cursor) -> Argument:
        location = _location(part.need("in"))
        if location == "header" and wire.lower() in _HEADERS_FROM_ELSEWHERE:
            raise part.error("OpenAPI ignores a header parameter of this name; the contract says it elsewhere")
        if content := part.get("content"):
            raise content.error("the generators cannot express a parameter with content; give it a schema")
        self._check_style(part, location)
        required = part.flag_of("required")
        if location == "path" and not required:
            raise part.error("a path parameter must say required: true")
        place = part.need("schema")
        schema = fold(place)
        type_name = self._class + pascal_case(wire)
        shape = self._definitions.lowering.shape(schema, type_name, Direction.REQUEST)
        self._check_fits_location(shape, location, place)
        words = part.text_of("description").strip()
        if part.flag_of("deprecated"):
            words = f"Deprecated. {words}".strip()
        field = self._definitions.field(schema, shape, type_name, Direction.REQUEST, words)
        return Argument(
            evolve(field, wire=wire, name=self._claim(snake_case(wire), location), required=required), location
        )

    def _claim(self, name: str, location: Location) -> str:
        """A name for an argument; where two locations have the same name, the later says which it is."""
        return self._names.claim(name if self._names.is_free(name) else f"{location}_{name}")

    def _check_style(self, part: Cursor, location: Location) -> None:
        usual = {"path": ("simple", False), "query": ("form", True), "header": ("simple", False)}
        style, explode = usual[location]
        for key, expected in (("style", style), ("explode", explode), ("allowReserved", False)):
            given = part.get(key)
            if given is not None and given.data != expected:
                written = given.data if isinstance(given.data, str) else json.dumps(given.data)
                raise given.error(f"the generators cannot express {key}: {written} in a {location} parameter")

    def _check_fits_location(self, shape: Shape, location: str, place: Cursor) -> None:
        if isinstance(shape, Nullable):
            raise place.error(f"a {location} parameter cannot be null; leave it out instead")
        plain = (shape.item,) if isinstance(shape, Items) and location == "query" else (shape,)
        options = plain[0].options if isinstance(plain[0], OneOf) else plain
        if location == "path" and any(isinstance(option, Flag) for option in options):
            raise place.error("a path parameter must be a string or a number")
        if not all(isinstance(option, Text | Number | Flag | Choice) for option in options):
            kinds = "a single value or a list of them" if location == "query" else "a single value"
            raise place.error(f"a {location} parameter must be {kinds}")

    def _check_path(self, arguments: list[Argument]) -> None:
        """A fault if the path's placeholders and the path parameters differ."""
        names = {own.field.wire: own.field.name for own in arguments if own.location == "path"}
        placeholders = _PLACEHOLDER.findall(self._path)
        if re.search(r'[{}?#\s\\"]', _PLACEHOLDER.sub("", self._path)):
            raise self._place.error(
                "a path has no spaces, quotes, ?, # or \\, and no braces but those of its placeholders"
            )
        for wire in placeholders:
            if not re.fullmatch(r"[A-Za-z0-9._~-]+", wire):
                raise self._place.error(f"a placeholder is named by letters, digits and ._~-, not {{{wire}}}")
            if wire not in names:
                raise self._place.error(f"the path has {{{wire}}}, but no path parameter is called so")
        if len(set(placeholders)) < len(placeholders):
            raise self._place.error("the path has the same placeholder twice")
        for wire in names:
            if wire not in placeholders:
                raise self._place.error(f"{wire}: the path has no {{{wire}}}")

    def _in_path_order(self, arguments: list[Argument]) -> list[Argument]:
        order = _PLACEHOLDER.findall(self._path)
        in_path = sorted(
            (own for own in arguments if own.location == "path"), key=lambda own: order.index(own.field.wire)
        )
        return [*in_path, *(own for own in arguments if own.location != "path")]

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
