"""``resources/``, rendered by our templates from what openapi-python-client parsed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import ConstProperty, ModelProperty
from openapi_python_client.strings import PythonIdentifier

from codegen.emit_models import TEMPLATES
from codegen.prose import describe, docstring
from codegen.python_names import (
    CLIENT_ATTRIBUTES,
    FIELDS,
    METHODS_HIDE,
    PREFIX,
    RESOURCE_ATTRIBUTES,
    ClassNames,
    pascal_case,
    python_name,
    snake_case,
)
from codegen.python_schemas import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from openapi_python_client.parser.errors import GeneratorError
    from openapi_python_client.parser.openapi import Endpoint
    from openapi_python_client.parser.properties import Property
    from openapi_python_client.parser.responses import Response

    from codegen.python_schemas import Node, Operation, PythonSchemas
    from codegen.python_types import PythonTypes

# What openapi-python-client calls each way to write a body.
_CONTENT_TYPES: Final = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "text": "application/octet-stream",
    "binary": "application/octet-stream",
}
# The defaults of the runtime's Pagination.
_PAGINATION: Final = {
    "items": "data",
    "more": "has_more",
    "forward": "after_id",
    "last": "last_id",
    "backward": "before_id",
    "first": "first_id",
}
_IMPORTS: Final = {
    "": ("builtins", "datetime", "decimal", "uuid"),
    "collections.abc": ("Mapping", "Sequence"),
    "functools": ("cached_property",),
    "typing": ("TYPE_CHECKING", "Any", "Final", "Literal", "Unpack"),
    "msgspec": ("UNSET", "UnsetType"),
    "boltz_api.pagination": ("AsyncPaginator", "SyncCursorPage"),
    "boltz_api.request": (
        *("APIKeyHeader", "BasicCredentials", "BearerToken", "CallOptions", "Omit", "Operation", "Pagination"),
        *("Request", "given"),
    ),
    "boltz_api.resource": (
        *("AsyncResource", "SyncResource", "async_raw", "async_raw_list", "async_streamed", "async_streamed_list"),
        *("raw", "streamed"),
    ),
}
_REPEATABLE: Final = frozenset({"get", "head", "options", "put", "delete", "trace"})


class RefusedError(Exception):
    """What cannot be generated: messages by the pointer to what they speak of."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("\n".join(message for _, message in problems))
        self.problems = problems


@define
class Argument:
    """An argument of a method."""

    name: str
    wire: str
    location: str
    """``path``, ``query``, ``header`` or ``body``."""
    required: bool
    type: str
    """As source; empty until the typed dicts have their names."""
    schema: Node
    property: object
    words: str = ""
    nullable: bool = False
    """Whether null is a value to send, and not a way to leave the argument out."""

    @property
    def declaration(self) -> str:
        """Name, type and default, as they stand in a signature."""
        if self.required:
            return f"{self.name}: {self.type}"
        bare = self.type.removesuffix(" | None")
        return f"{self.name}: {bare} | UnsetType | Omit | None = UNSET" if self.nullable else f"{self.name}: {bare} | Omit | None = None"


