"""Finding, rotating and recovering keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import pytest

from boltz_api import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    ArgumentTypeError,
    ArgumentValueError,
    AsyncBoltz,
    Boltz,
    InternalServerError,
    NoSuchKeyError,
    RotationError,
)
from boltz_api.delays import Timing
from boltz_api.keys import Wanted, differences, lifetime
from boltz_api.sandbox import Sandbox
from boltz_api.types.admin import APIKey, APIKeyCreateResponse

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def key(**changes: object) -> APIKey:
    values: dict[str, object] = {
        "id": "key_1",
        "allowed_ips": [],
        "created_at": NOON,
        "expires_at": None,
        "is_active": True,
        "key_prefix": "sk_bc_ws_liv",
        "key_type": "workspace",
        "last_used_at": None,
        "livemode": True,
        "name": "x",
        "workspace_id": "ws_1",
        **changes,
    }
    return msgspec.convert(values, APIKey)


WANTED: list[tuple[dict[str, object], dict[str, object], bool]] = [
    ({}, {}, True),
    ({"active": False}, {}, False),
    ({"active": False}, {"is_active": False}, True),
    ({"name": "x"}, {}, True),
    ({"name": "y"}, {}, False),
    ({"mode": "test"}, {}, False),
    ({"key_type": "admin"}, {"key_type": "admin"}, True),
    ({"created_before": NOON + DAY}, {}, True),
    ({"created_before": NOON}, {}, False),
    ({"expires_before": NOON + DAY}, {}, False),
    ({"expires_before": NOON + DAY}, {"expires_at": NOON}, True),
    ({"expires_before": NOON}, {"expires_at": NOON + DAY}, False),
    ({"unused_since": NOON + DAY}, {}, True),
    ({"unused_since": NOON - DAY}, {}, False),
    ({"unused_since": NOON + DAY}, {"last_used_at": NOON + 2 * DAY}, False),
    ({"unused_since": NOON + 3 * DAY}, {"last_used_at": NOON + 2 * DAY}, True),
    ({"created_before": NOON + DAY}, {"created_at": NOON.replace(tzinfo=None)}, True),
    ({"matching": lambda found: found != key()}, {}, False),  # pyright: ignore[reportUnknownLambdaType]  # a table's row
    ({"active": True, "name": "y"}, {}, False),
]


@pytest.mark.parametrize(("wanted", "found", "matches"), WANTED)
def test_which_keys_are_wanted(wanted: dict[str, object], found: dict[str, object], matches: bool) -> None:
    assert Wanted(**wanted).matches(key(**found)) is matches  # type: ignore[arg-type]  # a table's row


def test_keys_are_found_across_pages(sandbox: Sandbox, client: Boltz) -> None:
    ids = [sandbox.new_key(name=f"name {number % 2}", mode="test").id for number in range(120)]
    assert {found.id for found in client.admin.api_keys.find(name="name 1", mode="test")} == set(ids[1::2])
    assert client.admin.api_keys.get(ids[7]).id == ids[7]
    with pytest.raises(NoSuchKeyError, match="nope"):
        client.admin.api_keys.get("nope")
    assert isinstance(NoSuchKeyError("x"), LookupError)


def test_keys_are_handed_out_before_the_last_page_is_there(sandbox: Sandbox, client: Boltz) -> None:
    for _ in range(120):
        sandbox.new_key()
    asked = len(sandbox.received)
    next(client.admin.api_keys.find(active=True))
    assert len(sandbox.received) == asked + 1


@pytest.mark.anyio
async def test_keys_are_found_by_a_task(sandbox: Sandbox, async_client: AsyncBoltz) -> None:
    made = sandbox.new_key(name="only one")
    assert [found.id async for found in async_client.admin.api_keys.find(name="only one")] == [made.id]
    assert (await async_client.admin.api_keys.get(made.id)).id == made.id
    async for found in async_client.admin.api_keys.find():
        assert found.id
        break


async def never(found: APIKey) -> bool:
    return False


class Promised:
    """Can be awaited, and is no coroutine."""

    def __init__(self, value: object) -> None: ...

    def __await__(self) -> Generator[None, None, bool]:
        return False
        yield


AWAITED: list[Callable[[APIKey], object]] = [never, partial(never), Promised]


@pytest.mark.parametrize("matching", AWAITED)
def test_what_would_have_to_be_awaited_matches_no_key(client: Boltz, matching: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="matching: expected a plain function"):
        next(client.admin.api_keys.find(matching=matching))


@pytest.mark.anyio
@pytest.mark.parametrize("matching", AWAITED)
async def test_a_task_that_looks_for_keys_needs_a_plain_function_too(async_client: AsyncBoltz, matching: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="matching: expected a plain function"):
        await anext(async_client.admin.api_keys.find(matching=matching))


@pytest.mark.anyio
async def test_a_task_too_is_told_before_anything_is_sent(sandbox: Sandbox, async_client: AsyncBoltz) -> None:
    with pytest.raises(ArgumentTypeError, match="matching: expected a function, got 3"):
        await anext(async_client.admin.api_keys.find(matching=3))  # type: ignore[arg-type]  # that is the test
    assert sandbox.received == ()


@pytest.mark.parametrize("argument", ["created_before", "expires_before", "unused_since"])
def test_times_need_a_zone(client: Boltz, argument: str) -> None:
    with pytest.raises(ArgumentValueError, match=f"{argument}: expected a time with a time zone"):
        list(client.admin.api_keys.find(**{argument: datetime(2026, 1, 1)}))  # type: ignore[arg-type]  # noqa: DTZ001  # that is the test
    with pytest.raises(ArgumentTypeError, match=f"{argument}: expected a datetime"):
        list(client.admin.api_keys.find(**{argument: "2026-01-01"}))  # type: ignore[arg-type]  # that is the test


def test_a_key_is_rotated(sandbox: Sandbox, client: Boltz) -> None:
    old = client.admin.api_keys.create(name="ci", allowed_ips=["10.0.0.1"], expires_in_days=30, mode="test")
    checked: list[str] = []

    def check(new: APIKeyCreateResponse) -> None:
        assert client.admin.api_keys.get(old.key_details.id).is_active
        checked.append(new.key)

    rotation = client.admin.api_keys.rotate(old.key_details.id, check=check)
    assert checked == [rotation.new.key]
    assert (rotation.old.id, rotation.old.is_active) == (old.key_details.id, False)
    new = rotation.new.key_details
    assert (new.name, new.allowed_ips, new.livemode, new.workspace_id, new.is_active) == (
        "ci",
        ["10.0.0.1"],
        False,
        old.key_details.workspace_id,
        True,
    )
    assert new.expires_at is not None
    assert timedelta(days=29) < new.expires_at - new.created_at <= timedelta(days=30)
    assert rotation.new.key not in repr(rotation)


def test_a_successor_may_differ(client: Boltz) -> None:
    old = client.admin.api_keys.create(name="ci", expires_in_days=30)
    rotated = client.admin.api_keys.rotate(old.key_details.id, expires_in_days="never", allowed_ips=["::1"])
    assert (rotated.new.key_details.expires_at, rotated.new.key_details.allowed_ips) == (None, ["::1"])
    again = client.admin.api_keys.rotate(rotated.new.key_details.id, expires_in_days=5)
    assert again.new.key_details.expires_at is not None


@pytest.mark.anyio
async def test_a_key_is_rotated_by_a_task(async_client: AsyncBoltz) -> None:
    old = await async_client.admin.api_keys.create(name="ci")

    async def check(new: APIKeyCreateResponse) -> bool:
        return (await async_client.admin.api_keys.get(new.key_details.id)).is_active

    rotation = await async_client.admin.api_keys.rotate(old.key_details.id, check=check)
    assert not rotation.old.is_active
    with pytest.raises(RotationError) as caught:
        await async_client.admin.api_keys.rotate(rotation.new.key_details.id, check=lambda new: False)
    assert caught.value.stage == "check"


def active_ids(client: Boltz) -> set[str]:
    return {found.id for found in client.admin.api_keys.find(active=True, name="ci")}


def fail(new: APIKeyCreateResponse) -> None:
    raise OSError("the vault is closed")


def refuse(new: APIKeyCreateResponse) -> bool:
    return False


@pytest.mark.parametrize("check", [fail, refuse])
def test_after_a_failed_check_both_keys_work(client: Boltz, check: object) -> None:
    old = client.admin.api_keys.create(name="ci").key_details.id
    with pytest.raises(RotationError) as caught:
        client.admin.api_keys.rotate(old, check=check)  # type: ignore[arg-type]  # one of the two above
    error = caught.value
    assert error.new is not None
    assert error.new.key.startswith("sk_bc_ws_")
    assert (error.stage, error.working) == ("check", (old, error.new.key_details.id))
    assert active_ids(client) == set(error.working)
    assert isinstance(error.__cause__, OSError) is (check is fail)


async def check_in_a_task(new: APIKeyCreateResponse) -> None: ...


@pytest.mark.parametrize("check", [check_in_a_task, Promised])
def test_what_must_be_awaited_needs_a_task(client: Boltz, check: Callable[[APIKeyCreateResponse], object]) -> None:
    old = client.admin.api_keys.create(name="ci").key_details.id
    with pytest.raises(RotationError) as caught:
        client.admin.api_keys.rotate(old, check=check)
    assert caught.value.stage == "check"
    assert "AsyncBoltz" in str(caught.value.__cause__)
    assert old in active_ids(client)


@pytest.mark.anyio
async def test_a_task_awaits_whatever_the_check_promises(async_client: AsyncBoltz) -> None:
    old = await async_client.admin.api_keys.create(name="ci")
    with pytest.raises(RotationError, match="it returned False"):
        await async_client.admin.api_keys.rotate(old.key_details.id, check=Promised)


@pytest.mark.parametrize("after_commit", [False, True])
def test_after_a_failed_create_the_old_key_works(sandbox: Sandbox, client: Boltz, after_commit: bool) -> None:
    old = client.admin.api_keys.create(name="ci").key_details.id
    sandbox.fail("create_api_key", status=500, after_commit=after_commit)
    with pytest.raises(RotationError) as caught:
        client.admin.api_keys.rotate(old)
    assert (caught.value.stage, caught.value.working, caught.value.new) == ("create", (old,), None)
    assert "may or may not have been made" in str(caught.value)
    cause = caught.value.__cause__
    assert isinstance(cause, InternalServerError)
    assert cause.outcome_unknown
    assert len(client.admin.api_keys.candidates(cause)) == 1 + after_commit
    assert {found.id for found in client.admin.api_keys.candidates(caught.value)} == active_ids(client) - {old}
    assert old in active_ids(client)


LOST: list[tuple[dict[str, object], str]] = [
    ({"drop": True}, "its secret is lost, so revoke that one before you rotate again"),
    ({"status": 500}, "its secret is lost, so revoke that one before you rotate again"),
    ({"body": "missing_field", "field": "key_details"}, "it is in __cause__.response, and nowhere else"),
]


@pytest.mark.parametrize(("fault", "advice"), LOST)
def test_where_the_successors_create_is_in_doubt_the_error_says_what_works_and_what_to_look_for(
    sandbox: Sandbox, client: Boltz, fault: dict[str, Any], advice: str
) -> None:
    old = client.admin.api_keys.create(name="ci").key_details.id
    sandbox.fail("create_api_key", after_commit=True, **fault)
    with pytest.raises(RotationError) as caught:
        client.admin.api_keys.rotate(old)
    said = str(caught.value)
    assert f"The successor of the key {old!r} may or may not have been made; that key still works." in said
    assert "candidates(), which lists the keys named 'ci' that may be it" in said
    assert advice in said
    cause = caught.value.__cause__
    if isinstance(cause, APIResponseValidationError):
        secret = cause.response.text.partition('"key":"')[2].partition('"')[0]
        assert secret.startswith("sk_bc_ws_live_")
        assert secret not in said
    (successor,) = client.admin.api_keys.candidates(caught.value)
    assert active_ids(client) == {old, successor.id}


def test_where_the_successor_was_certainly_not_made_there_is_nothing_to_look_for(
    sandbox: Sandbox, client: Boltz
) -> None:
    old = client.admin.api_keys.create(name="ci").key_details.id
    sandbox.fail("create_api_key", status=403)
    with pytest.raises(RotationError, match=f"'{old}' was not made; that key still works: Error code: 403") as caught:
        client.admin.api_keys.rotate(old)
    assert client.admin.api_keys.candidates(caught.value) == []
    assert active_ids(client) == {old}


def test_after_a_failed_revoke_the_new_key_works(sandbox: Sandbox, client: Boltz) -> None:
    old = client.admin.api_keys.create(name="ci").key_details.id
    sandbox.fail("revoke_api_key", status=500, times=None)
    with pytest.raises(RotationError) as caught:
        client.admin.api_keys.rotate(old)
    assert caught.value.new is not None
    assert (caught.value.stage, caught.value.working) == ("revoke", (caught.value.new.key_details.id,))
    assert set(caught.value.working) <= active_ids(client)


def test_what_cannot_be_rotated_is_left_alone(sandbox: Sandbox, client: Boltz) -> None:
    revoked = client.admin.api_keys.create(name="ci").key_details.id
    client.admin.api_keys.revoke(revoked)
    admin = next(found.id for found in client.admin.api_keys.list() if found.key_type == "admin")
    before = len([*client.admin.api_keys.list()])
    for key_id, message in (
        (revoked, "not active"),
        (admin, "no workspace key"),
        ("nope", "could not be looked up"),
    ):
        with pytest.raises(RotationError, match=message) as caught:
            client.admin.api_keys.rotate(key_id)
        assert (caught.value.stage, caught.value.working) == ("lookup", ())
    assert len([*client.admin.api_keys.list()]) == before


@pytest.mark.parametrize(
    ("lived", "days"),
    [
        (30 * DAY, 30),
        (30 * DAY - timedelta(milliseconds=1), 30),
        (30 * DAY + timedelta(hours=20), 30),
        (timedelta(minutes=5), 1),
        (900 * DAY, 365),
    ],
)
def test_a_lifetime_does_not_grow_with_each_successor(lived: timedelta, days: int) -> None:
    assert lifetime(key(expires_at=NOON + lived)) == days


@pytest.mark.parametrize("skew", [-3600, 0, 3600])
def test_candidates_are_found_whatever_the_clocks_say(sandbox: Sandbox, skew: int) -> None:
    timing = Timing(now=lambda: time.time() + skew)
    with Boltz(api_key=sandbox.admin_key, base_url=sandbox.url, max_retries=0, _timing=timing) as client:
        sandbox.fail("create_api_key", drop=True, after_commit=True)
        with pytest.raises(APIConnectionError) as caught:
            client.admin.api_keys.create(name="ci", allowed_ips=["10.0.0.1"])
        sandbox.new_key(name="ci", allowed_ips=["10.0.0.2"])
        (candidate,) = client.admin.api_keys.candidates(caught.value)
        assert (candidate.name, candidate.allowed_ips, candidate.is_active) == ("ci", ["10.0.0.1"], True)


def test_there_are_no_candidates_where_nothing_can_have_happened(nowhere: str) -> None:
    with Boltz(api_key="k", base_url=nowhere, max_retries=0) as client:
        with pytest.raises(APIConnectionError) as caught:
            client.admin.api_keys.create(name="x")
        assert client.admin.api_keys.candidates(caught.value) == []
        with pytest.raises(APIConnectionError) as listing:
            client.admin.api_keys.list()
        with pytest.raises(ArgumentValueError, match=r"one that create\(\) raised"):
            client.admin.api_keys.candidates(listing.value)


def test_an_error_tells_of_which_call_it_is(sandbox: Sandbox, client: Boltz) -> None:
    sandbox.fail("create_api_key", status=500)
    before = datetime.now(UTC)
    with pytest.raises(APIError) as caught:
        client.admin.api_keys.create(name="ci", mode="test")
    assert (caught.value.operation, caught.value.arguments) == ("create_api_key", {"name": "ci", "mode": "test"})
    assert caught.value.started_at is not None
    assert before <= caught.value.started_at <= datetime.now(UTC)


COULD_BE: list[tuple[dict[str, object], dict[str, object], bool]] = [
    ({"name": "x"}, {}, True),
    ({"name": "y"}, {}, False),
    ({"name": "x", "mode": "test"}, {}, False),
    ({"name": "x", "mode": "test"}, {"livemode": False}, True),
    ({"name": "x", "workspace_id": "ws_2"}, {}, False),
    ({"name": "x", "allowed_ips": ["::1"]}, {"allowed_ips": ["0:0::1"]}, True),
    ({"name": "x", "allowed_ips": ["::1"]}, {}, False),
    ({"name": "x", "allowed_ips": ["1.2.3.4"]}, {"allowed_ips": ["1.2.3.4/32"]}, True),
    ({"name": "x", "allowed_ips": ["1.2.3.4"]}, {"allowed_ips": ["::ffff:1.2.3.4"]}, True),
    ({"name": "x", "allowed_ips": ["2001:DB8::1"]}, {"allowed_ips": ["2001:db8:0:0:0:0:0:1/128"]}, True),
    ({"name": "x", "allowed_ips": ["1.2.3.4"]}, {"allowed_ips": ["1.2.3.0/24"]}, False),
    ({"name": "x", "allowed_ips": ["10.0.0.1", "10.0.0.2"]}, {"allowed_ips": ["10.0.0.2", "10.0.0.1"]}, True),
    ({"name": "x", "allowed_ips": None}, {}, True),
    ({"name": "x"}, {"allowed_ips": ["odd"]}, False),
    ({"name": "x", "expires_in_days": 3}, {"expires_at": NOON + 3 * DAY}, True),
    ({"name": "x", "expires_in_days": 3}, {"expires_at": NOON + 4.01 * DAY}, False),
    ({"name": "x", "expires_in_days": 3}, {"expires_at": NOON + 1.99 * DAY}, False),
    ({"name": "x", "expires_in_days": 3}, {}, False),
    ({"name": "x"}, {"expires_at": NOON + DAY}, False),
    ({"name": "x", "expires_in_days": 3}, {"expires_at": (NOON + 3 * DAY).replace(tzinfo=None)}, True),
    ({"name": "x", "expires_in_days": 3}, {"created_at": NOON + DAY / 86_401, "expires_at": NOON + 4 * DAY}, True),
]


@pytest.mark.parametrize(("asked", "found", "possible"), COULD_BE)
def test_which_keys_a_create_may_have_made(asked: dict[str, object], found: dict[str, object], possible: bool) -> None:
    assert (differences(key(**found), asked) == []) is possible
