"""Faults on demand: what goes wrong, with which calls, and how often."""

from __future__ import annotations

from threading import Lock
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from boltz_api.sandbox.problems import RefusedError

HEADER: Final = "x-sandbox-fault"

Spoiling: TypeAlias = Literal["truncated", "html", "unknown_enum", "missing_field", "empty_page", "stuck_cursor"]


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes wrong with one call. ``Sandbox.fail`` says what each part means."""

    delay: Annotated[float, Meta(ge=0)] = 0.0
    drop: bool = False
    reset: bool = False
    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    retry_after: int | float | str | None = None
    redirect: str | None = None
    body: Spoiling | None = None
    field: str | None = None
    after_commit: bool = False

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
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
        """Whether the operation takes place all the same: it must where its own answer is what gets spoiled."""
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
        """Say what is left of it."""
        return f"Rule({self.fault}, operation={self.operation!r}, left={self.left}, hits={self.hits})"


class Faults:
    """The rules, in the order they were made: each call meets the first one that waits for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rules: list[Rule] = []
        self._spent: dict[str, int] = {}

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
        """The fault that this call meets, counted as met. A header of its own comes before the rules."""
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
        fault, times = parse_header(header)
        if times is None:
            return fault
        with self._lock:
            spent = self._spent.get(header, 0)
            if spent >= times:
                return None
            self._spent[header] = spent + 1
            return fault


def parse_header(header: str) -> tuple[Fault, int | None]:
    """The fault of a header such as ``status=503; retry-after=1; times=2``, and how often it is to happen.

    The header counts by its whole text; ``id=anything`` makes two otherwise equal ones differ.

    Raises:
        RefusedError: 400 where the header makes no sense.

    """
    parts = (part.strip().partition("=") for part in header.split(";") if part.strip())
    given = {name.strip().replace("-", "_"): value.strip() if equals else "true" for name, equals, value in parts}
    given.pop("id", None)
    times = given.pop("times", None)
    try:
        fault = msgspec.convert(given, Fault, strict=False)
        return fault, None if times is None else msgspec.convert(times, Annotated[int, Meta(ge=1)], strict=False)
    except msgspec.ValidationError as error:
        raise RefusedError(400, f"{HEADER}: {error}.") from None
