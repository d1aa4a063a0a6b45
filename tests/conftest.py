"""What every test shares."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent
# The pipeline's own code (codegen, release) is not in the wheel. At the end of the path, so that the `boltz_api`
# beside it never hides the installed one.
sys.path.append(str(ROOT / "overlays"))

# A job in the background begins with SIGINT ignored, and so would all that the tests start and then interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure() -> None:
    if os.environ.get("BOLTZ_TESTS_EXPECT_WHEEL"):
        import boltz_api

        if Path(boltz_api.__file__ or "").is_relative_to(ROOT / "overlays"):
            raise pytest.UsageError("boltz_api comes from the source tree; `nox -s tests` must test the built wheel")


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT
