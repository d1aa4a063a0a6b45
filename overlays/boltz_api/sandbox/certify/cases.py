"""Cases: their form, and the files that they stand in."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast

import msgspec
import msgspec.structs
import yaml
from msgspec import UNSET, Struct, UnsetType

FOLDER: Final = Path(__file__).parent / "cases"
"""The cases that come with this package."""
SCHEMA: Final = FOLDER / "schema.json"
API_KEY: Final = "sk_bc_admin_test_fake_key_of_the_wire_cases"
"""The key of a client whose case gives none."""
BASIC_SETTINGS: Final = frozenset({"api_key", "base_url", "timeout", "max_retries"})
"""The settings that every client must have; any other is a capability of its name."""

Operation: TypeAlias = Literal["create", "list", "list_all", "revoke"]
Kind: TypeAlias = Literal[
    "argument",
    "authentication",
    "bad_request",
    "conflict",
    "connection",
    "missing_key",
    "not_found",
    "pagination",
    "permission_denied",
    "rate_limit",
    "redirect",
    "response_validation",
    "server_error",
    "status",
    "timeout",
    "unprocessable",
]
"""Kinds of error, by neutral names. ``status`` is any other than the named ones."""


class _Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a case."""


class Repeat(_Strict, frozen=True, kw_only=True):
    """A long text."""

    repeat: str
    times: int


class Call(_Strict, frozen=True, kw_only=True):
    """A call of one operation. ``list`` gives one page, ``list_all`` every item of every page."""

    operation: Operation
    arguments: dict[str, Any] = {}
    options: dict[str, Any] = {}
    """Settings of this call alone: ``timeout``, ``max_retries``, ``extra_headers``, ``extra_query``, ``extra_body``."""


class Response(_Strict, frozen=True, kw_only=True):
    """The response to one request on a connection, and what happens to the connection afterwards."""

    status: int | None = None
    """None: nothing is sent, unless ``raw`` is."""
    headers: dict[str, str | list[str] | None] = {}
    """Besides content-type and content-length, which None leaves out."""
    json: Any = UNSET
    body: str | Repeat = ""
    """Characters up to U+00FF, each a byte."""
    gzip: bool = False
    """Compress the body."""
    raw: str | None = None
    """The whole response, in place of the fields above."""
    cut: int | None = None
    """How many bytes are sent; a negative number counts from the end."""
    drip: float = 0.0
    """Seconds between two bytes of the body."""
    then: Literal["keep", "close", "reset", "stall"] = "keep"
    commit: bool = False
    """The server did what was asked, whatever it responds."""
    slow_read: bool = False
    """The server reads the body of the request at 2.7 MB a second at most."""


class Request(_Strict, frozen=True, kw_only=True):
    """A request as it should arrive; what is not given is not compared."""

    method: str | None = None
    path: str | None = None
    """Compared segment by segment, after percent-decoding each."""
    query: dict[str, str | list[str]] | None = None
    headers: dict[str, str | bool] = {}
    """True: present, with any value. False: absent."""
    json: Any = UNSET
    body: str | None = None


class Error(_Strict, frozen=True, kw_only=True):
    """An error as it should be reported; what is not given is not compared."""

    kind: Kind | None = None
    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    retry_after: float | None = None
    argument: str | None = None
    path: str | None = None
    """The JSON path of the fault in a response."""
    outcome_unknown: bool | None = None
    holds: str | None = None
    """Text that the body of the response, as the error carries it, must contain."""


class Expectation(_Strict, frozen=True, kw_only=True):
    """The behaviour that a client must show."""

    requests: int | list[Request]
    elsewhere: int | list[Request] = 0
    """Those that arrive at the second origin."""
    committed: int | None = None
    """How often the server did what was asked."""
    sleeps: list[float] = []
    """Waits between requests, in seconds."""
    value: Any = UNSET
    """The call's return value, as JSON."""
    items: list[Any] | UnsetType = UNSET
    """The items that ``list_all`` yields, also before an error; a string stands for the item with that ID."""
    error: Error | None = None
    exit_code: int | None = None
    """The exit code of a command line, if the outcome alone does not determine it."""
    nowhere: list[str] = []
    """Strings that nothing which the client shows may contain: error texts, representations, logs."""
    seconds: float | None = None
    """How long the call may take, by a real clock."""


