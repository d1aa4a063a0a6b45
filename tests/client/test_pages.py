"""Walking through a listing: every key comes once, and a server that leads in circles is found out."""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from boltz_api import AsyncBoltz, Boltz, NoNextPageError, PaginationError
from boltz_api.pagination import AsyncCursorPage, SyncCursorPage
from boltz_api.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.client.conftest import Answer, Asked, Numbered, SayHTTP, Scripted


@pytest.mark.parametrize(("lead_in", "around"), [(0, 1), (0, 2), (1, 3), (4, 5)])
def test_every_circle_is_found(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object], lead_in: int, around: int
) -> None:
    def answer(asked: Asked) -> Answer:
        number = int(parse_qs(urlsplit(asked.path).query).get("after_id", ["-1"])[0]) + 1
        cursor = str(number if number < lead_in + around else lead_in)
        return http(200, {"data": [key_answer], "first_id": cursor, "last_id": cursor, "has_more": True})

    server.will(answer)
    with pytest.raises(PaginationError, match="leads back"):
        list(scripted_client.admin.api_keys.list())
    assert len(server.asked) == lead_in + around + 1


def test_the_same_page_may_be_asked_for_again(scripted_client: Boltz, server: Scripted, numbered: Numbered) -> None:
    server.will(numbered(3))
    page = scripted_client.admin.api_keys.list()
    assert page.get_next_page() == page.get_next_page()
    assert [key.id for key in page] == [key.id for key in page] == ["1", "2", "3"]


def test_a_walk_goes_through_every_page_with_filters_size_and_options(
    scripted_client: Boltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(3))
    keys = scripted_client.admin.api_keys.list(
        limit=1, workspace_id="ws 1", extra_query={"q": [1, 2]}, extra_headers={"x-mine": "yes"}
    )
    assert [key.id for key in keys] == ["1", "2", "3"]
    rest = "limit=1&workspace_id=ws+1&q=1&q=2"
    assert [asked.path.partition("?")[2] for asked in server.asked] == [
        rest,
        f"after_id=1&{rest}",
        f"after_id=2&{rest}",
    ]
    assert {asked.headers["x-mine"] for asked in server.asked} == {"yes"}


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


def test_forward_and_backward_meet_the_same_keys(sandbox: Sandbox, client: Boltz) -> None:
    for number in range(7):
        sandbox.new_key(name=f"number {number}")
    forward = [key.id for key in client.admin.api_keys.list(limit=2)]
    assert len(set(forward)) == len(forward) == 9
    backward = client.admin.api_keys.list(limit=2, before_id=forward[-1])
    assert sorted(key.id for key in backward) == sorted(forward[:-1])


def test_an_empty_page_with_a_cursor_is_not_the_end(sandbox: Sandbox, client: Boltz) -> None:
    for number in range(5):
        sandbox.new_key(name=f"number {number}")
    everything = [key.id for key in client.admin.api_keys.list(limit=2)]
    sandbox.fail("list_api_keys", body="empty_page")
    assert [key.id for key in client.admin.api_keys.list(limit=2)] == everything


def test_a_cursor_that_does_not_advance_is_an_error(sandbox: Sandbox, client: Boltz) -> None:
    sandbox.new_key()
    sandbox.fail("list_api_keys", body="stuck_cursor", times=None)
    with pytest.raises(PaginationError, match="leads back"):
        list(client.admin.api_keys.list(limit=1))


def test_more_without_a_cursor_is_an_error_and_not_an_end(
    scripted_client: Boltz, server: Scripted, http: SayHTTP
) -> None:
    server.will(http(200, {"data": [], "first_id": None, "last_id": None, "has_more": True}))
    with pytest.raises(PaginationError, match="incomplete"):
        list(scripted_client.admin.api_keys.list())


@pytest.mark.parametrize("cursor", [None, ""])
def test_more_without_a_cursor_is_an_error_further_on_as_well(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object], cursor: str | None
) -> None:
    server.will(
        http(200, {"data": [key_answer], "first_id": "a", "last_id": "a", "has_more": True}),
        http(200, {"data": [key_answer], "first_id": cursor, "last_id": cursor, "has_more": True}),
    )
    with pytest.raises(PaginationError, match="gives no cursor"):
        list(scripted_client.admin.api_keys.list())


def test_a_first_page_that_leads_to_itself_is_found_out(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(http(200, {"data": [key_answer], "first_id": "a", "last_id": "a", "has_more": True}))
    with pytest.raises(PaginationError, match="'a' leads back"):
        list(scripted_client.admin.api_keys.list(after_id="a"))
    assert len(server.asked) == 1


def test_a_cursor_in_extra_query_is_where_the_walk_begins(
    scripted_client: Boltz, server: Scripted, numbered: Numbered
) -> None:
    server.will(numbered(4))
    keys = scripted_client.admin.api_keys.list(extra_query={"after_id": "2"})
    assert [key.id for key in keys] == ["3", "4"]


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
