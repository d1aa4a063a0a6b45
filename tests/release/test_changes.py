"""`changes`: what is compared with what, what is reported, and the version that it demands."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

import boltz_api
from codegen.contract_diff import Change
from release import changes, publish
from release.build import Release
from release.changes import Report, demanded
from release.index import Index
from release.project import NORMAL_FORM, Project, Refusal

if TYPE_CHECKING:
    from tests.release.conftest import Maintainer

KINDS = ["note", "addition", "breaking"]
VERSIONS = st.builds(lambda *numbers: Version(".".join(map(str, numbers))), *[st.integers(0, 30)] * 3)


@pytest.mark.parametrize(
    ("last", "kinds", "expected"),
    [
        ("0.3.4", [], "0.3.4"),
        ("0.3.4", ["note"], "0.3.5"),
        ("0.3.4", ["note", "addition"], "0.3.5"),
        ("0.3.4", ["addition", "breaking"], "0.4.0"),
        ("1.3.4", [], "1.3.4"),
        ("1.3.4", ["note"], "1.3.5"),
        ("1.3.4", ["addition", "note"], "1.4.0"),
        ("1.3.4", ["breaking"], "2.0.0"),
    ],
)
def test_the_version_that_changes_demand(last: str, kinds: list[str], expected: str) -> None:
    assert Version(expected) == demanded(Version(last), kinds)


@given(VERSIONS, st.integers(0, 3))
def test_a_graver_change_never_demands_less(last: Version, count: int) -> None:
    demands = [demanded(last, KINDS[:graver]) for graver in range(count + 1)]
    assert demands == sorted(demands)
    assert (demands[-1] > last) == (count > 0)


@pytest.mark.parametrize(
    ("version", "enough"), [("0.4.0", True), ("0.4.1", True), ("1.0", True), ("0.4.0rc1", True), ("0.3.9", False)]
)
def test_a_release_candidate_of_the_demanded_version_is_enough(root: Path, version: str, enough: bool) -> None:
    baseline = changes.Baseline(Version("0.3.4"), "a test", root)
    project = Project(root, {"name": "x"}, Version(version), ())
    report = Report(project, baseline, {"The contract": [Change("x: removed", "breaking")]})
    assert f"Demands 0.4.0 or higher, for 1 breaking change; {version} is {'enough' if enough else 'too low'}." in str(
        report
    )


def test_every_place_that_states_the_version_states_the_same(root: Path) -> None:
    stated = str(Project.read(root).version)
    assert (stated, stated) == (installed_version("boltz-api-keys"), boltz_api.__version__)


def test_before_the_first_release_there_is_none_to_compare_with(maintainer: Maintainer) -> None:
    code, output, _ = maintainer.run("changes", "--check")
    assert code == 0
    assert "the first release, so there is none to compare with" in output


def test_a_change_of_the_contract_is_reported_with_the_version_that_it_demands(maintainer: Maintainer) -> None:
    maintainer.edit("openapi.yaml", "maximum: 365", "maximum: 30")
    least = demanded(maintainer.version, ["breaking"])
    code, output, _ = maintainer.run("changes", "--since", "HEAD")
    assert code == 0
    assert "The contract:\n  breaking  " in output
    assert "365 -> 30" in output
    assert f"Demands {least} or higher, for 1 breaking change; {maintainer.version} is too low." in output
    assert f"version {maintainer.version} is too low for 1 breaking change: at least {least} is demanded" == (
        maintainer.refused("changes", "--since", "HEAD", "--check")
    )


def test_a_release_whose_contract_is_refused_today_is_compared_by_its_normal_form(
    maintainer: Maintainer, tmp_path: Path
) -> None:
    for name in ("openapi.yaml", NORMAL_FORM):
        (tmp_path / "old" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "old" / name).write_bytes((maintainer.tree / name).read_bytes())
    (tmp_path / "old" / "openapi.yaml").write_text("openapi: 3.0.0\n")
    maintainer.edit("openapi.yaml", "maximum: 365", "maximum: 30")
    (change,) = changes.contract_changes(tmp_path / "old", maintainer.tree)
    assert ("breaking", True) == (change.kind, "365 -> 30" in change.text)


def test_a_change_of_the_python_api_is_reported(maintainer: Maintainer) -> None:
    maintainer.edit("overlays/boltz_api/errors.py", "class ConflictError(", "class ConflictingError(")
    _, output, _ = maintainer.run("changes", "--since", "HEAD")
    assert "The Python API:\n" in output
    assert "breaking  boltz_api.ConflictError: removed" in output


def test_a_change_of_the_metadata_is_reported(maintainer: Maintainer) -> None:
    for before, after in (
        ('requires-python = ">=3.11"', 'requires-python = ">=3.12"'),
        ("attrs>=24.1,<27", "attrs>=25.1,<27"),
        ("boltz-api = ", "boltz = "),
    ):
        maintainer.edit("pyproject.toml", before, after)
    _, output, _ = maintainer.run("changes", "--since", "HEAD")
    section = output[output.index("The package:") :].splitlines()[1:5]
    assert [
        "  breaking  Python: supported versions changed: >=3.11 -> >=3.12",
        "  breaking  boltz-api: command removed",
        "  addition  boltz: command added",
        "  note      attrs: requirement changed: <27,>=24.1 -> <27,>=25.1",
    ] == section


def test_a_further_python_is_an_addition(maintainer: Maintainer) -> None:
    maintainer.edit("pyproject.toml", 'requires-python = ">=3.11"', 'requires-python = ">=3.10"')
    _, output, _ = maintainer.run("changes", "--since", "HEAD")
    assert "addition  Python: supported versions changed: >=3.11 -> >=3.10" in output


def test_code_that_changed_without_the_api_demands_the_next_number(maintainer: Maintainer) -> None:
    maintainer.edit("overlays/boltz_api/errors.py", '"""', '"""  ')
    _, output, _ = maintainer.run("changes", "--since", "HEAD")
    assert "note      the code: changed without a change of the API: 1 file, such as boltz_api/errors.py" in output
    least = demanded(maintainer.version, ["note"])
    assert f"Demands {least} or higher, for 1 note; {maintainer.version} is too low." in output


def test_nothing_changed_demands_nothing(maintainer: Maintainer) -> None:
    code, output, _ = maintainer.run("changes", "--since", "HEAD", "--check")
    assert code == 0
    assert "Nothing changed." in output


def compared_with(maintainer: Maintainer, *arguments: str) -> str:
    _, output, error = maintainer.run("changes", *arguments)
    assert error == ""
    return output.splitlines()[0]


def test_the_last_release_is_the_highest_tag_below(maintainer: Maintainer) -> None:
    first = maintainer.version
    maintainer.git("tag", f"v{first}")
    # A tag on this very commit names the release in the making.
    assert "the first release" in compared_with(maintainer)
    for step in (9, 1):
        last = maintainer.raise_version(step)
        maintainer.git("tag", f"v{last}")
    maintainer.git("tag", "vnext")
    maintainer.commit()
    assert f"since {last} (git v{last})" in compared_with(maintainer)
    maintainer.raise_version()
    assert f"since {last} (git v{last})" in compared_with(maintainer)
    for since in (str(first), f"v{first}"):
        assert f"since {first} (git v{first})" in compared_with(maintainer, "--since", since)


def test_a_clone_that_lacks_the_tags_of_releases_is_refused(maintainer: Maintainer) -> None:
    first = maintainer.version
    second = maintainer.raise_version()
    sentence = maintainer.refused("changes")
    assert f"CHANGELOG.md names release {first}, but neither tags nor an index know it: run" in sentence
    maintainer.git("tag", f"v{first}", "HEAD~")
    maintainer.raise_version()
    assert f"CHANGELOG.md names release {second}, but only {first} is found" in maintainer.refused("changes")


@pytest.mark.parametrize("releases", [0, 1])
def test_a_shallow_clone_is_refused_and_told_how_to_get_the_history(
    maintainer: Maintainer, releases: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maintainer.commit()
    for _ in range(releases):
        maintainer.raise_version()
    url = maintainer.tree.as_uri()
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", url, str(tmp_path / "shallow")], check=True)
    monkeypatch.chdir(tmp_path / "shallow")
    sentence = maintainer.refused("changes")
    assert "this clone is shallow and may lack" in sentence
    assert "run `git fetch --tags --unshallow`" in sentence


def test_a_release_that_is_nowhere_is_refused(maintainer: Maintainer) -> None:
    assert "no tag names a release 99" in maintainer.refused("changes", "--since", "99")
    assert "nowhere" in maintainer.refused("changes", "--since", "nowhere")


def test_a_folder_without_the_project_or_git_is_refused(
    maintainer: Maintainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "No such file or directory: " in maintainer.refused("changes")
    monkeypatch.chdir(maintainer.tree)
    monkeypatch.setenv("PATH", "")
    assert "git is not on the path" in maintainer.refused("changes")


def test_an_index_is_asked_before_the_tags(maintainer: Maintainer, release: Release, index: Index) -> None:
    publish.upload(release, index)
    first = maintainer.version
    maintainer.raise_version()
    assert f"since {first} ({index.simple})" in compared_with(maintainer, "--index", index.simple)
    sdist = Path(maintainer.tree.parent, "index", f"{release.project.stem}.tar.gz")
    sdist.unlink()
    assert "without an sdist, which holds its contract; use --since" in maintainer.refused(
        "changes", "--index", index.simple
    )


# What an index may answer in place of its page, and with which media type.
JUNK = {
    "no JSON": ("application/vnd.pypi.simple.v1+json", b"{"),
    "a list": ("application/vnd.pypi.simple.v1+json", b"[]"),
    "a number": ("application/vnd.pypi.simple.v1+json", b"7"),
    "files of a wrong type": ("application/vnd.pypi.simple.v1+json", b'{"files": 3}'),
    "a file without a URL": (
        "application/vnd.pypi.simple.v1+json",
        b'{"meta": {"api-version": "1.0"}, "name": "boltz-api-keys", "files": [{"filename": "x"}]}',
    ),
    "nothing but brackets": ("application/vnd.pypi.simple.v1+json", b"[" * 200_000),
    "bytes": ("application/vnd.pypi.simple.v1+json", bytes(range(256))),
    "a later version of the protocol": (
        "application/vnd.pypi.simple.v1+json",
        b'{"meta": {"api-version": "9.0"}, "name": "boltz-api-keys", "files": []}',
    ),
    "plain text": ("text/plain", b"hello"),
    "other JSON": ("application/json", b'{"status": "ok"}'),
}


@pytest.fixture
def answering(request: pytest.FixtureRequest) -> Generator[str]:
    """The URL of a server that answers everything with the parameter's body."""
    media_type, body = request.param

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple/"
        server.shutdown()


