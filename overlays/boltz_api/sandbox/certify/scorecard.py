"""Playing cases against a client, comparing, and the scorecard of the results."""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, Final, Self, TypeAlias, TypeVar, cast
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
from msgspec import UNSET, Struct, UnsetType

from boltz_api.sandbox.certify.cases import Case, CaseFile, Error, Expectation, Request
from boltz_api.sandbox.certify.server import MOST_REQUESTS, Received, Scene, scene

T = TypeVar("T")

TIME_LIMIT: Final = 10.0
"""Seconds that a client may take for one case."""
START_LIMIT: Final = 60.0
"""Seconds until a driver says hello."""


class Hello(Struct, kw_only=True):
    """A driver's first line."""

    client: str
    version: str
    capabilities: list[str] = []


class Reply(Struct, kw_only=True):
    """A driver's line about one case."""

    value: Any = UNSET
    items: list[Any] | UnsetType = UNSET
    error: dict[str, Any] | None = None
    sleeps: list[float] = []
    shown: list[str] = []
    """Everything that the client showed: representations of the outcome, error texts, logs."""
    exit_code: int | None = None
    """For a command line."""


Drive: TypeAlias = Callable[[dict[str, object]], Reply]


class Verdict(Struct, kw_only=True):
    """The result of one case."""

    rule: str
    title: str
    pending: str = ""
    skipped: list[str] = []
    """Capabilities that the client lacks."""
    differences: list[str] = []
    """The differences between expected and observed behaviour; details follow a dash."""

    @property
    def passed(self) -> bool:
        """True where nothing differs."""
        return not self.differences

    def __str__(self) -> str:
        return "\n  ".join([f"{self.rule}: {self.title}", *self.differences])


def play(case: Case, drive: Drive, capabilities: Iterable[str]) -> Verdict:
    """Play one case against a client."""
    verdict = Verdict(rule=case.rule, title=case.title, pending=case.pending)
    verdict.skipped = sorted(case.needed.difference(capabilities))
    if verdict.skipped:
        return verdict
    with scene(case) as played:
        # Anything that waits for these servers continues once they have closed.
        watchdog = threading.Timer(TIME_LIMIT, played.stop)
        watchdog.start()
        started = time.monotonic()
        try:
            reply = drive(played.case.line(played.server.url))
        except DriverError as error:
            verdict.differences = [str(error)]
        else:
            taken = time.monotonic() - started
            clock = "clock" in capabilities and case.clock == "fake"
            verdict.differences = list(_compared(played, reply, taken, clock=clock))
        finally:
            watchdog.cancel()
    return verdict


def _compared(played: Scene, reply: Reply, taken: float, *, clock: bool) -> Iterator[str]:
    expected = played.case.expect
    if taken >= TIME_LIMIT:
        yield f"no outcome within {TIME_LIMIT:g} seconds"
    elif expected.seconds is not None and taken > expected.seconds:
        yield f"seconds: expected at most {expected.seconds:g}, got {taken:.2f}"
    committed = played.server.committed
    if expected.committed not in (None, committed):
        yield f"done by the server: expected {_times(expected.committed)}, got {_times(committed)}"
    yield from _requests("requests at the other origin", expected.elsewhere, played.elsewhere.received)
    yield from _requests("requests", expected.requests, played.server.received)
    if clock and expected.sleeps != [round(seconds, 6) for seconds in reply.sleeps]:
        yield _difference("sleeps", expected.sleeps, reply.sleeps)
    yield from _outcome(expected, reply)
    shown = "\n".join(reply.shown)
    yield from (f"shows {secret!r} — {_around(shown, secret)}" for secret in expected.nowhere if secret in shown)


def _requests(what: str, expected: int | list[Request], received: list[Received]) -> Iterator[str]:
    count = expected if isinstance(expected, int) else len(expected)
    if count != len(received):
        got = f"{MOST_REQUESTS} or more" if len(received) == MOST_REQUESTS else str(len(received))
        yield f"{what}: expected {count}, got {got}"
    elif not isinstance(expected, int):
        for number, (wanted, found) in enumerate(zip(expected, received, strict=True), 1):
            yield from (f"request {number}, {fault}" for fault in _request(wanted, found))


