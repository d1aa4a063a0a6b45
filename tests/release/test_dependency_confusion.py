"""An impostor with a higher version under our name, on the public index: the documented set-up installs ours."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Generator
from pathlib import Path

import pytest
from uv import find_uv_bin

from release import embedded_index
from release.build import Release, metadata_of
from release.index import Index

pytestmark = pytest.mark.slow

PLACEHOLDER = "https://packages.example.com/simple/"
IMPOSTOR = "99.0"


def write_wheel(folder: Path, name: str, version: str) -> None:
    """A wheel of that name with nothing in it."""
    stem = f"{name.replace('-', '_')}-{version}"
    files = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
        for file, text in files.items():
            wheel.writestr(f"{stem}.dist-info/{file}", text)
        wheel.writestr(
            f"{stem}.dist-info/RECORD", "".join(f"{stem}.dist-info/{file},,\n" for file in (*files, "RECORD"))
        )


@pytest.fixture
def public(built: Release, tmp_path: Path) -> Generator[Index]:
    """The "public" index: what our package needs, and an impostor of it."""
    folder = tmp_path / "public"
    write_wheel(folder, "boltz-api-keys", IMPOSTOR)
    for requirement in metadata_of(built.distributions[0]).requires_dist or []:
        if requirement.marker is None:
            lowest = next(bound.version for bound in requirement.specifier if bound.operator == ">=")
            write_wheel(folder, requirement.name, lowest)
    with embedded_index.serve(folder) as running:
        yield running


@pytest.fixture
def internal(built: Release, public: Index, tmp_path: Path) -> Generator[Index]:
    """The internal index, which holds ours and sends clients on for the rest."""
    folder = tmp_path / "internal"
    folder.mkdir()
    for file in built.distributions:
        (folder / file.name).write_bytes(file.read_bytes())
    with embedded_index.serve(folder, fallback=public.simple) as running:
        yield running


def clean(tmp_path: Path, **variables: str) -> dict[str, str]:
    """The environment without anybody's settings of pip and uv."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "UV_CACHE_DIR": str(tmp_path / "cache")}
    return kept | home | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_CACHE_DIR": "1"} | variables


def pip_installs(tmp_path: Path, *arguments: str, **variables: str) -> str:
    """The version of our package that pip installs."""
    into = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(into), "boltz-api-keys", *arguments]
    subprocess.run(command, env=clean(tmp_path, **variables), check=True, capture_output=True, timeout=120)
    return version_in(into)


def uv_installs(tmp_path: Path, pyproject: str, **variables: str) -> str:
    """The version of our package that `uv sync` installs for a project."""
    project = tmp_path / "consumer"
    project.mkdir()
    (project / "pyproject.toml").write_text(pyproject, "utf-8")
    command = [find_uv_bin(), "sync", "--quiet", "--no-install-project", "--python", sys.executable]
    environment = clean(tmp_path, **variables)
    environment.pop("VIRTUAL_ENV", None)
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True, timeout=120)
    return version_in(project / ".venv")


def version_in(folder: Path) -> str:
    (metadata,) = folder.rglob("boltz_api_keys-*.dist-info")
    return metadata.name.removeprefix("boltz_api_keys-").removesuffix(".dist-info")


def documented(root: Path, name: str, internal: Index) -> str:
    """The documented set-up, pointed at the index on loopback."""
    text = (root / "examples" / "internal-index" / name).read_text("utf-8")
    assert PLACEHOLDER in text
    return text.replace(PLACEHOLDER, internal.simple)


def test_pip_as_documented_installs_ours(root: Path, built: Release, internal: Index, tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(documented(root, "pip.conf", internal))
    installed = pip_installs(tmp_path, PIP_CONFIG_FILE=str(tmp_path / "pip.conf"))
    assert str(built.project.version) == installed


def test_uv_as_documented_installs_ours(
    root: Path, built: Release, internal: Index, public: Index, tmp_path: Path
) -> None:
    installed = uv_installs(tmp_path, documented(root, "pyproject.toml", internal), UV_DEFAULT_INDEX=public.simple)
    assert str(built.project.version) == installed


def test_the_impostor_is_one_that_a_careless_pip_installs(internal: Index, public: Index, tmp_path: Path) -> None:
    both = ["--index-url", public.simple, "--extra-index-url", internal.simple]
    assert pip_installs(tmp_path, *both, PIP_CONFIG_FILE=os.devnull) == IMPOSTOR


def test_the_impostor_is_one_that_a_careless_uv_installs(internal: Index, public: Index, tmp_path: Path) -> None:
    pyproject = (
        '[project]\nname = "consumer"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = ["boltz-api-keys"]\n'
        f'[tool.uv]\nindex-strategy = "unsafe-best-match"\n[[tool.uv.index]]\nurl = "{internal.simple}"\n'
    )
    assert uv_installs(tmp_path, pyproject, UV_DEFAULT_INDEX=public.simple) == IMPOSTOR
