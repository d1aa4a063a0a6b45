"""Names in generated Python: openapi-python-client's, but for the underscore that it gives to every builtin."""

from __future__ import annotations

import builtins
import keyword
from typing import TYPE_CHECKING, Final

from openapi_python_client.strings import ClassName, PythonIdentifier

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX: Final = "field_"
"""Begins a name that would start with a digit."""

OPTIONS: Final = frozenset({"timeout", "max_retries", "extra_headers", "extra_query", "extra_body"})
"""The options of every method, besides the operation's own arguments."""

# Every model has these; `field` is called in the classes' own bodies, the others in the bodies of methods.
FIELDS: Final = OPTIONS | {"to_dict", "to_json", "model_extra", "model_fields_set", "field", "self", "options", "given"}

# The runtime's own attributes of clients, and of resources.
CLIENT_ATTRIBUTES: Final = frozenset(
    {
        *("api_key", "auth_headers", "base_url", "close", "copy", "default_headers", "default_query", "delete", "get"),
        *("is_closed", "max_retries", "patch", "perform", "post", "put", "timeout", "total_timeout", "with_options"),
        *("with_raw_response", "with_streaming_response"),
    }
)
RESOURCE_ATTRIBUTES: Final = frozenset({"with_raw_response", "with_streaming_response"})

# Annotations in a resource's class name these, and a method of the same name would stand for them there.
METHODS_HIDE: Final = frozenset(
    {"models", "params", "datetime", "uuid", "decimal", "str", "int", "float", "bool", "bytes", "object", "raw"}
)

CLASSES: Final = frozenset(
    {
        *("Annotated", "Any", "ClassVar", "Literal", "TypeAlias", "TYPE_CHECKING", "NotRequired", "TypedDict"),
        *("Meta", "Model", "UNSET", "UnsetType", "IPText", "IPv4Text", "IPv6Text", "SecretText"),
        *("Decimal", "UUID", "Sequence", "Mapping"),
    }
)
"""The names that models.py and params.py import."""


def python_name(generated: str) -> str:
    """The name that openapi-python-client gave an argument or a field, as our code calls it."""
    return legal(generated.removesuffix("_"), FIELDS)


def legal(name: str, reserved: frozenset[str]) -> str:
    """``name``, with an underscore if it is reserved."""
    return f"{name}_" if keyword.iskeyword(name) or name in reserved else name


def is_apart(wire: str, others: Iterable[str]) -> bool:
    """True if openapi-python-client can distinguish a property from ``others``, by its words or its letters."""
    return not any(
        PythonIdentifier(wire, PREFIX) == PythonIdentifier(other, PREFIX)
        and PythonIdentifier(wire, PREFIX, skip_snake_case=True)
        == PythonIdentifier(other, PREFIX, skip_snake_case=True)
        for other in others
    )


class ClassNames:
    """Gives out class names that differ from each other, also as openapi-python-client spells them."""

    def __init__(self) -> None:
        self._taken = {spelled(name) for name in CLASSES}
        self.by_spelling: dict[str, str] = {}

    def claim(self, name: str) -> str:
        """``name``, or the nearest to it that is free."""
        free, number = name, 1
        while spelled(free) in self._taken or keyword.iskeyword(free) or free in dir(builtins):
            number += 1
            free = f"{name}{number}"
        self._taken.add(spelled(free))
        self.by_spelling[spelled(free)] = free
        return free


def spelled(name: str) -> str:
    """``name`` as openapi-python-client spells a class."""
    return str(ClassName(name, PREFIX))
