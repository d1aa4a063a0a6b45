"""The environments that contestants live in, made by uv from the pinned dependency groups.

The public client has the same import name as this one, so it gets an environment of its own. Both take the same Python
and, where they share a dependency, the same version of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

import attrs

ROOT = Path(__file__).parent.parent
HOME = ROOT / "build" / "benchmarks"


class Distribution(TypedDict):
    """What uv tells of an installed distribution."""

    name: str
    version: str


@attrs.frozen
class Environment:
    """A virtual environment of its own for some contestants."""

    name: str
    requirements: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where it lives: under build/, which is not part of the repository."""
        return HOME / self.name

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.program("python")

    def program(self, name: str) -> Path:
        """A program that is installed in it."""
        windows = sys.platform == "win32"
        return self.folder / ("Scripts" if windows else "bin") / (f"{name}.exe" if windows else name)

    def prepare(self) -> None:
        """Make it, or bring it up to date: what it should hold, as anyone would install it, and nothing else."""
        uv("venv", "--clear", "--quiet", "--python", sys.executable, str(self.folder))
        uv("pip", "install", *self._python, "--compile-bytecode", "--constraint", "constraints.txt", *self.requirements)

    def versions(self) -> dict[str, str]:
        """What is installed in it."""
        listed: list[Distribution] = json.loads(uv("pip", "list", *self._python, "--format", "json"))
        return {found["name"]: found["version"] for found in listed}

    @property
    def _python(self) -> tuple[str, str]:
        return "--python", str(self.python)


FRESH = ("--reinstall-package", "boltz-api-keys")
# Without the extras: where click and rich are installed, httpx imports them, and everything on httpx starts later.
CLIENT = Environment("client", ("--group", "bench-client", *FRESH, "."))
COMMAND_LINE = Environment("command-line", (*FRESH, ".[cli]"))
SANDBOX = Environment("sandbox", (*FRESH, ".[sandbox]"))
PUBLIC = Environment("public", ("--group", "bench-public"))
ENVIRONMENTS = (CLIENT, COMMAND_LINE, SANDBOX, PUBLIC)


def variables(**added: str) -> dict[str, str]:
    """The variables that a measured program runs with: none leads it to other packages or another service."""
    ours = ("PYTHON", "BOLTZ_", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | added


def uv(*arguments: str) -> str:
    """What uv prints, run in the project's folder."""
    ran = subprocess.run(
        [sys.executable, "-m", "uv", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise RuntimeError(f"uv {' '.join(arguments)}: {ran.stderr.strip()}")
    return ran.stdout
