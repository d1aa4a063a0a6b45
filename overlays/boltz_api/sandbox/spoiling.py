"""What a fault makes of an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import msgspec
from attrs import evolve

from boltz_api.sandbox.answers import Answer, answer
from boltz_api.sandbox.problems import error_body

if TYPE_CHECKING:
    from boltz_api.sandbox.faults import Fault

Query: TypeAlias = Sequence[tuple[str, str]]
Json: TypeAlias = dict[str, object]

_HTML: Final = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
_CURSORS: Final = ("after_id", "before_id")


class Spoiler:
    """Carries faults out. It remembers which cursors it made up, so that an empty page hides no key."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._resumed_at: dict[str, dict[str, str]] = {}

    def resolve(self, query: Query) -> Query:
        """``query`` with each made-up cursor replaced by the place where the list stood."""
        if not self._resumed_at:
            return query
        resolved: list[tuple[str, str]] = []
        for name, value in query:
            place = self._resumed_at.get(value) if name in _CURSORS else None
            if place is None:
                resolved.append((name, value))
            elif name in place:
                resolved.append((name, place[name]))
        return resolved

    def spoil(self, fault: Fault, real: Answer | None, query: Query) -> Answer:
        """What the caller gets in place of the ``real`` answer, which is ``None`` where nothing was done."""
        if fault.drop:
            return Answer(status=500, body=b"", ending="dropped")
        if fault.status is not None or fault.body == "html":
            return _replacement(fault)
        if fault.redirect is not None:
            return Answer(status=307, body=b"", headers={"location": fault.redirect})
        if real is None:
            raise ValueError(f"{fault} spoils an answer, so there must be one")
        if fault.reset:
            return evolve(real, ending="reset")
        if fault.body is None or real.status != 200:
            return real
        if fault.body == "truncated":
            return evolve(real, body=real.body[: len(real.body) // 2])
        return evolve(real, body=msgspec.json.encode(self._spoiled(fault, msgspec.json.decode(real.body), query)))

    def _spoiled(self, fault: Fault, value: object, query: Query) -> object:
        if fault.body == "unknown_enum":
            return _each_object(value, lambda found: _with_value(found, fault.field or "key_type", "unheard_of"))
        if fault.body == "missing_field":
            return _each_object(value, lambda found: _without(found, fault.field or "created_at"))
        page = cast("Json", value)
        if not isinstance(value, dict) or "has_more" not in page:
            return page
        return self._emptied(page, query) if fault.body == "empty_page" else _stuck(page, query)

    def _emptied(self, page: Json, query: Query) -> Json:
        cursor = f"key_sandbox_empty_page_{next(self._numbers)}"
        self._resumed_at[cursor] = {name: value for name, value in self.resolve(query) if name in _CURSORS}
        return {**page, "data": [], "first_id": cursor, "has_more": True, "last_id": cursor}


def _replacement(fault: Fault) -> Answer:
    status = fault.status or 200
    headers = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after}"}
    phrase = next((known.phrase for known in HTTPStatus if known == status), "Unknown Status")
    if fault.body == "html":
        page = _HTML.format(f"{status} {phrase}").encode()
        return Answer(status=status, body=page, headers={**headers, "content-type": "text/html; charset=utf-8"})
    return answer(status, error_body(status, f"{phrase}, as asked for."), headers)


def _stuck(page: Json, query: Query) -> Json:
    asked = dict(query)
    first, last = asked.get("before_id", page["first_id"]), asked.get("after_id", page["last_id"])
    return {**page, "first_id": first, "has_more": True, "last_id": last}


def _each_object(value: object, change: Callable[[Json], Json]) -> object:
    """``value`` with every object in it changed, the inner ones first."""
    if isinstance(value, dict):
        return change({name: _each_object(entry, change) for name, entry in cast("Json", value).items()})
    if isinstance(value, list):
        return [_each_object(entry, change) for entry in cast("list[object]", value)]
    return value


def _with_value(found: Json, field: str, value: str) -> Json:
    return {**found, field: value} if field in found else found


def _without(found: Json, field: str) -> Json:
    return {name: value for name, value in found.items() if name != field}
