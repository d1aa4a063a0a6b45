"""The command ``boltz-api``."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from attrs import evolve

from reference.languages.http import HTTP
from reference.languages.python import arguments

if TYPE_CHECKING:
    from reference.endpoints import Endpoint
    from reference.languages import Entry


class CommandLine(HTTP):
    """The endpoint as a command, which prints the JSON of the response into a pipe."""

    label = "Command line"

    def signature(self, endpoint: Endpoint) -> str:
        """Return the command, as it is typed at a prompt."""
        return f"$ {_command(endpoint)}"

    def parameters(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """Return the flags."""
        return tuple(evolve(self.entry(field, sent=True), name=_flag(name)) for name, field in arguments(endpoint))

    def example(self, endpoint: Endpoint) -> str:
        """Return the command with every flag that it needs."""
        words = [_command(endpoint)]
        for name, field in arguments(endpoint):
            if field.required:
                value = field.example
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                words.append(f"{_flag(name)} {shlex.quote(text)}")
        return " ".join(words)


def _command(endpoint: Endpoint) -> str:
    words = [":".join(endpoint.resource), endpoint.function]
    return f"boltz-api {' '.join(words)}".replace("_", "-")


def _flag(name: str) -> str:
    return f"--{name.strip('_').replace('_', '-')}"
