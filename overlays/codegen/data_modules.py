"""``models.py`` and ``params.py``, written by datamodel-code-generator."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from codegen.definitions import UNKNOWN_TAG
from codegen.fault import ContractError
from codegen.json_schema import ModelsDocument, ParamsDocument
from codegen.project import HERE
from codegen.shapes import Alias, Enumeration, Items, Nullable, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datamodel_code_generator._types import GenerateConfigDict

    from codegen.json_schema import Node
    from codegen.normal_form import NormalForm

TEMPLATES: Final = Path(__file__).parent / "templates"

_MODELS_HEADER: Final = '''\
"""The contract's data. Request models are closed and check what is sent; answer models are open to newer servers."""
'''
_PARAMS_HEADER: Final = '''\
"""The arguments of each operation as a typed dict, for code that builds them up before the call."""
'''


def models_source(form: NormalForm, package: str) -> str:
    """The source of ``models.py``."""
    records = [own for own in form.definitions.values() if isinstance(own, Record)]
    source = _generate(
        form,
        "models",
        ModelsDocument(form, package).document(),
        base_class=f"{package}.model.Model",
        custom_file_header=_MODELS_HEADER,
        custom_template_dir=TEMPLATES / "models",
        aliases={
            f"{record.name}.{wire}": name for record in records for name, wire in _names(record).items() if name != wire
        },
        extra_template_data=_template_data(form),
    )
    expected = {record.name: set(_names(record)) - _untold(record) for record in records}
    _check_complete(form, source, expected, set(form.definitions))
    return source


def params_source(form: NormalForm) -> str:
    """The source of ``params.py``."""
    document = ParamsDocument(form).document()
    source = _generate(form, "params", document, custom_file_header=_PARAMS_HEADER)
    expected = {name: set(node["properties"]) for name, node in document["$defs"].items()}
    _check_complete(form, source, expected, set(expected))
    return source


def settings(profile: Literal["models", "params"]) -> dict[str, Any]:
    """The generator's settings for one file: those of both, and those of its profile, from pyproject.toml."""
    tables = HERE.settings("datamodel-codegen")
    common = {key: setting for key, setting in tables.items() if key != "profiles"}
    return {key.replace("-", "_"): setting for key, setting in (common | tables["profiles"][profile]).items()}


def _generate(form: NormalForm, profile: Literal["models", "params"], document: Node, **options: object) -> str:
    # It takes a second to import, and not everything here needs it.
    from datamodel_code_generator import Error, generate
    from datamodel_code_generator.enums import InputFileType

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            every: dict[str, Any] = {"input_file_type": InputFileType.JsonSchema, **settings(profile), **options}
            source = generate(document, **cast("GenerateConfigDict", every))
        except Error as error:
            raise _failure(form, f"datamodel-code-generator: {error}") from error
    if caught:
        raise _failure(form, *(f"datamodel-code-generator: {warning.message}" for warning in caught))
    assert isinstance(source, str), "without an output path, one module comes back as its text"
    return source


def _template_data(form: NormalForm) -> dict[str, dict[str, object]]:
    """What the templates know of a type besides what datamodel-code-generator tells them."""
    data: dict[str, dict[str, object]] = {}
    for definition in form.definitions.values():
        match definition:
            case Enumeration():
                kinds = dict.fromkeys(type(value).__name__ for value in definition.choice.values)
                data[definition.name] = {
                    "open_type": " | ".join(sorted(kinds, reverse=True)),
                    "known": list(definition.choice.values),
                }
            case Record():
                data[definition.name] = {
                    "order": list(_names(definition)),
                    "secrets": [own.name for own in definition.fields if own.secret],
                    "tag_name": "" if definition.tag is None else definition.tag.name,
                    "unknown_variant": bool(_untold(definition)),
                }
            case Alias(shape=Items(unique=True) | Nullable(shape=Items(unique=True))):
                data[definition.name] = {"unique": True}
            case _:
                pass
    return data


def _names(record: Record) -> dict[str, str]:
    names = {own.name: own.wire for own in record.fields}
    return {record.tag.name: record.tag.wire, **names} if record.tag else names


def _untold(record: Record) -> set[str]:
    """The tag of a variant that is not known: it has none to tell."""
    return {record.tag.name} if record.tag is not None and record.tag.value == UNKNOWN_TAG else set()


def _check_complete(form: NormalForm, source: str, fields: Mapping[str, set[str]], types: set[str]) -> None:
    """A fault for each type and each field that the generator left out or called otherwise."""
    written: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ClassDef():
                targets = (own.target for own in node.body if isinstance(own, ast.AnnAssign))
                written[node.name] = {own.id for own in targets if isinstance(own, ast.Name)} - {
                    "__secrets__",
                    "__tag__",
                }
            case ast.AnnAssign(target=ast.Name(id=name)):
                written.setdefault(name, set())
            case _:
                pass
    missing = [f"{name} was not written" for name in sorted(types - written.keys())]
    missing += [
        f"{name}: the fields are {sorted(written[name])}, not {sorted(expected)}"
        for name, expected in fields.items()
        if name in written and written[name] != expected
    ]
    if missing:
        raise _failure(form, *(f"datamodel-code-generator: {message}" for message in missing))


def _failure(form: NormalForm, *messages: str) -> ContractError:
    return ContractError(form.contract.fault(message, "#") for message in messages)
