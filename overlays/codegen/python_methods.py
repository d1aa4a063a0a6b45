"""Operations as Python methods: their arguments, and the values for their templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.strings import PythonIdentifier

from codegen.endpoints import RefusedError, distinct, fields_of, key_of
from codegen.prose import describe, docstring
from codegen.python_names import PREFIX, python_name
from codegen.python_schemas import wire_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from openapi_python_client.parser.openapi import Endpoint
    from openapi_python_client.parser.properties.property import Property
    from openapi_python_client.parser.responses import Response

    from codegen.endpoints import Endpoints
    from codegen.python_schemas import Node, Operation, PythonSchemas
    from codegen.python_types import PythonTypes

# The slots of a `Request`, their names in an `Operation`, and OpenAPI's locations for them.
_SLOTS: Final = (("path", "path_parameters", "path"), ("query", "query", "query"), ("headers", "headers", "header"))
# The defaults of the runtime's Pagination.
_PAGINATION: Final = {
    "items": "data",
    "more": "has_more",
    "forward": "after_id",
    "last": "last_id",
    "backward": "before_id",
    "first": "first_id",
}


@define
class Argument:
    """An argument of a method."""

    name: str
    wire: str
    location: str
    """``path``, ``query``, ``header`` or ``body``."""
    required: bool
    schema: Node
    prop: Property
    words: str
    nullable: bool = False
    """True if null is a value to send, and not a way to leave the argument out."""
    type: str = ""
    """As source; empty until the typed dicts have their names."""

    @property
    def declaration(self) -> str:
        """Name, type and default, as they stand in a signature."""
        if self.required:
            return f"{self.name}: {self.type}"
        left_out = "UnsetType | Omit | None = UNSET" if self.nullable else "Omit | None = None"
        return f"{self.name}: {self.type.removesuffix(' | None')} | {left_out}"


@define
class Method:
    """An operation as a method of its resource."""

    endpoint: Endpoint
    operation: Operation
    name: str
    """The Python form of the contract's operationId."""
    function: str
    arguments: list[Argument]
    whole_body: Argument | None = None
    """The argument that is the body as a whole, if one is."""
    body: str = ""
    """The type of the body as source; empty if there is none."""
    result: str = "None"
    responses: dict[str, str] = field(factory=dict[str, str])
    """The types of responses by status, if they differ."""
    accept: str = "application/json"
    item: str = ""
    """The type of a listing's items."""
    security: str = ""
    authenticated: bool = True
    resource: str = ""

    @property
    def constant(self) -> str:
        """The name of the operation's description in its module."""
        return self.name.upper()

    @property
    def positional(self) -> list[Argument]:
        """The arguments that may be given without their names."""
        return self._at("path")

    @property
    def keywords(self) -> list[Argument]:
        """The arguments that are given by name, those that must be given first."""
        return sorted((own for own in self.arguments if own.location != "path"), key=lambda own: not own.required)

    @property
    def parts(self) -> Iterator[tuple[str, str]]:
        """The parts of a ``Request``, as source."""
        for slot, _, location in _SLOTS:
            if own := self._at(location):
                yield slot, _given(own)
        if (whole := self.whole_body) is not None:
            left_out = "" if whole.nullable else f"{whole.name} is None or "
            yield (
                "body",
                whole.name
                if whole.required
                else f"UNSET if {left_out}isinstance({whole.name}, Omit) else {whole.name}",
            )
        elif own := self._at("body"):
            yield "body", _given(own) + ("" if self.operation.node["requestBody"].get("required") else " or UNSET")

    @property
    def options(self) -> Iterator[tuple[str, str]]:
        """The options of the operation's description, besides its names, as source."""
        node = self.operation.node
        for _, slot, location in _SLOTS:
            if location in self.operation.structs:
                yield slot, f"models.{self.operation.structs[location]}"
        if self.body:
            media_type = next(iter(node["requestBody"]["content"]))
            yield "body", self.body
            if not node["requestBody"].get("required"):
                yield "body_required", "False"
            if media_type != "application/json":
                yield "content_type", quoted(media_type)
        if self.responses:
            yield (
                "responses",
                "{" + ", ".join(f"{quoted(status)}: {own}" for status, own in self.responses.items()) + "}",
            )
        elif self.result != "None":
            yield "response", self.result
        if self.accept != "application/json":
            yield "accept", quoted(self.accept)
        if commas := [own.wire for own in self._at("query") if self.operation.has_commas(own.wire)]:
            yield "comma", f"frozenset({commas!r})"
        if node["x-repeatable"]:
            yield "repeatable", "True"
        if self.item:
            yield "pagination", _pagination(node["x-pagination"])
        if self.security:
            yield "security", self.security
        if not self.authenticated:
            yield "authenticated", "False"
        if node.get("deprecated"):
            yield "deprecated", "True"

    @property
    def doc(self) -> str:
        """The docstring, eight spaces deep."""
        node = self.operation.node
        summary, description = (str(node.get(key) or "").strip() for key in ("summary", "description"))
        lines = [f"    {own.name}: {own.words}" for own in (*self.positional, *self.keywords) if own.words]
        parts = [
            summary or ("" if description else f"``{self.operation.method.upper()} {self.operation.path}``"),
            description if description != summary else "",
            "Deprecated: the server will stop offering it." if node.get("deprecated") else "",
            "\n".join(["Args:", *lines, "    options: Options of the call: see ``CallOptions``."]),
        ]
        return docstring("\n\n".join(part for part in parts if part), 8)

    def _at(self, location: str) -> list[Argument]:
        return [own for own in self.arguments if own.location == location]


