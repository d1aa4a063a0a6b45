from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from boltz_api import AsyncBoltz, Boltz
from boltz_api.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The service, as far as keys go."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Boltz]:
    """The sandbox's admin, with threads."""
    with Boltz(api_key=sandbox.admin_key, base_url=sandbox.url) as client:
        yield client


@pytest.fixture
async def async_client(sandbox: Sandbox, anyio_backend: str) -> AsyncIterator[AsyncBoltz]:
    """The sandbox's admin, with tasks."""
    async with AsyncBoltz(api_key=sandbox.admin_key, base_url=sandbox.url) as client:
        yield client
