"""Schemas in the normal form: one dialect, ``allOf`` merged, null and unions in one notation, a name for what needs one.

Operations ask for a *slot*, a dict that is filled once every operation is read: only then it is known which way each
shared schema travels, and so what it is called.
"""

from __future__ import annotations

import math
import re
from collections import deque
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from attrs import evolve, frozen

from codegen.document import JSON, Faults, described
from codegen.naming import Namespace, pascal_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from codegen.document import Files, Node, Report

Direction: TypeAlias = Literal["request", "response", "both"]
Schema: TypeAlias = "dict[str, JSON]"

COMPONENT: Final = "#/components/schemas/"

_BY_TYPE: Final = {
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "integer": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"}),
    "array": frozenset({"items", "minItems", "maxItems", "uniqueItems"}),
    "object": frozenset({"properties", "required", "additionalProperties", "minProperties", "maxProperties", "format"}),
    "boolean": frozenset[str](),
    "null": frozenset[str](),
}
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_AGREED: Final = ("pattern", "multipleOf", "uniqueItems", "format")
_LIMITS: Final = frozenset({*_LOWER, *_UPPER, *_AGREED} - {"format"})
# They say something to people, and rule no value out.
_NOTES: Final = frozenset(
    {
        *("title", "description", "summary", "default", "example", "examples", "deprecated", "readOnly", "writeOnly"),
        *("externalDocs", "xml", "$comment", "$schema", "$id", "$anchor", "$defs", "definitions", "nullable"),
        *("contentEncoding", "contentMediaType", "contentSchema"),
    }
)
_GENERAL: Final = frozenset({"type", "enum", "const", "allOf", "$ref", "oneOf", "anyOf", "discriminator"})
# Rules that no type can express. The server checks them.
_UNCHECKED: Final = frozenset(
    {
        *("not", "if", "then", "else", "contains", "minContains", "maxContains", "propertyNames", "patternProperties"),
        *("prefixItems", "dependentRequired", "dependentSchemas", "dependencies", "unevaluatedProperties"),
        "unevaluatedItems",
    }
)
_KNOWN: Final = _NOTES | _GENERAL | _UNCHECKED | frozenset[str]().union(*_BY_TYPE.values())
# Strings that become other types, whose lengths and patterns mean nothing to them.
_TYPED_FORMATS: Final = ("date", "date-time", "uuid", "decimal", "byte", "binary", "time", "duration")
# Schemas with these are one thing to a caller, whom they bind, and another to a reader, whom a newer server surprises.
_SIDED: Final = frozenset({*_LIMITS, "enum", "readOnly", "writeOnly", "discriminator"})
# Names that the generated Python needs for itself.
_TAKEN: Final = frozenset(
    {
        *("None", "True", "False", "Annotated", "Any", "ClassVar", "Literal", "TypeAlias", "TYPE_CHECKING"),
        *("Meta", "Model", "UNSET", "UnsetType", "IPText", "IPv4Text", "IPv6Text", "SecretText", "Decimal", "UUID"),
        *("Sequence", "Mapping", "NotRequired", "TypedDict", "Omit", "Struct", "Union", "Optional", "File", "Unset"),
    }
)
# Beyond these msgspec refuses a limit; what JSON says of larger numbers is the server's to check.
_INT64: Final = range(-(2**63), 2**63)


@frozen
class _View:
    """A schema as one thing: all layers hold, and a later one narrows an earlier one."""

    layers: tuple[Node, ...]
    hidden: frozenset[str] = frozenset()

    def every(self, key: str) -> list[Node]:
        """Each place that says ``key``, first to last."""
        if key in self.hidden:
            return []
        return [part for layer in self.layers if (part := layer.get(key)) is not None]

    def last(self, key: str) -> Node | None:
        found = self.every(key)
        return found[-1] if found else None

    def flag(self, key: str) -> bool:
        part = self.last(key)
        return part is not None and part.value is True

    def keywords(self) -> dict[str, Node]:
        """Every keyword that rules values out, with the last place that says it."""
        return {
            key: part
            for layer in self.layers
            for key, part in layer.members.items()
            if key not in self.hidden and key not in _NOTES and key not in ("allOf", "$ref") and key[:2] != "x-"
        }

    def without(self, *keys: str) -> _View:
        return evolve(self, hidden=self.hidden | frozenset(keys))


