"""However a create fails, no call makes more than one key, and the caller is told what is not known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from boltz_api import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    AsyncBoltz,
    Boltz,
    ConflictError,
    InternalServerError,
    RateLimitError,
    RedirectError,
)
from boltz_api.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.client.conftest import Answer, Patience, SayHTTP, Scripted


def answers_after_the_deed(http: SayHTTP, created: object) -> Iterator[Answer]:
    """Ways of failing that say nothing about whether the key was made."""
    for status in (500, 502, 503, 504, 520, 408):
        yield http(status, {"code": "internal_error", "message": "oops"})
    for status in (301, 302, 303, 307, 308):
        yield http(status, b"", {"location": "/compute/v1/admin/api-keys"})
    yield http(500, b"<html>", {"connection": "close"}, then="close")
    whole = http(200, created).raw
    yield type(http())(whole[:40], "reset")
    yield type(http())(whole[:-20], "reset")
    yield type(http())(whole[:-20], "close")
    yield type(http())(b"", "close")
    yield type(http())(b"", "reset")
    yield type(http())(b"nonsense\r\n\r\n", "close")
    yield http(200, b"<html>maintenance</html>", {"content-type": "text/html"})
    yield http(200, b"")
    yield http(200, {"key": 7})


def test_nothing_that_may_have_happened_is_repeated(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, created_answer: object
) -> None:
    for answer in answers_after_the_deed(http, created_answer):
        server.asked.clear()
        server.will(answer)
        with pytest.raises(APIError) as caught:
            scripted_client.admin.api_keys.create(name="x")
        assert (len(server.asked), caught.value.outcome_unknown) == (1, True), answer


@pytest.mark.anyio
async def test_nothing_that_may_have_happened_is_repeated_by_a_task(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, created_answer: object
) -> None:
    for answer in answers_after_the_deed(http, created_answer):
        server.asked.clear()
        server.will(answer)
        with pytest.raises(APIError) as caught:
            await scripted_async_client.admin.api_keys.create(name="x")
        assert (len(server.asked), caught.value.outcome_unknown) == (1, True), answer


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 500, "after_commit": True}, InternalServerError),
        ({"status": 502, "after_commit": True}, InternalServerError),
        ({"status": 520, "after_commit": True}, InternalServerError),
        ({"drop": True, "after_commit": True}, APIConnectionError),
        ({"reset": True}, APIConnectionError),
        ({"delay": 0.2}, APITimeoutError),
        ({"body": "truncated"}, APIError),
        ({"body": "html", "after_commit": True}, APIResponseValidationError),
        ({"body": "missing_field"}, APIResponseValidationError),
    ],
    ids=["500", "502", "520", "drop", "reset", "delay", "truncated", "html", "missing field"],
)
def test_a_thousand_faulted_creates_make_a_thousand_keys_at_most(
    sandbox: Sandbox, client: Boltz, fault: dict[str, object], error: type[APIError]
) -> None:
    impatient = client.with_options(timeout=0.05 if "delay" in fault else 5.0)
    rule = sandbox.fail("create_api_key", times=None, **fault)  # type: ignore[arg-type]  # parametrized
    calls = 20 if "delay" in fault else 125
    for number in range(calls):
        with pytest.raises(error) as caught:
            impatient.admin.api_keys.create(name=f"faulted {number}")
        assert caught.value.outcome_unknown
    assert rule.hits == calls
    sandbox.heal()
    names = [key.name for key in client.admin.api_keys.list() if key.name.startswith("faulted")]
    assert len(names) == len(set(names))


def test_what_was_refused_or_never_sent_is_repeated(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, created_answer: object, patience: Patience
) -> None:
    server.will(http(429), http(503, headers={"x-should-retry": "true"}), http(200, created_answer))
    assert scripted_client.admin.api_keys.create(name="x").key_details.id == "key_1"
    assert patience.slept == [0.5, 1.0]


def test_a_connection_that_cannot_be_made_is_tried_again(nowhere: str, patience: Patience) -> None:
    client = Boltz(api_key="k", base_url=nowhere, _timing=patience.timing)
    with pytest.raises(APIConnectionError) as caught:
        client.admin.api_keys.create(name="x")
    assert (patience.slept, caught.value.outcome_unknown) == ([0.5, 1.0], False)


@pytest.mark.parametrize(("status", "error"), [(409, ConflictError), (429, RateLimitError)])
def test_a_refusal_leaves_no_doubt(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, status: int, error: type[APIError]
) -> None:
    server.will(http(status, {"code": "conflict", "message": "no"}, {"x-should-retry": "false"}))
    with pytest.raises(error) as caught:
        scripted_client.admin.api_keys.create(name="x")
    assert (len(server.asked), caught.value.outcome_unknown) == (1, False)


def test_a_redirect_of_a_create_is_not_followed_even_to_the_same_server(
    scripted_client: Boltz, server: Scripted, http: SayHTTP
) -> None:
    server.will(http(307, b"", {"location": "/elsewhere"}))
    with pytest.raises(RedirectError, match="not followed"):
        scripted_client.admin.api_keys.create(name="x")
    assert [asked.path for asked in server.asked] == ["/compute/v1/admin/api-keys"]


def test_a_created_key_is_not_lost_with_the_end_of_its_answer(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, created_answer: dict[str, object]
) -> None:
    whole = http(200, created_answer, {"content-length": "9999"})
    server.will(type(whole)(whole.raw, "close"))
    assert scripted_client.admin.api_keys.create(name="x").key == created_answer["key"]


def test_a_created_key_that_does_not_fit_the_contract_is_in_the_error(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, created_answer: dict[str, object]
) -> None:
    details = created_answer["key_details"]
    assert isinstance(details, dict)
    del details["name"]
    server.will(http(200, created_answer))
    with pytest.raises(APIResponseValidationError, match="name") as caught:
        scripted_client.admin.api_keys.create(name="x")
    assert str(created_answer["key"]) in str(caught.value.body)
    assert str(created_answer["key"]) in caught.value.response.text
    assert str(created_answer["key"]) not in f"{caught.value} {caught.value!r} {vars(caught.value)}"
