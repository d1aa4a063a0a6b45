"""Generating the package from contracts of growing size: every operation of what comes out must be usable."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import yaml

from benchmarks.environments import ROOT
from benchmarks.results import Goal
from benchmarks.startup import Startup, started

SIZES = (3, 30, 300)
PACKAGE = "boltz_api_generated"
OVERLAYS = {"PYTHONPATH": str(ROOT / "overlays")}
SHARED = {"Error"}
"""Schemas that stay one, however many resources there are."""

USE = f"""
from inspect import Parameter, signature
from operator import attrgetter

import httpx
from {PACKAGE} import OPERATIONS
from {PACKAGE}.resources import SyncClient
from boltz_api import InternalServerError

sent = []

def refuse(request):
    sent.append(request.method)
    return httpx.Response(500)

http_client = httpx.Client(transport=httpx.MockTransport(refuse))
client = SyncClient(api_key="a fake key", max_retries=0, http_client=http_client)
for operation in OPERATIONS.values():
    method = attrgetter(f"{{operation.resource}}.{{operation.function}}")(client)
    parameters = signature(method).parameters.values()
    needed = [each.name for each in parameters if each.default is each.empty and each.kind is not Parameter.VAR_KEYWORD]
    try:
        method(**dict.fromkeys(needed, "a-value"))
    except InternalServerError:
        assert operation.method == sent[-1]
print(len(sent))
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
            output = home / "generated"
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
        _, printed = started([sys.executable, "-c", USE], {"PYTHONPATH": f"{command[-1]}:{ROOT / 'overlays'}"})
        if row(int(printed)) != name:
            raise RuntimeError(f"the package for {name} has {printed.strip()}")


def contract(operations: int) -> dict[str, Any]:
    """A contract of so many operations: openapi.yaml's resource again and again, with schemas and a tag of its own."""
    original = cast("dict[str, Any]", yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8")))
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
