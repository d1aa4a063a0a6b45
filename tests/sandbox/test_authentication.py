"""Authentication, permissions, and what each key sees."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from boltz_api.sandbox import Sandbox

KEYS = "/compute/v1/admin/api-keys"


def listing(sandbox: Sandbox, key: str, *, source: str | None = None) -> tuple[int, str | None]:
    """The status and the error code of a listing with this key."""
    transport = httpx.HTTPTransport(local_address=source)
    with httpx.Client(base_url=sandbox.url, transport=transport, headers={"x-api-key": key}) as client:
        response = client.get(KEYS)
    return response.status_code, response.json().get("code")


def last_use(admin: httpx.Client, key_id: str) -> str | None:
    used: str | None = next(key["last_used_at"] for key in admin.get(KEYS).json()["data"] if key["id"] == key_id)
    return used


@pytest.mark.parametrize("key", [None, "", "sk_bc_admin_live_unknown_fake", "clé"])
def test_missing_and_unknown_keys_are_refused(sandbox: Sandbox, key: str | None) -> None:
    headers = {} if key is None else {b"x-api-key": key.encode()}
    response = httpx.get(sandbox.url + KEYS, headers=headers)

    assert (response.status_code, response.json()["code"]) == (401, "unauthorized")
    assert not key or key not in response.text


def test_revoked_expired_and_workspace_keys_are_refused(sandbox: Sandbox, admin: httpx.Client) -> None:
    other, brief = sandbox.new_key("admin"), sandbox.new_key("admin", expires_in_days=31).key
    sandbox.clock.advance(days=30)
    assert [listing(sandbox, key) for key in (other.key, brief)] == [(200, None)] * 2

    admin.post(f"{KEYS}/{other.id}/revoke")
    sandbox.clock.advance(days=1)
    assert [listing(sandbox, key) for key in (other.key, brief)] == [(401, "unauthorized")] * 2
    assert [key["is_active"] for key in admin.get(KEYS).json()["data"][-2:]] == [False, False]
    assert listing(sandbox, sandbox.new_key().key) == (403, "forbidden")


@pytest.mark.parametrize(
    ("allowed", "source", "status"),
    [
        (["192.0.2.1", "127.0.0.2"], "127.0.0.2", 200),
        (["127.0.0.2"], "127.0.0.1", 403),
        (["::ffff:127.0.0.1"], "127.0.0.1", 200),
    ],
)
def test_a_key_is_bound_to_its_addresses(sandbox: Sandbox, allowed: list[str], source: str, status: int) -> None:
    key = sandbox.new_key("admin", allowed_ips=allowed).key

    assert listing(sandbox, key, source=source)[0] == status


@pytest.mark.parametrize(("allowed", "status"), [(["0:0:0:0:0:0:0:1"], 200), (["127.0.0.1"], 403)])
def test_addresses_may_be_of_ip_version_6(allowed: list[str], status: int) -> None:
    with Sandbox(host="::1") as sandbox:
        assert sandbox.url.startswith("http://[::1]:")
        assert listing(sandbox, sandbox.new_key("admin", allowed_ips=allowed).key)[0] == status


def test_a_header_cannot_claim_another_address(sandbox: Sandbox) -> None:
    key = sandbox.new_key("admin", allowed_ips=["192.0.2.1"]).key
    headers = {"x-api-key": key, "x-forwarded-for": "192.0.2.1", "forwarded": "for=192.0.2.1"}

    assert httpx.get(sandbox.url + KEYS, headers=headers).status_code == 403


def test_the_last_use_of_a_key_is_recorded(sandbox: Sandbox, admin: httpx.Client) -> None:
    other, barred = sandbox.new_key("admin"), sandbox.new_key("admin", allowed_ips=["192.0.2.1"])
    listing(sandbox, barred.key)
    assert last_use(admin, other.id) is last_use(admin, barred.id) is None

    sandbox.clock.freeze()
    listing(sandbox, other.key)
    first = last_use(admin, other.id)
    sandbox.clock.advance(milliseconds=1)
    listing(sandbox, other.key)
    assert first is not None
    assert first < str(last_use(admin, other.id))


class TestModes:
    """A live admin key manages the whole organization; a test admin key sees test keys and nothing else."""

    @pytest.fixture
    def tester(self, sandbox: Sandbox) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=sandbox.url, headers={"x-api-key": sandbox.test_admin_key}) as client:
            yield client

    def test_a_test_admin_sees_test_keys(self, sandbox: Sandbox, admin: httpx.Client, tester: httpx.Client) -> None:
        live, shown = sandbox.new_key(mode="live", workspace_id="w"), sandbox.new_key(mode="test", workspace_id="w")

        assert {live.id, shown.id} <= {key["id"] for key in admin.get(KEYS).json()["data"]}
        keys = tester.get(KEYS, params={"workspace_id": "w"}).json()["data"]
        assert [False] * len(keys) == [key["livemode"] for key in keys]
        assert keys[-1]["id"] == shown.id

    @pytest.mark.parametrize(("body", "status"), [({}, 200), ({"mode": "test"}, 200), ({"mode": "live"}, 403)])
    def test_a_test_admin_makes_test_keys_only(self, tester: httpx.Client, body: dict[str, str], status: int) -> None:
        response = tester.post(KEYS, json={"name": "x", **body})

        assert response.status_code == status
        if status == 200:
            assert response.json()["key"].startswith("sk_bc_ws_test_")
            assert response.json()["key_details"]["livemode"] is False

    def test_to_a_test_admin_a_live_key_does_not_exist(self, sandbox: Sandbox, tester: httpx.Client) -> None:
        live = sandbox.new_key(mode="live")

        assert tester.post(f"{KEYS}/{live.id}/revoke").status_code == 404
        assert tester.get(KEYS, params={"after_id": live.id}).status_code == 404
