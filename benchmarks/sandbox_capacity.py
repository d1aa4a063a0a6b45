"""The sandbox: requests a second, and whether a page at the end of a long list costs what the first one does.

It runs in a process of its own and is asked over bare sockets, which cost a twentieth of what it does itself.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

import attrs

from benchmarks.contestants.bare_socket import BODY, Client
from benchmarks.contestants.jobs import PATH
from benchmarks.environments import ROOT, SANDBOX, variables
from benchmarks.results import Result
from benchmarks.samples import Series

CONNECTIONS = 8
FIRST = "first page"


class Where(TypedDict):
    """What the sandbox says of itself once its list is complete."""

    url: str
    api_key: str
    middle: str
    end: str
    seconds: float


@attrs.frozen
class Capacity:
    """How long the list is, and how often it is asked."""

    keys: int
    rounds: int
    requests: int
    """How many requests in one sample."""


@contextmanager
def sandbox(keys: int, file: Path | None) -> Generator[tuple[Where, list[int]]]:
    """A sandbox with so many keys, in memory or in a file; after its end, the list holds its peak of memory, in KiB."""
    command = [str(SANDBOX.python), "-m", "benchmarks.programs.sandbox_of_many_keys", str(keys)]
    if file is not None:
        command.append(str(file))
    with subprocess.Popen(
        command, cwd=ROOT, env=variables(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        where: Where = json.loads(process.stdout.readline())
        peak: list[int] = []
        yield where, peak
        process.stdin.close()
        peak.append(int(process.stdout.read()))


def measure(capacity: Capacity) -> list[Result]:
    """Page costs in memory and in a file, requests a second, and memory."""
    found: list[Result] = []
    peaks: dict[str, Series] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kept, file in (("in memory", None), ("in a file", Path(folder, "keys.db"))):
            with sandbox(capacity.keys, file) as (where, peak):
                found += [_pages(kept, where, capacity), _requests(kept, where, capacity)]
            peaks[kept] = Series([round(kib / 1024, 1) for kib in peak])
    memory = Result(
        name="memory_sandbox",
        title=f"Sandbox with {capacity.keys:,} keys: peak memory",
        unit="MiB",
        rows=peaks,
    )
    return [*found, memory]


def _pages(kept: str, where: Where, capacity: Capacity) -> Result:
    client = Client(where["url"], where["api_key"])
    end = {"before_id": where["end"]}
    last: str = json.loads(_page(client, end))["first_id"]
    places: dict[str, dict[str, str]] = {
        FIRST: {},
        "page in the middle": {"after_id": where["middle"]},
        "last page": {"after_id": last},
        "last page, backward": end,
    }
    if capacity.keys >= 200_000:  # otherwise the small workspace has no full page
        places["first of a workspace"] = {"workspace_id": "ws_small"}
        places["last of a workspace"] = {"workspace_id": "ws_small"} | end
    samples: dict[str, list[float]] = {place: [] for place in places}
    for query in places.values():
        _page(client, query)
    for _ in range(capacity.rounds):
        for place, query in places.items():
            began = time.perf_counter()
            for _ in range(capacity.requests):
                _page(client, query)
            samples[place].append(round((time.perf_counter() - began) * 1000 / capacity.requests, 4))
    return Result(
        name=f"sandbox_page_{kept.replace(' ', '_')}",
        title=f"Sandbox with {capacity.keys:,} keys {kept} (loaded in {where['seconds']:.0f} s): a page of 100",
        unit="ms a page",
        rows={place: Series(taken) for place, taken in samples.items()},
        reference=FIRST,
    )


def _page(client: Client, query: Mapping[str, str]) -> bytes:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    page = client.exchange(f"GET {PATH}?{asked}".encode())
    if page.count(b'"key_prefix"') < 99:
        raise RuntimeError(f"{asked}: expected a whole page, got {page[:200]!r}")
    return page


def _requests(kept: str, where: Where, capacity: Capacity) -> Result:
    clients = [Client(where["url"], where["api_key"]) for _ in range(CONNECTIONS)]
    jobs = {"create": (f"POST {PATH}".encode(), BODY), "list, one key a page": (f"GET {PATH}?limit=1".encode(), b"")}

    def ask(client: Client, target: bytes, body: bytes) -> None:
        for _ in range(capacity.requests):
            answer = client.exchange(target, body)
            if b'"key_prefix"' not in answer:
                raise RuntimeError(f"{target.decode()}: {answer.decode()}")

    samples: dict[str, list[float]] = {job: [] for job in jobs}
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        for _ in range(capacity.rounds + 1):
            for job, (target, body) in jobs.items():
                began = time.perf_counter()
                for done in [threads.submit(ask, client, target, body) for client in clients]:
                    done.result()
                samples[job].append(round(capacity.requests * CONNECTIONS / (time.perf_counter() - began), 1))
    return Result(
        name=f"sandbox_requests_{kept.replace(' ', '_')}",
        title=f"Sandbox with {capacity.keys:,} keys {kept}, over {CONNECTIONS} connections",
        unit="requests a second",
        rows={job: Series(taken[1:]) for job, taken in samples.items()},  # the first round warms up
    )
