"""What a client is set to, and what it refuses to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from boltz_api import (
    APIConnectionError,
    APIResponseValidationError,
    ArgumentError,
    ArgumentTypeError,
    ArgumentValueError,
    AsyncBoltz,
    Boltz,
    ClientClosedError,
    RedirectError,
    omit,
)

if TYPE_CHECKING:
    from tests.client.conftest import SayHTTP, Scripted

NO_KEYS: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "BASE_URL", "CUSTOM_HEADERS", "LOG", "ALLOW_INSECURE_HTTP"):
        monkeypatch.delenv(f"BOLTZ_{name}", raising=False)


def test_arguments_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOLTZ_API_KEY", "from-the-environment")
    monkeypatch.setenv("BOLTZ_BASE_URL", "https://environment.example")
    client = Boltz(api_key="mine", base_url="https://mine.example/x")
    assert (client.api_key, client.base_url) == ("mine", httpx.URL("https://mine.example/x/"))
    assert Boltz(api_key="mine").base_url == "https://environment.example/"
    monkeypatch.setenv("BOLTZ_BASE_URL", "")
    assert Boltz(api_key="mine").base_url == "https://api.boltz.bio/"


REFUSED: list[tuple[dict[str, object], type[ArgumentError], str]] = [
    ({"base_url": "https://x:port"}, ArgumentValueError, "base_url: expected a URL"),
    ({"base_url": "https://[x"}, ArgumentValueError, "base_url: expected a URL"),
    ({"base_url": ""}, ArgumentValueError, "base_url: expected a URL"),
    ({"base_url": "https://x/a b"}, ArgumentValueError, "spaces or line breaks"),
    ({"api_key": 7}, ArgumentTypeError, "api_key: expected the value of 'x-api-key' to be a string, got int"),
    ({"max_retries": -1}, ArgumentValueError, "max_retries: expected an integer of at least 0, got -1"),
    ({"max_retries": 1.5}, ArgumentTypeError, "max_retries: expected an integer, got 1.5"),
    ({"max_response_bytes": 0}, ArgumentValueError, "max_response_bytes"),
    ({"total_timeout": 0}, ArgumentValueError, "total_timeout: expected more than 0 seconds"),
    ({"total_timeout": "1"}, ArgumentTypeError, "total_timeout: expected seconds"),
    ({"timeout": -1}, ArgumentValueError, "timeout: expected seconds, more than 0"),
    ({"timeout": "1"}, ArgumentTypeError, "timeout: expected seconds"),
    ({"timeout": (1, 2)}, ArgumentTypeError, "timeout: expected seconds"),
    ({"default_headers": {"a b": "c"}}, ArgumentValueError, "default_headers: 'a b' cannot be the name"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), REFUSED, ids=[f"{row[0]}" for row in REFUSED])
def test_settings_that_cannot_work_are_refused_at_once(
    arguments: dict[str, object], error: type[ArgumentError], message: str
) -> None:
    for kind in (Boltz, AsyncBoltz):
        with pytest.raises(error) as caught:
            kind(**{"api_key": "k", **arguments})  # type: ignore[arg-type]  # that is the test
        assert message in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.2", "http://[::0001]", "http://localhost.", "http://0.0.0.0"])
def test_plain_http_needs_a_name_for_this_machine_that_no_proxy_is_asked_for(url: str) -> None:
    with pytest.raises(ArgumentValueError, match="plain http would send the API key unencrypted"):
        Boltz(api_key="k", base_url=url)


def test_a_url_from_the_environment_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOLTZ_BASE_URL", "nonsense")
    with pytest.raises(ArgumentValueError, match=r"^BOLTZ_BASE_URL: expected a URL"):
        Boltz(api_key="k")


@pytest.mark.parametrize("seconds", [4_294_968, 1e12, float("inf")])
def test_more_time_than_sockets_can_count_is_without_end(server: Scripted, http: SayHTTP, seconds: float) -> None:
    server.will(http(200, {"data": [], "first_id": None, "last_id": None, "has_more": False}, delay=0.8))
    with Boltz(api_key="k", base_url=server.url, timeout=seconds, total_timeout=seconds, max_retries=0) as client:
        assert (client.timeout, client.total_timeout) == (httpx.Timeout(None), None)
        if seconds == 4_294_968:  # in milliseconds, 704 more than 32 bits hold
            assert client.admin.api_keys.list().data == []


def test_plain_http_may_go_to_this_machine_and_elsewhere_if_somebody_insists(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://localhost:8/", "http://[::1]:8/"):
        assert Boltz(api_key="k", base_url=url).base_url == url
    assert Boltz(api_key="k", base_url="http://inside.example", allow_insecure_http=True).base_url.scheme == "http"
    monkeypatch.setenv("BOLTZ_ALLOW_INSECURE_HTTP", "1")
    assert Boltz(api_key="k", base_url="http://inside.example").base_url.scheme == "http"


def test_timeouts_are_given_in_several_ways() -> None:
    assert Boltz(api_key="k").timeout == httpx.Timeout(60, connect=5)
    assert Boltz(api_key="k", timeout=3).timeout == httpx.Timeout(3)
    assert Boltz(api_key="k", timeout=None).timeout == httpx.Timeout(None)
    assert Boltz(api_key="k", timeout=httpx.Timeout(3, read=7)).timeout == httpx.Timeout(3, read=7)


def test_the_timeout_of_a_client_that_was_passed_in_counts_if_somebody_chose_it() -> None:
    with httpx.Client() as plain, httpx.Client(timeout=7) as chosen:
        assert Boltz(api_key="k", http_client=plain).timeout == httpx.Timeout(60, connect=5)
        assert Boltz(api_key="k", http_client=chosen).timeout == httpx.Timeout(7)
        assert Boltz(api_key="k", http_client=chosen, timeout=8).timeout == httpx.Timeout(8)


def test_settings_can_be_changed_on_the_client(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS))
    with Boltz(api_key="old", base_url="https://elsewhere.example") as client:
        keys = client.admin.api_keys
        client.api_key = "new"
        client.base_url = server.url
        client.timeout = 3
        client.max_retries = 7
        keys.list()
        assert (client.timeout, client.max_retries) == (httpx.Timeout(3), 7)
        with pytest.raises(ArgumentValueError):
            client.base_url = "http://elsewhere.example"
    assert server.asked[0].headers["x-api-key"] == "new"


def test_a_copy_has_its_own_settings_and_the_same_connections(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS))
    with Boltz(api_key="k", base_url=server.url, default_headers={"a": "1"}, default_query={"q": "1"}) as client:
        client.admin.api_keys.list()
        other = client.with_options(
            api_key="other", max_retries=9, default_headers={"b": "2"}, default_query={"r": "2"}, total_timeout=None
        )
        other.admin.api_keys.list()
        client.copy(set_default_headers={}, set_default_query={}).admin.api_keys.list()
        client.admin.api_keys.list()
        other.close()
        assert (other.is_closed(), client.is_closed()) == (True, False)
        with pytest.raises(ClientClosedError):
            other.admin.api_keys.list()
        client.admin.api_keys.list()
        assert (client.max_retries, other.max_retries, other.total_timeout) == (2, 9, None)
    assert [asked.headers["x-api-key"] for asked in server.asked] == ["k", "other", "k", "k", "k"]
    assert [("a" in asked.headers, "b" in asked.headers) for asked in server.asked[:3]] == [
        (True, False),
        (True, True),
        (False, False),
    ]
    assert [asked.path.partition("?")[2] for asked in server.asked[:3]] == ["q=1", "q=1&r=2", ""]
    assert server.opened == 1


@pytest.mark.parametrize("what", ["headers", "query"])
def test_defaults_are_added_or_replaced_and_not_both(what: str) -> None:
    with pytest.raises(ValueError, match="expected one of them"):
        Boltz(api_key="k").copy(**{f"default_{what}": {}, f"set_default_{what}": {}})  # type: ignore[arg-type]  # both


def test_a_header_can_be_left_out_for_a_client(server: Scripted, http: SayHTTP) -> None:
    server.will(http(200, NO_KEYS))
    with Boltz(api_key="k", base_url=server.url, default_headers={"User-Agent": omit, "X-Api-Key": "other"}) as client:
        client.admin.api_keys.list()
    assert "boltz" not in server.asked[0].headers.get("user-agent", "")
    assert server.asked[0].headers["x-api-key"] == "other"


def test_a_closed_client_says_so(server: Scripted) -> None:
    client = Boltz(api_key="k", base_url=server.url)
    client.close()
    with pytest.raises(ClientClosedError, match="has been closed"):
        client.admin.api_keys.list()
    assert isinstance(ClientClosedError("x"), RuntimeError)


@pytest.mark.anyio
async def test_a_closed_client_says_so_to_a_task(server: Scripted) -> None:
    async with AsyncBoltz(api_key="k", base_url=server.url) as client:
        pass
    with pytest.raises(ClientClosedError, match="has been closed"):
        await client.admin.api_keys.list()
    assert client.is_closed()


def test_the_repr_of_a_client_says_where_it_goes() -> None:
    assert repr(Boltz(api_key="secret-word")) == "Boltz(base_url='https://api.boltz.bio/')"


LOCATIONS = [
    ("http://localhost:80/b", "http://localhost/b"),
    ("http://LOCALHOST/b", "http://localhost/b"),
    ("b?c#d", "http://localhost/compute/v1/admin/b?c"),
    ("http://localhost:8/b", None),
    ("http://b.localhost/b", None),
    ("http://[evil", None),
    ("http://localhost:port/", None),
]


@pytest.mark.parametrize(("location", "target"), LOCATIONS)
def test_which_locations_stay_within_the_service(location: str, target: str | None) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": location}) if len(asked) == 1 else httpx.Response(200)

    http_client = httpx.Client(transport=httpx.MockTransport(answer))
    with (
        Boltz(api_key="k", base_url="http://localhost", http_client=http_client, max_retries=0) as client,
        pytest.raises(APIResponseValidationError if target else (RedirectError, APIConnectionError)),
    ):
        client.admin.api_keys.list()
    assert asked[1:] == ([target] if target else [])
