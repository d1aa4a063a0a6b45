"""A key that was made gets into its owner's hands, although the file for it, or the way there, is lost."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boltz_api.sandbox import Sandbox

KEYS = "admin:api-keys"
KEY = re.compile(r"sk_bc_ws_live_\w+")


def created_while(boltz: Any, sandbox: Sandbox, meddle: Callable[[Path], object]) -> tuple[int, str, str]:
    """Exit code, output and errors of a create whose key file is meddled with before the answer is there."""
    sandbox.fail("create_api_key", delay=1, after_commit=True)
    folder: Path = boltz.folder / "keys"
    folder.mkdir()
    path = folder / "new.key"
    with boltz.started(KEYS, "create", "--name", "CI", "--key-file", str(path)) as process:
        end = time.monotonic() + 20
        while not path.exists():
            assert time.monotonic() < end
            time.sleep(0.01)
        meddle(path)
        out, err = process.communicate(timeout=20)
    return process.returncode, out, err


def remove_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


def remove_file(path: Path) -> None:
    path.unlink()


def replace_file(path: Path) -> None:
    path.rename(path.with_name("moved.key"))
    path.write_text("somebody else's\n")


@pytest.mark.parametrize("meddle", [remove_folder, remove_file, replace_file])
def test_a_key_file_that_is_gone_before_the_key_is_there(
    boltz: Any, sandbox: Sandbox, meddle: Callable[[Path], object]
) -> None:
    code, out, err = created_while(boltz, sandbox, meddle)
    assert (code, "the file was removed in the meantime; the key was shown instead." in err) == (1, True)
    assert KEY.fullmatch(json.loads(out)["key"])
    path = boltz.folder / "keys/new.key"
    assert not path.exists() or path.read_text() == "somebody else's\n"


def test_a_disk_that_is_full_when_the_key_is_there(boltz: Any) -> None:
    """A limit on the size of files fails the write, as a full disk does: the empty file can be made."""
    terminal = boltz.shell(f"ulimit -f 0; exec boltz-api {KEYS} create --name CI --key-file new.key --format json")
    shown = terminal.finished()
    assert terminal.code == 1
    assert "cannot write new.key: File too large; the key was shown instead." in shown
    assert KEY.search(shown)
    assert not (boltz.folder / "new.key").exists()


def test_a_rotation_whose_key_file_is_gone_keeps_the_old_key_and_shows_the_new(boltz: Any, sandbox: Sandbox) -> None:
    old = sandbox.new_key(name="CI")
    terminal = boltz.shell(f"ulimit -f 0; exec boltz-api {KEYS} rotate {old.id} --yes --key-file new.key")
    shown = terminal.finished()
    assert (terminal.code, "the key was shown instead." in shown) == (1, True)
    assert "both work" in shown
    assert KEY.search(shown)
    listed = {key["id"]: key["is_active"] for key in json.loads(boltz(KEYS, "list").out)["data"]}
    assert listed[old.id]


BROKEN: list[tuple[str, ...]] = [("create", "--name", "CI"), ("rotate", "OLD", "--yes")]


@pytest.mark.parametrize("arguments", BROKEN, ids=["create", "rotate"])
@pytest.mark.parametrize("body", ["missing_field", "truncated"])
def test_an_answer_that_cannot_be_used_is_shown_as_it_came(
    boltz: Any, sandbox: Sandbox, arguments: tuple[str, ...], body: Any
) -> None:
    old = sandbox.new_key(name="CI")
    sandbox.fail("create_api_key", body=body, field="key_details" if body == "missing_field" else None)
    done = boltz(KEYS, *(old.id if each == "OLD" else each for each in arguments), "--key-file", "new.key")
    assert done.code == 4
    assert KEY.search(done.out)
    assert not KEY.search(done.err)
    assert "it may hold a key, shown this once" in done.err
    assert not (boltz.folder / "new.key").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_an_answer_that_cannot_be_used_is_shown_where_it_can(boltz: Any, sandbox: Sandbox) -> None:
    sandbox.fail("create_api_key", body="missing_field", field="key_details")
    with open("/dev/full", "wb") as full, boltz.started(KEYS, "create", "--name", "x", stdout=full.fileno()) as process:  # noqa: PTH123
        told = process.stderr.read()
    assert process.returncode == 4
    assert KEY.search(told)


def test_a_rotation_in_doubt_is_told_in_the_command_lines_own_words(boltz: Any, sandbox: Sandbox) -> None:
    old = sandbox.new_key(name="CI")
    sandbox.fail("create_api_key", drop=True, after_commit=True)
    done = boltz(KEYS, "rotate", old.id)
    (made,) = [
        key for key in json.loads(boltz(KEYS, "list").out)["data"] if key["name"] == "CI" and key["id"] != old.id
    ]
    assert (done.code, done.out) == (4, "")
    assert f"It may have made 'CI' ({made['id']}); if so: boltz-api admin:api-keys revoke {made['id']}" in done.err
    assert old.id not in done.err.partition("\n")[0]
    assert f"the successor of {old.id} may or may not have been made; that key still works" in done.err
    assert "candidates(" not in done.err
    assert "__cause__" not in done.err
