"""Which version a change demands, and the relations between the versions of one release."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

import boltz_api
from boltz_api import Boltz
from boltz_api.sandbox import Sandbox
from release.project import Project
from release.versioning import Impact, demanded, suffices

VERSIONS = st.builds(lambda *numbers: Version(".".join(map(str, numbers))), *[st.integers(0, 30)] * 3)


@pytest.mark.parametrize(
    ("last", "impact", "expected"),
    [
        ("0.3.4", Impact.NONE, "0.3.4"),
        ("0.3.4", Impact.FIX, "0.3.5"),
        ("0.3.4", Impact.ADDITIVE, "0.3.5"),
        ("0.3.4", Impact.BREAKING, "0.4.0"),
        ("1.3.4", Impact.NONE, "1.3.4"),
        ("1.3.4", Impact.FIX, "1.3.5"),
        ("1.3.4", Impact.ADDITIVE, "1.4.0"),
        ("1.3.4", Impact.BREAKING, "2.0.0"),
    ],
)
def test_the_version_that_a_change_demands(last: str, impact: Impact, expected: str) -> None:
    assert Version(expected) == demanded(Version(last), impact)


@given(VERSIONS, st.sampled_from(Impact))
def test_a_greater_impact_never_demands_less(last: Version, impact: Impact) -> None:
    demands = [demanded(last, lesser) for lesser in Impact if lesser <= impact]
    assert demands == sorted(demands)
    assert (demands[-1] > last) == (impact is not Impact.NONE)


@pytest.mark.parametrize(
    ("version", "expected"), [("0.4.0", True), ("0.4.1", True), ("1.0", True), ("0.4.0rc1", True), ("0.3.9", False)]
)
def test_what_suffices_where_0_4_0_is_demanded(version: str, expected: bool) -> None:
    assert expected == suffices(Version(version), Version("0.4.0"))


def test_every_place_that_states_the_version_states_the_same(root: Path) -> None:
    agents: list[str] = []
    hooks = {"request": [lambda request: agents.append(request.headers["user-agent"])]}
    stated = str(Project.read(root).version)
    with Sandbox() as sandbox, httpx.Client(event_hooks=hooks) as http:
        client = Boltz(api_key=sandbox.admin_key, base_url=sandbox.url, http_client=http)
        client.admin.api_keys.create(name="x")
    (agent,) = agents
    assert agent.startswith(f"boltz-api-keys/{stated} ")
    assert (stated, stated) == (version("boltz-api-keys"), boltz_api.__version__)
