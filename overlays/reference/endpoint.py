"""The contract's operations, as pages need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from attrs import frozen

from reference.example import example_of
from reference.schema import Field, Schema, SchemaReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from codegen.contract import JSON, Contract

Place: TypeAlias = Literal["path", "query", "header", "body"]

_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
_PLURALS: Final = (("ies", "y"), ("sses", "ss"), ("s", ""))


@frozen
class Parameter:
    """One argument of an operation."""

    field: Field
    place: Place


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
    """Its ``operationId``."""
    resource: tuple[str, ...]
    """Where a client keeps it: ``("admin", "api_keys")``."""
    action: str
    """What it is called there: ``create``."""
    method: str
    path: str
    summary: str
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
    def title(self) -> str:
        """What heads its page."""
        return self.summary or self.operation.replace("_", " ").capitalize()

    @property
    def page(self) -> Schema | None:
        """The type of the items, where the answer is one page of a list."""
        fields = {field.name: field.schema for field in self.answer.fields} if self.answer else {}
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

    title: str
    server: str
    key_header: str
    """The header that carries the key."""
    key_says: str
    """What the contract says of the key."""
    resources: tuple[Resource, ...]
    components: tuple[Schema, ...]


def read(contract: Contract) -> Reference:
    """What ``contract`` says, in its own order."""
    document = contract.document
    reader = SchemaReader(document)
    endpoints = list(_endpoints(document, reader))
    tags = {str(tag["name"]): tag for tag in cast("list[dict[str, JSON]]", document.get("tags", []))}
    for endpoint in endpoints:
        tags.setdefault(".".join(endpoint.resource), {})
    resources = [
        Resource(
            tuple(name.split(".")),
            str(tag.get("x-displayName", name.rpartition(".")[2].replace("_", " ").capitalize())),
            " ".join(str(tag.get("description", "")).split()),
            tuple(endpoint for endpoint in endpoints if ".".join(endpoint.resource) == name),
        )
        for name, tag in tags.items()
    ]
    key_header, key_says = _key(document)
    info = cast("dict[str, JSON]", document["info"])
    servers = cast("list[dict[str, JSON]]", document.get("servers", []))
    return Reference(
        title=str(info["title"]),
        server=str(servers[0]["url"]) if servers else "https://api.example.com",
        key_header=key_header,
        key_says=key_says,
        resources=tuple(resource for resource in resources if resource.endpoints),
        components=reader.components(),
    )


def _key(document: Mapping[str, JSON]) -> tuple[str, str]:
    """The header that carries the key, and what the contract says of it."""
    components = cast("dict[str, dict[str, dict[str, JSON]]]", document.get("components", {}))
    for scheme in components.get("securitySchemes", {}).values():
        if scheme.get("in") == "header":
            return str(scheme["name"]), " ".join(str(scheme.get("description", "")).split())
    return "authorization", ""


def _endpoints(document: Mapping[str, JSON], reader: SchemaReader) -> Iterator[Endpoint]:
    for path, item in cast("dict[str, JSON]", document.get("paths", {})).items():
        shared = reader.resolve(item)
        for method in (key for key in shared if key in _METHODS):
            operation = cast("dict[str, JSON]", shared[method])
            given = cast("list[JSON]", [*_list(shared.get("parameters")), *_list(operation.get("parameters"))])
            yield _endpoint(path, method, operation, given, reader)


def _list(node: JSON) -> list[JSON]:
    return node if isinstance(node, list) else []


def _endpoint(
    path: str, method: str, operation: dict[str, JSON], given: list[JSON], reader: SchemaReader
) -> Endpoint:
    tag = str((_list(operation.get("tags")) or ["default"])[0])
    resource = tuple(tag.split("."))
    body, media = _content(operation.get("requestBody"), reader)
    responses = cast("dict[str, JSON]", operation.get("responses", {}))
    success = next((status for status in responses if status.startswith("2")), None)
    answer, answered = _content(responses.get(success) if success else None, reader)
    name = str(operation.get("operationId", f"{method}_{path}"))
    return Endpoint(
        operation=name,
        resource=resource,
        action=action(name, resource[-1]),
        method=method,
        path=path,
        summary=str(operation.get("summary", "")),
        description=str(operation.get("description", "")).strip(),
        parameters=(*_parameters(given, reader), *_body_parameters(body)),
        answer=answer,
        example_body=_written_example(media) or (example_of(body, sent=True) if body else None),
        example_answer=_written_example(answered) or (example_of(answer) if answer else None),
        failures=tuple(
            Failure(status, str(reader.resolve(response).get("description", "")))
            for status, response in responses.items()
            if not status.startswith("2")
        ),
        deprecated=operation.get("deprecated") is True,
    )


def action(operation: str, resource: str) -> str:
    """What ``operation`` is called among its resource's: ``create_api_key`` in ``api_keys`` is ``create``."""
    singular = singular_of(resource)
    for noun in (resource, singular):
        if operation.endswith(f"_{noun}"):
            return operation.removesuffix(f"_{noun}")
    return operation


def singular_of(noun: str) -> str:
    """``api_keys`` as ``api_key``."""
    for ending, singular in _PLURALS:
        if noun.endswith(ending):
            return noun.removesuffix(ending) + singular
    return noun


def _parameters(given: list[JSON], reader: SchemaReader) -> Iterator[Parameter]:
    for node in given:
        raw = reader.resolve(node)
        schema = reader.read(raw.get("schema", {}))
        field = Field(
            str(raw["name"]),
            schema,
            raw.get("required") is True,
            str(raw.get("description", schema.description)).strip(),
            raw.get("deprecated") is True,
        )
        yield Parameter(field, cast("Place", raw["in"]))


def _body_parameters(body: Schema | None) -> Iterator[Parameter]:
    if body is None:
        return
    if body.kind == "object" and body.fields:
        for field in body.fields:
            yield Parameter(field, "body")
    else:
        yield Parameter(Field("body", body, required=True, description=body.description), "body")


def _content(node: JSON, reader: SchemaReader) -> tuple[Schema | None, dict[str, JSON]]:
    """The JSON that a request or an answer carries, and the media type object that says so."""
    content = cast("dict[str, JSON]", reader.resolve(node).get("content", {})) if node else {}
    media = next((cast("dict[str, JSON]", content[name]) for name in content if "json" in name), {})
    return (reader.read(media["schema"]) if "schema" in media else None), media


def _written_example(media: dict[str, JSON]) -> JSON:
    if "example" in media:
        return media["example"]
    examples = cast("dict[str, dict[str, JSON]]", media.get("examples", {}))
    return next((example["value"] for example in examples.values() if "value" in example), None)
