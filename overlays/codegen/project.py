"""The places in this project that the pipeline reads and writes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PIN: Final = re.compile(r"([A-Za-z0-9._-]+)==([^;\s]+)")


class Project:
    """A checkout of the project."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.contract = root / "openapi.yaml"
        self.generated = root / "generated"
        self.pipeline = root / "overlays" / "codegen"

    def settings(self, tool: str) -> dict[str, Any]:
        """The table ``[tool.<tool>]`` of ``pyproject.toml``."""
        table: dict[str, Any] = self._pyproject()["tool"][tool]
        return table

    def pins(self) -> Mapping[str, str]:
        """The versions of generators and formatter that ``pyproject.toml`` asks for."""
        entries: list[object] = self._pyproject()["dependency-groups"]["generate"]
        return {match[1]: match[2] for entry in entries if (match := _PIN.fullmatch(str(entry)))}

    def _pyproject(self) -> dict[str, Any]:
        return tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))


HERE: Final = Project(Path(__file__).resolve().parents[2])
"""The checkout that this code is part of."""


def shown(path: Path) -> str:
    """``path`` relative to the working folder, if it is below it."""
    path = path.absolute()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
