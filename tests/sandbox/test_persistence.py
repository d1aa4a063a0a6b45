"""Keys kept in a file, across restarts and kills; files that cannot be used; and the cost of a page."""

from __future__ import annotations

import re
import signal
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, Literal

import httpx
import pytest

from boltz_api.sandbox import Sandbox, StoreError
from boltz_api.sandbox.store import Store

KEYS = "/compute/v1/admin/api-keys"


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    def speak(sandbox: Sandbox) -> httpx.Client:
        return httpx.Client(base_url=sandbox.url, headers={"x-api-key": sandbox.admin_key})

    with Sandbox(db=tmp_path / "keys.db") as sandbox, speak(sandbox) as client:
        kept = client.post(KEYS, json={"name": "x", "allowed_ips": ["::1"], "expires_in_days": 1}).json()
        gone = client.post(KEYS, json={"name": "y"}).json()["key_details"]["id"]
        client.post(f"{KEYS}/{gone}/revoke")
        before = client.get(KEYS).json()["data"]
    with Sandbox(db=tmp_path / "keys.db") as sandbox, speak(sandbox) as client:
        after = client.get(KEYS).json()["data"]
        assert httpx.get(sandbox.url + KEYS, headers={"x-api-key": kept["key"]}).status_code == 403

    assert after[0].pop("last_used_at") > before[0].pop("last_used_at")
    assert before == after


def test_no_key_is_in_the_file(tmp_path: Path) -> None:
    with Sandbox(db=tmp_path / "keys.db") as sandbox:
        key = sandbox.new_key().key

    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert key[:12].encode() in content
    assert key[12:].encode() not in content


def test_acknowledged_keys_survive_a_kill(tmp_path: Path, command: Any, every_id: Any) -> None:
    line = ("--port", "0", "--db", str(tmp_path / "keys.db"))
    acknowledged: list[str] = []
    enough = Event()

    def hammer(url: str) -> None:
        with httpx.Client(base_url=url, headers=headers) as client:
            while True:
                try:
                    response = client.post(KEYS, json={"name": "x"})
                except httpx.TransportError:
                    return
                acknowledged.append(response.json()["key_details"]["id"])
                if len(acknowledged) == 60:
                    enough.set()

    with Sandbox() as any_sandbox:
        headers = {"x-api-key": any_sandbox.admin_key}
    for _ in range(2):
        enough.clear()
        acknowledged.clear()
        with command(*line) as (process, said), ThreadPoolExecutor(4) as pool:
            for _ in range(4):
                pool.submit(hammer, re.findall(r"http://\S+", said)[0])
            assert enough.wait(30)
            process.kill()
            assert process.wait(10) == -signal.SIGKILL

        with Sandbox(db=line[-1]) as again, httpx.Client(base_url=again.url, headers=headers) as client:
            ids = every_id(client)
        assert len(acknowledged) >= 60
        assert set(acknowledged) <= set(ids)
        assert len(ids) == len(set(ids))


def test_a_revoked_opening_key_stays_revoked_and_another_opens_the_file(tmp_path: Path) -> None:
    with Sandbox(db=tmp_path / "keys.db") as sandbox:
        first = sandbox.admin_key
        headers = {"x-api-key": first}
        own_id = httpx.get(sandbox.url + KEYS, headers=headers).json()["data"][0]["id"]
        assert httpx.post(f"{sandbox.url}{KEYS}/{own_id}/revoke", headers=headers).status_code == 200
    with Sandbox(db=tmp_path / "keys.db") as sandbox:
        statuses = [
            httpx.get(sandbox.url + KEYS, headers={"x-api-key": key}).status_code for key in (first, sandbox.admin_key)
        ]

    assert statuses == [401, 200]


def random_bytes(path: Path) -> None:
    path.write_bytes(b"\x80not a database at all\0" * 500)


def cut_off(path: Path) -> None:
    Sandbox(db=path).stop()
    path.write_bytes(path.read_bytes()[:5000])


