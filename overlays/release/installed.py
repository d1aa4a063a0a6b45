"""The wheel as users get it: in clean environments, with the lowest and the highest versions of what it needs."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from release import use
from release.build import build_wheel
from release.clean_environment import CleanEnvironment
from release.distributions import metadata_of
from release.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

RESOLUTIONS: Final = ("lowest-direct", "highest")
EXTRAS: Final = ("aiohttp", "cli", "sandbox")
SUITES: Final = ("client", "sandbox", "cli")
"""The folders under ``tests/`` that need nothing but the installed package."""

TYPED_USE = """\
from datetime import datetime
from typing import assert_type

from boltz_api import AsyncBoltz, Boltz
from boltz_api.types.admin import APIKey, APIKeyCreateResponse, KeyDetails


def sync(client: Boltz) -> None:
    created = client.admin.api_keys.create(name="x", allowed_ips=["10.0.0.1"], expires_in_days=30, mode="test")
    assert_type(created, APIKeyCreateResponse)
    assert_type(created.key_details, KeyDetails)
    for key in client.admin.api_keys.list(limit=10):
        assert_type(key, APIKey)
        assert_type(key.expires_at, datetime | None)


async def concurrent(client: AsyncBoltz) -> None:
    assert_type(await client.admin.api_keys.revoke("id"), APIKey)
"""

WRONG_USE = """\
from boltz_api import Boltz

Boltz().admin.api_keys.create(nam="x")
"""


def check(root: Path, pythons: Iterable[str], resolutions: Iterable[str], wheel: Path | None) -> None:
    """Install the wheel with every combination of Python and resolution, use it in each, and say so.

    Args:
        root: The repository, for its tests.
        pythons: Interpreters, by path or version.
        resolutions: How uv picks versions: ``lowest-direct``, ``highest``.
        wheel: The wheel; if left out, one is built from the work tree.

    """
    with tempfile.TemporaryDirectory(prefix="installed-") as folder:
        scratch = Path(folder)
        built = wheel or build_wheel(root, scratch / "wheel")
        for python in pythons:
            for resolution in resolutions:
                print(f"{built.name} on Python {python}, {resolution} dependencies:", flush=True)
                environment = CleanEnvironment.create(scratch / f"{Path(python).name}-{resolution}", python)
                install(environment, built, root, resolution)
                check_use(environment)
                check_commands(environment)
                check_types(environment)
                check_tests(environment, root)


def install(environment: CleanEnvironment, wheel: Path, root: Path, resolution: str) -> None:
    """Install the wheel with its extras, and what the tests need."""
    tests = ["--group", f"{root / 'pyproject.toml'}:tests"]
    # The wheel's requirements are named beside it, for to uv those of a wheel are indirect: it would take the newest.
    wanted = [f"{wheel.resolve()}[{','.join(EXTRAS)}]", *required_by(wheel)]
    environment.install("--resolution", resolution, *wanted, *tests)


def required_by(wheel: Path) -> list[str]:
    """What the wheel requires, its extras included."""
    requirements = metadata_of(wheel).requires_dist or []
    extras = ("", *EXTRAS)
    return [
        f"{requirement.name}{requirement.specifier}"
        for requirement in requirements
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def check_use(environment: CleanEnvironment) -> None:
    """The package is the installed one, and it creates, lists and revokes."""
    place = environment.run("python", "-c", "import boltz_api; print(boltz_api.__file__)").strip()
    if not Path(place).is_relative_to(environment.folder):
        raise Refusal(f"boltz_api was imported from {place}, not from the environment")
    print(f"  imports as {version_of(environment)}")
    with use.sandbox(environment) as variables:
        for line in use.calls(environment, variables):
            print(f"  {line}")


def check_commands(environment: CleanEnvironment) -> None:
    """The command line states the package's version, and creates, lists and revokes."""
    version = version_of(environment)
    if version not in environment.run("boltz-api", "--version"):
        raise Refusal(f"`boltz-api --version` does not say {version}, which the package does")
    with use.sandbox(environment) as variables:
        use.commands(environment, variables)
    print("  the command line creates, lists and revokes")


def version_of(environment: CleanEnvironment) -> str:
    """The version that the package states."""
    return environment.run("python", "-c", "import boltz_api; print(boltz_api.__version__)").strip()


def check_types(environment: CleanEnvironment) -> None:
    """mypy, in this environment, sees the types of the package in that one."""
    (environment.work / "typed.py").write_text(TYPED_USE, "utf-8")
    (environment.work / "wrong.py").write_text(WRONG_USE, "utf-8")
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", "mypy-cache", "--python-executable"]
    environment.run(*mypy, environment.python, "typed.py")
    try:
        environment.run(*mypy, environment.python, "wrong.py")
    except Refusal as refusal:
        if "[call-arg]" not in str(refusal):
            raise
    else:
        raise Refusal("mypy finds nothing wrong with a misspelt argument: the package's types do not arrive")
    print("  mypy --strict sees its types")


def check_tests(environment: CleanEnvironment, root: Path) -> None:
    """The fast tests pass away from the repository."""
    suites = [name for name in SUITES if (root / "tests" / name).is_dir()]
    for name in suites:
        shutil.copytree(root / "tests" / name, environment.work / "tests" / name)
    for file in ("pyproject.toml", "openapi.yaml", "tests/conftest.py"):
        shutil.copyfile(root / file, environment.work / file)
    said = environment.run("python", "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", "tests")
    print(f"  tests: {said.strip().splitlines()[-1]}")
