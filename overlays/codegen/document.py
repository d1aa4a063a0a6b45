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
from bisect import bisect
from collections import defaultdict
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, TypeAlias
from urllib.parse import unquote

import yaml
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"
Schema: TypeAlias = dict[str, Any]
"""A part of the normal form. Its values are of every JSON type, at every depth."""

# Aliases let a few lines stand for billions of nodes. A hand-maintained contract stays far below these.
MOST_NODES: Final = 2_000_000
MOST_LEVELS: Final = 200

# The meaning of a plain scalar: https://yaml.org/spec/1.2.2/#1032-tag-resolution.
_PLAIN: Final = re.compile(
    r"(?P<null>|~|null|Null|NULL)|(?P<true>true|True|TRUE)|(?P<false>false|False|FALSE)"
    r"|(?P<integer>[-+]?[0-9]+)|(?P<octal>0o[0-7]+)|(?P<hexadecimal>0x[0-9a-fA-F]+)"
    r"|(?P<number>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))"
)
_CONVERSIONS: Final[dict[str, Callable[[str], Value]]] = {
    "null": lambda _: None,
    "true": lambda _: True,
    "false": lambda _: False,
    "integer": int,
    "octal": lambda text: int(text, 8),
    "hexadecimal": lambda text: int(text, 16),
    "number": float,
}
_SURROGATES: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_MARKUP: Final = re.compile(r"\s*<(!|\?|[A-Za-z])")
_WORDS: Final[dict[type, str]] = {dict: "a mapping", list: "a list", str: "a string", bool: "true or false"}


class Place(NamedTuple):
    """A place in a file. Lines and columns count from 1; 0 stands for the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@frozen
class Fault:
    """A fault of the contract. Prints as ``openapi.yaml:12:5: the message; the hint``."""

    place: Place
    message: str
    hint: str = ""
    """The advice for correcting it."""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f"; {self.hint}" if self.hint else "")


class Faults(Exception):  # noqa: N818  # it carries several
    """The contract cannot be used; ``faults`` holds every reason of the run, in the order of the files."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(dict.fromkeys(faults), key=lambda fault: (fault.place, fault.message)))
        super().__init__("\n".join(map(str, self.faults)))


class NoContract(Faults):
    """A file that cannot be read: it is no YAML, or no contract."""

    def __init__(self, place: Place, message: str, hint: str = "") -> None:
        super().__init__([Fault(place, message, hint)])


class Node:
    """One value of a file and its place: of an entry in a mapping, the place of its key."""

    __slots__ = ("place", "value")

    def __init__(self, value: Value, place: Place) -> None:
        self.value = value
        self.place = place

    def get(self, key: str) -> Node | None:
        """The member called ``key``; ``None`` if there is none, or this is no mapping."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def __getitem__(self, key: str) -> Node:
        """The member called ``key``; an empty node at this place if there is none."""
        return self.get(key) or Node(None, self.place)

    def step(self, key: str) -> Node | None:
        """The node that the key of a pointer leads to: a member, or an entry by its number."""
        return self.entries[int(key)] if key.isdecimal() and int(key) < len(self.entries) else self.get(key)

    @property
    def members(self) -> dict[str, Node]:
        """The members of a mapping; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def entries(self) -> list[Node]:
        """The entries of a list; empty for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str:
        """The string here without space around it; empty for anything else."""
        return self.value.strip() if isinstance(self.value, str) else ""

    def data(self) -> JSON:
        """The value in JSON's types, all the way down."""
        if isinstance(self.value, dict):
            return {key: member.data() for key, member in self.value.items()}
        if isinstance(self.value, list):
            return [entry.data() for entry in self.value]
        return self.value

    def __repr__(self) -> str:
        return "nothing" if self.value is None else _WORDS.get(type(self.value), str(self.value))


Value: TypeAlias = "dict[str, Node] | list[Node] | str | int | float | bool | None"


