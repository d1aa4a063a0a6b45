"""The whole path: the contract is edited, a release made of it, and a consumer upgrades and calls what is new."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from release.changes import demanded
from release.environment import Environment
from release.index import Index

if TYPE_CHECKING:
    from tests.release.conftest import Maintainer

pytestmark = pytest.mark.slow

NEW_FIELD = """\
        note:
          type: string
          maxLength: 40
          description: What the key is for.
"""
CALL = """\
from boltz_api import Boltz
from boltz_api.sandbox import Sandbox
with Sandbox() as sandbox, Boltz(api_key=sandbox.admin_key, base_url=sandbox.url) as client:
    print(client.admin.api_keys.create(name="x", note="robot").key_details.name)
"""


def generate(maintainer: Maintainer) -> None:
    environment = {**os.environ, "PYTHONPATH": str(maintainer.tree / "overlays")}
    command = [sys.executable, "-m", "codegen", "generate"]
    subprocess.run(command, cwd=maintainer.tree, env=environment, check=True, capture_output=True)


def following(version: Version) -> Version:
    return Version(f"{version.major}.{version.minor}.{version.micro + 1}")


def test_from_an_edited_contract_to_a_consumer_that_calls_it(
    maintainer: Maintainer, index: Index, tmp_path: Path
) -> None:
    publish = ["publish", "--without-installed", "--index", index.simple]
    now = maintainer.version

    # Version N is released, and somebody depends on it.
    assert maintainer.run(*publish)[0] == 0
    consumer = Environment.create(tmp_path / "consumer")
    # What the package needs comes from the environment that runs this test: no network.
    borrowed = Path(consumer.run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (borrowed / "borrowed.pth").write_text(sysconfig.get_path("purelib"))

    def install(requirement: str) -> str:
        consumer.install("--no-deps", "--refresh", "--default-index", index.simple, "--upgrade", requirement)
        return consumer.run("python", "-c", "import boltz_api; print(boltz_api.__version__)").strip()

    assert str(now) == install(f"boltz-api-keys=={now}")

    # The contract gains an optional field. It is not released under the old version, nor unannounced.
    maintainer.edit("openapi.yaml", "        expires_in_days:\n", f"{NEW_FIELD}        expires_in_days:\n")
    maintainer.commit("Keys have notes")
    code, _, error = maintainer.run(*publish)
    assert (1, True) == (code, error.startswith("error: generated/ is stale; run `nox -s generate` and commit"))
    generate(maintainer)
    maintainer.commit("Generate")
    sentence = maintainer.refused(*publish)
    assert f"do not match for `boltz_api_keys-{now}-py3-none-any.whl`" in sentence
    assert "raise the version" in sentence
    raised = following(now)
    maintainer.edit("overlays/boltz_api/__init__.py", f'__version__ = "{now}"', f'__version__ = "{raised}"')
    maintainer.commit("Raise the version")
    assert f"CHANGELOG.md has no entry for {raised}" in maintainer.refused(*publish)
    maintainer.edit("CHANGELOG.md", "## ", f"## {raised} - 2026-02-03\nKeys have notes.\n\n## ")
    maintainer.commit("Announce it")

    # Now it is, and the report says in terms of the API what it is.
    code, output, _ = maintainer.run("changes", "--check", "--index", index.simple)
    assert code == 0
    assert f"Changes in boltz-api-keys since {now} ({index.simple})" in output
    assert "note" in output[output.index("The contract:") :]
    assert "create(note): added" in output[output.index("The Python API:") :]
    assert f"Demands {raised} or higher" in output
    assert maintainer.run(*publish)[0] == 0

    # The consumer's range takes it, and the new field is there.
    assert str(raised) == install(f"boltz-api-keys>={now},<{now.major}.{now.minor + 1}")
    assert consumer.run("python", "-c", CALL).strip() == "x"


def test_a_breaking_change_is_not_published_under_a_compatible_version(maintainer: Maintainer, index: Index) -> None:
    now = maintainer.version
    maintainer.git("tag", f"v{now}")
    maintainer.edit("openapi.yaml", "minimum: 1, maximum: 100", "minimum: 1, maximum: 50")
    generate(maintainer)
    raised = maintainer.raise_version()
    least = demanded(now, ["breaking"])
    code, output, error = maintainer.run("publish", "--without-installed", "--index", index.simple)
    assert code == 1
    assert "breaking  " in output
    assert f"error: version {raised} is too low for 1 breaking change: at least {least} is demanded\n" == error
    assert index.files("boltz-api-keys") == []
