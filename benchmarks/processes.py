"""The processes of a run: the server, and a worker for each contestant."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import attrs

from benchmarks.environments import CLIENT, PUBLIC, ROOT, Environment, variables

if TYPE_CHECKING:
    from benchmarks.certificate import Certificate
    from benchmarks.contestants.worker import Order, Report


@attrs.frozen
class Contestant:
    """Who is measured, and in which environment."""

    name: str
    module: str
    environment: Environment = CLIENT

    def command(self) -> list[str]:
        """What starts its worker."""
        return [str(self.environment.python), "-m", "benchmarks.contestants.worker", self.module]


OURS = Contestant("boltz-api-keys", "boltz_client")
FLOOR = Contestant("httpx + msgspec", "httpx_msgspec")
SCRIPT = Contestant("urllib3 + json", "urllib3_json")
PUBLIC_CLIENT = Contestant("boltz-api 0.50.0", "boltz_client", PUBLIC)
SOCKET = Contestant("bare socket", "bare_socket")
CONTESTANTS = (OURS, FLOOR, SCRIPT, PUBLIC_CLIENT, SOCKET)


class Worker:
    """A contestant's process, kept for as long as it is measured, so that it is warm."""

    def __init__(self, contestant: Contestant, prefix: tuple[str, ...] = ()) -> None:
        self.contestant = contestant
        self._process = subprocess.Popen(
            [*prefix, *contestant.command()],
            cwd=ROOT,
            env=variables(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()

    def do(self, job: str, url: str, times: int = 1) -> Report | None:
        """Have a job done; ``None`` where this contestant has no such job."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order: Order = {"url": url, "job": job, "times": times}
        print(json.dumps(order), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.contestant.name} ended in the middle of {job}, with code {self._process.wait()}")
        report: Report | None = json.loads(line)
        return report


@contextmanager
def server(certificate: Certificate | None = None) -> Generator[Mapping[str, str]]:
    """The fixed-answer server, for as long as it is needed: the base URL of each list, by its number of keys."""
    command = [sys.executable, "-m", "benchmarks.server"]
    if certificate is not None:
        command += [str(certificate.certificate), str(certificate.key)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        urls: dict[str, str] = json.loads(process.stdout.readline())
        try:
            yield urls
        finally:
            process.stdin.close()
