"""The contract's operations, as pages need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from boltz_api.cli import naming
from codegen.cursor import Cursor
from codegen.naming import Namespace, snake_case
from codegen.normal_form import normalize
from codegen.yaml_tree import keys_of
from reference.example import example_of
from reference.schema import Field, Schema
from reference.schema import read as read_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.contract import JSON, Contract
    from codegen.normal_form import Module
    from codegen.operations import Location, Operation


@frozen
class Parameter:
    """One argument of an operation."""

    field: Field
    place: Location


@frozen
class Failure:
    """An answer other than success."""

    status: str
    """A status code, or ``default``."""
    description: str


@frozen(kw_only=True)
class Endpoint:
    """One operation of the contract."""

    operation: str
    """Its name among the generated operations."""
    resource: tuple[str, ...]
    """Where a client keeps it: ``("admin", "api_keys")``."""
    action: str
    """What it is called there: ``create``."""
    command: str
    """What it is called on the command line."""
    method: str
    path: str
    title: str
    """The contract's summary of it."""
    description: str
    parameters: tuple[Parameter, ...]
    answer: Schema | None
    """``None`` where success has no content."""
    example_body: JSON
    """``None`` where nothing is sent."""
    example_answer: JSON
    failures: tuple[Failure, ...]
    deprecated: bool

    @property
    def page(self) -> Schema | None:
        """The type of the items, where the answer is one page of a list."""
        fields = {field.wire: field.schema for field in self.answer.fields} if self.answer else {}
        if "has_more" in fields and "data" in fields:
            return fields["data"].items
        return None

    @property
    def sends_json(self) -> bool:
        """Whether the request has a body."""
        return any(parameter.place == "body" for parameter in self.parameters)

    def required(self) -> Iterator[Parameter]:
        """The parameters that a call cannot leave out."""
        return (parameter for parameter in self.parameters if parameter.field.required)


@frozen
class Resource:
    """The operations under one tag."""

    path: tuple[str, ...]
    title: str
    description: str
    endpoints: tuple[Endpoint, ...]


@frozen
class Reference:
    """All that the pages show of one contract."""

    server: str
    key_header: str
    """The header that carries the key."""
    key_says: str
    """What the contract says of the key."""
    resources: tuple[Resource, ...]
    components: tuple[Schema, ...]


def read(contract: Contract) -> Reference:
    """What ``contract`` says, in its own order; ``ContractError`` where it cannot be expressed."""
    normal = normalize(contract)
    document = Cursor.root(contract)
    key_header, key_says = _key(document)
    servers = document.entries_of("servers")
    named = document.members_of("components").get("schemas")
    return Reference(
        server=servers[0].text_of("url") if servers else "https://api.example.com",
        key_header=key_header,
        key_says=key_says,
        resources=tuple(_resource(module, document) for module in normal.modules),
        components=tuple(
            evolve(read_schema(place), component=name) for name, place in (named.members() if named else {}).items()
        ),
    )


def _key(document: Cursor) -> tuple[str, str]:
    """The header that carries the key, and what the contract says of it."""
    components = document.get("components")
    for scheme in components.members_of("securitySchemes").values() if components else ():
        if scheme.text_of("in") == "header":
            return scheme.text_of("name"), " ".join(scheme.text_of("description").split())
    return "authorization", ""


def _resource(module: Module, document: Cursor) -> Resource:
    commands = naming.command_names(module.tag, [operation.name for operation in module.operations])
    return Resource(
        path=tuple(module.tag.split(".")),
        title=module.title,
        description=" ".join(module.description.split()),
        endpoints=tuple(_endpoint(operation, commands[operation.name], document) for operation in module.operations),
    )


def _endpoint(operation: Operation, command: str, document: Cursor) -> Endpoint:
    place = _at(document, operation.pointer)
    body, body_media = _content(place.get("requestBody"))
    responses = place.members_of("responses")
    success = next(response for status, response in responses.items() if status.startswith("2"))
    answer, answer_media = _content(success)
    return Endpoint(
        operation=operation.name,
        resource=tuple(operation.tag.split(".")),
        action=Namespace().claim(snake_case(command)),
        command=command,
        method=operation.method.lower(),
        path=operation.path,
        title=operation.summary,
        description=operation.description,
        parameters=tuple(_parameters(operation, place, body, document)),
        answer=answer,
        example_body=_example(body_media, body, sent=True),
        example_answer=_example(answer_media, answer),
        failures=tuple(
            Failure(status, response.target().text_of("description"))
            for status, response in responses.items()
            if response is not success
        ),
        deprecated=operation.deprecated,
    )


def _at(document: Cursor, pointer: str) -> Cursor:
    place = document
    for key in keys_of(pointer):
        place = place.need(key)
    return place


def _parameters(operation: Operation, place: Cursor, body: Schema | None, document: Cursor) -> Iterator[Parameter]:
    """What a call takes, in the order of the generated function."""
    item = _at(document, place.pointer.rpartition("/")[0])
    written = [entry.target() for source in (item, place) for entry in source.entries_of("parameters")]
    places = {(entry.text_of("in"), entry.text_of("name")): entry for entry in written}
    sent = {field.wire: field for field in body.fields} if body else {}
    for argument in operation.arguments:
        own = argument.field
        if (argument.location, own.wire) in places:
            field = _parameter(places[argument.location, own.wire])
        elif own.wire in sent:
            field = sent[own.wire]
        else:
            assert body is not None, "what is in none of these places is the body as a whole"
            field = Field("body", own.name, body, own.required, body.description)
        yield Parameter(evolve(field, name=own.name, required=own.required), argument.location)


def _parameter(place: Cursor) -> Field:
    schema = read_schema(place.need("schema"))
    return Field(
        wire=place.text_of("name"),
        name="",
        schema=schema,
        required=place.flag_of("required"),
        description=place.text_of("description").strip() or schema.description,
        deprecated=place.flag_of("deprecated"),
    )


def _content(place: Cursor | None) -> tuple[Schema | None, Cursor | None]:
    """The type of the JSON that a request or an answer carries, and the part of the contract that says so."""
    content = place.target().get("content") if place else None
    media = next((part for name, part in content.members().items() if "json" in name), None) if content else None
    schema = media.get("schema") if media else None
    return read_schema(schema) if schema else None, media


def _example(media: Cursor | None, schema: Schema | None, *, sent: bool = False) -> JSON:
    """The example that the contract writes, or else one that fits."""
    if media is None or schema is None:
        return None
    if example := media.get("example"):
        return example.data
    written = [part.target().get("value") for part in media.members_of("examples").values()]
    return next((value.data for value in written if value), None) or example_of(schema, sent=sent)
