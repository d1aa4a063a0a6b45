"""A new virtual environment, as a consumer has it: nothing of this repository on any path."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen
from uv import find_uv_bin

from release.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path


@frozen
class CleanEnvironment:
    """A virtual environment and the folder that its programs run in."""

    folder: Path
    work: Path

    @classmethod
    def create(cls, folder: Path, python: str = sys.executable) -> CleanEnvironment:
        """Make one in ``folder`` with an interpreter, given by path or version."""
        work = folder.with_name(f"{folder.name}-work")
        work.mkdir(parents=True)
        command = [find_uv_bin(), "venv", "--quiet", "--no-project", "--no-python-downloads", "--python", python]
        environment = cls(folder=folder, work=work)
        environment._run([*command, str(folder)], {}, "making the environment")
        return environment

    @property
    def scripts(self) -> Path:
        """Where its programs are."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.scripts / "python")

    def install(self, *arguments: str) -> None:
        """``uv pip install`` into it; the user's own settings of indexes hold, where the arguments do not say more."""
        command = [find_uv_bin(), "pip", "install", "--quiet", "--python", self.python, *arguments]
        self._run(command, {}, "installing")

    def run(self, *command: str, env: Mapping[str, str] | None = None) -> str:
        """Run a program of the environment; what it writes to standard output."""
        program = self.scripts / command[0]
        return self._run([str(program), *command[1:]], env or {}, command[0])

    @contextmanager
    def running(self, *command: str) -> Generator[str]:
        """A program of the environment for as long as the context lasts; gives the first line that it writes."""
        with subprocess.Popen(
            [str(self.scripts / command[0]), *command[1:]],
            cwd=self.work,
            env=self._variables({}),
            stdin=subprocess.PIPE,  # which ends when this process does
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None, "asked for"
            try:
                line = process.stdout.readline().rstrip("\n")
                if not line:
                    raise Refusal(f"{' '.join(command)} ended before it said anything")
                yield line
            finally:
                process.terminate()

    def _run(self, command: list[str], env: Mapping[str, str], what: str) -> str:
        done = subprocess.run(
            command, cwd=self.work, env=self._variables(env), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise Refusal(f"{what} failed in {self.folder}\n{(done.stdout + done.stderr).strip()}")
        return done.stdout

    def _variables(self, env: Mapping[str, str]) -> dict[str, str]:
        ours = ("PYTHON", "BOLTZ_", "COVERAGE", "VIRTUAL_ENV", "UV_PROJECT", "UV_PUBLISH_", "PYTEST_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        path = os.pathsep.join([str(self.scripts), kept.get("PATH", os.defpath)])
        return {**kept, "PATH": path, "PYTHONSAFEPATH": "1", **env}
