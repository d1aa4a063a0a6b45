"""Answers as objects: models, errors and bodies in pieces."""

from __future__ import annotations

import copy
import gzip
import json
import pickle
import time
import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltz_api import (
    APIResponseValidationError,
    APIStatusError,
    BaseModel,
    Boltz,
    InternalServerError,
)
from boltz_api.redact import MASK
from boltz_api.response import Body
from boltz_api.types.admin import APIKeyCreateResponse, KeyDetails

if TYPE_CHECKING:
    from tests.client.conftest import SayHTTP, Scripted


def test_unknown_fields_are_kept_at_every_depth(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, created_answer: dict[str, object]
) -> None:
    details = created_answer["key_details"]
    assert isinstance(details, dict)
    details["region"] = {"name": "eu"}
    server.will(http(200, {**created_answer, "request": 7}))
    created = scripted_client.admin.api_keys.create(name="x")
    assert created.model_extra == {"request": 7}
    assert created.key_details.model_extra == {"region": {"name": "eu"}}
    assert getattr(created.key_details, "region") == {"name": "eu"}  # noqa: B009  # the contract does not know it
    assert not hasattr(created.key_details, "colour")
    assert created.to_dict()["key_details"] == {**details, "created_at": created.key_details.created_at}
    assert json.loads(created.to_json())["key_details"]["region"] == {"name": "eu"}


WRONG: list[tuple[str, bytes, dict[str, str], str]] = [
    ("utf-16", '{"id": "key_1"}'.encode("utf-16"), {}, "malformed"),
    ("deep unknown", b'{"x": ' + b"[" * 100_000, {}, "RecursionError"),
    ("gzip cut off", gzip.compress(b"{}" * 99)[:-9], {"content-encoding": "gzip"}, "breaks off"),
]