class Contract:
    """The files of a contract, each read once, and the faults and notes about them."""

    def __init__(self, main: Path) -> None:
        """Read the file ``main``; ``NoContract`` if it is no YAML."""
        self.faults: list[Fault] = []
        self.origins: dict[int, Node] = {}
        """The node that each dict of the normal form was made from, by the dict's ``id``."""
        self._written: list[Schema] = []
        self.hashes: dict[str, str] = {}
        self._notes: defaultdict[str, set[Place]] = defaultdict(set)
        self._roots: dict[str, Node] = {}
        self._targets: dict[tuple[str, object], Node] = {}
        self.root = self._read(str(main))

    def fault(self, node: Node, message: str, hint: str = "") -> None:
        """Add a fault at the place of ``node``."""
        self.faults.append(Fault(node.place, message, hint))

    def note(self, node: Node, message: str) -> None:
        """Add a note at the place of ``node``."""
        self._notes[message].add(node.place)

    def trace(self, written: Schema, node: Node) -> None:
        """Remember that ``written`` was made from ``node``."""
        self.origins[id(written)] = node
        self._written.append(written)  # keeps it alive, so that its id is not reused

    @property
    def notes(self) -> tuple[str, ...]:
        """The parts without effect on what is generated, printed like faults, in the order of the files."""
        found = sorted((min(places), message, len(places) - 1) for message, places in self._notes.items())
        return tuple(f"{place}: {message}" + (f" (and {more} more)" if more else "") for place, message, more in found)

    def part(self, node: Node, key: str, kind: type) -> Node:
        """The member ``key``, which is a ``kind``; an empty node, and a fault, if it is something else."""
        part = node[key]
        if part.value is None or isinstance(part.value, kind):
            return part
        self.fault(part, f"{key} is {_WORDS[kind]}, not {part}")
        return Node(None, part.place)

    def flag(self, node: Node, key: str) -> bool:
        """True if the flag ``key`` is set."""
        return self.part(node, key, bool).value is True

    def text(self, node: Node, key: str) -> str:
        """The string called ``key``; empty if there is none."""
        return self.part(node, key, str).text

    def texts(self, node: Node, *keys: str) -> Schema:
        """The texts called ``keys`` that are not empty, and whether ``node`` is deprecated."""
        found: Schema = {key: text for key in keys if (text := self.text(node, key))}
        return found | ({"deprecated": True} if self.flag(node, "deprecated") else {})

    def can_be_name(self, node: Node, name: str, what: str) -> bool:
        """True if msgspec can write a field called ``name``; if not, record a fault."""
        if wrong := any(letter in '"\\' or letter < " " for letter in name):
            message = f"{name!r} cannot be a name: it has quotes, backslashes or control characters"
            self.fault(node, message, f"rename the {what}")
        return not wrong

    def resolved(self, node: Node) -> Node:
        """The target of the ``$ref`` of ``node``, through any number of references; else ``node`` itself."""
        seen: list[Node] = []
        while node not in seen and (target := self.target(node)) is not None:
            seen.append(node)
            node = target
        return node

    def target(self, node: Node) -> Node | None:
        """The node that the ``$ref`` of ``node`` names; ``None`` if there is none."""
        return self.named(node["$ref"]) if "$ref" in node.members else None

    def named(self, reference: Node) -> Node | None:
        """The node that the text of ``reference`` names, in this or another file; ``None``, and a fault, if none."""
        key = reference.place.file, reference.value
        if isinstance(reference.value, str) and key in self._targets:
            return self._targets[key]
        try:
            return self._targets.setdefault(key, self._find(reference))
        except Faults as error:
            self.faults += error.faults
            return None

    def _find(self, reference: Node) -> Node:
        def wrong(message: str, hint: str = "") -> Faults:
            return Faults([Fault(reference.place, message, hint)])

        text, here = reference.value, reference.place.file
        if not isinstance(text, str):
            raise wrong(f"a $ref is a string, not {reference}")
        path, _, fragment = text.partition("#")
        if "://" in path:
            hint = "save the document beside the contract and refer to that file"
            raise wrong(f"$ref {text!r} leads out of this folder", hint)
        file = os.path.normpath(Path(here).parent / unquote(path)) if path else here
        if file not in self._roots and not Path(file).is_file():
            hint = f"the path is relative to {here}"
            raise wrong(f"$ref {text!r} names no file: there is no {file}", hint)
        if fragment and not fragment.startswith("/"):
            hint = "write the way to it instead, as in '#/components/schemas/Name'"
            raise wrong(f"$ref {text!r} names an anchor", hint)
        node: Node | None = self._roots.get(file) or self._read(file)
        for key in keys_of(unquote(fragment)):
            node = node.step(key) if node is not None else None
        if node is None:
            hint = "correct the name, or add what it should name"
            raise wrong(f"$ref {text!r} names nothing", hint)
        return node

    def _read(self, file: str) -> Node:
        try:
            source = Path(file).read_bytes()
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            message = "no such file" if missing else f"cannot be read: {error.strerror or error}"
            raise NoContract(Place(file), message) from None
        self.hashes[file] = hashlib.sha256(source).hexdigest()
        node = self._roots[file] = parse(source, file)
        return node


