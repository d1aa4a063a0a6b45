"""Endpoints as commands of ``boltz-api``."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from boltz_api.cli import naming
from reference.entry import Entry, entry
from reference.example import example_for
from reference.notation import wire

if TYPE_CHECKING:
    from codegen.contract import JSON
    from reference.endpoint import Endpoint

_PROGRAM: Final = "boltz-api"


@frozen
class CommandLine:
    """The endpoint as a command."""

    label = "Command line"
    syntax = "bash"

    def signature(self, endpoint: Endpoint) -> str:
        """The command, as it is typed at a prompt."""
        return f"$ {self._command(endpoint)}"

    def parameters(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """The flags."""
        return tuple(
            evolve(shown, name=f"--{naming.kebab(shown.name)}")
            for parameter in endpoint.parameters
            for shown in (entry(parameter.field, wire.WIRE, sent=True),)
        )

    def returns(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """The JSON that the command prints into a pipe."""
        return wire.returns(endpoint)

    def example(self, endpoint: Endpoint) -> str:
        """The command with all that it needs."""
        words = [self._command(endpoint)]
        body = endpoint.example_body if isinstance(endpoint.example_body, dict) else {}
        for parameter in endpoint.required():
            name = parameter.field.wire
            value = body.get(name) if parameter.place == "body" else example_for(parameter.field, sent=True)
            words.append(f"--{naming.kebab(name)} {shlex.quote(_text(value))}")
        return " ".join(words)

    def _command(self, endpoint: Endpoint) -> str:
        return f"{_PROGRAM} {naming.group_name('.'.join(endpoint.resource))} {endpoint.command}"


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
