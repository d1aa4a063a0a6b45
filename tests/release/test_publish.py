"""Publishing to a real index on loopback: what arrives, what is refused, and what is said."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shlex
import socket
import subprocess
import sys
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from release import credentials, embedded_index
from release.build import Release
from release.credentials import Credentials
from release.embedded_index import EmbeddedIndex
from release.project import Entry
from release.publish import Permission, explain, publish, refuse_unannounced
from release.published import look_up
from release.refusal import Refusal
from release.report import Question
from release.target import Target, is_loopback, resolve

BYTES = "with other bytes"
FIRST = Question(first=True)


def held(folder: Path) -> dict[str, str]:
    """What the index's folder holds, by name and digest."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def changed(release: Release, folder: Path) -> Release:
    """The release under the same names with one more file in its wheel."""
    folder.mkdir()
    for file in release.distributions.files:
        (folder / file.name).write_bytes(file.read_bytes())
    wheel, sdist = (folder / file.name for file in release.distributions.files)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("boltz_api/more.py", "")
    return evolve(release, distributions=evolve(release.distributions, wheel=wheel, sdist=sdist))


def test_published_files_are_those_that_were_built(release: Release, index: EmbeddedIndex, tmp_path: Path) -> None:
    publish(release, index.target, index.publisher, FIRST)
    expected = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in release.distributions.files}
    assert expected == held(tmp_path / "index")
    shelf = look_up(index.target, "boltz-api-keys", None)
    assert expected == {file.name: file.sha256 for file in shelf.files}


def test_the_same_bytes_again_succeed_and_change_nothing(
    release: Release, index: EmbeddedIndex, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(release, index.target, index.publisher, FIRST)
    before = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "index").iterdir()}
    capsys.readouterr()
    publish(release, index.target, index.publisher, FIRST)
    assert before == {file.name: file.stat().st_mtime_ns for file in (tmp_path / "index").iterdir()}
    assert "already, with the same bytes" in capsys.readouterr().out


def test_other_bytes_under_a_published_version_are_refused_and_nothing_is_overwritten(
    release: Release, index: EmbeddedIndex, tmp_path: Path
) -> None:
    publish(release, index.target, index.publisher, FIRST)
    before = held(tmp_path / "index")
    with pytest.raises(Refusal, match=f"holds .*whl {BYTES}.*raise the version"):
        publish(changed(release, tmp_path / "changed"), index.target, index.publisher, FIRST)
    assert before == held(tmp_path / "index")


def test_an_upload_that_broke_off_between_the_files_is_completed(
    release: Release, index: EmbeddedIndex, tmp_path: Path
) -> None:
    wheel = release.distributions.wheel
    (tmp_path / "index" / wheel.name).write_bytes(wheel.read_bytes())
    publish(release, index.target, index.publisher, FIRST)
    assert {file.name for file in release.distributions.files} == set(held(tmp_path / "index"))


def test_an_upload_that_broke_off_within_a_file_leaves_nothing_and_can_be_repeated(
    release: Release, index: EmbeddedIndex, tmp_path: Path
) -> None:
    where = urlsplit(index.url)
    body = (
        b'--cut\r\nContent-Disposition: form-data; name=":action"\r\n\r\nfile_upload\r\n--cut\r\n'
        + f'Content-Disposition: form-data; name="content"; filename="{release.distributions.wheel.name}"'.encode()
        + b"\r\n\r\n"
        + release.distributions.wheel.read_bytes()[:2000]
    )
    user = f"{index.publisher.username}:{index.publisher.password}"
    head = (
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=cut\r\n"
        f"Authorization: Basic {base64.b64encode(user.encode()).decode()}\r\nContent-Length: 100000\r\n\r\n"
    )
    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    assert held(tmp_path / "index") == {}
    publish(release, index.target, index.publisher, FIRST)
    assert {file.name for file in release.distributions.files} == set(held(tmp_path / "index"))


