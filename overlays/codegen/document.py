"""The contract's files as trees of nodes, each with its place, and the faults that are found in them.

The text is YAML 1.2, of which JSON is a part. libyaml scans it, ten times as fast as a parser in Python. Its events get
their meaning here, because the loaders at hand forget the places, let a later key replace an earlier one, read YAML 1.1
(`yes`, `010`), or follow an alias into itself.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, TypeAlias
from urllib.parse import unquote

import yaml
from attrs import frozen, mutable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
Schema: TypeAlias = dict[str, Any]
"""A part of the normal form. Its values are of every JSON type, at every depth."""

# Aliases let a few lines stand for billions of nodes. A hand-maintained contract stays far below these.
MOST_NODES: Final = 2_000_000
MOST_LEVELS: Final = 200

_CORE = "tag:yaml.org,2002:"
_TAGS: Final[dict[type, tuple[str, ...]]] = {
    yaml.MappingStartEvent: ("map",),
    yaml.SequenceStartEvent: ("seq",),
    yaml.ScalarEvent: ("str", "int", "float", "bool", "null"),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_JSON = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_MARKUP = re.compile(r"\s*<(!|\?|[A-Za-z])")


class Place(NamedTuple):
    """A place in a file. Lines and columns count from 1; 0 stands for the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """The place as compilers print it."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@frozen
class Fault:
    """One thing to mend in the contract. Prints as ``openapi.yaml:12:5: the message; the hint``."""

    place: Place
    message: str
    hint: str = ""
    """What to do about it."""

    def __str__(self) -> str:
        """One line."""
        return f"{self.place}: {self.message}" + (f"; {self.hint}" if self.hint else "")


class Faults(Exception):  # noqa: N818  # it carries several
    """The contract cannot be used; ``faults`` holds every reason of the run, in the order of the files."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.place, fault.message)))
        super().__init__("\n".join(map(str, self.faults)))


@frozen(order=True)
class Note:
    """A part of the contract that has no effect on what is generated. Prints like a fault."""

    place: Place
    message: str
    count: int = 1
    """How often the same is to be said; ``place`` is the first."""

    def __str__(self) -> str:
        """One line."""
        more = f" (and {self.count - 1} more)" if self.count > 1 else ""
        return f"{self.place}: {self.message}{more}"


class Report:
    """Collects what a run has to say about a contract, and which node each part of its output came from."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.origins: dict[int, Node] = {}
        """By the ``id`` of the dict that was written."""
        self._notes: dict[str, list[Place]] = {}

    def fault(self, node: Node, message: str, hint: str = "") -> None:
        """Add a fault at the place of ``node``."""
        self.faults.append(Fault(node.place, message, hint))

    def note(self, node: Node, message: str) -> None:
        """Add a note; one node says the same once."""
        places = self._notes.setdefault(message, [])
        if node.place not in places[-1:]:
            places.append(node.place)

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes in the order of the files, what is said several times once."""
        found = ((sorted(set(places)), message) for message, places in self._notes.items())
        return tuple(sorted(Note(places[0], message, len(places)) for places, message in found))


class Node:
    """One value of a file and its place: of an entry in a mapping, the place of its key."""

    __slots__ = ("place", "value")

    def __init__(self, value: Value, place: Place) -> None:
        self.value = value
        self.place = place

    def get(self, key: str) -> Node | None:
        """The member called ``key``; ``None`` if there is none, or this is no mapping."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    @property
    def members(self) -> dict[str, Node]:
        """The members of a mapping; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def entries(self) -> list[Node]:
        """The entries of a list; empty for anything else."""
        return self.value if isinstance(self.value, list) else []

    def data(self) -> JSON:
        """The value in JSON's types, all the way down."""
        if isinstance(self.value, dict):
            return {key: member.data() for key, member in self.value.items()}
        if isinstance(self.value, list):
            return [entry.data() for entry in self.value]
        return self.value

    def fault(self, message: str, hint: str = "") -> Fault:
        """A fault at this place."""
        return Fault(self.place, message, hint)

    def text(self) -> str:
        """The string here without space around it; empty for anything else."""
        return self.value.strip() if isinstance(self.value, str) else ""


Value: TypeAlias = "dict[str, Node] | list[Node] | str | int | float | bool | None"


