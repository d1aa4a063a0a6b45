"""The whole path: the contract is edited, a release made of it, and a consumer upgrades and uses what is new."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from packaging.version import Version

from release.__main__ import main
from release.clean_environment import CleanEnvironment
from release.embedded_index import EmbeddedIndex
from release.project import Project
from release.versioning import Impact, demanded

NEW_FIELD = """\
        note:
          type: string
          maxLength: 40
          description: What the key is for.
"""
USE = "from boltz_api_generated.operations import create_api_key; print(create_api_key(name='x', note='robot').body)"


class Maintainer:
    """Somebody at the repository, with the release commands and nothing else."""

    def __init__(self, tree: Path, index: EmbeddedIndex) -> None:
        self.tree = tree
        self.index = index

    def edit(self, file: str, before: str, after: str) -> None:
        text = (self.tree / file).read_text("utf-8")
        assert before in text
        (self.tree / file).write_text(text.replace(before, after, 1), "utf-8")

    def raise_version(self, version: Version) -> None:
        before, after = (f'__version__ = "{each}"' for each in (Project.read(self.tree).version, version))
        self.edit("overlays/boltz_api/__init__.py", before, after)

    def commit(self, message: str) -> None:
        identity = ["-c", "user.name=Maintainer", "-c", "user.email=maintainer@test.invalid"]
        subprocess.run(["git", *identity, "commit", "-q", "-a", "-m", message], cwd=self.tree, check=True)

    def generate(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(self.tree / "overlays")}
        command = [sys.executable, "-m", "codegen", "generate"]
        subprocess.run(command, cwd=self.tree, env=environment, check=True, capture_output=True)
        subprocess.run(["git", "add", "generated"], cwd=self.tree, check=True)

    def publish(self) -> int:
        return main(["publish", "--index", self.index.simple, "--without-redocly"])


@pytest.mark.slow
def test_from_an_edited_contract_to_a_consumer_that_uses_it(
    tree: Path,
    index: EmbeddedIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tree)
    for name, value in index.publisher.environment().items():
        monkeypatch.setenv(name, value)
    maintainer = Maintainer(tree, index)
    now = Project.read(tree).version
    following = Version(f"{now.major}.{now.minor}.{now.micro + 1}")

    # Version N is released, and somebody depends on it.
    maintainer.edit("CHANGELOG.md", "Unreleased", "2026-01-02")
    maintainer.commit("Date the release")
    assert maintainer.publish() == 0, capsys.readouterr().err
    consumer = CleanEnvironment.create(tmp_path / "consumer")
    # What the package needs comes from the environment that runs this test: no network.
    borrowed = Path(consumer.run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (borrowed / "borrowed.pth").write_text(sysconfig.get_path("purelib"))

    def install(requirement: str) -> str:
        consumer.install("--no-deps", "--refresh", "--default-index", index.simple, "--upgrade", requirement)
        return consumer.run("python", "-c", "import boltz_api; print(boltz_api.__version__)").strip()

    assert str(now) == install(f"boltz-api-keys=={now}")

    # The contract gains an optional field. It is not released under the old version, nor untold.
    maintainer.edit("openapi.yaml", "        expires_in_days:\n", f"{NEW_FIELD}        expires_in_days:\n")
    maintainer.commit("Keys have notes")
    capsys.readouterr()
    assert maintainer.publish() == 1
    assert "generated/ is stale; run `nox -s generate` and commit" in capsys.readouterr().err
    maintainer.generate()
    maintainer.commit("Generate")
    assert maintainer.publish() == 1
    assert f"holds boltz_api_keys-{now}-py3-none-any.whl with other bytes" in capsys.readouterr().err
    maintainer.raise_version(following)
    maintainer.commit("Raise the version")
    assert maintainer.publish() == 1
    assert f"CHANGELOG.md has no entry for {following}" in capsys.readouterr().err
    maintainer.edit("CHANGELOG.md", "## ", f"## {following} - 2026-02-03\nKeys have notes.\n\n## ")
    maintainer.commit("Tell of it")

    # Now it is, and the report says in terms of the API what it is.
    assert main(["changes", "--check", "--index", index.simple, "--without-redocly"]) == 0
    report = capsys.readouterr().out
    assert f"Changes in boltz-api-keys since {now} ({index.simple})" in report
    assert "additive  create_api_key: added optional body field note: string, at most 40 characters" in report
    assert "additive  boltz_api_generated.operations.create_api_key(note): optional parameter added" in report
    assert f"Demands {following} or higher" in report
    assert maintainer.publish() == 0, capsys.readouterr().err

    # The consumer's range takes it, and the new field is there.
    assert str(following) == install(f"boltz-api-keys>={now},<{now.major}.{now.minor + 1}")
    assert consumer.run("python", "-c", USE).strip() == "{'name': 'x', 'note': 'robot'}"


@pytest.mark.slow
def test_a_breaking_change_is_not_published_under_a_compatible_version(
    tree: Path,
    index: EmbeddedIndex,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tree)
    for name, value in index.publisher.environment().items():
        monkeypatch.setenv(name, value)
    maintainer = Maintainer(tree, index)
    now = Project.read(tree).version
    following = Version(f"{now.major}.{now.minor}.{now.micro + 1}")
    subprocess.run(["git", "tag", f"v{now}"], cwd=tree, check=True)
    maintainer.edit("openapi.yaml", "minimum: 1, maximum: 100", "minimum: 1, maximum: 50")
    maintainer.generate()
    maintainer.raise_version(following)
    maintainer.edit("CHANGELOG.md", "## ", f"## {following} - 2026-02-03\nFewer at once.\n\n## ")
    maintainer.commit("Fewer at once")
    assert maintainer.publish() == 1
    said = capsys.readouterr()
    assert "breaking  list_api_keys: query parameter limit: maximum 100 -> 50" in said.out
    least = demanded(now, Impact.BREAKING)
    assert f"error: version {following} is too low for 1 breaking change: at least {least} is demanded" in said.err
    assert list(Path(tree.parent, "index").iterdir()) == []
