"""The command ``boltz-api``."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from codegen.python_names import snake_case
from reference.languages.http import HTTP

if TYPE_CHECKING:
    from reference.endpoints import Endpoint, Field


class CommandLine(HTTP):
    """The endpoint as a command, which prints the JSON of the response into a pipe."""

    label = "Command line"

    def signature(self, endpoint: Endpoint) -> str:
        """Return the command, as it is typed at a prompt."""
        return f"$ {_command(endpoint)}"

    def field(self, field: Field, *, sent: bool) -> tuple[str, str]:
        """Return a flag for what is sent; names as in JSON for what is received."""
        name, type_ = super().field(field, sent=sent)
        return f"--{_kebab(name)}" if sent and field.place else name, type_

    def example(self, endpoint: Endpoint) -> str:
        """Return the command with every flag that it needs."""
        words = [_command(endpoint)]
        for field in endpoint.required():
            value = field.example
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            words.append(f"--{_kebab(field.name)} {shlex.quote(text)}")
        return " ".join(words)


def _command(endpoint: Endpoint) -> str:
    return f"boltz-api {':'.join(map(_kebab, endpoint.resource))} {_kebab(endpoint.function)}"


def _kebab(name: str) -> str:
    return snake_case(name).strip("_").replace("_", "-")
