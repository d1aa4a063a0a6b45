"""The checks of the installed wheel: each passes on ours, and fails on one with the fault that it is there to find."""

from __future__ import annotations

import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from release import installed
from release.build import Release, build_wheel
from release.environment import Environment
from release.project import Refusal

if TYPE_CHECKING:
    from tests.release.conftest import Maintainer

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A new environment that borrows what the package needs from the one that runs the tests: no network."""
    environment = Environment.create(tmp_path / "consumer")
    place = environment.run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    borrowed = tmp_path / "borrowed"
    borrowed.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith("boltz_api"):  # ours is what the test installs, or leaves out
            (borrowed / entry.name).symlink_to(entry)
    Path(place, "borrowed.pth").write_text(str(borrowed))
    return environment


def without(wheel: Path, folder: Path, unwanted: Callable[[str], bool]) -> Path:
    """A copy of the wheel that lacks some files."""
    folder.mkdir()
    copy = folder / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            if not unwanted(name):
                new.writestr(name, old.read(name))
    return copy


def test_the_wheel_works_where_it_is_installed(
    built: Release, environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.install("--no-deps", str(built.distributions[0]))
    installed.check_calls(environment)
    assert "revoked robot, active: False" in capsys.readouterr().out


def test_its_command_line_works_and_states_the_same_version(built: Release, environment: Environment) -> None:
    environment.install("--no-deps", str(built.distributions[0]))
    installed.check_commands(environment)


def test_its_types_arrive(built: Release, environment: Environment) -> None:
    environment.install("--no-deps", str(built.distributions[0]))
    installed.check_types(environment)


def test_a_wheel_without_types_is_found_out(built: Release, environment: Environment, tmp_path: Path) -> None:
    untyped = without(built.distributions[0], tmp_path / "untyped", lambda name: name.endswith("py.typed"))
    environment.install("--no-deps", str(untyped))
    with pytest.raises(Refusal, match=r"import-untyped|assert-type"):
        installed.check_types(environment)


def test_a_package_from_elsewhere_is_found_out(environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "boltz_api").mkdir(parents=True)
    (tmp_path / "elsewhere" / "boltz_api" / "__init__.py").write_text("")
    (pth,) = environment.folder.rglob("borrowed.pth")
    pth.write_text(str(tmp_path / "elsewhere"))
    with pytest.raises(Refusal, match=r"boltz_api was imported from .*elsewhere"):
        installed.check_calls(environment)


def test_a_wheel_that_lacks_a_module_is_found_out(built: Release, environment: Environment, tmp_path: Path) -> None:
    broken = without(built.distributions[0], tmp_path / "broken", lambda name: name == "boltz_api/client.py")
    environment.install("--no-deps", str(broken))
    with pytest.raises(Refusal, match=r"boltz_api\.client"):
        installed.check_calls(environment)


def test_nobody_s_settings_reach_the_environment(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("BOLTZ_API_KEY", "fake")
    names = "print([name for name in ('PYTHONPATH', 'BOLTZ_API_KEY', 'VIRTUAL_ENV') if name in os.environ])"
    assert environment.run("python", "-c", f"import os; {names}").strip() == "[]"


def test_a_wheel_of_the_work_tree_takes_uncommitted_work(tree: Path, tmp_path: Path) -> None:
    (tree / "overlays" / "boltz_api" / "fresh.py").write_text("")
    with zipfile.ZipFile(build_wheel(tree, tmp_path / "wheel")) as wheel:
        assert "boltz_api/fresh.py" in wheel.namelist()


def test_a_tampered_wheel_is_refused(release: Release, maintainer: Maintainer) -> None:
    wheel = release.distributions[0]
    with wheel.open("ab") as file:
        file.write(b"more")
    assert f"{wheel} is not the file that" in maintainer.refused("installed", "--wheel", str(wheel))