class Schemas:
    """Collects what operations refer to, and writes it in the normal form."""

    def __init__(self, files: Files, report: Report) -> None:
        self._files = files
        self._report = report
        self._names = Namespace(_TAKEN)
        self._slots: list[tuple[Schema, Node, str, Direction]] = []
        self._slot_of: dict[tuple[Node, Direction], Schema] = {}
        self._shared: dict[tuple[Node, Direction], str] = {}
        self._raw_names: dict[Node, str] = {}
        self._components: dict[str, Schema] = {}
        self._order: dict[str, tuple[int, int]] = {}
        self._joins: list[tuple[Schema, list[Schema], str]] = []
        self._queue: deque[Callable[[], None]] = deque()
        self._unions: list[tuple[Schema, str, Direction, int]] = []
        self._heirs: dict[Node, list[Node]] = {}
        self._null: dict[Node, bool] = {}
        self._root = 0

    def slot(self, node: Node, name: str, direction: Direction) -> Schema:
        """A schema to be filled by ``finish``; ``name`` is what it is called if it needs a name.

        One node is one schema: what several operations refer to as a parameter or response is named and written once.
        """
        if (node, direction) not in self._slot_of:
            slot = self._slot_of[node, direction] = {}
            self._slots.append((slot, node, name, direction))
        return self._slot_of[node, direction]

    def join(self, slots: list[Schema], place: Node, name: str) -> Schema:
        """What the values of ``slots`` have in common as one schema; to be filled by ``finish``."""
        if len(slots) == 1:
            return slots[0]
        joined: Schema = {}
        self._report.origins[id(joined)] = place
        self._joins.append((joined, slots, name))
        return joined

    def body(self, schema: Schema) -> Schema:
        """The component that ``schema`` refers to, or ``schema`` itself."""
        name = str(schema.get("$ref", "")).removeprefix(COMPONENT)
        return self._components.get(name, {}) if name else schema

    def kinds(self, schema: Schema) -> list[str]:
        """What a value of ``schema`` may be in JSON: one entry for each alternative, without null."""
        return self._kinds(schema, ())

    def lists(self, schema: Schema) -> Iterator[Schema]:
        """The schemas of the items of each list that a value of ``schema`` may be."""
        schema = self.body(schema)
        for option in _options_of(schema) or [schema]:
            if "items" in (own := self.body(option)):
                yield cast("Schema", own["items"])

    def finish(self) -> dict[str, Schema]:
        """Fill every slot; return the components."""
        declared = self._declared()
        self._find_heirs(declared.values())
        directions = self._directions(list(declared.values()))
        self._name_all(declared, directions)
        for (target, direction), name in self._shared.items():
            if self._components.get(name) is None:
                self._define(target, name, direction)
        for slot, node, name, direction in self._slots:
            self._root += 1
            self._fill(slot, node, name, direction)
            self._drain()
        for joined, slots, name in self._joins:
            self._join(joined, slots, name)
        self._settle_unions()
        self._resolve_aliases()
        self._refuse_endless()
        for body in self._components.values():
            body["x-direction"] = body.pop("x-direction")  # after what OpenAPI says
        return {name: self._components[name] for name in sorted(self._components, key=self._order.__getitem__)}

    # Which schemas are shared, which way they travel, and their names.

    def _declared(self) -> dict[str, Node]:
        components = self._files.main.get("components")
        schemas = components.get("schemas") if components else None
        return schemas.members if schemas else {}

    def _find_heirs(self, declared: Iterable[Node]) -> None:
        """Which schemas derive by ``allOf`` from one that tells its heirs apart."""
        for node in declared:
            for entry in (node.get("allOf") or node).entries:
                parent = self._target(entry, report=False)
                if parent is not None and parent.get("discriminator") and not _options(parent):
                    self._heirs.setdefault(parent, []).append(node)

    def _directions(self, declared: list[Node]) -> dict[Node, set[Direction]]:
        """Which way each shared schema travels."""
        links: dict[Node, list[Node]] = {}
        sided: set[Node] = set()

        def scan(root: Node) -> list[Node]:
            found: list[Node] = []
            waiting = [root]
            while waiting:
                node = waiting.pop()
                if node.members.keys() & _SIDED or len([own for own in _options(node) if not _is_null(own)]) > 1:
                    sided.add(root)
                if (target := self._target(node, report=False)) is not None:
                    found.append(target)
                found += self._heirs.get(node, []) if node is root else []
                waiting += _subschemas(node)
            return found

        found: dict[Node, set[Direction]] = {}
        for _, node, _, direction in self._slots:
            waiting = scan(node)
            while waiting:
                target = waiting.pop()
                seen = found.setdefault(target, set())
                if direction not in seen:
                    seen.add(direction)
                    if target not in links:
                        links[target] = scan(target)
                    waiting += links[target]
        for node in declared:
            # What no operation uses counts as a response: that is what it takes to read it.
            waiting = [] if node in found else [node]
            while waiting:
                target = waiting.pop()
                if target not in found:
                    found[target] = {"response"}
                    links[target] = scan(target)
                    waiting += links[target]
        users: dict[Node, list[Node]] = {}
        for target, others in links.items():
            for other in others:
                users.setdefault(other, []).append(target)
        waiting = [target for target in found if target in sided]
        while waiting:
            for user in users.get(waiting.pop(), []):
                if user not in sided:
                    sided.add(user)
                    waiting.append(user)
        both: set[Direction] = {"both"}
        return {
            target: both if len(ways) == 2 and target not in sided else ways for target, ways in found.items()
        }

    def _name_all(self, declared: dict[str, Node], directions: dict[Node, set[Direction]]) -> None:
        """The name of each shared schema: its own as a class name, or with ``Input`` for the side of requests."""
        raw = {node: name for name, node in declared.items()}
        raw |= {node: self._raw_names.get(node, "Schema") for node in directions if node not in raw}
        self._raw_names = raw
        classes = self._names.claim_all([(node, pascal_case(name)) for node, name in raw.items()])
        for node, name in classes.items():
            ways = directions[node]
            for direction in sorted(ways, reverse=True):
                twin = direction == "request" and len(ways) == 2
                own = self._names.claim(f"{name}Input") if twin else name
                self._shared[node, direction] = own

    def _target(self, node: Node, *, report: bool = True) -> Node | None:
        """The schema that the ``$ref`` of ``node`` names."""
        reference = node.get("$ref")
        if reference is None:
            return None
        try:
            target = self._files.target(reference)
        except Faults as error:
            if report:
                self._report.faults.extend(error.faults)
            return None
        text = str(reference.value)
        stem = text.rpartition("/")[2] if "#/" in text else text.rpartition("/")[2].partition(".")[0]
        self._raw_names.setdefault(target, stem.replace("~1", "/").replace("~0", "~"))
        return target

    def _reference(self, target: Node, direction: Direction) -> Schema:
        name = self._shared.get((target, direction)) or self._shared.get((target, "both"))
        if name is None:
            # A side that no operation reaches: the variants of a schema that is only declared.
            name = next(own for (node, _), own in self._shared.items() if node is target)
        return {"$ref": COMPONENT + name}

    # Filling in.

    def _define(self, target: Node, name: str, direction: Direction) -> None:
        self._root += 1
        body: Schema = {}
        self._add(name, body, direction)
        self._report.origins[id(body)] = target
        if heirs := self._heirs.get(target):
            self._heir_union(body, target, heirs, name, direction)
        else:
            written, _ = self._core(target, name, direction, top=True)
            body.update(written)
        self._drain()

    def _drain(self) -> None:
        while self._queue:
            self._queue.popleft()()

    def _add(self, name: str, body: Schema, direction: Direction) -> None:
        self._components[name] = body
        self._order[name] = self._root, len(self._order)
        body["x-direction"] = direction

    def _fill(self, slot: Schema, node: Node, name: str, direction: Direction) -> None:
        """Write ``node`` into ``slot`` as a property, parameter or body has it."""
        self._report.origins[id(slot)] = node
        core, nullable = self._core(node, name, direction)
        self._finish_slot(slot, core, nullable, name, direction)

    def _finish_slot(self, slot: Schema, core: Schema, nullable: bool, name: str, direction: Direction) -> None:
        notes = {key: core.pop(key) for key in ("description", "default", "deprecated", "examples") if key in core}
        slot.update(_with_null(core) if nullable else core)
        slot.update(notes)
        if "default" in notes and not _fits(notes["default"], slot):
            origin = self._report.origins[id(slot)]
            self._report.note(origin.get("default") or origin, "default is no value of its schema; it is left out")
            del slot["default"]
        if "anyOf" in slot or "oneOf" in slot:
            self._unions.append((slot, name, direction, self._root))

    def _sub(self, nodes: Sequence[Node], name: str, direction: Direction) -> Schema:
        """The schema that all of ``nodes`` make, as a part of another."""
        slot: Schema = {}
        self._report.origins[id(slot)] = nodes[-1]
        core, nullable = self._core(nodes[-1], name, direction, also=nodes[:-1])
        self._finish_slot(slot, core, nullable, name, direction)
        return slot

    def _core(
        self, node: Node, name: str, direction: Direction, *, also: Sequence[Node] = (), top: bool = False
    ) -> tuple[Schema, bool]:
        """A schema without null, with its notes; and whether null is allowed beside it."""
        if node.value is True and not also:
            return {}, False
        if not isinstance(node.value, dict):
            hint = "describe the values that are allowed, or remove it" if node.value is False else ""
            message = "a schema that allows nothing has no type" if node.value is False else None
            self._report.fault(node, message or f"a schema is a mapping, not {described(node)}", hint)
            return {}, False
        telling = [part for part in (*also, node) if self._tells(part)]
        layers = tuple(layer for part in (*also, node) for layer in self._layers(part, ()))
        view = _View(layers)
        single = self._single(telling[0]) if len(telling) == 1 else None
        if single is not None:
            core, nullable = self._reference(single, direction), self._allows_null(single)
            nullable = nullable or any(_nullable_flag(part) for part in (*also, node))
            # What is said beside the reference is said here; what the shared schema says stands there.
            local = _View(tuple(layer for part in (*also, node) for layer in self._layers(part, (), follow=False)))
            return core | self._notes(local), nullable
        core, nullable = self._of_view(view, node, name, direction, top=top)
        nullable = nullable or any(_nullable_flag(part) for part in (*also, node))
        return core | self._notes(view), nullable

    def _tells(self, node: Node) -> bool:
        """Whether ``node`` says anything about values."""
        return not isinstance(node.value, dict) or any(key not in _NOTES and key[:2] != "x-" for key in node.value)

    def _single(self, node: Node) -> Node | None:
        """The shared schema that ``node`` is, where nothing but notes stands beside the reference."""
        own = {key for key in node.members if key not in _NOTES and key[:2] != "x-"} - {"$ref", "allOf"}
        kind = node.get("type")
        if own - {"type"} or (kind is not None and kind.value != "object"):
            return None
        found = [self._target(node)] if node.get("$ref") else []
        found += [self._single(entry) for entry in (node.get("allOf") or node).entries if self._tells(entry)]
        return found[0] if len(found) == 1 else None

    def _layers(self, node: Node, within: tuple[Node, ...], *, follow: bool = True) -> Iterator[Node]:
        if follow and (target := self._target(node)) is not None:
            if target in within:
                self._report.fault(node.get("$ref") or node, "the schema contains itself", "break the circle of allOf")
                return
            yield from self._layers(target, (*within, target))
        for entry in (node.get("allOf") or node).entries:
            if isinstance(entry.value, dict):
                yield from self._layers(entry, within, follow=follow)
        yield node

    def _allows_null(self, node: Node) -> bool:
        """Whether null is a value of the shared schema ``node``."""
        if node not in self._null:
            self._null[node] = False  # while it is being asked: a schema is not nullable because it contains itself
            parts = [self._target(node), *(node.get("allOf") or node).entries]
            options = _options(node)
            kind, values = node.get("type"), node.get("enum")
            self._null[node] = (
                _nullable_flag(node)
                or _is_null(node)
                or (kind is not None and any(entry.value == "null" for entry in kind.entries))
                or (kind is None and values is not None and any(entry.value is None for entry in values.entries))
                or (kind is None and any(self._allows_null(option) for option in options))
                or (kind is None and any(part is not None and self._allows_null(part) for part in parts))
            )
        return self._null[node]

    def _notes(self, view: _View) -> Schema:
        """What is said to people."""
        notes: Schema = {}
        if isinstance(words := _data(view.last("description")), str) and words.strip():
            notes["description"] = words.strip()
        if (default := view.last("default")) is not None:
            notes["default"] = default.data()
        if view.flag("deprecated"):
            notes["deprecated"] = True
        if (several := view.last("examples")) is not None:
            entries = several.entries or list(several.members.values())
            notes["examples"] = [entry.data() for entry in entries]
        elif (one := view.last("example")) is not None:
            notes["examples"] = [one.data()]
        return notes

    def _of_view(
        self, view: _View, place: Node, name: str, direction: Direction, *, top: bool = False
    ) -> tuple[Schema, bool]:
        if view.every("oneOf") or view.every("anyOf"):
            return self._union(view, place, name, direction, top=top)
        if alone := view.last("discriminator"):
            self._report.note(alone, "discriminator without oneOf or schemas that derive from it says nothing")
        types, nullable = self._types(view)
        self._check_keywords(view, types)
        values = self._values(view, types)
        if values is not None:
            return self._enumeration(values, view, place, name, direction, top=top)
        if not types:
            return ({"type": "null"} if nullable else {}), False
        options = [self._of_type(view, kind, place, name, direction, top and len(types) == 1) for kind in types]
        return (options[0] if len(options) == 1 else {"anyOf": cast("list[JSON]", options)}), nullable

    def _types(self, view: _View) -> tuple[list[str], bool]:
        """The types that every layer allows, without null; and whether null is allowed, too."""
        allowed: list[str] | None = None
        for place in view.every("type"):
            names = [str(entry.value) for entry in place.entries] or [str(place.value)]
            for name in names:
                if name not in _BY_TYPE:
                    likely = get_close_matches(name, _BY_TYPE, 1)
                    hint = f"did you mean {likely[0]}?" if likely else f"one of {', '.join(_BY_TYPE)}"
                    self._report.fault(place, f"there is no type {name!r}", hint)
            names = [name for name in names if name in _BY_TYPE]
            if allowed is None or not names:
                allowed = names or allowed
                continue
            both = [name for name in names if name in allowed or (name == "integer" and "number" in allowed)]
            both += ["integer"] if "number" in names and "integer" in allowed and "integer" not in both else []
            if not both:
                hint = "let all parts of allOf have a type in common"
                self._report.fault(place, f"type {' or '.join(names)} contradicts another part of allOf", hint)
            allowed = both or allowed
        if allowed is None:
            keys = view.keywords().keys()
            allowed = [kind for kind in ("object", "array", "string", "number") if keys & (_BY_TYPE[kind] - {"format"})]
            allowed = allowed[:1] or (["string"] if "format" in keys else [])
        return [name for name in allowed if name != "null"], "null" in allowed

    def _check_keywords(self, view: _View, types: list[str]) -> None:
        usable = frozenset[str]().union(*(_BY_TYPE[name] for name in types))
        for key, place in view.keywords().items():
            if key in ("$dynamicRef", "$recursiveRef"):
                self._report.fault(place, f"{key} is not supported", "refer to the schema with $ref")
            elif key in _UNCHECKED:
                self._report.note(place, f"{key} cannot be expressed as a type; the server checks it")
            elif key in usable or key in _GENERAL:
                continue
            elif key in _KNOWN:
                self._report.note(place, f"{key} says nothing about {' or '.join(types) or 'a schema without a type'}")
            else:
                likely = get_close_matches(key, _KNOWN, 1)
                mean = f"; did you mean {likely[0]}?" if likely else ""
                self._report.note(place, f"{key} is no keyword of JSON Schema and is left out{mean}")

    def _values(self, view: _View, types: list[str]) -> list[JSON] | None:
        """The values that ``enum`` and ``const`` of every layer allow; ``None`` if neither is there."""
        allowed: list[JSON] | None = None
        consts = view.every("const")
        for place in (*view.every("enum"), *consts):
            named = [place.data()] if place in consts else [entry.data() for entry in place.entries]
            typed = [value for value in named if value is None or not types or any(_is_a(value, t) for t in types)]
            if len(typed) < len(named):
                odd = next(value for value in named if value not in typed)
                hint = "remove it, or correct the type"
                self._report.fault(place, f"{odd!r} is not of type {' or '.join(types)}", hint)
            allowed = typed if allowed is None else [value for value in typed if _holds(allowed, value)]
            if not allowed:
                hint = "name at least one value that every part allows"
                self._report.fault(place, "no value is allowed here", hint)
                return None
        return allowed

    def _enumeration(
        self, values: list[JSON], view: _View, place: Node, name: str, direction: Direction, *, top: bool
    ) -> tuple[Schema, bool]:
        nullable = None in values
        plain: list[JSON] = []
        for value in values:
            if value is not None and not _holds(plain, value):
                plain.append(value)
        kinds = {_kind_of(value) for value in plain}
        if not plain:
            return {"type": "null"}, False
        kind = kinds.pop() if len(kinds) == 1 else ""
        if kind == "boolean" and len(plain) == 2:
            return {"type": "boolean"}, nullable
        if kind not in ("string", "integer", ""):
            self._report.note(view.last("enum") or view.last("const") or place, f"a list of {kind}s is not checked")
            return ({"type": kind} if kind in ("number", "boolean") else {}), nullable
        if kinds - {"string", "integer"} and not kind:
            self._report.note(view.last("enum") or place, "values of several types are not checked")
            options: list[JSON] = [{"type": own} for own in sorted({_kind_of(value) for value in plain})]
            return {"anyOf": options}, nullable
        body: Schema = {"type": kind} if kind else {}
        if view.every("const") and len(plain) == 1:
            return {**body, "const": plain[0]}, nullable
        body["enum"] = plain
        secret = _is_secret(view)
        if top or direction == "request" or secret:
            return (body | {"x-secret": True} if secret else body), nullable
        notes = self._notes(view)
        return self._named(name, body | ({"description": notes["description"]} if "description" in notes else {}),
                           place, direction), nullable  # fmt: skip

    def _named(self, name: str, body: Schema, place: Node, direction: Direction) -> Schema:
        name = self._names.claim(name)
        self._report.origins[id(body)] = place
        self._add(name, body, direction)
        return {"$ref": COMPONENT + name}

    def _of_type(self, view: _View, kind: str, place: Node, name: str, direction: Direction, top: bool) -> Schema:
        match kind:
            case "string" | "integer" | "number":
                return self._scalar(view, kind)
            case "array":
                items = view.every("items")
                inner = self._sub(items, f"{name}Item", direction) if items else {}
                return {"type": "array", "items": inner, **self._limits(view, "array")}
            case "object":
                return self._object(view, place, name, direction, top=top)
            case _:
                return {"type": kind}

    def _scalar(self, view: _View, kind: str) -> Schema:
        body: Schema = {"type": kind, **self._limits(view, kind)}
        if body.get("format") in _TYPED_FORMATS:
            for key in ("minLength", "maxLength", "pattern"):
                if body.pop(key, None) is not None:
                    place = view.every(key)[-1]
                    self._report.note(place, f"{key} says nothing about the format {body['format']}")
        if _is_secret(view):
            if kind == "string":
                body["x-secret"] = True
            elif place := view.last("x-secret"):
                self._report.fault(place, "only a string can be a secret", "set x-secret on a string")
        return body

    def _limits(self, view: _View, kind: str) -> Schema:
        found: Schema = {}
        for key in (*_AGREED, *_LOWER, *_UPPER):
            if key not in _BY_TYPE[kind]:
                continue
            limit = self._agreed(view, key) if key in _AGREED else self._limit(view, key, kind)
            if limit is not None and limit is not False:
                found[key] = limit
        for inclusive, exclusive, wins in (("minimum", "exclusiveMinimum", max), ("maximum", "exclusiveMaximum", min)):
            one, other = found.get(inclusive), found.get(exclusive)
            if isinstance(one, int | float) and isinstance(other, int | float):
                del found[inclusive if wins(one, other) == other else exclusive]
        return found

    def _agreed(self, view: _View, key: str) -> JSON:
        places = view.every(key)
        if not places:
            return None
        value = places[-1].value
        for place in places[1:]:
            if place.value != places[0].value:
                self._report.fault(place, f"{key} contradicts another part of allOf", "keep one of the two")
        wanted = {"pattern": str, "format": str, "uniqueItems": bool, "multipleOf": int | float}[key]
        if not isinstance(value, wanted) or (key == "multipleOf" and (isinstance(value, bool) or float(value) <= 0)):
            self._report.fault(places[-1], f"{value!r} is no value for {key}")
            return None
        if key == "pattern":
            try:
                re.compile(str(value))
            except re.error as error:
                self._report.note(places[-1], f"pattern is not one that Python understands: {error}; it is not checked")
                return None
        return places[-1].data()

    def _limit(self, view: _View, key: str, kind: str) -> int | float | None:
        found: list[int | float] = []
        whole = kind == "integer" or key.startswith(("minL", "maxL", "minI", "maxI", "minP", "maxP"))
        for layer in view.layers:
            place = layer.get(key)
            if place is None or key in view.hidden:
                continue
            value = place.value
            if isinstance(value, bool) and key.startswith("exclusive"):
                # Draft 4, and so OpenAPI 3.0: true makes the limit beside it exclusive.
                beside = layer.get(key.removeprefix("exclusive").lower())
                value = beside.value if value and beside is not None else None
            if isinstance(value, int | float) and not isinstance(value, bool):
                value = (math.ceil if key in _LOWER else math.floor)(value) if whole else value
                if isinstance(value, int) and value not in _INT64:
                    self._report.note(place, f"{key} does not fit into 64 bits; the server checks it")
                elif whole and kind != "integer" and value < 0:
                    self._report.fault(place, f"{key} cannot be negative")
                else:
                    found.append(value)
            elif value is not None:
                self._report.fault(place, f"{key} is a number, not {described(place)}", "write it without quotes")
        return (max if key in _LOWER else min)(found) if found else None

    def _object(self, view: _View, place: Node, name: str, direction: Direction, *, top: bool) -> Schema:
        extra = view.every("additionalProperties")
        closed = any(part.value is False for part in extra)
        open_to = [part for part in extra if isinstance(part.value, dict) and part.value]
        properties: dict[str, list[Node]] = {}
        for part in view.every("properties"):
            for wire, own in part.members.items():
                properties.setdefault(wire, []).append(own)
        body: Schema = {"type": "object"}
        if not properties and not closed:
            body["additionalProperties"] = self._sub(open_to, f"{name}Value", direction) if open_to else True
            return body | self._limits(view, "object")
        for key in ("minProperties", "maxProperties"):
            if part := view.last(key):
                self._report.note(part, f"{key} is not checked beside named properties")
        if not top:
            if isinstance(words := _data(view.last("description")), str) and words.strip():
                body["description"] = words.strip()
            reference = self._named(name, body, place, direction)
            name = str(reference["$ref"]).removeprefix(COMPONENT)
        written: Schema = {}
        body["properties"] = written
        if closed or open_to:
            body["additionalProperties"] = False
        elif any(part.value is True or part.value == {} for part in extra):
            body["additionalProperties"] = True

        # Later, because it may contain itself.
        def fill() -> None:
            own = self._components[name]
            if open_to and not closed:
                own["additionalProperties"] = self._sub(open_to, f"{name}Value", direction)
            for wire, nodes in properties.items():
                self._property(written, wire, nodes, name, direction)
            if required := self._required(view, written, properties):
                own["required"] = required

        self._queue.append(fill)
        return body if top else reference

    def _property(self, written: Schema, wire: str, nodes: list[Node], name: str, direction: Direction) -> None:
        place = nodes[-1]
        if any(letter in '"\\' or letter < " " for letter in wire):
            self._report.fault(place, f"{wire!r} cannot be a name: it has quotes, backslashes or control characters")
            return
        view = _View(tuple(layer for node in nodes for layer in self._layers(node, ())))
        for flag, other in (("readOnly", "request"), ("writeOnly", "response")):
            if view.flag(flag) and direction == other:
                return
        written[wire] = self._sub(nodes, name + pascal_case(wire), direction)

    def _required(self, view: _View, written: Schema, properties: dict[str, list[Node]]) -> list[JSON]:
        required: list[JSON] = []
        for part in view.every("required"):
            if isinstance(part.value, bool):
                self._report.note(part, f"required: {str(part.value).lower()} says nothing; a list of names would")
            for entry in part.entries:
                if entry.value not in properties:
                    self._report.note(entry, f"{entry.value!r} is required, but no property is called so")
                elif entry.value in written and entry.value not in required:
                    required.append(entry.value)
        return [wire for wire in written if wire in required]

    # Unions.

    def _union(
        self, view: _View, place: Node, name: str, direction: Direction, *, top: bool
    ) -> tuple[Schema, bool]:
        unions = [*view.every("oneOf"), *view.every("anyOf")]
        entries = [entry for entry in unions[0].entries]
        base = view.without("oneOf", "anyOf", "discriminator")
        telling = base.keywords()
        if len(unions) > 1 and not all(self._only_requires(entry) for own in unions[1:] for entry in own.entries):
            self._report.fault(unions[1], "two unions at once have no type", "write the combinations out as one oneOf")
        if not entries:
            self._report.fault(unions[0], "a union of nothing", "list the schemas that are allowed")
            return {}, False
        if all(self._only_requires(entry) for entry in entries):
            self._report.note(unions[0], "alternatives that only require properties are not checked")
            return self._of_view(base, place, name, direction, top=top)
        nullable = False
        if telling:
            _, nullable = self._types(base)
        options: list[Schema] = []
        for number, entry in enumerate(entries, 1):
            if _is_null(entry):
                nullable = True
                continue
            alone = not telling or (telling.keys() == {"type"} and (entry.get("type") or self._single(entry)))
            label = name + (pascal_case(self._own_tag(entry)) or str(number))
            if alone:
                # Values are joined first, and named then.
                values = entry.get("enum") or entry.get("const")
                core, null = self._core(entry, label, "request" if values else direction)
            else:
                layers = (*base.layers, *self._layers(entry, ()))
                hidden = base.hidden if not _options(entry) else frozenset[str]()
                core, null = self._of_view(_View(layers, hidden), entry, label, direction)
            nullable = nullable or null
            core = {key: value for key, value in core.items() if key not in ("description", "default", "examples")}
            if core.get("type") == "null":
                nullable = True
            elif "anyOf" in core:
                options += cast("list[Schema]", core["anyOf"])
            else:
                options.append(core)
        options = _joined(options)
        if not options:
            return {"type": "null"}, False
        if {} in options:
            return {}, False
        if direction != "request" and not (top and len(options) == 1):
            for number, option in enumerate(options, 1):
                if "enum" in option:
                    own = name if len(options) == 1 else f"{name}{number}"
                    options[number - 1] = self._named(own, option, place, direction)
        if len(options) == 1:
            return options[0], nullable
        discriminator = view.last("discriminator")
        body: Schema = {"anyOf": cast("list[JSON]", options)}
        if discriminator is not None:
            body = {"oneOf": body["anyOf"], "discriminator": self._discriminator(discriminator, entries, direction)}
        if top:
            self._unions.append((self._components[name], name, direction, self._root))
        return body, nullable

    def _join(self, joined: Schema, slots: list[Schema], name: str) -> None:
        options: list[Schema] = []
        for slot in slots:
            for option in _options_of(slot) or [slot]:
                own = {key: value for key, value in option.items() if key not in ("description", "default", "examples")}
                options.append(own)
        nullable = {"type": "null"} in options
        options = _joined([option for option in options if option != {"type": "null"}])
        core = options[0] if len(options) == 1 else {"anyOf": cast("list[JSON]", options)}
        joined.update({} if {} in options else _with_null(core) if nullable else core)
        if "anyOf" in joined:
            self._unions.append((joined, name, "response", self._root + 1))

    def _only_requires(self, entry: Node) -> bool:
        keys = {key for key in entry.members if key not in _NOTES}
        return bool(keys) and keys <= {"required", "not"}

    def _own_tag(self, entry: Node) -> str:
        """The value by which an inline object names itself."""
        for own in (entry.get("properties") or entry).members.values():
            if (value := own.get("const")) is not None and isinstance(value.value, str):
                return value.value
        return ""

    def _heir_union(self, body: Schema, target: Node, heirs: list[Node], name: str, direction: Direction) -> None:
        discriminator = target.get("discriminator")
        assert discriminator is not None, "only such schemas have heirs"
        body["oneOf"] = [self._reference(heir, direction) for heir in heirs]
        entries = [(heir, heir) for heir in heirs]
        body["discriminator"] = self._discriminator(discriminator, entries, direction)
        body.update(self._notes(_View((target,))))
        self._unions.append((body, name, direction, self._root))

    def _discriminator(
        self, place: Node, entries: Sequence[Node | tuple[Node, Node]], direction: Direction
    ) -> Schema:
        """The property and, for each of its values that is known, the variant."""
        prop = place.get("propertyName")
        if prop is None or not isinstance(prop.value, str):
            self._report.fault(place, "propertyName is missing", "name the property that tells the variants apart")
            return {"propertyName": "", "mapping": {}}
        variants: dict[Node, str] = {}
        for entry in entries:
            target = entry[0] if isinstance(entry, tuple) else self._single(entry)
            if target is not None:
                variants[target] = str(self._reference(target, direction)["$ref"])
        mapping: Schema = {}
        given = place.get("mapping")
        mapped: set[Node] = set()
        for tag, own in (given.members if given else {}).items():
            target = self._mapped(own)
            if target in variants:
                mapping[tag] = variants[target]
                mapped.add(target)
            elif target is not None:
                self._report.note(own, f"{own.value} is not one of the variants; the tag {tag!r} is left out")
        for target, reference in variants.items():
            if target in mapped:
                continue
            tag = self._tag_of(target, prop.value) or self._raw_names[target]
            if tag in mapping:
                self._report.note(place, f"two variants have the tag {tag!r}; they are told apart by their fields")
                return {"propertyName": prop.value, "mapping": {}}
            mapping[tag] = reference
        return {"propertyName": prop.value, "mapping": mapping}

    def _mapped(self, own: Node) -> Node | None:
        """The schema that a discriminator's mapping names: by reference, or by its bare name."""
        text = str(own.value)
        if not re.search(r"[#/.]", text):
            return self._declared().get(text) or self._unknown_variant(own)
        try:
            return self._files.target(own)
        except Faults as error:
            self._report.faults.extend(error.faults)
            return None

    def _unknown_variant(self, own: Node) -> None:
        self._report.fault(own, f"no schema is called {own.value!r}", "name one under components/schemas")

    def _tag_of(self, target: Node, wire: str) -> str:
        """The one value that the property ``wire`` of ``target`` has."""
        view = _View(tuple(self._layers(target, (target,))))
        for part in reversed(view.every("properties")):
            if (own := part.get(wire)) is not None:
                inner = _View(tuple(self._layers(own, ())))
                values = [*inner.every("const"), *(entry for part in inner.every("enum") for entry in part.entries)]
                if len(values) == 1 and isinstance(values[0].value, str):
                    return values[0].value
        return ""

    # What can be judged only when everything is written.

    def _settle_unions(self) -> None:
        """Mark the unions that need more than a look at the JSON type, and give each of them a name."""
        tags: dict[str, set[tuple[str, str]]] = {}
        candidates: list[tuple[Schema, str, Direction, int]] = []
        for union, name, direction, root in self._unions:
            options = [option for option in _options_of(union) if option != {"type": "null"}]
            if len(options) < 2:
                continue
            kinds = [kind for option in options for kind in self._kinds(option, ())]
            if all(kinds.count(kind) == 1 for kind in kinds):
                union.pop("discriminator", None)
                continue
            if "discriminator" not in union:
                self._find_tags(union, options)
            union["x-union"] = "structural"
            candidates.append((union, name, direction, root))
            discriminator = cast("Schema", union.get("discriminator", {}))
            for tag, reference in cast("Schema", discriminator.get("mapping", {})).items():
                tags.setdefault(str(reference), set()).add((str(discriminator["propertyName"]), tag))
        for union, name, direction, root in candidates:
            discriminator = cast("Schema | None", union.get("discriminator"))
            options = [option for option in _options_of(union) if option != {"type": "null"}]
            if discriminator and self._is_tagged(discriminator, options, tags):
                union["x-union"] = "tagged"
                wire = str(discriminator["propertyName"])
                for tag, reference in cast("dict[str, str]", discriminator["mapping"]).items():
                    own = cast("dict[str, Schema]", self._components[reference.removeprefix(COMPONENT)]["properties"])
                    kept = {key: own[wire][key] for key in ("description",) if key in own[wire]}
                    origin = self._report.origins.get(id(own[wire]))
                    own[wire] = {"type": "string", "const": tag, **kept}
                    if origin is not None:
                        self._report.origins[id(own[wire])] = origin
            if union is not self._components.get(name):
                self._root = root
                self._hoist(union, name, direction)

    def _hoist(self, union: Schema, name: str, direction: Direction) -> None:
        key = "oneOf" if "oneOf" in union else "anyOf"
        options = cast("list[Schema]", union[key])
        nullable = {"type": "null"} in options
        body: Schema = {key: [option for option in options if option != {"type": "null"}]}
        body |= {own: union.pop(own) for own in ("discriminator", "x-union") if own in union}
        if "description" in union:
            body["description"] = union["description"]
        del union[key]
        origin = self._report.origins[id(union)]
        notes = dict(union)
        union.clear()
        reference = self._named(name, body, origin, direction)
        union.update((_with_null(reference) if nullable else reference) | notes)

    def _find_tags(self, union: Schema, options: list[Schema]) -> None:
        """Write a discriminator for objects that name themselves by a constant."""
        bodies = [self._components.get(str(option.get("$ref", "")).removeprefix(COMPONENT)) for option in options]
        if any(body is None or "properties" not in body for body in bodies):
            return
        objects = [cast("dict[str, Schema]", body["properties"]) for body in bodies if body]
        for wire in objects[0]:
            values = [str(own.get(wire, {}).get("const", "")) for own in objects]
            if all(values) and len(set(values)) == len(values):
                mapping = {value: option["$ref"] for value, option in zip(values, options, strict=True)}
                union["oneOf"] = union.pop("anyOf")
                union["discriminator"] = {"propertyName": wire, "mapping": mapping}
                return

    def _is_tagged(self, discriminator: Schema, options: list[Schema], tags: dict[str, set[tuple[str, str]]]) -> bool:
        """Whether every variant is an object that carries one tag of its own, always, and in every union."""
        wire, mapping = str(discriminator["propertyName"]), cast("dict[str, str]", discriminator["mapping"])
        references = [option.get("$ref") for option in options]
        if sorted(mapping.values()) != sorted(map(str, references)):
            return False
        for tag, reference in mapping.items():
            body = self._components[reference.removeprefix(COMPONENT)]
            properties = cast("dict[str, Schema]", body.get("properties", {}))
            own = properties.get(wire, {})
            values = own.get("enum", [tag]) if "const" not in own else [own["const"]]
            if "$ref" in own:
                values = self._components[str(own["$ref"]).removeprefix(COMPONENT)].get("enum", [tag])
            if wire not in properties or wire not in cast("list[str]", body.get("required", [])):
                return False
            if len(tags[reference]) > 1 or tag not in cast("list[JSON]", values):
                return False
        return True

    def _kinds(self, schema: Schema, within: tuple[str, ...]) -> list[str]:
        """What a decoder sees of a value: one entry for each kind of JSON that it may be."""
        if "$ref" in schema:
            name = str(schema["$ref"]).removeprefix(COMPONENT)
            return [] if name in within else self._kinds(self._components[name], (*within, name))
        if options := _options_of(schema):
            return [kind for option in options for kind in self._kinds(option, within)]
        values = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if values is not None:
            return sorted({_kind_of(value) for value in cast("list[JSON]", values) if value is not None})
        kinds = schema.get("type", "any")
        return [str(kind) for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind != "null"]

    def _resolve_aliases(self) -> None:
        """Let what refers to a schema that is nothing but another one refer to that."""
        aliases = {
            COMPONENT + name: str(body["$ref"]) for name, body in self._components.items() if "$ref" in body
        }
        if not aliases:
            return
        final: dict[str, str] = {}
        for alias in aliases:
            seen = [alias]
            while seen[-1] in aliases:
                seen.append(aliases[seen[-1]])
                if seen[-1] in seen[:-1]:
                    body = self._components[alias.removeprefix(COMPONENT)]
                    place = self._report.origins[id(body)]
                    self._report.fault(place.get("$ref") or place, "$ref leads back to itself", "let it name a schema")
                    break
            final[alias] = seen[-1]
        waiting: list[JSON] = [*self._components.values(), *(slot for slot, *_ in self._slots)]
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict):
                if (reference := part.get("$ref")) in final:
                    part["$ref"] = final[cast("str", reference)]
                mapping = part.get("mapping")
                if isinstance(mapping, dict):
                    mapping.update({tag: final.get(str(own), own) for tag, own in mapping.items()})
                waiting += part.values()
            elif isinstance(part, list):
                waiting += part
        for alias, target in final.items():
            name = alias.removeprefix(COMPONENT)
            body = self._components.pop(name)
            if target not in final:
                message = f"it is the same as {target.removeprefix(COMPONENT)}, and is called so"
                self._report.note(self._report.origins[id(body)], message)

    def _refuse_endless(self) -> None:
        """A fault for each list or union that contains itself with no object between."""
        links: dict[str, list[str]] = {}
        for name, body in self._components.items():
            waiting: list[JSON] = [] if "properties" in body else [body]
            found = links[name] = []
            while waiting:
                part = waiting.pop()
                if isinstance(part, dict):
                    if isinstance(reference := part.get("$ref"), str):
                        found.append(reference.removeprefix(COMPONENT))
                    waiting += [own for key, own in part.items() if key not in ("discriminator", "examples", "default")]
                elif isinstance(part, list):
                    waiting += part
        for name in links:
            reached, waiting_names = set[str](), list(links[name])
            while waiting_names:
                own = waiting_names.pop()
                if own not in reached:
                    reached.add(own)
                    waiting_names += links.get(own, [])
            if name in reached:
                place = self._report.origins[id(self._components[name])]
                hint = "put an object with a property between"
                self._report.fault(place, "the schema contains itself with no object between", hint)


