"""Every example runs as it stands against the sandbox, and does what its first line says."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from boltz_api import Boltz
from boltz_api.sandbox import Sandbox
from reference.endpoints import Endpoint
from reference.languages.http import HTTP
from reference.pages import Writer


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Boltz]:
    with Boltz(api_key=sandbox.admin_key, base_url=sandbox.url) as opened:
        yield opened


def run(
    sandbox: Sandbox, *command: str, cwd: Path | None = None, warnings: str = ""
) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own, set up through the environment as a user would."""
    programs = Path(sys.executable).parent
    environment = {
        "BOLTZ_API_KEY": sandbox.admin_key,
        "BOLTZ_BASE_URL": sandbox.url,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONWARNINGS": warnings,
    }
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60)


def example(sandbox: Sandbox, root: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(sandbox, sys.executable, str(root / "examples" / name), *arguments, warnings="error")


def test_audit_to_csv(sandbox: Sandbox, client: Boltz, root: Path, tmp_path: Path) -> None:
    client.admin.api_keys.create(name="gateway", allowed_ips=["192.0.2.1", "2001:db8::1"], expires_in_days=7)
    target = tmp_path / "keys.csv"
    finished = example(sandbox, root, "audit_to_csv.py", str(target))
    assert (finished.stderr, finished.stdout) == ("", "3 keys\n")
    with target.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows][-1] == "gateway"
    assert rows[-1]["allowed_ips"] == "192.0.2.1 2001:db8::1"
    assert rows[0]["allowed_ips"] == "all addresses"
    assert rows[-1]["expires_at"] > rows[-1]["created_at"]


def test_concurrent_listing(sandbox: Sandbox, client: Boltz, root: Path) -> None:
    for workspace, number in (("ws_docking", 3), ("ws_design", 1)):
        for _ in range(number):
            client.admin.api_keys.create(name="worker", workspace_id=workspace)
    finished = example(sandbox, root, "concurrent_listing.py", "ws_docking", "ws_design", "ws_none")
    expected = "ws_docking: 3 active keys\nws_design: 1 active keys\nws_none: 0 active keys\n"
    assert (finished.stderr, finished.stdout) == ("", expected)


def test_custom_transport(sandbox: Sandbox, root: Path) -> None:
    finished = example(sandbox, root, "custom_transport.py")
    assert finished.stderr == ""
    assert finished.stdout.startswith("2 keys in ")
    assert finished.stdout != "2 keys in 0 bytes\n"


def test_error_handling_when_all_is_well(sandbox: Sandbox, root: Path) -> None:
    finished = example(sandbox, root, "error_handling.py", "CI runner")
    assert finished.stderr == ""
    assert finished.stdout.startswith("sk_bc_ws_live_")


def test_error_handling_of_a_bad_name(sandbox: Sandbox, root: Path) -> None:
    finished = example(sandbox, root, "error_handling.py", "")
    assert finished.returncode == 1
    assert finished.stderr.startswith("name: expected ")
    assert [received.operation for received in sandbox.received] == []


def test_error_handling_of_an_unknown_outcome(sandbox: Sandbox, client: Boltz, root: Path) -> None:
    sandbox.fail("create_api_key", drop=True, after_commit=True)
    finished = example(sandbox, root, "error_handling.py", "CI runner")
    (made,) = [key for key in client.admin.api_keys.list() if key.name == "CI runner"]
    assert finished.returncode == 1
    assert f"may be the new key: {made.id}" in finished.stderr
    assert "It is not known whether a key was made." in finished.stderr


def test_rotate_old_keys(sandbox: Sandbox, client: Boltz, root: Path, tmp_path: Path) -> None:
    sandbox.clock.advance(days=-91)
    old = client.admin.api_keys.create(name="old")
    sandbox.clock.reset()
    young = client.admin.api_keys.create(name="young")
    finished = example(sandbox, root, "rotate_old_keys.py", str(tmp_path))
    assert (finished.stderr, finished.stdout) == ("", "1 keys rotated\n")
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text(encoding="utf-8").startswith("sk_bc_ws_live_")
    active = {key.id for key in client.admin.api_keys.list() if key.is_active and key.key_type == "workspace"}
    assert active == {young.key_details.id, file.stem}
    assert old.key_details.id not in active


def test_with_the_sandbox(sandbox: Sandbox, root: Path, tmp_path: Path) -> None:
    name = "test_with_the_sandbox.py"
    # Alone, as in a project that has the package installed: none of this project's settings.
    copy = tmp_path / name
    copy.write_bytes((root / "examples" / name).read_bytes())
    finished = run(sandbox, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(copy), cwd=tmp_path)
    assert "2 passed" in finished.stdout


def test_every_example_has_a_test(root: Path) -> None:
    tests = Path(__file__).read_text(encoding="utf-8")
    assert [path.name for path in (root / "examples").glob("*.py") if f'"{path.name}"' not in tests] == []


@pytest.fixture
def key_id(client: Boltz) -> str:
    """The ID of a key that stands for the one on the pages."""
    return client.admin.api_keys.create(name="to be revoked").key_details.id


@pytest.mark.parametrize("tab", ["HTTP", "Python", "Async Python", "Command line"])
def test_the_examples_on_the_pages_run(sandbox: Sandbox, writer: Writer, key_id: str, tab: str) -> None:
    language = next(language for language in writer.languages if language.label == tab)
    if tab == "HTTP":
        language = HTTP(sandbox.url, writer.reference.key_header)
    for endpoint in endpoints(writer):
        code = language.example(endpoint)
        for written in ('"api_key_id"', "/api_key_id/", " api_key_id"):
            code = code.replace(written, written.replace("api_key_id", key_id))
        if language.syntax == "python":
            finished = run(sandbox, sys.executable, "-c", code)
            assert finished.stdout.startswith("sk_bc_" if endpoint.function == "create" else "key_"), finished.stderr
        else:
            finished = run(sandbox, "bash", "-c", f"{code} < /dev/null")
            assert endpoint.response is not None
            assert [*json.loads(finished.stdout)] == [field.name for field in endpoint.response.fields], finished.stderr
        assert finished.returncode == 0, finished.stderr


def endpoints(writer: Writer) -> Iterator[Endpoint]:
    for resource in writer.reference.resources:
        yield from resource.endpoints
