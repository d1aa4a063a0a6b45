"""Failures: one sentence on standard error, what to do next, and a code that a script can tell apart."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
WRONG = "sk_bc_admin_test_obviously_wrong_and_fake"


def test_no_key_is_3(offline: Any) -> None:
    done = offline(KEYS, "list")
    assert (done.code, done.out) == (3, "")
    assert "Set BOLTZ_API_KEY, or point --api-key-file or BOLTZ_API_KEY_FILE at a file" in done.err


def test_a_failure_says_what_to_do_next(boltz: Any, sandbox: Sandbox) -> None:
    """What kind of failure it is, and its exit code: see the cases of the wire."""
    workspace = sandbox.new_key("workspace").key
    unknown = boltz(KEYS, "revoke", "key_none").err
    assert unknown.startswith("boltz-api: There is no API key with this ID (the server answered 404, request ")
    assert unknown.endswith("The keys there are: boltz-api admin:api-keys list --all\n")
    assert "Managing keys takes an admin key" in boltz(KEYS, "list", BOLTZ_API_KEY=workspace).err
    assert "Check the key in BOLTZ_API_KEY or --api-key-file" in boltz(KEYS, "list", "--api-key", WRONG).err
    nowhere = boltz(KEYS, "list", "--base-url", "http://127.0.0.1:1", "--max-retries", "0").err
    assert "Check the network, the proxy settings, and --base-url" in nowhere
    sandbox.fail("create_api_key", drop=True)
    assert "No key is listed that it may have made" in boltz(KEYS, "create", "--name", "CI").err


def test_a_lost_answer_is_4_and_names_the_key_that_may_exist(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.fail("create_api_key", drop=True, after_commit=True)
    done = boltz(KEYS, "create", "--name", "CI", "--key-file", "new.key")
    (made,) = [key for key in boltz(KEYS, "list").json["data"] if key["name"] == "CI"]
    assert (done.code, done.out) == (4, "")
    assert f"It may have made 'CI' ({made['id']}); if so: boltz-api admin:api-keys revoke {made['id']}" in done.err
    assert "Look before you try again" in done.err
    assert "candidates(" not in done.err
    assert not (boltz.folder / "new.key").exists()


def test_a_rotation_in_doubt_is_told_in_the_command_lines_own_words(boltz: Any, sandbox: Sandbox) -> None:
    old = sandbox.new_key(name="CI")
    sandbox.fail("create_api_key", drop=True, after_commit=True)
    done = boltz(KEYS, "rotate", old.id, "--key-file", "new.key")
    (made,) = [key for key in boltz(KEYS, "list").json["data"] if key["name"] == "CI" and key["id"] != old.id]
    assert (done.code, done.out, (boltz.folder / "new.key").exists()) == (4, "", False)
    assert f"It may have made 'CI' ({made['id']}); if so: boltz-api admin:api-keys revoke {made['id']}" in done.err
    assert old.id not in done.err.partition("\n")[0]
    assert f"the successor of {old.id} may or may not have been made; that key still works" in done.err
    assert "candidates(" not in done.err
    assert "__cause__" not in done.err


@pytest.mark.parametrize(
    ("arguments", "guess"),
    [
        ([KEYS, "lst"], "there is no command 'lst'; did you mean 'list'?"),
        (["admin:api-key"], "there is no command 'admin:api-key'; did you mean 'admin:api-keys'?"),
        ([KEYS, "list", "--limt", "3"], "Did you mean one of: '--limit', '--timeout'?"),
        ([KEYS, "create", "--mode", "lve"], "did you mean 'live'?"),
        (["completion", "bsh"], "did you mean 'bash'?"),
    ],
)
def test_a_slip_of_the_finger_is_2_and_gets_a_guess(offline: Any, arguments: list[str], guess: str) -> None:
    done = offline(*arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert guess.lower() in done.err.lower()
    assert "--help" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["sandbox", "--host", "é.."],
        ["sandbox", "--port", "65536"],
        [KEYS, "list", "--timeout", "-1"],
        [KEYS, "create", "--name", "\udcff"],
        [KEYS, "create", "@missing.json"],
        [KEYS, "create", "@."],
    ],
)
def test_nonsense_is_2_without_a_traceback(boltz: Any, sandbox: Sandbox, arguments: list[str]) -> None:
    done = boltz(*arguments)
    assert (done.code, done.out, list(sandbox.received)) == (2, "", [])
    assert "Traceback" not in done.err


# --- the form of errors ---


def test_the_forms_of_errors(boltz: Any) -> None:
    told = json.loads(boltz(KEYS, "revoke", "key_none", "--format-error", "json").err)["error"]
    assert (told["status"], told["code"], told["exit_code"]) == (404, "not_found", 1)
    assert told["request_id"].startswith("req_")
    usage = json.loads(boltz(KEYS, "revoke", "--format-error=json", "--nonsense").err)["error"]
    assert (usage["type"], usage["exit_code"]) == ("usage", 2)
    assert yaml.safe_load(boltz(KEYS, "revoke", "key_none", "--format-error", "yaml").err)["error"]["status"] == 404
    assert json.loads(boltz(KEYS, "revoke", "key_none", "--format-error", "raw").err)["code"] == "not_found"


@pytest.mark.parametrize("form", ["text", "json", "yaml", "raw"])
def test_what_a_server_says_cannot_steer_the_terminal_and_shows_no_key(scripted: Any, form: str) -> None:
    evil = f"\x1b]0;x\x07 \u202e\u009b {WRONG} $(reboot)"
    body = {"code": "bad\x1b[2J", "message": evil, "details": {"field": evil, "long": "x" * 9000}}
    done = scripted(body, status=400)(KEYS, "list", "--format-error", form)
    assert done.code == 1
    assert [mark for mark in done.err.replace("\n", "").replace("\t", "") if not mark.isprintable()] == []
    assert "obviously_wrong" not in done.err
    if form == "json":
        assert json.loads(done.err)["error"]["code"] == "bad\x1b[2J"


def test_hints_can_be_pasted_whatever_a_server_calls_a_key(scripted: Any, a_key: dict[str, object]) -> None:
    evil = "key_$(touch evil);'\x1b[31m"
    page = {"data": [{**a_key, "id": evil}], "first_id": evil, "has_more": True, "last_id": evil}
    shown = scripted(page)(KEYS, "list", "--format", "jsonl").err
    assert r"""--after-id 'key_$(touch evil);'"'"'\u001b[31m'""" in shown


# --- where the key comes from ---


def test_api_key_file(offline: Any, sandbox: Sandbox) -> None:
    path = offline.folder / "admin.key"
    path.write_text("\ufeff" + sandbox.admin_key + "\n", encoding="utf-8")
    path.chmod(0o600)
    done = offline(KEYS, "list", "--api-key-file", "admin.key", BOLTZ_BASE_URL=sandbox.url)
    assert (done.code, done.err) == (0, "")
    path.chmod(0o644)
    done = offline(KEYS, "list", "--api-key-file", "admin.key", BOLTZ_BASE_URL=sandbox.url)
    assert done.code == 0
    assert "chmod 600 admin.key" in done.err
    path.write_text("two words\n")
    assert "must hold an API key and nothing else" in offline(KEYS, "list", "--api-key-file", "admin.key").err
    assert "cannot read the API key from gone" in offline(KEYS, "list", "--api-key-file", "gone").err


def test_api_key_file_of_a_container(offline: Any, sandbox: Sandbox) -> None:
    secret = offline.folder / "secret"
    secret.write_text(sandbox.admin_key)
    secret.chmod(0o644)
    wrong = offline.folder / "wrong"
    wrong.write_text(WRONG)
    wrong.chmod(0o600)
    given = {"BOLTZ_BASE_URL": sandbox.url, "BOLTZ_API_KEY_FILE": "secret"}
    done = offline(KEYS, "list", **given)
    assert (done.code, done.err) == (0, "")
    assert offline(KEYS, "list", "--api-key-file", "wrong", **given).code == 3
    assert offline(KEYS, "list", BOLTZ_API_KEY=WRONG, **given).code == 3
    assert offline(KEYS, "list", **{**given, "BOLTZ_API_KEY_FILE": "gone"}).code == 2
    assert offline(KEYS, "list", **{**given, "BOLTZ_API_KEY_FILE": ""}).code == 3


def test_debug_shows_requests_and_answers_and_no_secret(boltz: Any, sandbox: Sandbox) -> None:
    done = boltz(KEYS, "create", "--name", "CI", "--debug", "--header", "X-Trace: 7")
    for shown in ("POST", "X-Trace", "answered 200"):
        assert shown in done.err
    assert done.json["key"] not in done.err
    assert sandbox.admin_key not in done.err


# --- faults of our own, and of the installation ---


def test_a_fault_of_our_own_is_told_without_a_traceback_unless_asked_for(boltz: Any) -> None:
    program = (
        "import sys; from boltz_api.cli import commands, main\n"
        f"def fault(*given): raise RuntimeError('holding {WRONG}')\n"
        "commands.call = fault\n"
        f"sys.argv = ['boltz-api', '{KEYS}', 'create', '--name', 'x', *sys.argv[1:]]; main()"
    )
    for arguments, lines in (([], 1), (["--debug"], 5)):
        done = boltz.python(program, *arguments)
        assert (done.code, done.out) == (1, "")
        assert "an unexpected RuntimeError: holding sk_bc_" in done.err
        assert WRONG not in done.err
        assert len(done.err.splitlines()) >= lines
        assert ("Traceback" in done.err) == bool(arguments)


@pytest.mark.parametrize("missing", ["click", "rich", "jmespath"])
def test_without_the_extra_one_line_says_what_to_install(boltz: Any, missing: str) -> None:
    program = (
        f"import sys; sys.modules['{missing}'] = None\n"
        "from boltz_api.cli import main\n"
        f"form = 'table' if '{missing}' == 'rich' else 'json'\n"
        f"query = ['--query', 'key'] * ('{missing}' == 'jmespath')\n"
        f"sys.argv = ['boltz-api', '{KEYS}', 'create', '--name', 'x', '--format', form, *query]; main()"
    )
    done = boltz.python(program)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "boltz-api needs more than the client does; install it with: pip install 'boltz-api-keys[cli]'\n"
    )


def test_without_pyyaml_json_does(boltz: Any, sandbox: Sandbox) -> None:
    begin = "import sys; sys.modules['yaml'] = None; from boltz_api.cli import main; sys.argv[0] = 'boltz-api'; main()"
    (boltz.folder / "key.json").write_text('{"name": "CI"}')
    (boltz.folder / "key.yaml").write_text("name: CI\n")
    assert boltz.python(begin, KEYS, "create", "@key.json").code == 0
    refused = boltz.python(begin, KEYS, "create", "@key.yaml")
    assert (refused.code, "for YAML, install PyYAML" in refused.err) == (2, True)
    refused = boltz.python(begin, KEYS, "create", "--name", "x", "--format", "yaml")
    assert (refused.code, "pip install 'boltz-api-keys[cli,yaml]'" in refused.err) == (2, True)
    assert len(sandbox.received) == 1
    error = boltz.python(begin, KEYS, "revoke", "key_none", "--format-error", "yaml").err
    assert yaml.safe_load(error)["error"]["status"] == 404


# --- streams that cannot be written ---


def test_a_reader_that_has_had_enough_is_no_error(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.load(2000)
    with boltz.started(KEYS, "list", "--all", "--limit", "20", "--format", "jsonl") as process:
        assert process.stdout.readline().startswith('{"id"')
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(20) == 0
    assert len(sandbox.received) < 100


COMMANDS = [
    (f"{KEYS} create --name CI --key-file new.key", 0),
    (f"{KEYS} list --all --format jsonl --limit 1", 0),
    (f"{KEYS} audit --fail-on open", 5),
    (f"{KEYS} revoke key_none", 1),
    (f"{KEYS} list --limit 0", 2),
]


@pytest.mark.parametrize("errors", [pytest.param("2> /dev/full", marks=FULL), "2>&-"])
@pytest.mark.parametrize(("line", "code"), COMMANDS)
def test_exit_codes_hold_whatever_becomes_of_standard_error(boltz: Any, line: str, code: int, errors: str) -> None:
    done = boltz.piped(f"boltz-api {line} {errors}")
    assert (done.code, "Traceback" in done.err) == (code, False)


@pytest.mark.parametrize(
    ("output", "reason"), [pytest.param("> /dev/full", "No space left on device", marks=FULL), (">&-", "is closed")]
)
@pytest.mark.parametrize("line", [f"{KEYS} list --format jsonl", f"{KEYS} list --format table", "--help"])
def test_output_that_cannot_be_written_is_1_and_told(boltz: Any, line: str, output: str, reason: str) -> None:
    done = boltz.piped(f"boltz-api {line} {output}")
    if line == "--help" and output == ">&-":  # nothing was asked for
        assert (done.code, done.err) == (0, "")
    else:
        assert (done.code, done.err.count("\n"), reason in done.err) == (1, 1, True)


def test_no_stream_at_all(boltz: Any, sandbox: Sandbox) -> None:
    assert boltz.piped(f"boltz-api {KEYS} revoke {sandbox.new_key().id} <&- >&- 2>&-").code == 1
    assert boltz.piped(f"boltz-api {KEYS} revoke - <&-").code == 2
    assert os.listdir(boltz.folder) == []  # noqa: PTH208
