"""Put the SBOM into the wheel (PEP 770), where `python -m release build` has laid one beside the sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SBOMHook(BuildHookInterface[Any]):
    """Any other build has none: it lacks the tools that write one, and its wheel is not published."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - the base class's
        """Name the SBOM to the wheel's builder."""
        build_data["sbom_files"] += [f"sbom/{file.name}" for file in sorted(Path(self.root, "sbom").glob("*.cdx.json"))]
