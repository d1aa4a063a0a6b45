"""The contract as it stands in its file: plain data, and the line and column of every part of it."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from codegen.fault import ContractError, Fault
from codegen.yaml_tree import JSON, InvalidYAMLError, Position, Tree, keys_of, parse

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["JSON", "Contract", "ContractError", "Fault", "Position"]

_MARKUP: Final = re.compile(r"\s*<(!|\?|[A-Za-z])")


@frozen
class Contract:
    """An OpenAPI 3.1 contract, read and known to be one; what it says inside is not yet judged."""

    file: str
    """The path as the caller named it; faults print it."""
    source: bytes = field(repr=False)
    """The bytes of the file."""
    _tree: Tree = field(repr=False, eq=False)

    @classmethod
    def read(cls, path: Path) -> Contract:
        """The contract in the file at ``path``; ``ContractError`` if there is none."""
        file = str(path)
        try:
            source = path.read_bytes()
        except FileNotFoundError:
            raise ContractError([Fault("no such file", file)]) from None
        except IsADirectoryError:
            raise ContractError([Fault("expected a file, found a directory", file)]) from None
        except OSError as error:
            raise ContractError([Fault(f"cannot be read: {error.strerror or error}", file)]) from None
        return cls.parse(source, file)

    @classmethod
    def parse(cls, source: bytes, file: str) -> Contract:
        """The contract that ``source`` holds; ``file`` is what faults call it."""
        try:
            # A byte order mark is allowed, and means nothing.
            text = source.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = source.count(b"\n", 0, error.start) + 1
            column = error.start - (source.rfind(b"\n", 0, error.start) + 1) + 1
            byte = source[error.start]
            raise ContractError([Fault(f"not UTF-8 text: byte 0x{byte:02x}", file, line, column)]) from None
        if not text.strip():
            raise ContractError([Fault("the file is empty", file)])
        if _MARKUP.match(text):
            raise ContractError([Fault("expected an OpenAPI contract in YAML, found HTML or XML", file, 1, 1)])
        try:
            tree = parse(text)
        except InvalidYAMLError as error:
            line_and_column = error.position or (None, None)
            raise ContractError([Fault(error.message, file, *line_and_column)]) from None
        contract = cls(file, source, tree)
        contract._check_is_openapi()
        return contract

    @property
    def document(self) -> dict[str, JSON]:
        """The contract as plain data. Parts written once and aliased are one object: do not change it."""
        assert isinstance(self._tree.data, dict), "checked when it was read"
        return self._tree.data

    @property
    def sha256(self) -> str:
        """The hash of the file's bytes."""
        return hashlib.sha256(self.source).hexdigest()

    def position(self, pointer: str) -> Position:
        """Line and column of what ``pointer`` (``#/paths/~1keys/get``) names, or of the nearest part above it."""
        return self._tree.position(keys_of(pointer))

    def fault(self, message: str, pointer: str) -> Fault:
        """A fault at the place that ``pointer`` names."""
        line, column = self.position(pointer)
        return Fault(message, self.file, line, column, pointer)

    def _check_is_openapi(self) -> None:
        data = self._tree.data
        if not isinstance(data, dict):
            raise ContractError([self.fault("expected an OpenAPI contract (a mapping), found no mapping", "#")])
        if "swagger" in data:
            raise ContractError([self.fault("expected OpenAPI 3.1, found Swagger 2.0", "#/swagger")])
        version = data.get("openapi")
        if version is None:
            raise ContractError([self.fault("expected an OpenAPI contract, found no field openapi", "#")])
        if not (isinstance(version, str) and re.fullmatch(r"3\.1\.\d+", version)):
            raise ContractError([self.fault(f"expected OpenAPI 3.1, found {version}", "#/openapi")])