def method_of(operation: Operation, endpoints: Endpoints) -> Method:
    """``operation`` as a method; the types of its arguments are still to be written."""
    endpoint, schemas = endpoints.of(operation), endpoints.schemas
    places = (
        ("path", endpoint.path_parameters),
        ("query", endpoint.query_parameters),
        ("header", endpoint.header_parameters),
    )
    parameters = [(location, own) for location, group in places for own in group]
    names = distinct((f"{location} {key_of(own)}", _parameter_name(own, location)) for location, own in parameters)
    arguments: list[Argument] = []
    for (location, own), name in zip(parameters, names.values(), strict=True):
        node = operation.parameter(location, key_of(own))
        words = describe({**node["schema"], "deprecated": node.get("deprecated")}, schemas.resolve)
        arguments.append(Argument(name, key_of(own), location, own.required, node["schema"], own, words))
    method = Method(endpoint, operation, python_name(endpoint.name), operation.node["x-method"], arguments)
    if endpoint.bodies:
        _add_body(method, schemas)
    return method


def _add_body(method: Method, schemas: PythonSchemas) -> None:
    body = method.operation.node["requestBody"]
    schema: Node = next(iter(body["content"].values()))["schema"]
    prop = method.endpoint.bodies[0].prop
    required = bool(body.get("required"))
    taken = {own.name for own in method.arguments}
    kind = schema["$ref"].rpartition("/")[2] if "$ref" in schema else ""
    method.body = f"models.{kind}" if kind else ""
    properties: dict[str, Node] = schemas.resolve(schema).get("properties", {})
    if not properties:
        words = describe(schema, schemas.resolve, body.get("description", ""))
        name = "body_" if "body" in taken else "body"
        whole = Argument(name, "", "body", required, schema, prop, words, schemas.is_nullable(schema))
        method.arguments.append(whole)
        method.whole_body = whole
        return
    fields = {key_of(own): own for own in fields_of(prop)}
    for key, name in distinct((key, own.python_name) for key, own in fields.items()).items():
        own, inner = fields[key], properties[key]
        if isinstance(own, ConstProperty) and kind in schemas.tagged:
            continue  # msgspec writes the tag of a variant
        free = f"{name}_body" if name in taken else name
        words = describe(inner, schemas.resolve)
        nullable = schemas.is_nullable(inner)
        is_required = required and own.required
        method.arguments.append(Argument(free, wire_name(key), "body", is_required, inner, own, words, nullable))


def write_types(method: Method, types: PythonTypes) -> None:
    """Write the types of arguments and responses, which need the names of the typed dicts."""
    for argument in method.arguments:
        argument.type = types.argument(argument.prop, argument.schema)
    if method.whole_body is not None and not method.body:
        method.body = method.whole_body.type
    responses = method.endpoint.responses
    successes = [own for own in responses.patterns if own.status_code.pattern[:1] == "2"]
    if not successes and responses.default is not None:
        successes = [responses.default]
    if method.endpoint.method == "head":
        return
    written: dict[str, str] = {}
    accepted: dict[str, None] = {}
    for own in successes:
        status = own.status_code.pattern
        written[status] = "None"
        for media_type, entry in method.operation.node["responses"][status]["content"].items():
            plain = media_type.partition(";")[0].strip()
            accepted["application/json" if plain == "*/*" else plain] = None
            written[status] = types.response(own.prop, entry["schema"])
    kinds = sorted(dict.fromkeys(written.values()), key=lambda kind: kind == "None")
    method.result = " | ".join(kinds) or "None"
    method.responses = written if len(kinds) > 1 else {}
    method.accept = ", ".join(accepted) or method.accept
    if "x-pagination" in method.operation.node:
        method.item = _item(method, successes[0], types)


def _item(method: Method, response: Response, types: PythonTypes) -> str:
    """The type of a listing's items."""
    wire = method.operation.node["x-pagination"]["items"]
    (content,) = method.operation.node["responses"][response.status_code.pattern]["content"].values()
    schema: Node = types.schemas.resolve(content["schema"]).get("properties", {}).get(wire, {})
    for own in fields_of(response.prop):
        if key_of(own) == wire and isinstance(own, ListProperty):
            return types.response(own.inner_property, types.schemas.resolve(schema)["items"])
    place = f"{method.operation.pointer}/x-pagination/items"
    raise RefusedError([(place, f"the response has no list called {wire!r}")])


def quoted(text: str) -> str:
    """``text`` as a literal: every JSON string is a Python string."""
    return json.dumps(text, ensure_ascii=False)


def _parameter_name(prop: Property, location: str) -> str:
    """The name of a parameter. openapi-python-client keeps ``client`` and ``url`` for itself; here they are free."""
    name = prop.python_name.removesuffix(f"_{location}")
    return name if name in ("client", "url") and name == PythonIdentifier(prop.name, PREFIX) else prop.python_name


def _given(arguments: Sequence[Argument]) -> str:
    entries = ", ".join(f"{quoted(own.wire)}: {own.name}" for own in arguments)
    nullable = tuple(own.wire for own in arguments if own.nullable)
    return f"given({{{entries}}}{f', nullable={nullable!r}' if nullable else ''})"


def _pagination(extension: Mapping[str, Any]) -> str:
    backward = extension.get("backward", {})
    own = {
        "items": extension["items"],
        "more": extension["more"],
        "forward": extension["forward"]["parameter"],
        "last": extension["forward"]["cursor"],
        "backward": backward.get("parameter"),
        "first": backward.get("cursor"),
    }
    others = [f"{key}={value!r}" for key, value in own.items() if value != _PAGINATION[key]]
    return f"Pagination({', '.join(others)})"
