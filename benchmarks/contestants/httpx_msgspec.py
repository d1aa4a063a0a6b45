"""The floor for this transport: httpx as it comes, and msgspec into Structs, with nothing in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any, cast

import httpx
import msgspec

from benchmarks.contestants.jobs import API_KEY, CONCURRENT, DECODED, KEY_ID, NEW_KEY, PATH


class Key(msgspec.Struct):
    id: str
    allowed_ips: list[str]
    created_at: datetime
    expires_at: datetime | None
    is_active: bool
    key_prefix: str
    key_type: str
    last_used_at: datetime | None
    livemode: bool
    name: str
    workspace_id: str | None


class Created(msgspec.Struct):
    key: str
    key_details: Key


class Page(msgspec.Struct):
    data: list[Key]
    first_id: str | None
    has_more: bool
    last_id: str | None


KEY = msgspec.json.Decoder(Key)
CREATED = msgspec.json.Decoder(Created)
PAGE = msgspec.json.Decoder(Page)


class Client:
    def __init__(self, url: str) -> None:
        headers = {"x-api-key": API_KEY}
        self.http = httpx.Client(base_url=url, headers=headers)
        self.async_http = httpx.AsyncClient(base_url=url, headers=headers)

    def create(self) -> str:
        response = self.http.post(PATH, json=NEW_KEY)
        response.raise_for_status()
        return CREATED.decode(response.content).key_details.id

    def revoke(self) -> bool:
        response = self.http.post(f"{PATH}/{KEY_ID}/revoke")
        response.raise_for_status()
        return KEY.decode(response.content).is_active

    def list_keys(self) -> int:
        return len(list(self._keys()))

    def stream_keys(self) -> int:
        return sum(1 for _ in self._keys())

    def received(self) -> list[object]:
        return [self.http.get(PATH) for _ in range(DECODED)]

    def decode(self, received: list[object]) -> str:
        pages = [PAGE.decode(response.content) for response in cast("list[httpx.Response]", received)]
        return pages[-1].data[0].id

    async def list_keys_async(self) -> int:
        return len([key async for key in self._keys_async()])

    async def stream_keys_async(self) -> int:
        count = 0
        async for _ in self._keys_async():
            count += 1
        return count

    async def create_many_async(self) -> int:
        made = await asyncio.gather(*(self._create_async() for _ in range(CONCURRENT)))
        return len(made)

    async def _create_async(self) -> str:
        response = await self.async_http.post(PATH, json=NEW_KEY)
        response.raise_for_status()
        return CREATED.decode(response.content).key_details.id

    def _keys(self) -> Iterator[Key]:
        query: dict[str, Any] = {}
        while True:
            response = self.http.get(PATH, params=query)
            response.raise_for_status()
            page = PAGE.decode(response.content)
            yield from page.data
            if not page.has_more:
                return
            query = {"after_id": page.last_id}

    async def _keys_async(self) -> AsyncIterator[Key]:
        query: dict[str, Any] = {}
        while True:
            response = await self.async_http.get(PATH, params=query)
            response.raise_for_status()
            page = PAGE.decode(response.content)
            for key in page.data:
                yield key
            if not page.has_more:
                return
            query = {"after_id": page.last_id}
