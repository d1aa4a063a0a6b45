"""No secret is printed, logged, warned of or pickled, whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import io
import json
import logging
import os
import pickle
import pkgutil
import re
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType, NoneType
from typing import TYPE_CHECKING, cast

import httpcore
import httpcore2
import httpx
import httpx2
import pytest
import rich.console
from hypothesis import given
from hypothesis import strategies as st
from rich.pretty import pretty_repr

import boltz_api
from boltz_api import APIConnectionError, APIError, AsyncBoltz, Boltz, BoltzError, RotationError
from boltz_api.observe import HTTP_LOGGERS
from boltz_api.redact import MASK, TEXT_LIMIT, Secret, printable, scrub
from boltz_api.retry import Failure, Reach

if TYPE_CHECKING:
    from tests.client.conftest import Answer, SayHTTP, Scripted

OWN = "sk_bc_admin_test_obviously_fake_key_of_the_caller"
MADE = "sk_bc_ws_test_obviously_fake_key_just_created"
UNUSUAL = "a key in no known form, obviously fake"


class Witness:
    """Collects everything that could be seen."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.pickles: list[bytes] = []

    def sees(self, value: object) -> None:
        self.texts += [repr(value), str(value), f"{value}", pretty_repr(value)]
        stream = io.StringIO()
        rich.console.Console(file=stream, width=500).print(value)
        self.texts.append(stream.getvalue())

    def sees_error(self, error: BaseException) -> None:
        self.sees(error)
        attributes: dict[str, object] = vars(error)
        self.texts += [f"{name}={value!r}" for name, value in attributes.items()]
        # With the locals of this package's frames, as crash reporters send them.
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
        pending = [report]
        while pending:
            current = pending.pop()
            for frame in current.stack:
                if "/tests/" not in frame.filename:
                    self.texts.append(f"{frame.filename}:{frame.lineno} {frame.locals}")
            self.texts += list(current.format_exception_only())
            pending += [other for other in (current.__cause__, current.__context__) if other is not None]
        if isinstance(error, BoltzError):
            self.pickles.append(pickle.dumps(error))
            again: BoltzError = pickle.loads(self.pickles[-1])
            assert (type(again), str(again)) == (type(error), str(error))
            self.texts.append(f"{again.__dict__}")

    def check(self) -> None:
        for secret in (OWN, MADE, UNUSUAL):
            for text in self.texts:
                assert secret not in text, text[max(0, text.index(secret) - 300) :][:600]
            for pickled in self.pickles:
                assert secret.encode() not in pickled
        assert len(self.texts) > 10


@pytest.fixture
def witness(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Witness]:
    # Every logger there is: httpcore logs answers' headers as they are, and these servers put keys into them.
    caplog.set_level(logging.DEBUG, logger="")
    witness = Witness()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield witness
    witness.texts += [record.getMessage() for record in caplog.get_records("call")]
    witness.texts += [str(warning.message) for warning in caught]
    witness.texts += list(capfd.readouterr())
    assert any("Sending" in text for text in witness.texts), "debug logging was not on"
    if any("answered" in text for text in witness.texts):
        assert any("receive_response_headers.complete" in text for text in witness.texts), "httpcore's was not on"
    witness.check()


def failures(http: SayHTTP, key: str) -> Iterator[Answer]:
    """Servers that fail and, what is worse, repeat what they were told or what they have made."""
    echo = f"your key {key}, the new one {MADE}"
    for status in (401, 429, 500):
        yield http(status, {"code": "x", "message": echo, "details": {MADE: [key]}}, {"x-echo": echo})
        yield http(status, f"<html>{echo}".encode(), {"set-cookie": key})
    yield http(302, b"", {"location": f"https://elsewhere.example/?key={key}"})
    yield http(200, f"<html>{echo}".encode())
    yield http(200, {"key": MADE, "key_details": 7, "extra": MADE})
    yield http(200, f'{{"key": "{MADE}"'.encode())
    yield http(200, MADE.encode(), {"content-encoding": "gzip"})
    whole = http(200, {"key": MADE}).raw
    yield type(http())(whole[:-3], "close")
    yield type(http())(b"", "close")
    yield type(http())(MADE.encode() + b"\r\n\r\n", "close")