class Files:
    """The files of a contract, each read once."""

    def __init__(self, main: Path) -> None:
        """Read the file ``main``; ``Faults`` if it is no YAML."""
        self.hashes: dict[str, str] = {}
        self._roots: dict[str, Node] = {}
        self._targets: dict[tuple[str, str], Node] = {}
        self.main = self._read(str(main))

    def target(self, reference: Node) -> Node:
        """The node that a ``$ref`` names, in this or another file; ``Faults`` if there is none."""
        text = reference.value
        if not isinstance(text, str):
            raise Faults([reference.fault(f"a $ref is a string, not {described(reference)}")])
        key = reference.place.file, text
        if key not in self._targets:
            self._targets[key] = self._find(reference, text)
        return self._targets[key]

    def _find(self, reference: Node, text: str) -> Node:
        path, _, fragment = text.partition("#")
        if "://" in path:
            hint = "save the document beside the contract and refer to that file"
            raise Faults([reference.fault(f"$ref {text!r} leads out of this folder", hint)])
        file = reference.place.file
        if path:
            file = os.path.normpath(Path(file).parent / unquote(path))
            if file not in self._roots and not Path(file).is_file():
                hint = f"the path is relative to {reference.place.file}"
                raise Faults([reference.fault(f"$ref {text!r} names no file: there is no {file}", hint)])
        node = self._roots.get(file) or self._read(file)
        if fragment and not fragment.startswith("/"):
            hint = "write the way to it instead, as in '#/components/schemas/Name'"
            raise Faults([reference.fault(f"$ref {text!r} names an anchor", hint)])
        for key in keys_of(unquote(fragment)):
            step = node.get(key) if isinstance(node.value, dict) else _entry(node, key)
            if step is None:
                hint = "correct the name, or add what it should name"
                raise Faults([reference.fault(f"$ref {text!r} names nothing", hint)])
            node = step
        return node

    def _read(self, file: str) -> Node:
        try:
            source = Path(file).read_bytes()
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            message = "no such file" if missing else f"cannot be read: {error.strerror or error}"
            raise Faults([Fault(Place(file), message)]) from None
        self.hashes[file] = hashlib.sha256(source).hexdigest()
        node = self._roots[file] = parse(source, file)
        return node


def keys_of(pointer: str) -> Iterator[str]:
    """The keys that a pointer such as ``#/paths/~1keys/get`` leads through."""
    for key in pointer.removeprefix("#").split("/")[1:]:
        yield key.replace("~1", "/").replace("~0", "~")


def pointer_to(parent: str, *keys: str | int) -> str:
    """``parent`` with ``keys`` added, written as a ``$ref`` writes it."""
    return "/".join([parent, *(str(key).replace("~", "~0").replace("/", "~1") for key in keys)])


def described(node: Node) -> str:
    """What ``node`` holds, in words."""
    kinds: dict[type, str] = {dict: "a mapping", list: "a list", str: "a string", bool: "true or false"}
    return "nothing" if node.value is None else kinds.get(type(node.value), str(node.value))


def parse(source: bytes, file: str) -> Node:
    """Read one YAML 1.2 document; ``Faults`` says what is wrong with it."""
    try:
        # A byte order mark is allowed, and means nothing.
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        column = error.start - source.rfind(b"\n", 0, error.start)
        message = f"not UTF-8 text: byte 0x{source[error.start]:02x}"
        raise Faults([Fault(Place(file, line, column), message, "save the file as UTF-8")]) from None
    if not text.strip():
        raise Faults([Fault(Place(file), "the file is empty")])
    if _MARKUP.match(text):
        raise Faults([Fault(Place(file, 1, 1), "expected an OpenAPI contract in YAML, found HTML or XML")])
    return _Parser(text, file).document()


def _entry(node: Node, key: str) -> Node | None:
    return node.entries[int(key)] if key.isdecimal() and int(key) < len(node.entries) else None


@mutable
class _Open:
    """A collection that is being read."""

    node: Node
    anchor: str | None
    size: int = 0
    """In nodes, with every alias written out."""
    key: tuple[str, Place] | None = None
    """In a mapping, the key that waits for its value."""


