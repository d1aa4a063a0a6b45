"""The running sandbox, held to the contract by schemathesis: examples, edge cases, random data, sequences of calls."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from boltz_api.sandbox import Sandbox

EXAMPLES = 100
"""Random cases an operation and a phase; enough to have met every branch of the sandbox many times over."""


@pytest.mark.parametrize("mode", ["live", "test"])
def test_the_sandbox_keeps_to_the_contract(root: Path, tmp_path: Path, mode: str) -> None:
    with Sandbox() as sandbox:
        key = {"live": sandbox.admin_key, "test": sandbox.test_admin_key}[mode]
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(root / "openapi.yaml"), "--url", sandbox.url),
            *("--header", f"x-api-key: {key}"),
            # Every check and every phase, and none excluded.
            *("--checks", "all", "--phases", "examples,coverage,fuzzing,stateful"),
            *("--max-examples", str(EXAMPLES), "--continue-on-failure", "--no-color"),
            # The same cases in every run: what fails today fails tomorrow.
            *("--seed", "1", "--generation-database", "none"),
        ]
        # Elsewhere than the repository, so that no configuration and no earlier run has a part in it.
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        met = {(seen.operation, seen.status) for seen in sandbox.received}

    assert run.returncode == 0, run.stdout + run.stderr
    assert "No issues found" in run.stdout
    # It was not all refusals: each operation also did what it is for.
    assert {("create_api_key", 200), ("list_api_keys", 200), ("revoke_api_key", 200)} <= met
    assert {("create_api_key", 422), ("list_api_keys", 422), ("revoke_api_key", 404), (None, 405)} <= met
