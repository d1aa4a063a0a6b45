"""The API as its users meet it: what each operation takes and answers, as a flat table that two versions can be
compared by.

Names are those of the wire. A field of a field is ``key_details.id``, the entries of a list are ``data[]``, the values
of a map ``labels{}``, a variant ``pet(Cat)``; the body or answer as a whole has no name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import field, frozen

from codegen.cursor import Cursor
from codegen.operations import METHODS
from codegen.schema import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from codegen.contract import JSON
    from codegen.normal_form import NormalForm
    from codegen.schema import Schema

Properties: TypeAlias = "dict[str, JSON]"
"""What is said of one element: ``type``, ``required``, ``enum``, ``maxLength`` ..., in the words of JSON Schema."""

Row: TypeAlias = "tuple[str, str, str, Properties]"
"""Operation, place, name, and what is said of them."""

ANY_OPERATION: Final = "*"
"""Stands for the operation where something is shared by all: the bodies of errors."""

# Keywords of which the strictest counts, where several parts of an `allOf` say them.
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_AS_WRITTEN: Final = (
    "format", "pattern", "multipleOf", "uniqueItems", "default", "deprecated", "readOnly", "writeOnly",
)  # fmt: skip


@frozen(order=True)
class Element:
    """One thing of the API that can be there or not: an operation, a parameter, a field, an error."""

    operation: str
    place: str
    """``operation``, ``path``, ``query``, ``header``, ``body``, ``answer 200``, ``error`` ..."""
    name: str = ""

    def contains(self, other: Element) -> bool:
        """Whether ``other`` is a part of this element, and so comes and goes with it."""
        if self.operation != other.operation or self == other:
            return False
        if self.place == "operation":
            return True
        within = other.name.removeprefix(self.name)
        return self.place == other.place and (not self.name or (within != other.name and within[:1] in ".[{("))


@frozen
class Surface:
    """Every element of an API with its properties."""

    elements: Mapping[Element, Properties]

    @classmethod
    def of(cls, form: NormalForm) -> Surface:
        """The surface that a contract describes."""
        names = {operation.pointer: operation.name for operation in form.operations}
        return cls(dict(sorted(_Reader(Cursor.root(form.contract), names).elements())))

    @classmethod
    def from_rows(cls, rows: Iterable[Row]) -> Surface:
        """What ``rows`` gave."""
        return cls({Element(operation, place, name): said for operation, place, name, said in rows})

    def rows(self) -> list[Row]:
        """The table, as JSON can hold it."""
        return [(element.operation, element.place, element.name, said) for element, said in self.elements.items()]

    @property
    def operations(self) -> tuple[str, ...]:
        """The names of all operations."""
        return tuple(element.operation for element in self.elements if element.place == "operation")


@frozen
class _Reader:
    """Reads a contract operation by operation, and each shared error body once."""

    _root: Cursor
    _names: Mapping[str, str]
    """What the operations are called, by pointer."""
    _errors: dict[str, Schema] = field(factory=dict["str", "Schema"])

    def elements(self) -> Iterator[tuple[Element, Properties]]:
        for path, item in self._root.members_of("paths").items():
            shared = item.target().entries_of("parameters")
            for method, operation in item.target().members().items():
                if method in METHODS:
                    yield from self._operation(method, path, operation, shared)
        for name, schema in self._errors.items():
            yield from _schema(Element(ANY_OPERATION, f"error body {name}"), schema, {}, {})

    def _operation(
        self, method: str, path: str, operation: Cursor, shared: list[Cursor]
    ) -> Iterator[tuple[Element, Properties]]:
        name = self._names[operation.pointer]
        said: Properties = {"method": method.upper(), "path": path}
        said["tag"] = next((tag.text() for tag in operation.entries_of("tags")), "")
        if operation.flag_of("deprecated"):
            said["deprecated"] = True
        yield Element(name, "operation"), said
        # An operation's own parameter replaces the path's of the same name.
        parameters = [entry.target() for entry in (*shared, *operation.entries_of("parameters"))]
        for parameter in {(entry.text_of("in"), entry.text_of("name")): entry for entry in parameters}.values():
            flags: Properties = {"required": parameter.flag_of("required")}
            if parameter.flag_of("deprecated"):
                flags["deprecated"] = True
            element = Element(name, parameter.text_of("in"), parameter.text_of("name"))
            yield from _schema(element, fold(parameter.need("schema")), flags, {})
        if body := operation.get("requestBody"):
            flags = {"required": body.target().flag_of("required")}
            yield from self._content(Element(name, "body"), body.target(), flags)
        for status, response in operation.members_of("responses").items():
            if status.startswith("2"):
                yield from self._content(Element(name, f"answer {status}"), response.target(), {})
            else:
                yield from self._error(name, status, response.target())

    def _content(self, element: Element, carrier: Cursor, said: Properties) -> Iterator[tuple[Element, Properties]]:
        media = carrier.members_of("content")
        if not media:
            yield element, {**said, "type": "nothing"}
        for kind, content in media.items():
            said = said if kind == "application/json" else {**said, "media": kind}
            yield from _schema(element, fold(content.need("schema")), said, {})

    def _error(self, operation: str, status: str, response: Cursor) -> Iterator[tuple[Element, Properties]]:
        body = "nothing"
        for content in response.members_of("content").values():
            schema = fold(content.need("schema"))
            body = schema.reference.pointer.rpartition("/")[2] if schema.reference else f"{operation} {status}"
            self._errors[body] = schema
        yield Element(operation, "error", status), {"body": body}


def _schema(
    element: Element, schema: Schema, said: Properties, known: dict[tuple[str, ...], str]
) -> Iterator[tuple[Element, Properties]]:
    """``element`` and all that is below it. ``known`` are the schemas written out already, and under which name."""
    key = (schema.reference.pointer,) if schema.reference else tuple(layer.pointer for layer in schema.layers)
    said = {**said, **_said(schema)}
    below = dict(_below(element.name, schema))
    if below and key in known:
        # Written out once: shared schemas may contain themselves, and would swell the table where they do not.
        said["same as"] = known[key]
        below = {}
    yield element, said
    known[key] = element.name
    for name, (part, flags) in sorted(below.items()):
        yield from _schema(Element(element.operation, element.place, name), part, flags, known)


def _said(schema: Schema) -> Properties:
    types = schema.types()
    plain = [name for name in types if name != "null"]
    said: Properties = {}
    if plain or types:
        said["type"] = " or ".join(sorted(plain)) or "null"
    if "null" in types:
        said["nullable"] = True
    values = schema.values()
    if values is not None:
        said["enum"] = [value for value in values if value is not None]
    limits = {key: schema.least(key) for key in _LOWER} | {key: schema.most(key) for key in _UPPER}
    said |= {key: limit for key, limit in limits.items() if limit is not None}
    said |= {key: part.data for key in _AS_WRITTEN if (part := schema.get(key)) is not None}
    if (extra := schema.get("additionalProperties")) is not None and extra.data is False:
        said["additionalProperties"] = False
    return said


def _below(name: str, schema: Schema) -> Iterator[tuple[str, tuple[Schema, Properties]]]:
    required = schema.required()
    for wire, part in schema.properties().items():
        yield f"{name}.{wire}" if name else wire, (part, {"required": wire in required})
    if (items := schema.get("items")) is not None:
        yield f"{name}[]", (fold(items), {})
    if (extra := schema.get("additionalProperties")) is not None and isinstance(extra.data, dict):
        yield f"{name}{{}}", (fold(extra), {})
    for union in (*schema.every("oneOf"), *schema.every("anyOf")):
        for number, entry in enumerate(union.entries(), 1):
            part = fold(entry)
            label = part.reference.pointer.rpartition("/")[2] if part.reference else str(number)
            yield f"{name}({label})", (part, {})