@define
class Method:
    """An operation as a method of its resource."""

    endpoint: Endpoint
    operation: Operation
    name: str
    """What the contract's operationId is in Python."""
    function: str
    arguments: list[Argument]
    whole_body: Argument | None
    """The argument that is the body as a whole, if one is."""
    body: str
    """The type of the body as source; empty if there is none."""
    result: str = "None"
    responses: dict[str, str] = field(factory=dict[str, str])
    """The types of answers by status, if there are several."""
    accept: str = "application/json"
    item: str = ""
    """The type of a listing's items."""
    security: str = ""
    authenticated: bool = True
    resource: str = ""

    @property
    def constant(self) -> str:
        """What the operation's description is called in its module."""
        return self.name.upper()

    def at(self, location: str) -> list[Argument]:
        """The arguments that go to ``location``."""
        return [own for own in self.arguments if own.location == location]

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What a ``Request`` is made of, as source."""
        places = (("path", "path"), ("query", "query"), ("headers", "header"), ("body", "body"))
        parts = [(slot, _given(own)) for slot, location in places if (own := self.at(location))]
        if self.whole_body is None:
            optional = not self.operation.node.get("requestBody", {}).get("required")
            return [(slot, f"{value} or UNSET" if slot == "body" and optional else value) for slot, value in parts]
        own, left_out = self.whole_body, "" if self.whole_body.nullable else f"{self.whole_body.name} is None or "
        value = own.name if own.required else f"UNSET if {left_out}isinstance({own.name}, Omit) else {own.name}"
        return [*((slot, value_) for slot, value_ in parts if slot != "body"), ("body", value)]

    @property
    def keywords(self) -> list[Argument]:
        """The arguments that are given by name, those that must be given first."""
        return sorted((own for own in self.arguments if own.location != "path"), key=lambda own: not own.required)

    @property
    def positional(self) -> list[Argument]:
        """The arguments that may be given without their names."""
        return self.at("path")

    @property
    def options(self) -> Iterator[tuple[str, str]]:
        """What the operation's description says beside its names, as source."""
        node, structs = self.operation.node, self.operation.structs
        yield from ((slot, f"models.{structs[own]}") for slot, own in
                    (("path_parameters", "path"), ("query", "query"), ("headers", "header")) if own in structs)  # fmt: skip
        if self.body:
            yield "body", self.body
            if not node["requestBody"].get("required"):
                yield "body_required", "False"
            media_type = next(iter(node["requestBody"]["content"]))
            if media_type != "application/json":
                yield "content_type", repr(media_type)
        if self.responses:
            yield "responses", "{" + ", ".join(f"{status!r}: {kind}" for status, kind in self.responses.items()) + "}"
        elif self.result != "None":
            yield "response", self.result
        if self.accept != "application/json":
            yield "accept", repr(self.accept)
        if commas := [own.wire for own in self.at("query") if _is_comma_list(self.operation.parameter("query", own.wire))]:
            yield "comma", f"frozenset({commas!r})"
        if node.get("x-repeatable", self.endpoint.method in _REPEATABLE):
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
        arguments = [*self.positional, *self.keywords]
        lines = [f"    {own.name}: {own.words}" for own in arguments if own.words]
        parts = [
            summary,
            description if description != summary else "",
            "Deprecated: the server will stop offering it." if node.get("deprecated") else "",
            "\n".join(["Args:", *lines, "    options: Options of the call: see ``CallOptions``."]),
        ]
        return docstring("\n\n".join(part for part in parts if part), 8)


@define
class Resource:
    """The operations under one tag, and the resources below."""

    path: tuple[str, ...]
    """The attributes that lead from a client to it."""
    tag: str = ""
    title: str = ""
    description: str = ""
    methods: list[Method] = field(factory=list[Method])
    children: dict[str, Resource] = field(factory=dict[str, "Resource"])
    class_name: str = ""

    @property
    def attribute(self) -> str:
        """What it is called where it is reached."""
        return self.path[-1]

    @property
    def module(self) -> str:
        """The name of its module, below the package of all resources."""
        return ".".join(self.path)

    @property
    def file(self) -> str:
        """The path of its module's file, below that of the package of all resources."""
        return "/".join(self.path) + ("/__init__.py" if self.children else ".py")

    def walk(self) -> Iterator[Resource]:
        """This resource and all below it."""
        yield self
        for child in self.children.values():
            yield from child.walk()


class Parsed:
    """The document as openapi-python-client understands it."""

    def __init__(self, schemas: PythonSchemas) -> None:
        self.schemas = schemas
        self.config = Config.from_sources(
            ConfigFile(
                post_hooks=[],  # the whole package is formatted at once
                literal_enums=True,
                field_prefix=PREFIX,
                content_type_overrides={name: _CONTENT_TYPES[kind_of(name)] for name in _media_types(schemas)},
            ),
            MetaType.NONE,
            document_source=Path("openapi.yaml"),
            file_encoding="utf-8",
            overwrite=False,
            output_path=Path("package"),  # never written to: the templates are rendered into strings
        )
        data = GeneratorData.from_dict(schemas.document, config=self.config)
        if not isinstance(data, GeneratorData):
            raise RefusedError([("#", _message(data))])
        self.data = data
        errors = [*data.errors, *(error for own in data.endpoint_collections_by_tag.values() for error in own.parse_errors)]
        if errors:
            raise RefusedError([(self._pointer(error), _message(error)) for error in errors])

    def field_names(self) -> dict[str, dict[str, str]]:
        """The Python names of every class's fields, by wire name."""
        names: dict[str, dict[str, str]] = {}
        for model in self.data.models:
            name = self.schemas.classes.by_spelling.get(str(model.class_info.name), "")
            if name in self.schemas.schemas:
                names[name] = _distinct((_wire(own), str(own.python_name)) for own in fields_of(model))
        return names

    def _pointer(self, error: GeneratorError) -> str:
        """The place that ``error`` is about."""
        text = f"{error.header} {error.detail}"
        if match := re.search(r"parsing (\w+) (\S+) within", text):
            for own in self.schemas.operations:
                if (own.method.upper(), own.path) == match.groups():
                    return own.pointer
        names = re.findall(r"/components/schemas/(\w+)", text)
        return next((self.schemas.places[name] for name in names if name in self.schemas.places), "#")