def _data(node: Node | None) -> JSON:
    return node.value if node is not None and not isinstance(node.value, dict | list) else None


def _options(node: Node) -> list[Node]:
    return [entry for key in ("oneOf", "anyOf") if (part := node.get(key)) for entry in part.entries]


def _options_of(schema: Schema) -> list[Schema]:
    return cast("list[Schema]", schema.get("oneOf") or schema.get("anyOf") or [])


def _subschemas(node: Node) -> list[Node]:
    found = _options(node)
    for key in ("properties", "allOf"):
        if part := node.get(key):
            found += [*part.members.values(), *part.entries]
    found += [part for key in ("items", "additionalProperties") if (part := node.get(key)) is not None]
    return found


def _is_null(node: Node) -> bool:
    kind = node.get("type")
    return kind is not None and kind.value == "null"


def _nullable_flag(node: Node) -> bool:
    flag = node.get("nullable")
    return flag is not None and flag.value is True


def _is_secret(view: _View) -> bool:
    return view.flag("x-secret") or any(part.value == "password" for part in view.every("format"))


def _is_a(value: JSON, kind: str) -> bool:
    own = _kind_of(value)
    return own == kind or (own == "integer" and kind == "number") or (kind == "integer" and value == int(value)
                                                                      if own == "number" else False)  # fmt: skip


