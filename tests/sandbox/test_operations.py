"""The three operations, over HTTP, and the clock that they follow."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from boltz_api.sandbox import Clock, Sandbox

KEYS = "/compute/v1/admin/api-keys"


def create(client: httpx.Client, **body: object) -> dict[str, object]:
    response = client.post(KEYS, json={"name": "x", **body})
    assert response.status_code == 200, response.text
    details: dict[str, object] = response.json()["key_details"]
    return details


def page(client: httpx.Client, **query: str | int) -> tuple[list[str], bool]:
    response = client.get(KEYS, params=query)
    assert response.status_code == 200, response.text
    body = response.json()
    ids = [key["id"] for key in body["data"]]
    assert (body["first_id"], body["last_id"]) == ((ids[0], ids[-1]) if ids else (None, None))
    return [key["name"] for key in body["data"]], body["has_more"]


@pytest.mark.parametrize("mode", ["live", "test"])
def test_a_new_key_tells_its_type_and_mode(admin: httpx.Client, mode: str) -> None:
    answer = admin.post(KEYS, json={"name": "x", "mode": mode}).json()

    assert re.fullmatch(rf"sk_bc_ws_{mode}_[0-9a-f]{{48}}", answer["key"])
    assert answer["key_details"]["key_prefix"] == answer["key"][:12]
    assert answer["key_details"]["livemode"] == (mode == "live")


def test_fields_left_out_get_their_defaults(admin: httpx.Client) -> None:
    details = create(admin)

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


def test_fields_given_are_kept(admin: httpx.Client) -> None:
    given = {"name": "ключ \0 🔑", "allowed_ips": ["192.0.2.1", "2001:DB8::1"], "workspace_id": "ws_1"}
    details = create(admin, **given)

    assert given == {name: details[name] for name in given}
    assert details == admin.get(KEYS, params={"workspace_id": "ws_1"}).json()["data"][0]


def test_the_full_key_is_shown_once_and_kept_nowhere(
    admin: httpx.Client, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    answer = admin.post(KEYS, json={"name": "x"}).json()
    again = [admin.get(KEYS), admin.post(f"{KEYS}/{answer['key_details']['id']}/revoke")]

    assert all(answer["key"] not in response.text for response in again)
    assert answer["key"] not in repr(sandbox.received)
    assert answer["key"] not in caplog.text
    assert sandbox.admin_key not in caplog.text
    assert sandbox.new_key().key not in repr(sandbox.new_key())


class TestPages:
    """Pages in the order of creation, forward and backward."""

    @pytest.mark.parametrize(
        ("cursors", "expected"),
        [
            ({}, (["k0", "k1"], True)),
            ({"after_id": 2}, (["k3", "k4"], False)),
            ({"after_id": 4}, ([], False)),
            ({"before_id": 4}, (["k2", "k3"], True)),
            ({"before_id": 2}, (["k0", "k1"], False)),
            ({"before_id": 0}, ([], False)),
            ({"after_id": 2, "before_id": 4}, (["k3"], False)),
            ({"after_id": 3, "before_id": 1}, ([], False)),
        ],
    )
    def test_cursors(self, admin: httpx.Client, cursors: dict[str, int], expected: tuple[list[str], bool]) -> None:
        ids = [str(create(admin, name=f"k{number}", workspace_id="w")["id"]) for number in range(5)]
        given = {name: ids[place] for name, place in cursors.items()}

        assert page(admin, workspace_id="w", limit=2, **given) == expected

    def test_a_page_holds_100_keys_by_default(self, admin: httpx.Client, sandbox: Sandbox) -> None:
        sandbox.load(101, workspace_id="w")

        names, has_more = page(admin, workspace_id="w")
        assert (len(names), has_more) == (100, True)
        assert page(admin, workspace_id="nowhere") == ([], False)

    def test_an_unknown_cursor_is_refused_by_name(self, admin: httpx.Client) -> None:
        for cursor in ("after_id", "before_id"):
            response = admin.get(KEYS, params={cursor: "key_of_nobody"})
            body = response.json()
            assert (response.status_code, body["code"], list(body["details"])) == (404, "not_found", [cursor])


def test_revoking_ends_a_key_and_again_changes_nothing(admin: httpx.Client) -> None:
    details = create(admin)

    assert admin.post(f"{KEYS}/key_of_nobody/revoke").status_code == 404
    answers = [admin.post(f"{KEYS}/{details['id']}/revoke").json() for _ in range(2)]
    assert [{**details, "is_active": False}] * 2 == answers
    assert answers[0] in admin.get(KEYS).json()["data"]


class TestClock:
    """The sandbox's time, which a test can move."""

    def test_responses_are_dated_by_it(self, admin: httpx.Client, sandbox: Sandbox) -> None:
        sandbox.clock.freeze(datetime(2030, 1, 1, tzinfo=UTC))

        assert parsedate_to_datetime(admin.get(KEYS).headers["date"]) == datetime(2030, 1, 1, tzinfo=UTC)
        assert create(admin)["created_at"] == "2030-01-01T00:00:00.000Z"

    def test_it_goes_forward_and_back_stands_still_when_frozen_and_runs_again_after_a_reset(self) -> None:
        clock = Clock()
        clock.freeze(datetime(2026, 1, 1, tzinfo=UTC))
        clock.advance(days=31, hours=1, minutes=2, seconds=3, milliseconds=4)
        assert clock.now() == datetime(2026, 2, 1, 1, 2, 3, 4000, tzinfo=UTC)
        clock.advance(days=-31)
        assert clock.now() == datetime(2026, 1, 1, 1, 2, 3, 4000, tzinfo=UTC)

        clock.reset()
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)

    def test_a_moment_must_have_a_time_zone(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            Clock().freeze(datetime(2026, 1, 1))  # noqa: DTZ001 - what is under test