def test_an_index_that_wants_credentials_for_reading_gets_them(release: Release, tmp_path: Path) -> None:
    with embedded_index.serve(tmp_path / "index", private=True) as private:
        publish(release, private.target, private.publisher, FIRST)
        publish(release, private.target, private.publisher, FIRST)
    assert {file.name for file in release.distributions.files} == set(held(tmp_path / "index"))


@pytest.mark.parametrize("private", [False, True])
def test_wrong_credentials_are_one_sentence_without_them(release: Release, tmp_path: Path, private: bool) -> None:
    wrong = Credentials("release", "not-the-password")
    with embedded_index.serve(tmp_path / "index", private=private) as index, pytest.raises(Refusal) as refusal:
        publish(release, index.target, wrong, FIRST)
    assert str(refusal.value) == "the index the embedded index refuses these credentials"
    assert held(tmp_path / "index") == {}


@pytest.mark.parametrize("private", [False, True])
def test_no_credentials_are_one_sentence(release: Release, tmp_path: Path, private: bool) -> None:
    no_credentials = pytest.raises(Refusal, match="wants credentials; set UV_PUBLISH_USERNAME")
    with embedded_index.serve(tmp_path / "index", private=private) as index, no_credentials:
        publish(release, index.target, None, FIRST)


def test_an_index_that_is_not_there_is_one_sentence(release: Release) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    target = resolve(f"http://127.0.0.1:{port}/simple/", Path())
    with pytest.raises(Refusal, match=rf"^the index http://127\.0\.0\.1:{port}/simple/ cannot be reached: [^\n]+$"):
        publish(release, target, None, FIRST)


