"""What type checkers make of every public call. Read by mypy and pyright; never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Literal, assert_type

import httpx
import httpx2

from boltz_api import (
    NOT_GIVEN,
    APIError,
    APIResponse,
    APIStatusError,
    AsyncAPIResponse,
    AsyncBoltz,
    AsyncCursorPage,
    AsyncPaginator,
    Boltz,
    Rotation,
    SyncCursorPage,
    Timeout,
    not_given,
    omit,
)
from boltz_api.resources.admin.api_keys import APIKeysResource, AsyncAPIKeysResource
from boltz_api.types.admin import APIKey, APIKeyCreateParams, APIKeyCreateResponse, APIKeyListParams, KeyDetails


def clients(one: httpx.Client, other: httpx2.Client) -> None:
    client = Boltz(
        api_key="k",
        base_url="https://x.example",
        timeout=Timeout(3),
        max_retries=1,
        total_timeout=None,
        default_headers={"a": "b", "c": omit},
        default_query={"a": 1},
        http_client=one,
    )
    assert_type(client.copy(http_client=other), Boltz)
    assert_type(client.with_options(timeout=None, max_retries=0), Boltz)
    assert_type(client.api_key, str | None)
    assert_type(client.base_url, httpx.URL)
    assert_type(client.max_retries, int)
    assert_type(client.is_closed(), bool)
    client.api_key = "other"
    with client as entered:
        assert_type(entered, Boltz)


async def async_clients(one: httpx.AsyncClient, other: httpx2.AsyncClient) -> None:
    client = AsyncBoltz(http_client=one)
    assert_type(client.with_options(http_client=other), AsyncBoltz)
    async with client as entered:
        assert_type(entered, AsyncBoltz)
    await client.close()


def create(client: Boltz, mode: Literal["live", "test"], params: APIKeyCreateParams) -> None:
    created = client.admin.api_keys.create(
        name="x",
        allowed_ips=("::1",),
        expires_in_days=3,
        mode=mode,
        workspace_id=None,
        timeout=3.0,
        max_retries=1,
        extra_headers={"a": "b"},
        extra_query={"a": 1},
        extra_body={"a": 1},
    )
    assert_type(created, APIKeyCreateResponse)
    assert_type(created.key, str)
    assert_type(created.key_details, KeyDetails)
    assert_type(created.key_details.allowed_ips, list[str])
    assert_type(created.key_details.created_at, datetime)
    assert_type(created.key_details.expires_at, datetime | None)
    assert_type(created.key_details.key_type, Literal["workspace"])
    assert_type(created.key_details.workspace_id, str)
    assert_type(client.admin.api_keys.create(**params), APIKeyCreateResponse)


def left_out(client: Boltz, workspace: str | None, days: int | None) -> None:
    client.admin.api_keys.create(
        name="x",
        allowed_ips=omit,
        expires_in_days=days or omit,
        mode=omit,
        workspace_id=workspace or omit,
        timeout=not_given,
        max_retries=NOT_GIVEN,
        extra_headers={"User-Agent": omit, "a": "b"},
        extra_query=None,
        extra_body=None,
    )
    client.admin.api_keys.list(after_id=omit, before_id=omit, limit=omit, workspace_id=omit, extra_headers=None)
    client.admin.api_keys.revoke("id", timeout=not_given, extra_headers={"User-Agent": omit})


def listings(client: Boltz, params: APIKeyListParams) -> None:
    page = client.admin.api_keys.list(after_id="a", before_id="b", limit=3, workspace_id="w")
    assert_type(page, SyncCursorPage[APIKey])
    assert_type(page.data, list[APIKey])
    assert_type(page.data[0].key_type, Literal["admin", "workspace"])
    assert_type(page.data[0].workspace_id, str | None)
    assert_type(page.first_id, str | None)
    assert_type(page.has_more, bool)
    assert_type(page.get_next_page(), SyncCursorPage[APIKey])
    for each in page.iter_pages():
        assert_type(each, SyncCursorPage[APIKey])
    for key in page:
        assert_type(key, APIKey)
    assert_type(client.admin.api_keys.list(**params), SyncCursorPage[APIKey])


def other_calls(client: Boltz, error: APIError, moment: datetime) -> None:
    assert_type(client.admin.api_keys.revoke("id"), APIKey)
    assert_type(client.admin.api_keys.revoke(api_key_id="id", timeout=None), APIKey)
    assert_type(client.admin.api_keys.get("id"), APIKey)
    assert_type(client.admin.api_keys.find(active=True, expires_before=moment, unused_since=moment), Iterator[APIKey])
    assert_type(client.admin.api_keys.candidates(error), list[APIKey])
    rotation = client.admin.api_keys.rotate("id", check=lambda new: new.key, expires_in_days="never")
    assert_type(rotation, Rotation)
    assert_type(client.admin.api_keys.rotate(rotation.old), Rotation)
    assert_type(rotation.new.key, str)
    assert_type(rotation.old, APIKey)


def raw(client: Boltz) -> None:
    keys = client.admin.api_keys
    assert_type(keys.with_raw_response.create(name="x"), APIResponse[APIKeyCreateResponse])
    assert_type(keys.with_raw_response.create(name="x").parse(), APIKeyCreateResponse)
    assert_type(keys.with_raw_response.list(limit=3).parse(), SyncCursorPage[APIKey])
    assert_type(client.with_raw_response.admin.api_keys.revoke("id").parse(), APIKey)
    assert_type(client.admin.with_raw_response.api_keys.revoke("id").status_code, int)
    with keys.with_streaming_response.create(name="x") as answer:
        assert_type(answer, APIResponse[APIKeyCreateResponse])


def like_httpx(error: APIStatusError, answer: APIResponse[APIKey]) -> None:
    assert_type(error.request.url, httpx.URL)
    assert_type(error.response.url.path, str)
    assert_type(error.response.raise_for_status().is_client_error, bool)
    assert_type(error.response, httpx.Response)
    assert_type(answer.http_response, httpx.Response)
    assert_type(answer.url.host, str)
    assert_type(answer.parse(to=httpx.Response), httpx.Response)


def annotated(keys: APIKeysResource, tasked: AsyncAPIKeysResource) -> None:
    client: Boltz = Boltz()
    keys = client.admin.api_keys
    tasked = AsyncBoltz().admin.api_keys
    assert_type(keys.revoke("id"), APIKey)
    assert_type(tasked.list(), AsyncPaginator[APIKey])


def undocumented(client: Boltz) -> None:
    assert_type(client.get("/x", cast_to=APIKey), APIKey)
    assert_type(client.post("/x", cast_to=str, body={"a": 1}, options={"params": {"a": 1}}), str)
    assert_type(client.put("/x", cast_to=httpx.Response), httpx.Response)
    assert_type(client.patch("/x", cast_to=object), object)
    assert_type(client.delete("/x", cast_to=bytes), bytes)


async def tasks(client: AsyncBoltz, error: APIError, params: APIKeyCreateParams) -> None:
    keys = client.admin.api_keys
    assert_type(await keys.create(name="x", mode="test"), APIKeyCreateResponse)
    assert_type(await keys.create(**params), APIKeyCreateResponse)
    assert_type(await keys.revoke("id"), APIKey)
    listing = keys.list(limit=3)
    assert_type(listing, AsyncPaginator[APIKey])
    page = await listing
    assert_type(page, AsyncCursorPage[APIKey])
    assert_type(await page.get_next_page(), AsyncCursorPage[APIKey])
    async for key in listing:
        assert_type(key, APIKey)
    async for key in page:
        assert_type(key, APIKey)
    async for each in page.iter_pages():
        assert_type(each, AsyncCursorPage[APIKey])
    assert_type(await keys.get("id"), APIKey)
    assert_type(keys.find(active=True), AsyncIterator[APIKey])
    assert_type(await keys.candidates(error), list[APIKey])
    assert_type(await keys.rotate("id", check=tell), Rotation)
    assert_type(await keys.rotate(await keys.get("id")), Rotation)
    assert_type(await keys.with_raw_response.create(name="x"), AsyncAPIResponse[APIKeyCreateResponse])
    assert_type(await (await keys.with_raw_response.list()).parse(), AsyncCursorPage[APIKey])
    async with client.with_streaming_response.admin.api_keys.revoke("id") as answer:
        assert_type(answer, AsyncAPIResponse[APIKey])
    assert_type(await client.get("/x", cast_to=APIKey), APIKey)
    assert_type(await client.post("/x", cast_to=str), str)


async def tell(new: APIKeyCreateResponse) -> None:
    assert_type(new.key, str)