def methods_of(parsed: Parsed) -> list[Method]:
    """Every operation as a method, in the contract's order; the types of its arguments are still to be written."""
    by_id = {PythonIdentifier(own.node["operationId"], PREFIX): own for own in parsed.schemas.operations}
    endpoints = [own for collection in parsed.data.endpoint_collections_by_tag.values() for own in collection.endpoints]
    methods = {endpoint.name: _method(endpoint, by_id[endpoint.name], parsed.schemas) for endpoint in endpoints}
    if missing := [own for name, own in by_id.items() if name not in methods]:
        raise RefusedError([(own.pointer, "openapi-python-client left it out") for own in missing])
    if len(by_id) < len(parsed.schemas.operations):
        twice = [own for own in parsed.schemas.operations if own not in by_id.values()]
        raise RefusedError([(own.pointer, "another operationId has the same name in Python") for own in twice])
    return [methods[name] for name in by_id]


def _method(endpoint: Endpoint, operation: Operation, schemas: PythonSchemas) -> Method:
    places = (
        ("path", endpoint.path_parameters),
        ("query", endpoint.query_parameters),
        ("header", endpoint.header_parameters),
    )
    parameters = [(location, own) for location, group in places for own in group]
    names = _distinct((f"{location} {_wire(own)}", _parameter_name(own, location)) for location, own in parameters)
    arguments: list[Argument] = []
    for location, own in parameters:
        node = operation.parameter(location, _wire(own))
        name = names[f"{location} {_wire(own)}"]
        words = describe({**node["schema"], "deprecated": node.get("deprecated")}, schemas.resolve)
        arguments.append(Argument(name, _wire(own), location, own.required, "", node["schema"], own, words))
    name = python_name(endpoint.name)
    method = Method(endpoint, operation, name, str(operation.node.get("x-method", name)), arguments, None, "")
    if endpoint.bodies:
        _add_body(method, schemas)
    return method


def _add_body(method: Method, schemas: PythonSchemas) -> None:
    body = method.operation.node["requestBody"]
    schema: Node = next(iter(body["content"].values()))["schema"]
    prop = method.endpoint.bodies[0].prop
    required = bool(body.get("required"))
    node = schemas.resolve(schema)
    method.body = f"models.{schema['$ref'].rpartition('/')[2]}" if "$ref" in schema else ""
    fields = fields_of(prop) if isinstance(prop, ModelProperty) and node.get("properties") else []
    if not fields:
        taken = {own.name for own in method.arguments}
        name = "body_" if "body" in taken else "body"
        words = describe(schema, schemas.resolve, body.get("description", ""))
        nullable = is_nullable(schema, schemas)
        method.whole_body = Argument(name, "", "body", required, "", schema, prop, words, nullable)
        method.arguments.append(method.whole_body)
        return
    name_of = schema["$ref"].rpartition("/")[2]
    taken = {own.name for own in method.arguments}
    for wire, name in _distinct((_wire(own), str(own.python_name)) for own in fields).items():
        own = next(own for own in fields if _wire(own) == wire)
        if isinstance(own, ConstProperty) and name_of in schemas.tagged:
            continue  # msgspec writes the tag of a variant
        property_schema = node["properties"][wire]
        name = f"{name}_body" if name in taken else name
        method.arguments.append(
            Argument(name, wire, "body", required and own.required, "", property_schema, own,
                     describe(property_schema, schemas.resolve), is_nullable(property_schema, schemas))
        )  # fmt: skip


def finish(methods: Sequence[Method], types: PythonTypes, security: SecurityRules) -> None:
    """Write the types of arguments and answers, which need the names of the typed dicts."""
    for method in methods:
        for own in method.arguments:
            own.type = types.argument(own.property, own.schema)
        if method.whole_body is not None and not method.body:
            method.body = method.whole_body.type
        _add_responses(method, types)
        method.authenticated, method.security = security.of(method.operation)


