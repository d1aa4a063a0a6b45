"""Code written for the public client, and the documentation's examples, run as they stand."""

from __future__ import annotations

import importlib
import pickle
import pydoc
import re
import subprocess
import sys
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import httpx
import httpx2
import pytest
from httpx import Response

import boltz_api
from boltz_api import (
    NOT_GIVEN,
    APIConnectionError,
    APIError,
    APIResponse,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncBoltz,
    AsyncClient,
    Boltz,
    BoltzError,
    Client,
    InternalServerError,
    NotGiven,
    Omit,
    RateLimitError,
    not_given,
    omit,
)
from boltz_api.pagination import AsyncCursorPage, SyncCursorPage
from boltz_api.redact import MASK
from boltz_api.resources import admin as resources
from boltz_api.resources.admin.api_keys import APIKeysResource
from boltz_api.sandbox import Sandbox
from boltz_api.types import admin

if TYPE_CHECKING:
    from tests.client.conftest import SayHTTP, Scripted

NO_KEYS: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}

BEGINNING = """
import os
from boltz_api import Boltz

client = Boltz(
    api_key=os.environ.get("BOLTZ_API_KEY"),  # This is the default and can be omitted
)
"""
EXAMPLES = {
    "create": """
api_key = client.admin.api_keys.create(
    name="x",
)
print(api_key.key)
""",
    "list": """
page = client.admin.api_keys.list()
page = page.data[0]
print(page.id)
""",
    "revoke": """
response = client.admin.api_keys.revoke(
    "api_key_id",
)
print(response.id)
""",
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_documentations_examples_run_as_they_stand(sandbox: Sandbox, name: str, tmp_path: Path) -> None:
    made = sandbox.new_key()
    script = tmp_path / "example.py"
    script.write_text(BEGINNING + EXAMPLES[name].replace('"api_key_id"', repr(made.id)), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        env={"BOLTZ_API_KEY": sandbox.admin_key, "BOLTZ_BASE_URL": sandbox.url, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.stderr == ""
    assert re.fullmatch(r"sk_bc_ws_live_\w+\n" if name == "create" else r"\S+\n", run.stdout)


def test_the_names_that_users_know_are_there() -> None:
    assert (Client, AsyncClient) == (Boltz, AsyncBoltz)
    assert boltz_api.types.admin.APIKeyCreateResponse is admin.APIKeyCreateResponse
    assert admin.APIKeyListResponse is admin.APIKeyRevokeResponse is admin.APIKey
    assert {"name", "allowed_ips", "expires_in_days", "mode", "workspace_id"} == set(
        admin.APIKeyCreateParams.__annotations__
    )
    assert {"after_id", "before_id", "limit", "workspace_id"} == set(admin.APIKeyListParams.__annotations__)
    assert boltz_api.Timeout is httpx.Timeout
    assert boltz_api.DEFAULT_TIMEOUT == httpx.Timeout(60, connect=5)
    assert boltz_api.DEFAULT_MAX_RETRIES == 2
    assert boltz_api.__title__ == "boltz_api"
    assert boltz_api.__version__ == version("boltz-api-keys")
    assert SyncCursorPage is boltz_api.SyncCursorPage
    assert AsyncCursorPage is boltz_api.AsyncCursorPage


# Of the public client 0.50.0, what code that uses these endpoints can import; docs/comparison.md says what is left out.
PUBLIC_NAMES = """
    APIConnectionError APIError APIResponse APIResponseValidationError APIStatusError APITimeoutError AsyncAPIResponse
    AsyncBoltz AsyncClient AuthenticationError BadRequestError BaseModel Boltz BoltzError Client ConflictError
    DEFAULT_CONNECTION_LIMITS DEFAULT_MAX_RETRIES DEFAULT_TIMEOUT DefaultAioHttpClient DefaultAsyncHttpxClient
    DefaultHttpxClient InternalServerError NOT_GIVEN NoneType NotFoundError NotGiven Omit PermissionDeniedError
    ProxiesTypes RateLimitError RequestOptions Timeout Transport UnprocessableEntityError __title__ __version__
    not_given omit pagination resources types
    types.admin.APIKeyCreateParams types.admin.api_key_create_params.APIKeyCreateParams
    types.admin.APIKeyCreateResponse types.admin.api_key_create_response.APIKeyCreateResponse
    types.admin.api_key_create_response.KeyDetails
    types.admin.APIKeyListParams types.admin.api_key_list_params.APIKeyListParams
    types.admin.APIKeyListResponse types.admin.api_key_list_response.APIKeyListResponse
    types.admin.APIKeyRevokeResponse types.admin.api_key_revoke_response.APIKeyRevokeResponse
    pagination.SyncCursorPage pagination.AsyncCursorPage pagination.PageInfo
    resources.AdminResource resources.admin.APIKeysResource resources.admin.api_keys.APIKeysResource
    resources.AsyncAdminResource resources.admin.AsyncAPIKeysResource resources.admin.api_keys.AsyncAPIKeysResource
"""


@pytest.mark.parametrize("name", PUBLIC_NAMES.split())
def test_a_name_of_the_public_client_can_be_imported(name: str) -> None:
    module, _, attribute = f"boltz_api.{name}".rpartition(".")
    assert getattr(importlib.import_module(module), attribute) is not None


def test_resources_are_instances_of_what_annotations_call_them(
    scripted_client: Boltz, scripted_async_client: AsyncBoltz
) -> None:
    for client, group, keys in (
        (scripted_client, resources.AdminResource, resources.APIKeysResource),
        (scripted_async_client, resources.AsyncAdminResource, resources.AsyncAPIKeysResource),
    ):
        assert (type(client.admin), type(client.admin.api_keys)) == (group, keys)
        assert not isinstance(client.admin.api_keys.with_raw_response, keys)


def test_calls_can_be_mocked_in_their_class_and_in_an_instance(
    scripted_client: Boltz, server: Scripted, http: SayHTTP
) -> None:
    server.will(http(200, NO_KEYS))
    keys: Any = scripted_client.admin.api_keys
    with mock.patch("boltz_api.resources.admin.api_keys.APIKeysResource.list", return_value="mocked"):
        assert keys.list() == "mocked"
    with mock.patch.object(keys, "list", return_value="mocked"):
        assert keys.list() == "mocked"
    with mock.patch.object(type(keys), "revoke", return_value="mocked"):
        assert keys.revoke("id") == "mocked"
    assert keys.list().data == []
    spec = mock.Mock(spec=APIKeysResource)
    spec.create.return_value = "mocked"
    assert spec.create(name="x") == "mocked"


def test_submodules_are_there_without_being_imported() -> None:
    code = "import boltz_api; print(boltz_api.pagination.PageInfo.__name__, boltz_api.types.admin.KeyDetails.__name__)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "PageInfo KeyDetails\n"


PACKAGE = "import boltz_api"
CLIENT = "from boltz_api import Boltz; Boltz(api_key='sk_bc_admin_test_fake')"
AT_FIRST_CALL = {"httpx", "httpx2", "httpcore", "asyncio", "attr", "importlib.metadata"}
WITH_A_CLIENT = {"msgspec", "anyio", "attrs", "boltz_api_generated"}


@pytest.mark.parametrize(("program", "slow"), [(PACKAGE, AT_FIRST_CALL | WITH_A_CLIENT), (CLIENT, AT_FIRST_CALL)])
def test_nothing_is_imported_that_takes_long(program: str, slow: set[str]) -> None:
    """httpx waits for the first call. The others would add a tenth each to the time to the first answer."""
    code = f"{program}; import sys; print(sorted({slow} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


def test_what_a_page_info_can_hold() -> None:
    info = boltz_api.pagination.PageInfo(url=httpx.URL("https://x.example/?page=2"))
    assert (info.url, info.params, info.json) == (httpx.URL("https://x.example/?page=2"), NOT_GIVEN, NOT_GIVEN)
    assert repr(boltz_api.pagination.PageInfo(json={"page": 2})) == "PageInfo(json={'page': 2})"


def test_every_name_in_all_can_be_imported_and_nothing_else() -> None:
    for name in boltz_api.__all__:
        assert getattr(boltz_api, name) is not None
        assert name in dir(boltz_api)
    with pytest.raises(AttributeError, match="has no attribute 'Bolts'"):
        boltz_api.Bolts  # type: ignore[attr-defined]  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # that is the test


def test_what_type_checkers_see_is_what_there_is() -> None:
    source = Path(boltz_api.__file__).read_text(encoding="utf-8")
    imports = source.partition("\n# The module that")[0]
    seen: list[str] = re.findall(r"^    from \S+ import \w+ as (\w+)$", imports, re.MULTILINE)
    assert {*seen, "__title__", "__version__"} == set(boltz_api.__all__)


def test_how_errors_are_related() -> None:
    assert issubclass(APITimeoutError, APIConnectionError)
    for kind in (APIStatusError, APIConnectionError, APIResponseValidationError):
        assert issubclass(kind, APIError)
    assert issubclass(APIError, BoltzError)


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_errors_are_made_from_an_http_librarys_objects(library: str) -> None:
    """As tests of code that uses a client do."""
    secret = {"x-api-key": "sk_bc_admin_test_obviously_fake"}
    slow = {"code": "slow"}
    response: httpx.Response | httpx2.Response
    if library == "httpx":
        asked = httpx.Request("GET", "https://x.example/y", headers=secret)
        response = httpx.Response(429, json=slow, headers={"retry-after": "3"}, request=asked)
    else:
        asked2 = httpx2.Request("GET", "https://x.example/y", headers=secret)
        response = httpx2.Response(429, json=slow, headers={"retry-after": "3"}, request=asked2)
    request = response.request
    error = RateLimitError("slow down", response=response, body={"code": "slow"})
    assert (str(error), error.message, error.status_code, error.code) == ("slow down", "slow down", 429, "slow")
    assert (error.response.json(), error.retry_after, str(error.request.url)) == (slow, 3, "https://x.example/y")
    assert (error.response, error.request) == (response, request)
    again = pickle.loads(pickle.dumps(error))
    assert (again.request.headers["X-API-Key"], again.response.headers["retry-after"]) == (MASK, "3")
    assert APITimeoutError(request).request.method == "GET"
    assert str(APITimeoutError(request=request)) == "Request timed out."
    assert str(APIConnectionError(request=request)) == "Connection error."
    invalid = APIResponseValidationError(response, body="x")
    assert (invalid.status_code, invalid.body) == (429, "x")
    assert APIStatusError("x", response=httpx.Response(400), body=None).body is None
    with pytest.raises(TypeError, match="expected a response"):
        RateLimitError("x", response=object(), body=None)


def test_the_words_for_what_is_not_given() -> None:
    assert (bool(NOT_GIVEN), bool(omit), not_given is NOT_GIVEN) == (False, False, True)
    assert (repr(NOT_GIVEN), repr(omit)) == ("NOT_GIVEN", "omit")
    assert isinstance(omit, Omit)
    assert isinstance(NOT_GIVEN, NotGiven)


def test_raw_answers(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, created_answer: dict[str, object]
) -> None:
    server.will(http(500), http(200, created_answer, {"X-Request-Id": "req_1"}))
    keys = scripted_client.admin.api_keys
    with pytest.raises(InternalServerError):
        keys.with_raw_response.create(name="x")
    answer = keys.with_raw_response.create(name="x")
    assert isinstance(answer, APIResponse)
    assert (answer.status_code, answer.headers["x-request-id"], answer.request_id) == (200, "req_1", "req_1")
    assert (answer.method, str(answer.url)) == ("POST", f"{server.url}/compute/v1/admin/api-keys")
    assert (answer.http_version, answer.retries_taken, answer.elapsed.total_seconds()) == ("HTTP/1.1", 0, 0)
    assert answer.json() == created_answer
    assert answer.read() == answer.content == answer.text().encode() == b"".join(answer.iter_bytes())
    assert [*map(len, answer.iter_bytes(100))][:-1] == [100] * (len(answer.content) // 100)
    assert (b"".join(answer.iter_bytes(7)), "".join(answer.iter_text(7))) == (answer.content, answer.text())
    assert list(answer.iter_lines()) == [answer.text()]
    assert answer.parse().key == created_answer["key"]
    assert answer.parse() is answer.parse()
    assert answer.parse(to=dict) == created_answer
    assert answer.parse(to=str) == answer.text()
    assert answer.parse(to=admin.APIKeyCreateResponse) == answer.parse()
    assert answer.parse(to=httpx.Response).json() == created_answer
    with pytest.raises(APIResponseValidationError):
        answer.parse(to=admin.APIKey)
    with pytest.raises(boltz_api.ArgumentTypeError, match=r"^to: .* cannot be made of a response"):
        answer.parse(to=dict[object, dict[object, object] | list[object] | tuple[object]])
    assert (repr(answer), answer.is_closed) == ("<APIResponse [200 X]>", True)
    answer.close()


def test_raw_answers_of_listings_and_of_the_whole_client(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(http(500), http(200, {**NO_KEYS, "data": [key_answer]}))
    answer = scripted_client.with_raw_response.admin.api_keys.list(limit=3)
    assert answer.retries_taken == 1
    page = answer.parse()
    assert isinstance(page, SyncCursorPage)
    assert [key.id for key in page] == ["key_1"]
    with scripted_client.admin.with_streaming_response.api_keys.list() as streamed:
        assert streamed.parse().data == page.data
    server.will(http(200, b"<html>"))
    answer = scripted_client.admin.api_keys.with_raw_response.list()
    assert answer.text() == "<html>"
    with pytest.raises(APIResponseValidationError):
        answer.parse()


@pytest.mark.anyio
async def test_raw_answers_for_tasks(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP, created_answer: dict[str, object]
) -> None:
    server.will(http(200, created_answer))
    answer = await scripted_async_client.admin.api_keys.with_raw_response.create(name="x")
    assert (await answer.parse()).key == created_answer["key"]
    assert await answer.json() == created_answer
    assert await answer.read() == (await answer.text()).encode()
    assert await answer.parse(to=dict) == created_answer
    assert b"".join([piece async for piece in answer.iter_bytes(7)]) == await answer.read()
    assert "".join([piece async for piece in answer.iter_text()]) == await answer.text()
    assert [line async for line in answer.iter_lines()] == [await answer.text()]
    await answer.close()
    async with scripted_async_client.with_streaming_response.admin.api_keys.create(name="x") as streamed:
        assert (await streamed.parse()).key == created_answer["key"]
    server.will(http(200, NO_KEYS))
    page = await (await scripted_async_client.admin.api_keys.with_raw_response.list()).parse()
    assert isinstance(page, AsyncCursorPage)
    assert page.data == []


def test_endpoints_that_are_not_in_the_contract(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(http(200, key_answer, {"x-foo": "bar"}))
    client = scripted_client
    assert client.get("/foo", cast_to=dict, options={"params": {"a": [1, 2]}})["id"] == "key_1"
    assert client.post("foo", cast_to=admin.APIKey, body={"b": 1}).id == "key_1"
    assert client.put("/foo", cast_to=object, body={"b": 1}, options={"extra_json": {"c": 2}}) == key_answer
    assert client.patch("/foo", cast_to=bytes, content=b"raw", options={"headers": {"content-type": "x/y"}})
    assert client.delete("/foo", cast_to=str, options={"timeout": 3, "max_retries": 0}).startswith("{")
    assert client.post("/foo", cast_to=type(None)) is None
    assert client.get(f"{server.url}/foo", cast_to=Response).headers["X-Foo"] == "bar"
    theirs = client.get("/foo", cast_to=httpx.Response)
    assert (theirs.headers["x-foo"], theirs.json()) == ("bar", key_answer)
    assert client.get("/foo", cast_to=httpx2.Response).status_code == 200
    assert [(asked.method, asked.path, asked.body) for asked in server.asked[:6]] == [
        ("GET", "/foo?a=1&a=2", b""),
        ("POST", "/foo", b'{"b":1}'),
        ("PUT", "/foo", b'{"b":1,"c":2}'),
        ("PATCH", "/foo", b"raw"),
        ("DELETE", "/foo", b""),
        ("POST", "/foo", b""),
    ]
    assert server.asked[1].headers["content-type"] == "application/json"
    assert server.asked[3].headers["content-type"] == "x/y"


@pytest.mark.anyio
async def test_endpoints_that_are_not_in_the_contract_for_tasks(
    scripted_async_client: AsyncBoltz, server: Scripted, http: SayHTTP
) -> None:
    server.will(http(200, {"a": 1}))
    assert await scripted_async_client.get("/foo", cast_to=dict) == {"a": 1}
    assert await scripted_async_client.post("/foo", cast_to=object, body=[1]) == {"a": 1}


def test_a_post_that_is_not_in_the_contract_is_not_repeated_either(
    scripted_client: Boltz, server: Scripted, http: SayHTTP
) -> None:
    server.will(http(500))
    for call, tries in ((scripted_client.post, 1), (scripted_client.patch, 1), (scripted_client.put, 3)):
        server.asked.clear()
        with pytest.raises(InternalServerError) as caught:
            call("/foo", cast_to=object)
        assert (len(server.asked), caught.value.outcome_unknown) == (tries, tries == 1)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("https://elsewhere.example/x", "the API key goes to"),
        ("//elsewhere.example/x", "the API key goes to"),
        ("/x\r\ny", "spaces or line breaks"),
        ("http://[x", "not a URL"),
    ],
)
def test_the_key_goes_to_no_other_url(scripted_client: Boltz, server: Scripted, path: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        scripted_client.get(path, cast_to=object)
    assert server.opened == 0


def test_options_of_endpoints_that_are_not_in_the_contract_are_checked(scripted_client: Boltz) -> None:
    with pytest.raises(TypeError, match="did you mean 'headers'"):
        scripted_client.get("/x", cast_to=object, options={"header": {}})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # that is the test
    with pytest.raises(TypeError, match="expected one of them, got both"):
        scripted_client.post("/x", cast_to=object, body={}, content=b"")


MISTAKES: list[tuple[str, tuple[object, ...], dict[str, object], str]] = [
    ("get", (None,), {"cast_to": object}, "path: expected a string, got None"),
    ("get", ("/x",), {"cast_to": 5}, "cast_to: 5 cannot be made of a response"),
    ("get", ("/x",), {"cast_to": None}, "cast_to: None cannot be made of a response"),
    ("admin.api_keys.create", (), {"name": "x", "files": []}, "files: create has no such argument"),
    ("admin.api_keys.list", (), {"stream": True}, "stream: list has no such argument"),
]


@pytest.mark.parametrize(("call", "args", "kwargs", "message"), MISTAKES)
def test_a_mistake_in_a_call_is_told_in_the_words_of_the_caller(
    scripted_client: Boltz,
    server: Scripted,
    call: str,
    args: tuple[object, ...],
    kwargs: dict[str, object],
    message: str,
) -> None:
    with pytest.raises(boltz_api.ArgumentTypeError) as caught:
        attrgetter(call)(scripted_client)(*args, **kwargs)
    assert str(caught.value).partition("; did you mean")[0] == message
    assert server.opened == 0


def test_what_a_model_has_of_pydantics(
    scripted_client: Boltz, server: Scripted, http: SayHTTP, key_answer: dict[str, object]
) -> None:
    server.will(http(200, {**key_answer, "brandNew": 1}))
    key: Any = scripted_client.admin.api_keys.revoke("key_1")
    assert key.model_fields_set == {*key_answer, "brandNew"}
    instead_of = {"model_dump": "to_dict()", "json": "to_json()", "model_copy": "msgspec.structs.replace()"}
    for name, instead in instead_of.items():
        with pytest.raises(AttributeError, match=f"'{name}'; it is no pydantic model: use {re.escape(instead)}"):
            getattr(key, name)
        assert not hasattr(key, name)


def test_what_tells_the_service_who_is_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOLTZ_API_KEY", raising=False)
    assert (Boltz(api_key="k").auth_headers, Boltz().auth_headers) == ({"x-api-key": "k"}, {})


def described(call: object) -> str:
    """What ``help`` shows on one line, without the overstriking that makes it bold."""
    return " ".join(re.sub(".\b", "", pydoc.render_doc(call)).split())


def test_help_shows_each_call_as_it_is_made(scripted_client: Boltz) -> None:
    text = described(scripted_client.admin.api_keys.create)
    assert re.search(r"create\( ?\*, name: 'str',", text)
    assert "-> 'models.APIKeyCreateResponse'" in text
    assert "API key name. 1 to 255 characters." in text
    text = described(scripted_client.admin.api_keys.rotate)
    assert re.search(r"rotate\( ?api_key_id: 'str \| APIKey',", text)
    assert "-> 'Rotation'" in text
