from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest
import trustme

from boltz_api.sandbox import Sandbox


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Trust one certificate instead of all that the world trusts: httpx reads them even to speak plain HTTP.

    Reading the world's took a third of these tests' time, and nothing here may need them.
    """
    path = tmp_path_factory.mktemp("trust") / "authority.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(path))
        yield path


Command = Callable[..., AbstractContextManager[tuple[subprocess.Popen[str], str]]]


@pytest.fixture
def command() -> Command:
    """Starts the sandbox in a process of its own, and gives all that it says until it serves, or until it ends."""

    @contextmanager
    def start(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
        line = [sys.executable, "-u", "-m", "boltz_api.sandbox", *arguments]
        with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                said = ""
                while "--json" not in said and (more := process.stdout.readline()):
                    said += more
                yield process, said
            finally:
                process.kill()

    return start


@pytest.fixture
def every_id() -> Callable[..., list[str]]:
    """Walks through all the pages."""

    def walk(client: httpx.Client, **query: str) -> list[str]:
        ids: list[str] = []
        more = True
        while more:
            page = client.get("/compute/v1/admin/api-keys", params=query).json()
            ids += [key["id"] for key in page["data"]]
            more, query["after_id"] = page["has_more"], page["last_id"]
        return ids

    return walk


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def admin(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """Speaks plain HTTP to the sandbox, as its live admin."""
    with httpx.Client(base_url=sandbox.url, headers={"x-api-key": sandbox.admin_key}) as client:
        yield client
