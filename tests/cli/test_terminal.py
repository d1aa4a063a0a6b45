"""The command in a terminal: tables, questions, colours, progress, and Ctrl-C."""

from __future__ import annotations

import re
from typing import Any

import pytest

from boltz_api import Boltz
from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def active(client: Boltz, key_id: str) -> bool:
    return client.admin.api_keys.get(key_id).is_active


# --- tables and progress ---


def test_list_is_a_table_with_colours_that_fits(boltz: Any) -> None:
    terminal = boltz.terminal(KEYS, "list", columns=80)
    text = terminal.finished()
    lines = ESCAPE.sub("", text).splitlines()
    assert terminal.code == 0
    assert lines[0].split() == ["NAME", "STATE", "EXPIRES", "LAST", "USED"]
    assert "\x1b[32mactive" in text
    assert max(map(len, lines)) <= 80
    assert "Sandbox admin" in lines[2]
    assert "\x1b[3" not in boltz.terminal(KEYS, "list", NO_COLOR="1").finished()


def test_a_walk_is_one_table(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.load(12)
    text = ESCAPE.sub("", boltz.terminal(KEYS, "list", "--all", "--limit", "5", columns=160).finished())
    text = re.sub(r"\d+ so far \.\.\.\r +\r", "", text)  # on a machine that is busy
    assert text.count("LAST USED") == 1
    assert len(text.splitlines()) == 1 + 14


def slow(sandbox: Sandbox) -> None:
    sandbox.load(12)
    sandbox.fail("list_api_keys", delay=0.7, times=None)


def test_progress_is_shown_while_nothing_is_written_and_goes_before_it_is(boltz: Any, sandbox: Sandbox) -> None:
    slow(sandbox)
    text = boltz.terminal(KEYS, "list", "--all", "--limit", "5", "--query", "length(data)").finished()
    assert "10 so far ...\r                \r" not in text.partition("14\n")[2]
    assert re.fullmatch(r"(\d+ so far \.\.\.\r +\r)+14\n", text)


def test_progress_stays_out_of_data_that_comes_out_on_the_same_terminal(boltz: Any, sandbox: Sandbox) -> None:
    slow(sandbox)
    listing = f"boltz-api {KEYS} list --all --limit 5 --format jsonl"
    assert "so far" not in boltz.shell(f"{listing} | cat").finished()
    assert "so far" not in boltz.shell(listing).finished()
    into_file = boltz.shell(f"{listing} > keys.jsonl").finished()
    assert re.fullmatch(r"(\d+ so far \.\.\.\r +\r)+", into_file)
    assert len((boltz.folder / "keys.jsonl").read_text().splitlines()) == 14


def test_waits_are_told(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.fail("list_api_keys", status=429, retry_after=1)
    text = boltz.terminal(KEYS, "list").finished()
    assert re.search(r"^.*429.*trying again in 1 s$", text, re.MULTILINE)
    sandbox.fail("list_api_keys", status=429, retry_after=1)
    assert boltz(KEYS, "list").err == ""


def test_a_server_cannot_steer_the_terminal(boltz: Any, client: Boltz) -> None:
    key = client.admin.api_keys.create(name="\x1b]0;title\x07\x1b[31mred\u202e\u009b").key_details
    raw = boltz.terminal(KEYS, "list", "--query", "data[].name", "--format", "raw").finished()
    terminal = boltz.terminal(KEYS, "revoke", key.id)
    question = terminal.until("[y/N]: ")
    terminal.killed()
    assert [mark for mark in (raw + question).replace("\n", "") if not mark.isprintable()] == []


def test_create_shows_the_key_once_and_warns(boltz: Any) -> None:
    text = ESCAPE.sub("", boltz.terminal(KEYS, "create", "--name", "CI", "--expires-in-days", "30").finished())
    assert re.search(r"^Key +sk_bc_ws_live_\w+$", text, re.MULTILINE)
    assert re.search(r"^Expires +in 30 days$", text, re.MULTILINE)
    assert text.endswith("This is the only time that the key is shown. Store it now.\n")


# --- questions ---


def test_revoke_asks_and_names_the_key(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    key = sandbox.new_key(name="Docking pipeline")
    terminal = boltz.terminal(KEYS, "revoke", key.id)
    question = terminal.until("[y/N]: ")
    assert f"Revoke the key 'Docking pipeline' ({key.id}, active, last used: never)?" in question
    terminal.type("n\r")
    assert terminal.finished().endswith("boltz-api: nothing was done.\n")
    assert (terminal.code, active(client, key.id)) == (1, True)
    terminal = boltz.terminal(KEYS, "revoke", key.id)
    terminal.until("[y/N]: ")
    terminal.type("y\r")
    assert re.search(r"State +.*revoked", ESCAPE.sub("", terminal.finished()))
    assert (terminal.code, active(client, key.id)) == (0, False)


def test_yes_and_a_key_that_is_revoked_already_ask_nothing(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    key = sandbox.new_key()
    terminal = boltz.terminal(KEYS, "revoke", key.id, "--yes")
    assert "[y/N]" not in terminal.finished()
    assert (terminal.code, active(client, key.id)) == (0, False)
    again = boltz.terminal(KEYS, "revoke", key.id)
    text = again.finished()
    assert f"{key.id} does not work any more: it was revoked already, or has expired." in text
    assert (again.code, "for good" in text) == (0, False)


def test_revoking_many_asks_once(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    one, two, gone = (sandbox.new_key(name=name).id for name in ("one", "two", "gone"))
    client.admin.api_keys.revoke(gone)
    terminal = boltz.terminal(KEYS, "revoke", one, gone, two)
    question = terminal.until("[y/N]: ")
    assert "'one'" in question
    assert "'two'" in question
    assert "'gone'" not in question
    assert "Revoke these 2 keys?" in question
    terminal.type("y\r")
    assert f"{two}  revoked: two\n3 revoked.\n" in terminal.finished()
    assert terminal.code == 0


def test_ctrl_c_at_a_question_is_130_and_does_nothing(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    key = sandbox.new_key()
    terminal = boltz.terminal(KEYS, "revoke", key.id)
    terminal.until("[y/N]: ")
    terminal.settled(0.5)  # until it waits for an answer
    terminal.type("\x03")
    assert terminal.finished().endswith("boltz-api: interrupted.\n")
    assert (terminal.code, active(client, key.id)) == (130, True)


@pytest.mark.parametrize(("typed", "said"), [("y\r", "Revoked {id}.\n"), ("n\r", "both work.")])
def test_rotate_asks_before_and_after_the_successor_is_made(
    boltz: Any, sandbox: Sandbox, client: Boltz, typed: str, said: str
) -> None:
    key = sandbox.new_key(name="CI")
    terminal = boltz.terminal(KEYS, "rotate", key.id)
    terminal.until("Make a successor of the key 'CI'")
    terminal.until("[y/N]: ")
    terminal.type("y\r")
    shown = terminal.until("can be revoked now? [y/N]: ")
    assert re.search(r"Key +.*sk_bc_ws_live_", ESCAPE.sub("", shown))
    assert active(client, key.id)
    terminal.type(typed)
    assert said.format(id=key.id) in terminal.finished().replace("both\nwork.", "both work.")
    assert (terminal.code, active(client, key.id)) == (int(typed == "n\r"), typed == "n\r")


# --- the sandbox ---


def test_sandbox_prints_what_to_paste_and_ends_with_ctrl_c(offline: Any) -> None:
    terminal = offline.terminal("sandbox", "--port", "0", "--db", "keys.db")
    found = re.search(r"BOLTZ_BASE_URL=(\S+) BOLTZ_API_KEY=(\S+)", terminal.until("--json"))
    assert found is not None
    assert offline(KEYS, "list", BOLTZ_BASE_URL=found[1], BOLTZ_API_KEY=found[2]).code == 0
    busy = offline("sandbox", "--port", found[1].rpartition(":")[2])
    assert (busy.code, "--port 0" in busy.err) == (1, True)
    terminal.type("\x03")
    terminal.finished()
    assert (terminal.code, (offline.folder / "keys.db").exists()) == (0, True)
