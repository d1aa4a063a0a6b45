"""Publishing to devpi, where it is installed: an index that is not ours, with users and its own idea of URLs."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Generator

import httpx
import pytest
from attrs import evolve

from release.build import Release
from release.index import Credentials, Index, resolve
from release.project import Refusal
from release.publish import upload

WHO = Credentials("publisher", "fake-password")


@pytest.fixture(scope="module")
def devpi(tmp_path_factory: pytest.TempPathFactory) -> Generator[Index]:
    """A devpi with a user and an index, both non-volatile as for releases."""
    if not shutil.which("devpi-server") or not shutil.which("devpi-init"):
        pytest.skip("devpi-server is not installed; `nox -s devpi` brings it")
    folder = tmp_path_factory.mktemp("devpi")
    subprocess.run(
        ["devpi-init", "--serverdir", str(folder), "--no-root-pypi"], check=True, capture_output=True, timeout=60
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["devpi-server", "--serverdir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            with httpx.Client(base_url=url, headers={"Accept": "application/json"}) as client:
                _wait_for(client)
                client.put("/publisher", json={"password": WHO.password}).raise_for_status()
                login = client.post("/+login", json={"user": WHO.username, "password": WHO.password})
                token = login.raise_for_status().json()["result"]["password"]
                index = {"type": "stage", "bases": [], "volatile": False}
                known = httpx.BasicAuth(WHO.username, token)
                client.put("/publisher/releases", json=index, auth=known).raise_for_status()
            yield resolve(f"{url}/publisher/releases/+simple/", folder)
        finally:
            server.terminate()


def _wait_for(client: httpx.Client) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            client.get("/+api").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("devpi-server did not answer within a minute")


def test_devpi_takes_a_release_once_and_keeps_it(release: Release, devpi: Index) -> None:
    with pytest.raises(Refusal, match="set UV_PUBLISH_USERNAME"):
        upload(release, devpi)
    known = evolve(devpi, credentials=WHO)
    upload(release, known)
    upload(release, known)
    held = devpi.files("boltz-api-keys")
    assert {file.name: release.digests[file.name] for file in release.distributions} == {
        file.name: file.sha256 for file in held
    }
