"""The contract's commands, run for real in a pipe."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"


def test_list_prints_the_envelope_of_the_reference_in_a_pipe(boltz: Any) -> None:
    done = boltz(KEYS, "list")
    page = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert list(page) == ["data", "first_id", "has_more", "last_id"]
    assert [key["name"] for key in page["data"]] == ["Sandbox admin", "Sandbox test admin"]
    assert done.out == json.dumps(page, indent=2, ensure_ascii=False) + "\n"


def test_every_flag_of_create_reaches_the_server(boltz: Any, sandbox: Sandbox) -> None:
    done = boltz(
        *(KEYS, "create", "--name", "CI", "--mode", "test", "--workspace-id", "ws_1", "--expires-in-days", "9"),
        *("--allowed-ip", "192.0.2.7", "--allowed-ips", "2001:db8::7"),
    )
    created = json.loads(done.out)
    details = created["key_details"]
    assert done.code == 0
    assert created["key"].startswith("sk_bc_ws_test_")
    assert (details["name"], details["livemode"], details["workspace_id"]) == ("CI", False, "ws_1")
    assert details["allowed_ips"] == ["192.0.2.7", "2001:db8::7"]
    assert details["expires_at"] is not None
    assert done.err == "This is the only time that the key is shown. Store it now.\n"


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "from a body", "expires_in_days": 9, "mode": "live"}',
        "name: from a body\nexpires_in_days: 9\nmode: live\n",
    ],
    ids=["JSON", "YAML"],
)
@pytest.mark.parametrize("way", ["piped", "named", "file"])
def test_a_body_merges_under_the_flags(boltz: Any, body: str, way: str) -> None:
    (boltz.folder / "key.txt").write_text(body)
    operand = {"piped": [], "named": ["@-"], "file": ["@key.txt"]}[way]
    done = boltz(KEYS, "create", *operand, "--mode", "test", input_=None if way == "file" else body)
    details = json.loads(done.out)["key_details"]
    assert (details["name"], details["livemode"], details["expires_at"] is None) == ("from a body", False, False)


def test_a_date_in_a_yaml_body_stays_text(boltz: Any) -> None:
    done = boltz(KEYS, "create", input_="name: 2026-01-01")
    assert json.loads(done.out)["key_details"]["name"] == "2026-01-01"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("alice\nbob\n", "standard input holds text where a JSON or YAML object is needed; nothing was sent."),
        ("[1]", "standard input holds a list where"),
        ("{nmae: x}", "standard input has a field 'nmae', which there is not. Did you mean 'name'?"),
        ("{", "standard input is neither JSON nor YAML"),
        ("{expires_in_days: 3}", "--name is missing."),
    ],
)
def test_a_body_that_does_not_fit_is_refused(boltz: Any, body: str, complaint: str) -> None:
    done = boltz(KEYS, "create", input_=body)
    assert (done.code, done.out) == (2, "")
    assert complaint in done.err


@pytest.mark.parametrize("spelling", [["{id}"], ["--api-key-id", "{id}"], ["--api-key-id={id}"]])
def test_revoke_takes_its_id_with_or_without_a_flag(boltz: Any, sandbox: Sandbox, spelling: list[str]) -> None:
    key = sandbox.new_key()
    done = boltz(KEYS, "revoke", *(part.format(id=key.id) for part in spelling))
    assert done.code == 0
    assert (json.loads(done.out)["id"], json.loads(done.out)["is_active"]) == (key.id, False)


def test_an_operand_too_many_is_refused(boltz: Any) -> None:
    done = boltz(KEYS, "revoke", "key_1", "key_2")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("boltz-api: 'key_2' is one argument too many.")


def test_what_the_contract_forbids_is_not_sent(boltz: Any, sandbox: Sandbox) -> None:
    for arguments, words in [
        (["create", "--name", ""], "--name: expected a string of 1 to 255 characters, got ''. Nothing was sent."),
        (["create", "--name", "x", "--allowed-ip", "300.0.0.1"], "--allowed-ips[0]: expected an IPv4 or IPv6 address"),
        (["create", "--name", "x", "--expires-in-days", "366"], "366 is not in the range 1<=x<=365."),
        (["list", "--limit", "0"], "0 is not in the range 1<=x<=100."),
    ]:
        done = boltz(KEYS, *arguments)
        assert (done.code, done.out) == (2, "")
        assert words in done.err
    assert list(sandbox.received) == []


def test_a_page_and_its_cursors(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.load(5, workspace_id="ws_5")
    everything = json.loads(boltz(KEYS, "list", "--workspace-id", "ws_5").out)["data"]
    first = json.loads(boltz(KEYS, "list", "--workspace-id", "ws_5", "--limit", "2").out)
    then = json.loads(boltz(KEYS, "list", "--workspace-id", "ws_5", "--limit", "2", "--after-id", first["last_id"]).out)
    back = json.loads(boltz(KEYS, "list", "--workspace-id", "ws_5", "--before-id", then["first_id"]).out)
    assert (first["has_more"], first["data"] + then["data"]) == (True, everything[:4])
    assert back["data"] == everything[:2]


@pytest.mark.parametrize(
    ("options", "count", "more"),
    [
        (["--all"], 7, False),
        (["--max-items", "5"], 5, True),
        (["--max-items", "6"], 6, True),
        (["--max-items", "99"], 7, False),
    ],
)
def test_walking_pages_gives_one_envelope_for_all(
    boltz: Any, sandbox: Sandbox, options: list[str], count: int, more: bool
) -> None:
    sandbox.load(7, workspace_id="ws_7")
    everything = json.loads(boltz(KEYS, "list", "--workspace-id", "ws_7").out)["data"]
    page = json.loads(boltz(KEYS, "list", "--workspace-id", "ws_7", "--limit", "3", *options).out)
    ends = (everything[0]["id"], everything[count - 1]["id"])
    assert page["data"] == everything[:count]
    assert (page["first_id"], page["last_id"], page["has_more"]) == (*ends, more)


def test_walking_backwards_keeps_the_nearest(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.load(7, workspace_id="ws_7")
    everything = [key["id"] for key in json.loads(boltz(KEYS, "list", "--workspace-id", "ws_7").out)["data"]]
    page = json.loads(
        boltz(
            KEYS, "list", "--workspace-id", "ws_7", "--limit", "2", "--before-id", everything[6], "--max-items", "3"
        ).out
    )
    assert {key["id"] for key in page["data"]} == {everything[5], everything[4], everything[3]}
    assert (page["first_id"], page["last_id"], page["has_more"]) == (everything[3], everything[5], True)


def test_a_walk_that_breaks_off_leaves_whole_json_and_the_place_to_go_on_from(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.load(5, workspace_id="ws_5")
    everything = json.loads(boltz(KEYS, "list", "--workspace-id", "ws_5").out)["data"]
    sandbox.fail("list_api_keys", delay=0.001)
    sandbox.fail("list_api_keys", status=400)
    done = boltz(KEYS, "list", "--workspace-id", "ws_5", "--limit", "2", "--all")
    page = json.loads(done.out)
    assert (done.code, page["has_more"]) == (1, True)
    assert (page["data"], page["last_id"]) == (everything[:2], everything[1]["id"])
    assert "the server answered 400" in done.err


def test_the_forms_of_a_list(boltz: Any) -> None:
    envelope = json.loads(boltz(KEYS, "list").out)
    ids = [key["id"] for key in envelope["data"]]
    lines = boltz(KEYS, "list", "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ids
    assert [key["id"] for key in yaml.safe_load(boltz(KEYS, "list", "--format", "yaml").out)["data"]] == ids
    assert [key["id"] for key in json.loads(boltz(KEYS, "list", "--format", "raw").out)["data"]] == ids
    assert "Sandbox admin" in boltz(KEYS, "list", "--format", "table", COLUMNS="140").out
    assert boltz("--format", "jsonl", KEYS, "list").out.splitlines()[0] == lines[0].replace("\n", "") or len(lines) == 2


def test_the_option_nearer_to_the_end_wins(boltz: Any) -> None:
    assert boltz("--format", "yaml", KEYS, "--format", "jsonl", "list", "--format", "raw").out.startswith('{"data":[')
    assert boltz("--format", "yaml", KEYS, "list").out.startswith("data:\n")


@pytest.mark.parametrize(
    ("path", "form", "expected"),
    [
        ("name", "raw", "Sandbox admin\nSandbox test admin\n"),
        ("name", "auto", '"Sandbox admin"\n"Sandbox test admin"\n'),
        (
            "{name,livemode}",
            "jsonl",
            '{"name":"Sandbox admin","livemode":true}\n{"name":"Sandbox test admin","livemode":false}\n',
        ),
        ("name", "yaml", "- Sandbox admin\n- Sandbox test admin\n"),
        ("allowed_ips.0", "jsonl", "null\nnull\n"),
        ("{name,livemode}", "table", "NAME                LIVEMODE\nSandbox admin       yes\nSandbox test admin  no\n"),
    ],
)
def test_transform_works_on_each_item(boltz: Any, path: str, form: str, expected: str) -> None:
    done = boltz(KEYS, "list", "--transform", path, "--format", form)
    assert (done.code, done.out) == (0, expected)


def test_transform_says_when_it_found_nothing(boltz: Any) -> None:
    done = boltz(KEYS, "list", "--transform", "nmae", "--format", "jsonl")
    assert (done.code, done.out, done.err) == (0, "null\nnull\n", "--transform 'nmae' found nothing.\n")


@pytest.mark.parametrize("path", ["data.#(", "..", "@nonsense"])
def test_a_wrong_path_is_refused_before_anything_is_sent(boltz: Any, sandbox: Sandbox, path: str) -> None:
    done = boltz(KEYS, "create", "--name", "x", "--transform", path)
    assert (done.code, done.out, len(sandbox.received)) == (2, "", 0)
    assert "is not a GJSON path" in done.err


@pytest.mark.parametrize(
    ("path", "expected"),
    [("key_details.name", "CI\n"), ("key_details.allowed_ips", "- 192.0.2.1\n"), ("key_details|@keys|0", "id\n")],
)
def test_what_a_transform_finds_in_one_answer_is_one_document_of_yaml(boltz: Any, path: str, expected: str) -> None:
    done = boltz(KEYS, "create", "--name", "CI", "--allowed-ip", "192.0.2.1", "--transform", path, "--format", "yaml")
    assert done.out == expected


def test_a_transform_that_leaves_the_key_out_does_not_lose_it(boltz: Any) -> None:
    done = boltz(KEYS, "create", "--name", "x", "--transform", "key_details.name", "--format", "raw")
    assert (done.code, done.out) == (0, "x\n")
    assert "The key, shown this once: sk_bc_ws_live_" in done.err


def test_key_file(boltz: Any, sandbox: Sandbox) -> None:
    done = boltz(KEYS, "create", "--name", "x", "--key-file", "new.key")
    path: Path = boltz.folder / "new.key"
    key = path.read_text()
    assert (done.code, done.err) == (0, "The key is in new.key, which only you can read.\n")
    assert (list(json.loads(done.out)), key[:14], key[-1]) == (["key_details"], "sk_bc_ws_live_", "\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key.strip() not in boltz(KEYS, "create", "--name", "y", "--key-file", "raw.key", "--format", "raw").out
    again = boltz(KEYS, "create", "--name", "z", "--key-file", "new.key")
    assert (again.code, again.out, path.read_text()) == (2, "", key)
    assert "new.key exists and is not overwritten; no key was made." in again.err
    nowhere = boltz(KEYS, "create", "--name", "z", "--key-file", "no/such/folder")
    assert (nowhere.code, "no key was made" in nowhere.err) == (2, True)
    assert len(sandbox.received) == 2


def test_a_key_file_goes_when_no_key_was_made(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.fail("create_api_key", status=400)
    assert boltz(KEYS, "create", "--name", "x", "--key-file", "new.key").code == 1
    assert not (boltz.folder / "new.key").exists()
