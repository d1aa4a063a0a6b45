"""Which operations the hand-written client binds, told from its source.

A resource binds an operation by naming it in its class: ``create = call(operations.create_api_key)``. Resources whose
name starts with ``Async`` belong to the async client; those that leave it open how they are called, such as
``class APIKeys(Resource[M])``, to both; all others to the sync one. Each client must bind every operation.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Client: TypeAlias = Literal["sync", "async"]

CLIENTS: Final[tuple[Client, ...]] = ("sync", "async")
_GENERATED: Final = "boltz_api_generated"
_OPERATIONS: Final = f"{_GENERATED}.operations"


@frozen
class Reference:
    """A place in the client's source that names an operation."""

    operation: str
    file: Path
    line: int
    client: Client | None
    """The client whose resource binds the operation here; ``None`` where it is used, not bound."""


@frozen
class Bindings:
    """How the client and the contract fit."""

    unbound: tuple[tuple[str, Client], ...]
    """Operations that a client does not bind."""
    gone: tuple[Reference, ...]
    """References to operations that the contract no longer has."""


def compare(operations: Iterable[str], references: Iterable[Reference]) -> Bindings:
    """Hold the client's ``references`` against the contract's ``operations``."""
    operations = tuple(operations)
    references = tuple(references)
    bound = {(reference.operation, reference.client) for reference in references}
    return Bindings(
        unbound=tuple((name, client) for name in operations for client in CLIENTS if (name, client) not in bound),
        gone=tuple(reference for reference in references if reference.operation not in operations),
    )


def find(package: Path) -> Iterator[Reference]:
    """Every reference to an operation under ``package``, by file and line."""
    for file in sorted(package.rglob("*.py")):
        tree = ast.parse(file.read_bytes(), file)
        names = _Names.imported_in(tree)
        yield from names.references(tree, file, (None,))


@frozen
class _Names:
    """What a file calls the operations."""

    modules: frozenset[str]
    """Names of the module that holds them all."""
    functions: dict[str, str]
    """Names of single operations, and what the contract calls them."""

    @classmethod
    def imported_in(cls, tree: ast.Module) -> _Names:
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names = [(node.module, alias.name, alias.asname or alias.name) for node in imports for alias in node.names]
        return cls(
            frozenset(name for module, real, name in names if (module, real) == (_GENERATED, "operations")),
            {name: real for module, real, name in names if module == _OPERATIONS and real.islower()},
        )

    def references(self, node: ast.AST, file: Path, clients: tuple[Client | None, ...]) -> Iterator[Reference]:
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in self.modules and attribute.islower():
                yield from (Reference(attribute, file, node.lineno, client) for client in clients)
            case ast.Name(id=name) if name in self.functions:
                yield from (Reference(self.functions[name], file, node.lineno, client) for client in clients)
            case ast.ClassDef(name=name, bases=[ast.Subscript(value=ast.Name(id="Resource"))]):
                clients = CLIENTS
            case ast.ClassDef(name=name):
                clients = ("async" if name.startswith("Async") else "sync",)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                # A method may use an operation; only the class itself binds one.
                clients = (None,)
            case _:
                pass
        for child in ast.iter_child_nodes(node):
            yield from self.references(child, file, clients)
