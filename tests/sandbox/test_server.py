"""Starting and stopping, hosts, several at once, many threads, and use without a socket."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import httpx
import pytest

from boltz_api.sandbox import Sandbox

KEYS = "/compute/v1/admin/api-keys"


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    backend: str = request.param
    return backend


def test_it_is_ready_when_start_returns_and_that_is_soon() -> None:
    Sandbox().start().stop()  # the first one also pays for imports
    times: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        with Sandbox() as sandbox:
            times.append(time.perf_counter() - began)
            assert httpx.get(sandbox.url).status_code == 404

    assert min(times) < 0.05


def test_stopping_leaves_nothing_behind() -> None:
    with Sandbox() as sandbox:
        url = sandbox.url
        assert "boltz-sandbox" in {thread.name for thread in threading.enumerate()}
        assert httpx.get(url).status_code == 404
    assert "boltz-sandbox" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_a_program_that_forgets_to_stop_it_still_ends() -> None:
    code = "from boltz_api.sandbox import Sandbox; import httpx; print(httpx.get(Sandbox().start().url).status_code)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)

    assert (run.stdout, run.stderr) == ("404\n", "")


def test_stopping_waits_neither_for_idle_connections_nor_for_late_responses(caplog: pytest.LogCaptureFixture) -> None:
    with ThreadPoolExecutor(1) as pool:
        with Sandbox() as sandbox, httpx.Client(base_url=sandbox.url) as client:
            assert client.get("/").status_code == 404
            rule = sandbox.fail(delay=60)
            late = pool.submit(httpx.get, sandbox.url + KEYS, timeout=60)
            while not rule.hits:
                time.sleep(0.01)
            began = time.perf_counter()
        assert time.perf_counter() - began < 5
        with pytest.raises(httpx.TransportError):
            late.result(10)
    assert caplog.records == []


def test_a_response_under_way_is_finished_before_it_stops() -> None:
    with ThreadPoolExecutor(1) as pool:
        with Sandbox() as sandbox:
            rule = sandbox.fail(delay=0.2)
            headers = {"x-api-key": sandbox.admin_key}
            late = pool.submit(httpx.get, sandbox.url + KEYS, headers=headers, timeout=60)
            while not rule.hits:
                time.sleep(0.01)
        assert late.result(10).status_code == 200


def test_it_has_no_address_before_it_starts_or_after_it_stops_for_good() -> None:
    sandbox = Sandbox()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="not running"):
            _ = sandbox.url
        sandbox.stop()
    with pytest.raises(RuntimeError, match="has been stopped"):
        sandbox.start()


def test_a_port_can_be_chosen_and_one_that_is_taken_is_an_error() -> None:
    with Sandbox() as first:
        port = int(first.url.rpartition(":")[2])
        second = Sandbox(port=port)
        with pytest.raises(OSError, match="in use"):
            second.start()
        second.stop()
    with Sandbox(port=port) as third:
        assert third.url == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("host", "url", "is_loopback"),
    [
        ("localhost", "http://localhost:", True),
        ("::1", "http://[::1]:", True),
        ("0.0.0.0", "http://127.0.0.1:", False),
        ("::", "http://[::1]:", False),
    ],
)
def test_it_knows_who_can_reach_it(host: str, url: str, is_loopback: bool) -> None:
    with Sandbox(host=host) as sandbox:
        assert sandbox.url.startswith(url)
        assert sandbox.is_loopback == is_loopback
        assert httpx.get(sandbox.url).status_code == 404


@pytest.mark.parametrize(
    ("host", "named", "status"),
    [
        ("127.0.0.1", "LocalHost", 404),
        ("127.0.0.1", "[::1]:8765", 404),
        ("127.0.0.1", "sandbox.internal:8765", 404),
        ("127.0.0.1", "rebound.example", 421),
        ("127.0.0.1", "127.0.0.1.rebound.example", 421),
        ("127.0.0.1", "", 421),
        ("0.0.0.0", "192.0.2.1:8765", 404),
        ("0.0.0.0", socket.gethostname(), 404),
        ("0.0.0.0", "rebound.example", 421),
    ],
)
def test_it_answers_only_to_its_own_names(host: str, named: str, status: int) -> None:
    """A web page whose domain points at 127.0.0.1 must not reach it: its admin key is known to everybody."""
    with Sandbox(host=host, allowed_hosts=["Sandbox.internal"]) as sandbox:
        response = httpx.get(sandbox.url, headers={"host": named})

    assert (response.status_code, set(response.json())) == (status, {"code", "message"})


def test_a_small_response_is_not_held_back(admin: httpx.Client) -> None:
    """A listener that delays its packets (Nagle) takes 40 ms for each response."""

    def took() -> float:
        began = time.perf_counter()
        admin.get(KEYS)
        return time.perf_counter() - began

    assert median(took() for _ in range(20)) < 0.035


def test_without_the_extra_it_says_what_to_install() -> None:
    code = """
import sys
class Missing:
    def find_spec(self, name, *_):
        if name == "uvicorn":
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Missing())
from boltz_api.sandbox import Sandbox
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "The sandbox needs uvicorn, which is not installed: pip install 'boltz-api-keys[sandbox]'" in run.stderr


class TestThreads:
    """Sixteen callers at once."""

    def test_every_acknowledged_key_is_listed_exactly_once(
        self, sandbox: Sandbox, admin: httpx.Client, every_id: Callable[..., list[str]]
    ) -> None:
        there_throughout = {sandbox.new_key().id for _ in range(150)}

        def work(number: int) -> list[str]:
            made: list[str] = []
            with httpx.Client(base_url=sandbox.url, headers={"x-api-key": sandbox.admin_key}) as client:
                for step in range(8):
                    made.append(client.post(KEYS, json={"name": f"{number}.{step}"}).json()["key_details"]["id"])
                    if step % 2:
                        client.post(f"{KEYS}/{made[-1]}/revoke").raise_for_status()
                    if step % 4 == 0:
                        seen = Counter(every_id(client, limit="40"))
                        assert set(seen.values()) == {1}
                        assert there_throughout | set(made) <= set(seen)
            return made

        with ThreadPoolExecutor(16) as pool:
            made = [key for keys in pool.map(work, range(16)) for key in keys]

        assert len(set(made)) == 16 * 8
        listed = every_id(admin)
        assert Counter(listed) == Counter([*listed[:2], *there_throughout, *made])


class TestInProcess:
    """The same application, without a socket."""

    @pytest.mark.anyio
    async def test_it_answers_and_fails(self) -> None:
        sandbox = Sandbox()
        transport = httpx.ASGITransport(sandbox.app, client=("203.0.113.7", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            key = sandbox.new_key("admin", allowed_ips=["203.0.113.7"]).key
            client.headers["x-api-key"] = key
            created = await client.post(KEYS, json={"name": "x"})
            page = await client.get(KEYS)
            revoked = await client.post(f"{KEYS}/{created.json()['key_details']['id']}/revoke")
            sandbox.fail(status=503, delay=0.01)
            assert (await client.get(KEYS)).status_code == 503
            for drop in (True, False):
                sandbox.fail(drop=drop, reset=not drop)
                with pytest.raises(ConnectionResetError):
                    await client.get(KEYS)
        sandbox.stop()

        assert page.json()["data"][-1] == created.json()["key_details"]
        assert revoked.json()["is_active"] is False
