"""What a program waits for before its first call."""

from __future__ import annotations

import subprocess
import sys

import pytest

PACKAGE = "import boltz_api"
CLIENT = "from boltz_api import Boltz; Boltz(api_key='sk_bc_admin_test_fake')"


@pytest.mark.parametrize("program", [PACKAGE, CLIENT])
def test_nothing_is_imported_that_takes_long(program: str) -> None:
    """httpx waits for the first call. The others would add a tenth each to the time to the first answer."""
    slow = {"httpx", "asyncio", "attr", "importlib.metadata"}
    code = f"{program}; import sys; print(sorted({slow} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")
