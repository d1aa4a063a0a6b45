"""HTTP: names and types as in JSON, with curl for an example."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from reference.languages import Entry, Language
from reference.languages.python import response_name

if TYPE_CHECKING:
    from reference.endpoints import Endpoint, Field, Type

# An object with more fields than this is named by its first few.
_ALL_SHOWN: Final = 4
_FIRST_SHOWN: Final = 3


def type_of(type_: Type) -> str:
    """Return a type in words: ``array of object { id, name }``."""
    if type_.choices:
        return " or ".join(json.dumps(choice, ensure_ascii=False) for choice in type_.choices)
    items = f" of {type_of(type_.items)}" if type_.items else ""
    if type_.kind == "array":
        return f"array{items}"
    if type_.kind == "object":
        if not type_.fields:
            return f"map{items}" if items else type_.name or "object"
        names = [field.name for field in type_.fields]
        if len(names) > _ALL_SHOWN:
            names[_FIRST_SHOWN:] = [f"{len(names) - _FIRST_SHOWN} more"]
        return f"object {{ {', '.join(names)} }}"
    if type_.kind == "union":
        return " or ".join(dict.fromkeys(own.name or type_of(own) for own in type_.variants)) or type_.name or "any"
    return "number" if type_.kind == "integer" else type_.kind


class HTTP(Language):
    """The endpoint as it is on the wire."""

    label = "HTTP"
    syntax = "bash"

    def __init__(self, server: str, key_header: str) -> None:
        self._server = server
        self._key_header = key_header

    def signature(self, endpoint: Endpoint) -> str:
        """Return method and path."""
        return f"{endpoint.method.upper()} {endpoint.path}"

    def field(self, field: Field, *, sent: bool) -> tuple[str, str]:
        """Return such as ``limit`` and ``optional number``."""
        return field.name, ("optional " if sent and not field.required else "") + type_of(field.type)

    def heading(self, name: str, type_: Type, *, alternative: bool = False) -> tuple[str, str, str]:
        """Return such as ``APIKey`` and ``object { id, name }``."""
        return name, ": " if alternative else " ", type_of(type_)

    def returns(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """Return the response by the name that the clients give it; a page of a list by the contract's own."""
        if endpoint.response is None:
            return ()
        name = endpoint.response.name if endpoint.page_items else response_name(endpoint)
        return (self._entry(name, ": ", type_of(endpoint.response), endpoint.response, "", sent=False),)

    def example(self, endpoint: Endpoint) -> str:
        """Return a curl command for a shell that holds the key in ``BOLTZ_API_KEY``."""
        url = self._server + endpoint.path
        for field in endpoint.required("path"):
            url = url.replace(f"{{{field.name}}}", quote(str(field.example), safe=""))
        query = urlencode({field.name: field.example for field in endpoint.required("query")}, doseq=True)
        lines = [f"curl {shlex.quote(f'{url}?{query}') if query else url}"]
        # curl makes it a POST by itself where there is a body, and a GET where there is none.
        if endpoint.method != ("post" if endpoint.media_type else "get"):
            lines.append(f"-X {endpoint.method.upper()}")
        lines.append(f'-H "{self._key_header}: $BOLTZ_API_KEY"')
        lines += [f"-H {shlex.quote(f'{field.name}: {field.example}')}" for field in endpoint.required("header")]
        if endpoint.media_type:
            body = endpoint.example_body
            data = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
            lines += [f"-H 'Content-Type: {endpoint.media_type}'", f"-d {shlex.quote(data)}"]
        return " \\\n    ".join(lines)
