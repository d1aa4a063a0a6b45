"""The command in a terminal: tables, questions, colours, and Ctrl-C."""

from __future__ import annotations

import re
from typing import Any

from boltz_api import Boltz
from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def active(sandbox: Sandbox, key_id: str) -> bool:
    with Boltz(api_key=sandbox.admin_key, base_url=sandbox.url) as client:
        return client.admin.api_keys.get(key_id).is_active


def test_list_is_a_table_with_colours_that_fits(boltz: Any) -> None:
    terminal = boltz.terminal(KEYS, "list", columns=90)
    text = terminal.finished()
    lines = ESCAPE.sub("", text).splitlines()
    assert terminal.code == 0
    assert lines[0].split() == ["NAME", "STATE", "EXPIRES", "LAST", "USED"]
    assert "\x1b[32mactive\x1b[0m" in text
    assert max(map(len, lines)) <= 90
    assert "Sandbox admin" in lines[2]


def test_no_color_is_respected(boltz: Any) -> None:
    assert "\x1b[3" not in boltz.terminal(KEYS, "list", NO_COLOR="1").finished()


def test_a_walk_streams_its_table(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.load(12)
    text = ESCAPE.sub("", boltz.terminal(KEYS, "list", "--all", "--limit", "5", columns=160).finished())
    assert text.count("LAST USED") == 1
    assert len(text.splitlines()) == 1 + 14


def test_progress_is_for_a_terminal_whose_list_goes_elsewhere(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.load(12)
    terminal = boltz.shell(f"boltz-api {KEYS} list --all --limit 5 --format jsonl > keys.jsonl")
    text = terminal.finished()
    assert "5 so far ..." in text
    assert text.endswith("\r\x1b[K")
    assert len((boltz.folder / "keys.jsonl").read_text().splitlines()) == 14


def test_create_shows_the_key_once_and_warns(boltz: Any) -> None:
    text = ESCAPE.sub("", boltz.terminal(KEYS, "create", "--name", "CI", "--expires-in-days", "30").finished())
    assert re.search(r"^Key +sk_bc_ws_live_\w+$", text, re.MULTILINE)
    assert re.search(r"^Expires +in 30 days$", text, re.MULTILINE)
    assert text.endswith("This is the only time that the key is shown. Store it now.\n")


def test_revoke_asks_and_names_the_key(boltz: Any, sandbox: Sandbox) -> None:
    key = sandbox.new_key(name="Docking pipeline")
    terminal = boltz.terminal(KEYS, "revoke", key.id)
    question = terminal.until("[y/N]: ")
    assert f"Revoke the key 'Docking pipeline' ({key.id}, active, last used: never)?" in question
    terminal.type("n\r")
    assert terminal.finished().endswith("boltz-api: nothing was done.\n")
    assert (terminal.code, active(sandbox, key.id)) == (1, True)
    terminal = boltz.terminal(KEYS, "revoke", key.id)
    terminal.until("[y/N]: ")
    terminal.type("y\r")
    assert re.search(r"State +.*revoked", ESCAPE.sub("", terminal.finished()))
    assert (terminal.code, active(sandbox, key.id)) == (0, False)


def test_yes_asks_nothing(boltz: Any, sandbox: Sandbox) -> None:
    key = sandbox.new_key()
    terminal = boltz.terminal(KEYS, "revoke", key.id, "--yes")
    assert "[y/N]" not in terminal.finished()
    assert (terminal.code, active(sandbox, key.id)) == (0, False)


def test_ctrl_c_at_a_question_is_130_and_does_nothing(boltz: Any, sandbox: Sandbox) -> None:
    key = sandbox.new_key()
    terminal = boltz.terminal(KEYS, "revoke", key.id)
    terminal.until("[y/N]: ")
    terminal.settled(0.5)  # until it waits for an answer
    terminal.type("\x03")
    assert terminal.finished().endswith("boltz-api: interrupted.\n")
    assert (terminal.code, active(sandbox, key.id)) == (130, True)


def test_rotate_asks_before_and_after_the_successor_is_made(boltz: Any, sandbox: Sandbox) -> None:
    key = sandbox.new_key(name="CI")
    terminal = boltz.terminal(KEYS, "rotate", key.id)
    terminal.until("Make a successor of the key 'CI'")
    terminal.until("[y/N]: ")
    terminal.type("y\r")
    shown = terminal.until("can be revoked now? [y/N]: ")
    assert re.search(r"Key +.*sk_bc_ws_live_", ESCAPE.sub("", shown))
    assert active(sandbox, key.id)
    terminal.type("y\r")
    assert terminal.finished().endswith(f"Revoked {key.id}.\n")
    assert (terminal.code, active(sandbox, key.id)) == (0, False)


def test_rotate_keeps_both_keys_when_the_successor_is_not_in_place(boltz: Any, sandbox: Sandbox) -> None:
    key = sandbox.new_key(name="CI")
    terminal = boltz.terminal(KEYS, "rotate", key.id)
    terminal.until("[y/N]: ")
    terminal.type("y\r")
    terminal.until("can be revoked now? [y/N]: ")
    terminal.type("n\r")
    assert "both work." in terminal.finished().replace("\n", " ")
    assert (terminal.code, active(sandbox, key.id)) == (1, True)


def test_sandbox_prints_what_to_paste_and_ends_with_ctrl_c(offline: Any) -> None:
    terminal = offline.terminal("sandbox", "--port", "0", "--db", "keys.db")
    greeting = terminal.until("--json")
    found = re.search(r"BOLTZ_BASE_URL=(\S+) BOLTZ_API_KEY=(\S+)", greeting)
    assert found is not None
    listed = offline(
        KEYS, "list", "--transform", "name", "--format", "raw", BOLTZ_BASE_URL=found[1], BOLTZ_API_KEY=found[2]
    )
    assert listed.out == "Sandbox admin\nSandbox test admin\n"
    terminal.type("\x03")
    terminal.finished()
    assert terminal.code == 0
    assert (offline.folder / "keys.db").exists()
