"""The types that get a name: which there are, what each is called, and what stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, field, mutable

from codegen.fault import ContractError
from codegen.lowering import Lowering
from codegen.naming import Namespace, pascal_case, snake_case
from codegen.prose import describe
from codegen.reserved import CLASS_NAMES, FIELD_NAMES
from codegen.schema import check_wire_name, component_pointer
from codegen.shapes import (
    Alias,
    Choice,
    Direction,
    Enumeration,
    Field,
    Items,
    Map,
    Named,
    Nullable,
    Number,
    OneOf,
    Record,
    Tag,
    Text,
    Union,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from codegen.cursor import Cursor
    from codegen.fault import Fault
    from codegen.schema import Schema
    from codegen.shapes import Definition, Shape
    from codegen.variants import Variant

UNKNOWN_TAG: Final = ""
"""The tag of the variant that stands for those a newer server may send. No variant of a contract has an empty one."""


@mutable
class _Draft:
    """A record whose fields are still to be read."""

    record: Record
    schema: Schema | None
    label: str
    """What names made from this record begin with; without the ``Input`` of a request's variant."""
    tag: tuple[str, str] | None = None
    fields: dict[str, Field] = field(factory=dict[str, Field])


class Definitions:
    """Collects the named types of a contract while it is lowered."""

    def __init__(self, shared: Collection[str], used: Mapping[str, Collection[Direction]]) -> None:
        """``shared`` are the pointers of the shared schemas; ``used`` says which way each of them travels."""
        self._namespace = Namespace(CLASS_NAMES)
        own = {pointer: pointer.removeprefix(component_pointer("")) for pointer in shared}
        classes = self._namespace.claim_all([(pointer, pascal_case(name)) for pointer, name in own.items()])
        self._names: dict[tuple[str, Direction], str] = {}
        self._labels: dict[str, str] = {}
        for pointer, name in classes.items():
            self._names[pointer, Direction.ANSWER] = self._names[pointer, Direction.REQUEST] = name
            if set(used[pointer]) >= {Direction.REQUEST, Direction.ANSWER}:
                self._names[pointer, Direction.REQUEST] = self._namespace.claim(name + "Input")
            self._labels[self._names[pointer, Direction.REQUEST]] = name
        self._drafts: dict[str, _Draft] = {}
        self._queue: list[_Draft] = []
        self._others: dict[str, Definition] = {}
        self._reading: _Draft | None = None
        self.lowering = Lowering(self)

    def shared_name(self, pointer: str, direction: Direction) -> str:
        """What a shared schema is called."""
        return self._names[pointer, direction]

    def claim(self, name: str) -> str:
        """``name`` for a new type, or the nearest to it that is free. Shared schemas have theirs from the start."""
        return name if name == self.lowering.sharing else self._namespace.claim(name)

    def record(self, schema: Schema, name: str, direction: Direction) -> Named:
        """The object with named properties that ``schema`` is. Its fields are read later, so it may contain itself."""
        label = self._labels.get(name, name)
        if self._reading is not None and name.startswith(self._reading.record.name) and name not in self._labels:
            label = self._reading.label + name.removeprefix(self._reading.record.name)
        name = self.claim(name)
        params_name = self._namespace.claim(label + "Param") if direction is Direction.REQUEST else ""
        record = Record(name, (), direction, schema.text("description"), None, params_name)
        draft = _Draft(record, schema, label)
        self._drafts[name] = draft
        self._queue.append(draft)
        return Named(name)

    def arguments(self, name: str, fields: tuple[Field, ...]) -> Named:
        """A record of an operation's query or header arguments, which the contract does not write as a schema."""
        record = Record(self.claim(name), fields, Direction.REQUEST)
        self._drafts[record.name] = _Draft(record, None, record.name)
        return Named(record.name)

    def tag(self, name: str, variant: Variant, place: Cursor) -> None:
        """The record called ``name`` is a variant, known by its tag."""
        draft = self._drafts[name]
        tag = variant.wire, variant.value
        if draft.tag not in (None, tag):
            raise place.error(f"{name} has the tag {variant.value!r} here and another in another union")
        draft.tag = tag

    def union(
        self, name: str, wire: str, variants: list[tuple[str, str]], direction: Direction, description: str
    ) -> Named:
        """One of several tagged records; from a server, also one that is not known yet."""
        name = self.claim(name)
        if direction is Direction.ANSWER:
            unknown = self._namespace.claim(f"Unknown{name}")
            words = f"A variant of {name} that came after this code was generated. What it holds is kept as it came."
            self._drafts[unknown] = _Draft(Record(unknown, (), direction, words), None, unknown, (wire, UNKNOWN_TAG))
            variants = [*variants, (UNKNOWN_TAG, unknown)]
        self._others[name] = Union(name, wire, tuple(variants), direction, description)
        return Named(name)

    def settled(self, shape: Shape, name: str, direction: Direction, description: str = "") -> Shape:
        """``shape`` as a field has it: checked in a request; from a server, open to what a newer one may send."""
        match shape:
            case Nullable():
                return Nullable(self.settled(shape.shape, name, direction, description))
            case Choice() if direction is Direction.ANSWER:
                return self._opened(shape, name, description)
            case Text() if direction is Direction.ANSWER:
                return Text(shape.format)
            case Number() if direction is Direction.ANSWER:
                return Number(shape.whole)
            case Items():
                item = self._nested(shape.item, name + "Item", direction)
                return Items(item) if direction is Direction.ANSWER else evolve(shape, item=item)
            case Map():
                value = self._nested(shape.value, name + "Value", direction)
                return Map(value) if direction is Direction.ANSWER else evolve(shape, value=value)
            case OneOf():
                return OneOf(tuple(self._nested(option, name, direction) for option in shape.options))
            case _:
                return shape

    def aliased(self, schema: Schema, name: str, direction: Direction) -> Named:
        """A name for the type that ``schema`` is, for where only a name can stand."""
        shape = self.lowering.shape(schema, name, direction)
        if isinstance(shape, Named):
            return shape
        if schema.reference is not None:
            name = self.shared_name(schema.reference.pointer, direction)
            if isinstance(shape, Choice) and direction is Direction.ANSWER:
                return self._opened(shape, name, "")
        else:
            name = self.claim(name)
        if name not in self._others:
            self._others[name] = Alias(
                name, self.settled(shape, name, direction), direction, schema.text("description")
            )
        return Named(name)

    def share(self, place: Cursor, direction: Direction) -> None:
        """Define the shared schema at ``place``, whether or not an operation uses it."""
        shape = self.lowering.shared(place, direction)
        if isinstance(shape, Choice) and direction is Direction.ANSWER:
            self._opened(shape, "", "")

    def fields_of(self, named: Named) -> tuple[Field, ...] | None:
        """The fields of the record called so; ``None`` if it is no record."""
        draft = self._drafts.get(named.name)
        if draft is None:
            return None
        faults: list[Fault] = []
        self._read(draft, faults)
        if faults:
            raise ContractError(faults)
        return tuple(draft.fields.values())

    def read_records(self, faults: list[Fault]) -> None:
        """Read the fields of every record that has been named, and of those named meanwhile."""
        while self._queue:
            self._read(self._queue.pop(0), faults)

    def _read(self, draft: _Draft, faults: list[Fault]) -> None:
        if draft.schema is None:
            return
        outer, self._reading = self._reading, draft
        schema, draft.schema = draft.schema, None
        draft.fields = self._fields(draft, schema, faults)
        self._reading = outer

    def finished(self) -> tuple[Definition, ...]:
        """Every named type."""
        for draft in self._drafts.values():
            own = None if draft.tag is None else draft.fields.get(draft.tag[0])
            if own is not None and isinstance(own.shape, Named) and own.shape.name not in self._names.values():
                # A tag says its one value itself; the type it would have as a field is not used.
                self._others.pop(own.shape.name, None)
        return (*map(_finished, self._drafts.values()), *self._others.values())

    def _fields(self, draft: _Draft, schema: Schema, faults: list[Fault]) -> dict[str, Field]:
        direction = draft.record.direction
        hidden = "readOnly" if direction is Direction.REQUEST else "writeOnly"
        properties = {wire: prop for wire, prop in schema.properties().items() if not prop.flag(hidden)}
        names = Namespace(FIELD_NAMES).claim_all([(wire, snake_case(wire)) for wire in properties])
        required = schema.required()
        fields: dict[str, Field] = {}
        for wire, prop in properties.items():
            type_name = draft.record.name + pascal_case(wire)
            try:
                check_wire_name(wire, prop.place)
                shape = self.lowering.shape(prop, type_name, direction)
                own = self.field(prop, shape, type_name, direction)
            except ContractError as error:
                faults.extend(error.faults)
                continue
            fields[wire] = evolve(own, wire=wire, name=names[wire], required=wire in required)
        return fields

    def field(self, schema: Schema, shape: Shape, type_name: str, direction: Direction, description: str = "") -> Field:
        """A property or an argument that has ``shape``; its names are still to be given."""
        own = schema.note if isinstance(_bare(shape), Named) else schema.text
        text = " ".join((description or own("description")).split())
        if schema.flag("deprecated"):
            text = f"Deprecated. {text}".strip()
        settled = self._writable(self.settled(shape, type_name, direction, text), type_name, direction)
        default = schema.get("default")
        words = describe(text, shape, None if default is None else default.data)
        if direction is Direction.ANSWER:
            text = words = describe(text, shape, values=False)
        return Field("", "", settled, False, text, words, _is_secret(shape))

    def _opened(self, choice: Choice, name: str, description: str) -> Named:
        own = choice.name or self.claim(name)
        words = choice.description if choice.name else description
        self._others[own] = Enumeration(own, Choice(choice.values), words)
        return Named(own)

    def _nested(self, shape: Shape, name: str, direction: Direction) -> Shape:
        """As ``settled``, with a name for what has constraints: only a field can carry its own."""
        settled = self.settled(shape, name, direction)
        bare = _bare(settled)
        if bare == _unconstrained(bare):
            return settled
        return self._named(settled, name, direction)

    def _writable(self, shape: Shape, name: str, direction: Direction) -> Shape:
        """``shape``, under a name of its own if its rules cannot be written down in the type of a field."""
        match shape:
            case Items(unique=True) | Nullable(shape=Items(unique=True)):
                # msgspec has no word for it, so the named type is marked.
                return self._named(shape, name, direction)
            case Nullable(shape=Map() as inner) if inner != Map(inner.value):
                # datamodel-code-generator overlooks a map's size beside null.
                return self._named(shape, name, direction)
            case _:
                return shape

    def _named(self, shape: Shape, name: str, direction: Direction) -> Shape:
        named = self.claim(name)
        self._others[named] = Alias(named, _bare(shape), direction)
        return Nullable(Named(named)) if isinstance(shape, Nullable) else Named(named)


def _bare(shape: Shape) -> Shape:
    return shape.shape if isinstance(shape, Nullable) else shape


def _unconstrained(shape: Shape) -> Shape:
    match shape:
        case Text():
            return Text(shape.format)
        case Number():
            return Number(shape.whole)
        case Items():
            return Items(shape.item)
        case Map():
            return Map(shape.value)
        case _:
            return shape


def _is_secret(shape: Shape) -> bool:
    match shape:
        case Text():
            return shape.format == "password"
        case Nullable():
            return _is_secret(shape.shape)
        case Items():
            return _is_secret(shape.item)
        case Map():
            return _is_secret(shape.value)
        case OneOf():
            return any(map(_is_secret, shape.options))
        case _:
            return False


def _finished(draft: _Draft) -> Record:
    record = draft.record
    fields = record.fields or tuple(draft.fields.values())
    if draft.tag is None:
        return evolve(record, fields=fields)
    wire, value = draft.tag
    names = {own.wire: own.name for own in fields}
    free = Namespace(FIELD_NAMES | set(names.values()))
    name = names[wire] if wire in names else free.claim(snake_case(wire))
    return evolve(record, fields=tuple(own for own in fields if own.wire != wire), tag=Tag(name, wire, value))
