"""What the log and errors show of bodies, headers and texts, by what they are meant to be."""

from __future__ import annotations

import json
import logging
import pickle
import re
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import pytest

from boltz_api import APIError, APIResponse, AsyncBoltz, Boltz, BoltzError, SyncCursorPage
from boltz_api.core.headers import Headers, Unprinted
from boltz_api.core.secrets import MASK, Secret, scrubbed, sounds_secret
from boltz_api.core.wire import Response, SentRequest

if TYPE_CHECKING:
    from tests.client.conftest import Answer, Patience, SayHTTP, Scripted

OWN = "sk_bc_admin_test_obviously_fake_key_of_the_caller"
UNUSUAL = "a key in no known form, obviously fake"

# Forms that no pattern can foresee; the last is the documentation's own example of an answer.
NEW_FORMS = [
    "bz-new-format-obviously-fake-123456",
    "sk_bc_ws_live_fakefake.OBVIOUSLY-FAKE",
    "sk_bc_ws_live_fa/OBVIOUSLY+FAKE==",
    "sk-bc-ws-live-OBVIOUSLY-FAKE",
    "fake",
]


def written(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(record.getMessage() for record in caplog.records if record.name == "boltz_api")


@pytest.mark.parametrize("secret", NEW_FORMS)
@pytest.mark.parametrize("escaped", [False, True])
def test_the_log_masks_what_the_contract_calls_secret(
    scripted_client: Boltz,
    server: Scripted,
    http: SayHTTP,
    caplog: pytest.LogCaptureFixture,
    key_answer: dict[str, object],
    secret: str,
    escaped: bool,
) -> None:
    caplog.set_level(logging.DEBUG, logger="boltz_api")
    spelt = "".join(f"\\u{ord(mark):04x}" for mark in secret) if escaped else secret
    extra = {"spare": secret, "more": {"deep": [secret]}, "count": 1}
    details = json.dumps({**key_answer, "name": f"for {secret}"})
    body = f'{{"key": "{spelt}", "key_details": {details}, {json.dumps(extra)[1:]}'.encode()
    server.will(http(200, body))
    assert scripted_client.admin.api_keys.create(name="x").key == secret
    log = written(caplog)
    assert f'"key":"{MASK}","key_details":{{"id":"key_1"' in log
    assert spelt not in log.replace("for fake", "").replace("obviously_fake", "")
    assert secret not in log.replace("for fake", "").replace("obviously_fake", "")


@pytest.mark.parametrize("secret", NEW_FORMS)
def test_what_cannot_be_decoded_and_may_hold_a_secret_is_not_logged(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, caplog: pytest.LogCaptureFixture, secret: str
) -> None:
    caplog.set_level(logging.DEBUG, logger="boltz_api")
    body = f'{{"key": "{secret}"'.encode()
    server.will(http(200, body))
    with pytest.raises(BoltzError):
        scripted_client.admin.api_keys.create(name="x")
    assert f"({len(body)} bytes, not shown)" in written(caplog)
    assert f'"{secret}' not in written(caplog)


def test_a_page_that_cannot_be_decoded_is_logged_as_it_is(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="boltz_api")
    server.will(http(200, b"<html>\x1b]0;title\x07 in the way"))
    with pytest.raises(BoltzError):
        scripted_client.admin.api_keys.list()
    assert r"<html>\x1b]0;title\x07 in the way" in written(caplog)


def echoing_failures(http: SayHTTP, secret: str) -> Iterator[Answer]:
    """A create that failed on its way back, with the created key in what tells of it."""
    yield http(500, {"code": "x", "message": "not stored", "details": {"key": secret, "id": "key_1"}})
    yield http(500, {"code": "x", "message": f'not stored: {{"key": "{secret}"}}'})
    yield http(502, f'<html>\x1b[2J{{"key": "{secret}"}}\n'.encode())
    yield http(502, f'{{"key": "{secret}", '.encode())
    yield type(http())(f"HTTP/1.1 200 OK\r\nbroken header {secret}\r\n\r\n".encode(), "close")


@pytest.mark.parametrize("secret", NEW_FORMS[:-1])
def test_an_error_of_a_create_shows_no_key_of_any_form(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, caplog: pytest.LogCaptureFixture, secret: str
) -> None:
    caplog.set_level(logging.DEBUG, logger="boltz_api")
    said: list[str] = []
    for answer in (*echoing_failures(http, secret), http(500, {"code": "x", "message": f"made {secret} in vain"})):
        server.will(answer)
        with pytest.raises(APIError) as caught:
            scripted_client.admin.api_keys.create(name="x")
        report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        said += [str(caught.value), repr(caught.value), str(pickle.dumps(caught.value))]
        said += [str(frame.locals) for frame in report.stack if "/tests/" not in frame.filename]
        assert "\x1b" not in str(caught.value)
        assert "\n" not in str(caught.value)
    for text in (*said, written(caplog)):
        assert secret not in text
        assert secret[-12:] not in text


def test_an_error_still_says_what_users_need(scripted_client: Boltz, server: Scripted, http: SayHTTP) -> None:
    told = {
        "code": "invalid",
        "message": "key_01JABCDEFGHJKMNPQRSTVWXYZ0 (sk_bc_ws_liv...) is not of workspace ws_01JABCDEFGHJKMNPQRSTVWXYZ0",
        "details": {"key": "a new one", "key_prefix": "sk_bc_ws_liv", "field": "name"},
    }
    server.will(http(422, told))
    with pytest.raises(APIError) as caught:
        scripted_client.admin.api_keys.create(name="x")
    assert caught.value.body == {**told, "details": {**cast("dict[str, str]", told["details"]), "key": MASK}}
    server.will(http(422, told))
    with pytest.raises(APIError) as caught:
        scripted_client.admin.api_keys.revoke("key_1")
    assert caught.value.body == told


SENT_BY: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"x-api-key": "other-format-obviously-fake-1"}, {}),
    ({}, {"X-API-Key": "other-format-obviously-fake-1"}),
    ({"Authorization": "Bearer other-format-obviously-fake-1"}, {}),
    ({}, {"Proxy-Authorization": "Basic other-format-obviously-fake-1"}),
    ({"Cookie": "a=1; session=other-format-obviously-fake-1"}, {}),
    ({"X-Extra-Token": "Bearer other-format-obviously-fake-1"}, {}),
]


