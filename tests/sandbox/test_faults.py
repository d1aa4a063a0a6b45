"""Faults on demand, seen from the other end of a real connection."""

from __future__ import annotations

import socket
import time
from typing import Any

import httpx
import msgspec
import pytest

from boltz_api.sandbox import Sandbox

KEYS = "/compute/v1/admin/api-keys"


def count(admin: httpx.Client) -> int:
    """How many keys there are; faults for listing must not be pending."""
    return len(admin.get(KEYS).json()["data"])


def exchange(sandbox: Sandbox, **headers: str) -> tuple[bytes, str]:
    """Create a key over a raw socket: the bytes received, and how the connection ended."""
    address, body = httpx.URL(sandbox.url), b'{"name": "x"}'
    lines = {"host": "localhost", "x-api-key": sandbox.admin_key, "content-length": str(len(body)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    received = b""
    with socket.create_connection((address.host, address.port or 0), timeout=5) as raw:
        raw.sendall(f"POST {KEYS} HTTP/1.1\r\ncontent-type: application/json\r\n{head}\r\n".encode() + body)
        try:
            while part := raw.recv(65536):
                received += part
        except ConnectionResetError:
            return received, "reset"
        except TimeoutError:
            return received, "open"
        return received, "closed"


@pytest.mark.parametrize(("after_commit", "made"), [(False, 0), (True, 1)])
def test_a_dropped_connection_closes_without_a_byte_and_an_error_may_come_after_the_key_was_made(
    sandbox: Sandbox, admin: httpx.Client, after_commit: bool, made: int
) -> None:
    before = count(admin)
    sandbox.fail("create_api_key", drop=True, after_commit=after_commit)

    assert exchange(sandbox) == (b"", "closed")
    assert count(admin) - before == made
    sandbox.fail("create_api_key", status=500, after_commit=after_commit)
    assert admin.post(KEYS, json={"name": "x"}).status_code == 500
    assert count(admin) - before == 2 * made
    assert exchange(sandbox, x_sandbox_fault="drop" + "; after-commit" * after_commit) == (b"", "closed")
    assert count(admin) - before == 3 * made


def test_a_reset_comes_in_the_middle_of_the_body(
    sandbox: Sandbox, admin: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    before = count(admin)
    rule = sandbox.fail("create_api_key", reset=True)
    received, ending = exchange(sandbox)

    assert ending == "reset"
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert len(body) == length // 2
    assert sandbox.received[-1].fault == rule.fault
    assert count(admin) - before == 1
    # The server does not take it for a crash.
    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []


@pytest.mark.parametrize(
    ("status", "retry_after", "code"),
    [
        (409, None, "conflict"),
        (429, 0.5, "bad_request"),
        (520, "Wed, 21 Oct 2015 07:28:00 GMT", "internal_error"),
        (204, None, None),
        (304, None, None),
    ],
)
def test_a_status_comes_with_an_error_body_where_it_may_have_one(
    sandbox: Sandbox, admin: httpx.Client, status: int, retry_after: float | str | None, code: str | None
) -> None:
    sandbox.fail("list_api_keys", status=status, retry_after=retry_after)
    response = admin.get(KEYS)

    assert (response.status_code, response.headers.get("retry-after")) == (status, retry_after and str(retry_after))
    assert (response.json()["code"] if code else response.content) == (code or b"")
    assert admin.get(KEYS).status_code == 200


@pytest.mark.parametrize("after_commit", [False, True])
def test_a_response_can_be_late(sandbox: Sandbox, admin: httpx.Client, after_commit: bool) -> None:
    before = count(admin)
    sandbox.fail("create_api_key", delay=0.6, after_commit=after_commit)
    started = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        admin.post(KEYS, json={"name": "x"}, timeout=0.1)

    assert count(admin) - before == after_commit
    while count(admin) - before < 1:
        assert time.monotonic() - started < 5
    assert (time.monotonic() - started >= 0.6) != after_commit


@pytest.mark.parametrize("status", [None, 502])
def test_a_response_can_be_html_or_break_off(sandbox: Sandbox, admin: httpx.Client, status: int | None) -> None:
    sandbox.fail(body="html", status=status)
    response = admin.post(KEYS, json={"name": "x"})

    assert (response.status_code, response.headers["content-type"]) == (status or 200, "text/html; charset=utf-8")
    assert response.text.startswith("<!DOCTYPE html>")
    sandbox.fail(body="truncated")
    broken = admin.get(KEYS)
    assert (broken.status_code, broken.headers["content-type"]) == (200, "application/json")
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(broken.content)


def test_a_value_can_be_unknown(sandbox: Sandbox, admin: httpx.Client) -> None:
    sandbox.fail(body="unknown_enum")
    assert {key["key_type"] for key in admin.get(KEYS).json()["data"]} == {"unheard_of"}

    sandbox.fail(body="unknown_enum", field="name")
    details = admin.post(KEYS, json={"name": "x"}).json()["key_details"]
    assert (details["name"], details["key_type"]) == ("unheard_of", "workspace")


def test_a_field_can_be_missing(sandbox: Sandbox, admin: httpx.Client) -> None:
    sandbox.fail(body="missing_field")
    assert all("created_at" not in key and "id" in key for key in admin.get(KEYS).json()["data"])

    sandbox.fail("create_api_key", body="missing_field", field="key")
    assert list(admin.post(KEYS, json={"name": "x"}).json()) == ["key_details"]


def test_a_redirect_can_lead_elsewhere(sandbox: Sandbox, admin: httpx.Client) -> None:
    sandbox.fail(redirect="https://elsewhere.example/keys")
    response = admin.get(KEYS)

    assert (response.status_code, response.headers["location"]) == (307, "https://elsewhere.example/keys")


def test_an_empty_page_holds_keys_back_and_loses_none(sandbox: Sandbox, admin: httpx.Client) -> None:
    ids = [sandbox.new_key(workspace_id="w").id for _ in range(5)]
    for cursor, own, expected in (("after_id", "last_id", ids[1:3]), ("before_id", "first_id", ids[2:4])):
        query = {"workspace_id": "w", "limit": "2", cursor: ids[0] if cursor == "after_id" else ids[4]}
        sandbox.fail("list_api_keys", body="empty_page", times=3)
        for _ in range(3):
            page = admin.get(KEYS, params=query).json()
            assert (page["data"], page["has_more"]) == ([], True)
            query[cursor] = page[own]
        assert [key["id"] for key in admin.get(KEYS, params=query).json()["data"]] == expected


def test_a_cursor_can_be_stuck(sandbox: Sandbox, admin: httpx.Client) -> None:
    sandbox.load(3)
    sandbox.fail("list_api_keys", body="stuck_cursor", times=None)
    first = admin.get(KEYS, params={"limit": 2}).json()
    second = admin.get(KEYS, params={"limit": 2, "after_id": first["last_id"]}).json()

    assert (second["has_more"], second["last_id"]) == (True, first["last_id"])


def test_a_rule_meets_the_next_calls_of_its_operation(sandbox: Sandbox, admin: httpx.Client) -> None:
    rule = sandbox.fail("create_api_key", status=500, times=2)
    statuses = [admin.get(KEYS).status_code] + [admin.post(KEYS, json={"name": "x"}).status_code for _ in range(3)]

    assert statuses == [200, 500, 500, 200]
    assert (rule.hits, rule.left) == (2, 0)


def test_rules_take_turns_in_the_order_they_were_made(sandbox: Sandbox, admin: httpx.Client) -> None:
    sandbox.fail(status=500)
    sandbox.fail("list_api_keys", status=501, times=2)
    sandbox.fail(status=502, times=None)

    assert [admin.get(KEYS).status_code for _ in range(5)] == [500, 501, 501, 502, 502]
    sandbox.heal()
    assert admin.get(KEYS).status_code == 200


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({}, "nothing to go wrong"),
        ({"operation": "delete_api_key"}, "operation: expected one of create_api_key, list_api_keys, revoke_api_key"),
        ({"drop": True, "reset": True}, "one call cannot meet all of drop, reset"),
        ({"body": "poetry"}, "body"),
        ({"drop": True, "retry_after": 1}, "retry_after goes with a status"),
        ({"drop": True, "field": "id"}, "field goes with"),
        ({"drop": True, "times": 0}, "times: expected at least 1"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox: Sandbox, fault: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sandbox.fail(**fault)


class TestHeader:
    """The same by a header, for clients in other languages."""

    def test_it_makes_its_own_request_fail(self, admin: httpx.Client) -> None:
        response = admin.get(KEYS, headers={"x-sandbox-fault": "status=503; retry-after=1"})

        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert admin.get(KEYS).status_code == 200

    def test_it_counts_so_that_a_repetition_succeeds(self, admin: httpx.Client) -> None:
        texts = ["status=500; times=2", "status=500; times=2; id=b"]
        got = [[admin.get(KEYS, headers={"x-sandbox-fault": text}).status_code for _ in range(3)] for text in texts]

        assert got == [[500, 500, 200]] * 2

    @pytest.mark.parametrize("text", ["", "explode", "status=many", "drop; reset", "times=1"])
    def test_it_must_make_sense(self, admin: httpx.Client, text: str) -> None:
        response = admin.get(KEYS, headers={"x-sandbox-fault": text})

        assert (response.status_code, response.json()["code"]) == (400, "bad_request")
        assert "x-sandbox-fault" in response.json()["message"]
