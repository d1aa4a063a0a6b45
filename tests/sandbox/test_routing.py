"""Which operation a request means."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltz_api.sandbox.problems import RefusedError
from boltz_api.sandbox.routing import Router
from boltz_api_generated.request import Operation


def operation(name: str, method: str, path: str) -> Operation[object]:
    return Operation(name=name, method=method, path=path, tag="t", summary="")


ROUTER = Router(
    {
        "any": operation("any", "GET", "/keys/{key_id}"),
        "latest": operation("latest", "GET", "/keys/latest"),
        "put": operation("put", "PUT", "/keys/{key_id}"),
        "part": operation("part", "GET", "/keys/{key_id}/parts/{part_id}"),
    }
)


@pytest.mark.parametrize(
    ("method", "path", "name", "arguments"),
    [
        ("GET", "/keys/a", "any", {"key_id": "a"}),
        ("GET", "/keys/latest", "latest", {}),
        ("PUT", "/keys/latest", "put", {"key_id": "latest"}),
        ("GET", "/keys/a/parts/b", "part", {"key_id": "a", "part_id": "b"}),
        ("GET", "/keys/a%2Fparts%2Fb", "any", {"key_id": "a/parts/b"}),
        ("GET", "/keys/%F0%9F%94%91%20x", "any", {"key_id": "🔑 x"}),
        ("GET", "/keys/..", "any", {"key_id": ".."}),
    ],
)
def test_a_request_means_one_operation(method: str, path: str, name: str, arguments: dict[str, str]) -> None:
    match = ROUTER.match(method, path)

    assert (match.operation.name, match.path) == (name, arguments)


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/keys", 404, None),
        ("GET", "/keys/", 404, None),
        ("GET", "/keys/a/parts/", 404, None),
        ("GET", "keys/a", 404, None),
        ("POST", "/keys/a", 405, "GET, PUT"),
        ("get", "/keys/a", 405, "GET, PUT"),
        ("POST", "/keys/a/parts/b", 405, "GET"),
    ],
)
def test_or_none(method: str, path: str, status: int, allowed: str | None) -> None:
    with pytest.raises(RefusedError) as refused:
        ROUTER.match(method, path)

    assert (refused.value.status, refused.value.headers.get("allow")) == (status, allowed)


@given(st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1))
def test_any_text_may_be_an_id(key_id: str) -> None:
    path = f"/keys/{quote(key_id, safe='')}"

    assert ROUTER.match("PUT", path).path == {"key_id": key_id}