def _add_responses(method: Method, types: PythonTypes) -> None:
    endpoint = method.endpoint
    successes = [own for own in endpoint.responses.patterns if own.status_code.pattern[:1] == "2"]
    if not successes and endpoint.responses.default is not None:
        successes = [endpoint.responses.default]
    if not successes or endpoint.method == "head":
        return
    written: dict[str, str] = {}
    accepted: dict[str, None] = {}
    for own in successes:
        content = method.operation.node["responses"][own.status_code.pattern].get("content", {})
        for media_type, entry in content.items():
            plain = media_type.partition(";")[0].strip()
            accepted["application/json" if plain == "*/*" else plain] = None
            written[own.status_code.pattern] = types.response(own.prop, entry["schema"])
        written.setdefault(own.status_code.pattern, "None")
    kinds = sorted(dict.fromkeys(written.values()), key=lambda kind: kind == "None")
    method.result = " | ".join(kinds)
    if len(kinds) > 1:
        method.responses = written
    method.accept = ", ".join(accepted) or "application/json"
    if "x-pagination" in method.operation.node:
        method.item = _item(method, successes[0], types)


def _item(method: Method, response: Response, types: PythonTypes) -> str:
    wire = method.operation.node["x-pagination"]["items"]
    if isinstance(response.prop, ModelProperty):
        for own in fields_of(response.prop):
            if _wire(own) == wire:
                return types.item(own)
    raise RefusedError([(f"{method.operation.pointer}/x-pagination/items", f"the response has no list called {wire!r}")])


class SecurityRules:
    """How the client shows who it is, and which operations differ."""

    def __init__(self, document: Node) -> None:
        self._schemes: Node = document["components"].get("securitySchemes", {})
        self._usual: list[Node] = document.get("security", [])
        self.own = self._way(self._usual)

    def of(self, operation: Operation) -> tuple[bool, str]:
        """Whether the operation is authenticated, and how if not as the client usually does."""
        way = self._way(operation.node.get("security", self._usual))
        return way != "None", "" if way in ("None", self.own) else way

    def _way(self, requirements: Sequence[Node]) -> str:
        for requirement in requirements:
            for name in requirement:
                match self._schemes[name]:
                    case {"type": "apiKey", "name": header}:
                        return f"APIKeyHeader({_quoted(header)})"
                    case {"scheme": "basic"}:
                        return "BasicCredentials()"
                    case _:
                        return "BearerToken()"
        return "None"


def resources_of(methods: Sequence[Method], document: Node) -> Resource:
    """The tree of resources, with the client at its root."""
    notes = {own["name"]: own for own in document.get("tags", ())}
    root = Resource(())
    for method in methods:
        tag = next(iter(method.operation.node.get("tags") or ()), "default")
        resource = root
        for segment in tag.split("."):
            name = snake_case(segment, RESOURCE_ATTRIBUTES if resource.path else CLIENT_ATTRIBUTES)
            resource = resource.children.setdefault(name, Resource((*resource.path, name), title=segment))
        if not resource.tag:
            note = notes.get(tag, {})
            resource.tag, resource.title = tag, note.get("x-displayName") or resource.title
            resource.description = (note.get("description") or "").strip()
        elif resource.tag != tag:
            raise RefusedError([(f"{method.operation.pointer}/tags", f"{tag!r} and {resource.tag!r} are the same in Python")])
        resource.methods.append(method)
        method.resource = resource.module
    names = ClassNames()
    for resource in root.walk():
        if resource.path:
            resource.class_name = names.claim(pascal_case(resource.title) + "Resource")
        _name_methods(resource)
    return root


def _name_methods(resource: Resource) -> None:
    taken = set(resource.children)
    for method in resource.methods:
        name = snake_case(method.function, RESOURCE_ATTRIBUTES | METHODS_HIDE)
        if name in taken:
            raise RefusedError([(method.operation.pointer, f"{resource.module} has a second {name}; give one an x-method")])
        taken.add(name)
        method.function = name


def resources_sources(parsed: Parsed, root: Resource, package: str) -> dict[str, str]:
    """The source of every file in ``resources/``, and of the package's own ``__init__.py``, by file name."""
    project = Project(openapi=parsed.data, config=parsed.config, custom_template_path=TEMPLATES / "resources")
    given: dict[str, Any] = {"package": package, "root": root, "docstring": docstring}
    project.env.globals.update(given)
    project.env.filters["quoted"] = _quoted
    template = project.env.get_template("endpoint_init.py.jinja")
    sources: dict[str, str] = {}
    for resource in root.walk():
        if resource.path:
            body = template.render(resource=resource, parent=f"{package}.resources")
            head = [resource.title, resource.description if resource.description != resource.title else ""]
            documentation = docstring("\n\n".join(filter(None, head)), 0)
            imports = _imports(body, package)
            sources[f"resources/{resource.file}"] = f"{documentation}\n\n{imports}\n{body}"
    return {**sources, "resources/__init__.py": project.env.get_template("api_init.py.jinja").render()}


