"""YAML 1.2 text as plain data, with the place of every node.

The loaders at hand either forget the places, or let a later key replace an earlier one, or follow an alias into
itself. So only the composer is theirs; what it composed is read here.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias, cast

from attrs import field, frozen
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"

Position: TypeAlias = tuple[int, int]
"""Line and column, from 1."""

# Aliases let a few lines stand for billions of nodes. A hand-maintained contract stays far below this.
MOST_NODES: Final = 2_000_000

_CORE = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_JSON = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class _Mark(Protocol):
    """A place in the text, from 0."""

    line: int
    column: int


class _Node(Protocol):
    """What the composer makes; its own classes carry no types."""

    id: Literal["mapping", "sequence", "scalar"]
    tag: object
    value: object
    style: str | None
    start_mark: _Mark


class _Marked(Protocol):
    """What the composer says when it cannot go on."""

    context: str | None
    context_mark: _Mark | None
    problem: str | None
    problem_mark: _Mark | None


class InvalidYAMLError(Exception):
    """The text is not YAML 1.2, or says something that JSON cannot; ``position`` is where, if known."""

    def __init__(self, message: str, position: Position | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@frozen
class Tree:
    """A YAML document: its data, and the nodes that the data came from."""

    data: JSON
    _root: _Node | None = field(repr=False, eq=False)

    def position(self, keys: Iterator[str]) -> Position:
        """The place of the key or list entry that ``keys`` lead to, or of the nearest one above it that exists."""
        node = self._root
        place = (1, 1) if node is None else _start(node)
        for key in keys:
            step = _step(node, key)
            if step is None:
                break
            place, node = step
        return place


def parse(text: str) -> Tree:
    """Read one YAML 1.2 document; ``InvalidYAMLError`` says what is wrong with it."""
    # https://yaml.org/spec/1.2.2/#chapter-10: `yes` is a string and `010` is ten, as in the contract's other readers.
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    try:
        root = cast("_Node | None", yaml.compose(text))  # pyright: ignore[reportUnknownMemberType]: it has no types
    except MarkedYAMLError as error:
        marked = cast("_Marked", error)
        mark = marked.problem_mark or marked.context_mark
        message = ", ".join(part for part in (marked.context, marked.problem) if part)
        raise InvalidYAMLError(f"not YAML: {message}", _place(mark) if mark else None) from None
    except YAMLError as error:
        raise InvalidYAMLError(f"not YAML: {str(error).splitlines()[0].strip()}") from None
    except RecursionError:
        raise InvalidYAMLError("nested too deeply") from None
    if root is None:
        return Tree(None, None)
    reader = _Reader()
    return Tree(reader.read(root), root)


def _place(mark: _Mark) -> Position:
    return mark.line + 1, mark.column + 1


def _start(node: _Node) -> Position:
    return _place(node.start_mark)


def _pairs(node: _Node) -> list[tuple[_Node, _Node]]:
    return cast("list[tuple[_Node, _Node]]", node.value) if node.id == "mapping" else []


def _entries(node: _Node) -> list[_Node]:
    return cast("list[_Node]", node.value) if node.id == "sequence" else []


def _step(node: _Node | None, key: str) -> tuple[Position, _Node] | None:
    if node is None:
        return None
    for key_node, value_node in _pairs(node):
        if key_node.value == key:
            return _start(key_node), value_node
    entries = _entries(node)
    if key.isdecimal() and int(key) < len(entries):
        entry = entries[int(key)]
        return _start(entry), entry
    return None


class _Reader:
    """Turns nodes into data. An aliased node becomes one object that is shared, not copied."""

    def __init__(self) -> None:
        self._done: dict[int, tuple[JSON, int]] = {}
        self._open: set[int] = set()

    def read(self, node: _Node) -> JSON:
        return self._read(node)[0]

    def _read(self, node: _Node) -> tuple[JSON, int]:
        """The data of ``node``, and how many nodes it would be with every alias written out."""
        identity = id(node)
        if identity in self._done:
            return self._done[identity]
        if identity in self._open:
            raise InvalidYAMLError("an alias stands inside the node it names", _start(node))
        self._open.add(identity)
        data: JSON
        if node.id == "mapping":
            data, size = self._mapping(node)
        elif node.id == "sequence":
            _expect(node, "seq")
            entries = [self._read(entry) for entry in _entries(node)]
            data, size = [entry for entry, _ in entries], 1 + sum(size for _, size in entries)
        else:
            data, size = _scalar(node), 1
        if size > MOST_NODES:
            raise InvalidYAMLError(f"aliases make this more than {MOST_NODES:,} nodes", _start(node))
        self._open.remove(identity)
        self._done[identity] = data, size
        return data, size

    def _mapping(self, node: _Node) -> tuple[JSON, int]:
        _expect(node, "map")
        data: dict[str, JSON] = {}
        places: dict[str, Position] = {}
        size = 1
        for key_node, value_node in _pairs(node):
            # The text of the key is the key: `200:` names the same response as `'200':`.
            key = key_node.value
            place = _start(key_node)
            if not isinstance(key, str):
                raise InvalidYAMLError("a key must be a string", place)
            if key == "<<" and not key_node.style:
                raise InvalidYAMLError(
                    "merge keys (<<) are not part of YAML 1.2; write the fields out, or use $ref", place
                )
            if key in places:
                raise InvalidYAMLError(f"duplicate key {key!r}, first on line {places[key][0]}", place)
            places[key] = place
            data[key], value_size = self._read(value_node)
            size += 1 + value_size
        return data, size


def _expect(node: _Node, kind: str) -> None:
    if str(node.tag) != _CORE + kind:
        raise InvalidYAMLError(f"the tag {node.tag} has no meaning in a contract", _start(node))


def _scalar(node: _Node) -> JSON:
    text = node.value
    assert isinstance(text, str), "only mappings and sequences hold other nodes"
    tag = str(node.tag)
    if not tag.startswith(_CORE):
        raise InvalidYAMLError(f"the tag {tag} has no meaning in a contract", _start(node))
    kind = tag.removeprefix(_CORE)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind in ("int", "float"):
        return _number(text, node)
    # Timestamps and the like belong to YAML 1.1; what looks like one is a string here, as in JSON.
    return text


def _number(text: str, node: _Node) -> JSON:
    if _INTEGER.fullmatch(text):
        digits = text.removeprefix("0o").removeprefix("0x")
        base = 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10
        try:
            return int(digits, base)
        except ValueError:
            raise InvalidYAMLError("this number has too many digits", _start(node)) from None
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isfinite(number):
            return number
        raise InvalidYAMLError("this number is too large", _start(node))
    if _NOT_JSON.fullmatch(text):
        raise InvalidYAMLError(f"{text} is not a JSON number", _start(node))
    # `1_000` and `0b11` are numbers to the resolver, which follows YAML 1.1 there, and strings in YAML 1.2.
    return text


def keys_of(pointer: str) -> Iterator[str]:
    """The keys that a pointer such as ``#/paths/~1keys/get`` leads through."""
    for key in pointer.removeprefix("#").split("/")[1:]:
        yield key.replace("~1", "/").replace("~0", "~")


def pointer_to(parent: str, *keys: str | int) -> str:
    """``parent`` with ``keys`` added, written as a ``$ref`` writes it."""
    return "/".join([parent, *(str(key).replace("~", "~0").replace("/", "~1") for key in keys)])
