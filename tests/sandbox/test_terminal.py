"""The sandbox as a command."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

KEYS = "/compute/v1/admin/api-keys"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_says_what_it_is_serves_and_ends_well(command: Any, ending: signal.Signals) -> None:
    with command("--port", "0") as (process, said):
        paste = re.search(r"export BOLTZ_BASE_URL=(\S+) BOLTZ_API_KEY=(\S+)", said)
        assert paste is not None
        assert httpx.get(paste[1] + KEYS, headers={"x-api-key": paste[2]}).status_code == 200
        process.send_signal(ending)
        assert (process.wait(10), process.stderr.read()) == (0, "")
    assert (said.split("\n")[0].split()[-1], said.partition("Admin key: ")[2].split()[0]) == paste.groups()
    assert "It is no production server." in said
    assert "WARNING" not in said
    assert "Keys are kept in memory, until it stops." in said


def test_the_example_it_prints_works(command: Any) -> None:
    with command("--port", "0") as (_, said):
        example = said.rpartition("or\n\n")[2]
        answer = subprocess.run(["sh", "-c", example], capture_output=True, text=True, timeout=20, check=False)

    if "curl: not found" in answer.stderr:
        pytest.skip("this machine has no curl")
    assert '"name":"My first key"' in answer.stdout


def test_it_says_where_the_keys_are_kept_and_warns_when_others_can_reach_it(command: Any, tmp_path: Path) -> None:
    with command("--port", "0", "--host", "0.0.0.0", "--db", str(tmp_path / "keys.db")) as (_, said):
        assert f"Keys are kept in {tmp_path / 'keys.db'}." in said
        assert "WARNING: other machines can reach it" in said


def test_what_keeps_it_from_starting_is_one_sentence(command: Any, tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_text("not a database, by far" * 100)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        busy = "Address already in use. Give --port 0 for any that is free."
        for arguments, reason in (
            (("--port", port), f"Cannot listen on 127.0.0.1 port {port}: {busy}\n"),
            (("--host", "é.."), "Cannot listen on é.. port 8765: 'é..' is not the name of a host.\n"),
            (("--db", str(tmp_path / "keys.db")), f"{tmp_path / 'keys.db'}: not a database, or a damaged one.\n"),
        ):
            with command(*arguments) as (process, said):
                assert (process.wait(20), said, process.stderr.read()) == (1, "", reason)
