"""One contestant in its own process: `python -m benchmarks.contestants.worker MODULE`; orders in, reports out.

Only the time between two readings of the clock around a job counts; orders, reports and setting up are outside. A
client is set up once for a server and then used on, as a program would.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import asyncio


class Order(TypedDict):
    """Do a job so many times."""

    url: str
    job: str
    times: int


class Report(TypedDict):
    """How long the job took each time, what it returned, and the most memory that the process ever held."""

    nanoseconds: list[int]
    answer: object
    peak_kib: int


def main() -> None:
    """Carry out orders until standard input ends."""
    module = importlib.import_module(f"benchmarks.contestants.{sys.argv[1]}")
    clients: dict[str, Any] = {}
    for line in sys.stdin:
        order: Order = json.loads(line)
        client = clients.get(order["url"])
        if client is None:
            client = clients[order["url"]] = module.Client(order["url"])
        print(json.dumps(carry_out(client, order), default=repr), flush=True)


def carry_out(client: Any, order: Order) -> Report | None:
    """The report on an order; ``None`` where this contestant has no such job."""
    job = getattr(client, order["job"], None)
    if job is None:
        return None
    nanoseconds: list[int] = []
    answer: object = None
    for _ in range(order["times"]):
        given = (client.received(),) if order["job"] == "decode" else ()
        took, answer = timed(job, *given)
        nanoseconds.append(took)
    return {"nanoseconds": nanoseconds, "answer": answer, "peak_kib": peak_kib()}


def timed(job: Callable[..., Any], *given: object) -> tuple[int, object]:
    """How long a job takes, and what it returns; a job for asyncio runs on one event loop that stays."""
    if not job.__name__.endswith("_async"):
        start = time.perf_counter_ns()
        answer = job(*given)
        return time.perf_counter_ns() - start, answer
    loop = event_loop()
    start = time.perf_counter_ns()
    answer = loop.run_until_complete(job(*given))
    return time.perf_counter_ns() - start, answer


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """The event loop of this process; asyncio is not imported (and not in anyone's memory) until a job needs it."""
    import asyncio

    return asyncio.new_event_loop()


def peak_kib() -> int:
    """The most memory this process has held, in KiB: of this program alone, where Linux tells it apart."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


if __name__ == "__main__":
    main()
