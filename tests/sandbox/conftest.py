from __future__ import annotations

from collections.abc import Iterator
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


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def admin(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """Speaks plain HTTP to the sandbox, as its live admin."""
    with httpx.Client(base_url=sandbox.url, headers={"x-api-key": sandbox.admin_key}) as client:
        yield client
