"""The reference of any contract: every operation has its page, and every example makes sense."""

from __future__ import annotations

import ast
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from codegen.normal_form import load
from reference.endpoints import Endpoint, Reference
from reference.languages import Language
from reference.pages import Writer

CONTRACTS = sorted((Path(__file__).parent.parent / "contracts").glob("*.yaml"))


@pytest.fixture(params=CONTRACTS, ids=[path.stem for path in CONTRACTS])
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    document: dict[str, Any] = load(request.param).document
    return document


@pytest.fixture
def pairs(document: dict[str, Any]) -> list[tuple[Endpoint, Language]]:
    writer = Writer(Reference(document))
    endpoints = [endpoint for resource in writer.reference.resources for endpoint in resource.endpoints]
    return [(endpoint, language) for endpoint in endpoints for language in writer.languages]


def test_every_operation_and_type_has_its_place(document: dict[str, Any]) -> None:
    writer = Writer(Reference(document))
    operations = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    pages = list(writer.pages())

    assert {own.operation for resource in writer.reference.resources for own in resource.endpoints} == operations
    assert len({page.path for page in pages}) == len(pages) > len(operations)
    assert all(page.title and page.plain.startswith("# ") for page in pages)
    assert all(f"`{name}" in pages[-1].plain for name in document["components"]["schemas"])
    # Besides Go's slices, an empty list is a default.
    assert not [page.path for page in pages if re.search(r"(?<!`)(?<!= )\[\](?![\w\[*.])", page.plain)]


def test_every_language_shows_the_same_arguments(pairs: list[tuple[Endpoint, Language]]) -> None:
    for endpoint, language in pairs:
        # Go has one argument for all parameters outside the path, with a field for each.
        entries = language.parameters(endpoint)
        fields = [own for entry in entries for own in (entry.children if entry.type.endswith("Params") else (entry,))]
        shown = [entry.name for entry in fields]
        assert len(shown) == len(endpoint.parameters)
        assert language.syntax == "bash" or len(set(shown)) == len(shown), endpoint.operation


def test_every_python_example_is_python(pairs: list[tuple[Endpoint, Language]]) -> None:
    for endpoint, language in pairs:
        if language.syntax == "python":
            calls = [node for node in ast.walk(ast.parse(language.example(endpoint))) if isinstance(node, ast.Call)]
            given = sum(len(call.keywords) for call in calls) - 1  # besides `api_key`
            assert given == sum(1 for field in endpoint.required() if field.place != "path")


def test_every_shell_example_is_one_command(pairs: list[tuple[Endpoint, Language]]) -> None:
    for endpoint, language in pairs:
        if language.syntax == "bash":
            words = shlex.split(language.example(endpoint))
            assert words[0] in ("curl", "boltz-api")
            # Every placeholder of the path is filled in; braces are left in JSON only.
            assert all("{" not in word or json.loads(word) is not None for word in words)


def test_every_example_response_is_json(pairs: list[tuple[Endpoint, Language]]) -> None:
    for endpoint, _ in pairs:
        assert json.loads(json.dumps(endpoint.example_response)) == endpoint.example_response
