"""A key that was made gets into its owner's hands, whatever stands in the way."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boltz_api import Boltz
from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"
CREATE = (KEYS, "create", "--name", "CI")
KEY = re.compile(r"sk_bc_ws_live_\w{20,}")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")


def wait_for(happened: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


def made(client: Boltz) -> list[str]:
    return [key.id for key in client.admin.api_keys.list() if key.name == "CI"]


# --- the key file ---


def test_key_file(boltz: Any, sandbox: Sandbox) -> None:
    done = boltz(KEYS, "create", "--name", "x", "--key-file", "new.key")
    path: Path = boltz.folder / "new.key"
    key = path.read_text()
    assert (done.code, done.err) == (0, "The key is in new.key, which only you can read.\n")
    assert (list(done.json), key[:14], key[-1]) == (["key_details"], "sk_bc_ws_live_", "\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    raw = boltz(KEYS, "create", "--name", "y", "--key-file", "raw.key", "--format", "raw")
    assert not KEY.search(raw.out + raw.err)
    again = boltz(KEYS, "create", "--name", "z", "--key-file", "new.key")
    assert (again.code, again.out, path.read_text()) == (2, "", key)
    assert "new.key exists and is not overwritten; no key was made." in again.err
    nowhere = boltz(KEYS, "create", "--name", "z", "--key-file", "no/such/folder")
    assert (nowhere.code, "no key was made" in nowhere.err) == (2, True)
    assert len(sandbox.received) == 2


def test_a_key_file_goes_when_no_key_was_made(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.fail("create_api_key", status=400)
    assert boltz(*CREATE, "--key-file", "new.key").code == 1
    assert not (boltz.folder / "new.key").exists()


def replace_file(path: Path) -> None:
    path.rename(path.with_name("moved.key"))
    path.write_text("somebody else's\n")


@pytest.mark.parametrize("meddle", [lambda path: shutil.rmtree(path.parent), replace_file], ids=["gone", "replaced"])
def test_a_key_file_that_is_gone_before_the_key_is_there(
    boltz: Any, sandbox: Sandbox, meddle: Callable[[Path], object]
) -> None:
    sandbox.fail("create_api_key", delay=1, after_commit=True)
    path = boltz.folder / "keys/new.key"
    path.parent.mkdir()
    with boltz.started(*CREATE, "--key-file", str(path)) as process:
        wait_for(path.exists)
        meddle(path)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "the file was removed in the meantime; the key was shown instead." in err
    assert KEY.fullmatch(json.loads(out)["key"])
    assert not path.exists() or path.read_text() == "somebody else's\n"


def test_a_rotation_on_a_full_disk_keeps_the_old_key_and_shows_the_new(
    boltz: Any, sandbox: Sandbox, client: Boltz
) -> None:
    """A limit on the size of files fails the write, as a full disk does: the empty file can be made."""
    old = sandbox.new_key(name="CI")
    done = boltz.piped(f"ulimit -f 0; exec boltz-api {KEYS} rotate {old.id} --key-file new.key --format json")
    assert (done.code, "both work" in done.err) == (1, True)
    assert "cannot write new.key: File too large; the key was shown instead." in done.err
    assert KEY.search(done.out)
    assert not (boltz.folder / "new.key").exists()
    assert client.admin.api_keys.get(old.id).is_active


# --- answers that cannot be used ---


@pytest.mark.parametrize("arguments", [CREATE, (KEYS, "rotate", "OLD")], ids=["create", "rotate"])
@pytest.mark.parametrize("fault", [{"body": "truncated"}, {"body": "missing_field", "field": "key_details"}])
def test_an_answer_that_cannot_be_used_is_kept_as_it_came(
    boltz: Any, sandbox: Sandbox, arguments: tuple[str, ...], fault: Any
) -> None:
    words = [sandbox.new_key(name="CI").id if each == "OLD" else each for each in arguments]
    sandbox.fail("create_api_key", **fault, times=2)
    shown, kept = boltz(*words), boltz(*words, "--key-file", "new.key")
    path = boltz.folder / "new.key"
    for done, text in ((shown, shown.out), (kept, path.read_text())):
        assert (done.code, bool(KEY.search(text)), bool(KEY.search(done.err))) == (4, True, False)
        assert "it may hold a key, shown this once" in done.err
    assert (kept.out, stat.S_IMODE(path.stat().st_mode)) == ("", 0o600)


@FULL
def test_an_answer_that_cannot_be_used_is_shown_where_it_can(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.fail("create_api_key", body="missing_field", field="key_details")
    done = boltz.piped(f"boltz-api {' '.join(CREATE)} > /dev/full")
    assert (done.code, bool(KEY.search(done.err))) == (4, True)


def test_an_empty_key_is_no_success(boltz: Any, scripted: Any) -> None:
    answer = {**boltz(*CREATE).json, "key": ""}
    done = scripted(answer)(*CREATE, "--key-file", "new.key")
    assert (done.code, done.json["key"], (boltz.folder / "new.key").exists()) == (1, "", False)
    assert "holds no 'key'" in done.err


# --- terminals and streams that are not what they seem ---


@pytest.mark.parametrize("columns", ["0", "nonsense", "100000"])
def test_whatever_the_terminal_says_the_key_is_shown(boltz: Any, columns: str) -> None:
    terminal = boltz.terminal(*CREATE, COLUMNS=columns)
    assert KEY.search(terminal.finished())
    assert terminal.code == 0
    done = boltz(*CREATE, "--format", "table", COLUMNS=columns)
    assert (done.code, bool(KEY.search(done.out))) == (0, True)


def test_a_closed_pipe_does_not_lose_a_key(boltz: Any) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with boltz.started(*CREATE, stdout=writer) as process:
        os.close(writer)
        said = process.stderr.read()
    assert (process.returncode, bool(KEY.search(said))) == (1, True)


@FULL
def test_a_full_disk_does_not_lose_a_key(boltz: Any) -> None:
    done = boltz.piped(f"boltz-api {' '.join(CREATE)} > /dev/full")
    assert (done.code, bool(KEY.search(done.err))) == (1, True)
    assert "No space left on device" in done.err


@FULL
def test_a_key_that_could_be_written_nowhere_is_an_answer_that_was_lost(boltz: Any) -> None:
    assert boltz.piped(f"boltz-api {' '.join(CREATE)} > /dev/full 2> /dev/full").code == 4


def test_without_standard_output_nothing_is_made_that_would_be_lost(boltz: Any, client: Boltz) -> None:
    done = boltz.piped(f"boltz-api {' '.join(CREATE)} >&-")
    assert (done.code, made(client)) == (2, [])
    assert "standard output is closed" in done.err
    assert boltz.piped(f"boltz-api {' '.join(CREATE)} --key-file new.key >&-").code == 1
    assert KEY.search((boltz.folder / "new.key").read_text())


def test_a_key_file_does_not_take_the_place_of_a_closed_stream(boltz: Any, sandbox: Sandbox) -> None:
    old = sandbox.new_key()
    rotate = f"boltz-api {KEYS} rotate {old.id} --key-file new.key --check 'echo noise; echo noise >&2'"
    boltz.piped(f"{rotate} >&- 2>&- <&-")
    assert KEY.fullmatch((boltz.folder / "new.key").read_text().strip())


# --- interrupts ---


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_create_says_that_a_key_may_exist(
    boltz: Any, sandbox: Sandbox, client: Boltz, number: int
) -> None:
    sandbox.fail("create_api_key", delay=30, after_commit=True)
    with boltz.started(*CREATE, "--key-file", "new.key") as process:
        wait_for(lambda: made(client))
        process.send_signal(number)
        said = process.stderr.read()
    assert process.wait() == 130
    assert said == (
        "boltz-api: interrupted while a request was under way: a key named 'CI' may have been made. "
        "Look before you try again: boltz-api admin:api-keys list --all\n"
    )
    assert not (boltz.folder / "new.key").exists()


def test_an_interrupt_waits_until_the_key_is_handed_over(offline: Any) -> None:
    """The signal comes in the middle of the delivery, between the file and the note."""
    program = """
