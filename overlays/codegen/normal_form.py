"""The contract in its normal form: every choice made that a generator could make otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from codegen.cursor import Cursor
from codegen.definitions import Definitions
from codegen.fault import ContractError
from codegen.naming import Namespace, snake_case
from codegen.operation_reader import read_operations
from codegen.reserved import OPERATION_NAMES
from codegen.shapes import Definition, Record
from codegen.usage import directions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codegen.contract import Contract
    from codegen.fault import Fault
    from codegen.operations import Operation


@frozen
class Module:
    """The operations under one tag."""

    name: str
    tag: str
    title: str
    description: str
    operations: tuple[Operation, ...]


@frozen
class NormalForm:
    """What the generators are given."""

    title: str
    contract: Contract = field(repr=False)
    definitions: Mapping[str, Definition]
    modules: tuple[Module, ...]

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation, by module."""
        return tuple(operation for module in self.modules for operation in module.operations)


def normalize(contract: Contract) -> NormalForm:
    """The normal form of ``contract``; ``ContractError`` with everything in it that cannot be expressed."""
    document = Cursor.root(contract)
    title = document.need("info").need("title").text()
    components = document.get("components")
    shared = [] if components is None else list(components.members_of("schemas").values())
    used = directions(document)
    definitions = Definitions([part.pointer for part in shared], used)
    faults: list[Fault] = []
    operations = read_operations(document, definitions, faults)
    for part in shared:
        for direction in used[part.pointer]:
            try:
                definitions.share(part, direction)
            except ContractError as error:
                faults.extend(error.faults)
    definitions.read_records(faults)
    if faults:
        # What several operations use is read for each; who met the fault first has it.
        raise ContractError({fault.pointer: fault for fault in reversed(faults)}.values())
    finished = {definition.name: definition for definition in definitions.finished()}
    without_tags = [_without_tag(operation, finished) for operation in operations]
    return NormalForm(title, contract, finished, _modules(document, without_tags))


def _without_tag(operation: Operation, definitions: Mapping[str, Definition]) -> Operation:
    """A body that elsewhere is a variant writes its own tag, so no caller gives it."""
    body = definitions.get(operation.body or "")
    if not isinstance(body, Record) or body.tag is None:
        return operation
    wire = body.tag.wire
    return evolve(
        operation,
        arguments=tuple(own for own in operation.arguments if own.location != "body" or own.field.wire != wire),
    )


def _modules(document: Cursor, operations: Sequence[Operation]) -> tuple[Module, ...]:
    notes = {entry.need("name").text(): entry for entry in document.entries_of("tags")}
    used = dict.fromkeys(operation.tag for operation in operations)
    # Modules and operations are names in one package, whose own code uses the builtin types.
    names = Namespace(OPERATION_NAMES | {operation.name for operation in operations})
    modules: list[Module] = []
    for tag, name in names.claim_all([(tag, snake_case(tag)) for tag in used]).items():
        note = notes.get(tag)
        title = (note.text_of("x-displayName") if note else "") or tag
        description = note.text_of("description").strip() if note else ""
        own = tuple(operation for operation in operations if operation.tag == tag)
        modules.append(Module(name, tag, title, "" if description == title else description, own))
    return tuple(modules)
