"""Parameters: which an operation has, and whether they are of a kind that can be generated."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from codegen.shapes import Choice, Flag, Items, Nullable, Number, OneOf, Text

if TYPE_CHECKING:
    from collections.abc import Collection

    from codegen.cursor import Cursor
    from codegen.operations import Location
    from codegen.shapes import Shape

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
# https://spec.openapis.org/oas/v3.1.1.html#parameter-name: other fields of the contract say what these hold.
_HEADERS_FROM_ELSEWHERE: Final = frozenset({"accept", "content-type", "authorization"})
_USUAL_STYLES: Final = {"path": ("simple", False), "query": ("form", True), "header": ("simple", False)}


def parameters_of(operation: Cursor, shared: Cursor) -> dict[tuple[str, str], Cursor]:
    """By wire name and location; one of the operation replaces one that its path has for all."""
    found: dict[tuple[str, str], Cursor] = {}
    for source in (shared.about(*operation.subject), operation):
        own: set[tuple[str, str]] = set()
        for entry in source.entries_of("parameters"):
            part = entry.target()
            key = part.need("name").text(), part.need("in").text()
            if key in own:
                raise entry.error(f"a second {key[1]} parameter {key[0]!r}")
            own.add(key)
            found[key] = part.about(*part.subject, key[0])
    return found


def location_of(parameter: Cursor) -> Location:
    """Where the parameter goes; a fault if it goes there in a way that cannot be generated."""
    place = parameter.need("in")
    location: Location
    match place.text():
        case "path" | "query" | "header" as known:
            location = known
        case other:
            raise place.error(f"the generators cannot express a parameter in {other!r}")
    if location == "header" and parameter.text_of("name").lower() in _HEADERS_FROM_ELSEWHERE:
        raise parameter.error("OpenAPI ignores a header parameter of this name; the contract says it elsewhere")
    if content := parameter.get("content"):
        raise content.error("the generators cannot express a parameter with content; give it a schema")
    style, explode = _USUAL_STYLES[location]
    for key, expected in (("style", style), ("explode", explode), ("allowReserved", False)):
        given = parameter.get(key)
        if given is not None and given.data != expected:
            written = given.data if isinstance(given.data, str) else json.dumps(given.data)
            raise given.error(f"the generators cannot express {key}: {written} in a {location} parameter")
    if location == "path" and not parameter.flag_of("required"):
        raise parameter.error("a path parameter must say required: true")
    return location


def check_fits(shape: Shape, location: Location, place: Cursor) -> None:
    """A fault if a value of ``shape`` cannot be written there."""
    if isinstance(shape, Nullable):
        raise place.error(f"a {location} parameter cannot be null; leave it out instead")
    plain = (shape.item,) if isinstance(shape, Items) and location == "query" else (shape,)
    options = plain[0].options if isinstance(plain[0], OneOf) else plain
    if location == "path" and any(isinstance(option, Flag) for option in options):
        raise place.error("a path parameter must be a string or a number")
    if not all(isinstance(option, Text | Number | Flag | Choice) for option in options):
        kinds = "a single value or a list of them" if location == "query" else "a single value"
        raise place.error(f"a {location} parameter must be {kinds}")


def placeholders_of(path: str) -> list[str]:
    """What stands in the braces of ``path``, in order."""
    found: list[str] = _PLACEHOLDER.findall(path)
    return found


def check_path(path: str, parameters: Collection[str], place: Cursor) -> None:
    """A fault if ``path`` is none, or if its placeholders and the path's ``parameters`` differ."""
    placeholders = placeholders_of(path)
    if re.search(r'[{}?#\s\\"]', _PLACEHOLDER.sub("", path)):
        raise place.error("a path has no spaces, quotes, ?, # or \\, and no braces but those of its placeholders")
    for wire in placeholders:
        if not re.fullmatch(r"[A-Za-z0-9._~-]+", wire):
            raise place.error(f"a placeholder is named by letters, digits and ._~-, not {{{wire}}}")
        if wire not in parameters:
            raise place.error(f"the path has {{{wire}}}, but no path parameter is called so")
    if len(set(placeholders)) < len(placeholders):
        raise place.error("the path has the same placeholder twice")
    for wire in parameters:
        if wire not in placeholders:
            raise place.error(f"{wire}: the path has no {{{wire}}}")
