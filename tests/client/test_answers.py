"""Answers: what fits, what is new, and what is wrong."""

from __future__ import annotations

import copy
import gzip
import json
import pickle
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boltz_api import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    AsyncBoltz,
    AuthenticationError,
    BaseModel,
    Boltz,
    InternalServerError,
    NotFoundError,
)
from boltz_api.redact import MASK
from boltz_api.request import CallOptions, Operation, Request, build_request
from boltz_api.response import Body, DeadlineError, Received, ResponseTooLargeError, UnreadableEncodingError, decode
from boltz_api.settings import Settings
from boltz_api.types.admin import APIKey, APIKeyCreateResponse, KeyDetails

if TYPE_CHECKING:
    from tests.client.conftest import Patience, SayHTTP, Scripted


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


def test_unknown_fields_in_a_list_stay_with_their_keys(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    keys = [{**key_answer, "id": "a", "x": 1}, {**key_answer, "id": "b"}, {**key_answer, "id": "c", "x": 3}]
    server.will(http(200, {"data": keys, "first_id": "a", "last_id": "c", "has_more": False, "total": 3}))
    page = scripted_client.admin.api_keys.list()
    assert [(key.id, key.model_extra) for key in page.data] == [("a", {"x": 1}), ("b", {}), ("c", {"x": 3})]


def test_new_values_of_an_enum_pass(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(http(200, {**key_answer, "key_type": "robot"}))
    assert str(scripted_client.admin.api_keys.revoke("key_1").key_type) == "robot"


WRONG: list[tuple[str, bytes, dict[str, str], str]] = [
    ("empty", b"", {}, "the body is empty"),
    ("html", b"<html>", {"content-type": "text/html; charset=utf-8"}, "(text/html)"),
    ("truncated", b'{"id": "key_1", "allowed', {}, "truncated"),
    ("trailing", b'{"x": 1} {}', {}, "malformed"),
    ("not utf-8", b'{"id": "\xff"}', {}, "UnicodeDecodeError"),
    ("utf-16", '{"id": "key_1"}'.encode("utf-16"), {}, "malformed"),
    ("array", b"[]", {}, "Expected `object`, got `array` at $"),
    ("null", b"null", {}, "Expected `object`, got `null` at $"),
    ("deep", b"[" * 100_000, {}, "at $"),
    ("deep unknown", b'{"x": ' + b"[" * 100_000, {}, "RecursionError"),
    ("gzip that is none", b"{}", {"content-encoding": "gzip"}, "claims to be gzip"),
    ("gzip cut off", gzip.compress(b"{}" * 99)[:-9], {"content-encoding": "gzip"}, "breaks off"),
    ("unasked encoding", b"{}", {"content-encoding": "br"}, "'br', which was not asked for"),
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


BROKEN: list[tuple[str, bytes, dict[str, str]]] = [
    ("br", b"\x01\x02", {"content-encoding": "br"}),
    ("gzip that is none", b"{}", {"content-encoding": "gzip"}),
    ("too large", b"x" * 2_000, {}),
    ("cut off", b"{", {"content-length": "9"}),
]


@pytest.mark.parametrize(("body", "headers"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
@pytest.mark.parametrize(("status", "kind"), [(401, AuthenticationError), (404, NotFoundError)])
def test_the_status_decides_where_the_body_cannot_be_read(
    server: Scripted, http: SayHTTP, status: int, kind: type[APIStatusError], body: bytes, headers: dict[str, str]
) -> None:
    server.will(http(status, body, headers, then="close"))
    with Boltz(api_key="k", base_url=server.url, max_response_bytes=1_000) as client, pytest.raises(kind) as caught:
        client.admin.api_keys.create(name="x")
    assert not caught.value.outcome_unknown
    assert "\x01" not in str(caught.value)


def test_an_error_whose_body_cannot_be_read_is_tried_again(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, patience: Patience
) -> None:
    empty: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}
    server.will(http(503, b"?", {"content-encoding": "br", "retry-after": "7"}), http(200, empty))
    assert scripted_client.admin.api_keys.list().data == []
    assert patience.slept == [7]


@pytest.mark.parametrize("field", sorted(KeyDetails.__struct_fields__))
def test_a_missing_field_is_named_with_its_place(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object], field: str
) -> None:
    keys = [key_answer, {name: value for name, value in key_answer.items() if name != field}]
    server.will(http(200, {"data": keys, "first_id": None, "last_id": None, "has_more": False}))
    with pytest.raises(
        APIResponseValidationError, match=rf"missing required field `{field}` at \$\.data\[1\]"
    ) as caught:
        scripted_client.admin.api_keys.list()
    assert caught.value.path == "$.data[1]"


@given(st.sampled_from(sorted(KeyDetails.__struct_fields__)), st.sampled_from([[{}], {"a": 1}, 7.5]))
def test_a_mistyped_field_is_named_with_its_place(field: str, value: object) -> None:
    key: dict[str, object] = {
        "id": "i",
        "allowed_ips": [],
        "created_at": "2026-01-02T03:04:05Z",
        "expires_at": None,
        "is_active": True,
        "key_prefix": "p",
        "key_type": "admin",
        "last_used_at": None,
        "livemode": True,
        "name": "n",
        "workspace_id": None,
        field: value,
    }
    with pytest.raises(msgspec.ValidationError, match=rf"\$\.{field}"):
        msgspec.json.decode(json.dumps(key), type=APIKey)


def test_a_gzip_answer_is_read(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(http(200, gzip.compress(json.dumps(key_answer).encode()), {"content-encoding": "gzip"}))
    assert scripted_client.admin.api_keys.revoke("key_1").id == "key_1"


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_the_size_of_an_answer_is_bounded(server: Scripted, http: SayHTTP, encoding: str) -> None:
    body = b" " * 2_000_000
    server.will(http(200, gzip.compress(body) if encoding == "gzip" else body, {"content-encoding": encoding}))
    with (
        Boltz(api_key="k", base_url=server.url, max_response_bytes=1_000_000) as client,
        pytest.raises(APIResponseValidationError, match="larger than 1000000 bytes"),
    ):
        client.admin.api_keys.list()
    assert len(server.asked) == 1


# httpx leaves its own generators to the garbage collector where an answer is not read to its end; trio remarks on that.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:Async generator 'httpx:ResourceWarning")
@pytest.mark.anyio
async def test_the_size_of_an_answer_is_bounded_for_a_task(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP
) -> None:
    server.will(http(200, gzip.compress(b" " * 20_000_000), {"content-encoding": "gzip"}))
    with pytest.raises(APIResponseValidationError, match="larger than"):
        await scripted_async_client.admin.api_keys.list()


def arriving(limit: int, encoding: str, deadline: float | None = None, times: Iterator[float] | None = None) -> Body:
    http = httpx.Response(200, headers={"content-encoding": encoding}, stream=httpx.ByteStream(b""))
    return Body(http, limit, deadline, lambda: 0.0 if times is None else next(times))


@given(st.binary(max_size=5000), st.lists(st.integers(min_value=1, max_value=400), min_size=1), st.booleans())
def test_a_body_is_the_same_however_it_arrives(body: bytes, sizes: list[int], zipped: bool) -> None:
    wire = gzip.compress(body) if zipped else body
    incoming = arriving(len(body) + 1, "gzip" if zipped else "identity")
    position = turn = 0
    while position < len(wire):
        size = sizes[turn % len(sizes)]
        incoming.feed(wire[position : position + size])
        position, turn = position + size, turn + 1
    incoming.finish()
    assert incoming.take() == body


@pytest.mark.parametrize("encoding", ["identity", "gzip", "x-gzip", " GZIP "])
def test_a_body_may_be_as_large_as_the_limit_and_no_larger(encoding: str) -> None:
    zipped = "gzip" in encoding.lower()
    for size, fits in ((1000, True), (1001, False)):
        incoming = arriving(1000, encoding)
        body = gzip.compress(b"x" * size) if zipped else b"x" * size
        if fits:
            incoming.feed(body)
            incoming.finish()
            assert incoming.take() == b"x" * size
        else:
            with pytest.raises(ResponseTooLargeError, match="larger than 1000 bytes"):
                incoming.feed(body)


def test_one_gzip_stream_may_follow_another() -> None:
    incoming = arriving(1000, "gzip")
    incoming.feed(gzip.compress(b"one, ") + gzip.compress(b"two"))
    incoming.finish()
    assert incoming.take() == b"one, two"


def test_a_piece_that_comes_after_the_deadline_is_too_late() -> None:
    incoming = arriving(1000, "identity", 10.0, iter([9.0, 10.0, 10.1]))
    incoming.feed(b"in time")
    incoming.feed(b"just so")
    with pytest.raises(DeadlineError, match="The time for the whole call is over"):
        incoming.feed(b"too late")


BOMB = gzip.compress(b"\0" * 10_000_000)


@given(st.integers(min_value=0, max_value=100_000))
def test_decompression_stops_at_the_limit(limit: int) -> None:
    incoming = arriving(limit, "gzip")
    with pytest.raises(ResponseTooLargeError):
        incoming.feed(BOMB)
    assert len(incoming.take()) <= limit


@given(st.binary(min_size=1))
def test_whatever_claims_to_be_gzip_is_read_or_refused(data: bytes) -> None:
    incoming = arriving(1000, "gzip")
    try:
        incoming.feed(data)
        incoming.finish()
    except UnreadableEncodingError:
        with pytest.raises(zlib.error):
            zlib.decompress(data, 31)


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


def test_a_connection_error_says_what_happened(nowhere: str) -> None:
    with (
        Boltz(api_key="k", base_url=nowhere, max_retries=0) as client,
        pytest.raises(APIConnectionError, match=r"Connection error: .*refused") as caught,
    ):
        client.admin.api_keys.list()
    assert caught.value.response is None
    assert caught.value.body is None


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


def received(status: int, body: bytes) -> Received:
    operation: Operation[object] = Operation(name="o", method="GET", path="/", authenticated=False)
    prepared = build_request(Request(operation, CallOptions()), Settings(base_url="http://x/"))
    return Received(prepared, httpx.Response(status, content=body), body, 0)


@pytest.mark.parametrize("kind", [None, APIKey | None])
def test_nothing_is_none_where_the_contract_has_it_so(kind: type[object]) -> None:
    assert decode(received(204, b""), kind) is None


def test_nothing_is_a_fault_where_the_contract_wants_something() -> None:
    expected = r"not the JSON it should be \(no content type\): the body is empty"
    with pytest.raises(APIResponseValidationError, match=expected) as caught:
        decode(received(200, b""), APIKey)
    assert caught.value.path == "$"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2016-12-31T23:59:60.5Z", datetime(2016, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)),
        ("2016-12-31T15:59:60-08:00", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_leap_second_is_a_time(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object], sent: str, read: datetime
) -> None:
    keys = [key_answer, {**key_answer, "last_used_at": sent, "name": sent}]
    server.will(http(200, {"data": keys, "first_id": None, "last_id": None, "has_more": False}))
    page = scripted_client.admin.api_keys.list()
    assert [(key.last_used_at, key.name) for key in page.data] == [(None, "x"), (read, sent)]


@pytest.mark.parametrize(
    "difference",
    [{"name": "theirs"}, {"livemode": False}, {"workspace_id": "ws_2"}, {"allowed_ips": ["192.0.2.9"]}],
)
def test_a_key_that_was_not_asked_for_is_an_error_that_holds_it(
    scripted_client: Boltz,
    server: Scripted,
    http: SayHTTP,
    created_answer: dict[str, object],
    key_answer: dict[str, object],
    difference: dict[str, object],
) -> None:
    """As after a response too many on a kept connection."""
    server.will(http(200, {**created_answer, "key_details": {**key_answer, "name": "mine", **difference}}))
    keys = scripted_client.admin.api_keys
    raw = keys.with_raw_response.create(name="mine", workspace_id="ws_1")
    calls: list[Callable[[], object]] = [lambda: keys.create(name="mine", workspace_id="ws_1"), raw.parse]
    for create in calls:
        with pytest.raises(APIResponseValidationError, match="The response is not what was asked for: its") as caught:
            create()
        assert caught.value.outcome_unknown
        assert caught.value.response.json()["key"] == created_answer["key"]
        assert str(created_answer["key"]) not in str(caught.value)


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
