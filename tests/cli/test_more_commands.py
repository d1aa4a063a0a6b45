"""The commands around the contract's: audit, rotate, completion, help."""

from __future__ import annotations

import json
import re
import shlex
from importlib.metadata import version
from typing import Any

import pytest

from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"


@pytest.fixture
def aged(sandbox: Sandbox) -> Sandbox:
    """Keys of 200 days ago and of today: one of each fault, and one without."""
    sandbox.clock.advance(days=-200)
    sandbox.new_key(name="expired", expires_in_days=30, allowed_ips=["192.0.2.7"])
    sandbox.new_key(name="unused", allowed_ips=["192.0.2.7"])
    sandbox.clock.advance(days=200)
    sandbox.new_key(name="expiring", expires_in_days=7, allowed_ips=["192.0.2.7"])
    sandbox.new_key(name="faultless", allowed_ips=["192.0.2.7"])
    sandbox.new_key(name="open")
    return sandbox


def found_by(done: Any) -> dict[str, list[str]]:
    return {key["name"]: key["findings"] for key in json.loads(done.out)["data"]}


def test_audit_finds_what_needs_attention(boltz: Any, aged: Sandbox) -> None:
    done = boltz(KEYS, "audit")
    assert done.code == 0
    assert found_by(done) == {
        "Sandbox admin": ["open"],
        "Sandbox test admin": ["open"],
        "expired": ["expired"],
        "unused": ["unused"],
        "expiring": ["expiring"],
        "open": ["open"],
    }
    assert json.loads(done.out)["found"] == {"expired": 1, "expiring": 1, "unused": 1, "open": 3}
    assert done.err == "Checked 7 keys: 1 expired, 1 expiring, 1 unused, 3 open.\n"


def test_audit_looks_only_for_what_it_is_told_to(boltz: Any, aged: Sandbox) -> None:
    assert found_by(boltz(KEYS, "audit", "--check", "expired")) == {"expired": ["expired"]}
    assert found_by(boltz(KEYS, "audit", "--check", "expiring", "--expiring-within", "3")) == {}
    assert found_by(boltz(KEYS, "audit", "--check", "unused", "--unused-for", "500")) == {}


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-on", "expired"], 5),
        (["--fail-on", "any"], 5),
        (["--check", "open", "--fail-on", "expiring"], 5),
        (["--check", "expiring", "--expiring-within", "3", "--fail-on", "any"], 0),
        (["--check", "expired"], 0),
    ],
)
def test_audit_calls_for_help_with_its_exit_code(boltz: Any, aged: Sandbox, options: list[str], code: int) -> None:
    assert boltz(KEYS, "audit", *options).code == code


