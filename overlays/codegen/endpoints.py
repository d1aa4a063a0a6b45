"""The document as openapi-python-client understands it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties.model_property import ModelProperty
from openapi_python_client.strings import PythonIdentifier

from codegen.python_names import PREFIX, python_name
from codegen.python_schemas import kind_of, wire_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from openapi_python_client.parser.errors import GeneratorError
    from openapi_python_client.parser.openapi import Endpoint
    from openapi_python_client.parser.properties.property import Property

    from codegen.python_schemas import Operation, PythonSchemas

# What openapi-python-client calls each way to write a body.
_CONTENT_TYPES: Final = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "text": "application/octet-stream",
    "binary": "application/octet-stream",
}


class RefusedError(Exception):
    """Raised for what cannot be generated: messages, each with the pointer to its place in the document."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("\n".join(message for _, message in problems))
        self.problems = problems


class Endpoints:
    """The endpoints that openapi-python-client made of a document; ``RefusedError`` if it would leave any out."""

    def __init__(self, schemas: PythonSchemas) -> None:
        self.schemas = schemas
        self.config = Config.from_sources(
            ConfigFile(
                post_hooks=[],  # the whole package is formatted at once
                literal_enums=True,
                field_prefix=PREFIX,
                content_type_overrides={name: _CONTENT_TYPES[kind_of(name)] for name in _media_types(schemas)},
            ),
            MetaType.NONE,
            document_source=Path("openapi.yaml"),
            file_encoding="utf-8",
            overwrite=False,
            output_path=Path("package"),  # never written to: the templates are rendered into strings
        )
        data = GeneratorData.from_dict(schemas.document, config=self.config)
        if not isinstance(data, GeneratorData):
            raise RefusedError([("#", _message(data))])
        self.data = data
        collections = data.endpoint_collections_by_tag.values()
        if errors := [*data.errors, *(error for own in collections for error in own.parse_errors)]:
            raise RefusedError([(self._pointer(error), _message(error)) for error in errors])
        self._by_name = {endpoint.name: endpoint for own in collections for endpoint in own.endpoints}

    def of(self, operation: Operation) -> Endpoint:
        """The endpoint that openapi-python-client made of ``operation``."""
        name = PythonIdentifier(operation.node["operationId"], PREFIX)
        if name not in self._by_name:
            raise RefusedError([(operation.pointer, "openapi-python-client left this operation out")])
        return self._by_name.pop(name)

    def field_names(self) -> dict[str, dict[str, str]]:
        """The Python names of every class's fields, by wire name."""
        names: dict[str, dict[str, str]] = {}
        for model in self.data.models:
            name = self.schemas.classes.by_spelling.get(str(model.class_info.name), "")
            if name in self.schemas.schemas:
                names[name] = distinct((wire_name(key_of(own)), own.python_name) for own in fields_of(model))
        return names

    def _pointer(self, error: GeneratorError) -> str:
        """The place that ``error`` is about."""
        text = f"{error.header} {error.detail}"
        if match := re.search(r"parsing (\w+) (\S+) within", text):
            for own in self.schemas.operations:
                if (own.method.upper(), own.path) == match.groups():
                    return own.pointer
        names = re.findall(r"/components/schemas/(\w+)", text)
        return next((self.schemas.places[name] for name in names if name in self.schemas.places), "#")


def fields_of(prop: object) -> list[Property]:
    """The properties of an object, required ones first; none of anything else."""
    if not isinstance(prop, ModelProperty):
        return []
    return [*(prop.required_properties or ()), *(prop.optional_properties or ())]


def key_of(prop: Property) -> str:
    """The name of ``prop`` in the document."""
    return prop.name.get_untrusted_value()


def distinct(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By key the name that openapi-python-client gave it, as our code calls it."""
    names: dict[str, str] = {}
    for key, generated in pairs:
        name = python_name(generated)
        while name in names.values():
            name += "_"
        names[key] = name
    return names


def _media_types(schemas: PythonSchemas) -> Iterator[str]:
    for own in schemas.operations:
        for holder in (own.node.get("requestBody", {}), *own.node["responses"].values()):
            yield from holder.get("content", {})


def _message(error: GeneratorError) -> str:
    text = ": ".join(filter(None, [error.header.strip(), error.detail]))
    # Its messages forget to unpack some names.
    return "openapi-python-client: " + " ".join(re.sub(r"<\S+ object at \w+>", "…", text).split())
