"""The version stands in two places."""

from __future__ import annotations

import tomllib
from importlib.metadata import version
from pathlib import Path

import boltz_api


def test_the_package_has_the_version_of_the_project(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == boltz_api.__version__


def test_the_package_has_the_version_of_its_distribution() -> None:
    assert version("boltz-api-keys") == boltz_api.__version__
