"""The commands over keys: filters, find, get, audit, and revoking and rotating one key or many."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from boltz_api import Boltz
from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"


@pytest.fixture
def aged(sandbox: Sandbox) -> Sandbox:
    """Keys of 200 days ago and of today: one of each fault, and one without."""
    one = ["192.0.2.7"]
    sandbox.clock.advance(days=-200)
    sandbox.new_key(name="expired", expires_in_days=30, allowed_ips=one)
    sandbox.new_key(name="unused", allowed_ips=one, expires_in_days=300)
    sandbox.clock.advance(days=200)
    sandbox.new_key(name="expiring", expires_in_days=7, allowed_ips=one)
    sandbox.new_key(name="faultless", expires_in_days=99, allowed_ips=one)
    sandbox.new_key(name="open", expires_in_days=99, mode="test")
    sandbox.new_key(name="endless", allowed_ips=one)
    return sandbox


def names(done: Any) -> list[str]:
    return [key["name"] for key in done.json["data"]]


def states(client: Boltz) -> dict[str, bool]:
    return {key.id: key.is_active for key in client.admin.api_keys.list()}


# --- list with filters, find, get ---


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--name", "e*"], ["expired", "expiring", "endless"]),
        (["--name", "E*"], []),
        (["--name", "e"], []),
        (["--state", "expiring", "--state", "expired"], ["expired", "expiring"]),
        (["--state", "active", "--type", "workspace"], ["unused", "expiring", "faultless", "open", "endless"]),
        (["--mode", "test"], ["Sandbox test admin", "open"]),
        (["--expiring-within", "100", "--mode", "live"], ["unused", "expiring", "faultless"]),
        (["--unused-for", "90"], ["unused"]),
    ],
)
def test_filters_look_through_all_pages(boltz: Any, aged: Sandbox, options: list[str], expected: list[str]) -> None:
    found = boltz(KEYS, "find", "--limit", "2", *options)
    assert (found.code, sorted(names(found)), found.err) == (0, sorted(expected), "")
    assert names(boltz(KEYS, "list", "--limit", "2", *options)) == names(found)


def test_a_filter_with_a_limit_can_go_on(boltz: Any, aged: Sandbox) -> None:
    first = boltz(KEYS, "find", "--type", "workspace", "--limit", "2", "--max-items", "3").json
    rest = boltz(KEYS, "find", "--type", "workspace", "--after-id", first["last_id"]).json
    assert [key["name"] for key in first["data"]] == ["expired", "unused", "expiring"]
    assert [key["name"] for key in rest["data"]] == ["faultless", "open", "endless"]
    assert (first["has_more"], first["last_id"]) == (True, first["data"][-1]["id"])


def test_find_wants_to_know_what_for(boltz: Any, sandbox: Sandbox) -> None:
    done = boltz(KEYS, "find")
    assert (done.code, "say what to look for" in done.err, list(sandbox.received)) == (2, True, [])


def test_get(boltz: Any, sandbox: Sandbox) -> None:
    key = sandbox.new_key(name="CI")
    done = boltz(KEYS, "get", key.id)
    assert (done.code, done.json["name"], done.json["id"]) == (0, "CI", key.id)
    missing = boltz(KEYS, "get", "key_none")
    assert (missing.code, missing.out) == (1, "")
    assert "There is no key with the ID 'key_none'" in missing.err
    assert boltz(KEYS, "get", "key_1", "key_2").code == 2
    assert boltz(KEYS, "get").code == 2


# --- audit ---


def found_by(done: Any) -> dict[str, list[str]]:
    return {key["name"]: key["findings"] for key in done.json["data"]}


def test_audit_finds_what_needs_attention(boltz: Any, aged: Sandbox) -> None:
    done = boltz(KEYS, "audit")
    assert done.code == 0
    assert found_by(done) == {
        "Sandbox admin": ["never-expires", "open"],
        "Sandbox test admin": ["never-expires", "open"],
        "expired": ["expired"],
        "unused": ["unused"],
        "expiring": ["expiring"],
        "open": ["open"],
        "endless": ["never-expires"],
    }
    assert done.json["found"] == {"expired": 1, "expiring": 1, "never-expires": 3, "unused": 1, "open": 3}
    assert done.err == "Checked 8 keys: 1 expired, 1 expiring, 3 never-expires, 1 unused, 3 open.\n"


@pytest.mark.parametrize(
    ("options", "found", "code"),
    [
        (["--check", "expired"], {"expired": ["expired"]}, 0),
        (["--check", "expired", "--fail-on", "any"], {"expired": ["expired"]}, 5),
        (["--check", "expired", "--fail-on", "expiring"], {"expired": ["expired"], "expiring": ["expiring"]}, 5),
        (["--check", "expiring", "--expiring-within", "3", "--fail-on", "any"], {}, 0),
        (["--check", "unused", "--unused-for", "500"], {}, 0),
    ],
)
def test_audit_looks_for_what_it_is_told_to_and_calls_for_help_with_its_exit_code(
    boltz: Any, aged: Sandbox, options: list[str], found: dict[str, list[str]], code: int
) -> None:
    done = boltz(KEYS, "audit", *options)
    assert (found_by(done), done.code) == (found, code)


def test_audit_has_a_table_lines_and_csv(boltz: Any, aged: Sandbox) -> None:
    table = boltz(KEYS, "audit", "--check", "unused", "--format", "table").out.splitlines()
    assert table[0].split()[-3:] == ["LAST", "USED", "FINDINGS"]
    assert re.search(r"unused .* active .* never +unused$", table[1])
    lines = boltz(KEYS, "audit", "--check", "unused", "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["unused"]
    narrow = boltz(KEYS, "audit", "--check", "unused", "--format", "csv", "--columns", "name,findings")
    assert narrow.out == "name,findings\nunused,unused\n"


# --- revoke ---


def test_revoke_goes_on_after_a_failure_and_sums_up(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    first, second = sandbox.new_key(name="one"), sandbox.new_key(name="two")
    done = boltz(KEYS, "revoke", first.id, "key_none", second.id, first.id)
    results = [json.loads(line) for line in done.out.splitlines()]
    assert [(each["id"], each["result"]) for each in results] == [
        (first.id, "revoked"), ("key_none", "failed"), (second.id, "revoked")
    ]  # fmt: skip
    assert "404" in results[1]["detail"]
    assert (done.code, done.err) == (1, "2 revoked, 1 failed.\n")
    assert (states(client)[first.id], states(client)[second.id]) == (False, False)


def test_revoke_takes_lines_from_standard_input(boltz: Any, sandbox: Sandbox) -> None:
    ids = [sandbox.new_key().id for _ in range(3)]
    done = boltz(KEYS, "revoke", "-", "--format", "table", input_="\n".join([*ids[:2], "", f"  {ids[2]} "]))
    assert done.out == "".join(f"{key_id}  revoked: Made for a test\n" for key_id in ids)
    assert (done.code, done.err) == (0, "3 revoked.\n")
    assert boltz(KEYS, "revoke", "-", input_="").err == "There is nothing to do.\n"
    raw = boltz(KEYS, "revoke", *ids[:2], "--format", "raw").out.splitlines()
    assert [json.loads(line)["id"] for line in raw] == ids[:2]
    as_json = boltz(KEYS, "revoke", *ids, "--format", "json").json
    assert [each["result"] for each in as_json["data"]] == ["revoked"] * 3


def test_revoke_dry_run_does_nothing(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    live, gone = sandbox.new_key(name="live"), sandbox.new_key(name="gone")
    client.admin.api_keys.revoke(gone.id)
    done = boltz(KEYS, "revoke", live.id, gone.id, "key_none", "--dry-run", "--format", "table")
    lines = done.out.splitlines()
    assert lines[0].startswith(f"{live.id}  would be revoked: 'live' ({live.id}, active")
    assert lines[1].startswith(f"{gone.id}  already out of use: 'gone'")
    assert lines[2] == "key_none  not found: not among the keys that can be listed"
    assert (done.code, done.err) == (1, "1 would be revoked, 1 already out of use, 1 not found.\n")
    assert boltz(KEYS, "revoke", live.id, "--dry-run").code == 0
    assert states(client)[live.id]


def test_revoking_many_stops_where_the_api_key_is_refused(boltz: Any, sandbox: Sandbox) -> None:
    done = boltz(KEYS, "revoke", "key_1", "key_2", "key_3", BOLTZ_API_KEY="sk_bc_admin_test_wrong_and_fake")
    assert (done.code, done.out, len(sandbox.received)) == (3, "", 1)
    assert done.err.startswith("3 not reached.\n")


def test_an_audit_whose_reader_left_still_fails_and_revoking_many_goes_on(
    boltz: Any, sandbox: Sandbox, client: Boltz
) -> None:
    audit = f"{{ boltz-api {KEYS} audit --format jsonl --fail-on open; echo $? >&2; }} | true"
    assert boltz.piped(audit).err.endswith("\n5\n")
    ids = [sandbox.new_key().id for _ in range(3)]
    line = f"{{ sleep 0.3; boltz-api {KEYS} revoke {' '.join(ids)}; echo $? >&2; }} | true"
    err = boltz.piped(line).err
    assert "3 revoked." in err
    assert err.endswith("\n1\n")
    assert [states(client)[key_id] for key_id in ids] == [False] * 3


def test_an_answer_that_does_not_say_revoked_is_a_failure(scripted: Any, a_key: dict[str, object]) -> None:
    command = scripted(a_key)
    done = command(KEYS, "revoke", "key_1")
    assert (done.code, done.out) == (1, "")
    assert "key_1 may still work" in done.err
    many = command(KEYS, "revoke", "key_1", "key_3")
    assert (many.code, many.err) == (1, "2 failed.\n")


# --- rotate ---


def test_rotate_hands_the_successor_over_and_then_revokes(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    old = sandbox.new_key(name="CI", allowed_ips=["192.0.2.7"], expires_in_days=30)
    done = boltz(KEYS, "rotate", old.id, "--check", 'printf %s "$BOLTZ_NEW_API_KEY" > seen', "--key-file", "new.key")
    successor = done.json["key_details"]
    assert (done.code, done.err) == (0, f"The key is in new.key, which only you can read.\nRevoked {old.id}.\n")
    assert (successor["name"], successor["allowed_ips"]) == ("CI", ["192.0.2.7"])
    assert (states(client)[old.id], states(client)[successor["id"]]) == (False, True)
    assert (boltz.folder / "seen").read_text() == (boltz.folder / "new.key").read_text().strip()


def test_rotate_keeps_the_old_key_when_the_check_fails(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    old = sandbox.new_key(name="CI")
    done = boltz(KEYS, "rotate", "--api-key-id", old.id, "--check", "echo no; exit 3", "--expires-in-days", "7")
    assert (done.code, done.json["key"][:14]) == (1, "sk_bc_ws_live_")
    assert "both work" in done.err
    assert (states(client)[old.id], states(client)[done.json["key_details"]["id"]]) == (True, True)


def test_rotate_hands_a_wrong_successor_over_and_keeps_the_old_key(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    old = sandbox.new_key(name="CI")
    sandbox.fail("create_api_key", body="unknown_enum", field="key_type")
    done = boltz(KEYS, "rotate", old.id, "--check", "touch rolled-out", "--key-file", "new.key")
    successor = done.json["key_details"]
    assert (done.code, states(client)[old.id], states(client)[successor["id"]]) == (1, True, True)
    assert f"The successor '{successor['id']}' is not what was asked for: its type is" in done.err
    assert (boltz.folder / "new.key").read_text().startswith("sk_bc_ws_live_")
    assert not (boltz.folder / "rolled-out").exists()


def test_rotate_tells_what_it_cannot_do(boltz: Any, sandbox: Sandbox) -> None:
    assert boltz(KEYS, "rotate", "key_none").code == 1
    assert boltz(KEYS, "rotate").code == 2
    assert boltz(KEYS, "rotate", "key_1", "--expires-in-days", "soon").code == 2
    assert boltz(KEYS, "rotate", sandbox.new_key().id, "--expires-in-days", "366").code == 2
    several = boltz(KEYS, "rotate", "key_1", "key_2", "--key-file", "new.key")
    assert (several.code, "give --key-file with {id} in it" in several.err) == (2, True)
    assert [each.operation for each in sandbox.received if each.operation == "create_api_key"] == []


def test_rotating_many(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    ids = [sandbox.new_key(name=name).id for name in ("one", "two")]
    admin = next(iter(client.admin.api_keys.list())).id
    (boltz.folder / f"{ids[1]}.key").touch()
    third = sandbox.new_key(name="three").id
    done = boltz(KEYS, "rotate", *ids, "-", "--key-file", "{id}.key", input_=f"{third}\nkey_none\n{admin}")
    results = {each["id"]: each for each in map(json.loads, done.out.splitlines())}
    assert {key_id: each["result"] for key_id, each in results.items()} == {
        ids[0]: "rotated", ids[1]: "failed", third: "rotated", "key_none": "not found", admin: "failed"
    }  # fmt: skip
    assert "exists and is not overwritten" in results[ids[1]]["detail"]
    assert (done.code, done.err.splitlines()[-1]) == (1, "2 rotated, 2 failed, 1 not found.")
    assert [states(client)[key_id] for key_id in (ids[0], ids[1], third, admin)] == [False, True, False, True]
    key = (boltz.folder / f"{third}.key").read_text().strip()
    assert key.startswith("sk_bc_ws_live_")
    assert key not in done.out + done.err


def test_rotate_dry_run_does_nothing(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    key = sandbox.new_key(name="CI")
    admin = next(iter(client.admin.api_keys.list())).id
    done = boltz(KEYS, "rotate", key.id, admin, "key_none", "--dry-run", "--format", "csv")
    lines = done.out.splitlines()
    assert lines[0] == "id,result,detail"
    assert lines[1].startswith(f"{key.id},would be rotated,\"'CI' ({key.id}, active")
    assert lines[2].startswith(f"{admin},not possible,")
    assert lines[3].startswith("key_none,not found,")
    assert (done.code, len(states(client))) == (1, 3)


def test_an_id_that_is_a_path_becomes_no_file(scripted: Any, a_key: dict[str, object]) -> None:
    key = {**a_key, "id": "../../evil"}
    page = {"data": [key], "first_id": "../../evil", "has_more": False, "last_id": "../../evil"}
    done = scripted(page)(KEYS, "rotate", "../../evil", "--key-file", "{id}.key", "--yes")
    assert (done.code, "cannot be a part of a file's name" in done.err) == (2, True)
