"""What goes wrong: one sentence on standard error, what to do next, and a code that a script can tell apart."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
import yaml

from boltz_api import Boltz
from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"
WRONG = "sk_bc_admin_test_obviously_wrong_and_fake"


def test_no_key_is_3(offline: Any) -> None:
    done = offline(KEYS, "list")
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "boltz-api: no API key was given. Set BOLTZ_API_KEY, or point --api-key-file at a file that holds the key.\n"
    )


def test_a_wrong_key_is_3_and_is_not_shown(boltz: Any) -> None:
    done = boltz(KEYS, "list", "--api-key", WRONG, "--debug")
    assert (done.code, done.out) == (3, "")
    assert "Check the key in BOLTZ_API_KEY or --api-key-file" in done.err
    assert WRONG not in done.err


def test_a_workspace_key_is_1_and_told_what_it_takes(boltz: Any, sandbox: Sandbox) -> None:
    done = boltz(KEYS, "list", BOLTZ_API_KEY=sandbox.new_key("workspace").key)
    assert done.code == 1
    assert "Managing keys takes an admin key" in done.err


def test_an_unknown_id_is_1_and_told_where_to_look(boltz: Any) -> None:
    done = boltz(KEYS, "revoke", "key_none")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("boltz-api: There is no API key with this ID (the server answered 404, request ")
    assert done.err.endswith("To see which keys there are: boltz-api admin:api-keys list --all\n")


def test_no_server_is_1(offline: Any) -> None:
    done = offline(KEYS, "list", "--base-url", "http://127.0.0.1:1", "--max-retries", "0", BOLTZ_API_KEY=WRONG)
    assert (done.code, done.out) == (1, "")
    assert "Connection refused" in done.err
    assert "Check the network, the proxy settings, and --base-url" in done.err


def test_a_lost_answer_is_4_and_names_the_key_that_may_exist(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.fail("create_api_key", drop=True, after_commit=True)
    done = boltz(KEYS, "create", "--name", "CI", "--key-file", "new.key")
    (made,) = [key for key in json.loads(boltz(KEYS, "list").out)["data"] if key["name"] == "CI"]
    assert (done.code, done.out) == (4, "")
    assert f"It may have made 'CI' ({made['id']}); if so: boltz-api admin:api-keys revoke {made['id']}" in done.err
    assert "Look before you try again" in done.err
    assert "candidates(" not in done.err
    assert not (boltz.folder / "new.key").exists()


def test_a_lost_answer_to_a_create_that_did_not_happen(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.fail("create_api_key", drop=True)
    done = boltz(KEYS, "create", "--name", "CI")
    assert (done.code, done.out) == (4, "")
    assert "No key is listed that it may have made." in done.err


def test_an_answer_that_does_not_fit_the_contract_still_shows_the_key(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.fail("create_api_key", body="missing_field")
    done = boltz(KEYS, "create", "--name", "CI")
    assert done.code == 4
    assert json.loads(done.out)["key"].startswith("sk_bc_ws_live_")
    assert "it may hold a key, shown this once" in done.err
    assert "sk_bc_ws_live_" not in done.err


@pytest.mark.parametrize(
    ("arguments", "guess"),
    [
        ([KEYS, "lst"], "there is no command 'lst'. Did you mean 'list'?"),
        (["admin:api-key"], "there is no command 'admin:api-key'. Did you mean 'admin:api-keys'?"),
        (["sandbx"], "there is no command 'sandbx'. Did you mean 'sandbox'?"),
        ([KEYS, "list", "--limt", "3"], "Did you mean one of: '--limit', '--timeout'?"),
        ([KEYS, "create", "--mode", "lve"], "Did you mean 'live'?"),
        ([KEYS, "list", "--format", "jsn"], "Did you mean 'json'?"),
        ([KEYS, "audit", "--check", "expird"], "Did you mean 'expired'?"),
        (["completion", "bsh"], "Did you mean 'bash'?"),
    ],
)
def test_a_slip_of_the_finger_is_2_and_gets_a_guess(offline: Any, arguments: list[str], guess: str) -> None:
    done = offline(*arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert guess.lower() in done.err.lower()
    assert "--help" in done.err


@pytest.mark.parametrize("spelling", [["--format-error", "json"], ["--format-error=json"]])
def test_errors_as_json(boltz: Any, spelling: list[str]) -> None:
    told = json.loads(boltz(KEYS, "revoke", "key_none", *spelling).err)["error"]
    assert (told["status"], told["code"], told["exit_code"]) == (404, "not_found", 1)
    assert told["request_id"].startswith("req_")
    usage = json.loads(boltz(KEYS, "revoke", *spelling, "--nonsense").err)["error"]
    assert (usage["type"], usage["exit_code"]) == ("usage", 2)


def test_errors_as_yaml_and_as_the_server_sent_them(boltz: Any) -> None:
    assert yaml.safe_load(boltz(KEYS, "revoke", "key_none", "--format-error", "yaml").err)["error"]["status"] == 404
    assert json.loads(boltz(KEYS, "revoke", "key_none", "--format-error", "raw").err)["code"] == "not_found"


def test_what_a_server_says_cannot_steer_the_terminal(boltz: Any, sandbox: Sandbox) -> None:
    name = "\x1b[31mred\x1b[0m\u202e"
    boltz(KEYS, "create", "--name", name)
    listed = boltz(KEYS, "list", "--format", "table", COLUMNS="140").out
    assert "\x1b" not in listed
    assert "\u202e" not in listed
    assert "\ufffd[31mred" in listed


def test_api_key_file(offline: Any, sandbox: Sandbox) -> None:
    path = offline.folder / "admin.key"
    path.write_text(sandbox.admin_key + "\n")
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


def test_debug_shows_requests_and_answers_and_no_secret(boltz: Any, sandbox: Sandbox) -> None:
    done = boltz(KEYS, "create", "--name", "CI", "--debug", "--header", "X-Trace: 7")
    key = json.loads(done.out)["key"]
    assert "POST" in done.err
    assert '"name":"CI"' in done.err
    assert "X-Trace" in done.err
    assert "answered 200" in done.err
    assert '"key_prefix"' in done.err
    assert key not in done.err
    assert sandbox.admin_key not in done.err


def test_a_fault_of_our_own_is_told_without_a_traceback_unless_asked_for(boltz: Any) -> None:
    program = (
        "import sys; from boltz_api.cli import run; from boltz_api.cli.entry import main\n"
        f"def fault(*given): raise RuntimeError('holding {WRONG}')\n"
        "run._list = fault\n"
        f"sys.argv = ['boltz-api', '{KEYS}', 'list', *sys.argv[1:]]; main()"
    )
    for arguments, lines in (([], 1), (["--debug"], 5)):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env=boltz.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert "an unexpected RuntimeError: holding sk_bc_" in done.stderr
        assert WRONG not in done.stderr
        assert len(done.stderr.splitlines()) >= lines
        assert ("Traceback" in done.stderr) == bool(arguments)


@pytest.mark.parametrize("missing", ["click", "rich", "gjson", "yaml"])
def test_without_the_extra_one_line_says_what_to_install(boltz: Any, missing: str) -> None:
    program = (
        f"import sys; sys.modules['{missing}'] = None\n"
        "from boltz_api.cli.entry import main\n"
        f"form = {{'rich': 'table', 'yaml': 'yaml'}}.get('{missing}', 'json')\n"
        f"path = ['--transform', 'key'] * ('{missing}' == 'gjson')\n"
        f"sys.argv = ['boltz-api', '{KEYS}', 'create', '--name', 'x', '--format', form, *path]; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=boltz.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "boltz-api needs more than the client does; install it with: pip install 'boltz-api-keys[cli]'\n"
    )


def test_a_reader_that_has_had_enough_is_no_error(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.load(2000)
    with boltz.started(KEYS, "list", "--all", "--limit", "20", "--format", "jsonl") as process:
        assert process.stdout.readline().startswith('{"id"')
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(20) == 0
    assert len(sandbox.received) < 100


def test_a_closed_pipe_does_not_lose_a_key(boltz: Any) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with boltz.started(KEYS, "create", "--name", "x", stdout=writer) as process:
        os.close(writer)
        told = process.stderr.read()
    assert process.returncode == 1
    assert "The key, shown this once: sk_bc_ws_live_" in told


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")  # noqa: PTH110
def test_a_full_disk_does_not_lose_a_key(boltz: Any, sandbox: Sandbox) -> None:
    with open("/dev/full", "wb") as full, boltz.started(KEYS, "create", "--name", "x", stdout=full.fileno()) as process:  # noqa: PTH123
        told = process.stderr.read()
    assert process.returncode == 1
    assert "The key, shown this once: sk_bc_ws_live_" in told
    assert "No space left on device" in told
    with open("/dev/full", "wb") as full, boltz.started(KEYS, "list", stdout=full.fileno()) as process:  # noqa: PTH123
        told = process.stderr.read()
    assert (process.returncode, told) == (1, "boltz-api: No space left on device.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_create_says_that_a_key_may_exist(boltz: Any, sandbox: Sandbox, number: int) -> None:
    sandbox.fail("create_api_key", delay=30, after_commit=True)
    with boltz.started(KEYS, "create", "--name", "CI", "--key-file", "new.key") as process:
        with Boltz(api_key=sandbox.admin_key, base_url=sandbox.url) as client:
            wait_for(lambda: any(key.name == "CI" for key in client.admin.api_keys.list()))
        process.send_signal(number)
        told = process.stderr.read()
    assert process.wait() == 130
    assert told == (
        "boltz-api: interrupted while a request was under way: a key named 'CI' may have been made. "
        "Look before you try again: boltz-api admin:api-keys list --all\n"
    )
    assert not (boltz.folder / "new.key").exists()


def wait_for(happened: Any) -> None:
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)
