"""Faults on demand: their kinds, the calls they apply to, how often, and their effect on the response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from itertools import count
from threading import Lock
from typing import Annotated, Final, Literal, TypeAlias, cast

import msgspec
from msgspec import Meta
from starlette.responses import HTMLResponse, Response

from boltz_api.sandbox.responses import BrokenResponse, RefusedError, error_body, json_response

HEADER: Final = "x-sandbox-fault"

BodyFault: TypeAlias = Literal["truncated", "html", "unknown_enum", "missing_field", "empty_page", "stuck_cursor"]
Query: TypeAlias = Sequence[tuple[str, str]]
Json: TypeAlias = dict[str, object]

_CURSORS: Final = ("after_id", "before_id")


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault to inject into one call. ``Sandbox.fail`` documents each part."""

    delay: Annotated[float, Meta(ge=0)] = 0.0
    drop: bool = False
    reset: bool = False
    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    retry_after: int | float | str | None = None
    redirect: str | None = None
    body: BodyFault | None = None
    field: str | None = None
    after_commit: bool = False

    def __post_init__(self) -> None:
        """Refuse combinations that contradict themselves."""
        ends = {name for name in ("drop", "reset", "status", "redirect", "body") if getattr(self, name)}
        if not ends and not self.delay:
            raise ValueError("nothing to go wrong: give a delay, drop, reset, status, redirect or body")
        if len(ends) > 1 and not (ends == {"status", "body"} and self.body == "html"):
            raise ValueError(f"one call cannot meet all of {', '.join(sorted(ends))}")
        if self.retry_after is not None and self.status is None:
            raise ValueError("retry_after goes with a status")
        if self.field is not None and self.body not in ("unknown_enum", "missing_field"):
            raise ValueError("field goes with the bodies unknown_enum and missing_field")

    @property
    def commits(self) -> bool:
        """True if the operation takes place all the same, as it must where its own response is altered."""
        replaced = self.drop or self.status or self.redirect or self.body == "html"
        return self.after_commit or not replaced


class Rule:
    """A fault that waits for its calls."""

    def __init__(self, fault: Fault, operation: str | None, times: int | None) -> None:
        self.fault = fault
        self.operation = operation
        """The operation it waits for; ``None`` for any."""
        self.left = times
        """How many calls it still waits for; ``None`` for no end."""
        self.hits = 0
        """How many calls it has met."""

    def __repr__(self) -> str:
        """Return the rule for the remaining calls."""
        return f"Rule({self.fault}, operation={self.operation!r}, left={self.left}, hits={self.hits})"


class Faults:
    """The rules, in the order they were made: each call meets the first one that waits for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rules: list[Rule] = []
        self._spent: dict[str, int] = {}
        self._numbers = count(1)
        self._resumed_at: dict[str, dict[str, str]] = {}

    def add(self, rule: Rule) -> None:
        """Add a rule after those already there."""
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        """Forget every rule, and how often each header was met."""
        with self._lock:
            self._rules.clear()
            self._spent.clear()

    def next(self, operation: str, header: str | None) -> Fault | None:
        """Return the fault that this call meets, counted as met. A header of its own comes before the rules."""
        if header is not None:
            return self._from_header(header)
        with self._lock:
            for rule in self._rules:
                if rule.operation in (None, operation) and rule.left != 0:
                    rule.hits += 1
                    rule.left = None if rule.left is None else rule.left - 1
                    return rule.fault
        return None

    def _from_header(self, header: str) -> Fault | None:
        """Return the fault of a header such as ``status=503; retry-after=1; times=2``.

        The header counts by its whole text; ``id=anything`` makes two otherwise equal ones differ.
        """
        parts = (part.strip().partition("=") for part in header.split(";") if part.strip())
        given = {name.strip().replace("-", "_"): value.strip() if equals else "true" for name, equals, value in parts}
        given.pop("id", None)
        limit = given.pop("times", None)
        try:
            fault = msgspec.convert(given, Fault, strict=False)
            times = None if limit is None else msgspec.convert(limit, Annotated[int, Meta(ge=1)], strict=False)
        except msgspec.ValidationError as error:
            raise RefusedError(400, f"{HEADER}: {error}.") from None
        with self._lock:
            spent = self._spent.get(header, 0)
            self._spent[header] = spent + 1
        return fault if times is None or spent < times else None

    def apply(self, fault: Fault, response: Response | None, query: Query) -> Response:
        """Return the altered response; ``response`` is ``None`` if the operation did not take place."""
        if fault.drop:
            return BrokenResponse()
        if fault.status is not None or fault.body == "html":
            return _replacement(fault)
        if fault.redirect is not None:
            return Response(status_code=307, headers={"location": fault.redirect})
        if response is None:
            raise ValueError(f"{fault} needs the response of the operation")
        if fault.reset:
            return BrokenResponse(response)
        if fault.body is None or response.status_code != 200:
            return response
        body = bytes(response.body)
        if fault.body == "truncated":
            return Response(body[: len(body) // 2], media_type="application/json")
        return json_response(200, self._altered(fault, msgspec.json.decode(body), query))

    def _altered(self, fault: Fault, value: object, query: Query) -> object:
        if fault.body == "unknown_enum":
            field = fault.field or "key_type"
            return _each_object(value, lambda found: {**found, field: "unheard_of"} if field in found else found)
        if fault.body == "missing_field":
            field = fault.field or "created_at"
            return _each_object(value, lambda found: {name: item for name, item in found.items() if name != field})
        page, asked = cast("Json", value), dict(query)
        if not isinstance(value, dict) or "has_more" not in page:
            return page
        if fault.body == "stuck_cursor":
            first, last = asked.get("before_id", page["first_id"]), asked.get("after_id", page["last_id"])
            return {**page, "first_id": first, "has_more": True, "last_id": last}
        cursor = f"key_sandbox_empty_page_{next(self._numbers)}"
        self._resumed_at[cursor] = {name: text for name, text in self.resolve(query) if name in _CURSORS}
        return {**page, "data": [], "first_id": cursor, "has_more": True, "last_id": cursor}

    def resolve(self, query: Query) -> Query:
        """Return ``query`` with the cursor of an empty page replaced by the place where the list stood."""
        resolved: list[tuple[str, str]] = []
        for name, text in query:
            place = self._resumed_at.get(text) if name in _CURSORS else None
            if place is None:
                resolved.append((name, text))
            elif name in place:
                resolved.append((name, place[name]))
        return resolved


def _replacement(fault: Fault) -> Response:
    status = fault.status or 200
    headers = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after}"}
    phrase = next((known.phrase for known in HTTPStatus if known == status), "Unknown Status")
    if fault.body == "html":
        title = f"{status} {phrase}"
        page = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
        return HTMLResponse(page, status, headers)
    return json_response(status, error_body(status, f"{phrase}: a fault of the sandbox."), headers)


def _each_object(value: object, change: Callable[[Json], Json]) -> object:
    """Return ``value`` with every object in it changed, the inner ones first."""
    if isinstance(value, dict):
        return change({name: _each_object(entry, change) for name, entry in cast("Json", value).items()})
    if isinstance(value, list):
        return [_each_object(entry, change) for entry in cast("list[object]", value)]
    return value