def _imports(body: str, package: str) -> str:
    """What ``body`` needs to import. The formatter takes away no import from an ``__init__.py``."""
    words = set(re.findall(r"\w+", body))
    lines = ["from __future__ import annotations", *(f"import {name}" for name in _IMPORTS[""] if name in words)]
    for module, names in [*_IMPORTS.items(), (package, ("models", "params"))]:
        if module and (used := [name for name in names if name in words]):
            lines.append(f"from {module} import {', '.join(used)}")
    return "\n".join(lines) + "\n"


def package_source(parsed: Parsed, methods: Sequence[Method], root: Resource, document: Node, security: SecurityRules,
                   package: str) -> str:  # fmt: skip
    """The source of the package's ``__init__.py``."""
    project = Project(openapi=parsed.data, config=parsed.config, custom_template_path=TEMPLATES / "resources")
    project.env.filters["quoted"] = _quoted
    return project.env.get_template("package_init.py.jinja").render(
        package=package,
        server=document["servers"][0]["url"].rstrip("/"),
        security=security.own,
        imports=[security.own.partition("(")[0]] if security.own != "None" else [],
        tags={own.tag: own.title for own in root.walk() if own.tag},
        methods=methods,
    )


def fields_of(model: ModelProperty) -> list[Property]:
    """The properties of ``model``, required ones first."""
    return [*(model.required_properties or ()), *(model.optional_properties or ())]


def is_nullable(schema: Node, schemas: PythonSchemas) -> bool:
    """Whether null is a value of ``schema``."""
    node = schemas.resolve(schema)
    if "anyOf" in node:
        return any(is_nullable(own, schemas) for own in node["anyOf"])
    types = node.get("type")
    return types == "null" or (isinstance(types, list) and "null" in types) or not node.keys() - {"description", "default", "deprecated"}


def _distinct(pairs: Iterator[tuple[str, str]] | Any) -> dict[str, str]:
    """By key the name that openapi-python-client gave it, as our code calls it."""
    names: dict[str, str] = {}
    for key, generated in pairs:
        name = python_name(generated, FIELDS)
        while name in names.values():
            name += "_"
        names[key] = name
    return names


def _parameter_name(prop: Property, location: str) -> str:
    """The name of a parameter. openapi-python-client keeps ``client`` and ``url`` for itself; here they are free."""
    name = snake_case(_wire(prop))
    return name if name in ("client", "url") and prop.python_name == f"{name}_{location}" else str(prop.python_name)


def _wire(prop: Property) -> str:
    return prop.name.get_untrusted_value()


def _given(arguments: Sequence[Argument]) -> str:
    entries = ", ".join(f"{_quoted(own.wire)}: {own.name}" for own in arguments)
    nullable = tuple(own.wire for own in arguments if own.nullable)
    return f"given({{{entries}}}{f', nullable={nullable!r}' if nullable else ''})"


def _is_comma_list(parameter: Node) -> bool:
    return parameter.get("style", "form") == "form" and parameter.get("explode", True) is False


def _pagination(extension: Mapping[str, Any]) -> str:
    ours = {
        "items": extension["items"],
        "more": extension["more"],
        "forward": extension["forward"]["parameter"],
        "last": extension["forward"]["cursor"],
        "backward": extension.get("backward", {}).get("parameter"),
        "first": extension.get("backward", {}).get("cursor"),
    }
    others = [f"{key}={value!r}" for key, value in ours.items() if value != _PAGINATION[key]]
    return f"Pagination({', '.join(others)})"


def _media_types(schemas: PythonSchemas) -> Iterator[str]:
    for own in schemas.operations:
        for holder in (own.node.get("requestBody", {}), *own.node["responses"].values()):
            yield from holder.get("content", {})


def _quoted(text: str) -> str:
    # Every JSON string is a Python string.
    return json.dumps(text, ensure_ascii=False)


def _message(error: GeneratorError) -> str:
    text = ": ".join(filter(None, [error.header.strip(), error.detail]))
    return "openapi-python-client: " + " ".join(text.split())