def test_failing_calls_show_no_secret(server: Scripted, http: SayHTTP, witness: Witness, nowhere: str) -> None:
    with Boltz(api_key=UNUSUAL, base_url=server.url, max_retries=0, timeout=5) as client:
        witness.sees(client)
        keys = client.admin.api_keys
        calls: list[Callable[[], object]] = [
            lambda: keys.create(name="x"),
            keys.list,
            lambda: keys.revoke("key_1"),
            lambda: keys.rotate("key_1"),
            lambda: keys.get("key_1"),
            lambda: keys.with_raw_response.create(name="x").parse(),
            lambda: client.post("/x", cast_to=NoneType, body={"a": 1}),
            client.with_options(base_url=nowhere).admin.api_keys.list,
        ]
        for answer in failures(http, UNUSUAL):
            for call in calls:
                server.will(answer)
                try:
                    witness.sees(call())
                except BoltzError as error:
                    witness.sees_error(error)
    assert len(witness.pickles) > 80


def test_failing_calls_show_no_secret_to_tasks(server: Scripted, http: SayHTTP, witness: Witness) -> None:
    async def call_all() -> None:
        async with AsyncBoltz(api_key=OWN, base_url=server.url, max_retries=0, timeout=5) as client:
            witness.sees(client)
            for answer in failures(http, OWN):
                server.will(answer)
                for call in (client.admin.api_keys.create(name="x"), client.admin.api_keys.revoke("key_1")):
                    try:
                        witness.sees(await call)
                    except BoltzError as error:
                        witness.sees_error(error)

    asyncio.run(call_all())
    assert len(witness.pickles) > 15


def test_a_failed_rotation_keeps_the_new_key_and_shows_it_to_nobody(witness: Witness, created_answer: object) -> None:
    import msgspec

    from boltz_api.types.admin import APIKeyCreateResponse

    logging.getLogger("boltz_api").debug("Sending nothing: this is about the error alone")
    new = msgspec.convert({**msgspec.convert(created_answer, dict), "key": MADE}, APIKeyCreateResponse)
    error = RotationError("check", stage="check", new=new, working=("a", "b"))
    assert error.new is not None
    assert error.new.key == MADE
    witness.sees_error(error)
    again = pickle.loads(pickle.dumps(error))
    assert (again.new, again.working, again.stage) == (None, ("a", "b"), "check")


def test_what_caused_an_error_does_not_hold_the_key(server: Scripted, http: SayHTTP, nowhere: str) -> None:
    server.will(http(200, b"{", {"content-length": "9"}, then="close"))
    for url in (server.url, nowhere):
        with Boltz(api_key=UNUSUAL, base_url=url, max_retries=0) as client, pytest.raises(APIConnectionError) as caught:
            client.admin.api_keys.create(name="x")
        cause = caught.value.__cause__
        assert isinstance(cause, httpx.TransportError)
        assert cause.request.headers["x-api-key"] == "**********"


def test_arguments_that_are_refused_show_no_secret(witness: Witness) -> None:
    logging.getLogger("boltz_api").debug("Sending nothing: these are refused before")
    client = Boltz(api_key="fake")
    calls: list[Callable[[], object]] = [
        lambda: client.admin.api_keys.create(name=[OWN]),  # type: ignore[arg-type]  # that is the test
        lambda: client.get(f"https://elsewhere.example/{OWN}", cast_to=NoneType),
        lambda: Boltz(api_key="x", base_url=f"ftp://{OWN}"),
    ]
    for call in calls:
        with pytest.raises(BoltzError) as caught:
            call()
        witness.sees(caught.value)


