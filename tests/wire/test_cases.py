"""The files of cases are as their schema has them, and every case says something."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest
import yaml

from boltz_api.sandbox.certify.cases import FOLDER, SCHEMA, Case, each, load, schema
from boltz_api.sandbox.certify.scorecard import Drive, Reply, play
from tests.wire.drivers import own

FILES = load()
CASES = list(each(FILES))
PATHS = sorted(FOLDER.glob("*.yaml"))
EVERYTHING = {name for case in CASES for name in case.needed} | {"clock"}


def test_there_are_enough() -> None:
    assert len(CASES) > 200
    assert len(FILES) == 8
    assert all(group.rules for group in FILES)


def test_the_schema_is_that_of_the_types() -> None:
    """Refresh it with ``python -m boltz_api.sandbox.certify.cases``."""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_file_is_as_the_schema_has_it(path: Path) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert list(validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))) == []
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema.json\n")


BROKEN = {
    "misspelt": ("cases: [{rule: a, title: x, call: {operation: list}, expects: {requests: 1}}]", "expects"),
    "operation": ("cases: [{rule: a, title: x, call: {operation: lost}, expect: {requests: 1}}]", "Invalid enum value"),
    "no rule": ("cases: [{rule: b, title: x, call: {operation: list}, expect: {requests: 1}}]", "['a', 'b']"),
    "no YAML": ("cases: [", "while parsing"),
}


@pytest.mark.parametrize(("cases", "message"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_not_is_refused(tmp_path: Path, cases: str, message: str) -> None:
    (tmp_path / "broken.yaml").write_text(f"group: x\nrules: {{a: y}}\n{cases}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"^(broken\.yaml|x): ") as caught:
        load(tmp_path)
    assert message in str(caught.value)


def test_titles_tell_cases_apart() -> None:
    assert [name for name, count in Counter((case.rule, case.title) for case in CASES).items() if count > 1] == []


def test_rules_are_sentences_with_names_for_links() -> None:
    for file in FILES:
        for rule, statement in file.rules.items():
            assert rule.replace("-", "").isalpha()
            assert statement.endswith(".")


def nothing(line: Mapping[str, object]) -> Reply:
    return Reply(value=None)


def refusal(line: Mapping[str, object]) -> Reply:
    """Of a client that refuses every call, and does not say why."""
    return Reply(error={"kind": "argument"}, exit_code=2)


@pytest.mark.parametrize("client", [nothing, refusal])
def test_no_case_is_passed_by_a_client_that_does_nothing(client: Drive) -> None:
    passed = [verdict for case in CASES if (verdict := play(case, client, EVERYTHING)).passed]
    # Why it refuses a header is the one thing that a client need not say.
    expected = {"header-form", "argument-shown"} if client is refusal else set()
    assert {verdict.rule for verdict in passed} <= expected


def test_a_case_without_effect_is_found_out() -> None:
    idle = Case(rule="a", title="x", call=CASES[0].call, expect=CASES[0].expect.__class__(requests=0))
    assert play(idle, nothing, EVERYTHING).passed


def test_who_has_no_fake_clock_does_not_wait_long() -> None:
    long = [case.title for case in CASES if sum(case.expect.sleeps) > 1 and "clock" not in case.needed]
    assert long == []


def test_capabilities_are_known() -> None:
    assert EVERYTHING == {*own.HELLO["capabilities"], "command_line", "full_stderr"}
