"""Schemas in the normal form: one dialect, ``allOf`` merged, null and unions in one notation, names where needed.

Operations ask for a *slot*, a dict that is filled once every operation is read: only then the directions of each
shared schema, and so its name, are known.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from codegen import keywords
from codegen.keywords import alternatives, said_of, telling
from codegen.naming import Names, pascal_case
from codegen.unions import COMPONENT, Union, Unions, joined, options_of, target_of, with_null

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from codegen.document import Contract, Node, Schema
    from codegen.keywords import Said
    from codegen.unions import Direction

# Schemas with these differ between requests, where they are strict, and responses, which are open to newer servers.
_SIDED: Final = keywords.LIMITS | {"enum", "readOnly", "writeOnly", "discriminator"}
_HERE: Final = ("description", "default", "deprecated", "examples")
"""The keywords that apply to one use of a schema, and stand beside a reference."""

_ENDLESS: Final = "the schema contains itself with no object between", "put an object with a property between"


@frozen
class _At:
    """The schema being written: the node, its name if it needs one, its direction."""

    node: Node
    name: str
    direction: Direction
    top: bool = False
    """It is a component itself."""
    within: tuple[tuple[list[Node], list[tuple[Schema, bool]]], ...] = ()
    """The schemas around it: all nodes that describe each, and, once it is written, the result."""


class Schemas:
    """Collects what operations refer to, and writes it in the normal form."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._names = Names()
        self._slots: dict[tuple[Node, Direction], tuple[Schema, str]] = {}
        self._joins: list[tuple[Schema, list[Schema], str]] = []
        self._shared: dict[tuple[Node, Direction], str] = {}
        self._own_names: dict[Node, str] = {}
        self._components: dict[str, Schema] = {}
        self._order: dict[str, tuple[int, int]] = {}
        self._root = 0
        self._queue: deque[Callable[[], None]] = deque()
        self._null: dict[Node, bool] = {}
        self._circular: set[Node] = set()
        self._unions = Unions(self._components, contract)
        self.kinds = self._unions.kinds

    def slot(self, node: Node, name: str, direction: Direction) -> Schema:
        """A schema to be filled by ``finish``; ``name`` is its name if it needs one.

        One node is one schema: a parameter or response shared by several operations is named and written once.
        """
        return self._slots.setdefault((node, direction), ({}, name))[0]

    def join(self, slots: list[Schema], place: Node, name: str) -> Schema:
        """One schema for the values of all ``slots``; to be filled by ``finish``."""
        if len(slots) == 1:
            return slots[0]
        union: Schema = {}
        self._contract.trace(union, place)
        self._joins.append((union, slots, name))
        return union

    def body(self, schema: Schema) -> Schema:
        """The component that ``schema`` refers to, or ``schema`` itself."""
        return self._components.get(target_of(schema), {}) if "$ref" in schema else schema

    def item_kinds(self, schema: Schema) -> list[str]:
        """The kinds of the items of the lists that a value of ``schema`` may be."""
        items = (self.body(option).get("items") for option in options_of(self.body(schema)) or [schema])
        return [kind for own in items if own is not None for kind in self.kinds(own)]

    def finish(self) -> dict[str, Schema]:
        """Fill every slot; return the components."""
        declared = self._contract.root["components"]["schemas"].members
        self._name_all(declared, self._directions(declared.values()))
        for (target, direction), name in self._shared.items():
            self._root += 1
            body = self._add(name, {}, target, direction)
            body |= self._core(_At(target, name, direction, top=True))[0]
            self._drain()
        for (node, direction), (empty, name) in self._slots.items():
            self._root += 1
            self._fill(empty, _At(node, name, direction))
            self._drain()
        for joint, parts, name in self._joins:
            options = [core for part in parts for core in options_of(part) or [part]]
            union, null = joined([{key: own for key, own in option.items() if key not in _HERE} for option in options])
            joint.update(with_null(union) if null else union)
            self._unions.add(Union(joint, name, "response", self._root + 1))
        self._unions.settle(self._named)
        self._refuse_endless()
        for body in self._components.values():
            body["x-direction"] = body.pop("x-direction")  # after what OpenAPI says
        return {name: self._components[name] for name in sorted(self._components, key=self._order.__getitem__)}

    def _drain(self) -> None:
        while self._queue:
            self._queue.popleft()()

    # The shared schemas, their directions and their names.

    def _directions(self, declared: Collection[Node]) -> dict[Node, set[Direction]]:
        """The directions of each shared schema: a set of one, or of both if that makes a difference."""
        links: dict[Node, list[Node]] = {}
        sided: set[Node] = set()
        ways: dict[Node, set[Direction]] = {}

        def scan(root: Node) -> list[Node]:
            found: list[Node] = []
            waiting = [root]
            while waiting:
                node = waiting.pop()
                if node.members.keys() & _SIDED or sum(not _is_null(own) for own in alternatives(node)) > 1:
                    sided.add(root)
                if (target := self._target(node)) is not None:
                    found.append(target)
                waiting += keywords.subschemas(node)
            return found

        def follow(waiting: list[Node], direction: Direction, used: Collection[Node] = ()) -> None:
            while waiting:
                target = waiting.pop()
                if target not in used and direction not in ways.setdefault(target, set()):
                    ways[target].add(direction)
                    if target not in links:
                        links[target] = scan(target)
                    waiting += links[target]

        for node, direction in self._slots:
            follow(scan(node), direction)
        # A schema that no operation uses counts as part of a response.
        follow(list(declared), "response", used=set(ways))
        while more := {own for own, others in links.items() if own not in sided and not sided.isdisjoint(others)}:
            sided |= more
        both: set[Direction] = {"both"}
        return {node: both if len(own) == 2 and node not in sided else own for node, own in ways.items()}

    def _name_all(self, declared: dict[str, Node], ways: dict[Node, set[Direction]]) -> None:
        """Name each shared schema: its own as a class name, or with ``Input`` for requests."""
        self._own_names |= {node: name for name, node in declared.items()}
        nodes = dict.fromkeys([*declared.values(), *ways])
        wanted = {node: pascal_case(self._own_names[node]) or "Schema" for node in nodes}
        # A schema that is called exactly so has the first choice.
        ordered = sorted(wanted, key=lambda node: wanted[node] != self._own_names[node])
        names = {node: self._names.claim(wanted[node]) for node in ordered if self._single(node) is None}
        for node in nodes:
            if node not in names:
                name = self._own_names[self._end(node)]
                self._contract.note(node, f"it is another name for {name}, and is called so")
                continue
            for direction in sorted(ways[node], reverse=True):
                twin = direction == "request" and len(ways[node]) == 2
                self._shared[node, direction] = self._names.claim(f"{names[node]}Input") if twin else names[node]

    def _target(self, node: Node) -> Node | None:
        """The schema that the ``$ref`` of ``node`` names."""
        target = self._contract.target(node)
        if target is not None:
            last = node["$ref"].text.rpartition("/")[2]
            name = last if "#/" in node["$ref"].text else last.partition(".")[0]
            self._own_names.setdefault(target, name.replace("~1", "/").replace("~0", "~"))
        return target

    def _end(self, node: Node) -> Node:
        """The schema that ``node`` is another name for, or ``node`` itself."""
        seen = [node]
        while (target := self._single(seen[-1])) is not None:
            if target in seen:
                self._circular.add(target)
                self._contract.fault(target["$ref"], "$ref leads back to itself", "let it name a schema")
                break
            seen.append(target)
        return seen[-1]

    def _reference(self, target: Node, direction: Direction) -> Schema:
        target = self._end(target)
        sides: tuple[Direction, ...] = (direction, "both", "response", "request")
        names = [self._shared[target, side] for side in sides if (target, side) in self._shared]
        return {"$ref": COMPONENT + names[0]} if names else {}

    # Writing.

    def _add(self, name: str, body: Schema, place: Node, direction: Direction) -> Schema:
        self._components[name] = body
        self._order[name] = self._root, len(self._order)
        self._contract.trace(body, place)
        body["x-direction"] = direction
        return body

    def _named(self, name: str, body: Schema, place: Node, direction: Direction, root: int | None = None) -> Schema:
        """Make ``body`` a component; return the reference to it."""
        self._root = self._root if root is None else root
        name = self._names.claim(name)
        self._add(name, body, place, direction)
        return {"$ref": COMPONENT + name}

    def _sub(self, nodes: list[Node], name: str, at: _At) -> Schema:
        """The schema that all of ``nodes`` make, as a part of another."""
        slot: Schema = {}
        self._fill(slot, _At(nodes[-1], name, at.direction, within=at.within), nodes[:-1])
        return slot

    def _fill(self, slot: Schema, at: _At, also: Iterable[Node] = ()) -> None:
        self._contract.trace(slot, at.node)
        core, nullable = self._core(at, also)
        notes = {key: core.pop(key) for key in _HERE if key in core}
        slot |= (with_null(core) if nullable else core) | notes
        if "default" in notes and not keywords.fits(notes["default"], slot):
            self._contract.note(at.node["default"], "default is no value of its schema; it is left out")
            del slot["default"]
        self._unions.add(Union(slot, at.name, at.direction, self._root))

    def _core(self, at: _At, also: Iterable[Node] = ()) -> tuple[Schema, bool]:
        """A schema without null, with its notes; and whether null is allowed beside it."""
        parts = [*also, at.node]
        if not isinstance(at.node.value, dict):
            if at.node.value is not True or also:
                allows_nothing = at.node.value is False
                message = (
                    "a schema that allows nothing has no type"
                    if allows_nothing
                    else f"a schema is a mapping, not {at.node}"
                )
                self._contract.fault(at.node, message, "describe the values that are allowed")
            return {}, False
        nullable = any(part["nullable"].value is True for part in parts)
        saying = [part for part in parts if _tells(part)]
        target = self._single(saying[0]) if len(saying) == 1 and not at.top else None
        if target is not None:
            # Keywords beside the reference are written here; those of the shared schema in its component.
            here = said_of(layer for part in parts for layer in self._layers(part, (), follow=False))
            nullable = nullable or self._allows_null(target) or self._allows_null(saying[0])
            return self._reference(target, at.direction) | keywords.notes(here), nullable
        said = said_of(layer for part in parts for layer in self._layers(part, (at.node,)))
        everything = [part for places in said.values() for part in places]
        result = next((result for known, result in at.within if known == everything), None)
        if result is None:
            written: list[tuple[Schema, bool]] = []
            written.append(self._write(said, evolve(at, within=(*at.within, (everything, written)))))
            result = written
        elif not result:
            self._contract.fault(at.node, *_ENDLESS)
        core, null = result[0] if result else ({}, False)
        return core | keywords.notes(said), nullable or null

    def _single(self, node: Node) -> Node | None:
        """The shared schema that ``node`` is, where nothing but notes and null stands beside the reference."""
        own = telling(node.members)
        if own - {"$ref", "allOf", "anyOf", "oneOf", "type"} or ("type" in own and node["type"].value != "object"):
            return None
        found = [self._target(node)] if "$ref" in own else []
        found += [self._single(entry) for entry in node["allOf"].entries if _tells(entry)]
        found += [self._single(option) for option in alternatives(node) if not _is_null(option)]
        return found[0] if len(found) == 1 else None

    def _layers(self, node: Node, within: tuple[Node, ...], *, follow: bool = True) -> Iterator[Node]:
        """The schemas that all apply to the values of ``node``: those that it refers to and builds on, then itself."""
        if follow and (target := self._target(node)) is not None:
            if target in within:
                if self._circular.isdisjoint(within):
                    self._contract.fault(node["$ref"], "the schema contains itself", "break the circle of allOf")
                return
            yield from self._layers(target, (*within, target))
        for entry in node["allOf"].entries:
            if isinstance(entry.value, dict):
                yield from self._layers(entry, within, follow=follow)
        yield node

    def _allows_null(self, node: Node) -> bool:
        """True if null is a value of the shared schema ``node``."""
        if node not in self._null:
            self._null[node] = False  # during the recursion: a schema is not nullable because it contains itself
            kind = node["type"]
            parts = [self._target(node), *node["allOf"].entries, *alternatives(node)]
            self._null[node] = node["nullable"].value is True or (
                any(own.value == "null" for own in (kind, *kind.entries))
                if "type" in node.members
                else any(own.value is None for own in node["enum"].entries)
                or any(part is not None and self._allows_null(part) for part in parts)
            )
        return self._null[node]

    def _write(self, said: Said, at: _At) -> tuple[Schema, bool]:
        if "oneOf" in said or "anyOf" in said:
            return self._union(said, at)
        if "discriminator" in said:
            self._contract.note(said["discriminator"][-1], "discriminator without oneOf says nothing")
        types, nullable = keywords.types(said, self._contract)
        keywords.check(said, types, self._contract)
        values = keywords.values(said, types, self._contract)
        if values is not None:
            core = keywords.enumeration(values, said, self._contract)
            return self._opened(core | _described(said), at), None in values
        cores = [self._of_type(said, kind, evolve(at, top=at.top and len(types) == 1)) for kind in types]
        if not cores:
            return ({"type": "null"} if nullable else {}), False
        return (cores[0] if len(cores) == 1 else {"anyOf": cores}), nullable

    def _opened(self, core: Schema, at: _At) -> Schema:
        """Name an enum in a response: in its type, values of newer servers have a place."""
        if "enum" not in core or at.top or at.direction == "request" or "x-secret" in core:
            return core
        return self._named(at.name, core, at.node, at.direction)

    def _of_type(self, said: Said, kind: str, at: _At) -> Schema:
        limits = keywords.limits(said, kind, self._contract)
        if kind == "object":
            return self._object(said, at, limits)
        if kind == "array":
            items = self._sub(said["items"], f"{at.name}Item", at) if "items" in said else {}
            return {"type": "array", "items": items, **limits}
        if kind == "string" and keywords.is_secret(said):
            limits["x-secret"] = True
        elif "x-secret" in said:
            self._contract.fault(said["x-secret"][-1], "only a string can be a secret", "set x-secret on a string")
        return {"type": kind, **limits}

    def _object(self, said: Said, at: _At, limits: Schema) -> Schema:
        extra = said.get("additionalProperties", [])
        closed = any(part.value is False for part in extra)
        open_to = [] if closed else [part for part in extra if part.members]
        properties: dict[str, dict[Node, None]] = {}
        for part in said.get("properties", []):
            for wire, own in part.members.items():
                properties.setdefault(wire, {})[own] = None  # once, however many ways of allOf lead to it
        if not properties and not closed:
            values = self._sub(open_to, f"{at.name}Value", at) if open_to else True
            return {"type": "object", "additionalProperties": values, **limits}
        for key in ("minProperties", "maxProperties"):
            if key in said:
                self._contract.note(said[key][-1], f"{key} is not checked beside named properties")
        written: Schema = {}
        reference: Schema = {"type": "object", "properties": written}
        if extra:
            reference["additionalProperties"] = not closed
        name = at.name
        if not at.top:
            reference = self._named(name, reference | _described(said), at.node, at.direction)
            name = target_of(reference)

        # Later, because it may contain itself.
        def fill() -> None:
            own = self._components[name]
            if open_to:
                own["additionalProperties"] = self._sub(open_to, f"{name}Value", at)
            for wire, nodes in properties.items():
                if self._is_here(wire, [*nodes], at.direction):
                    written[wire] = self._sub([*nodes], name + pascal_case(wire), at)
            required = keywords.required(said, properties, self._contract)
            if kept := [wire for wire in written if wire in required]:
                own["required"] = kept

        self._queue.append(fill)
        return reference

    def _is_here(self, wire: str, nodes: list[Node], direction: Direction) -> bool:
        """True if the property ``wire`` exists in this direction."""
        self._contract.can_be_name(nodes[-1], wire, "property")
        said = said_of(layer for node in nodes for layer in self._layers(node, ()))
        return not keywords.flag(said, {"request": "readOnly", "response": "writeOnly"}.get(direction, ""))

    def _union(self, said: Said, at: _At) -> tuple[Schema, bool]:
        unions = [*said.get("oneOf", []), *said.get("anyOf", [])]
        base = {key: places for key, places in said.items() if key not in ("oneOf", "anyOf", "discriminator")}
        beside = telling(base) - {"allOf", "$ref"}
        entries = unions[0].entries
        if all(telling(entry.members) <= {"required", "not"} for union in unions for entry in union.entries):
            if not entries:
                self._contract.fault(unions[0], "a union of nothing", "list the schemas that are allowed")
            self._contract.note(unions[0], "alternatives that only require properties are not checked")
            return self._write(base, at)
        if len(unions) > 1:
            hint = "write the combinations out as one oneOf"
            self._contract.fault(unions[1], "two unions at once have no type", hint)
        nullable = "type" in base and keywords.types(base, self._contract)[1]
        options: list[Schema] = []
        for number, entry in enumerate(entries, 1):
            if _is_null(entry):
                nullable = True
                continue
            own = _At(entry, at.name + (pascal_case(_own_tag(entry)) or str(number)), at.direction, within=at.within)
            if entry.members.keys() & {"enum", "const"}:
                own = evolve(own, direction="request")  # values are joined first, and named then
            if not beside or (beside == {"type"} and ("type" in entry.members or self._single(entry))):
                core, null = self._core(own)
            else:
                also = said_of(self._layers(entry, ()))
                core, null = self._write({key: base.get(key, []) + also.get(key, []) for key in base | also}, own)
            nullable = nullable or null
            core = {key: value for key, value in core.items() if key not in _HERE}
            options += options_of(core) if "anyOf" in core else [core]
        core, null = joined(options)
        nullable = nullable or null
        if not (cores := options_of(core)):
            return self._opened(core, at), nullable and bool(core)
        for number, option in enumerate(cores):
            cores[number] = self._opened(option, _At(at.node, f"{at.name}{number + 1}", at.direction))
        if "discriminator" in said:
            mapping = self._discriminator(said["discriminator"][-1], entries, at.direction)
            core = {"oneOf": cores, "discriminator": mapping}
        if at.top:
            self._unions.add(Union(self._components[at.name], at.name, at.direction, self._root, named=True))
        return core, nullable

    def _discriminator(self, place: Node, entries: list[Node], direction: Direction) -> Schema:
        """The property and, for each of its values that is known, the variant."""
        wire = place["propertyName"].text
        if not wire:
            self._contract.fault(place, "propertyName is missing", "name the property that tells the variants apart")
        variants = {self._end(target): target for entry in entries if (target := self._single(entry)) is not None}
        mapping: dict[str, Node] = {}
        for tag, own in place["mapping"].members.items():
            target = self._mapped(own)
            if target is not None and self._end(target) in variants:
                mapping[tag] = self._end(target)
            elif target is not None:
                self._contract.note(own, f"{own.value} is not one of the variants; the tag {tag!r} is left out")
        for target in variants:
            if target not in mapping.values():
                tag = self._tag_of(target, wire) or self._own_names[variants[target]]
                if tag in mapping:
                    message = f"two variants have the tag {tag!r}; they are told apart by their fields"
                    self._contract.note(place, message)
                    return {"propertyName": wire, "mapping": {}}
                mapping[tag] = target
        references = {tag: self._reference(target, direction)["$ref"] for tag, target in mapping.items()}
        return {"propertyName": wire, "mapping": references}

    def _mapped(self, own: Node) -> Node | None:
        """The schema that a discriminator's mapping names: by reference, or by its bare name."""
        if any(letter in own.text for letter in "#/."):
            return self._contract.named(own)
        found = next((node for node, name in self._own_names.items() if name == own.text), None)
        if found is None:
            self._contract.fault(own, f"no schema is called {own.text!r}", "name one under components/schemas")
        return found

    def _tag_of(self, target: Node, wire: str) -> str:
        """The one value that the property ``wire`` of ``target`` has."""
        for part in reversed(said_of(self._layers(target, (target,))).get("properties", [])):
            if (own := part.get(wire)) is not None:
                said = said_of(self._layers(own, ()))
                values = [*said.get("const", []), *(entry for part in said.get("enum", []) for entry in part.entries)]
                if len(values) == 1 and values[0].text:
                    return values[0].text
        return ""

    def _refuse_endless(self) -> None:
        """A fault for each list or union that contains itself with no object between."""

        def named(schema: Schema) -> Iterator[str]:
            if "$ref" in schema:
                yield target_of(schema)
            parts: list[Schema | bool | None] = [
                *options_of(schema),
                schema.get("items"),
                schema.get("additionalProperties"),
            ]
            for part in parts:
                if isinstance(part, dict):
                    yield from named(part)

        links = {name: {*named(own)} for name, own in self._components.items() if "properties" not in own}
        for name, direct in links.items():
            reached = set(direct)
            while more := {far for near in reached for far in links.get(near, ())} - reached:
                reached |= more
            if name in reached:
                self._contract.fault(self._contract.origins[id(self._components[name])], *_ENDLESS)


def _is_null(node: Node) -> bool:
    return node["type"].value == "null"


def _tells(node: Node) -> bool:
    """True if ``node`` rules any value out."""
    return not isinstance(node.value, dict) or bool(telling(node.members))


def _described(said: Said) -> Schema:
    return {key: value for key, value in keywords.notes(said).items() if key == "description"}


def _own_tag(node: Node) -> str:
    """The constant by which an inline object names itself."""
    properties = (node.get("properties") or node).members.values()
    return next((text for own in properties if (text := own["const"].text)), "")