@pytest.mark.parametrize(("default", "extra"), SENT_BY)
def test_credentials_of_every_layer_are_known_secrets(
    scripted_client: Boltz,
    server: Scripted,
    http: SayHTTP,
    caplog: pytest.LogCaptureFixture,
    default: dict[str, str],
    extra: dict[str, str],
) -> None:
    caplog.set_level(logging.DEBUG, logger="")
    secret = "other-format-obviously-fake-1"
    echo = f"your key {secret} is wrong"
    client = scripted_client.with_options(default_headers=default)
    for answer in (http(401, {"message": echo}, {"x-echo": echo}), http(401, echo.encode())):
        server.will(answer)
        with pytest.raises(APIError) as caught:
            client.admin.api_keys.list(extra_headers=extra)
        error = caught.value
        assert f"your key {MASK} is wrong" in str(error)
        for text in (repr(error), str(pickle.dumps(error)), repr(dict(error.request.headers))):
            assert secret not in text
    assert secret not in "\n".join(record.getMessage() for record in caplog.records)


def test_a_tiny_key_does_not_turn_every_letter_into_stars(server: Scripted, http: SayHTTP) -> None:
    server.will(http(401, {"message": "the key is unknown"}))
    with Boltz(api_key="k", base_url=server.url) as client, pytest.raises(APIError, match="the key is unknown"):
        client.admin.api_keys.list()


def test_headers_of_the_callers_own_are_shown_only_where_they_are_known_to_hold_no_secret(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="boltz_api")
    server.will(http(404, {"message": "no"}, {"cf-ray": "abc", "x-request-id": "req_1", "x-region": "eu"}))
    headers = {"X-Shibboleth": "obviously fake words", "X-Request-ID": "req_0"}
    with pytest.raises(APIError) as caught:
        scripted_client.admin.api_keys.list(extra_headers=headers)
    kept = pickle.loads(pickle.dumps(caught.value))
    assert (kept.request.headers["x-shibboleth"], kept.request.headers["x-request-id"]) == (MASK, "req_0")
    assert dict(kept.response.headers).items() >= {"cf-ray": "abc", "x-request-id": "req_1", "x-region": "eu"}.items()
    assert "obviously fake words" not in written(caplog)
    assert f"('X-Shibboleth', '{MASK}')" in written(caplog)


