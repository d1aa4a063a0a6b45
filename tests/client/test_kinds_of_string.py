"""Strings and numbers of other types than Python's own are arguments like any other: numpy's, Django's, enums."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any

from boltz_api import Boltz

if TYPE_CHECKING:
    from tests.client.conftest import SayHTTP, Scripted


class Name(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "not what it holds"


class Mode(enum.StrEnum):
    TEST = "test"


class Workspace(str, enum.Enum):  # noqa: UP042  # whose str() is not its value
    MINE = "ws_1"


class Days(enum.IntEnum):
    WEEK = 7


class Count(int):
    pass


class Amount(float):
    pass


def test_the_three_calls_take_them(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, created_answer: dict[str, Any], key_answer: dict[str, Any]
) -> None:
    keys: Any = scripted_client.admin.api_keys
    details = {**key_answer, "livemode": False, "allowed_ips": ["::1"]}
    server.will(http(200, {**created_answer, "key_details": details}))
    keys.create(
        name=Name("x"),
        allowed_ips=[Name("::1")],
        mode=Mode.TEST,
        expires_in_days=Days.WEEK,
        workspace_id=Workspace.MINE,
        extra_body={Name("note"): Name("y"), "amount": Amount(1.5)},
    )
    server.will(http(200, {"data": [], "first_id": None, "last_id": None, "has_more": False}))
    keys.list(workspace_id=Name("w"), limit=Count(3), extra_query={"mode": Workspace.MINE, "days": [Days.WEEK]})
    server.will(http(200, key_answer))
    keys.revoke(Workspace.MINE)
    keys.revoke(api_key_id=Name("key_1"))
    created, listed, *revoked = server.asked
    assert created.body == (
        b'{"name":"x","allowed_ips":["::1"],"expires_in_days":7,"mode":"test","workspace_id":"ws_1",'
        b'"note":"y","amount":1.5}'
    )
    assert listed.path.endswith("?limit=3&workspace_id=w&mode=ws_1&days=7")
    assert [asked.path.rsplit("/", 2)[1] for asked in revoked] == ["ws_1", "key_1"]


def test_bare_calls_and_the_client_take_them(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, {}))
    client = Boltz(api_key=Name("k"), base_url=server.url, default_headers={"X-Mine": Workspace.MINE})
    client.post(
        Name("/foo"), cast_to=object, body={"x": Name("y"), "mode": Mode.TEST}, options={"extra_json": {"a": 1}}
    )
    (asked,) = server.asked
    assert (asked.path, asked.body) == ("/foo", b'{"x":"y","mode":"test","a":1}')
    assert (asked.headers["x-api-key"], asked.headers["x-mine"]) == ("k", "ws_1")