def test_audit_has_a_table_and_lines(boltz: Any, aged: Sandbox) -> None:
    table = boltz(KEYS, "audit", "--check", "unused", "--format", "table", COLUMNS="100").out.splitlines()
    assert table[0].split() == ["NAME", "STATE", "EXPIRES", "LAST", "USED", "FINDINGS"]
    assert re.search(r"unused +active +never +never +unused$", "\n".join(table), re.MULTILINE)
    lines = boltz(KEYS, "audit", "--check", "unused", "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["unused"]


def test_rotate_hands_the_successor_over_and_then_revokes(boltz: Any, sandbox: Sandbox) -> None:
    old = sandbox.new_key(name="CI", allowed_ips=["192.0.2.7"], expires_in_days=30)
    done = boltz(KEYS, "rotate", old.id, "--check", 'printf %s "$BOLTZ_NEW_API_KEY" > seen', "--key-file", "new.key")
    successor = json.loads(done.out)["key_details"]
    listed = {key["id"]: key["is_active"] for key in json.loads(boltz(KEYS, "list").out)["data"]}
    assert (done.code, done.err) == (0, f"The key is in new.key, which only you can read.\nRevoked {old.id}.\n")
    assert (successor["name"], successor["allowed_ips"]) == ("CI", ["192.0.2.7"])
    assert (listed[old.id], listed[successor["id"]]) == (False, True)
    assert (boltz.folder / "seen").read_text() == (boltz.folder / "new.key").read_text().strip()


def test_rotate_keeps_the_old_key_when_the_check_fails(boltz: Any, sandbox: Sandbox) -> None:
    old = sandbox.new_key(name="CI")
    done = boltz(KEYS, "rotate", "--api-key-id", old.id, "--check", "exit 3", "--expires-in-days", "7")
    created = json.loads(done.out)
    listed = {key["id"]: key["is_active"] for key in json.loads(boltz(KEYS, "list").out)["data"]}
    assert (done.code, created["key"][:14]) == (1, "sk_bc_ws_live_")
    assert "both work" in done.err
    assert (listed[old.id], listed[created["key_details"]["id"]]) == (True, True)


def test_rotate_hands_a_wrong_successor_over_and_keeps_the_old_key(boltz: Any, sandbox: Sandbox) -> None:
    old = sandbox.new_key(name="CI")
    sandbox.fail("create_api_key", body="unknown_enum", field="key_type")
    done = boltz(KEYS, "rotate", old.id, "--check", "touch rolled-out", "--key-file", "new.key")
    successor = json.loads(done.out)["key_details"]
    listed = {key["id"]: key["is_active"] for key in json.loads(boltz(KEYS, "list").out)["data"]}
    assert (done.code, listed[old.id], listed[successor["id"]]) == (1, True, True)
    assert f"The successor '{successor['id']}' is not what was asked for: its type is" in done.err
    assert (boltz.folder / "new.key").read_text().startswith("sk_bc_ws_live_")
    assert not (boltz.folder / "rolled-out").exists()


def test_rotate_lists_the_keys_once(boltz: Any, sandbox: Sandbox) -> None:
    old = sandbox.new_key(name="CI")
    before = len(sandbox.received)
    assert boltz(KEYS, "rotate", old.id).code == 0
    assert len(sandbox.received) - before == 3


def test_rotate_tells_what_it_cannot_do(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.fail("create_api_key", drop=True, after_commit=True)
    lost = boltz(KEYS, "rotate", sandbox.new_key(name="CI").id, "--key-file", "new.key")
    assert (lost.code, lost.out, (boltz.folder / "new.key").exists()) == (4, "", False)
    assert "It may have made 'CI'" in lost.err
    assert boltz(KEYS, "rotate", "key_none").code == 1
    assert boltz(KEYS, "rotate").code == 2
    assert boltz(KEYS, "rotate", "key_1", "--expires-in-days", "soon").code == 2


def test_help_has_examples_at_each_level(offline: Any) -> None:
    for arguments in ([], [KEYS], [KEYS, "create"], [KEYS, "list"], [KEYS, "revoke"], [KEYS, "audit"], ["sandbox"]):
        done = offline(*arguments, "--help")
        assert (done.code, done.err) == (0, "")
        assert "\nExamples:\n  # " in done.out


def test_help_tells_the_exit_codes(offline: Any) -> None:
    shown = offline("--help").out
    codes = re.findall(r"^  (\d+)  ", shown[shown.index("Exit codes:") :], re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "4", "5", "130"]


def test_help_all_is_every_help_in_one(offline: Any) -> None:
    shown = offline("--help-all").out
    usages = re.findall(r"^Usage: (boltz-api(?: [a-z:-]+)*)", shown, re.MULTILINE)
    commands = [f"boltz-api {KEYS} {name}" for name in ("create", "list", "revoke", "rotate", "audit")]
    sandbox = ["boltz-api sandbox", "boltz-api sandbox certify"]
    assert usages == ["boltz-api", f"boltz-api {KEYS}", *commands, *sandbox, "boltz-api completion"]


def test_a_group_by_itself_shows_its_help(offline: Any) -> None:
    assert offline(KEYS).out == offline(KEYS, "--help").out
    assert offline().out == offline("--help").out


def test_version(offline: Any) -> None:
    assert offline("--version").out == f"boltz-api {version('boltz-api-keys')}\n"


def test_the_top_level_help_imports_neither_http_nor_models(offline: Any) -> None:
    with offline.started("--help", PYTHONPROFILEIMPORTTIME="1") as process:
        assert process.stdout.read().startswith("Usage: boltz-api")
        imported = {line.rpartition("|")[2].strip() for line in process.stderr.read().splitlines()}
    assert "click" in imported
    assert imported.isdisjoint({"httpx", "rich", "yaml", "gjson", "msgspec", "attrs", "boltz_api_generated.operations"})


def test_the_examples_of_every_help_work(boltz: Any, sandbox: Sandbox) -> None:
    (boltz.folder / "key.yaml").write_text("name: From a file\n")
    (boltz.folder / "roll-out.sh").write_text('#!/bin/sh\ntest -n "$BOLTZ_NEW_API_KEY"\n')
    (boltz.folder / "roll-out.sh").chmod(0o755)
    examples = dict.fromkeys(re.findall(rf"^  boltz-api ({KEYS} .*)$", boltz("--help-all").out, re.MULTILINE))
    assert len(examples) >= 15
    for example in examples:
        for made in boltz.folder.glob("*.key"):
            made.unlink()
        done = boltz(*shlex.split(example.replace("key_123", sandbox.new_key(expires_in_days=9).id)))
        assert (example, done.code) == (example, 5 if "--fail-on" in example else 0)
