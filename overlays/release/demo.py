"""The whole story in one command: from the contract to a key that is created, listed and revoked.

It works on a copy of the work tree, edits and all. So a change of the contract can be followed to a consumer without a
commit, and nothing outside the demo's folder is touched.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import textwrap
import time
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from attrs import define, field

from codegen.contract import Contract
from codegen.normal_form import normalize
from codegen.surface import Surface
from release import embedded_index, use
from release.build import Release, build
from release.clean_environment import CleanEnvironment
from release.publish import publish
from release.refusal import Refusal
from release.report import Question
from release.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import TypeVar

    from release.embedded_index import EmbeddedIndex

    T = TypeVar("T")

FAREWELL = """\
Done in {seconds:.0f} seconds. All of it is in {folder}, and nothing else was touched.

What to try next:
  * Add an optional field to APIKeyCreateRequest in openapi.yaml and run this again: it arrives at the consumer.
  * Remove `security` or rename a field there, and ask `nox -s changes -- --since HEAD` which version that demands.
  * Use what was installed: in one terminal `source {activate}` and
    `python -m boltz_api.sandbox`; it says what to paste into another.
  * `nox -l` lists every task; README.md starts with the client, CONTRIBUTING.md with the contract."""


@define
class Demo:
    """One run of the demo."""

    root: Path
    """The work tree."""
    folder: Path
    """What the run leaves behind."""
    _steps: int = field(default=0, init=False)

    def run(self) -> None:
        """Every step in turn; the first that fails ends it."""
        began = time.monotonic()
        self._step("The contract", "openapi.yaml is the one source. It offers:", self._copy)
        self._step("Generate", "Write generated/ from it.", lambda: self._codegen("generate"))
        self._step("Verify", "Generate elsewhere; compare every byte and binding.", lambda: self._codegen("verify"))
        release = self._step("Build", "Build twice, in different places and surroundings; compare.", self._build)
        with embedded_index.serve(self.folder / "index") as index:
            self._step("Publish", "Upload to the embedded index on loopback.", lambda: self._publish(release, index))
            said = "A new environment: our package from that index only, what it needs from your usual one."
            environment = self._step("Install", said, lambda: self._install(release, index))
        with use.sandbox(environment) as variables:
            said = f"Against the sandbox, a server of this contract on {variables['BOLTZ_BASE_URL']}:"
            self._step("Use it in Python", said, lambda: self._call(environment, variables))
            self._step("Use it on the command line", "The same:", lambda: self._command(environment, variables))
        seconds = time.monotonic() - began
        activate = environment.scripts / "activate"
        print(f"\n{FAREWELL.format(seconds=seconds, folder=self.folder, activate=activate)}")

    def _step(self, heading: str, what: str, act: Callable[[], T]) -> T:
        self._steps += 1
        title = f"{self._steps}. {heading}"
        print(f"\n{title}\n{'-' * len(title)}\n{what}", flush=True)
        shown = io.StringIO()
        began = time.monotonic()
        try:
            with redirect_stdout(shown):
                return act()
        except Exception:
            print(f"    the demo stops here: step {self._steps}, {heading}, failed", flush=True)
            raise
        finally:
            print(textwrap.indent(shown.getvalue(), "    "), end="")
            print(f"    ({time.monotonic() - began:.1f} s)", flush=True)

    @property
    def _project(self) -> Path:
        return self.folder / "project"

    def _copy(self) -> None:
        for name in Repository(self.root).files():
            (self._project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.root / name, self._project / name)
        surface = Surface.of(normalize(Contract.read(self._project / "openapi.yaml")))
        for element, said in surface.elements.items():
            if element.place == "operation":
                print(f"{said['method']:<4} {said['path']:<45} {element.operation}")

    def _codegen(self, command: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "codegen", command],
            cwd=self._project,
            env={**os.environ, "PYTHONPATH": str(self._project / "overlays"), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        print(done.stdout, end="")
        if done.returncode != 0:
            raise Refusal(f"`python -m codegen {command}` failed\n{done.stderr.strip()}")

    def _build(self) -> Release:
        copy = Repository(self._project)
        copy.start("Demo")
        release = build(self._project, self.folder / "dist")
        for file in release.files:
            print(f"{file.stat().st_size:>8,} bytes  {file.name}")
        return release

    def _publish(self, release: Release, index: EmbeddedIndex) -> None:
        publish(release, index.target, index.publisher, Question(first=True))

    def _install(self, release: Release, index: EmbeddedIndex) -> CleanEnvironment:
        environment = CleanEnvironment.create(self.folder / "consumer")
        wanted = f"{release.project.name}[cli,sandbox]=={release.project.version}"
        # The first index that has a package is the only one asked for it, so nobody else's can come in its place.
        environment.install("--index", index.simple, "--index-strategy", "first-index", wanted)
        print(f"uv pip install --index {index.simple} '{wanted}'")
        print(
            environment.run("python", "-c", "import boltz_api; print(boltz_api.__version__, boltz_api.__file__)"),
            end="",
        )
        return environment

    def _call(self, environment: CleanEnvironment, variables: Mapping[str, str]) -> None:
        print(use.as_typed(use.CALLS))
        for line in use.calls(environment, variables):
            print(line)

    def _command(self, environment: CleanEnvironment, variables: Mapping[str, str]) -> None:
        for command, said in use.commands(environment, variables):
            print(f"$ {command}")
            print(textwrap.indent(said, "  "))


def empty(folder: Path) -> Path:
    """Make ``folder`` an empty one; refuse to remove what is not an earlier demo's."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / "project" / "openapi.yaml").exists():
            raise Refusal(f"{folder} is not empty and not a demo's; name another with --folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder
