"""Walking through a listing: every key comes once, and a server that leads in circles is found out."""

from __future__ import annotations

import gc
import json
import tracemalloc
from typing import TYPE_CHECKING

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltz_api import AsyncBoltz, Boltz, InternalServerError, NoNextPageError, PaginationError
from boltz_api.core.paging import Trail
from boltz_api.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.client.conftest import Asked, SayHTTP, Scripted


@given(st.lists(st.text(min_size=1), min_size=1, max_size=200, unique=True))
def test_a_walk_that_always_gets_somewhere_new_goes_on(cursors: list[str]) -> None:
    trail = Trail(None)
    for cursor in cursors:
        trail = trail.onward(cursor)
    assert trail.current == cursors[-1]


@given(st.integers(min_value=0, max_value=50), st.integers(min_value=1, max_value=50))
def test_every_circle_is_found_soon(lead_in: int, around: int) -> None:
    trail = Trail("start")
    with pytest.raises(PaginationError, match="leads back"):  # noqa: PT012  # which step raises is what varies
        for step in range(4 * (lead_in + around) + 4):
            trail = trail.onward(str(step if step < lead_in else lead_in + (step - lead_in) % around))


def test_a_cursor_that_stays_is_found_at_once() -> None:
    trail = Trail(None).onward("a").onward("b").onward("c")
    with pytest.raises(PaginationError):
        trail.onward("c")


def numbered(http: SayHTTP, key: dict[str, object], pages: int) -> object:
    """A listing of so many pages of one key each."""

    def answer(asked: Asked) -> object:
        number = int(asked.path.partition("after_id=")[2].partition("&")[0] or 0) + 1
        page = {"data": [{**key, "id": str(number)}], "first_id": str(number), "last_id": str(number)}
        return http(200, {**page, "has_more": number < pages})

    return answer


def test_a_walk_goes_through_every_page_with_filters_size_and_options(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(numbered(http, key_answer, 3))  # type: ignore[arg-type]  # it does give answers
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
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(numbered(http, key_answer, 3))  # type: ignore[arg-type]  # it does give answers
    listing = scripted_async_client.admin.api_keys.list(limit=1)
    assert [key.id async for key in listing] == ["1", "2", "3"]
    page = await listing
    assert [[key.id for key in each.data] async for each in page.iter_pages()] == [["1"], ["2"], ["3"]]
    assert (await page.get_next_page()).first_id == "2"


def test_a_page_says_what_it_holds_and_what_comes_next(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(numbered(http, key_answer, 2))  # type: ignore[arg-type]  # it does give answers
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
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(numbered(http, key_answer, 4))  # type: ignore[arg-type]  # it does give answers
    keys = scripted_client.admin.api_keys.list(extra_query={"after_id": "2"})
    assert [key.id for key in keys] == ["3", "4"]


def test_memory_does_not_grow_with_the_number_of_pages(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(numbered(http, key_answer, 10_000))  # type: ignore[arg-type]  # it does give answers
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
        assert used_after(200) - used_after(20) < 20_000
    finally:
        tracemalloc.stop()


def test_the_next_page_is_fetched_while_this_one_is_worked_on(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(numbered(http, key_answer, 5))  # type: ignore[arg-type]  # it does give answers
    with scripted_client.admin.api_keys.list().prefetch() as keys:
        assert next(keys).id == "1"
        for _ in range(200):
            if len(server.asked) == 2:
                break
            server.wait(0.01)
        assert len(server.asked) == 2
        assert [key.id for key in keys] == ["2", "3", "4", "5"]


def test_leaving_early_fetches_nothing_more(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(numbered(http, key_answer, 50))  # type: ignore[arg-type]  # it does give answers
    with scripted_client.admin.api_keys.list().prefetch() as keys:
        next(keys)
    asked = len(server.asked)
    server.wait(0.05)
    assert len(server.asked) == asked <= 2


@pytest.mark.anyio
async def test_pages_are_fetched_ahead_by_a_task(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(numbered(http, key_answer, 5))  # type: ignore[arg-type]  # it does give answers
    async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
        assert [key.id async for key in keys] == ["1", "2", "3", "4", "5"]
    async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
        async for key in keys:
            assert key.id == "1"
            break


@pytest.mark.anyio
async def test_leaving_early_does_not_wait_for_the_page_on_its_way(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    page = {"data": [key_answer], "first_id": "1", "last_id": "1", "has_more": True}
    server.will(http(200, page), http(200, page, delay=30))
    with anyio.fail_after(10):
        async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
            assert (await anext(keys)).id == "key_1"


@pytest.mark.anyio
async def test_a_page_that_cannot_be_fetched_ahead_fails_where_it_is_asked_for(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    page = {"data": [key_answer], "first_id": "1", "last_id": "1", "has_more": True}
    server.will(http(200, page), http(500))
    seen: list[str] = []
    async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
        with pytest.raises(InternalServerError):  # noqa: PT012  # the loop is what fails
            async for key in keys:
                seen.append(key.id)  # noqa: PERF401  # the error comes after the first
    assert seen == ["key_1"]


@pytest.mark.anyio
async def test_a_wait_for_the_next_key_that_is_given_up_loses_none(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    page = {"data": [key_answer], "first_id": "key_1", "last_id": "key_1", "has_more": False}
    server.will(http(200, page, delay=0.3), http(200, page))
    keys = scripted_async_client.admin.api_keys.find()
    with anyio.move_on_after(0.05):
        await anext(keys)
    assert [key.id async for key in keys] == ["key_1"]


@pytest.mark.anyio
async def test_a_wait_for_the_next_page_that_is_given_up_loses_none(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    first, second = ({**key_answer, "id": key_id} for key_id in ("1", "2"))
    server.will(
        http(200, {"data": [first], "first_id": "1", "last_id": "1", "has_more": True}),
        http(200, {"data": [second], "first_id": "2", "last_id": "2", "has_more": False}, delay=0.3),
    )
    async with scripted_async_client.admin.api_keys.list().prefetch() as keys:
        assert (await anext(keys)).id == "1"
        with anyio.move_on_after(0.05):
            await anext(keys)
        assert [key.id async for key in keys] == ["2"]
