from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks import answers
from benchmarks.contestants.jobs import CONCURRENT
from benchmarks.environments import Environment
from benchmarks.processes import Contestant, Worker, server
from benchmarks.server import body_length, cursor


@pytest.fixture(scope="module")
def urls() -> Iterator[Mapping[str, str]]:
    with server() as urls:
        yield urls


def test_pages_chain_from_the_first_to_the_last() -> None:
    pages = {after: json.loads(body) for after, body in answers.pages(250)}
    after, seen = answers.FIRST_PAGE, list[str]()
    while True:
        page: dict[str, Any] = pages[after]
        seen += [key["id"] for key in page["data"]]
        if not page["has_more"]:
            break
        after = page["last_id"]
    assert [answers.key_id(number) for number in range(250)] == seen


@pytest.mark.parametrize(
    ("target", "after"),
    [(b"/keys", b""), (b"/keys?after_id=x", b"x"), (b"/keys?limit=5&after_id=x&workspace_id=w", b"x")],
)
def test_the_cursor_is_read_from_the_target(target: bytes, after: bytes) -> None:
    assert after == cursor(target)


@pytest.mark.parametrize(
    ("head", "length"),
    [
        (b"GET / HTTP/1.1\r\nHost: x", 0),
        (b"POST / HTTP/1.1\r\ncontent-length: 12\r\nHost: x", 12),
        (b"POST / HTTP/1.1\r\nContent-Length:7", 7),
        (b"POST / HTTP/1.1\r\nHost: x", 0),
    ],
)
def test_the_body_is_as_long_as_the_head_says(head: bytes, length: int) -> None:
    assert length == body_length(head)


def test_a_cursor_that_no_page_has_is_not_found(urls: Mapping[str, str]) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404") as missing:
        urllib.request.urlopen(urls["100"] + "/compute/v1/admin/api-keys?after_id=none")
    missing.value.close()


@pytest.fixture(scope="module", params=["bare_socket", "boltz_client", "httpx_msgspec", "urllib3_json"])
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    with Worker(Contestant(request.param, request.param, ThisPython("this", ()))) as worker:
        yield worker


class ThisPython(Environment):
    """The environment of the tests."""

    @property
    def python(self) -> Path:
        return Path(sys.executable)


@pytest.mark.parametrize(
    ("job", "answer"),
    [
        ("create", answers.key_id(1)),
        ("revoke", False),
        ("list_keys", 5_000),
        ("stream_keys", 5_000),
        ("decode", answers.key_id(0)),
        ("list_keys_async", 5_000),
        ("stream_keys_async", 5_000),
        ("create_many_async", CONCURRENT),
    ],
)
def test_every_contestant_does_the_same_work(worker: Worker, urls: Mapping[str, str], job: str, answer: object) -> None:
    report = worker.do(job, urls["5000"], times=2)
    if report is None:
        assert (worker.contestant.name, job) in LACKING
    else:
        assert (answer, 2) == (report["answer"], len(report["nanoseconds"]))
        assert all(took > 0 for took in report["nanoseconds"])
        assert report["peak_kib"] > 1024


ASYNC = ("list_keys_async", "stream_keys_async", "create_many_async")
LACKING = {("urllib3_json", job) for job in ASYNC} | {("bare_socket", job) for job in ("decode", *ASYNC)}


def test_a_worker_that_fails_says_so_and_ends_the_run(urls: Mapping[str, str]) -> None:
    failing = Contestant("failing", "jobs", ThisPython("this", ()))
    with pytest.raises(RuntimeError, match="failing ended in the middle of create"), Worker(failing) as worker:
        worker.do("create", urls["100"])
