"""The wheel as users get it: in clean environments, with the lowest and the highest versions of what it needs."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from release.build import build_wheel, metadata_of, refuse_tampered
from release.environment import Environment
from release.project import Project, Refusal, Repository

if TYPE_CHECKING:
    from collections.abc import Iterable

    from release.project import Commit

RESOLUTIONS: Final = ("lowest-direct", "highest")
SUITES: Final = ("client", "sandbox", "cli")
"""The folders under ``tests/`` that need nothing but the installed package."""
PASSED: Final = Path("build", "installed.json")
"""The commit that was last checked, and the combinations that passed; ``publish`` asks for them."""

TYPED = """\
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

MISTYPED = """\
from boltz_api import Boltz

Boltz().admin.api_keys.create(nam="x")
"""


def check(root: Path, pythons: Iterable[str], resolutions: Iterable[str], wheel: Path | None) -> None:
    """Install the wheel with every combination of Python and resolution, and check it in each.

    Args:
        root: The repository, for its tests.
        pythons: Interpreters, by path or version.
        resolutions: How uv picks versions: ``lowest-direct``, ``highest``.
        wheel: The wheel; if left out, one is built from the work tree.

    """
    repository = Repository(root)
    if wheel is not None:
        refuse_tampered(wheel.parent)
    commit = repository.commit() if wheel is None and not repository.changed() else None
    with tempfile.TemporaryDirectory(prefix="installed-") as folder:
        scratch = Path(folder)
        built = wheel or build_wheel(root, scratch / "wheel")
        for python in pythons:
            for resolution in resolutions:
                print(f"{built.name} on Python {python}, {resolution} dependencies:", flush=True)
                environment = Environment.create(scratch / f"{Path(python).name}-{resolution}", python)
                install(environment, built, root, resolution)
                check_calls(environment)
                check_commands(environment)
                check_types(environment)
                check_tests(environment, root)
                if commit:
                    version = environment.run("python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
                    record(root, commit, f"{version.strip()} {resolution}")
    if not commit:
        print("not recorded for `publish`: only a wheel of a commit, without further edits, is")


def refuse_unchecked(root: Path) -> None:
    """Refuse a commit that was not checked on every Python that the package declares."""
    passed = _passed(root, Repository(root).commit())
    pythons = Project.read(root).pythons
    missing = [each for each in pythons if not all(f"{each} {resolution}" in passed for resolution in RESOLUTIONS)]
    if missing:
        raise Refusal(
            f"this commit was not checked as installed on Python {', '.join(missing)}: run `nox -s installed`, or give "
            "--without-installed where another machine did"
        )


def _passed(root: Path, commit: Commit) -> list[str]:
    try:
        recorded = json.loads((root / PASSED).read_text("utf-8"))
        return list(recorded["passed"]) if recorded["commit"] == commit.sha else []
    except (FileNotFoundError, ValueError, TypeError, LookupError):
        return []


def record(root: Path, commit: Commit, combination: str) -> None:
    """Note that the wheel of ``commit`` passed with this Python and resolution."""
    passed = sorted({*_passed(root, commit), combination})
    (root / PASSED).parent.mkdir(exist_ok=True)
    (root / PASSED).write_text(json.dumps({"commit": commit.sha, "passed": passed}), "utf-8")


def install(environment: Environment, wheel: Path, root: Path, resolution: str) -> None:
    """Install the wheel with its extras, and the group that the tests need."""
    metadata = metadata_of(wheel)
    extras = metadata.provides_extra or []
    # The wheel's requirements are named beside it, for to uv those of a wheel are indirect: it would take the newest.
    required = [
        f"{requirement.name}{requirement.specifier}"
        for requirement in metadata.requires_dist or []
        if not requirement.marker or any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras))
    ]
    tests = ["--group", f"{root / 'pyproject.toml'}:tests"]
    environment.install("--resolution", resolution, f"{wheel.resolve()}[{','.join(extras)}]", *required, *tests)


def check_calls(environment: Environment) -> None:
    """The package is the installed one, and it creates, lists and revokes."""
    place = environment.run("python", "-c", "import boltz_api; print(boltz_api.__file__)").strip()
    if not Path(place).is_relative_to(environment.folder):
        raise Refusal(f"boltz_api was imported from {place}, not from the environment")
    with environment.sandbox() as variables:
        for line in environment.calls(variables):
            print(f"  {line}")


def check_commands(environment: Environment) -> None:
    """The command line states the package's version, and creates, lists and revokes."""
    version = environment.run("python", "-c", "import boltz_api; print(boltz_api.__version__)").strip()
    if version not in environment.run("boltz-api", "--version"):
        raise Refusal(f"`boltz-api --version` does not say {version}, which the package does")
    with environment.sandbox() as variables:
        environment.commands(variables)
    print(f"  the command line of {version} creates, lists and revokes")


def check_types(environment: Environment) -> None:
    """mypy, in this environment, sees the types of the package in that one."""
    (environment.work / "typed.py").write_text(TYPED, "utf-8")
    (environment.work / "mistyped.py").write_text(MISTYPED, "utf-8")
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", "mypy-cache", "--python-executable"]
    environment.run(*mypy, environment.python, "typed.py")
    try:
        environment.run(*mypy, environment.python, "mistyped.py")
    except Refusal as refusal:
        if "[call-arg]" not in str(refusal):
            raise
    else:
        raise Refusal("mypy finds nothing wrong with a misspelt argument: the package's types do not arrive")
    print("  mypy --strict sees its types")


def check_tests(environment: Environment, root: Path) -> None:
    """The fast tests pass away from the repository."""
    for name in SUITES:
        if (root / "tests" / name).is_dir():
            shutil.copytree(root / "tests" / name, environment.work / "tests" / name)
    for file in ("pyproject.toml", "openapi.yaml", "tests/conftest.py"):
        shutil.copyfile(root / file, environment.work / file)
    output = environment.run("python", "-m", "pytest", "-q", "-m", "not slow", "-p", "no:cacheprovider", "tests")
    print(f"  tests: {output.strip().splitlines()[-1]}")