class _Parser:
    """Builds nodes from libyaml's events, without recursion: a file cannot exhaust the stack."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        # JSON writes characters beyond U+FFFF as two escapes, which libyaml refuses. The columns behind them move by 2.
        self._moved: list[tuple[int, int]] = []
        if _SURROGATES.search(text):
            text = "\n".join(self._joined(number, line) for number, line in enumerate(text.split("\n")))
        self._text = text
        self._root: Node | None = None
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Value, int]] = {}

    def document(self) -> Node:
        try:
            for event in yaml.parse(self._text, Loader=getattr(yaml, "CLoader", yaml.Loader)):
                self._take(event)
        except yaml.MarkedYAMLError as error:
            place = self._place(error.problem_mark or error.context_mark)
            raise Faults([Fault(place, f"not YAML: {error.problem or error.context}")]) from None
        except yaml.YAMLError as error:
            raise Faults([Fault(Place(self._file), f"not YAML: {str(error).splitlines()[0].strip()}")]) from None
        return self._root or Node(None, Place(self._file, 1, 1))

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent) and self._root is not None:
            self._refuse(event, "a second document in one file", "keep each in a file of its own")
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self._stack.pop()
            if done.anchor:
                self._anchors[done.anchor] = done.node.value, done.size
            if self._stack:
                self._stack[-1].size += done.size
        elif isinstance(event, yaml.NodeEvent):
            value, size = self._value(event)
            node = self._put(event, value, size)
            if node is not None and isinstance(event, yaml.CollectionStartEvent):
                if len(self._stack) == MOST_LEVELS:
                    self._refuse(event, "nested too deeply")
                self._stack.append(_Open(node, event.anchor))

    def _put(self, event: yaml.NodeEvent, value: Value, size: int) -> Node | None:
        """Add a value to the collection that is open; ``None`` if it is a key there."""
        place = self._place(event.start_mark)
        if not self._stack:
            self._root = Node(value, place)
            return self._root
        parent = self._stack[-1]
        parent.size += size
        if parent.size > MOST_NODES:
            self._refuse(event, f"aliases make this more than {MOST_NODES:,} nodes")
        if isinstance(parent.node.value, dict):
            if parent.key is None:
                parent.key = self._key(parent.node.value, event), place
                return None
            (key, place), parent.key = parent.key, None
            node = parent.node.value[key] = Node(value, place)
            return node
        node = Node(value, place)
        parent.node.entries.append(node)
        return node

    def _value(self, event: yaml.NodeEvent) -> tuple[Value, int]:
        """The value of a scalar or an alias, or an empty collection; and its size in nodes."""
        if isinstance(event, yaml.AliasEvent):
            if any(event.anchor == own.anchor for own in self._stack):
                self._refuse(event, "an alias stands inside the node that it names")
            if event.anchor not in self._anchors:
                self._refuse(event, f"no node has the anchor &{event.anchor}")
            return self._anchors[event.anchor]
        written: str | None = getattr(event, "tag", None)
        tag = (written or "").removeprefix(_CORE).removeprefix("!")
        if tag not in ("", *_TAGS.get(type(event), ())):
            self._refuse(event, f"the tag {written} has no meaning in a contract", "remove it")
        if isinstance(event, yaml.MappingStartEvent):
            return {}, 1
        if not isinstance(event, yaml.ScalarEvent):
            return [], 1
        plain = tag not in ("", "str") or (written is None and event.implicit[0])
        value = self._scalar(event) if plain else str(event.value)
        if event.anchor:
            self._anchors[event.anchor] = value, 1
        return value, 1

    def _key(self, mapping: dict[str, Node], event: yaml.NodeEvent) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(event, "a key must be a string")
        # The text of the key is the key: `200:` names the same response as `'200':`.
        text = str(event.value)
        if text == "<<" and event.implicit[0]:
            self._refuse(event, "merge keys (<<) are not part of YAML 1.2", "write the fields out, or use $ref")
        if text in mapping:
            self._refuse(event, f"duplicate key {text!r}, first on line {mapping[text].place.line}", "remove one")
        return text

    def _scalar(self, event: yaml.ScalarEvent) -> Value:
        """The meaning of a plain scalar: https://yaml.org/spec/1.2.2/#1032-tag-resolution."""
        text = str(event.value)
        if text in ("", "~", "null", "Null", "NULL"):
            return None
        if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return text.lower() == "true"
        if _INTEGER.fullmatch(text):
            digits = text.removeprefix("0o").removeprefix("0x")
            try:
                return int(digits, 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10)
            except ValueError:
                self._refuse(event, "this number has too many digits")
        if _FLOAT.fullmatch(text):
            number = float(text)
            if not math.isfinite(number):
                self._refuse(event, "this number is too large")
            return number
        if _NOT_JSON.fullmatch(text):
            self._refuse(event, f"{text} is not a JSON number")
        return text

    def _joined(self, number: int, line: str) -> str:
        found = 0

        def join(match: re.Match[str]) -> str:
            nonlocal found
            found += 1
            self._moved.append((number, match.end() - 2 * found))
            pair = int(match[2], 16), int(match[3], 16)
            return f"{match[1]}\\U{0x10000 + ((pair[0] - 0xD800) << 10) + (pair[1] - 0xDC00):08x}"

        return _SURROGATES.sub(join, line)

    def _place(self, mark: Any) -> Place:
        if mark is None:
            return Place(self._file)
        moved = sum(line == mark.line and end <= mark.column for line, end in self._moved)
        return Place(self._file, mark.line + 1, mark.column + 1 + 2 * moved)

    def _refuse(self, event: yaml.Event, message: str, hint: str = "") -> NoReturn:
        raise Faults([Fault(self._place(event.start_mark), message, hint)])
