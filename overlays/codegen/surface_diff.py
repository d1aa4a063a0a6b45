"""What changed between two surfaces, said in terms of the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, TypeAlias

from attrs import frozen

from codegen.surface import ANY_OPERATION, Element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.contract import JSON
    from codegen.surface import Properties, Surface

Kind: TypeAlias = Literal["added", "removed", "changed"]

_MARKS = {"added": "+", "removed": "-", "changed": "~"}


@frozen
class Change:
    """One difference between two surfaces. Prints as ``~ create_api_key: body field name: maxLength 255 -> 100``."""

    kind: Kind
    operation: str
    place: str
    """``operation``, ``path``, ``query``, ``header``, ``body``, ``answer 200``, ``error`` ..."""
    name: str
    """The parameter or field; empty where the operation, body or answer as a whole changed."""
    property: str | None
    """What of the element changed; ``None`` where the element itself came or went."""
    before: JSON
    """The property's value, or all properties of an element that went; ``None`` where there was none."""
    after: JSON
    """As ``before``, of the new surface."""

    def __str__(self) -> str:
        """One line."""
        return f"{_MARKS[self.kind]} {self._subject()}: {self._news()}"

    def _subject(self) -> str:
        return "any operation" if self.operation == ANY_OPERATION else self.operation

    def _news(self) -> str:
        said = self.after if self.kind == "added" else self.before
        if self.property is None and isinstance(said, dict):
            optional = "optional " if said.get("required") is False else ""
            return f"{optional}{_where(self.place, self.name)}{_suffix(self.place, said)}"
        where = "" if self.place == "operation" else f"{_where(self.place, self.name)}: "
        return f"{where}{_property_news(self.property or '', self.before, self.after)}"


def compare(before: Surface, after: Surface) -> tuple[Change, ...]:
    """Every difference, sorted by operation, place and name. What came or went as a part of something is not named."""
    old, new = before.elements, after.elements
    gone, come = _outermost(old.keys() - new.keys()), _outermost(new.keys() - old.keys())
    changes = [_change("removed", element, None, dict(old[element]), None) for element in gone]
    changes += [_change("added", element, None, None, dict(new[element])) for element in come]
    for element in old.keys() & new.keys():
        changes += _property_changes(element, old[element], new[element])
    return tuple(
        sorted(changes, key=lambda change: (change.operation, change.place, change.name, change.property or ""))
    )


def _outermost(elements: set[Element]) -> list[Element]:
    found: list[Element] = []
    # Sorted, whatever contains an element comes before it.
    for element in sorted(elements, key=lambda element: (element.operation, element.place != "operation", element)):
        if not any(outer.contains(element) for outer in found):
            found.append(element)
    return found


def _property_changes(element: Element, old: Properties, new: Properties) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield _change("changed", element, key, old.get(key), new.get(key))


def _change(kind: Kind, element: Element, name: str | None, before: JSON, after: JSON) -> Change:
    return Change(kind, element.operation, element.place, element.name, name, before, after)


def _where(place: str, name: str) -> str:
    match place:
        case "path" | "query" | "header" | "cookie":
            return f"{place} parameter {name}"
        case "error":
            return f"error {name}"
        case "operation":
            return "operation"
        case _:
            return f"{place} field {name}" if name else place


def _suffix(place: str, said: dict[str, JSON]) -> str:
    if place == "operation":
        return f" {said['method']} {said['path']}"
    text = describe(said)
    return f": {text}" if text else ""


def describe(said: Properties) -> str:
    """The properties of an element as a person would say them: ``integer, 1 to 365, default 30``."""
    parts: list[str] = []
    if "enum" in said:
        parts.append(_values(said["enum"]))
    elif "type" in said:
        parts.append(f"{said['type']} ({said['format']})" if "format" in said else str(said["type"]))
    if said.get("nullable"):
        parts.append("or null")
    parts += _limits(said)
    if "default" in said:
        parts.append(f"default {json.dumps(said['default'])}")
    if said.get("deprecated"):
        parts.append("deprecated")
    return ", ".join(parts)


def _limits(said: Properties) -> Iterator[str]:
    for unit, lower, upper in (
        ("", "minimum", "maximum"),
        (" characters", "minLength", "maxLength"),
        (" items", "minItems", "maxItems"),
    ):
        match said.get(lower), said.get(upper):
            case None, None:
                pass
            case None, most:
                yield f"at most {most}{unit}"
            case least, None:
                yield f"at least {least}{unit}"
            case least, most:
                yield f"{least} to {most}{unit}"


def _property_news(name: str, before: JSON, after: JSON) -> str:
    if name == "required":
        return "optional -> required" if after else "required -> optional"
    if name == "enum" and isinstance(before, list) and isinstance(after, list):
        came = [value for value in after if value not in before]
        went = [value for value in before if value not in after]
        news = [*([f"gains {_values(came)}"] if came else []), *([f"loses {_values(went)}"] if went else [])]
        return f"enum {' and '.join(news) or 'in another order'}"
    return f"{name} {_value(before)} -> {_value(after)}"


def _values(values: JSON) -> str:
    return ", ".join(map(json.dumps, values)) if isinstance(values, list) else _value(values)


def _value(value: JSON) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value)
