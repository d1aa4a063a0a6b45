"""The sandbox as a command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

KEYS = "/compute/v1/admin/api-keys"


@contextmanager
def command(*arguments: str) -> Generator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "boltz_api.sandbox", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def greeting(process: subprocess.Popen[str]) -> dict[str, str]:
    """The banner: all of it, and the URL and the key in it."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or "--json" not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], process.stderr and process.stderr.read()
    text = "".join(lines)
    return {
        "text": text,
        "url": lines[0].split()[-1],
        "key": text.partition("Admin key: ")[2].split()[0],
    }


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_says_what_it_is_serves_and_ends_well(ending: signal.Signals) -> None:
    with command("--port", "0") as process:
        said = greeting(process)
        answer = httpx.get(said["url"] + KEYS, headers={"x-api-key": said["key"]})
        process.send_signal(ending)

        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert answer.status_code == 200
    assert "It is no production server." in said["text"]
    assert "WARNING" not in said["text"]
    assert "Keys are kept in memory, until it stops." in said["text"]
    assert f"export BOLTZ_BASE_URL={said['url']} BOLTZ_API_KEY={said['key']}" in said["text"]


def test_the_example_it_prints_works() -> None:
    with command("--port", "0") as process:
        said = greeting(process)
        example = said["text"].rpartition("or\n\n")[2]
        answer = subprocess.run(["sh", "-c", example], capture_output=True, text=True, timeout=20, check=False)

    if "curl: not found" in answer.stderr:
        pytest.skip("this machine has no curl")
    assert '"name":"My first key"' in answer.stdout


def failure(*arguments: str) -> tuple[int, str, str]:
    with command(*arguments) as process:
        out, err = process.communicate(timeout=20)
    return process.returncode, out, err


def test_a_busy_port_is_one_sentence_that_names_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        reason = "Address already in use. Give --port 0 for any that is free."
        assert failure("--port", str(port)) == (1, "", f"Cannot listen on 127.0.0.1 port {port}: {reason}\n")


def test_it_says_where_the_keys_are_kept_and_warns_when_others_can_reach_it(tmp_path: Path) -> None:
    with command("--port", "0", "--host", "0.0.0.0", "--db", str(tmp_path / "keys.db")) as process:
        said = greeting(process)["text"]

    assert f"Keys are kept in {tmp_path / 'keys.db'}." in said
    assert "WARNING: other machines can reach it" in said


def test_an_address_that_cannot_be_is_one_sentence() -> None:
    reason = "Cannot listen on é.. port 8765: 'é..' is not the name of a host.\n"
    assert failure("--host", "é..") == (1, "", reason)


def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    path.write_text("not a database, by far" * 100)

    assert failure("--port", "0", "--db", str(path)) == (1, "", f"{path}: not a database, or a damaged one.\n")