def test_an_undocumented_answer_may_hold_anything(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="boltz_api")
    fake = "obviously fake words"
    server.will(http(200, {"apiKey": fake, "items": [{"client_secret": fake, "key_prefix": "sk_bc_ws_liv"}]}))
    scripted_client.post("/x?token=" + fake.replace(" ", "+"), cast_to=dict, body={"password": fake, "size": 1})
    log = written(caplog)
    assert f'{{"password":"{MASK}","size":1}}' in log
    assert f'{{"apiKey":"{MASK}","items":[{{"client_secret":"{MASK}","key_prefix":"sk_bc_ws_liv"}}]}}' in log
    assert f"/x?token={MASK}" in log
    server.will(http(500, {"apiKey": fake}), http(200, fake.encode()))
    with pytest.raises(APIError) as caught:
        scripted_client.post("/x", cast_to=dict, body={"password": fake})
    assert caught.value.body == {"apiKey": MASK}
    assert json.loads(caught.value.request.content) == {"password": MASK}
    assert scripted_client.get("/x", cast_to=str) == fake
    assert fake not in str(pickle.dumps(caught.value)) + written(caplog)


def test_what_is_half_built_can_be_shown() -> None:
    for kind in (Boltz, AsyncBoltz, APIResponse, SyncCursorPage, Headers, Response, SentRequest, Unprinted):
        assert repr(kind.__new__(kind)) == f"<{kind.__name__}, half-built>"


def test_info_logs_one_line_a_request(
    server: Scripted, http: SayHTTP, caplog: pytest.LogCaptureFixture, patience: Patience
) -> None:
    caplog.set_level(logging.INFO, logger="boltz_api")
    empty: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}
    server.will(http(429), http(200, empty))
    with Boltz(api_key=OWN, base_url=server.url, default_query={"token": UNUSUAL}, _tempo=patience.tempo) as client:
        client.admin.api_keys.list(limit=5)
    url = f"{server.url}/compute/v1/admin/api-keys?token={MASK}&limit=5"
    lines = written(caplog).splitlines()
    assert [re.sub(r"\d\.\d+ seconds", "N seconds", line) for line in lines] == [
        f"GET {url} answered 429 after N seconds",
        f"Retrying GET {url} in N seconds after 429",
        f"GET {url} answered 200 after N seconds",
    ]


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("key", True),
        ("api_key", True),
        ("apiKey", True),
        ("apikey", True),
        ("X-API-Key", True),
        ("client_secret", True),
        ("refreshToken", True),
        ("password", True),
        ("key_prefix", False),
        ("keys", False),
        ("monkey", False),
        ("id", False),
    ],
)
def test_names_that_sound_secret(name: str, secret: bool) -> None:
    assert sounds_secret(name) is secret


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sk_bc_ws_live_fakefake.FAKE~x", f"sk_bc_{MASK}"),
        ("'sk_bc_ws_live_fa/FAKE+x==', id", f"'sk_bc_{MASK}', id"),
        ("?a=sk_bc_ws_live_fa%2FFAKE&b=1", f"?a=sk_bc_{MASK}&b=1"),
        ("sk_bc_x.fakefake ", f"sk_bc_{MASK} "),
        ("sk-bc-ws-live-fake", f"sk-bc-{MASK}"),
        ("sk_bc_ws_liv... and sk_bc_ws_liv…", "sk_bc_ws_liv... and sk_bc_ws_liv…"),
        ("an admin key (sk_bc_admin_...), used", "an admin key (sk_bc_admin_...), used"),
        (f"sk_bc_{MASK}", f"sk_bc_{MASK}"),
    ],
)
def test_a_key_is_masked_to_its_end(text: str, shown: str) -> None:
    assert scrubbed(text) == shown


def test_a_secret_is_found_however_it_is_spelt() -> None:
    secret = 'fake "key"/+\\'
    spellings = (secret, "fake%20%22key%22%2F%2B%5C", json.dumps(secret), repr(secret))
    assert [secret[:4] in scrubbed(f"it is {spelt}", [Secret(secret)]) for spelt in spellings] == [False] * 4
