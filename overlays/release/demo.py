"""The whole path in one command: from the contract to a key that is created, listed and revoked.

It works on a copy of the work tree, edits and all. So a change of the contract can be followed to a consumer without a
commit, and nothing outside the demo's folder is touched.
"""

from __future__ import annotations

import json
import shutil
import textwrap
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from release import embedded_index, go_module
from release.build import build
from release.environment import CALLS, Environment
from release.project import NORMAL_FORM, Refusal, Repository, run_codegen
from release.publish import store_module, upload

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

FAREWELL = """
Done in {seconds:.0f} seconds. All of it is in {folder}, and nothing else was touched.

What to try next:
  * Add an optional field to APIKeyCreateRequest in openapi.yaml and run this again: it arrives at the consumer.
  * Remove `security` or rename a field there, and ask `nox -s changes -- --since HEAD` which version that demands.
  * Use what was installed: in one terminal `source {activate}` and
    `python -m boltz_api.sandbox`; it says what to paste into another.
  * `nox -l` lists every task; README.md starts with the client, CONTRIBUTING.md with the contract."""


def run(root: Path, folder: Path, *, go: bool = False) -> None:
    """Go through every step with the work tree ``root``, and leave the results in ``folder``; a failure ends it."""
    began = time.monotonic()
    _empty(folder)
    project = folder / "project"
    with _step(1, "Generate", "openapi.yaml is the one source. Write generated/ from it; it offers:"):
        for name in Repository(root).files():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, project / name)
        run_codegen(project, "generate", "`python -m codegen generate` failed")
        _say(*_operations(project))
    with _step(2, "Verify", "Generate elsewhere; compare every byte."):
        _say(run_codegen(project, "verify", "`python -m codegen verify` failed"))
    with _step(3, "Build", "Build twice, in different places and surroundings; compare."):
        Repository(project).create("Demo")
        release = build(project, folder / "dist")
        _say(*(f"{file.stat().st_size:>8,} bytes  {file.name}" for file in sorted(release.folder.iterdir())))
    with embedded_index.serve(folder / "index") as index:
        with _step(4, "Publish", "Upload to the embedded index on loopback."):
            upload(release, index)
            store_module(release, embedded_index.modules_of(folder / "index"))
        with _step(5, "Install", "A new environment: our package from that index only, the rest from your usual one."):
            environment = Environment.create(folder / "consumer")
            wanted = f"{release.project.name}[cli,sandbox]=={release.project.version}"
            # The first index that has a package is the only one used for it: another's cannot replace it.
            environment.install("--index", index.simple, "--index-strategy", "first-index", wanted)
            _say(f"uv pip install --index {index.simple} '{wanted}'")
            _say(environment.run("python", "-c", "import boltz_api; print(boltz_api.__version__, boltz_api.__file__)"))
        with environment.sandbox() as variables:
            with _step(6, "Call it in Python", f"Against the sandbox on {variables['BOLTZ_BASE_URL']}:"):
                _say(CALLS, *environment.calls(variables))
            with _step(7, "Call it on the command line", "The same:"):
                for command, output in environment.commands(variables):
                    _say(f"$ {command}", textwrap.indent(output, "  "))
            if go:
                with _step(8, "Call it in Go", "A new module: ours from the embedded index, which serves those, too:"):
                    _say(*go_module.consume(release.go_module, index.upload, folder / "consumer-go", variables))
    seconds = time.monotonic() - began
    print(FAREWELL.format(seconds=seconds, folder=folder, activate=environment.scripts / "activate"))


@contextmanager
def _step(number: int, heading: str, what: str) -> Generator[None]:
    title = f"{number}. {heading}"
    print(f"\n{title}\n{'-' * len(title)}\n{what}", flush=True)
    began = time.monotonic()
    try:
        yield
    except Exception:
        print(f"    the demo stops here: step {title} failed", flush=True)
        raise
    finally:
        print(f"    ({time.monotonic() - began:.1f} s)", flush=True)


def _say(*texts: str) -> None:
    print(textwrap.indent("\n".join(text.rstrip("\n") for text in texts), "    "))


def _operations(project: Path) -> Iterator[str]:
    document = json.loads((project / NORMAL_FORM).read_text("utf-8"))
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "operationId" in operation:
                yield f"{method.upper():<4} {path:<45} {operation['operationId']}"


def _empty(folder: Path) -> None:
    """Make ``folder`` an empty one; refuse to remove what is not an earlier demo's."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / "project" / "openapi.yaml").exists():
            raise Refusal(f"{folder} is not empty and not a demo's; name another with --folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
