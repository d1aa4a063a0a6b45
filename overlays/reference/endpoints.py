"""The endpoints and types of a contract, read from its normal form as the pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import evolve, frozen

if TYPE_CHECKING:
    from codegen.document import JSON

Schema: TypeAlias = Mapping[str, Any]

# In the order in which a page lists them.
_CONSTRAINTS: Final = (
    *("minLength", "maxLength", "pattern", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"),
    *("multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
)
# A format that marks a secret for the client means nothing to a reader.
_FORMATS: Final = {"password": "", "ip": "ipv4 or ipv6"}
_TEXTS: Final = {
    "date-time": "2019-12-27T18:11:19.117Z",
    "date": "2019-12-27",
    "uuid": "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e",
    "ip": "192.0.2.1",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "email": "someone@example.com",
    "uri": "https://example.com",
}


@frozen(kw_only=True)
class Type:
    """A type of the contract."""

    kind: str
    """A type of JSON Schema, ``union``, or ``any``."""
    name: str = ""
    """The component that it is; empty for one without fields or alternatives of its own."""
    description: str = ""
    nullable: bool = False
    format: str = ""
    choices: tuple[JSON, ...] = ()
    rules: tuple[tuple[str, str], ...] = ()
    """Constraints and format, as label and value: ``("minLength", "1")``."""
    default: tuple[JSON, ...] = ()
    """Empty where it has none."""
    fields: tuple[Field, ...] = ()
    items: Type | None = None
    """The type of an array's items, or of a map's values."""
    variants: tuple[Type, ...] = ()
    deprecated: bool = False
    example: JSON = None


@frozen
class Field:
    """A property of an object, or a parameter of an operation."""

    name: str
    """Its name on the wire."""
    type: Type
    required: bool
    description: str = ""
    place: str = ""
    """Of a parameter: ``path``, ``query``, ``header`` or ``body``."""
    example: JSON = None
    """The value that an example sends."""


@frozen(kw_only=True)
class Endpoint:
    """One operation of the contract."""

    operation: str
    resource: tuple[str, ...]
    """The attributes that lead from a client to it: ``("admin", "api_keys")``."""
    function: str
    """The method's name there: ``create``."""
    method: str
    path: str
    title: str
    description: str
    parameters: tuple[Field, ...]
    media_type: str
    """The type of the request's body; empty where it has none."""
    response: Type | None
    page_items: Type | None
    """The type of the items, where the response is one page of a list."""
    example_body: JSON
    example_response: JSON
    failures: tuple[tuple[str, str], ...]
    """Status (or ``default``) and meaning of each response that is no success."""
    deprecated: bool

    def required(self, place: str = "") -> Iterator[Field]:
        """The parameters that a call cannot leave out; at one place, if given."""
        return (field for field in self.parameters if field.required and place in ("", field.place))


@frozen
class Resource:
    """The operations under one tag."""

    path: tuple[str, ...]
    title: str
    description: str
    endpoints: tuple[Endpoint, ...]