def _request(expected: Request, received: Received) -> Iterator[str]:
    target = urlsplit(received.target)
    if expected.method not in (None, received.method):
        yield _difference("method", expected.method, received.method)
    if expected.path is not None and _segments(expected.path) != _segments(target.path):
        yield _difference("path", expected.path, target.path)
    if expected.query is not None:
        wanted = {name: [value] if isinstance(value, str) else value for name, value in expected.query.items()}
        found = parse_qs(target.query, keep_blank_values=True)
        if wanted != found:
            yield _difference("query", wanted, found)
    for name, value in expected.headers.items():
        got = received.header(name)
        if (got is not None) != value if isinstance(value, bool) else got != value:
            yield _difference(f"header {name}", value, got)
    if expected.json is not UNSET and not _same(expected.json, _parsed(received.body)):
        yield _difference("JSON", expected.json, _parsed(received.body))
    if expected.body is not None and expected.body.encode() != received.body:
        yield _difference("body", expected.body, received.body.decode(errors="replace"))


def _outcome(expected: Expectation, reply: Reply) -> Iterator[str]:
    if expected.error is None and reply.error is not None:
        yield f"outcome: expected success, got an error ({reply.error.get('kind')}) — {_short(reply.error)}"
        return
    if expected.error is not None:
        yield from _error(expected.error, reply)
    if expected.value is not UNSET and not _same(expected.value, reply.value):
        yield f"value: not the expected one — expected {_short(expected.value)}, got {_short(reply.value)}"
    if expected.items is not UNSET:
        given = [] if reply.items is UNSET else reply.items
        # An ID stands for the item that has it.
        found = [_id(item) for item in given] if all(isinstance(item, str) for item in expected.items) else given
        if not _same(expected.items, found):
            yield _difference("items", expected.items, found)
    exit_code = _exit_code(expected.error) if expected.exit_code is None else expected.exit_code
    if reply.exit_code not in (None, exit_code):
        yield _difference("exit code", exit_code, reply.exit_code)


def _error(expected: Error, reply: Reply) -> Iterator[str]:
    if reply.error is None:
        yield f"outcome: expected an error{f' ({expected.kind})' if expected.kind else ''}, got {_got(reply)}"
        return
    for name, wanted in msgspec.structs.asdict(expected).items():
        if wanted is None:
            continue
        found = reply.error.get("body" if name == "holds" else name)
        if name == "holds":
            if wanted not in str(found):
                yield f"error: expected one that holds {wanted!r}, got {_short(found)}"
        elif wanted != found and (wanted is not False or found):  # what is not said to be so is not
            yield _difference(f"error, {name}", wanted, found)


def _exit_code(expected: Error | None) -> int:
    """Return the exit code of a command line for an outcome: these are for scripts, and so part of the rules."""
    match expected:
        case None:
            return 0
        case Error(kind="argument"):
            return 2
        case Error(kind="missing_key" | "authentication"):
            return 3
        case Error(outcome_unknown=True):
            return 4
        case _:
            return 1


def _same(expected: object, found: object) -> bool:
    return _canonical(expected) == _canonical(found)


def _canonical(value: object) -> str:
    # By their JSON: to Python, True is 1 and 1.0. Languages differ in the zeros at the end of a fraction of a second.
    text = json.dumps(value, sort_keys=True, default=repr)
    return re.sub(r"(:\d\d\.\d+?)0+(?=(Z|[+-]\d\d:\d\d)\")", r"\1", text)


def _segments(path: str) -> list[str]:
    return [unquote(segment) for segment in path.split("/")]


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")


def _difference(what: str, expected: object, found: object) -> str:
    return f"{what}: expected {_short(expected)}, got {_short(found)}"


def _id(item: object) -> object:
    return cast("dict[str, object]", item).get("id") if isinstance(item, dict) else item


def _got(reply: Reply) -> str:
    return "nothing" if reply.items is UNSET and reply.value is UNSET else "success"


def _short(value: object) -> str:
    text = "nothing" if value is None or value is UNSET else json.dumps(value, default=repr, ensure_ascii=False)
    return text if len(text) <= 400 else f"{text[:400]}… ({len(text)} characters)"


def _around(text: str, found: str) -> str:
    start = text.index(found)
    return repr(text[max(0, start - 60) : start + len(found) + 20])


def _times(count: int | None) -> str:
    return "once" if count == 1 else f"{count} times"


class DriverError(Exception):
    """A driver broke the protocol, ended, or took too long."""


