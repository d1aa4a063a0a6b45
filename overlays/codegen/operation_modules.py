"""``operations/``, written by openapi-python-client through the templates in ``templates/operations/``."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from codegen.annotations import imports_of, read_annotations
from codegen.data_modules import TEMPLATES
from codegen.fault import ContractError
from codegen.json_schema import nullable
from codegen.prose import docstring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openapi_python_client.parser.errors import GeneratorError

    from codegen.annotations import Annotation
    from codegen.normal_form import Module, NormalForm
    from codegen.operations import Argument, Operation


@frozen
class Parameter:
    """An argument as the templates write it."""

    argument: Argument
    annotation: Annotation
    default: str
    """Its default as source; empty if it must be given."""
    nullable: bool
    """Whether ``None`` is a value to send, and not a way to leave it out."""

    @property
    def name(self) -> str:
        """What the caller calls it."""
        return self.argument.field.name

    @property
    def declaration(self) -> str:
        """Name, type and default, as they stand in a signature."""
        return f"{self.name}: {self.annotation.source}" + (f" = {self.default}" if self.default else "")


@frozen
class OperationView:
    """What the templates know of an operation besides what openapi-python-client tells them."""

    operation: Operation
    parameters: tuple[Parameter, ...]
    doc: str

    def at(self, location: str) -> list[Parameter]:
        """The arguments that go to ``location``."""
        return [own for own in self.parameters if own.argument.location == location]

    @property
    def keywords(self) -> list[Parameter]:
        """The arguments that are given by name, those that must be given first."""
        named = [own for own in self.parameters if own.argument.location != "path"]
        return sorted(named, key=lambda own: bool(own.default))

    @property
    def constant(self) -> str:
        """What the operation's description is called in its module."""
        return self.operation.name.upper()

    @property
    def whole_body(self) -> Parameter | None:
        """The argument that is the body as a whole, if one is."""
        return next((own for own in self.at("body") if not own.argument.key), None)

    @property
    def whole_body_value(self) -> str:
        """What is sent as the body as a whole, as source."""
        own = self.whole_body
        assert own is not None
        nothing = f"{own.name} is None or " if own.default == "None" else ""
        return f"UNSET if {nothing}isinstance({own.name}, Omit) else {own.name}" if own.default else own.name

    @property
    def nullable_keys(self) -> tuple[str, ...]:
        """The body's keys that may be null."""
        return tuple(own.argument.key for own in self.at("body") if own.nullable)

    @property
    def result(self) -> str:
        """The type of a successful answer, as source."""
        operation = self.operation
        if operation.response is None:
            return "None"
        return f"models.{operation.response}" + (" | None" if operation.response_optional else "")

    @property
    def filled_path(self) -> str:
        """The path as source, with every placeholder filled."""
        path = self.operation.path
        if not self.at("path"):
            return f'"{path}"'
        for own in self.at("path"):
            path = path.replace(f"{{{own.argument.field.wire}}}", f"{{segment('{own.name}', {own.name})}}")
        return f'f"{path}"'


def operations_sources(form: NormalForm, params_source: str, package: str) -> dict[str, str]:
    """The source of every file in ``operations/``, by file name."""
    # It takes a second to import, and not everything here needs it.
    from openapi_python_client import Project
    from openapi_python_client.config import Config, ConfigFile, MetaType
    from openapi_python_client.parser import GeneratorData
    from openapi_python_client.strings import PythonIdentifier

    config = Config.from_sources(
        ConfigFile(post_hooks=[]),  # the whole package is formatted at once
        MetaType.NONE,
        document_source=Path(form.contract.file),
        file_encoding="utf-8",
        overwrite=False,
        output_path=Path(package),  # never written to: the templates are rendered into strings
    )
    data = GeneratorData.from_dict(operations_document(form), config=config)
    if not isinstance(data, GeneratorData):
        raise _failure(form, [data])
    collections = data.endpoint_collections_by_tag
    problems = [*data.errors, *(error for own in collections.values() for error in own.parse_errors)]
    problems += [error for own in collections.values() for endpoint in own.endpoints for error in endpoint.errors]
    if problems:
        raise _failure(form, problems)

    annotations = read_annotations(params_source)
    views = [_view(own, form, annotations.get(own.params_name, {})) for own in form.operations]
    by_endpoint = {PythonIdentifier(own.operation.name, config.field_prefix): own for own in views}
    by_tag = {PythonIdentifier(module.name, "tag"): module for module in form.modules}
    project = Project(openapi=data, config=config, custom_template_path=TEMPLATES / "operations")
    given: dict[str, Any] = {
        "package": package,
        "modules": form.modules,
        "view": by_endpoint.__getitem__,
        "docstring": docstring,
        "imports": imports_of,
    }
    project.env.globals.update(given)
    project.env.filters["python_string"] = _string_literal
    tag_template = project.env.get_template("endpoint_init.py.jinja")
    sources = {"__init__.py": project.env.get_template("api_init.py.jinja").render()}
    order = {own: number for number, own in enumerate(by_endpoint)}
    for tag, collection in collections.items():
        collection.endpoints.sort(key=lambda endpoint: order[endpoint.name])
        sources[f"{by_tag[tag].name}.py"] = tag_template.render(endpoint_collection=collection, module=by_tag[tag])
    _check_complete(form, sources)
    return sources