def of_another_program(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()


def of_another_format(path: Path) -> None:
    Sandbox(db=path).stop()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


ANOTHER = "not a database of this version of the sandbox; delete it, or give another file."


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (random_bytes, "not a database, or a damaged one."),
        (cut_off, "not a database, or a damaged one."),
        (of_another_program, ANOTHER),
        (of_another_format, ANOTHER),
        (Path.mkdir, "unable to open database file."),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_left_alone(
    tmp_path: Path, damage: Callable[[Path], None], reason: str
) -> None:
    path = tmp_path / "keys.db"
    damage(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError) as refused:
        Sandbox(db=path)

    assert str(refused.value) == f"{path}: {reason}"
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_file_in_use_and_a_folder_that_does_not_exist_are_named(tmp_path: Path) -> None:
    path, nowhere = tmp_path / "keys.db", tmp_path / "nowhere" / "keys.db"
    with Sandbox(db=path), pytest.raises(StoreError, match=re.escape(f"{path}: in use by another process.")):
        Sandbox(db=path)
    with pytest.raises(StoreError, match=re.escape(f"{nowhere}: its folder does not exist.")):
        Sandbox(db=nowhere)


def test_a_full_disk_is_an_error_and_writes_nothing(tmp_path: Path, every_id: Any) -> None:
    with Sandbox(db=tmp_path / "keys.db") as sandbox:
        headers = {"x-api-key": sandbox.admin_key}
        with httpx.Client(base_url=sandbox.url, headers=headers) as client:
            # The limit stands in for the end of the disk: SQLite fails at the same place, with the same error.
            pages = sandbox._store._connection.execute("PRAGMA page_count").fetchone()[0]
            sandbox._store._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
            responses = [client.post(KEYS, json={"name": "x" * 255}) for _ in range(100)]
            made = [response for response in responses if response.status_code == 200]
            refused = [response for response in responses if response.status_code == 507]
            listed = every_id(client)
            sandbox._store._connection.execute(f"PRAGMA max_page_count = {pages * 100}")
            again = client.post(KEYS, json={"name": "x"})

    assert len(refused) > 0
    assert len(made) + len(refused) == len(responses)
    assert "no room left on the disk; nothing was written." in refused[0].json()["message"]
    assert refused[0].json()["code"] == "internal_error"
    assert len(listed) == len(made) + 2
    assert again.status_code == 200


def cost(store: Store, **query: Any) -> int:
    """What SQLite does, in units of ten of its instructions: a time that no busy machine can bend."""
    steps: list[None] = []
    store._connection.set_progress_handler(lambda: steps.append(None), 10)
    keys, _ = store.page(limit=20, **query)
    store._connection.set_progress_handler(None, 10)
    assert len(keys) == 20
    return len(steps)


@pytest.mark.parametrize("analyzed", [False, True])
@pytest.mark.parametrize(
    ("filters", "passed_over"),
    [
        ({}, [("ws_common", "live")]),
        ({"workspace_id": "ws_rare"}, [("ws_common", "live")]),
        ({"test_only": True}, [("ws_common", "live")]),
        ({"test_only": True, "workspace_id": "ws_rare"}, [("ws_rare", "live"), ("ws_common", "test")]),
    ],
)
def test_a_page_costs_the_same_everywhere(
    filters: dict[str, Any], passed_over: list[tuple[str, Literal["live", "test"]]], analyzed: bool
) -> None:
    """Also where a filter passes over almost every key, and whatever statistics SQLite has."""
    sandbox = Sandbox()
    store, ids = sandbox._store, list[str]()
    for _ in range(45):  # twenty rounds fill a page, from the middle on too
        for workspace_id, mode in passed_over:
            sandbox.load(100, workspace_id=workspace_id, mode=mode)
        ids.append(sandbox.new_key(mode="test", workspace_id="ws_rare").id)
    if analyzed:
        store._connection.execute("ANALYZE")
    least = cost(store)

    assert cost(store, **filters) <= least * 3
    assert cost(store, after_id=ids[22], **filters) <= least * 3
    assert cost(store, after_id=ids[-22], **filters) <= least * 3
    assert cost(store, before_id=ids[-1], **filters) <= least * 3
    sandbox.stop()
