"""Generating the package from contracts of growing size: every operation of what comes out must be usable."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from ruamel.yaml import YAML

from benchmarks.environments import ROOT
from benchmarks.results import Goal
from benchmarks.startup import Startup, started

SIZES = (3, 30, 300)
PACKAGE = "boltz_api_generated"
OVERLAYS = {"PYTHONPATH": str(ROOT / "overlays")}
SHARED = {"Error"}
"""Schemas that stay one, however many resources there are."""

USE = f"""
from importlib import import_module
from {PACKAGE} import operations
from {PACKAGE}.request import Request

VALUES = {{"path": "an-id", "body": "a name"}}
for operation in operations.OPERATIONS.values():
    needed = {{argument.name: VALUES[argument.location] for argument in operation.arguments if argument.required}}
    request = getattr(operations, operation.name)(**needed)
    assert isinstance(request, Request) and request.operation is operation and "{{" not in request.path, operation.name
print(len(operations.OPERATIONS))
"""


@contextmanager
def contracts(sizes: tuple[int, ...]) -> Generator[Startup]:
    """Contracts with so many operations, and the commands that generate from them."""
    with TemporaryDirectory() as folder:
        commands: dict[str, list[str]] = {}
        for size in sizes:
            home = Path(folder, str(size))
            home.mkdir()
            (home / "contract.json").write_text(json.dumps(contract(size)), encoding="utf-8")
            output = home / PACKAGE
            paths = ["--contract", str(home / "contract.json"), "--output", str(output)]
            commands[row(size)] = [sys.executable, "-m", "codegen", "generate", *paths]
        yield Startup(
            "generate",
            "Generate a package",
            commands,
            rounds=3,
            variables=OVERLAYS,
            whole=True,
            reference=row(30) if 30 in sizes else None,
            goal=Goal(limit=12, against=row(30), subject=row(300)),
        )


def row(size: int) -> str:
    """What a contract of this size is called."""
    return f"{size} operations"


def check_use(generation: Startup) -> None:
    """Call every operation of every package that was generated."""
    for name, command in generation.commands.items():
        _, printed = started([sys.executable, "-c", USE], {"PYTHONPATH": str(Path(command[-1]).parent)})
        if row(int(printed)) != name:
            raise RuntimeError(f"the package for {name} has {printed.strip()}")


def contract(operations: int) -> dict[str, Any]:
    """A contract of so many operations: openapi.yaml's resource again and again, with schemas and a tag of its own."""
    yaml = YAML(typ="safe")
    original = cast("dict[str, Any]", yaml.load(ROOT / "openapi.yaml"))  # pyright: ignore[reportUnknownMemberType]  # ruamel has a parameter without a type
    resources, left_over = divmod(operations, 3)
    if left_over:
        raise ValueError(f"operations: expected a multiple of 3, got {operations}")
    schemas: dict[str, Any] = original["components"]["schemas"]
    own = {name: schema for name, schema in schemas.items() if name not in SHARED}
    copied = {"tags": original["tags"], "paths": original["paths"], "schemas": own}
    copies = [_renamed(copied, number, set(own)) for number in range(resources)]
    all_schemas = {name: schemas[name] for name in SHARED}
    for copy in copies:
        all_schemas |= copy["schemas"]
    return {
        **original,
        "tags": [tag for copy in copies for tag in copy["tags"]],
        "paths": {path: item for copy in copies for path, item in copy["paths"].items()},
        "components": {**original["components"], "schemas": all_schemas},
    }


def _renamed(value: Any, number: int, schemas: set[str]) -> Any:
    """A copy under other names: of schemas and references to them, of operations, of tags, of paths."""
    match value:
        case list():
            return [_renamed(item, number, schemas) for item in cast("list[object]", value)]
        case dict():
            members = cast("dict[object, object]", value)
            return {_name(name, number, schemas): _renamed(item, number, schemas) for name, item in members.items()}
        case _:
            return _name(value, number, schemas)


def _name(value: Any, number: int, schemas: set[str]) -> Any:
    if value in schemas or (isinstance(value, str) and value.rpartition("/schemas/")[2] in schemas):
        return f"{value}{number}"
    if value in ("create_api_key", "list_api_keys", "revoke_api_key", "admin.api_keys"):
        return f"{value}_{number}"
    if isinstance(value, str) and value.startswith("/compute/v1/admin/api-keys"):
        return value.replace("api-keys", f"api-keys-{number}")
    return value
