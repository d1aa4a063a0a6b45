"""Answers: what fits, what is new, and what is wrong."""

from __future__ import annotations

import copy
import gzip
import json
import pickle
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

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
from boltz_api.core.bodies import Receiving
from boltz_api.core.decoding import decoded
from boltz_api.core.failures import DeadlineError, ResponseTooLargeError, UnreadableEncodingError
from boltz_api.core.headers import Headers
from boltz_api.core.secrets import MASK
from boltz_api.core.steps import Send
from boltz_api.core.wire import Response, WireRequest
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


BROKEN = [
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


def receiving(limit: int, encoding: str) -> Receiving:
    step = Send(WireRequest("GET", "http://x/", ()), (1, 1, 1, 1), limit, 0.0, None, object)
    return Receiving(step, 200, [("content-encoding", encoding)], "HTTP/1.1", clock=lambda: 0.0)


@given(st.binary(max_size=5000), st.lists(st.integers(min_value=1, max_value=400), min_size=1), st.booleans())
def test_a_body_is_the_same_however_it_arrives(body: bytes, sizes: list[int], zipped: bool) -> None:
    wire = gzip.compress(body) if zipped else body
    incoming = receiving(len(body) + 1, "gzip" if zipped else "identity")
    position = turn = 0
    while position < len(wire):
        size = sizes[turn % len(sizes)]
        incoming.feed(wire[position : position + size])
        position, turn = position + size, turn + 1
    assert incoming.finished().content == body


@pytest.mark.parametrize("encoding", ["identity", "gzip", "x-gzip", " GZIP "])
def test_a_body_may_be_as_large_as_the_limit_and_no_larger(encoding: str) -> None:
    zipped = "gzip" in encoding.lower()
    for size, fits in ((1000, True), (1001, False)):
        incoming = receiving(1000, encoding)
        body = gzip.compress(b"x" * size) if zipped else b"x" * size
        if fits:
            incoming.feed(body)
            answer = incoming.finished()
            assert (answer.content, answer.complete) == (b"x" * size, True)
        else:
            with pytest.raises(ResponseTooLargeError, match="larger than 1000 bytes"):
                incoming.feed(body)


def test_one_gzip_stream_may_follow_another() -> None:
    incoming = receiving(1000, "gzip")
    incoming.feed(gzip.compress(b"one, ") + gzip.compress(b"two"))
    assert incoming.finished().content == b"one, two"


def test_an_answer_that_breaks_off_is_marked_as_such() -> None:
    incoming = receiving(1000, "identity")
    incoming.feed(b"half of ")
    assert (incoming.broken_off().content, incoming.broken_off().complete) == (b"half of ", False)


def test_a_piece_that_comes_after_the_deadline_is_too_late() -> None:
    times = iter([9.0, 10.0, 10.1])
    step = Send(WireRequest("GET", "http://x/", ()), (1, 1, 1, 1), 1000, 0.0, 10.0, object)
    incoming = Receiving(step, 200, [], "HTTP/1.1", clock=lambda: next(times))
    incoming.feed(b"in time")
    incoming.feed(b"just so")
    with pytest.raises(DeadlineError, match="The time for the whole call is over"):
        incoming.feed(b"too late")


BOMB = gzip.compress(b"\0" * 10_000_000)


@given(st.integers(min_value=0, max_value=100_000))
def test_decompression_stops_at_the_limit(limit: int) -> None:
    incoming = receiving(limit, "gzip")
    with pytest.raises(ResponseTooLargeError):
        incoming.feed(BOMB)
    assert len(incoming.broken_off().content) <= limit


@given(st.binary(min_size=1))
def test_whatever_claims_to_be_gzip_is_read_or_refused(data: bytes) -> None:
    incoming = receiving(1000, "gzip")
    try:
        incoming.feed(data)
        incoming.finished()
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


KINDS: list[tuple[int, str | None, str]] = [
    (199, None, ""),
    (200, None, "success"),
    (299, None, "success"),
    (299, "/x", "success"),
    (300, "/x", "redirect"),
    (300, None, ""),
    (399, "/x", "redirect"),
    (400, "/x", "error"),
    (520, None, "error"),
]


@pytest.mark.parametrize(("status", "location", "kind"), KINDS)
def test_which_kind_of_answer_a_status_makes(status: int, location: str | None, kind: str) -> None:
    headers = Headers([] if location is None else [("Location", location)])
    answer = Response(status, headers, b"", WireRequest("GET", "http://x/", ()))
    is_kind = {"success": answer.is_success, "redirect": answer.is_redirect, "error": answer.is_error}
    assert [name for name, holds in is_kind.items() if holds] == ([kind] if kind else [])


def test_a_status_without_a_name_has_no_phrase() -> None:
    asked = WireRequest("GET", "http://x/", ())
    assert [Response(status, Headers(), b"", asked).reason_phrase for status in (404, 520)] == ["Not Found", ""]


@pytest.mark.parametrize(
    ("holds", "secret"),
    [(object, True), (APIKeyCreateResponse, True), (list[APIKeyCreateResponse], True), (APIKey, False), (None, False)],
)
def test_a_pickled_answer_leaves_out_what_may_be_a_secret(holds: object, secret: bool) -> None:
    asked = WireRequest("GET", "http://x/", (), content=b"sent")
    answer = Response(200, Headers([("a", "b")]), b"\xffbody", asked, elapsed=timedelta(seconds=2), holds=holds)
    kept = pickle.loads(pickle.dumps(answer))
    assert (kept.content, kept.complete) == ((b"", False) if secret else (b"\xffbody", True))
    headers = {"a": MASK if secret else "b"}
    assert (kept.status_code, kept.elapsed, dict(kept.headers)) == (200, timedelta(seconds=2), headers)
    # What an upload of its own holds, nobody knows.
    assert (kept.method, kept.url, kept.request.content) == ("GET", "http://x/", b"")
    assert pickle.loads(pickle.dumps(kept)).complete == kept.complete


@pytest.mark.parametrize("kind", [None, APIKey | None])
def test_nothing_is_none_where_the_contract_has_it_so(kind: type[object]) -> None:
    answer = Response(204, Headers(), b"", WireRequest("GET", "http://x/", ()))
    assert decoded(answer, kind) is None


def test_nothing_is_a_fault_where_the_contract_wants_something() -> None:
    answer = Response(200, Headers(), b"", WireRequest("GET", "http://x/", ()))
    expected = r"not the JSON it should be \(no content type\): the body is empty"
    with pytest.raises(APIResponseValidationError, match=expected) as caught:
        decoded(answer, APIKey)
    assert caught.value.path == "$"