class Program:
    """A driver in a process of its own: it gets a line for each case, and gives a line back."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._start()

    def _start(self) -> None:
        # No proxy comes between a client and loopback, and the caller's own settings are not the client's.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BOLTZ_")}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
        try:
            self._process = subprocess.Popen(self._command, env={**kept, "NO_PROXY": "*", "no_proxy": "*"}, **pipes)
        except OSError as error:
            raise DriverError(f"{self._command[0]}: {error.strerror}") from error
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(self._process.stdout, self._lines), daemon=True).start()
        self.hello = self._read(Hello, START_LIMIT)

    @staticmethod
    def _listen(stdout: Iterable[str], lines: queue.SimpleQueue[str]) -> None:
        for line in stdout:
            lines.put(line)
        lines.put("")

    def __call__(self, line: dict[str, object]) -> Reply:
        """Have the driver play one case.

        Raises:
            DriverError: It did not reply, or not as the protocol has it.

        """
        if self._process.poll() is not None:
            self._start()
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{json.dumps(line)}\n")
            self._process.stdin.flush()
        except OSError as error:
            raise DriverError("the driver has ended") from error
        return self._read(Reply)

    def _read(self, kind: type[T], limit: float = TIME_LIMIT) -> T:
        try:
            # A little more: at the limit, the servers go away, and a client that hangs may say so itself.
            line = self._lines.get(timeout=limit + 1)
        except queue.Empty:
            self.stop()
            raise DriverError(f"no line within {limit:g} seconds") from None
        if not line:
            self.stop()
            raise DriverError(f"the driver ended with exit code {self._process.returncode}")
        try:
            return msgspec.json.decode(line, type=kind)
        except msgspec.DecodeError as error:
            self.stop()
            raise DriverError(f"not a line of the protocol: {error}: {line[:200]!r}") from error

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Failure(Struct):
    """A case that a client does not pass."""

    title: str
    differences: list[str]
    pending: bool = False


class RuleScore(Struct, kw_only=True):
    """How a client keeps one rule."""

    group: str
    rule: str
    statement: str
    passed: int = 0
    skipped: int = 0
    failures: list[Failure] = []

    @property
    def broken(self) -> bool:
        """True where a case fails that is not pending."""
        return any(not failure.pending for failure in self.failures)


class Scorecard(Struct, kw_only=True):
    """How a client keeps the rules."""

    client: str
    version: str
    rules: list[RuleScore]

    @property
    def broken(self) -> list[str]:
        """The rules that the client breaks."""
        return [score.rule for score in self.rules if score.broken]

    def __str__(self) -> str:
        passed = sum(score.passed for score in self.rules)
        failed = sum(len(score.failures) for score in self.rules)
        skipped = sum(score.skipped for score in self.rules)
        lines = [f"{self.client} {self.version}: {passed} of {passed + failed} cases passed, {skipped} skipped"]
        group = ""
        for score in self.rules:
            if score.group != group:
                group = score.group
                lines += ["", group]
            played = score.passed + len(score.failures)
            state = "BROKEN" if score.broken else "pending" if score.failures else "ok" if played else "skipped"
            lines.append(f"  {state:<8} {score.rule:<24} {score.passed} of {played}")
            for failure in score.failures:
                lines += [f"    {failure.title}", *(f"      {difference}" for difference in failure.differences)]
        kept = len(self.rules) - len(self.broken)
        return "\n".join([*lines, "", f"{kept} of {len(self.rules)} rules kept"])


def certify(files: Iterable[CaseFile], hello: Hello, drives: Sequence[Drive]) -> Scorecard:
    """Play every case against a client, as many at a time as there are ``drives``."""
    free: queue.SimpleQueue[Drive] = queue.SimpleQueue()
    for drive in drives:
        free.put(drive)

    def played(case: Case) -> Verdict:
        drive = free.get()
        try:
            return play(case, drive, hello.capabilities)
        finally:
            free.put(drive)

    scores: dict[str, RuleScore] = {}
    with ThreadPoolExecutor(len(drives)) as threads:
        for file in files:
            for rule, statement in file.rules.items():
                scores[rule] = RuleScore(group=file.group, rule=rule, statement=statement)
        cases = [case for file in files for case in file.cases]
        for case, verdict in zip(cases, threads.map(played, cases), strict=True):
            score = scores[case.rule]
            if verdict.skipped:
                score.skipped += 1
            elif verdict.passed:
                score.passed += 1
            else:
                score.failures.append(Failure(case.title, verdict.differences, pending=bool(case.pending)))
    return Scorecard(client=hello.client, version=hello.version, rules=list(scores.values()))


def certify_program(files: Iterable[CaseFile], command: Sequence[str], jobs: int) -> Scorecard:
    """Play every case against the client that a driver drives, in ``jobs`` processes.

    Raises:
        DriverError: The program is not there, or does not say hello.

    """
    with ExitStack() as stack:
        programs = [stack.enter_context(Program(command)) for _ in range(jobs)]
        return certify(files, programs[0].hello, programs)