import os, signal, sys
from boltz_api.cli.delivery import Delivery, INTERRUPTS, KeyFile
from boltz_api.cli.output import Answer, Output
INTERRUPTS.install()
write = KeyFile.write
def interrupted(self, content):
    os.kill(os.getpid(), signal.SIGHUP)
    write(self, content)
KeyFile.write = interrupted
try:
    with Delivery(Output("json"), field="key", key_file="new.key", pending="a key may have been made") as delivery:
        delivery.hand_over(Answer({"key": "sk_fake", "rest": 1}))
except KeyboardInterrupt:
    print("interrupted afterwards")
"""
    done = offline.python(program)
    assert (offline.folder / "new.key").read_text() == "sk_fake\n"
    assert done.out.splitlines()[-1] == "interrupted afterwards"
    assert json.loads(done.out.removesuffix("interrupted afterwards\n")) == {"rest": 1}


def test_rotating_many_says_how_far_it_came(boltz: Any, sandbox: Sandbox, client: Boltz) -> None:
    ids = [sandbox.new_key(name=name).id for name in "ABC"]
    options = ["--key-file", "{id}.key", "--check", f"grep -q . {ids[1]}.key && kill -INT $PPID && sleep 5; true"]
    with boltz.started(KEYS, "rotate", *ids, *options) as process:
        out, err = process.communicate(timeout=20)
    assert (process.returncode, [json.loads(line)["id"] for line in out.splitlines()]) == (130, [ids[0]])
    assert "1 rotated, 2 not reached." in err
    assert f"was handed over, and {ids[1]} may have been revoked" in err
    assert client.admin.api_keys.get(ids[2]).is_active