class Case(_Strict, frozen=True, kw_only=True):
    """One rule, tried in one way.

    These stand for addresses in any string: ``{server}``, ``{port}`` (the server's), ``{elsewhere}`` (a second
    origin), ``{closed}`` (no listener), ``{silent}`` (connections are neither accepted nor refused). A
    `Repeat` may stand wherever a long text is wanted.
    """

    rule: str
    title: str
    call: Call
    before: list[Call] = []
    """Calls that the same client makes before, whatever their outcome."""
    client: dict[str, Any] = {}
    """Settings of the client; None leaves out what is set otherwise."""
    environment: dict[str, str] = {}
    clock: Literal["fake", "real"] = "fake"
    """A fake clock moves when the client sleeps, and only then; jitter is off."""
    needs: list[str] = []
    """Capabilities that the case requires of a client, besides those that follow from its settings."""
    server: list[Response] = []
    """Responses in order; the last is repeated."""
    elsewhere: list[Response] = []
    expect: Expectation
    pending: str = ""
    """Why this project's own client does not pass yet."""

    @property
    def needed(self) -> set[str]:
        """Every capability that a client must have for this case."""
        settings = {*self.client, *(name for call in (*self.before, self.call) for name in call.options)}
        implied = {
            "environment": bool(self.environment),
            "list_all": self.call.operation == "list_all",
            "several_calls": bool(self.before),
        }
        return {*self.needs, *(settings - BASIC_SETTINGS), *(name for name, holds in implied.items() if holds)}

    def at(self, places: Mapping[str, str]) -> Case:
        """Return this case with addresses in their places."""
        return msgspec.convert(_filled(msgspec.to_builtins(self), places), Case)

    def line(self, server: str) -> dict[str, object]:
        """Return the input for a driver; ``server`` is the default base URL."""
        settings = {"api_key": API_KEY, "base_url": server, "timeout": 5.0, **self.client}
        return {
            "call": _with_defaults(self.call),
            "before": [_with_defaults(call) for call in self.before],
            "client": {name: value for name, value in settings.items() if value is not None},
            "environment": self.environment,
            "clock": self.clock,
        }


class CaseFile(_Strict, frozen=True, kw_only=True):
    """A file of cases: one group of rules."""

    group: str
    rules: dict[str, str]
    """Each rule's name, for links, and the rule in a sentence."""
    shared: Any = None
    """Values for YAML's anchors."""
    cases: list[Case]


def load(folder: Path = FOLDER) -> list[CaseFile]:
    """Read every file of cases in ``folder``.

    Raises:
        ValueError: A file does not fit the schema, or its rules and its cases do not belong together.

    """
    files = [_read(path) for path in sorted(folder.glob("*.yaml"))]
    known: set[str] = set()
    for file in files:
        used = {case.rule for case in file.cases}
        if used != set(file.rules) or known & used:
            raise ValueError(f"{file.group}: rules and cases differ: {sorted(used ^ set(file.rules) | known & used)}")
        known |= used
    return files


def only(files: Iterable[CaseFile], rules: Collection[str]) -> list[CaseFile]:
    """Return the files with these rules alone.

    Raises:
        ValueError: There is no such rule.

    """
    files = list(files)
    known = {rule for file in files for rule in file.rules}
    if unknown := sorted(set(rules) - known):
        raise ValueError(f"no such rule: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return [
        msgspec.structs.replace(
            file,
            rules={rule: statement for rule, statement in file.rules.items() if rule in rules},
            cases=[case for case in file.cases if case.rule in rules],
        )
        for file in files
    ]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of cases."""
    _, components = msgspec.json.schema_components([CaseFile], ref_template="#/$defs/{name}")
    definition = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": "#/$defs/CaseFile"}
    # Python 3.13 removes the indentation of docstrings by itself; before, it is in the descriptions.
    for component in components.values():
        if "description" in component:
            component["description"] = cleandoc(component["description"])
    return {**definition, "$defs": components}


def _read(path: Path) -> CaseFile:
    # Pure Python takes ten times as long.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = path.read_text(encoding="utf-8")
    try:
        return msgspec.convert(yaml.load(text, loader), CaseFile)  # noqa: S506  # both loaders are the safe one
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ValueError(f"{path.name}: {error}") from error


def _with_defaults(call: Call) -> dict[str, object]:
    # Drivers stay shorter where every field is there.
    return {"operation": call.operation, "arguments": call.arguments, "options": call.options}


def _filled(value: object, places: Mapping[str, str]) -> object:
    match value:
        case str():
            for name, place in places.items():
                value = value.replace(f"{{{name}}}", place)
            return value
        case {"repeat": str(text), "times": int(times)}:
            return text * times
        case dict():
            return {key: _filled(item, places) for key, item in cast("dict[str, object]", value).items()}
        case list():
            return [_filled(item, places) for item in cast("list[object]", value)]
        case _:
            return value


def each(files: Iterable[CaseFile]) -> Iterator[Case]:
    """Go over the cases of ``files``."""
    for file in files:
        yield from file.cases


if __name__ == "__main__":
    SCHEMA.write_text(json.dumps(schema(), indent=1) + "\n", encoding="utf-8")