class Reference:
    """Everything that the pages show of one contract."""

    def __init__(self, document: Schema) -> None:
        """Read a contract's normal form."""
        self._schemas: Mapping[str, Schema] = document["components"]["schemas"]
        self.server: str = document["servers"][0]["url"]
        schemes: Iterable[Schema] = document["components"]["securitySchemes"].values()
        scheme: Schema = next((found for found in schemes if found.get("in") == "header"), dict[str, Any]())
        self.key_header: str = scheme.get("name", "Authorization")
        self.key_description = " ".join(scheme.get("description", "").split())
        self.components = tuple(evolve(self.type(schema), name=name) for name, schema in self._schemas.items())
        found: dict[str, list[Endpoint]] = {}
        for path, item in document["paths"].items():
            for method, operation in item.items():
                found.setdefault(operation["tags"][0], []).append(self._endpoint(path, method, operation))
        tags: dict[str, Schema] = {tag["name"]: tag for tag in document["tags"]}
        self.resources = tuple(
            Resource(
                path=tuple(tag.split(".")),
                title=tags.get(tag, {}).get("x-displayName", tag),
                description=" ".join(tags.get(tag, {}).get("description", "").split()),
                endpoints=tuple(endpoints),
            )
            for tag, endpoints in found.items()
        )

    def _endpoint(self, path: str, method: str, operation: Schema) -> Endpoint:
        responses: Mapping[str, Schema] = operation["responses"]
        success = min((status for status in responses if status.startswith("2")), default="default")
        body_type, body = _content(operation.get("requestBody", {}))
        _, content = _content(responses[success])
        response = self.type(operation["x-response"]) if "x-response" in operation else None
        pagination: Schema = operation.get("x-pagination", {})
        pages = {field.name: field.type.items for field in response.fields} if response else {}
        sent = _example(body, self.type(body["schema"]), sent=True) if body else None
        return Endpoint(
            operation=operation["operationId"],
            resource=tuple(operation["tags"][0].split(".")),
            function=operation.get("x-method", operation["operationId"]),
            method=method,
            path=path,
            title=operation.get("summary", operation["operationId"]),
            description=operation.get("description", ""),
            parameters=(*self._parameters(operation), *self._body_fields(operation.get("requestBody"), body, sent)),
            media_type=body_type,
            response=response,
            page_items=pages.get(pagination.get("items", "")),
            example_body=sent,
            example_response=_example(content, response) if response else None,
            failures=tuple((status, own["description"]) for status, own in responses.items() if status != success),
            deprecated=operation.get("deprecated", False),
        )

    def _parameters(self, operation: Schema) -> Iterator[Field]:
        for parameter in sorted(operation["parameters"], key=lambda parameter: bool(parameter["in"] != "path")):
            type_ = self.type(parameter["schema"])
            yield Field(
                parameter["name"],
                evolve(type_, deprecated=parameter.get("deprecated", type_.deprecated)),
                parameter["required"],
                parameter.get("description") or type_.description,
                parameter["in"],
                _example(parameter, type_, parameter["name"], sent=True),
            )

    def _body_fields(self, body: Schema | None, media: Schema | None, sent: JSON) -> Iterator[Field]:
        if body is None or media is None:
            return
        type_, example = self.type(media["schema"]), sent if isinstance(sent, dict) else {}
        for field in type_.fields:
            value = example.get(field.name, example_of(field.type, field.name, sent=True))
            yield evolve(field, place="body", example=value, required=field.required and body["required"])
        if not type_.fields:
            yield Field("body", type_, body["required"], type_.description, "body", sent)

    def type(self, schema: Schema, within: tuple[str, ...] = ()) -> Type:
        """Return the type that a schema describes; one inside itself ends at its name."""
        name = schema.get("$ref", "").rpartition("/")[2]
        if name:
            # What is said beside a reference is of this place; the component describes itself on its own page.
            own = self._type(self._schemas[name], (*within, name), is_open=name not in within)
            is_named = bool(own.fields or own.variants) or own.kind in ("object", "union")
            own = evolve(own, name=name, description="") if is_named else own
            default = (schema["default"],) if "default" in schema else own.default
            return evolve(
                own,
                description=schema.get("description", own.description),
                default=default,
                deprecated=schema.get("deprecated", own.deprecated),
            )
        return self._type(schema, within)

    def _type(self, schema: Schema, within: tuple[str, ...], *, is_open: bool = True) -> Type:
        given = schema.get("type", [])
        types: list[str] = [given] if isinstance(given, str) else given
        options: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or []
        others = [option for option in options if option != {"type": "null"}]
        items: Schema | bool | None = schema.get("items", schema.get("additionalProperties"))
        rules = [(label, _text(schema[label])) for label in _CONSTRAINTS if label in schema]
        format_ = schema.get("format", "")
        if shown := _FORMATS.get(format_, format_):
            rules.append(("format", shown))
        choices = schema.get("enum", [schema["const"]] if "const" in schema else [])
        made = Type(
            kind=next((name for name in types if name != "null"), "union" if others else "any"),
            description=schema.get("description", ""),
            nullable="null" in types or len(others) < len(options) or None in choices,
            format=format_,
            choices=tuple(choice for choice in choices if choice is not None),
            rules=tuple(rules),
            default=(schema["default"],) if "default" in schema else (),
            fields=tuple(self._fields(schema, within)) if is_open else (),
            items=self.type(items, within) if isinstance(items, Mapping) and is_open else None,
            variants=tuple(self.type(option, within) for option in others) if is_open else (),
            deprecated=schema.get("deprecated", False),
            example=next(iter(schema.get("examples", ())), None),
        )
        if len(made.variants) != 1:
            return made
        only = made.variants[0]
        return evolve(only, nullable=True, description=made.description or only.description, default=made.default)

    def _fields(self, schema: Schema, within: tuple[str, ...]) -> Iterator[Field]:
        for name, property_ in schema.get("properties", {}).items():
            type_ = self.type(property_, within)
            yield Field(name, type_, name in schema.get("required", ()), type_.description)


def _content(carrier: Schema) -> tuple[str, Schema | None]:
    """The media type and the content of a body that has any."""
    return next(iter(carrier.get("content", {}).items()), ("", None))


def _example(carrier: Schema | None, type_: Type, name: str = "string", *, sent: bool = False) -> JSON:
    """Return the example that the contract writes, or else one that fits."""
    for written in (carrier or {}).get("examples", {}).values():
        if "value" in written:
            value: JSON = written["value"]
            return value
    return example_of(type_, name, sent=sent)


def example_of(type_: Type, name: str = "string", *, sent: bool = False) -> JSON:
    """Return a value of a type: a text is the name of its field; a ``sent`` one has only the required fields."""
    given = [*([type_.example] if type_.example is not None else []), *type_.choices, *(type_.default if sent else ())]
    if given:
        return given[0]
    limits = dict(type_.rules)
    match type_.kind:
        case "object":
            if type_.items is not None:
                return {"key": example_of(type_.items)}
            fields = [field for field in type_.fields if field.required or not sent]
            return {field.name: example_of(field.type, field.name, sent=sent) for field in fields}
        case "array":
            return [example_of(type_.items, sent=sent)] if type_.items else []
        case "union":
            return example_of(type_.variants[0], name, sent=sent) if type_.variants else None
        case "integer" | "number":
            bound = limits.get("minimum", limits.get("maximum", "1"))
            return float(bound) if "." in bound else int(bound)
        case "boolean":
            return True
        case _:
            text = _TEXTS.get(type_.format) or name.ljust(int(limits.get("minLength", 0)), "x")
            return text[: int(limits.get("maxLength", len(text)))]


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else f"{value}"