REFUSED: list[Callable[[], object]] = [
    lambda: Boltz(api_key=UNUSUAL, max_retries=-1),
    lambda: Boltz(api_key=f"{UNUSUAL}\n{UNUSUAL}"),
    lambda: Boltz(api_key="fake", default_headers={"authorization": f"{UNUSUAL}\n"}),
    lambda: Boltz(api_key="fake").copy(api_key=f"{UNUSUAL}\0"),
    lambda: Boltz(api_key="fake").copy(default_headers={"x-mine": UNUSUAL}, set_default_headers={"x-mine": UNUSUAL}),
    lambda: setattr(Boltz(api_key="fake"), "api_key", f"{UNUSUAL}\0"),
    lambda: Boltz(api_key="fake").admin.api_keys.list(extra_headers={"authorization": f"{UNUSUAL}\n"}),
    lambda: Boltz(api_key="fake").admin.api_keys.create(name="", extra_headers={"authorization": UNUSUAL}),
    lambda: [*Boltz(api_key="fake").admin.api_keys.find(unused_since=1, extra_headers={"x-mine": UNUSUAL})],  # type: ignore[arg-type]  # that is the test
]


@pytest.mark.parametrize("call", REFUSED)
def test_locals_of_a_refused_call_show_no_secret(call: Callable[[], object], witness: Witness) -> None:
    logging.getLogger("boltz_api").debug("Sending nothing: these are refused before")
    with pytest.raises(Exception) as caught:  # noqa: PT011  # what is refused how is tested elsewhere
        call()
    witness.sees_error(caught.value)
    assert any(str(Path(boltz_api.__file__).parent) in text for text in witness.texts), "our frames were looked at"


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_a_custom_transports_fault_keeps_its_own_frames_only(library: ModuleType, witness: Witness) -> None:
    logging.getLogger("boltz_api").debug("Sending nothing: the transport fails")

    class Faulty(library.BaseTransport):  # type: ignore[name-defined,misc]  # one class for both libraries
        def handle_request(self, request: object) -> object:
            raise LookupError(f"no route for {type(request).__name__}")

    with (
        Boltz(api_key=UNUSUAL, http_client=library.Client(transport=Faulty())) as client,
        pytest.raises(APIConnectionError) as caught,
    ):
        client.admin.api_keys.list()
    cause = caught.value.__cause__
    assert isinstance(cause, LookupError)
    assert [frame.name for frame in traceback.extract_tb(cause.__traceback__)] == ["handle_request"]
    witness.sees_error(caught.value)
    witness.sees(Failure(Reach.UNKNOWN, transient=False, timeout=False, error=LookupError(UNUSUAL)))


def test_the_log_says_what_happens(server: Scripted, http: SayHTTP, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="boltz_api")
    server.will(http(500, headers={"retry-after-ms": "1"}), http(404, {"code": "not_found", "message": "no"}))
    with Boltz(api_key=OWN, base_url=server.url) as client, pytest.raises(APIError):
        client.admin.api_keys.list()
    text = "\n".join(record.getMessage() for record in caplog.records if record.name == "boltz_api")
    for part in ("Sending GET", "answered 500", "Retrying GET", "after 500", "answered 404", f"'x-api-key', '{MASK}'"):
        assert part in text


def test_every_log_of_an_http_library_is_masked() -> None:
    """Also one that a new release brings."""
    for library in (httpx, httpx2, httpcore, httpcore2):
        for module in pkgutil.walk_packages(library.__path__, f"{library.__name__}."):
            with contextlib.suppress(ImportError):  # what needs an extra, such as httpx's command line
                importlib.import_module(module.name)
    known = logging.Logger.manager.loggerDict
    found = {name for name in known if re.fullmatch(r"(httpx|httpcore)2?\..+|httpx2?", name)}
    speaking = {name for name in found if isinstance(known[name], logging.Logger)}
    assert speaking == {name for name in HTTP_LOGGERS if not name.startswith("hpack.")}