def operations_document(form: NormalForm) -> dict[str, Any]:
    """The contract as openapi-python-client sees it: every operation and parameter, and no schema to misread."""
    paths: dict[str, dict[str, Any]] = {}
    for module in form.modules:
        for operation in module.operations:
            path = operation.path
            for own in operation.arguments:
                if own.location == "path":
                    path = path.replace(f"{{{own.field.wire}}}", f"{{{own.field.name}}}")
            paths.setdefault(path, {})[operation.method.lower()] = _operation_node(operation, module)
    return {"openapi": "3.1.0", "info": {"title": form.title, "version": "0"}, "paths": paths}


def _operation_node(operation: Operation, module: Module) -> dict[str, Any]:
    text = {"type": "string"}
    any_json: dict[str, Any] = {"application/json": {"schema": {}}}
    node: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [module.name],
        "summary": operation.summary,
        "parameters": [
            {"name": own.field.name, "in": own.location, "required": own.field.required, "schema": text}
            for own in operation.arguments
            if own.location != "body"
        ],
        "responses": {"200": {"description": "", **({"content": any_json} if operation.response else {})}},
    }
    if operation.body is not None:
        node["requestBody"] = {"required": operation.body_required, "content": any_json}
    return node


def _view(operation: Operation, form: NormalForm, annotations: Mapping[str, Annotation]) -> OperationView:
    parameters = tuple(_parameter(own, form, annotations[own.field.name]) for own in operation.arguments)
    described = [f"    {own.name}: {own.argument.field.words}" for own in parameters if own.argument.field.words]
    parts = [
        operation.summary,
        operation.description,
        "Deprecated: the server will stop offering it." if operation.deprecated else "",
        "\n".join(["Args:", *described]) if described else "",
    ]
    return OperationView(operation, parameters, docstring("\n\n".join(part for part in parts if part)))


def _parameter(argument: Argument, form: NormalForm, annotation: Annotation) -> Parameter:
    null_is_sent = nullable(argument.field.shape, form.definitions)
    if argument.field.required:
        return Parameter(argument, annotation, "", null_is_sent)
    # Null may mean something to the server; then leaving out must be something else.
    left_out, default = ("UnsetType | Omit", "UNSET") if null_is_sent else ("Omit", "None")
    return Parameter(argument, evolve(annotation, source=f"{annotation.source} | {left_out}"), default, null_is_sent)


def _string_literal(text: str) -> str:
    # Every JSON string is a Python string.
    return json.dumps(text, ensure_ascii=False)


def _check_complete(form: NormalForm, sources: Mapping[str, str]) -> None:
    """A fault for each operation that the generator left out."""
    for module in form.modules:
        tree = ast.parse(sources.get(f"{module.name}.py", ""))
        written = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        missing = [own for own in module.operations if own.name not in written]
        if missing:
            message = "openapi-python-client left it out"
            raise ContractError(form.contract.fault(f"{own.name}: {message}", own.pointer) for own in missing)


def _failure(form: NormalForm, problems: Sequence[GeneratorError]) -> ContractError:
    return ContractError(
        form.contract.fault(": ".join(filter(None, ["openapi-python-client", own.header, own.detail])), "#/paths")
        for own in problems
    )
