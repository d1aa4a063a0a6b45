"""Fixtures for tests of programs that use Boltz: a sandbox, and clients connected to it.

pytest loads this module in every run of a project that has the package installed. So it imports nothing but pytest
until a fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from boltz_api import AsyncBoltz, Boltz
    from boltz_api.sandbox import Sandbox


@pytest.fixture
def boltz_sandbox() -> Iterator[Sandbox]:
    """A sandbox of the Boltz API, empty but for its admin keys, running for this test."""
    from boltz_api.sandbox import Sandbox

    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def boltz_client(boltz_sandbox: Sandbox) -> Iterator[Boltz]:
    """A client of the test's sandbox, with its live admin key."""
    from boltz_api import Boltz

    with Boltz(api_key=boltz_sandbox.admin_key, base_url=boltz_sandbox.url) as client:
        yield client


@pytest.fixture
def async_boltz_client(boltz_sandbox: Sandbox) -> Iterator[AsyncBoltz]:
    """An async client of the test's sandbox, with its live admin key.

    A plain fixture, so that it serves under every plugin for async tests. Its end therefore lies outside the test's
    event loop, where a connection that is still open could no longer be closed: so none is kept after its response.
    """
    from anyio import run
    from httpx import Limits

    from boltz_api import AsyncBoltz, DefaultAsyncHttpxClient

    http_client = DefaultAsyncHttpxClient(limits=Limits(max_keepalive_connections=0))
    client = AsyncBoltz(api_key=boltz_sandbox.admin_key, base_url=boltz_sandbox.url, http_client=http_client)
    yield client
    run(client.close)
