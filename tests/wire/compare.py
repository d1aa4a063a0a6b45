"""Play the cases against this client, the public one and a generated one: ``python -m tests.wire.compare``.

Each lives in an environment of its own, made by uv. The results are kept; the comparison in the docs shows them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from benchmarks.environments import FRESH, PUBLIC, ROOT, Environment
from boltz_api.sandbox.certify.cases import load
from boltz_api.sandbox.certify.scorecard import Scorecard, certify_program
from reference.scoreboard import RESULTS, Comparison, kept

GENERATOR = "datamodel-code-generator"
OURS = Environment("wire", ("--group", "tests", *FRESH, ".[cli,sandbox]"))
GENERATED = Environment("generated-client", ("httpx2", "pydantic", "typing-extensions"))


def scorecards() -> Iterator[Scorecard]:
    """Measure one client after the other."""
    for environment in (OURS, PUBLIC, GENERATED):
        environment.prepare()
    write_client(GENERATED.folder)
    yield measured(OURS, "own", "sync", "httpx")
    yield measured(PUBLIC, "public")
    yield measured(GENERATED, "generated", version(GENERATOR))


def write_client(folder: Path) -> None:
    """Have the generator write its client from the contract."""
    models = ["--output", "models.py", "--output-model-type", "pydantic_v2.BaseModel", "--formatters", "builtin"]
    client = ["--generate-client", "httpx2", "--client-output", "rival", "--client-package", "rival"]
    subprocess.run(
        [
            *(sys.executable, "-m", "datamodel_code_generator", "--input", str(ROOT / "openapi.yaml")),
            *("--input-file-type", "openapi", *models, *client, "--client-model-package", "models"),
        ],
        cwd=folder,
        check=True,
    )


def measured(environment: Environment, driver: str, *arguments: str) -> Scorecard:
    """Play every case against one client."""
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(environment.folder)])
    return certify_program(load(), [str(environment.python), "-m", f"tests.wire.drivers.{driver}", *arguments], jobs=2)


if __name__ == "__main__":
    comparison = Comparison(datetime.now(UTC).date().isoformat(), [kept(scorecard) for scorecard in scorecards()])
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(comparison), indent=1) + b"\n")
