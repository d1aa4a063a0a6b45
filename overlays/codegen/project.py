"""Where this project keeps what the pipeline reads and writes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
CONTRACT: Final = ROOT / "openapi.yaml"
GENERATED: Final = ROOT / "generated" / "boltz_api_generated"
OVERLAYS: Final = ROOT / "overlays"
SETTINGS: Final = ROOT / "pyproject.toml"


def shown(path: Path) -> str:
    """``path`` as a person in the working folder would type it."""
    path = path.resolve()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
