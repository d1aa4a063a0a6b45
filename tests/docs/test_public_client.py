"""Code for the public client: its surface is here or documented as missing, and its own tests pass."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

from reference.public_client import documented, missing, table

ROOT = Path(__file__).parents[2]
# What the public client's tests expect of its own requests and messages: data, for which ours is put in.
DATA = {
    'allowed_ips=["string"]': 'allowed_ips=["192.0.2.1"]',
    'headers.get("X-Stainless-Lang") == "python"': 'headers["Accept"] == "application/json"',
    "Expected a non-empty value for `api_key_id` but received ''": "api_key_id: expected a string",
}
SUPPORT = """
import pytest
from boltz_api import AsyncBoltz, Boltz

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.fixture(params=[True])
def client(request):
    with Boltz(base_url={url!r}, api_key="sk_bc_admin_live_fake", _strict_response_validation=request.param) as client:
        yield client

@pytest.fixture(params=[True])
async def async_client(request):
    async with AsyncBoltz(base_url={url!r}, api_key="sk_bc_admin_live_fake") as client:
        yield client
"""
MATCHES = """
from typing import get_origin

def assert_matches_type(kind, value, *, path):
    assert isinstance(value, get_origin(kind) or kind), (path, value)
"""


@pytest.fixture(scope="module")
def public_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the public client's wheel unpacked in ``wheel``, its sdist in ``sdist``."""
    folder = tmp_path_factory.mktemp("public-client")
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, *groups["bench-public"]]
    for arguments in ([], ["--no-binary", ":all:"]):
        subprocess.run([*pip, *arguments], check=True, stderr=subprocess.DEVNULL)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    zipfile.ZipFile(wheel).extractall(folder / "wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "sdist", filter="data")
    return folder


@pytest.mark.slow
def test_every_difference_is_documented(public_client: Path, tmp_path: Path) -> None:
    for package in ("boltz_api", "boltz_api_generated"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        (tmp_path / package).symlink_to(Path(spec.origin).parent)
    names, differences = missing(public_client / "wheel", tmp_path), documented(ROOT / "docs/public-client.toml")

    undocumented = [name for name in names if not any(each.covers(name) for each in differences)]
    outdated = [each.names for each in differences if not any(map(each.covers, names))]

    assert ([], []) == (undocumented, outdated)


def test_the_comparison_shows_the_documented_differences() -> None:
    shown = (ROOT / "docs/comparison.md").read_text(encoding="utf-8")

    assert table(documented(ROOT / "docs/public-client.toml")) in shown


class ExampleServer(BaseHTTPRequestHandler):
    """Answers each operation with the contract's own example, and a create with the key that it asks for."""

    def do_GET(self) -> None:
        document = json.loads((ROOT / "generated/boltz_api_generated/openapi.json").read_text(encoding="utf-8"))
        path = self.path.partition("?")[0].replace("/api_key_id/", "/{api_key_id}/")
        content = document["paths"][path][self.command.lower()]["responses"]["200"]["content"]["application/json"]
        (example,) = content["examples"].values()
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        days = timedelta(days=asked.pop("expires_in_days", 0))
        value = example["value"]
        if "data" in value:
            value["has_more"] = False
        if "key_details" in value:
            defaults = {"allowed_ips": [], "livemode": asked.pop("mode", "live") == "live"}
            expires = (datetime.fromisoformat(value["key_details"]["created_at"]) + days).isoformat() if days else None
            value["key_details"] |= {**defaults, **asked, "expires_at": expires}
        body = json.dumps(value)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_POST = do_GET  # noqa: N815  # the name is http.server's

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def examples() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), ExampleServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_its_own_tests_pass(public_client: Path, examples: str, tmp_path: Path) -> None:
    (source,) = public_client.glob("sdist/*/tests/api_resources/admin/test_api_keys.py")
    text = re.sub(r" *@pytest\.mark\.skip\(.*\)\n", "", source.read_text(encoding="utf-8"))
    for theirs, ours in DATA.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    tests = tmp_path / "tests"
    tests.mkdir()
    tests.joinpath("__init__.py").touch()
    tests.joinpath("utils.py").write_text(MATCHES, encoding="utf-8")
    tests.joinpath("conftest.py").write_text(SUPPORT.format(url=examples), encoding="utf-8")
    tests.joinpath("test_api_keys.py").write_text(
        f"import pytest\npytestmark = pytest.mark.anyio\n{text.replace('from __future__ import annotations', '')}",
        encoding="utf-8",
    )

    pytest_quietly = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"]
    done = subprocess.run([*pytest_quietly, "tests"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stdout
