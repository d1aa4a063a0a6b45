"""Replacing a folder whole, whatever comes between."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from codegen.swap import recover, replaced

# Fills the folder anew again and again; every file of one filling says the same number.
WRITER = """
import itertools, signal, sys
from pathlib import Path
from codegen.swap import replaced

target = Path(sys.argv[1])
renames = 0

def stop_at_rename(event, arguments):
    global renames
    if event == "os.rename":
        renames += 1
        if renames == int(sys.argv[2]):
            signal.raise_signal(int(sys.argv[3]))

if sys.argv[2:]:
    sys.addaudithook(stop_at_rename)
for number in itertools.count(1):
    with replaced(target) as new:
        for name in "abcdef":
            (new / name).write_text(str(number))
    print(number, flush=True)
"""
BEFORE = dict.fromkeys("abcdef", "before")


def fill(folder: Path, text: str, names: str = "abcdef") -> None:
    for name in names:
        (folder / name).write_text(text, encoding="utf-8")


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def start_writer(root: Path, target: Path, *stop: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(target), *stop]
    environment = {"PYTHONPATH": str(root / "overlays")}
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=nothing, text=True)


def wait_for_first_filling(writer: subprocess.Popen[str]) -> None:
    assert writer.stdout is not None
    assert writer.stdout.readline() == "1\n"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "generated"
    folder.mkdir()
    fill(folder, "before")
    return folder


def test_the_new_folder_takes_the_place_of_the_old(target: Path) -> None:
    with replaced(target) as new:
        fill(new, "after", "ab")
    assert contents(target) == {"a": "after", "b": "after"}
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_was_not_there_is_made(tmp_path: Path) -> None:
    with replaced(tmp_path / "some" / "where") as new:
        fill(new, "after", "a")
    assert contents(tmp_path / "some" / "where") == {"a": "after"}


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_everything_as_it_was(target: Path, failure: type[BaseException]) -> None:
    def write() -> None:
        with replaced(target) as new:
            fill(new, "after", "ab")
            raise failure

    with pytest.raises(failure):
        write()
    assert contents(target) == BEFORE
    assert list(target.parent.iterdir()) == [target]


def test_a_rename_that_fails_is_undone(target: Path) -> None:
    with pytest.raises(FileNotFoundError), replaced(target) as new:
        new.rmdir()
    assert contents(target) == BEFORE
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("between_the_renames", [True, False])
def test_what_a_run_that_died_left_is_tidied_up(target: Path, between_the_renames: bool) -> None:
    work = target.parent / ".generated.swap"
    (work / "new").mkdir(parents=True)
    if between_the_renames:
        target.rename(work / "old")
    else:
        (work / "old").mkdir()
        fill(work / "old", "long ago")
    recover(target)
    assert contents(target) == BEFORE
    assert list(target.parent.iterdir()) == [target]


def test_an_interruption_while_tidying_up_is_heard_when_that_is_done(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = os.close

    def interrupted_close(descriptor: int) -> None:
        close(descriptor)
        monkeypatch.setattr(os, "close", close)
        signal.raise_signal(signal.SIGINT)

    def write() -> None:
        with replaced(target) as new:
            fill(new, "after", "ab")
            monkeypatch.setattr(os, "close", interrupted_close)

    with pytest.raises(KeyboardInterrupt):
        write()
    assert contents(target) == {"a": "after", "b": "after"}
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_at_any_moment_leaves_one_whole_folder(root: Path, target: Path, number: signal.Signals) -> None:
    moments = random.Random(number)
    for _ in range(8):
        writer = start_writer(root, target)
        wait_for_first_filling(writer)
        time.sleep(moments.random() / 50)
        writer.send_signal(number)
        writer.communicate(timeout=10)
        assert writer.returncode == -number
        if number is signal.SIGKILL:
            recover(target)
        left = contents(target)
        assert set(left) == set("abcdef")
        assert len(set(left.values())) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("rename", [2, 3])
def test_a_signal_between_the_renames_waits_for_them(
    root: Path, tmp_path: Path, rename: int, number: signal.Signals
) -> None:
    # The first filling takes one rename, each later one two.
    target = tmp_path / "generated"
    writer = start_writer(root, target, str(rename), str(int(number)))
    writer.communicate(timeout=10)
    assert writer.returncode == -number
    assert contents(target) == dict.fromkeys("abcdef", "2")


def test_runs_that_replace_the_same_folder_wait_for_one_another(root: Path, target: Path) -> None:
    with replaced(target) as new:
        writer = start_writer(root, target)
        time.sleep(0.3)
        fill(new, "first", "a")
        assert contents(target) == BEFORE
    wait_for_first_filling(writer)
    writer.kill()
    writer.communicate(timeout=10)
