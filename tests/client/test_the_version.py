"""The version that the package states is the one that it was built with."""

from __future__ import annotations

from importlib.metadata import version

import boltz_api


def test_the_package_has_the_version_of_its_distribution() -> None:
    assert version("boltz-api-keys") == boltz_api.__version__
