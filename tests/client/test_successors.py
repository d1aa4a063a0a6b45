"""No key is revoked unless its successor is what was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from boltz_api import AsyncBoltz, Boltz, RotationError
from boltz_api.sandbox import Sandbox
from boltz_api.types.admin import APIKeyCreateResponse

OLD: dict[str, object] = {
    "id": "key_old",
    "name": "ci",
    "allowed_ips": ["192.0.2.1", "2001:db8::1"],
    "expires_at": "2027-02-01T03:04:05.678Z",
    "created_at": "2027-01-02T03:04:05.678Z",  # the scripted clients' clock stands at 2027-01-15
}
NEW: dict[str, object] = {
    **OLD,
    "id": "key_new",
    "created_at": "2027-01-15T08:00:00Z",
    "expires_at": "2027-02-14T08:00:00Z",
}

# What the service makes instead of what was asked for, and what is said of it.
WRONG: list[tuple[dict[str, object], str]] = [
    ({"is_active": False}, "it is not active"),
    (
        {"created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-31T00:00:00Z"},
        "it has expired already",
    ),
    ({"created_at": "2026-01-01T00:00:00", "expires_at": "2026-01-31T00:00:00"}, "it has expired already"),
    ({"expires_at": None}, "its life is to be 30 days, and its end is None"),
    ({"expires_at": "2027-01-16T08:00:00Z"}, "its life is to be 30 days, and its end is '2027-01-16"),
    ({"workspace_id": "ws_2"}, "its workspace is 'ws_2', not 'ws_1'"),
    ({"allowed_ips": []}, "its addresses are [], not ['192.0.2.1', '2001:db8::1']"),
    ({"allowed_ips": ["192.0.2.1"]}, "its addresses are ['192.0.2.1'], not"),
    ({"livemode": False}, "its mode is not 'live'"),
    ({"name": "other"}, "its name is 'other', not 'ci'"),
    ({"key_type": "admin"}, "its type is 'admin', not 'workspace'"),
    ({"id": "key_old"}, "it has the old key's ID"),
]

# What means the same.
RIGHT: list[dict[str, object]] = [
    {},
    {"allowed_ips": ["2001:db8:0:0:0:0:0:1", "192.0.2.1"]},
    {"allowed_ips": ["192.0.2.1/32", "2001:DB8::1/128"]},
    {"allowed_ips": ["::ffff:192.0.2.1", "2001:db8::1"]},
    {"created_at": "2027-01-15T08:00:00.999Z", "expires_at": "2027-02-14T08:00:00Z"},
    {"created_at": "2027-01-15T08:00:00", "expires_at": "2027-02-14T08:00:00"},
]


class Service:
    """Lists the old key, makes the successor it is told to, and revokes as it is told to."""

    def __init__(self, http: Any, row: Mapping[str, object]) -> None:
        self._http = http
        self._row = row
        self.successor: Mapping[str, object] = {}
        self.secret = "sk_bc_ws_test_obviously_fake_successor"
        self.revoked: Mapping[str, object] = {}
        self.old: Mapping[str, object] = {}
        self.asked: Mapping[str, object] = {}
        self.paths: list[str] = []

    def __call__(self, asked: Any) -> Any:
        self.paths.append(f"{asked.method} {asked.path.rpartition('/')[2].partition('?')[0]}")
        old = {**self._row, **OLD, **self.old}
        if asked.path.endswith("/revoke"):
            return self._http(200, {**old, "is_active": False, **self.revoked})
        if asked.method == "POST":
            self.asked = json.loads(asked.body)
            assert self.asked["expires_in_days"] == 30
            return self._http(200, {"key": self.secret, "key_details": {**self._row, **NEW, **self.successor}})
        return self._http(200, {"data": [old], "first_id": None, "last_id": None, "has_more": False})


@pytest.fixture
def service(server: Any, http: Any, key_answer: Mapping[str, object]) -> Service:
    said = Service(http, key_answer)
    server.will(said)
    return said


def check_nothing_was_revoked(error: RotationError, service: Service, said: str) -> None:
    assert said in str(error)
    assert (error.stage, error.working) == ("compare", ("key_old",))
    assert error.new is not None
    assert error.new.key == service.secret
    assert error.old is not None
    assert service.paths == ["GET api-keys", "POST api-keys"]
    assert not service.secret or service.secret not in str(error)


@pytest.mark.parametrize(("successor", "said"), WRONG)
def test_the_old_key_stays_where_the_successor_is_another(
    service: Service, scripted_client: Boltz, successor: dict[str, object], said: str
) -> None:
    service.successor = successor
    shown: list[APIKeyCreateResponse] = []
    with pytest.raises(RotationError) as caught:
        scripted_client.admin.api_keys.rotate("key_old", check=shown.append)
    check_nothing_was_revoked(caught.value, service, said)
    assert shown == []


@pytest.mark.anyio
async def test_a_task_leaves_the_old_key_too(service: Service, scripted_async_client: AsyncBoltz) -> None:
    service.successor = {"name": "other"}
    with pytest.raises(RotationError) as caught:
        await scripted_async_client.admin.api_keys.rotate("key_old")
    check_nothing_was_revoked(caught.value, service, "its name is 'other', not 'ci'")


def test_a_successor_without_a_secret_is_none(service: Service, scripted_client: Boltz) -> None:
    service.secret = ""
    with pytest.raises(RotationError) as caught:
        scripted_client.admin.api_keys.rotate("key_old")
    check_nothing_was_revoked(caught.value, service, "its secret is empty")


@pytest.mark.parametrize("successor", RIGHT)
def test_a_successor_may_be_written_in_another_way(
    service: Service, scripted_client: Boltz, successor: dict[str, object]
) -> None:
    service.successor = successor
    rotation = scripted_client.admin.api_keys.rotate("key_old")
    assert (rotation.new.key_details.id, rotation.old.is_active) == ("key_new", False)


def test_addresses_are_sent_as_a_create_takes_them(service: Service, scripted_client: Boltz) -> None:
    service.old = {"allowed_ips": ["192.0.2.1/32", "2001:db8::1/128"]}
    rotation = scripted_client.admin.api_keys.rotate("key_old")
    assert service.asked["allowed_ips"] == ["192.0.2.1", "2001:db8::1"]
    assert rotation.new.key_details.id == "key_new"


@pytest.mark.parametrize("unfit", ["192.0.2.0/24", "odd/32", "odd"])
def test_what_a_create_does_not_take_leaves_the_old_key(service: Service, scripted_client: Boltz, unfit: str) -> None:
    service.old = {"allowed_ips": [unfit]}
    with pytest.raises(RotationError, match=r"allowed_ips\[0\]: expected") as caught:
        scripted_client.admin.api_keys.rotate("key_old")
    assert (caught.value.stage, caught.value.working) == ("create", ("key_old",))
    assert service.paths == ["GET api-keys"]


def test_extras_in_the_body_are_what_was_asked_for(service: Service, scripted_client: Boltz) -> None:
    service.successor = {"name": "renamed"}
    rotation = scripted_client.admin.api_keys.rotate("key_old", extra_body={"name": "renamed"})
    assert rotation.new.key_details.name == "renamed"


UNREVOKED: list[tuple[dict[str, object], str]] = [
    ({"is_active": True}, "the service answered its revocation with the key 'key_old', which is active"),
    ({"id": "key_7"}, "the service answered its revocation with the key 'key_7', which is not active"),
]


@pytest.mark.parametrize(("revoked", "said"), UNREVOKED)
def test_a_key_that_is_still_active_was_not_revoked(
    service: Service, scripted_client: Boltz, revoked: dict[str, object], said: str
) -> None:
    service.revoked = revoked
    with pytest.raises(RotationError, match=said) as caught:
        scripted_client.admin.api_keys.rotate("key_old")
    assert caught.value.new is not None
    assert (caught.value.stage, caught.value.working) == ("revoke", ("key_new",))


@pytest.mark.anyio
async def test_nor_was_it_for_a_task(service: Service, scripted_async_client: AsyncBoltz) -> None:
    service.revoked = {"is_active": True}
    with pytest.raises(RotationError, match="the key 'key_old', which is active") as caught:
        await scripted_async_client.admin.api_keys.rotate("key_old")
    assert (caught.value.stage, caught.value.working) == ("revoke", ("key_new",))


def test_a_key_at_hand_is_not_looked_up(sandbox: Sandbox, client: Boltz) -> None:
    """Each rotation takes two requests, however many keys there are."""
    for number in range(250):
        sandbox.new_key(name=f"name {number}")
    found = [*client.admin.api_keys.find(active=True, key_type="workspace")][-20:]
    before = len(sandbox.received)
    rotated = [client.admin.api_keys.rotate(key) for key in found]
    assert len(sandbox.received) - before == 2 * len(found)
    assert [rotation.old.id for rotation in rotated] == [key.id for key in found]
    assert not any(rotation.old.is_active for rotation in rotated)


@pytest.mark.anyio
async def test_a_key_at_hand_is_not_looked_up_by_a_task(sandbox: Sandbox, async_client: AsyncBoltz) -> None:
    sandbox.new_key(name="ci")
    (key,) = [key async for key in async_client.admin.api_keys.find(name="ci")]
    before = len(sandbox.received)
    assert (await async_client.admin.api_keys.rotate(key)).old.id == key.id
    assert len(sandbox.received) - before == 2


def test_a_key_at_hand_that_cannot_be_rotated_costs_no_request(sandbox: Sandbox, client: Boltz) -> None:
    revoked = client.admin.api_keys.revoke(sandbox.new_key(name="ci").id)
    before = len(sandbox.received)
    with pytest.raises(RotationError, match="is not active") as caught:
        client.admin.api_keys.rotate(revoked)
    assert (caught.value.stage, caught.value.old, len(sandbox.received)) == ("lookup", revoked, before)
