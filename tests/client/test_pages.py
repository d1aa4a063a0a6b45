"""Pages as objects, and what a walk through them costs."""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from boltz_api import AsyncBoltz, Boltz, NoNextPageError
from boltz_api.pagination import AsyncCursorPage, SyncCursorPage

if TYPE_CHECKING:
    from tests.client.conftest import Numbered, SayHTTP, Scripted


def test_the_same_page_may_be_asked_for_again(scripted_client: Boltz, server: Scripted, numbered: Numbered) -> None:
    server.will(numbered(3))
    page = scripted_client.admin.api_keys.list()
    assert page.get_next_page() == page.get_next_page()
    assert [key.id for key in page] == [key.id for key in page] == ["1", "2", "3"]


@pytest.mark.anyio
async def test_a_walk_goes_through_every_page_by_a_task(
    scripted_async_client: AsyncBoltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(3))
    listing = scripted_async_client.admin.api_keys.list(limit=1)
    assert [key.id async for key in listing] == ["1", "2", "3"]
    page = await listing
    assert [[key.id for key in each.data] async for each in page.iter_pages()] == [["1"], ["2"], ["3"]]
    assert (await page.get_next_page()).first_id == "2"


def test_a_page_says_what_it_holds_and_what_comes_next(
    scripted_client: Boltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(2))
    page = scripted_client.admin.api_keys.list()
    assert (page.first_id, page.last_id, page.has_more, page.has_next_page()) == ("1", "1", True, True)
    info = page.next_page_info()
    assert info is not None
    assert info.params == {"after_id": "1"}
    last = page.get_next_page()
    assert (last.has_next_page(), last.next_page_info()) == (False, None)
    with pytest.raises(NoNextPageError):
        last.get_next_page()
    assert page.to_dict()["first_id"] == json.loads(page.to_json())["first_id"] == "1"
    assert (repr(info), repr(page)[:28]) == ("PageInfo(params={'after_id': '1'})", "SyncCursorPage(data=[APIKey(")
    assert [len(each.data) for each in page.iter_pages()] == [1, 1]


@pytest.mark.parametrize("given_as", ["default_query", "extra_query"])
@pytest.mark.parametrize("way", ["after_id", "before_id"])
def test_a_cursor_of_the_query_at_large_gives_way_to_that_of_the_next_page(
    server: Scripted, http: SayHTTP, key_answer: dict[str, object], fake_key: str, given_as: str, way: str
) -> None:
    page = {"data": [key_answer], "first_id": "1", "last_id": "1"}
    server.will(http(200, {**page, "has_more": True}), http(200, {**page, "has_more": False}))
    query = {way: "q", "q": "kept"}
    with Boltz(
        api_key=fake_key, base_url=server.url, default_query=query if given_as == "default_query" else None
    ) as client:
        list(client.admin.api_keys.list(extra_query=query if given_as == "extra_query" else {}))
    queries = [parse_qs(urlsplit(asked.path).query) for asked in server.asked]
    assert queries == [{way: ["q"], "q": ["kept"]}, {way: ["1"], "q": ["kept"]}]


def test_memory_does_not_grow_with_the_number_of_pages(
    scripted_client: Boltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(10_000))
    pages = scripted_client.admin.api_keys.list().iter_pages()

    def used_after(count: int) -> int:
        for _ in range(count):
            next(pages)
        server.asked.clear()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    used_after(20)
    tracemalloc.start()
    try:
        # A cursor is remembered, and nothing else of a page.
        assert used_after(200) - used_after(20) < 200 * 400
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", [SyncCursorPage, AsyncCursorPage])
def test_pages_are_made_by_tests(kind: type[SyncCursorPage[str] | AsyncCursorPage[str]]) -> None:
    page = kind(data=["a", "b"], first_id="a", last_id="b", has_more=True)
    assert page == kind(data=["a", "b"], has_more=True, last_id="b", first_id="a")
    assert page not in (kind(data=["a"], first_id="a", last_id="b", has_more=True), kind(data=[]), "page")
    assert (page.has_next_page(), kind(data=[]).has_next_page()) == (True, False)
    assert page.to_dict() == {"data": ["a", "b"], "first_id": "a", "has_more": True, "last_id": "b"}
    assert page.to_json(indent=None) == '{"data":["a","b"],"first_id":"a","has_more":true,"last_id":"b"}'
    with pytest.raises(TypeError, match="unhashable"):
        hash(page)


def test_a_page_that_was_made_by_a_test_has_no_next_one_to_give() -> None:
    page = SyncCursorPage(data=["a"], has_more=True, last_id="a")
    with pytest.raises(NoNextPageError, match="made by hand and belongs to no client"):
        page.get_next_page()
    assert list(SyncCursorPage(data=["a"])) == ["a"]


@pytest.mark.anyio
async def test_a_page_for_tasks_that_was_made_by_a_test_has_no_next_one_to_give() -> None:
    page = AsyncCursorPage(data=["a"], has_more=True, last_id="a")
    with pytest.raises(NoNextPageError, match="made by hand and belongs to no client"):
        await page.get_next_page()
    assert [item async for item in AsyncCursorPage(data=["a"])] == ["a"]


def test_pages_with_the_same_on_them_are_equal(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(http(200, {"data": [key_answer], "first_id": "key_1", "last_id": "key_1", "has_more": False}))
    page = scripted_client.admin.api_keys.list()
    assert page == scripted_client.admin.api_keys.list(limit=3)
    made = SyncCursorPage(data=page.data, first_id="key_1", last_id="key_1")
    assert (made == page, made.to_dict() == page.to_dict()) == (True, True)
    assert json.loads(made.to_json()) == json.loads(page.to_json())
