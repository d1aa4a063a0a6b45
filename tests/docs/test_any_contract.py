"""The reference of contracts that people may bring: every operation has its page, and every example makes sense."""

from __future__ import annotations

import ast
import json
import shlex
from pathlib import Path

import pytest

from codegen.contract import Contract
from codegen.normal_form import normalize
from reference.endpoint import Endpoint, read
from reference.entry import Entry
from reference.language import Language
from reference.pages import Writer

CONTRACTS = sorted((Path(__file__).parent.parent / "contracts").glob("*.yaml"))
every_contract = pytest.mark.parametrize("path", CONTRACTS, ids=[path.stem for path in CONTRACTS])


def writer_of(path: Path) -> Writer:
    return Writer(read(Contract.read(path)))


def pairs(writer: Writer) -> list[tuple[Endpoint, Language]]:
    endpoints = [endpoint for resource in writer.reference.resources for endpoint in resource.endpoints]
    return [(endpoint, language) for endpoint in endpoints for language in writer.languages]


def lines(entries: tuple[Entry, ...]) -> list[str]:
    return [line for entry in entries for line in (entry.name, *lines(entry.children))]


@every_contract
def test_every_operation_has_its_page(path: Path) -> None:
    writer = writer_of(path)
    operations = [operation.name for operation in normalize(Contract.read(path)).operations]
    assert [endpoint.operation for endpoint, _ in pairs(writer)[:: len(writer.languages)]] == operations
    pages = list(writer.pages())
    assert len({page.path for page in pages}) == len(pages)
    for page in pages:
        assert page.title
        assert page.plain.startswith("# ")
        assert "[]" not in page.plain.replace("`[]`", "").replace("= []", ""), "a type without its parts"


@every_contract
def test_every_argument_is_shown_in_every_language(path: Path) -> None:
    writer = writer_of(path)
    arguments = {operation.name: operation.arguments for operation in normalize(Contract.read(path)).operations}
    for endpoint, language in pairs(writer):
        shown = [entry.name for entry in language.parameters(endpoint)]
        assert len(shown) == len(arguments[endpoint.operation])
        if language.syntax == "python":
            assert shown == [argument.field.name for argument in arguments[endpoint.operation]]


@every_contract
def test_every_python_example_is_python(path: Path) -> None:
    for endpoint, language in pairs(writer_of(path)):
        if language.syntax == "python":
            tree = ast.parse(language.example(endpoint))
            called = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
            given = {keyword.arg for call in called for keyword in call.keywords} - {"api_key"}
            required = {parameter.field.name for parameter in endpoint.required() if parameter.place != "path"}
            assert given == required


@every_contract
def test_every_shell_example_is_one_command(path: Path) -> None:
    for endpoint, language in pairs(writer_of(path)):
        if language.syntax == "bash":
            words = shlex.split(language.example(endpoint))
            assert words[0] in ("curl", "boltz-api")
            # Every placeholder of the path is filled in; braces are left in JSON only.
            for word in words:
                assert "{" not in word or json.loads(word) is not None


@every_contract
def test_every_example_answer_is_json(path: Path) -> None:
    for endpoint, _ in pairs(writer_of(path)):
        if endpoint.answer is not None:
            assert json.loads(json.dumps(endpoint.example_answer)) == endpoint.example_answer
