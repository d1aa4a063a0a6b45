"""What the three operations do, over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest

from boltz_api.sandbox import Sandbox

KEYS = "/compute/v1/admin/api-keys"


def created(client: httpx.Client, **body: object) -> dict[str, object]:
    response = client.post(KEYS, json={"name": "x", **body})
    assert response.status_code == 200, response.text
    details: dict[str, object] = response.json()["key_details"]
    return details


def listed(client: httpx.Client, **query: str | int) -> tuple[list[str], bool]:
    response = client.get(KEYS, params=query)
    assert response.status_code == 200, response.text
    page = response.json()
    names = [key["name"] for key in page["data"]]
    ids = [key["id"] for key in page["data"]]
    assert (page["first_id"], page["last_id"]) == ((ids[0], ids[-1]) if ids else (None, None))
    return names, page["has_more"]


@pytest.mark.parametrize(("mode", "prefix"), [("live", "sk_bc_ws_live_"), ("test", "sk_bc_ws_test_")])
def test_a_new_key_tells_its_type_and_mode(admin: httpx.Client, mode: str, prefix: str) -> None:
    answer = admin.post(KEYS, json={"name": "x", "mode": mode}).json()

    assert answer["key"].startswith(prefix)
    assert answer["key_details"]["key_prefix"] == answer["key"][:12]
    assert answer["key_details"]["livemode"] == (mode == "live")


def test_what_is_left_out_gets_the_service_s_defaults(admin: httpx.Client, sandbox: Sandbox) -> None:
    details = created(admin)

    assert {name: details[name] for name in details if name not in ("id", "created_at")} == {
        "allowed_ips": [],
        "expires_at": None,
        "is_active": True,
        "key_prefix": "sk_bc_ws_liv",
        "key_type": "workspace",
        "last_used_at": None,
        "livemode": True,
        "name": "x",
        "workspace_id": "ws_default",
    }


def test_what_is_given_is_kept(admin: httpx.Client) -> None:
    given = {"name": "ключ \0 🔑", "allowed_ips": ["192.0.2.1", "2001:DB8::1"], "workspace_id": "ws_1"}
    details = created(admin, **given)

    assert given == {name: details[name] for name in given}
    assert details == admin.get(KEYS, params={"workspace_id": "ws_1"}).json()["data"][0]


def test_the_expiry_is_counted_from_the_creation(admin: httpx.Client) -> None:
    details = created(admin, expires_in_days=30)

    moments = [datetime.fromisoformat(str(details[name])) for name in ("created_at", "expires_at")]
    assert moments[1] - moments[0] == timedelta(days=30)


def test_no_two_keys_are_alike(admin: httpx.Client) -> None:
    answers = [admin.post(KEYS, json={"name": "x"}).json() for _ in range(20)]

    assert len({answer["key"] for answer in answers}) == 20
    assert len({answer["key_details"]["id"] for answer in answers}) == 20


def test_the_full_key_is_answered_once_and_kept_nowhere(
    admin: httpx.Client, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    answer = admin.post(KEYS, json={"name": "x"}).json()
    again = [admin.get(KEYS), admin.post(f"{KEYS}/{answer['key_details']['id']}/revoke")]

    assert all(answer["key"] not in response.text for response in again)
    assert answer["key"] not in repr(sandbox.received)
    assert answer["key"] not in caplog.text
    assert sandbox.admin_key not in caplog.text
    assert answer["key"] not in repr(sandbox.new_key())


def test_pages_go_forward_in_the_order_of_creation(admin: httpx.Client) -> None:
    ids = [str(created(admin, name=f"k{number}", workspace_id="w")["id"]) for number in range(5)]

    assert listed(admin, workspace_id="w", limit=2) == (["k0", "k1"], True)
    assert listed(admin, workspace_id="w", limit=2, after_id=ids[1]) == (["k2", "k3"], True)
    assert listed(admin, workspace_id="w", limit=2, after_id=ids[3]) == (["k4"], False)
    assert listed(admin, workspace_id="w", limit=2, after_id=ids[2]) == (["k3", "k4"], False)
    assert listed(admin, workspace_id="w", limit=2, after_id=ids[4]) == ([], False)


def test_pages_go_backward_and_stay_in_the_order_of_creation(admin: httpx.Client) -> None:
    ids = [str(created(admin, name=f"k{number}", workspace_id="w")["id"]) for number in range(5)]

    assert listed(admin, workspace_id="w", limit=2, before_id=ids[4]) == (["k2", "k3"], True)
    assert listed(admin, workspace_id="w", limit=2, before_id=ids[2]) == (["k0", "k1"], False)
    assert listed(admin, workspace_id="w", limit=2, before_id=ids[1]) == (["k0"], False)
    assert listed(admin, workspace_id="w", limit=2, before_id=ids[0]) == ([], False)


def test_both_cursors_enclose_what_lies_between(admin: httpx.Client) -> None:
    ids = [str(created(admin, name=f"k{number}")["id"]) for number in range(5)]

    assert listed(admin, after_id=ids[0], before_id=ids[4], limit=2) == (["k1", "k2"], True)
    assert listed(admin, after_id=ids[2], before_id=ids[4], limit=2) == (["k3"], False)
    assert listed(admin, after_id=ids[3], before_id=ids[1]) == ([], False)


def test_a_page_holds_100_keys_unless_told_otherwise(admin: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.load(101, workspace_id="w")

    names, has_more = listed(admin, workspace_id="w")
    assert (len(names), has_more) == (100, True)


def test_an_unknown_workspace_is_an_empty_page(admin: httpx.Client) -> None:
    assert listed(admin, workspace_id="nowhere") == ([], False)


@pytest.mark.parametrize("cursor", ["after_id", "before_id"])
def test_an_unknown_cursor_is_refused_by_name(admin: httpx.Client, cursor: str) -> None:
    response = admin.get(KEYS, params={cursor: "key_of_nobody"})

    assert (404, "not_found", [cursor]) == (
        response.status_code,
        response.json()["code"],
        list(response.json()["details"]),
    )


def test_revoking_ends_a_key_and_again_changes_nothing(admin: httpx.Client) -> None:
    details = created(admin)

    answers = [admin.post(f"{KEYS}/{details['id']}/revoke").json() for _ in range(2)]
    assert [{**details, "is_active": False}] * 2 == answers
    assert answers[0] in admin.get(KEYS).json()["data"]


def test_revoking_an_unknown_key_is_not_found(admin: httpx.Client) -> None:
    response = admin.post(f"{KEYS}/key_of_nobody/revoke")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_key_that_has_expired_is_not_active(admin: httpx.Client, sandbox: Sandbox) -> None:
    created(admin, expires_in_days=30, workspace_id="w")

    sandbox.clock.advance(days=29)
    assert admin.get(KEYS, params={"workspace_id": "w"}).json()["data"][0]["is_active"] is True
    sandbox.clock.advance(days=1)
    assert admin.get(KEYS, params={"workspace_id": "w"}).json()["data"][0]["is_active"] is False
