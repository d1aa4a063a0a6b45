"""Requests that cannot be served: each has its status, and all have the contract's error body."""

from __future__ import annotations

import socket
from typing import Any

import httpx
import msgspec
import pytest

from boltz_api.sandbox import Sandbox

KEYS = "/compute/v1/admin/api-keys"
JSON = {"content-type": "application/json"}


class Error(msgspec.Struct, forbid_unknown_fields=True):
    """The contract's error body."""

    code: str
    message: str
    details: dict[str, str] | None = None


def error(response: httpx.Response) -> Error:
    assert response.headers["content-type"] == "application/json"
    return msgspec.json.decode(response.content, type=Error)


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, error(response).code


def faults(response: httpx.Response) -> list[str]:
    """The names of the fields and parameters at fault."""
    assert refusal(response) == (422, "bad_request")
    return sorted(error(response).details or {})


def test_other_paths_are_not_found_even_without_a_key(sandbox: Sandbox) -> None:
    for path in ("/", f"{KEYS}/", f"{KEYS}//revoke", f"{KEYS}/a/b/revoke", "/%ff"):
        assert (path, *refusal(httpx.get(sandbox.url + path))) == (path, 404, "not_found")


def test_another_method_is_refused_and_the_right_ones_are_named(admin: httpx.Client) -> None:
    for method in ("PUT", "OPTIONS", "QUERY"):
        response = admin.request(method, KEYS)
        assert refusal(response) == (405, "bad_request")
        assert response.headers["allow"] == "GET, POST"
    assert (admin.head(KEYS).status_code, admin.head(KEYS).content) == (405, b"")


def test_a_body_must_be_declared_as_json(admin: httpx.Client) -> None:
    for headers in ({}, {"content-type": "text/plain"}, {"content-type": "application/jsonx"}):
        assert refusal(admin.post(KEYS, content=b'{"name": "x"}', headers=headers)) == (415, "bad_request")
    for type_ in ("application/json; charset=utf-8", "Application/JSON"):
        assert admin.post(KEYS, content=b'{"name": "x"}', headers={"content-type": type_}).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b'{"name": "x"', b'{"name": "x"} x', b'{"name": "\xff"}', b'{"name": "\\ud800"}', b"[" * 100_000]
)
def test_malformed_json(admin: httpx.Client, body: bytes) -> None:
    assert refusal(admin.post(KEYS, content=body, headers=JSON)) == (400, "bad_request")


def test_a_body_may_be_too_large(admin: httpx.Client) -> None:
    for size in (1024 * 1024 + 1, 20_000_000):
        body = b'{"name": "' + b"x" * size + b'"}'
        assert refusal(admin.post(KEYS, content=body, headers=JSON)) == (413, "bad_request")
        assert refusal(admin.post(KEYS, content=iter([body]), headers=JSON)) == (413, "bad_request")
    assert admin.get(KEYS).status_code == 200


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ([], ["body"]),
        ({}, ["name"]),
        ({"name": "x" * 256}, ["name"]),
        ({"name": 1}, ["name"]),
        ({"name": "x", "expires_in_days": 366}, ["expires_in_days"]),
        ({"name": "x", "expires_in_days": 1.5}, ["expires_in_days"]),
        ({"name": "x", "expires_in_days": True}, ["expires_in_days"]),
        ({"name": "x", "expires_in_days": 10**30}, ["expires_in_days"]),
        ({"name": "x", "allowed_ips": ["127.0.0.1", "localhost"]}, ["allowed_ips"]),
        ({"name": "x", "allowed_ips": ["fe80::1%eth0"]}, ["allowed_ips"]),
        ({"name": "x", "workspace_id": 1}, ["workspace_id"]),
        ({"name": "", "mode": "staging", "expires_in_days": 0}, ["expires_in_days", "mode", "name"]),
    ],
)
def test_every_field_at_fault_is_named(admin: httpx.Client, body: object, fields: list[str]) -> None:
    response = admin.post(KEYS, content=msgspec.json.encode(body), headers=JSON)

    assert faults(response) == fields
    assert all(field in error(response).message for field in fields if field != "body")
    assert len(admin.get(KEYS).json()["data"]) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x" * 255},
        {"name": "x", "expires_in_days": 30.0},
        {"name": "x", "allowed_ips": ["::ffff:192.0.2.1", "2001:db8::"]},
        {"name": "x", "came_with_a_later_version": {"a": [1]}},
    ],
)
def test_valid_bodies_are_taken(admin: httpx.Client, body: dict[str, Any]) -> None:
    response = admin.post(KEYS, json=body)

    assert response.status_code == 200
    assert "came_with_a_later_version" not in response.text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("limit=101", ["limit"]),
        ("limit=ten", ["limit"]),
        ("limit=1" + "0" * 400, ["limit"]),
        ("limit=1&limit=2", ["limit"]),
        ("limit=0&workspace_id=a&workspace_id=a", ["limit", "workspace_id"]),
    ],
)
def test_every_parameter_at_fault_is_named(admin: httpx.Client, query: str, names: list[str]) -> None:
    assert faults(admin.get(f"{KEYS}?{query}")) == names


def test_any_text_may_be_an_id(admin: httpx.Client) -> None:
    """Also one with a slash, which does not lead to another path."""
    for key_id in ("a%2Fb", "%2E%2E", "%F0%9F%94%91%20x"):
        url = httpx.URL(str(admin.base_url)).copy_with(raw_path=f"{KEYS}/{key_id}/revoke".encode())
        response = admin.post(url)
        assert refusal(response) == (404, "not_found")
        assert "API key" in error(response).message


def raw_exchange(sandbox: Sandbox, request: bytes) -> bytes:
    address = httpx.URL(sandbox.url)
    with socket.create_connection((address.host, address.port or 0), timeout=5) as raw:
        raw.sendall(request)
        raw.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: raw.recv(4096), b""))


def test_bytes_that_are_not_http_get_the_error_body(sandbox: Sandbox) -> None:
    head, _, body = raw_exchange(sandbox, b"\0\0 this is not HTTP\r\n\r\n").partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    assert msgspec.json.decode(body, type=Error).code == "bad_request"


def test_a_body_that_breaks_off_does_nothing(sandbox: Sandbox, admin: httpx.Client) -> None:
    head = f"POST {KEYS} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {sandbox.admin_key}\r\n"
    raw_exchange(sandbox, f'{head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{{"name": "x"'.encode())

    assert len(admin.get(KEYS).json()["data"]) == 2


def test_requests_are_remembered_but_no_key(sandbox: Sandbox, admin: httpx.Client) -> None:
    admin.post(KEYS, json={"name": ""})
    admin.get("/nothing")

    assert [(seen.method, seen.path, seen.operation, seen.status) for seen in sandbox.received] == [
        ("POST", KEYS, "create_api_key", 422),
        ("GET", "/nothing", None, 404),
    ]
    assert sandbox.admin_key not in repr(sandbox.received)
    assert len({admin.get(KEYS).headers["x-request-id"] for _ in range(3)}) == 3