@pytest.mark.parametrize("answering", JUNK.values(), ids=JUNK.keys(), indirect=True)
def test_a_junk_answer_of_an_index_is_one_sentence(maintainer: Maintainer, answering: str) -> None:
    sentence = maintainer.refused("changes", "--index", answering)
    assert f"the index {answering} answers with no page of a package index; is its URL right?" == sentence


def page(*urls: str) -> tuple[str, bytes]:
    files = [{"filename": "boltz_api_keys-0.0.1.tar.gz", "url": url, "hashes": {}} for url in urls]
    content = {"meta": {"api-version": "1.0"}, "name": "boltz-api-keys", "files": files}
    return "application/vnd.pypi.simple.v1+json", json.dumps(content).encode()


@pytest.mark.parametrize("answering", [page("x.tar.gz")], indirect=True)
def test_a_published_file_that_is_no_sdist_is_one_sentence(maintainer: Maintainer, answering: str) -> None:
    assert "boltz_api_keys-0.0.1.tar.gz: what the index" in maintainer.refused("changes", "--index", answering)


@pytest.mark.parametrize(
    "answering", [page(url) for url in ("http://[", "file:///etc/passwd", "http://127.0.0.1:x/", "")], indirect=True
)
def test_a_published_file_with_a_junk_url_is_one_sentence(maintainer: Maintainer, answering: str) -> None:
    maintainer.refused("changes", "--index", answering)


def test_other_bytes_than_the_index_announces_are_refused(
    release: Release, maintainer: Maintainer, index: Index, tmp_path: Path
) -> None:
    publish.upload(release, index)
    maintainer.raise_version()
    (file,) = [file for file in index.files("boltz-api-keys") if file.name.endswith(".tar.gz")]
    served = tmp_path / "index" / file.name
    served.write_bytes(served.read_bytes() + b"more")
    with pytest.raises(Refusal, match=r"\.tar\.gz: the index .* serves other bytes than it announces"):
        index.unpack(file, tmp_path / "unpacked")


@pytest.mark.parametrize("command", [["changes"], ["publish", "--without-installed", "--first"]])
def test_an_index_that_cannot_be_reached_is_one_sentence(
    command: list[str], maintainer: Maintainer, without_build: Release
) -> None:
    sentence = maintainer.refused(*command, "--index", "http://127.0.0.1:1/simple/")
    assert "http://127.0.0.1:1/simple/" in sentence
    assert "refused" in sentence