def _kind_of(value: JSON) -> str:
    match value:
        case bool():
            return "boolean"
        case str():
            return "string"
        case int():
            return "integer"
        case float():
            return "number"
        case list():
            return "array"
        case dict():
            return "object"
        case _:
            return "null"


def _holds(values: list[JSON], value: JSON) -> bool:
    """``value in values``, with 1 and True apart."""
    return any(own == value and _kind_of(own) == _kind_of(value) for own in values)


def _with_null(core: Schema) -> Schema:
    if not core or core.get("type") == "null":
        return core
    for key in ("anyOf", "oneOf"):
        if key in core:
            return {**core, key: [*cast("list[JSON]", core[key]), {"type": "null"}]}
    if "$ref" in core:
        return {"anyOf": [core, {"type": "null"}]}
    values = core.get("enum", [core["const"]] if "const" in core else None)
    kept = {key: value for key, value in core.items() if key != "const"}
    written = {**kept, "enum": [*cast("list[JSON]", values), None]} if values is not None else kept
    return {**written, "type": [core["type"], "null"]} if "type" in core else written


def _joined(options: list[Schema]) -> list[Schema]:
    """Alternatives that one schema can say: addresses of both kinds, values of several lists, any string at all."""
    found: list[Schema] = []
    for option in options:
        if option not in found:
            found.append(option)
    four = next((option for option in found if option.get("format") == "ipv4"), None)
    six = next((option for option in found if option.get("format") == "ipv6"), None)
    if four and six and {**four, "format": "ip"} == {**six, "format": "ip"}:
        found = [{**option, "format": "ip"} if option is four else option for option in found if option is not six]
    if {"type": "string"} in found:
        found = [option for option in found if not _is_text(option) or option == {"type": "string"}]
    if {"type": "number"} in found:
        found = [option for option in found if option.get("type") != "integer"]
    lists = [option for option in found if "enum" in option or "const" in option]
    if len(lists) > 1:
        values: list[JSON] = []
        for option in lists:
            own = cast("list[JSON]", option.get("enum", [option.get("const")]))
            values += [value for value in own if not _holds(values, value)]
        kinds = {_kind_of(value) for value in values}
        joined: Schema = {"type": kinds.pop()} if len(kinds) == 1 else {}
        joined["enum"] = values
        found = [joined if option is lists[0] else option for option in found if option not in lists[1:]]
    return found


def _is_text(option: Schema) -> bool:
    return option.get("type") == "string" and "x-secret" not in option


def _fits(value: JSON, schema: Schema) -> bool:
    """Whether a default is a value of ``schema``, as far as its own keywords tell."""
    if "enum" in schema or "const" in schema:
        return _holds(cast("list[JSON]", schema.get("enum", [schema.get("const")])), value)
    if options := _options_of(schema):
        return any(_fits(value, option) for option in options)
    kinds = schema.get("type")
    if kinds is None:
        return "$ref" not in schema or value is not None
    return any(_is_a(value, str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds]))
