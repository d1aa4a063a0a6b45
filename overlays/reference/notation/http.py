"""Endpoints as HTTP, with curl for an example."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from attrs import frozen

from reference.entry import Entry, entry
from reference.example import example_for
from reference.notation import wire

if TYPE_CHECKING:
    from codegen.operations import Location
    from reference.endpoint import Endpoint


@frozen
class Http:
    """The endpoint as it is on the wire."""

    server: str
    key_header: str

    label = "HTTP"
    syntax = "bash"

    def signature(self, endpoint: Endpoint) -> str:
        """Method and path."""
        return f"{endpoint.method.upper()} {endpoint.path}"

    def parameters(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """Path, query, headers and body, by their names on the wire."""
        return tuple(entry(parameter.field, wire.WIRE, sent=True) for parameter in endpoint.parameters)

    def returns(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """The JSON of the answer."""
        return wire.returns(endpoint)

    def example(self, endpoint: Endpoint) -> str:
        """A curl command for a shell that holds the key in ``BOLTZ_API_KEY``."""
        url = self.server + endpoint.path
        for name, value in _required(endpoint, "path").items():
            url = url.replace(f"{{{name}}}", quote(str(value), safe=""))
        query = urlencode(_required(endpoint, "query"))
        lines = [f"curl {shlex.quote(f'{url}?{query}') if query else url}"]
        # curl makes it a POST by itself where there is a body, and a GET where there is none.
        if endpoint.method != ("post" if endpoint.sends_json else "get"):
            lines.append(f"-X {endpoint.method.upper()}")
        lines.append(f'-H "{self.key_header}: $BOLTZ_API_KEY"')
        lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in _required(endpoint, "header").items()]
        if endpoint.sends_json:
            lines.append("-H 'Content-Type: application/json'")
            lines.append(f"-d {shlex.quote(json.dumps(endpoint.example_body, ensure_ascii=False))}")
        return " \\\n    ".join(lines)


def _required(endpoint: Endpoint, place: Location) -> dict[str, object]:
    return {
        parameter.field.wire: example_for(parameter.field, sent=True)
        for parameter in endpoint.required()
        if parameter.place == place
    }
