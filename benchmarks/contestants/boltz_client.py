"""A client with the public interface: this one and the public one run this same file, each in its own environment."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from benchmarks.contestants.jobs import API_KEY, CONCURRENT, DECODED, KEY_ID
from boltz_api import AsyncBoltz, Boltz


class Client:
    def __init__(self, url: str) -> None:
        self.client = Boltz(api_key=API_KEY, base_url=url)
        self.async_client = AsyncBoltz(api_key=API_KEY, base_url=url)

    def create(self) -> str:
        made = self.client.admin.api_keys.create(name="continuous integration", expires_in_days=90, mode="test")
        return made.key_details.id

    def revoke(self) -> bool:
        return self.client.admin.api_keys.revoke(KEY_ID).is_active

    def list_keys(self) -> int:
        return len(list(self.client.admin.api_keys.list()))

    def stream_keys(self) -> int:
        return sum(1 for _ in self.client.admin.api_keys.list())

    def received(self) -> list[object]:
        return [self.client.admin.api_keys.with_raw_response.list() for _ in range(DECODED)]

    def decode(self, received: list[object]) -> str:
        pages = [raw.parse() for raw in cast("list[Any]", received)]
        return cast("str", pages[-1].data[0].id)

    async def list_keys_async(self) -> int:
        return len([key async for key in self.async_client.admin.api_keys.list()])

    async def stream_keys_async(self) -> int:
        count = 0
        async for _ in self.async_client.admin.api_keys.list():
            count += 1
        return count

    async def create_many_async(self) -> int:
        create = self.async_client.admin.api_keys.create
        made = await asyncio.gather(
            *(create(name="continuous integration", expires_in_days=90, mode="test") for _ in range(CONCURRENT))
        )
        return len(made)