def test_http_libraries_logs_show_no_key_of_a_living_client(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="")
    first = Boltz(api_key=UNUSUAL)
    with Boltz(api_key=UNUSUAL):
        del first
        gc.collect()
        for name in HTTP_LOGGERS:
            log = logging.getLogger(name)
            log.debug("Adding %s=%s", "x-api-key", UNUSUAL)
            log.debug("answered: %s", [("x-echo", f"{UNUSUAL} {MADE}")])
            log.debug("nothing %s", "secret")
    shown = [f"Adding x-api-key={MASK}", f"answered: [('x-echo', '{MASK} sk_bc_{MASK}')]", "nothing secret"]
    for name in HTTP_LOGGERS:
        said = [record.getMessage() for record in caplog.records if record.name == name]
        assert (name, said) == (name, [] if name.startswith("hpack.") else shown)


def test_other_logs_and_other_programs_keep_what_they_say(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="")
    client: Boltz | None = Boltz(api_key=UNUSUAL)
    logging.getLogger("an.application").debug("%s", UNUSUAL)
    del client
    gc.collect()
    logging.getLogger("httpcore.http11").debug("%s", UNUSUAL)
    assert [record.args for record in caplog.records if UNUSUAL in record.getMessage()] == [(UNUSUAL,), (UNUSUAL,)]


LEVELS: list[tuple[str, list[str]]] = [
    ("debug", ["Sending", "answered 200", "Retrying"]),
    ("info", ["answered 200", "Retrying"]),
    ("loud", []),
]


@pytest.mark.parametrize(("level", "said"), LEVELS)
def test_the_environment_turns_the_log_on(server: Scripted, http: SayHTTP, level: str, said: list[str]) -> None:
    no_keys: dict[str, object] = {"data": [], "first_id": None, "last_id": None, "has_more": False}
    server.will(http(429, headers={"retry-after-ms": "1"}), http(200, no_keys))
    run = subprocess.run(
        [sys.executable, "-c", "from boltz_api import Boltz; Boltz().admin.api_keys.list()"],
        env={**os.environ, "BOLTZ_LOG": level, "BOLTZ_API_KEY": OWN, "BOLTZ_BASE_URL": server.url},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert [word for word in ("Sending", "answered 200", "Retrying") if word in run.stderr] == said
    assert OWN not in run.stderr


def test_what_is_no_secret_is_left_in_the_text() -> None:
    assert scrub("a password", [Secret("a passwo")]) == f"{MASK}rd"
    assert scrub("a password", [Secret("a passw")]) == "a password"
    assert scrub("sk_bc_admin_ sk_bc_ws_liv") == "sk_bc_admin_ sk_bc_ws_liv"


def test_a_secret_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="a secret is not pickled"):
        pickle.dumps(Secret(OWN))


@given(st.text(alphabet="abc ", min_size=0, max_size=30), st.integers(min_value=-60, max_value=20))
def test_a_secret_at_the_cut_is_not_shown_in_part(before: str, offset: int) -> None:
    text = f"{before}{'.' * (TEXT_LIMIT + offset - len(before))}{UNUSUAL} and more"
    shown = scrub(text, [Secret(UNUSUAL)])
    assert UNUSUAL[:9] not in shown
    assert len(shown) < TEXT_LIMIT + 40


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_printable_stays_one_line_and_the_same_json(text: str) -> None:
    document = json.dumps(text, ensure_ascii=False)
    shown = printable(document)
    assert shown.isprintable()
    assert json.loads(shown) == text
    assert printable(f"a\n{text}", keep="\n").startswith("a\n")


def test_nothing_steers_a_terminal() -> None:
    assert printable("a\x1b[2Jb\u009bc\u202ed\x7f\U000e0001") == r"a\u001b[2Jb\u009bc\u202ed\u007f\udb40\udc01"


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interrupted_create_says_how_to_find_the_key_and_shows_no_secret(
    interruption: type[BaseException], witness: Witness
) -> None:
    logging.getLogger("boltz_api").debug("Sending nothing: the transport is interrupted")

    def interrupted(request: httpx.Request) -> httpx.Response:
        raise interruption

    http_client = httpx.Client(transport=httpx.MockTransport(interrupted))
    with Boltz(api_key=UNUSUAL, http_client=http_client) as client, pytest.raises(interruption) as caught:
        client.admin.api_keys.create(name="mine", extra_headers={"x-mine": UNUSUAL})
    (note,) = caught.value.__notes__
    assert "it may have taken effect; client.admin.api_keys.candidates(name='mine', started_at=datetime" in note
    witness.sees_error(caught.value)
    ours = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "handle_request" not in ours