def keys_of(pointer: str) -> Iterator[str]:
    """The keys that a pointer such as ``#/paths/~1keys/get`` leads through."""
    for key in pointer.removeprefix("#").split("/")[1:]:
        yield key.replace("~1", "/").replace("~0", "~")


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Suggest the nearest of the ``known`` words; empty if none is near."""
    return "".join(f"did you mean {likely}?" for likely in get_close_matches(word, known, 1, cutoff))


def parse(source: bytes, file: str) -> Node:
    """Read one YAML 1.2 document; ``NoContract`` says what is wrong with it."""
    try:
        # A byte order mark is allowed, and means nothing.
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        column = error.start - source.rfind(b"\n", 0, error.start)
        message = f"not UTF-8 text: byte 0x{source[error.start]:02x}"
        raise NoContract(Place(file, line, column), message, "save the file as UTF-8") from None
    if not text.strip():
        raise NoContract(Place(file), "the file is empty")
    if _MARKUP.match(text):
        raise NoContract(Place(file, 1, 1), "expected an OpenAPI contract in YAML, found HTML or XML")
    return _Parser(text, file).document()


class _Parser:
    """Builds nodes from libyaml's events."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._joined: list[int] = []
        # JSON writes characters beyond U+FFFF as two escapes, which libyaml refuses. The columns behind them move by 2.
        text = _SURROGATES.sub(self._join, text)
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=getattr(yaml, "CLoader", yaml.Loader))
        self._anchors: dict[str, tuple[Value, int] | None] = {}
        self._size = 0
        """The nodes so far, with every alias written out."""

    def document(self) -> Node:
        root: Node | None = None
        try:
            for event in self._events:
                if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                    self._refuse(event, "a second document in one file", "keep each in a file of its own")
                elif isinstance(event, yaml.NodeEvent):
                    root = Node(self._value(event, 0), self._place(event.start_mark))
        except yaml.MarkedYAMLError as error:
            place = self._place(error.problem_mark or error.context_mark)
            raise NoContract(place, f"not YAML: {error.problem or error.context}") from None
        except yaml.YAMLError as error:
            raise NoContract(Place(self._file), f"not YAML: {str(error).splitlines()[0].strip()}") from None
        return root or Node(None, Place(self._file, 1, 1))

    def _value(self, event: Any, depth: int) -> Value:
        """The value that begins with ``event``, at any depth."""
        anchor, before = event.anchor, self._size
        if isinstance(event, yaml.AliasEvent):
            if (known := self._anchors.get(anchor)) is None:
                inside = "an alias stands inside the node that it names"
                self._refuse(event, inside if anchor in self._anchors else f"no node has the anchor &{anchor}")
            self._count(event, known[1])
            return known[0]
        if event.tag is not None:
            self._refuse(event, f"the tag {event.tag} has no meaning in a contract", "remove it, and quote strings")
        self._count(event, 1)
        if anchor:
            self._anchors[anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            value = self._plain(event) if event.implicit[0] else str(event.value)
        elif depth == MOST_LEVELS:
            self._refuse(event, "nested too deeply")
        else:
            value = self._collection(isinstance(event, yaml.MappingStartEvent), depth + 1)
        if anchor:
            self._anchors[anchor] = value, self._size - before
        return value

    def _count(self, event: yaml.Event, size: int) -> None:
        self._size += size
        if self._size > MOST_NODES:
            self._refuse(event, f"aliases make this more than {MOST_NODES:,} nodes")

    def _collection(self, is_mapping: bool, depth: int) -> Value:
        members: dict[str, Node] = {}
        entries: list[Node] = []
        for event in self._events:
            if isinstance(event, yaml.CollectionEndEvent):
                break
            place = self._place(event.start_mark)
            if is_mapping:
                key = self._key(event, members)
                members[key] = Node(self._value(next(self._events), depth), place)
            else:
                entries.append(Node(self._value(event, depth), place))
        return members if is_mapping else entries

    def _key(self, event: yaml.Event, mapping: dict[str, Node]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(event, "a key must be a string")
        # The text of the key is the key: `200:` names the same response as `'200':`.
        text = str(event.value)
        if text == "<<" and event.implicit[0]:
            self._refuse(event, "merge keys (<<) are not part of YAML 1.2", "write the fields out, or use $ref")
        if text in mapping:
            self._refuse(event, f"duplicate key {text!r}, first on line {mapping[text].place.line}", "remove one")
        return text

    def _plain(self, event: yaml.ScalarEvent) -> Value:
        text = str(event.value)
        match = _PLAIN.fullmatch(text)
        try:
            value = _CONVERSIONS[match.lastgroup or ""](text) if match else text
        except ValueError:  # Python does not read integers of more than 4,300 digits
            value = math.inf
        if isinstance(value, float) and not math.isfinite(value):
            self._refuse(event, "JSON has no such number")
        return value

    def _join(self, pair: re.Match[str]) -> str:
        self._joined.append(pair.end() - 2 * (len(self._joined) + 1))
        code = 0x10000 + ((int(pair[2], 16) - 0xD800) << 10) + int(pair[3], 16) - 0xDC00
        return f"{pair[1]}\\U{code:08x}"

    def _place(self, mark: Any) -> Place:
        if mark is None:
            return Place(self._file)
        moved = bisect(self._joined, mark.index) - bisect(self._joined, mark.index - mark.column)
        return Place(self._file, mark.line + 1, mark.column + 1 + 2 * moved)

    def _refuse(self, event: yaml.Event, message: str, hint: str = "") -> NoReturn:
        raise NoContract(self._place(event.start_mark), message, hint)
