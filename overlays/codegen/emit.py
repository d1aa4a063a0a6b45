"""The whole generated package, from a contract's normal form."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

from codegen.document import Fault, Faults
from codegen.emit_models import NotWrittenError, TypedDicts, models_source, params_source
from codegen.emit_resources import Security, resources_of, resources_sources
from codegen.endpoints import Endpoints, RefusedError
from codegen.naming import pascal_case
from codegen.python_methods import method_of, write_types
from codegen.python_schemas import PythonSchemas
from codegen.python_types import PythonTypes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from codegen.normal_form import NormalForm
    from codegen.python_methods import Method

PACKAGE: Final = "boltz_api_generated"

# What is tidied: imports that are unused or unsorted, `__all__`, and where `None` stands in a union.
_TIDIED: Final = ("F401", "I", "RUF022", "RUF036")


def write_package(form: NormalForm, target: Path, package: str = PACKAGE) -> None:
    """Write everything but manifest and contract into ``target``, an empty folder.

    ``package`` is the name under which the files import one another. ``Faults`` says what cannot be written.
    """
    schemas = PythonSchemas(form.document)
    try:
        sources = _sources(form, schemas, package)
    except RefusedError as error:
        raise Faults(Fault(form.place(pointer), message) for pointer, message in error.problems) from None
    except NotWrittenError as error:
        places = ((form.place(schemas.places.get(name, "#")), message) for name, message in error.messages.items())
        raise Faults(Fault(place, f"datamodel-code-generator: {message}") for place, message in places) from None
    for name, source in sources.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8", newline="\n")
    _format(target, package)


def _sources(form: NormalForm, schemas: PythonSchemas, package: str) -> dict[str, str]:
    endpoints = Endpoints(schemas)
    methods = [method_of(own, endpoints) for own in schemas.operations]
    root = resources_of(methods, form.document)
    names = endpoints.field_names() | {name: own for method in methods for name, own in _argument_names(method)}
    typed_dicts = TypedDicts(schemas, names)
    typed_dicts.add_nested([own for method in methods for own in method.arguments])
    types, security = PythonTypes(schemas, typed_dicts.names), Security(form.document)
    for method in methods:
        write_types(method, types)
        security.add_to(method)
        if method.arguments:
            name = schemas.classes.claim(pascal_case(method.operation.node["operationId"]) + "Params")
            typed_dicts.add_arguments(name, method.name, method.arguments)
    return {
        "py.typed": "",
        "models.py": models_source(schemas, names),
        "params.py": params_source(typed_dicts.schemas),
        **resources_sources(endpoints, root, form.document, security.own, package),
    }


def _argument_names(method: Method) -> Iterator[tuple[str, dict[str, str]]]:
    """The fields of the classes that check the method's arguments are called as the arguments are."""
    for location, struct in method.operation.structs.items():
        yield struct, {own.wire: own.name for own in method.arguments if own.location == location}


def _format(target: Path, package: str) -> None:
    """Tidy and format every file, by settings that no folder above ``target`` can change."""
    settings = ["--isolated", "--no-cache", "--quiet", "--config=line-length=120", "--config=target-version='py311'"]
    # By default ruff leaves out whatever lies below a folder called build, dist, .nox, ...: the checkout may.
    settings.append("--config=exclude=[]")
    imports = f"--config=lint.isort.known-first-party=['boltz_api', '{package}']"
    for command in (["check", "--fix", "--exit-zero", f"--select={','.join(_TIDIED)}", imports], ["format"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *settings, str(target)], check=True)
