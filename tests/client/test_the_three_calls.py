"""Create, list and revoke, as the documentation shows them."""

from __future__ import annotations

import pytest

from boltz_api import AsyncBoltz, Boltz


def test_a_key_is_created_listed_and_revoked(client: Boltz) -> None:
    created = client.admin.api_keys.create(name="x", allowed_ips=["10.0.0.1", "::1"], expires_in_days=30, mode="live")
    assert created.key.startswith(created.key_details.key_prefix)
    assert created.key_details.allowed_ips == ["10.0.0.1", "::1"]
    assert created.key_details.id in [key.id for key in client.admin.api_keys.list()]
    assert client.admin.api_keys.revoke(created.key_details.id).is_active is False


@pytest.mark.anyio
async def test_a_key_is_created_listed_and_revoked_by_a_task(async_client: AsyncBoltz) -> None:
    created = await async_client.admin.api_keys.create(name="x")
    assert created.key.startswith(created.key_details.key_prefix)
    assert created.key_details.id in [key.id async for key in async_client.admin.api_keys.list()]
    page = await async_client.admin.api_keys.list(limit=1)
    assert len(page.data) == 1
    assert (await async_client.admin.api_keys.revoke(created.key_details.id)).is_active is False