@contextmanager
def cramped_index(folder: Path) -> Generator[EmbeddedIndex]:
    """The index's process where no file can grow beyond one block."""
    settings = {"folder": str(folder), "port": 0, "fallback": None, "private": False}
    settings |= {"username": "release", "password": "fake"}
    folder.mkdir()
    command = f"ulimit -f 1; exec {shlex.quote(sys.executable)} -W ignore -B -m release.index_server"
    overlays = str(Path(embedded_index.__file__).parent.parent)
    with subprocess.Popen(
        ["sh", "-c", command],
        env={**os.environ, "PYTHONPATH": overlays},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        print(json.dumps(settings), file=server.stdin, flush=True)
        port = int(server.stdout.readline())
        try:
            yield EmbeddedIndex(url=f"http://127.0.0.1:{port}/", publisher=Credentials("release", "fake"))
        finally:
            server.terminate()


def test_an_index_without_room_is_one_sentence_and_keeps_no_torn_file(release: Release, tmp_path: Path) -> None:
    with cramped_index(tmp_path / "index") as index, pytest.raises(Refusal) as refusal:
        publish(release, index.target, index.publisher, FIRST)
    assert str(refusal.value) == "the index the embedded index has no room for the upload; nothing was stored"
    assert held(tmp_path / "index") == {}
    with embedded_index.serve(tmp_path / "index") as roomy:
        publish(release, roomy.target, roomy.publisher, FIRST)
    assert {file.name for file in release.distributions.files} == set(held(tmp_path / "index"))


def test_a_dry_run_says_all_and_does_nothing(
    release: Release, index: EmbeddedIndex, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(release, index.target, index.publisher, FIRST, dry_run=True)
    said = capsys.readouterr().out
    assert [f"would upload {file.name} to {index.url}" for file in release.distributions.files] == [
        line for line in said.splitlines() if "would" in line
    ]
    assert held(tmp_path / "index") == {}


def test_a_release_that_the_changelog_does_not_tell_of_is_refused(release: Release) -> None:
    with pytest.raises(Refusal, match=f"CHANGELOG.md has no entry for {release.project.version}"):
        refuse_unannounced(evolve(release.project, changelog=()), final=False)
    empty = Entry(version=release.project.version, dated=True, text="")
    with pytest.raises(Refusal, match=f"CHANGELOG.md has no entry for {release.project.version}"):
        refuse_unannounced(evolve(release.project, changelog=(empty,)), final=False)


def test_a_final_release_has_its_date(release: Release) -> None:
    undated = evolve(release.project, changelog=(Entry(version=release.project.version, dated=False, text="News."),))
    refuse_unannounced(undated, final=False)
    with pytest.raises(Refusal, match=f"the entry for {release.project.version} in CHANGELOG.md has no date yet"):
        refuse_unannounced(undated, final=True)
    dated = evolve(release.project, changelog=(Entry(version=release.project.version, dated=True, text="News."),))
    refuse_unannounced(dated, final=True)


def public(path: str) -> str:
    from pypi_simple import PYPI_SIMPLE_ENDPOINT

    return f"https://{path}".replace("PUBLIC", str(urlsplit(PYPI_SIMPLE_ENDPOINT).hostname))


@pytest.mark.parametrize("url", ["PUBLIC/simple/", "upload.PUBLIC/legacy/", "test.PUBLIC/simple", "PUBLIC./simple/"])
@pytest.mark.parametrize(
    "permission",
    [
        Permission(),
        Permission(public=True),
        Permission(confirmation="boltz-api-keys==VERSION"),
        Permission(public=True, confirmation="boltz-api-keys==99.0"),
        Permission(public=True, confirmation="yes"),
    ],
)
def test_the_public_index_is_refused_unless_told_twice(
    root: Path, version: Version, url: str, permission: Permission
) -> None:
    confirmation = (permission.confirmation or "").replace("VERSION", str(version)) or None
    with pytest.raises(Refusal, match=f"say both --public and --confirm boltz-api-keys=={version}"):
        evolve(permission, confirmation=confirmation).refuse_public(root, resolve(public(url), root))


def test_the_public_index_takes_both(root: Path, version: Version) -> None:
    both = Permission(public=True, confirmation=f"boltz-api-keys=={version}")
    both.refuse_public(root, resolve(public("upload.PUBLIC/legacy/"), root))


def test_an_upload_to_the_public_index_beside_an_internal_one_is_seen(root: Path) -> None:
    target = resolve("https://packages.internal.test/simple/", root, upload=public("upload.PUBLIC/legacy/"))
    with pytest.raises(Refusal, match="public"):
        Permission().refuse_public(root, target)


@pytest.mark.parametrize(
    ("index", "upload"),
    [
        ("https://packages.internal.test/simple/", "https://packages.internal.test/"),
        ("https://packages.internal.test/team/dev/+simple/", "https://packages.internal.test/team/dev/"),
        ("https://packages.internal.test/api/pypi/ours/simple", "https://packages.internal.test/api/pypi/ours/"),
        ("http://localhost:8080/simple/", "http://localhost:8080/"),
        ("http://[::1]:8080/simple/", "http://[::1]:8080/"),
    ],
)
def test_uploads_go_beside_the_index(index: str, upload: str, tmp_path: Path) -> None:
    assert upload == resolve(index, tmp_path).upload


@pytest.mark.parametrize(
    ("index", "upload"),
    [
        ("http://packages.internal.test/simple/", None),
        ("https://packages.internal.test/simple/", "http://packages.internal.test/"),
        ("http://127.0.0.1.internal.test/simple/", None),
        ("ftp://127.0.0.1/simple/", None),
    ],
)
def test_without_tls_only_this_machine_is_published_to(index: str, upload: str | None, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="is not https"):
        resolve(index, tmp_path, upload)


@pytest.mark.parametrize(
    "url", ["https://me:fake@packages.internal.test/simple/", "https://fake@packages.test/simple/"]
)
def test_credentials_in_a_url_are_refused_and_not_repeated(url: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refusal:
        resolve(url, tmp_path)
    assert "fake" not in str(refusal.value)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[[tool.uv.index]]\nname = "ours"\nurl = "https://a.test/simple"\n'),
        ("uv.toml", '[[index]]\nname = "ours"\nurl = "https://a.test/simple/"\npublish-url = "https://a.test/"\n'),
    ],
)
def test_a_name_is_looked_up_in_uv_s_settings(file: str, text: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(text)
    expected = Target(name="ours", simple="https://a.test/simple/", upload="https://a.test/")
    assert expected == resolve("ours", tmp_path)


def test_a_user_s_uv_settings_count_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "uv").mkdir()
    (tmp_path / "uv" / "uv.toml").write_text('[[index]]\nname = "ours"\nurl = "https://a.test/simple/"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert resolve("ours", tmp_path / "project").upload == "https://a.test/"


def test_a_name_that_nobody_knows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(Refusal, match="no index is named ours"):
        resolve("ours", tmp_path)


@given(st.integers(min_value=0, max_value=2**24 - 1))
def test_all_of_127_is_this_machine(rest: int) -> None:
    assert is_loopback(f"127.{rest >> 16}.{rest >> 8 & 255}.{rest & 255}")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({"UV_PUBLISH_USERNAME": "me"}, None),
        ({"UV_PUBLISH_USERNAME": "me", "UV_PUBLISH_PASSWORD": "fake"}, Credentials("me", "fake")),
        ({"UV_PUBLISH_TOKEN": "fake"}, Credentials("__token__", "fake")),
    ],
)
def test_credentials_come_from_the_environment(
    variables: dict[str, str], expected: Credentials | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert expected == credentials.find("https://packages.internal.test/")


def test_credentials_come_from_the_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = tmp_path / "keyring"
    keyring.write_text('#!/bin/sh\n[ "$*" = "get https://packages.internal.test/ me" ] && echo fake || exit 1\n')
    keyring.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("UV_PUBLISH_USERNAME", "me")
    assert Credentials("me", "fake") == credentials.find("https://packages.internal.test/")
    assert credentials.find("https://elsewhere.test/") is None


def test_a_password_shows_in_no_repr() -> None:
    assert "fake" not in repr(Credentials("me", "fake"))


def test_no_password_is_among_the_arguments_of_any_process(
    release: Release, index: EmbeddedIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    sys.addaudithook(lambda event, values: seen.append(str(values[1])) if event == "subprocess.Popen" else None)
    publish(release, index.target, index.publisher, FIRST)
    assert any("publish" in arguments for arguments in seen)
    assert not any(index.publisher.password in arguments for arguments in seen)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("error: x\n  cause: Server returned status code 413 Payload Too Large. Server says: <h1>", "no room"),
        ("error: Failed to publish `dist/a.whl`\n  cause: Server returned status code 409 Conflict", f"a.whl {BYTES}"),
        ("error: x\n  cause: Server returned status code 500 Internal Server Error. Server", "500 Internal Server Err"),
        ("error: x\n  cause: y\n  cause: Connection reset by peer (os error 104)", "reached: Connection reset by peer"),
        ("error: something else entirely", "something else entirely"),
        ("", "without a reason given"),
    ],
)
def test_what_uv_says_becomes_one_sentence(output: str, sentence: str) -> None:
    target = Target(name="ours", simple="https://a.test/simple/", upload="https://a.test/")
    assert sentence in explain(output, target)
    assert "\n" not in explain(output, target)


def test_another_index_s_files_under_our_name_are_not_ours(release: Release, tmp_path: Path) -> None:
    """An index that sends clients on for what it lacks does not thereby hold it."""
    with embedded_index.serve(tmp_path / "public") as elsewhere:
        publish(release, elsewhere.target, elsewhere.publisher, FIRST)
        with embedded_index.serve(tmp_path / "index", fallback=elsewhere.simple) as internal:
            assert look_up(internal.target, "boltz-api-keys", None).files == ()
