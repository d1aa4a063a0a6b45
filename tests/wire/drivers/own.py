"""Driver of ``Boltz`` and ``AsyncBoltz``: ``python -m tests.wire.drivers.own sync|asyncio|trio httpx|httpx2``."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import os
import pickle
import re
import ssl
import sys
import threading
import traceback
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from boltz_api import AsyncBoltz, Boltz, BoltzError, __version__
from tests.wire.drivers.kinds import kind_of

BACKENDS = ("sync", "asyncio", "trio")
LIBRARIES = ("httpx", "httpx2")
HELLO: dict[str, Any] = {
    "client": "boltz-api-keys",
    "version": __version__,
    "capabilities": [
        *("clock", "environment", "list_all", "several_calls", "untyped"),
        *("default_headers", "default_query", "extra_body", "extra_headers", "extra_query"),
        *("max_response_bytes", "total_timeout"),
    ],
}
SHOW_LOCALS = True
"""Crash reporters send the locals of every frame."""
_TRUST = ssl.create_default_context()
"""Made once: reading the certificates takes longer than a case."""
_ENVIRONMENT = threading.Lock()
"""Cases are also played in threads, and a client reads the environment while it is made."""
LONGEST = 10_000
"""Of a body, so many characters are reported: no case has a longer text to look for."""
FIELDS = ("code", "request_id", "retry_after", "argument", "path", "outcome_unknown")


def made(kind: type[Boltz | AsyncBoltz], fake: bool, sleeps: list[float], settings: dict[str, Any]) -> Any:
    """Make a client; the one place that knows how a clock is put into it."""
    from boltz_api.delays import Timing

    def now() -> float:
        return 1_800_000_000.0 + sum(sleeps)

    async def async_sleep(seconds: float) -> None:
        sleeps.append(seconds)

    tempo = Timing(monotonic=now, now=now, random=lambda: 0.0, sleep=sleeps.append, async_sleep=async_sleep)
    return kind(**settings, _timing=tempo if fake else None)


def drive(line: dict[str, Any], backend: str = "sync", library: str = "httpx") -> dict[str, Any]:
    """Play one case, within ``recording()``."""
    reply: dict[str, Any] = {"sleeps": [], "shown": []}
    _Recorder.here.shown = reply["shown"]
    play = _play(line, reply, backend, library)
    if backend == "trio":
        import trio

        trio.run(lambda: play)
    elif backend == "asyncio":
        asyncio.run(play)
    else:
        _without_loop(play)
    return reply


def _without_loop(play: Coroutine[Any, Any, None]) -> None:
    try:
        play.send(None)
    except StopIteration:
        return
    raise AssertionError("a call of the synchronous client awaits nothing")


async def _play(line: dict[str, Any], reply: dict[str, Any], backend: str, library: str) -> None:
    kind = Boltz if backend == "sync" else AsyncBoltz
    settings = dict(line["client"])
    if library != "httpx":
        module = __import__(library)
        settings["http_client"] = (module.Client if kind is Boltz else module.AsyncClient)(verify=_TRUST)
    try:
        with _environment(line["environment"]):
            client = made(kind, line["clock"] == "fake", reply["sleeps"], settings)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is the outcome
        _report(error, reply)
        return
    try:
        for earlier in line["before"]:
            try:
                await call(client, earlier, {})
            except BoltzError as error:
                reply["shown"].append(str(error))
        value = await call(client, line["call"], reply)
        if value is not None:
            reply["value"] = json.loads(value.to_json())
            reply["shown"] += [repr(value), str(value), repr(client)]
    except Exception as error:  # noqa: BLE001  # as above
        _report(error, reply)
    finally:
        closing = client.close()
        if inspect.isawaitable(closing):
            await closing


async def call(client: Any, given: dict[str, Any], reply: dict[str, Any]) -> Any:
    """Make one call; items go to the reply one by one, so that those before an error are there."""
    keys, arguments = client.admin.api_keys, {**given["arguments"], **given["options"]}
    if given["operation"] != "list_all":
        result = getattr(keys, given["operation"])(**arguments)
        return await result if inspect.isawaitable(result) else result
    items = reply["items"] = []
    if isinstance(client, Boltz):
        for key in keys.list(**arguments):
            items.append(json.loads(key.to_json()))  # noqa: PERF401  # those that came before an error count
    else:
        async for key in keys.list(**arguments):
            items.append(json.loads(key.to_json()))  # noqa: PERF401  # as above
    return None


def _report(error: Exception, reply: dict[str, Any]) -> None:
    kind = kind_of(error)
    told = {name: getattr(error, name, None) for name in FIELDS}
    # One that has to be there is missed by Python itself.
    missing = re.match(r".* missing 1 required keyword-only argument: '(\w+)'$", str(error))
    if type(error) is TypeError and missing:
        kind, told["argument"] = "argument", missing[1]
    body = getattr(error, "body", None)
    reply["error"] = {"kind": kind, "status": getattr(error, "status_code", None), **told, "body": str(body)[:LONGEST]}
    reports = [traceback.TracebackException.from_exception(error, capture_locals=SHOW_LOCALS)]
    for report in reports:  # grows while it is gone through: causes follow what they caused
        reports += [cause for cause in (report.__cause__, report.__context__) if cause is not None]
        # A refused argument stands in the frames of the call that it was given to.
        shown = SHOW_LOCALS and kind != "argument"
        frames = [frame for frame in report.stack if frame.filename != __file__] if shown else []
        reply["shown"] += [str(frame.locals) for frame in frames] + list(report.format_exception_only())
    reply["shown"] += [str(error), repr(error), repr(vars(error))]
    if isinstance(error, BoltzError):
        reply["shown"].append(pickle.dumps(error).decode("latin-1"))


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    with _ENVIRONMENT:
        before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("BOLTZ_")}
        os.environ.update(variables)
        try:
            yield
        finally:
            for name in variables:
                del os.environ[name]
            os.environ.update(before)


class _Recorder(logging.Handler):
    """Gives each thread what it logs."""

    here = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        shown: list[str] | None = getattr(self.here, "shown", None)
        if shown is not None:
            shown.append(record.getMessage())


@contextmanager
def recording() -> Iterator[None]:
    """Have everything that is logged go to the case that it belongs to, and nowhere else."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers
    root.setLevel(logging.DEBUG)
    root.handlers = [_Recorder()]
    try:
        yield
    finally:
        root.setLevel(level)
        root.handlers = handlers


def serve(hello: dict[str, Any], *names: str) -> None:
    """Play the cases that come in on standard input."""
    print(json.dumps(hello), flush=True)
    with recording():
        for given in sys.stdin:
            print(json.dumps(drive(json.loads(given), *names)), flush=True)


if __name__ == "__main__":
    serve(HELLO, *sys.argv[1:])
