from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from boltz_api.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def admin(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """Speaks plain HTTP to the sandbox, as its live admin."""
    with httpx.Client(base_url=sandbox.url, headers={"x-api-key": sandbox.admin_key}) as client:
        yield client
