"""The fixtures, in a project of their own that has the package installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest

def test_sandbox(boltz_sandbox):
    assert boltz_sandbox.is_loopback

def test_client(boltz_client, boltz_sandbox):
    made = boltz_client.admin.api_keys.create(name="x")
    assert made.key_details.id in [key.id for key in boltz_client.admin.api_keys.list()]
    assert len(boltz_sandbox.received) == 2

def test_every_test_has_its_own(boltz_client):
    assert [key.key_type for key in boltz_client.admin.api_keys.list()] == ["admin", "admin"]

@pytest.mark.anyio
async def test_async_client(async_boltz_client):
    made = await async_boltz_client.admin.api_keys.create(name="x")
    page = await async_boltz_client.admin.api_keys.list()
    assert made.key_details.id in [key.id for key in page.data]
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", *arguments, str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.slow
def test_the_fixtures_work(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(TESTS)
    result = run(tmp_path)

    # Three tests, and the async one under asyncio and under trio.
    assert "5 passed" in result.stdout, result.stdout + result.stderr


def test_the_fixtures_are_listed_with_what_they_are(tmp_path: Path) -> None:
    listing = run(tmp_path, "--fixtures").stdout

    assert "boltz_sandbox -- " in listing
    assert "A sandbox of the Boltz API, empty but for its admin keys, running for this test." in listing


def test_the_plugin_imports_nothing_until_it_is_used() -> None:
    code = """
import sys, pytest
before = set(sys.modules)
import boltz_api.sandbox.pytest_plugin
print(sorted(set(sys.modules) - before))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "['boltz_api', 'boltz_api.sandbox', 'boltz_api.sandbox.pytest_plugin']\n"