@pytest.mark.parametrize(("body", "headers", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_an_answer_that_is_no_key_is_an_error_that_holds_it(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, body: bytes, headers: dict[str, str], message: str
) -> None:
    server.will(http(200, body, headers))
    with pytest.raises(APIResponseValidationError) as caught:
        scripted_client.admin.api_keys.revoke("key_1")
    assert message in str(caught.value)
    assert caught.value.status_code == 200
    if "breaks off" not in message:
        assert caught.value.response.content == body
        assert caught.value.body == caught.value.response.text


def test_a_missing_field_is_named_with_its_place(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    keys = [key_answer, {name: value for name, value in key_answer.items() if name != "name"}]
    server.will(http(200, {"data": keys, "first_id": None, "last_id": None, "has_more": False}))
    with pytest.raises(APIResponseValidationError, match=r"missing required field `name` at \$\.data\[1\]") as caught:
        scripted_client.admin.api_keys.list()
    assert caught.value.path == "$.data[1]"


ENCODINGS = st.sampled_from(["identity", "gzip", "x-gzip", " GZIP "])


def arriving(limit: int, encoding: str) -> Body:
    http = httpx.Response(200, headers={"content-encoding": encoding}, stream=httpx.ByteStream(b""))
    return Body(http, limit, None, lambda: 0.0)


@given(st.binary(max_size=5000), st.lists(st.integers(min_value=1, max_value=400), min_size=1), ENCODINGS)
def test_a_body_is_the_same_however_it_arrives(body: bytes, sizes: list[int], encoding: str) -> None:
    wire = body if encoding == "identity" else gzip.compress(body)
    incoming = arriving(len(body), encoding)
    position = turn = 0
    while position < len(wire):
        size = sizes[turn % len(sizes)]
        incoming.feed(wire[position : position + size])
        position, turn = position + size, turn + 1
    incoming.finish()
    assert incoming.take() == body


def test_one_gzip_stream_may_follow_another() -> None:
    incoming = arriving(1000, "gzip")
    incoming.feed(gzip.compress(b"one, ") + gzip.compress(b"two"))
    incoming.finish()
    assert incoming.take() == b"one, two"


def test_an_errors_body_tells_code_and_details(scripted_client: Boltz, server: Scripted, http: SayHTTP) -> None:
    body = {"code": "internal_error", "message": "oops", "details": {"field": "name"}}
    server.will(http(520, body, {"x-request-id": "req_1", "x-should-retry": "false"}))
    with pytest.raises(InternalServerError) as caught:
        scripted_client.admin.api_keys.list()
    error = caught.value
    assert (error.status_code, error.code, error.details, error.body) == (520, "internal_error", body["details"], body)
    assert (error.request_id, error.response.headers["X-Request-ID"]) == ("req_1", "req_1")
    assert error.request.url.path == "/compute/v1/admin/api-keys"
    assert str(error).startswith("Error code: 520 - {")


def test_an_errors_body_may_be_anything(scripted_client: Boltz, server: Scripted, http: SayHTTP) -> None:
    server.will(http(400, b"<html>" + b"x" * 10_000))
    with pytest.raises(Exception, match="Error code: 400 - <html>x") as caught:
        scripted_client.admin.api_keys.list()
    assert str(caught.value).endswith(f"{'x' * 494}… (10006 characters)")


def created() -> APIKeyCreateResponse:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    details = KeyDetails(
        id="key_1",
        allowed_ips=["::1"],
        created_at=moment,
        expires_at=None,
        is_active=True,
        key_prefix="sk_bc_ws_liv",
        key_type="workspace",
        last_used_at=None,
        livemode=True,
        name="x",
        workspace_id="ws_1",
    )
    return APIKeyCreateResponse(key="sk_bc_ws_live_obviously_fake_key", key_details=details)


def test_models_compare_match_and_do_not_change() -> None:
    one = created()
    assert one == created()
    assert isinstance(one, BaseModel)
    match one:
        case APIKeyCreateResponse(key_details=KeyDetails(name="x", id=found)):
            assert found == "key_1"
        case _:
            pytest.fail("a model takes part in match")
    with pytest.raises(AttributeError):
        setattr(one, "key", "y")  # noqa: B010  # a type checker knows that it may not


def test_models_are_copied_and_pickled_with_their_unknown_fields(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(http(200, {**key_answer, "region": ["eu"]}))
    key = scripted_client.admin.api_keys.revoke("key_1")
    for other in (copy.copy(key), copy.deepcopy(key), pickle.loads(pickle.dumps(key))):
        assert (other, other.model_extra) == (key, {"region": ["eu"]})
    assert copy.deepcopy(key).model_extra["region"] is not key.model_extra["region"]


def test_a_created_key_is_copied_and_not_pickled() -> None:
    assert copy.deepcopy(created()).key == created().key
    with pytest.raises(TypeError, match="holds a secret"):
        pickle.dumps(created())
    assert pickle.loads(pickle.dumps(created().key_details)) == created().key_details


def test_a_model_as_dict_and_as_json() -> None:
    details = created().key_details
    assert details.to_dict()["created_at"] == details.created_at
    assert details.to_dict(mode="json")["created_at"] == "2026-01-02T03:04:05Z"
    assert "expires_at" not in details.to_dict(exclude_none=True)
    assert json.loads(details.to_json()) == details.to_dict(mode="json")
    assert "\n" not in details.to_json(indent=None)
    assert details.to_json().startswith('{\n  "id": "key_1"')


@pytest.mark.parametrize(("call", "secret"), [("create", True), ("revoke", False)])
def test_a_pickled_error_leaves_out_what_may_be_a_secret(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, call: str, secret: bool
) -> None:
    server.will(http(200, b"\xffbody", {"x-mine": "b", "x-request-id": "r"}))
    keys = scripted_client.admin.api_keys
    with pytest.raises(APIResponseValidationError) as caught:
        keys.create(name="x") if call == "create" else keys.revoke("key_1")
    kept = pickle.loads(pickle.dumps(caught.value)).response
    assert caught.value.response.content == b"\xffbody"
    assert kept.content == (b"" if secret else b"\xffbody")
    assert (kept.headers["x-mine"], kept.headers["x-request-id"]) == (MASK, "r")
    assert (kept.request.method, kept.request.headers["x-api-key"]) == ("POST", MASK)


def test_a_raw_answer_with_a_key_that_was_not_asked_for_is_an_error_that_holds_it(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, created_answer: dict[str, object]
) -> None:
    """As after a response too many on a kept connection."""
    server.will(http(200, created_answer))
    raw = scripted_client.admin.api_keys.with_raw_response.create(name="mine")
    with pytest.raises(APIResponseValidationError, match="The response is not what was asked for: its") as caught:
        raw.parse()
    assert caught.value.outcome_unknown
    assert caught.value.response.json()["key"] == created_answer["key"]
    assert str(created_answer["key"]) not in str(caught.value)


def test_a_leap_second_is_the_end_of_the_one_before(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    sent = ["2016-12-31T23:59:60Z", "2016-12-31T23:59:60.5Z", "2016-12-31T15:59:60-08:00"]
    keys = [{**key_answer, "last_used_at": moment, "name": moment} for moment in sent]
    server.will(http(200, {"data": keys, "first_id": None, "last_id": None, "has_more": False}))
    data = scripted_client.admin.api_keys.list().data
    last = datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert [key.last_used_at for key in data] == [last, last.replace(microsecond=500_000), last]
    assert [key.name for key in data] == sent


def test_masking_a_huge_error_costs_next_to_nothing(server: Scripted, http: SayHTTP) -> None:
    """15 MB of control characters, which are 15 kB on the wire."""
    server.will(http(400, gzip.compress(b"\x01sk_bc_" * 2_000_000), {"content-encoding": "gzip"}))
    with Boltz(api_key="k", base_url=server.url) as client:
        tracemalloc.start()
        began = time.process_time()
        try:
            with pytest.raises(APIStatusError) as caught:
                client.admin.api_keys.create(name="x")
            assert len(str(caught.value)) < 2_000
            assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
        finally:
            tracemalloc.stop()
        assert time.process_time() - began < 5
    assert len(caught.value.response.content) == 14_000_000