def test_a_cancelled_create_says_how_to_find_the_key_and_shows_no_secret(
    server: Scripted, http: SayHTTP, witness: Witness
) -> None:
    server.will(http(200, b"x", delay=5))
    errors: list[BaseException] = []

    async def cancelled() -> None:
        async with AsyncBoltz(api_key=UNUSUAL, base_url=server.url) as client:
            task = asyncio.ensure_future(client.admin.api_keys.create(name="mine"))
            await asyncio.to_thread(server.wait_for_requests, 1)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as error:
                errors.append(error)

    asyncio.run(cancelled())
    (error,) = errors
    assert any("candidates(name='mine'" in note for note in error.__notes__)
    witness.sees_error(error)


def test_locals_after_a_timeout_show_no_secret(server: Scripted, http: SayHTTP, witness: Witness) -> None:
    server.will(http(200, b"x", delay=0.5))
    with Boltz(api_key=UNUSUAL, base_url=server.url, timeout=0.1, max_retries=0) as client:
        for options in ({}, {"extra_headers": {"x-mine": MADE}}):
            with pytest.raises(APIConnectionError) as caught:
                client.admin.api_keys.create(name="x", **options)  # type: ignore[arg-type]  # a table's row
            witness.sees_error(caught.value)
        with pytest.raises(APIConnectionError) as caught:
            client.get("/x", cast_to=object, options={"headers": {"x-mine": MADE}})
        witness.sees_error(caught.value)


class Expanding:
    """A crash reporter that expands every mapping among the locals."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    def take(self, error: BaseException) -> str:
        trace = error.__traceback__
        while trace is not None:
            if "/tests/" not in trace.tb_frame.f_code.co_filename:
                for value in trace.tb_frame.f_locals.values():
                    self._expand(value, 4)
            trace = trace.tb_next
        return repr(self.seen)

    def _expand(self, value: object, depth: int) -> None:
        self.seen.append(value)
        if isinstance(value, Mapping) and depth:
            for item in cast("Mapping[str, object]", value).values():
                self._expand(item, depth - 1)


@pytest.mark.parametrize("bad", [{"max_retries": -1}, {"timeout": "soon"}, {"colour": 1}])
def test_reporters_that_expand_mappings_find_no_header(server: Scripted, bad: dict[str, object]) -> None:
    client = Boltz(api_key=OWN, base_url=server.url)
    calls: list[Callable[[], object]] = [
        lambda: client.admin.api_keys.create(name="x", extra_headers={"x-mine": UNUSUAL}, **bad),  # type: ignore[arg-type]  # that is the test
        lambda: client.admin.api_keys.with_raw_response.create(name="x", extra_headers={"x-mine": UNUSUAL}, **bad),  # type: ignore[arg-type]  # that is the test
        lambda: client.get("/x", cast_to=object, options={"headers": {"x-mine": UNUSUAL}, **bad}),  # type: ignore[arg-type]  # that is the test
        lambda: Boltz(api_key=OWN, default_headers={"x-mine": UNUSUAL}, max_retries=-1),
    ]
    for call in calls:
        with pytest.raises(BoltzError) as caught:
            call()
        found = Expanding().take(caught.value)
        assert UNUSUAL not in found
        assert OWN not in found
    assert server.opened == 0


def test_a_bad_line_of_custom_headers_shows_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOLTZ_CUSTOM_HEADERS", f"x-mine: {UNUSUAL}\nx bad: {UNUSUAL}")
    with pytest.raises(BoltzError, match="BOLTZ_CUSTOM_HEADERS") as caught:
        Boltz(api_key="fake")
    report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert UNUSUAL not in "".join(report.format())
