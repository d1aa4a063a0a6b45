"""A clean virtual environment, as a consumer has it, and first calls of the installed package in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen
from uv import find_uv_bin

from release.project import Refusal

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

SANDBOX = """\
import sys
from boltz_api.sandbox import Sandbox

with Sandbox() as sandbox:
    print(sandbox.url, sandbox.admin_key, flush=True)
    sys.stdin.read()
"""

CALLS = """\
from boltz_api import Boltz

client = Boltz()  # BOLTZ_API_KEY and BOLTZ_BASE_URL come from the environment

created = client.admin.api_keys.create(name="robot", expires_in_days=30)
print(f"created {created.key_details.name}, key {created.key_details.key_prefix}…, shown once")

for number in range(4):
    client.admin.api_keys.create(name=f"robot {number}")
pages = list(client.admin.api_keys.list(limit=2).iter_pages())
print(f"listed {sum(len(page.data) for page in pages)} keys on {len(pages)} pages of at most 2")

revoked = client.admin.api_keys.revoke(created.key_details.id)
print(f"revoked {revoked.name}, active: {revoked.is_active}")
"""
"""Create, list over several pages, revoke."""


@frozen
class Environment:
    """A virtual environment and the folder that its programs run in; nothing of this repository is on any path."""

    folder: Path
    work: Path

    @classmethod
    def create(cls, folder: Path, python: str = sys.executable) -> Environment:
        """Make one in ``folder`` with an interpreter, given by path or version."""
        work = folder.with_name(f"{folder.name}-work")
        work.mkdir(parents=True)
        command = [find_uv_bin(), "venv", "--quiet", "--no-project", "--no-python-downloads", "--python", python]
        environment = cls(folder=folder, work=work)
        environment._run([*command, str(folder)], {}, "making the environment")
        return environment

    @property
    def scripts(self) -> Path:
        """The folder of its programs."""
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
        """Run a program of the environment; return its standard output."""
        return self._run([str(self.scripts / command[0]), *command[1:]], env or {}, command[0])

    @contextmanager
    def sandbox(self) -> Generator[dict[str, str]]:
        """Run a sandbox of the installed package; give the variables that point a client at it."""
        with subprocess.Popen(
            [self.python, "-c", SANDBOX],
            cwd=self.work,
            env=self._variables({}),
            stdin=subprocess.PIPE,  # which ends when this process does
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None, "asked for"
            try:
                line = process.stdout.readline()
                if not line:
                    raise Refusal("the sandbox of the installed package does not start")
                url, key = line.split()
                yield {"BOLTZ_BASE_URL": url, "BOLTZ_API_KEY": key}
            finally:
                process.terminate()

    def calls(self, variables: Mapping[str, str]) -> list[str]:
        """Run ``CALLS``; return the lines that it prints."""
        return self.run("python", "-c", CALLS, env=variables).splitlines()

    def commands(self, variables: Mapping[str, str]) -> list[tuple[str, str]]:
        """Create, list and revoke by command; return each command with its output, the key cut short."""
        done: list[tuple[str, str]] = []

        def boltz_api(*arguments: str) -> str:
            output = self.run("boltz-api", "admin:api-keys", *arguments, env=variables)
            done.append((f"boltz-api admin:api-keys {' '.join(arguments)}", output))
            return output

        answer = json.loads(boltz_api("create", "--name", "shell"))
        created = answer["key_details"]
        done[-1] = (done[-1][0], done[-1][1].replace(answer["key"], f"{created['key_prefix']}…"))
        if created["id"] not in boltz_api("list", "--all", "--limit", "2", "--format", "table"):
            raise Refusal("`boltz-api admin:api-keys list` does not show the key that was just created")
        if json.loads(boltz_api("revoke", created["id"]))["is_active"]:
            raise Refusal("`boltz-api admin:api-keys revoke` leaves the key active")
        return done

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
