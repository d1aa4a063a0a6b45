"""The contract's commands, run for real in a pipe."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest
import yaml

from boltz_api import Boltz
from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"
NAMES = ["Sandbox admin", "Sandbox test admin"]


def test_list_prints_the_envelope_of_the_reference_in_a_pipe(boltz: Any) -> None:
    done = boltz(KEYS, "list")
    page = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert list(page) == ["data", "first_id", "has_more", "last_id"]
    assert [key["name"] for key in page["data"]] == NAMES
    assert done.out == json.dumps(page, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("body", "operand"),
    [
        ('{"name": "from a body", "expires_in_days": 9, "mode": "live"}', []),
        ("name: from a body\nexpires_in_days: 9\nmode: live\n", ["@-"]),
        ("name: from a body\nexpires_in_days: 9\nmode: live\n", ["@key.txt"]),
    ],
    ids=["JSON", "YAML", "file"],
)
def test_a_body_merges_under_the_flags(boltz: Any, body: str, operand: list[str]) -> None:
    (boltz.folder / "key.txt").write_text(body)
    done = boltz(KEYS, "create", *operand, "--mode", "test", input_=None if operand == ["@key.txt"] else body)
    details = done.json["key_details"]
    assert (details["name"], details["livemode"], details["expires_at"] is None) == ("from a body", False, False)


def test_a_date_in_a_yaml_body_stays_text(boltz: Any) -> None:
    done = boltz(KEYS, "create", input_="name: 2026-01-01")
    assert done.json["key_details"]["name"] == "2026-01-01"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("alice\nbob\n", "standard input holds no JSON object, and one is needed; nothing was sent."),
        ("{nmae: x}", "standard input has a field 'nmae', which there is not; did you mean 'name'?"),
        ("{", "standard input is neither JSON nor YAML"),
        ("[" * 9999, "standard input is"),
        ("{name: 7}", "--name: expected a string"),
    ],
)
def test_a_body_that_does_not_fit_is_refused(boltz: Any, sandbox: Sandbox, body: str, complaint: str) -> None:
    done = boltz(KEYS, "create", input_=body)
    assert (done.code, done.out, list(sandbox.received)) == (2, "", [])
    assert complaint in done.err


@pytest.mark.parametrize("flag", [[], ["--api-key-id"]])
def test_revoke_takes_its_id_with_or_without_a_flag(boltz: Any, sandbox: Sandbox, flag: list[str]) -> None:
    key = sandbox.new_key()
    done = boltz(KEYS, "revoke", *flag, key.id)
    assert done.code == 0
    assert (done.json["id"], done.json["is_active"]) == (key.id, False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["create", "--name", "x", "y"], "'y' is one argument too many."),
        (["create"], "--name is missing."),
        (["revoke"], "the ID of a key is missing: boltz-api admin:api-keys revoke API_KEY_ID."),
        (["create", "--name", "x", "--expires-in-days", "366"], "366 is not in the range 1<=x<=365."),
    ],
)
def test_what_the_contract_forbids_is_not_sent(boltz: Any, sandbox: Sandbox, arguments: list[str], words: str) -> None:
    done = boltz(KEYS, *arguments)
    assert (done.code, done.out, list(sandbox.received)) == (2, "", [])
    assert words in done.err


def test_an_empty_value_is_not_an_absent_one(boltz: Any, sandbox: Sandbox) -> None:
    for option in ("--key-file", "--workspace-id", "--allowed-ip"):
        assert (option, boltz(KEYS, "create", "--name", "x", option, "").code) == (option, 2)
    for option in ("--query", "--columns", "--base-url", "--api-key-file"):
        assert (option, boltz(KEYS, "list", option, "").code) == (option, 2)
    for words in (["find", "--name", ""], ["rotate", "key_1", "--check", ""], ["revoke", "key_1", ""], ["get", ""]):
        assert (words, boltz(KEYS, *words).code) == (words, 2)
    assert list(sandbox.received) == []


# --- pages ---


@pytest.mark.parametrize(
    ("options", "begin", "end", "more"),
    [
        ([], 0, 7, False),
        (["--max-items", "5"], 0, 5, True),
        (["--max-items", "6"], 0, 6, True),
        (["--max-items", "4", "--before-id", "LAST"], 2, 6, True),
    ],
)
def test_walking_pages_gives_one_envelope_for_all(
    boltz: Any, sandbox: Sandbox, options: list[str], begin: int, end: int, more: bool
) -> None:
    sandbox.load(7, workspace_id="ws_7")
    ids = [key["id"] for key in boltz(KEYS, "list", "--workspace-id", "ws_7").json["data"]]
    options = [ids[-1] if each == "LAST" else each for each in options]
    page = boltz(KEYS, "list", "--workspace-id", "ws_7", "--limit", "3", "--all", *options).json
    assert sorted(key["id"] for key in page["data"]) == sorted(ids[begin:end])
    assert (page["first_id"], page["last_id"], page["has_more"]) == (ids[begin], ids[end - 1], more)


def test_a_walk_that_fails_leaves_what_it_has_and_where_to_go_on(scripted: Any, a_key: dict[str, object]) -> None:
    page = {"data": [a_key], "first_id": "key_1", "has_more": True, "last_id": "key_1"}
    done = scripted(page, b"<html>")(KEYS, "list", "--all", "--max-retries", "0")
    assert (done.code, done.json) == (1, page)


@pytest.mark.parametrize("options", [["--format", "table"], ["--format", "jsonl"], ["--query", "data[].id"]])
def test_a_list_that_ends_early_says_so(boltz: Any, sandbox: Sandbox, options: list[str]) -> None:
    sandbox.load(5, workspace_id="ws_5")
    last = boltz(KEYS, "list", "--workspace-id", "ws_5", "--limit", "3").json["last_id"]
    done = boltz(KEYS, "list", "--workspace-id", "ws_5", "--limit", "3", *options)
    assert done.err == f"3 shown, and there are more. All of them: --all. The next: --after-id {last}\n"
    assert boltz(KEYS, "list", "--workspace-id", "ws_5", *options).err == ""
    back = boltz(KEYS, "list", "--workspace-id", "ws_5", "--limit", "1", "--before-id", last, *options).err
    assert "--before-id key_" in back


# --- formats ---


def test_formats(scripted: Any, a_key: dict[str, object]) -> None:
    page = {"data": [a_key, {**a_key, "id": "key_2"}], "first_id": "key_1", "has_more": False, "last_id": "key_2"}
    boltz = scripted(page)
    assert yaml.safe_load(boltz(KEYS, "list", "--format", "yaml").out) == page
    lines = boltz(KEYS, "list", "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == page["data"]
    raw = boltz(KEYS, "list", "--format", "raw").out
    assert (json.loads(raw), raw.count("\n")) == (page, 1)
    assert boltz(KEYS, "get", page["last_id"], "--format", "jsonl").json == page["data"][-1]


def test_csv(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.new_key(name="=1+1", allowed_ips=["192.0.2.7", "2001:db8::7"])
    sandbox.new_key(name='a "quoted", name\nin two lines')
    page = boltz(KEYS, "list").json["data"]
    rows = list(csv.DictReader(boltz(KEYS, "list", "--format", "csv").out.splitlines()))
    assert [row["id"] for row in rows] == [key["id"] for key in page]
    assert list(rows[0]) == list(page[0])
    assert (rows[0]["is_active"], rows[0]["expires_at"], rows[2]["allowed_ips"]) == (
        "true",
        "",
        "192.0.2.7 2001:db8::7",
    )
    assert [row["name"] for row in rows[2:]] == ["'=1+1", 'a "quoted", name\\nin two lines']
    made = list(csv.DictReader(boltz(KEYS, "create", "--name", "x", "--format", "csv").out.splitlines()))
    assert (made[0]["key"][:14], made[0]["name"]) == ("sk_bc_ws_live_", "x")


def test_columns(boltz: Any, sandbox: Sandbox) -> None:
    narrow = boltz(KEYS, "list", "--format", "csv", "--columns", "name,state, mode")
    assert narrow.out == "name,state,mode\nSandbox admin,active,live\nSandbox test admin,active,test\n"
    table = boltz(KEYS, "list", "--columns", "mode,name").out
    assert table == "MODE  NAME\nlive  Sandbox admin\ntest  Sandbox test admin\n"
    record = boltz(KEYS, "get", boltz(KEYS, "list").json["first_id"], "--columns", "name,mode").out
    assert record == "Name  Sandbox admin\nMode  live\n"
    count = len(sandbox.received)
    wrong = boltz(KEYS, "list", "--columns", "nmae")
    assert (wrong.code, "there is no 'nmae'; did you mean 'name'?" in wrong.err) == (2, True)
    assert boltz(KEYS, "list", "--columns", "id", "--format", "json").code == 2
    assert len(sandbox.received) == count


def test_a_table_in_a_pipe_has_a_line_for_each_key(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.new_key(name="a name as long as names may be " * 8)
    lines = boltz(KEYS, "list", "--format", "table", COLUMNS="30").out.splitlines()
    assert len(lines) == 1 + 3
    assert "a name as long as names may be " * 7 in lines[-1]


def test_text_that_would_steer_a_terminal_is_escaped_in_every_format(boltz: Any, client: Boltz) -> None:
    name = "\x1b[31mred\x1b[0m \u202eevil\u009b \u00e9\U0001f600"
    client.admin.api_keys.create(name=name)
    for form in ("json", "jsonl", "yaml", "table", "csv"):
        shown = boltz(KEYS, "list", "--format", form).out
        assert [mark for mark in shown.replace("\n", "") if not mark.isprintable()] == []
        assert "evil" in shown
        if form in ("json", "yaml"):
            assert yaml.safe_load(shown)["data"][-1]["name"] == name


def test_an_answer_is_shown_as_it_was_sent(scripted: Any, a_key: dict[str, object]) -> None:
    times = {"created_at": "2026-01-02T03:04:05.678901234Z", "last_used_at": "2016-12-31T23:59:60Z"}
    key = {**a_key, **times, "key_type": "robot", "new": {"count": 12345678901234567890}}
    page = {"data": [key], "first_id": "key_1", "has_more": False, "last_id": "key_1"}
    assert scripted(page)(KEYS, "list").json == page


# --- queries ---


@pytest.mark.parametrize(
    ("query", "form", "expected"),
    [
        ("data[].name", "raw", "Sandbox admin\nSandbox test admin\n"),
        ("data[].name", "jsonl", '"Sandbox admin"\n"Sandbox test admin"\n'),
        ("data[].name", "json", '[\n  "Sandbox admin",\n  "Sandbox test admin"\n]\n'),
        ("data[].{name: name, live: livemode}", "csv", "name,live\nSandbox admin,true\nSandbox test admin,false\n"),
        ("data[?livemode].{who: name}", "table", "WHO\nSandbox admin\n"),
        ("data[].[name, livemode]", "csv", "Sandbox admin,true\nSandbox test admin,false\n"),
        ("length(data)", "raw", "2\n"),
    ],
)
def test_queries_are_jmespath_over_the_whole_answer(boltz: Any, query: str, form: str, expected: str) -> None:
    done = boltz(KEYS, "list", "--limit", "1", "--all", "--query", query, "--format", form)
    assert (done.code, done.out) == (0, expected)


def test_a_query_says_when_it_found_nothing(boltz: Any) -> None:
    done = boltz(KEYS, "list", "--query", "nmae")
    assert (done.code, done.out, done.err) == (0, "null\n", "--query 'nmae' found nothing.\n")


def test_a_wrong_query_is_refused_before_anything_is_sent(boltz: Any, sandbox: Sandbox) -> None:
    for query in ("data[", "[" * 5000):
        done = boltz(KEYS, "create", "--name", "x", "--query", query)
        assert (done.code, done.out, len(sandbox.received)) == (2, "", 0)
        assert "is no JMESPath expression" in done.err


def test_transform_says_what_to_write_instead(boltz: Any, sandbox: Sandbox) -> None:
    done = boltz(KEYS, "list", "--transform", "name")
    assert (done.code, len(sandbox.received)) == (2, 0)
    assert "--query 'data[].name'" in done.err


def test_a_query_that_leaves_the_key_out_or_fails_does_not_lose_it(boltz: Any) -> None:
    done = boltz(KEYS, "create", "--name", "x", "--query", "key_details.name", "--format", "raw")
    assert (done.code, done.out) == (0, "x\n")
    assert "The key, shown this once: sk_bc_ws_live_" in done.err
    failed = boltz(KEYS, "create", "--name", "x", "--query", "abs(@)")
    assert (failed.code, failed.out) == (1, "")
    assert failed.err.endswith("the answer could not be written: --query: abs() takes number, and got object.\n")
    assert "The key, shown this once: sk_bc_ws_live_" in failed.err
    assert boltz(KEYS, "create", "--name", "x", "--query", "key", "--format", "raw").out.startswith("sk_bc_ws_live_")
