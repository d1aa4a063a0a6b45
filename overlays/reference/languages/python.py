"""The Python clients, ``Boltz`` and ``AsyncBoltz``."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from attrs import evolve

from codegen.naming import snake_case
from codegen.python_names import FIELDS, legal
from reference.languages import Entry, Language

if TYPE_CHECKING:
    from codegen.document import JSON
    from reference.endpoints import Endpoint, Field, Type

_SCALARS: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_DATES: Final = {"date-time": "datetime", "date": "date"}
_ACRONYMS: Final = {"api": "API", "id": "ID", "ip": "IP", "url": "URL"}


def _class_name(*names: str) -> str:
    parts = [part for name in names for part in re.split(r"[_\W]+", name) if part]
    return "".join(_ACRONYMS.get(part.lower(), part[:1].upper() + part[1:]) for part in parts)


def _name(wire: str) -> str:
    return legal(snake_case(wire), FIELDS)


def _noun(endpoint: Endpoint) -> str:
    """The resource in the singular: ``api_key``."""
    name = endpoint.resource[-1]
    for plural, singular in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ss", "ss"), ("s", "")):
        if name.endswith(plural):
            return name.removesuffix(plural) + singular
    return name


def params_name(endpoint: Endpoint) -> str:
    """Return the name of the arguments' typed dict: ``APIKeyCreateParams``."""
    return _class_name(_noun(endpoint), endpoint.function, "Params")


def response_name(endpoint: Endpoint) -> str:
    """Return the name of the response, or of each item of its pages: ``APIKeyCreateResponse``."""
    return _class_name(_noun(endpoint), endpoint.function, "Response")


def arguments(endpoint: Endpoint) -> list[tuple[str, Field]]:
    """Return the arguments with their names, which say the place where several would have the same."""
    fields = endpoint.parameters
    names = [_name(field.name) for field in fields]
    outside = Counter(name for name, field in zip(names, fields, strict=True) if field.place != "body")
    found: dict[str, Field] = {}
    for name, field in zip(names, fields, strict=True):
        own = f"{name}_{field.place}" if outside[name] > (field.place != "body") else name
        while own in found:
            own += "_"
        found[own] = field
    return list(found.items())


def type_of(type_: Type, *, sent: bool) -> str:
    """Return a type as an annotation, without regard to null."""
    if type_.choices:
        return f"Literal[{', '.join(map(_literal, type_.choices))}]"
    items = optional(type_.items, sent=sent) if type_.items else "object"
    match type_.kind:
        case "array":
            return f"{'SequenceNotStr' if sent else 'List'}[{items}]"
        case "object":
            return (
                (type_.name or "object") if type_.fields or (type_.name and not type_.items) else f"Dict[str, {items}]"
            )
        case "union" if type_.variants:
            return f"Union[{', '.join(dict.fromkeys(type_of(own, sent=sent) for own in type_.variants))}]"
        case "string" if type_.format == "binary":
            return "bytes"
        case _:
            return _DATES.get(type_.format) or _SCALARS.get(type_.kind) or type_.name or "object"


def optional(type_: Type, *, sent: bool, required: bool = True) -> str:
    """Return a type as an annotation; what may be null or left out is ``Optional``."""
    annotation = type_of(type_, sent=sent)
    return annotation if required and not type_.nullable else f"Optional[{annotation}]"


class Python(Language):
    """The call on ``Boltz``."""

    label = "Python"
    syntax = "python"
    types_show_null = True
    client = "Boltz"
    page = "SyncCursorPage"
    wait = ""

    def signature(self, endpoint: Endpoint) -> str:
        """Return such as ``admin.api_keys.create(APIKeyCreateParams**kwargs) -> APIKeyCreateResponse``."""
        ids = [(name, field.type) for name, field in arguments(endpoint) if field.place == "path"]
        shown = [f"{type_of(type_, sent=True)} {name}" for name, type_ in ids]
        if len(ids) < len(endpoint.parameters):
            shown.append(f"{params_name(endpoint)}**kwargs")
        return f"{_method(endpoint)}({', '.join(shown)}) -> {self._returned(endpoint)}"

    def parameters(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """Return the arguments of the call, by their names in Python."""
        return tuple(evolve(self.entry(field, sent=True), name=name) for name, field in arguments(endpoint))

    def field(self, field: Field, *, sent: bool) -> tuple[str, str]:
        """Return such as ``expires_in_days`` and ``Optional[int]``."""
        return _name(field.name), optional(field.type, sent=sent, required=field.required)

    def heading(self, name: str, type_: Type, *, alternative: bool = False) -> tuple[str, str, str]:
        """Return a class, or the annotation of what is none."""
        if type_.fields and (type_.name or not alternative):
            return f"class {name}", ":", ""
        annotation = type_of(type_, sent=False)
        return (annotation, ":", "") if alternative else (name, ": ", annotation)

    def returns(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """Return the class of the response, or of the items where the response is a page."""
        shown = endpoint.page_items or endpoint.response
        return (self.named(response_name(endpoint), shown),) if shown else ()

    def _returned(self, endpoint: Endpoint) -> str:
        if endpoint.response is None:
            return "None"
        if endpoint.page_items is not None:
            return f"{self.page}[{response_name(endpoint)}]"
        return response_name(endpoint) if endpoint.response.fields else type_of(endpoint.response, sent=False)

    def example(self, endpoint: Endpoint) -> str:
        """Return a program that needs nothing but the key in ``BOLTZ_API_KEY``."""
        return "\n".join([*self._head(), *self._calls(endpoint)])

    def _head(self) -> list[str]:
        return [
            "import os",
            f"from boltz_api import {self.client}",
            "",
            f"client = {self.client}(",
            '    api_key=os.environ.get("BOLTZ_API_KEY"),  # This is the default and can be omitted',
            ")",
        ]

    def _calls(self, endpoint: Endpoint) -> list[str]:
        given = [
            _value(field.example) if field.place == "path" else f"{name}={_value(field.example)}"
            for name, field in arguments(endpoint)
            if field.required
        ]
        call = f"{self.wait}client.{_method(endpoint)}("
        lines = [call, *(f"    {argument}," for argument in given), ")"] if given else [f"{call})"]
        shown = endpoint.page_items or endpoint.response
        if shown is None:
            return lines
        variable = "page" if endpoint.page_items else _noun(endpoint) if endpoint.function == "create" else "response"
        lines[0] = f"{variable} = {lines[0]}"
        if endpoint.page_items is not None:
            lines.append(f"{variable} = {variable}.data[0]")
        return [*lines, f"print({variable}{f'.{_name(shown.fields[0].name)}' if shown.fields else ''})"]


class AsyncPython(Python):
    """The call on ``AsyncBoltz``."""

    label = "Async Python"
    client = "AsyncBoltz"
    page = "AsyncCursorPage"
    wait = "await "

    def example(self, endpoint: Endpoint) -> str:
        """Return a program that needs nothing but the key in ``BOLTZ_API_KEY``."""
        body = [f"    {line}" for line in self._calls(endpoint)]
        return "\n".join(
            ["import asyncio", *self._head(), "", "", "async def main() -> None:", *body, "", "", "asyncio.run(main())"]
        )


def _method(endpoint: Endpoint) -> str:
    return ".".join(map(_name, (*endpoint.resource, endpoint.function)))


def _value(value: JSON) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _literal(value)


def _literal(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
