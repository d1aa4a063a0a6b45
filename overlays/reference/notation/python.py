"""Endpoints as calls of the Python client, sync and async."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from boltz_api.cli import naming
from codegen.naming import Namespace, snake_case
from reference.entry import Entry, children, choices, entry, rules
from reference.example import example_for

if TYPE_CHECKING:
    from codegen.contract import JSON
    from reference.endpoint import Endpoint, Parameter
    from reference.schema import Field, Schema

_SCALARS: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "any": "object"}
_DATES: Final = {"date-time": "datetime", "date": "date"}
_ACRONYMS: Final = {"api": "API", "id": "ID", "ip": "IP", "url": "URL"}


def class_name(*words: str) -> str:
    """``api_key``, ``create`` as ``APIKeyCreate``."""
    parts = [part for word in words for part in re.split(r"[_\W]+", word) if part]
    return "".join(_ACRONYMS.get(part.lower(), part[:1].upper() + part[1:]) for part in parts)


def _noun(endpoint: Endpoint) -> str:
    return naming.singular(naming.kebab(endpoint.resource[-1])).replace("-", "_")


def params_name(endpoint: Endpoint) -> str:
    """The typed dict of the arguments: ``APIKeyCreateParams``."""
    return class_name(_noun(endpoint), endpoint.action, "Params")


def answer_name(endpoint: Endpoint) -> str:
    """What the call gives, or what each item of its pages is: ``APIKeyCreateResponse``."""
    return class_name(_noun(endpoint), endpoint.action, "Response")


def type_of(schema: Schema, *, sent: bool) -> str:
    """``schema`` as an annotation, without regard to null."""
    if schema.choices:
        return f"Literal[{', '.join(_literal(choice) for choice in schema.choices)}]"
    if schema.kind == "array":
        inner = optional(schema.items, sent=sent) if schema.items else "object"
        return f"{'SequenceNotStr' if sent else 'List'}[{inner}]"
    if schema.kind == "object":
        if schema.is_map:
            return f"Dict[str, {optional(schema.items, sent=sent) if schema.items else 'object'}]"
        return schema.component or "object"
    if schema.kind == "union":
        if not schema.variants:  # a union inside itself
            return schema.component or "object"
        return f"Union[{', '.join(dict.fromkeys(type_of(variant, sent=sent) for variant in schema.variants))}]"
    for known in schema.formats:
        if known in _DATES:
            return _DATES[known]
    return _SCALARS[schema.kind]


def optional(schema: Schema, *, sent: bool, required: bool = True) -> str:
    """``schema`` as an annotation; what may be null or left out is ``Optional``."""
    annotation = type_of(schema, sent=sent)
    return annotation if required and not schema.nullable else f"Optional[{annotation}]"


def _literal(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


@frozen
class PythonNotation:
    """Names and annotations as the models and typed dicts have them."""

    types_say_null = True

    def field(self, field: Field, *, sent: bool) -> tuple[str, str]:
        """``expires_in_days`` and ``Optional[int]``."""
        return field.name, optional(field.schema, sent=sent, required=field.required)

    def variant(self, schema: Schema) -> tuple[str, str]:
        """The class, or the annotation of what is none."""
        if schema.component and schema.fields:
            return f"class {schema.component}", ""
        return type_of(schema, sent=False), ""

    def named(self, name: str, schema: Schema) -> Entry:
        """A type under its ``name``."""
        return Entry(
            name=f"class {name}" if schema.fields else name,
            separator=":" if schema.fields else ": ",
            type="" if schema.fields else type_of(schema, sent=False),
            description=schema.description,
            rules=rules(schema, self),
            choices=choices(schema),
            children=children(schema, self, sent=False),
        )


PYTHON: Final = PythonNotation()


@frozen
class Python:
    """The call on ``Boltz``, or on ``AsyncBoltz``."""

    is_async: bool = False

    syntax = "python"

    @property
    def label(self) -> str:
        """``Python`` or ``Async Python``."""
        return "Async Python" if self.is_async else "Python"

    def signature(self, endpoint: Endpoint) -> str:
        """``admin.api_keys.create(APIKeyCreateParams**kwargs) -> APIKeyCreateResponse``."""
        ids = [parameter.field for parameter in _ids(endpoint)]
        arguments = [f"{type_of(field.schema, sent=True)} {field.name}" for field in ids]
        if len(arguments) < len(endpoint.parameters):
            arguments.append(f"{params_name(endpoint)}**kwargs")
        returns = self._returned(endpoint)
        return f"{_call(endpoint)}({', '.join(arguments)}) -> {returns}"

    def parameters(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """The arguments, by their Python names."""
        return tuple(entry(parameter.field, PYTHON, sent=True) for parameter in endpoint.parameters)

    def returns(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """The class of the answer, or of the items where the answer is a page."""
        shown = endpoint.page or endpoint.answer
        if shown is None:
            return ()
        return (PYTHON.named(answer_name(endpoint), shown),)

    def example(self, endpoint: Endpoint) -> str:
        """A program that needs nothing but the key in ``BOLTZ_API_KEY``."""
        client = "AsyncBoltz" if self.is_async else "Boltz"
        imports = ["import os", f"from boltz_api import {client}"]
        if self.is_async:
            imports.insert(0, "import asyncio")
        head = [
            *imports,
            "",
            f"client = {client}(",
            '    api_key=os.environ.get("BOLTZ_API_KEY"),  # This is the default and can be omitted',
            ")",
        ]
        calls = self._calls(endpoint)
        if not self.is_async:
            return "\n".join([*head, *calls])
        body = [f"    {line}" for line in calls]
        return "\n".join([*head, "", "", "async def main() -> None:", *body, "", "", "asyncio.run(main())"])

    def _returned(self, endpoint: Endpoint) -> str:
        if endpoint.answer is None:
            return "None"
        if endpoint.page is not None:
            return f"{'Async' if self.is_async else 'Sync'}CursorPage[{answer_name(endpoint)}]"
        return answer_name(endpoint) if endpoint.answer.fields else type_of(endpoint.answer, sent=False)

    def _calls(self, endpoint: Endpoint) -> list[str]:
        arguments = _arguments(endpoint)
        call = f"{'await ' if self.is_async else ''}client.{_call(endpoint)}("
        written = [call, *(f"    {argument}," for argument in arguments), ")"] if arguments else [f"{call})"]
        variable = "page" if endpoint.page else "response"
        if endpoint.action == "create":
            variable = _noun(endpoint)
        if endpoint.answer is None:
            return written
        shown = endpoint.page or endpoint.answer
        lines = [f"{variable} = {written[0]}", *written[1:]]
        if endpoint.page is not None:
            lines.append(f"{variable} = {variable}.data[0]")
        first = f".{shown.fields[0].name}" if shown.fields else ""
        return [*lines, f"print({variable}{first})"]


def _call(endpoint: Endpoint) -> str:
    return ".".join([*(Namespace().claim(snake_case(part)) for part in endpoint.resource), endpoint.action])


def _ids(endpoint: Endpoint) -> list[Parameter]:
    """The arguments that are given by position."""
    return [parameter for parameter in endpoint.parameters if parameter.place == "path"]


def _arguments(endpoint: Endpoint) -> list[str]:
    """The arguments of an example: what a call cannot do without."""
    body = endpoint.example_body if isinstance(endpoint.example_body, dict) else {}
    written: list[str] = []
    for parameter in endpoint.required():
        wire = parameter.field.wire
        in_body = parameter.place == "body" and wire in body
        value = body[wire] if in_body else example_for(parameter.field, sent=True)
        literal = _python(value)
        written.append(literal if parameter.place == "path" else f"{parameter.field.name}={literal}")
    return written


def _python(value: JSON) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_python(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_python, value)) + "]"
    return _literal(value)
