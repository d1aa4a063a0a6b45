"""HTTP clients of one's own: of httpx, of httpx2, and how the environment's proxies and certificates reach them."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import httpcore
import httpcore2
import httpx
import httpx2
import pytest

import boltz_api
from boltz_api import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    ArgumentTypeError,
    AsyncBoltz,
    Boltz,
    ClientClosedError,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
)
from boltz_api.delays import Timing as Tempo
from boltz_api.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.client.conftest import SayHTTP, Scripted

NO_KEYS: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}
HURRIED = Tempo(sleep=lambda seconds: None)


@pytest.mark.parametrize("make", [httpx.Client, httpx2.Client, DefaultHttpxClient], ids=["httpx", "httpx2", "default"])
def test_either_library_does(sandbox: Sandbox, make: type[httpx.Client | httpx2.Client]) -> None:
    with make(headers={"x-mine": "1"}) as http_client:
        client = Boltz(api_key=sandbox.admin_key, base_url=sandbox.url, http_client=http_client, _timing=HURRIED)
        created = client.admin.api_keys.create(name="x")
        assert [key.id for key in client.admin.api_keys.list(limit=1)][-1] is not None
        assert not client.admin.api_keys.revoke(created.key_details.id).is_active
        sandbox.fail("list_api_keys", drop=True)
        assert client.admin.api_keys.list().data
        sandbox.fail("create_api_key", drop=True, after_commit=True)
        with pytest.raises(APIConnectionError) as caught:
            client.admin.api_keys.create(name="lost")
        assert caught.value.outcome_unknown
        assert [key.name for key in client.admin.api_keys.candidates(caught.value)] == ["lost"]
        sandbox.fail("list_api_keys", delay=0.5, times=None)
        with pytest.raises(APITimeoutError):
            client.admin.api_keys.list(timeout=0.05, max_retries=0)
    assert sandbox.received


@pytest.mark.anyio
@pytest.mark.parametrize(
    "make", [httpx.AsyncClient, httpx2.AsyncClient, DefaultAsyncHttpxClient], ids=["httpx", "httpx2", "default"]
)
async def test_either_library_does_for_tasks(
    sandbox: Sandbox, make: type[httpx.AsyncClient | httpx2.AsyncClient]
) -> None:
    async with make() as http_client:
        client = AsyncBoltz(api_key=sandbox.admin_key, base_url=sandbox.url, http_client=http_client)
        created = await client.admin.api_keys.create(name="x")
        assert created.key_details.id in [key.id async for key in client.admin.api_keys.list(limit=1)]
        sandbox.fail("create_api_key", drop=True, after_commit=True)
        with pytest.raises(APIConnectionError) as caught:
            await client.admin.api_keys.create(name="lost")
        assert caught.value.outcome_unknown
        assert [key.name for key in await client.admin.api_keys.candidates(caught.value)] == ["lost"]


def aio_http_client() -> httpx.AsyncClient:
    return boltz_api.DefaultAioHttpClient()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_aiohttp_does_as_well_and_repeats_no_create(
    sandbox: Sandbox, server: Scripted, http: SayHTTP, created_answer: object, anyio_backend: str
) -> None:
    """Its transport for httpx says of a lost answer that no connection was made."""
    async with AsyncBoltz(api_key=sandbox.admin_key, base_url=sandbox.url, http_client=aio_http_client()) as client:
        created = await client.admin.api_keys.create(name="x")
        assert created.key_details.id in [key.id async for key in client.admin.api_keys.list(limit=1)]
        sandbox.fail("create_api_key", drop=True, after_commit=True)
        with pytest.raises(APIConnectionError) as caught:
            await client.admin.api_keys.create(name="lost")
        assert caught.value.outcome_unknown
        assert [key.name for key in await client.admin.api_keys.candidates(caught.value)] == ["lost"]
        sandbox.fail("list_api_keys", drop=True)
        assert len((await client.admin.api_keys.list()).data) == 4
    whole = http(200, created_answer).raw
    for raw, then in ((b"", "close"), (b"", "reset"), (whole[:40], "reset"), (whole[:-20], "close"), (b"", "hang")):
        async with AsyncBoltz(api_key="k", base_url=server.url, http_client=aio_http_client(), timeout=0.5) as client:
            server.asked.clear()
            server.will(type(http())(raw, then))  # type: ignore[arg-type]  # from the list above
            with pytest.raises(APIError) as lost:
                await client.admin.api_keys.create(name="x")
            assert (len(server.asked), lost.value.outcome_unknown) == (1, True)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_aiohttp_may_be_told_that_no_connection_was_made(nowhere: str, anyio_backend: str) -> None:
    client = AsyncBoltz(api_key="k", base_url=nowhere, http_client=aio_http_client(), max_retries=0)
    async with client:
        with pytest.raises(APIConnectionError, match="Cannot connect") as caught:
            await client.admin.api_keys.create(name="x")
    assert not caught.value.outcome_unknown
    assert not isinstance(caught.value, APITimeoutError)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_aiohttp_trusts_whom_the_environment_names(
    tls_server: tuple[Scripted, str], monkeypatch: pytest.MonkeyPatch, anyio_backend: str
) -> None:
    server, certificate = tls_server
    for trusted in (False, True):
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", certificate)
        client = AsyncBoltz(api_key="k", base_url=server.url, http_client=aio_http_client(), max_retries=0)
        async with client:
            if trusted:
                assert (await client.admin.api_keys.list()).data == []
            else:
                with pytest.raises(APIConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
                    await client.admin.api_keys.list()


def test_without_aiohttps_transport_it_is_said_what_to_install() -> None:
    code = (
        "import sys; sys.modules['httpx_aiohttp'] = None\n"
        "from boltz_api import AsyncBoltz, DefaultAioHttpClient\n"
        "try: AsyncBoltz(api_key='k', http_client=DefaultAioHttpClient())\n"
        "except RuntimeError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout == "DefaultAioHttpClient needs httpx-aiohttp: pip install 'boltz-api-keys[aiohttp]'\n"


class ImpreciseTransport(httpx.BaseTransport):
    """One that says of everything that no connection was made, and of why it thinks so what it is told to."""

    def __init__(self, cause: Exception | None) -> None:
        self.cause = cause

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("it did not work") from self.cause


@pytest.mark.parametrize(
    ("cause", "unknown"),
    [
        (None, False),
        (httpcore.ConnectError(), False),
        (httpcore2.ConnectError(), False),
        (ConnectionRefusedError(), False),
        (socket.gaierror(), False),
        (ConnectionResetError(), True),
        (RuntimeError(), True),
    ],
)
def test_a_transport_is_believed_as_far_as_what_it_goes_by(cause: Exception | None, unknown: bool) -> None:
    http_client = httpx.Client(transport=ImpreciseTransport(cause))
    client = Boltz(api_key="k", http_client=http_client, max_retries=0)
    with client, pytest.raises(APIConnectionError) as caught:
        client.admin.api_keys.create(name="x")
    assert caught.value.outcome_unknown is unknown


def test_a_transport_that_only_pretends_will_do() -> None:
    content = gzip.compress(json.dumps(NO_KEYS).encode())
    answers: list[httpx.Client | httpx2.Client] = [
        httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=NO_KEYS))),
        httpx2.Client(transport=httpx2.MockTransport(lambda _: httpx2.Response(200, json=NO_KEYS))),
        httpx.Client(
            transport=httpx.MockTransport(
                lambda _: httpx.Response(200, headers={"content-encoding": "gzip"}, content=content)
            )
        ),
    ]
    for http_client in answers:
        with Boltz(api_key="k", http_client=http_client) as client:
            assert client.admin.api_keys.list().data == []
        assert http_client.is_closed


def test_a_hook_that_reads_the_answer_does_no_harm(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS))
    seen: list[bytes] = []

    def read(response: httpx.Response) -> None:
        seen.append(response.read())

    http_client = httpx.Client(event_hooks={"response": [read]})
    with Boltz(api_key="k", base_url=server.url, http_client=http_client) as client:
        assert client.admin.api_keys.list().data == []
    assert json.loads(seen[0]) == NO_KEYS


def test_a_hook_that_fails_is_named_and_leaves_a_create_in_doubt(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS))

    def fail(response: httpx.Response) -> None:
        raise ZeroDivisionError("the hook's own fault")

    http_client = httpx.Client(event_hooks={"response": [fail]})
    client = Boltz(api_key="k", base_url=server.url, http_client=http_client)
    with client, pytest.raises(APIConnectionError, match="the hook's own fault") as caught:
        client.admin.api_keys.create(name="x")
    assert caught.value.outcome_unknown
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert caught.value.__cause__.__traceback__ is not None
    assert len(server.asked) == 1


def test_following_redirects_is_not_left_to_the_http_client(server: Scripted, http: SayHTTP) -> None:
    server.will(http(302, b"", {"location": server.url.replace("127.0.0.1", "localhost")}))
    http_client = httpx.Client(follow_redirects=True)
    with (
        Boltz(api_key="k", base_url=server.url, http_client=http_client) as client,
        pytest.raises(Exception, match="not"),
    ):
        client.admin.api_keys.list()
    assert len(server.asked) == 1


def test_an_http_client_of_the_wrong_kind_is_refused_at_once() -> None:
    for given in (httpx.AsyncClient(), object()):
        with pytest.raises(ArgumentTypeError, match=r"http_client: expected an httpx\.Client, got"):
            Boltz(api_key="k", http_client=given)  # type: ignore[arg-type]  # that is the test
    with pytest.raises(ArgumentTypeError, match=r"http_client: expected an httpx.AsyncClient, got httpx\.Client"):
        AsyncBoltz(api_key="k", http_client=httpx.Client())  # type: ignore[arg-type]  # that is the test


@pytest.mark.anyio
async def test_closing_gives_up_the_connections_at_once(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS))
    client = AsyncBoltz(api_key="k", base_url=server.url)
    await client.admin.api_keys.list()
    assert (server.open_now(), client.is_closed()) == (1, False)
    await client.close()
    for _ in range(100):
        if server.open_now() == 0:
            break
        server.wait(0.01)
    assert (server.open_now(), client.is_closed()) == (0, True)


@pytest.mark.anyio
async def test_a_tasks_http_client_that_was_closed_is_told_from_a_lost_connection(server: Scripted) -> None:
    http_client = httpx.AsyncClient()
    client = AsyncBoltz(api_key="k", base_url=server.url, http_client=http_client)
    assert not client.is_closed()
    await http_client.aclose()
    assert client.is_closed()
    with pytest.raises(ClientClosedError):
        await client.admin.api_keys.create(name="x")


def test_an_http_client_that_was_closed_is_told_from_a_lost_connection(server: Scripted) -> None:
    http_client = httpx.Client()
    http_client.close()
    client = Boltz(api_key="k", base_url=server.url, http_client=http_client)
    assert client.is_closed()
    with pytest.raises(ClientClosedError):
        client.admin.api_keys.create(name="x")


def ask_proxy(environment: pytest.MonkeyPatch, variable: str, url: str) -> None:
    """Let the environment name a proxy, and nothing else decide about proxies."""
    environment.setenv(variable, url)
    for name in (variable.lower(), "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        environment.delenv(name, raising=False)


def test_the_environments_proxy_is_used(server: Scripted, http: SayHTTP, monkeypatch: pytest.MonkeyPatch) -> None:
    server.will(http(200, NO_KEYS))
    ask_proxy(monkeypatch, "HTTP_PROXY", server.url)
    with Boltz(api_key="k", base_url="http://inside.example", allow_insecure_http=True) as client:
        assert client.admin.api_keys.list().data == []
    assert server.asked[0].path == "http://inside.example/compute/v1/admin/api-keys"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_environments_proxy_does_not_get_what_stays_on_this_machine(
    sandbox: Sandbox, server: Scripted, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    ask_proxy(monkeypatch, "HTTP_PROXY", server.url)
    with Boltz(api_key=sandbox.admin_key, base_url=sandbox.url.replace("127.0.0.1", host)) as client:
        assert client.admin.api_keys.list(limit=1).data
    assert server.opened == 0


def test_a_proxy_that_somebody_chose_gets_everything(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS))
    http_client = DefaultHttpxClient(proxy=server.url)
    with Boltz(api_key="k", base_url="http://127.0.0.1:9", http_client=http_client) as client:
        assert client.admin.api_keys.list().data == []


@pytest.mark.parametrize("setting", ["ftp://proxy.example:1", "socks5://proxy.example:1"])
def test_a_proxy_that_nobody_can_use_is_an_error_like_others(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_proxy(monkeypatch, "HTTPS_PROXY", setting)
    with Boltz(api_key="k") as client, pytest.raises(APIConnectionError, match=r"(?i)scheme|socks") as caught:
        client.admin.api_keys.create(name="x")
    assert not caught.value.outcome_unknown


@pytest.mark.anyio
async def test_a_proxy_that_nobody_can_use_is_an_error_like_others_for_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    ask_proxy(monkeypatch, "HTTPS_PROXY", "ftp://proxy.example:1")
    async with AsyncBoltz(api_key="k") as client:
        with pytest.raises(APIConnectionError, match=r"(?i)scheme") as caught:
            await client.admin.api_keys.create(name="x")
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("then", ["close", "hang"])
def test_a_proxy_that_goes_silent_leaves_no_doubt(
    server: Scripted, http: SayHTTP, then: Literal["close", "hang"]
) -> None:
    server.will(type(http())(then=then))
    http_client = DefaultHttpxClient(proxy=server.url, timeout=0.2)
    client = Boltz(api_key="k", base_url="https://inside.example", max_retries=0, http_client=http_client)
    with client, pytest.raises(APIConnectionError) as caught:
        client.admin.api_keys.create(name="x")
    assert not caught.value.outcome_unknown


def test_a_proxy_that_refuses_leaves_no_doubt(server: Scripted, http: SayHTTP, monkeypatch: pytest.MonkeyPatch) -> None:
    server.will(http(407, b""))
    ask_proxy(monkeypatch, "HTTPS_PROXY", server.url)
    client = Boltz(api_key="k", base_url="https://inside.example", max_retries=0)
    with client, pytest.raises(APIConnectionError, match="407") as caught:
        client.admin.api_keys.create(name="x")
    assert not caught.value.outcome_unknown
    assert {(asked.method, asked.path) for asked in server.asked} == {("CONNECT", "inside.example:443")}


def test_tls_trusts_whom_the_environment_names(
    tls_server: tuple[Scripted, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, certificate = tls_server
    with Boltz(api_key="k", base_url=server.url, max_retries=0) as client:
        with pytest.raises(APIConnectionError, match="CERTIFICATE_VERIFY_FAILED") as caught:
            client.admin.api_keys.create(name="x")
        assert not caught.value.outcome_unknown
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    with Boltz(api_key="k", base_url=server.url) as client:
        assert client.admin.api_keys.list().data == []
    other_name = server.url.replace("localhost", "127.0.0.1")
    client = Boltz(api_key="k", base_url=other_name, max_retries=0)
    with client, pytest.raises(APIConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        client.admin.api_keys.list()


@pytest.mark.anyio
async def test_tls_trusts_whom_the_environment_names_for_tasks(
    tls_server: tuple[Scripted, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, certificate = tls_server
    async with AsyncBoltz(api_key="k", base_url=server.url, max_retries=0) as client:
        with pytest.raises(APIConnectionError):
            await client.admin.api_keys.list()
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    async with AsyncBoltz(api_key="k", base_url=server.url) as client:
        assert (await client.admin.api_keys.list()).data == []


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "junk"])
def test_certificates_that_cannot_be_read_are_named(
    tls_server: tuple[Scripted, str], content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _ = tls_server
    file = tmp_path / "trusted.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with (
        Boltz(api_key="k", base_url=server.url) as client,
        pytest.raises(APIConnectionError, match=r"SSL_CERT_FILE=.*trusted\.pem") as caught,
    ):
        client.admin.api_keys.create(name="x")
    assert not caught.value.outcome_unknown


# httpcore leaves the connection to the garbage collector where trio cannot begin to speak TLS.
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.anyio
@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "junk"])
async def test_certificates_that_cannot_be_read_are_named_for_tasks(
    tls_server: tuple[Scripted, str], content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _ = tls_server
    file = tmp_path / "trusted.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with AsyncBoltz(api_key="k", base_url=server.url) as client:
        with pytest.raises(APIConnectionError, match=r"SSL_CERT_FILE=.*trusted\.pem") as caught:
            await client.admin.api_keys.create(name="x")
    assert not caught.value.outcome_unknown


@pytest.mark.filterwarnings("ignore:.cert=:DeprecationWarning")
@pytest.mark.parametrize("make", [DefaultHttpxClient, httpx.Client])
def test_a_clients_own_certificate_is_shown(
    demanding_server: tuple[Scripted, str, str], monkeypatch: pytest.MonkeyPatch, make: type[httpx.Client]
) -> None:
    server, authority, own = demanding_server
    monkeypatch.setenv("SSL_CERT_FILE", authority)
    with Boltz(api_key="k", base_url=server.url, http_client=make(cert=own)) as client:
        assert client.admin.api_keys.list().data == []
    without = Boltz(api_key="k", base_url=server.url, max_retries=0)
    with without, pytest.raises(APIConnectionError):
        without.admin.api_keys.list()
    assert len(server.asked) == 1


def test_the_environment_is_not_asked_if_nobody_trusts_it(
    tls_server: tuple[Scripted, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, certificate = tls_server
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    http_client = DefaultHttpxClient(trust_env=False)
    client = Boltz(api_key="k", base_url=server.url, max_retries=0, http_client=http_client)
    with client, pytest.raises(APIConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        client.admin.api_keys.list()


def test_no_cookie_goes_from_one_key_to_the_next(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS, {"set-cookie": "session=of-the-first; Path=/"}))
    with Boltz(api_key="first", base_url=server.url) as client:
        client.admin.api_keys.list()
        client.with_options(api_key="second").admin.api_keys.list()
    assert [asked.headers.get("cookie") for asked in server.asked] == [None, None]


def test_a_client_without_tls_reads_no_certificates(
    server: Scripted, http: SayHTTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> ssl.SSLContext:
        raise AssertionError("nobody asked for TLS")

    monkeypatch.setattr(httpx, "create_ssl_context", fail)
    server.will(http(200, NO_KEYS))
    with Boltz(api_key="k", base_url=server.url) as client:
        assert client.admin.api_keys.list().data == []
