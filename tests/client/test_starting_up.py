"""What a program waits for before its first call."""

from __future__ import annotations

import subprocess
import sys

import pytest

PACKAGE = "import boltz_api"
CLIENT = "from boltz_api import Boltz; Boltz(api_key='sk_bc_admin_test_fake')"
AT_FIRST_CALL = {"httpx", "httpx2", "httpcore", "asyncio", "attr", "importlib.metadata"}
WITH_A_CLIENT = {"msgspec", "anyio", "attrs", "boltz_api_generated"}


@pytest.mark.parametrize(("program", "slow"), [(PACKAGE, AT_FIRST_CALL | WITH_A_CLIENT), (CLIENT, AT_FIRST_CALL)])
def test_nothing_is_imported_that_takes_long(program: str, slow: set[str]) -> None:
    """httpx waits for the first call. The others would add a tenth each to the time to the first answer."""
    code = f"{program}; import sys; print(sorted({slow} & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")
