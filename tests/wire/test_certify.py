"""Certifying a program: the command, the protocol, and the drivers that the docs show."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from boltz_api.sandbox.certify import scorecard
from boltz_api.sandbox.certify.cases import each, load
from boltz_api.sandbox.certify.scorecard import DriverError, Program
from tests.wire.test_wire import PYTHON

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "boltz_api.cli", "sandbox", "certify", "--jobs", "2"]


def certified(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=300)


def documented(language: str) -> str:
    """The driver that the page shows."""
    page = (ROOT / "docs" / "certify.md").read_text(encoding="utf-8")
    (code,) = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert isinstance(code, str)
    assert sum(1 for line in code.splitlines() if line) <= 40
    return code


def test_the_documented_python_driver(tmp_path: Path) -> None:
    driver = tmp_path / "driver.py"
    driver.write_text(documented("python"), encoding="utf-8")
    rules = [
        "create-lost",
        "create-unreadable",
        "redirect-elsewhere",
        "pages-end",
        "arguments",
        "status-kinds",
        "misfit",
    ]
    done = certified(
        "--format", "json", *(word for rule in rules for word in ("--rule", rule)), "--", sys.executable, str(driver)
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert {score["rule"]: score["failures"] for score in told["rules"]} == {rule: [] for rule in rules}
    assert sum(score["passed"] for score in told["rules"]) > 40


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_the_documented_javascript_driver(tmp_path: Path) -> None:
    driver = tmp_path / "driver.js"
    driver.write_text(documented("javascript"), encoding="utf-8")
    done = certified(
        "--rule", "create-lost", "--rule", "redirect-elsewhere", "--rule", "arguments", "--", "node", str(driver)
    )
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("fetch v")
    assert [line.split()[:2] for line in lines if re.match(r"  \w", line)] == [
        ["ok", "create-lost"],
        ["ok", "redirect-elsewhere"],
        ["BROKEN", "arguments"],
    ]
    assert "      requests: expected 0, got 1" in lines
    assert lines[-1] == "2 of 3 rules kept"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rule", "nonesuch", "--", "x"], "no such rule: nonesuch"),
        (["--", "nonesuch-program"], "nonesuch-program: No such file"),
        (["--", sys.executable, "-c", ""], "the driver ended with exit code 0"),
        (["--", sys.executable, "-c", "print('hello')"], "not a line of the protocol"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_certified(arguments: list[str], message: str) -> None:
    done = certified(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


HELLO = 'import sys; print(\'{"client": "c", "version": "1"}\', flush=True)\nfor line in sys.stdin: '
MISBEHAVIOURS = {
    "hangs": ("import time; time.sleep(60)", "no line within 0.2 seconds"),
    "ends": ("sys.exit(3)", "the driver ended with exit code 3"),
    "talks": ("print('debug: got it', flush=True)", "not a line of the protocol"),
}


@pytest.mark.parametrize(("behaviour", "message"), MISBEHAVIOURS.values(), ids=MISBEHAVIOURS)
def test_a_driver_that_misbehaves_fails_the_case_and_is_started_again(
    monkeypatch: pytest.MonkeyPatch, behaviour: str, message: str
) -> None:
    monkeypatch.setattr(Program._read, "__defaults__", (0.2,))
    with Program([sys.executable, "-c", HELLO + behaviour]) as driver:
        for _ in range(2):
            with pytest.raises(DriverError, match=message):
                driver({})


def test_a_client_that_hangs_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    (case,) = [case for case in each(load()) if case.title == "no response comes"]
    monkeypatch.setattr(scorecard, "TIME_LIMIT", 0.3)

    def hang(line: dict[str, Any]) -> scorecard.Reply:
        import socket

        host, _, port = line["client"]["base_url"].removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            connection.recv(1)  # until the server is gone
        return scorecard.Reply()

    started = time.monotonic()
    verdict = scorecard.play(case, hang, PYTHON.capabilities)
    assert verdict.differences[0] == "no outcome within 0.3 seconds"
    assert time.monotonic() - started < 5
