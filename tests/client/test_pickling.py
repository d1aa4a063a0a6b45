"""What belongs to a client says, instead of being pickled, what to pickle. The rest is pickled."""

from __future__ import annotations

import copy
import pickle

import pytest

from boltz_api import APIResponse, AsyncBoltz, Boltz
from boltz_api.sandbox import Sandbox


def test_a_client_and_its_parts_are_not_pickled(client: Boltz) -> None:
    for part in (client, AsyncBoltz(api_key="fake"), client.admin, client.admin.api_keys):
        for take in (pickle.dumps, copy.deepcopy):
            with pytest.raises(
                TypeError, match=r"is not pickled, .*; make another where it is needed: Boltz\(\) takes"
            ):
                take(part)
    assert [key.name for key in copy.copy(client.admin.api_keys).list()] == ["Sandbox admin", "Sandbox test admin"]


def test_a_page_says_that_its_data_can_be_pickled(client: Boltz, sandbox: Sandbox) -> None:
    sandbox.new_key(name="second")
    page = client.admin.api_keys.list(limit=1)
    with pytest.raises(TypeError, match=r"SyncCursorPage is not pickled, .* pickle its data; to go on elsewhere"):
        pickle.dumps(page)
    data, last_id = pickle.loads(pickle.dumps((page.data, page.last_id)))
    rest = client.admin.api_keys.list(after_id=last_id)
    assert [*data, *rest] == [*copy.copy(page)]


def test_a_listing_that_has_not_begun_says_what_to_pickle() -> None:
    with pytest.raises(TypeError, match=r"AsyncPaginator is not pickled, .* await it, and pickle the page's data"):
        pickle.dumps(AsyncBoltz(api_key="fake").admin.api_keys.list())


def test_a_raw_answer_says_what_to_pickle(client: Boltz) -> None:
    answer = client.admin.api_keys.with_raw_response.list()
    assert isinstance(answer, APIResponse)
    with pytest.raises(TypeError, match=r"APIResponse is not pickled, .* what parse\(\) gives"):
        pickle.dumps(answer)
    again = pickle.loads(pickle.dumps(answer.http_response))
    assert (again.json(), again.headers["content-type"]) == (answer.json(), "application/json")
