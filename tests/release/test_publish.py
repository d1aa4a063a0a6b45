"""`publish`, to a real index on loopback: what arrives, what is refused, and who gets the credentials."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from release import embedded_index, installed, publish
from release.build import Release
from release.index import Credentials, Index, PublishedFile, resolve
from release.project import Project, Refusal, Repository

if TYPE_CHECKING:
    from tests.release.conftest import Maintainer

FINAL = ["publish", "--without-installed", "--index"]


def held(folder: Path) -> dict[str, str]:
    """The index's files, by name and digest."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def digests(release: Release) -> dict[str, str]:
    return {file.name: release.digests[file.name] for file in release.distributions}


def changed(release: Release, folder: Path) -> Release:
    """The release under the same names with one more file in its wheel."""
    folder.mkdir()
    for name in release.digests:
        (folder / name).write_bytes((release.folder / name).read_bytes())
    wheel = folder / release.distributions[0].name
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("boltz_api/more.py", "")
    return evolve(release, folder=folder, digests={name: held(folder)[name] for name in release.digests})


def test_a_release_arrives_as_it_was_built_and_again_changes_nothing(
    maintainer: Maintainer, without_build: Release, index: Index, tmp_path: Path
) -> None:
    code, output, _ = maintainer.run(*FINAL, index.simple, "--dry-run")
    assert code == 0
    assert "a dry run: nothing was uploaded" in output
    assert held(tmp_path / "index") == {}
    code, output, _ = maintainer.run(*FINAL, index.simple)
    assert code == 0
    assert f"boltz-api-keys {maintainer.version} is in {index.simple}" in output
    assert digests(without_build) == held(tmp_path / "index")
    assert digests(without_build) == {file.name: file.sha256 for file in index.files("boltz-api-keys")}
    before = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "index").iterdir()}
    code, output, _ = maintainer.run(*FINAL, index.simple)
    assert code == 0
    assert output.count("already exists, skipping") == 2
    assert before == {file.name: file.stat().st_mtime_ns for file in (tmp_path / "index").iterdir()}


@pytest.mark.parametrize("private", [False, True])
def test_other_bytes_under_a_published_version_are_refused(release: Release, tmp_path: Path, private: bool) -> None:
    with embedded_index.serve(tmp_path / "index", private=private) as index:
        publish.upload(release, index)
        publish.upload(release, index)
        before = held(tmp_path / "index")
        other = changed(release, tmp_path / "changed")
        for dry_run in (True, False):
            with pytest.raises(
                Refusal, match=r"do not match for `.*whl`.*; a published file is never replaced"
            ) as said:
                publish.upload(other, index, dry_run=dry_run)
            assert index.credentials is not None
            assert index.credentials.password not in str(said.value)
        assert before == held(tmp_path / "index")


def test_an_upload_that_broke_off_between_the_files_is_completed(
    maintainer: Maintainer, without_build: Release, index: Index, tmp_path: Path
) -> None:
    wheel = without_build.distributions[0]
    (tmp_path / "index" / wheel.name).write_bytes(wheel.read_bytes())
    assert maintainer.run(*FINAL, index.simple)[0] == 0
    assert digests(without_build) == held(tmp_path / "index")


def test_an_upload_that_broke_off_within_a_file_leaves_nothing(release: Release, index: Index, tmp_path: Path) -> None:
    where, who = urlsplit(index.upload), index.credentials
    assert who is not None
    wheel = release.distributions[0]
    body = (
        b'--cut\r\nContent-Disposition: form-data; name=":action"\r\n\r\nfile_upload\r\n--cut\r\n'
        + f'Content-Disposition: form-data; name="content"; filename="{wheel.name}"'.encode()
        + b"\r\n\r\n"
        + wheel.read_bytes()[:2000]
    )
    head = (
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=cut\r\n"
        f"Authorization: Basic {base64.b64encode(f'{who.username}:{who.password}'.encode()).decode()}\r\n"
        "Content-Length: 100000\r\n\r\n"
    )
    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass
    assert held(tmp_path / "index") == {}
    publish.upload(release, index)
    assert digests(release) == held(tmp_path / "index")


def test_a_file_that_changed_after_the_build_is_not_uploaded(
    maintainer: Maintainer, without_build: Release, index: Index, tmp_path: Path
) -> None:
    wheel = without_build.distributions[0]
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("boltz_api/more.py", "")
    assert f"{wheel} changed after the build; nothing was uploaded" == maintainer.refused(*FINAL, index.simple)
    assert held(tmp_path / "index") == {}


@pytest.mark.parametrize("private", [False, True])
def test_wrong_or_missing_credentials_are_one_sentence(
    maintainer: Maintainer, without_build: Release, private: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded_index.serve(tmp_path / "index", private=private) as index:
        missing = maintainer.refused(*FINAL, index.simple)
        monkeypatch.setenv("UV_PUBLISH_TOKEN", "fake-password")
        wrong = maintainer.refused(*FINAL, index.simple)
    assert "set UV_PUBLISH_USERNAME and UV_PUBLISH_PASSWORD, or UV_PUBLISH_TOKEN" in missing
    assert ("refuses these credentials" if private else "status code 403 Forbidden") in wrong
    assert "fake-password" not in wrong
    assert held(tmp_path / "index") == {}


def test_no_password_is_among_the_arguments_of_a_process(release: Release, index: Index) -> None:
    seen: list[str] = []
    sys.addaudithook(lambda event, values: seen.append(str(values[1])) if event == "subprocess.Popen" else None)
    publish.upload(release, index)
    assert any("publish" in arguments for arguments in seen)
    assert index.credentials is not None
    assert not any(index.credentials.password in arguments for arguments in seen)
    assert index.credentials.password not in repr(index)


@contextmanager
def recording(seen: list[str | None], location: str = "") -> Generator[str]:
    """A server that notes the credentials of each request, and redirects or answers 404; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            self.send_response(302 if location else 404)
            self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the base class's name

        def log_message(self, *arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_credentials_go_to_the_origin_of_the_uploads_only(
    maintainer: Maintainer, without_build: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same host on another port is another origin."""
    monkeypatch.setenv("UV_PUBLISH_USERNAME", "me")
    monkeypatch.setenv("UV_PUBLISH_PASSWORD", "fake-password")
    reads: list[str | None] = []
    uploads: list[str | None] = []
    with recording(uploads) as upload, recording(reads) as simple:
        maintainer.refused(*FINAL, f"{simple}simple/", "--upload-url", upload, "--first")
    assert reads
    assert {None} == set(reads)
    assert any(uploads)


def test_credentials_do_not_follow_a_file_or_a_redirect_elsewhere(tmp_path: Path) -> None:
    ours: list[str | None] = []
    elsewhere: list[str | None] = []
    with recording(elsewhere) as other, recording(ours, location=f"{other}x") as own:
        index = Index("ours", f"{own}simple/", own, Credentials("me", "fake-password"))
        assert index.files("boltz-api-keys") == []  # a redirect is no answer
        file = PublishedFile("boltz_api_keys-0.0.1.tar.gz", Version("0.0.1"), f"{own}x.tar.gz", None)
        for url in (file.url, f"{other}x.tar.gz"):
            with pytest.raises(Refusal, match="answers 404"):
                index.unpack(evolve(file, url=url), tmp_path / "unpacked")
    assert None not in ours
    assert [None, None] == elsewhere


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("# Changelog\n", "CHANGELOG.md has no entry for"),
        ("## VERSION - 2026-01-02\n\n", "CHANGELOG.md has no entry for"),
        ("## VERSION - Unreleased\n\nNews.\n", "in CHANGELOG.md has no date yet"),
    ],
)
def test_a_release_that_the_changelog_does_not_announce_is_refused(
    maintainer: Maintainer, without_build: Release, index: Index, text: str, sentence: str
) -> None:
    (maintainer.tree / "CHANGELOG.md").write_text(text.replace("VERSION", str(maintainer.version)))
    assert sentence in maintainer.refused(*FINAL, index.simple)


def test_a_rehearsal_needs_neither_a_date_nor_the_checks_of_the_installed_wheel(
    maintainer: Maintainer, without_build: Release
) -> None:
    maintainer.edit("CHANGELOG.md", "2026-01-02", "Unreleased")
    code, output, error = maintainer.run("publish")
    assert (0, "") == (code, error)
    assert "a rehearsal on the embedded index in build/index" in output
    assert digests(without_build) == held(maintainer.tree / "build" / "index")


def test_a_commit_that_was_not_checked_as_installed_is_refused(
    maintainer: Maintainer, without_build: Release, index: Index
) -> None:
    first, *others = Project.read(maintainer.tree).pythons
    sentence = maintainer.refused("publish", "--index", index.simple)
    assert f"not checked as installed on Python {', '.join([first, *others])}: run `nox -s installed`" in sentence
    commit = Repository(maintainer.tree).commit()
    for resolution in installed.RESOLUTIONS:
        installed.record(maintainer.tree, commit, f"{first} {resolution}")
    sentence = maintainer.refused("publish", "--index", index.simple)
    assert f"not checked as installed on Python {', '.join(others)}: run" in sentence
    for python in others:
        for resolution in installed.RESOLUTIONS:
            installed.record(maintainer.tree, commit, f"{python} {resolution}")
    assert maintainer.run("publish", "--index", index.simple, "--dry-run")[0] == 0
    maintainer.commit("Another commit")
    assert "not checked as installed" in maintainer.refused("publish", "--index", index.simple)


def public(path: str) -> str:
    return f"https://{path}".replace("PUBLIC", str(urlsplit(PYPI_SIMPLE_ENDPOINT).hostname))


@pytest.mark.parametrize("url", ["PUBLIC/simple/", "upload.PUBLIC/legacy/", "test.PUBLIC/simple", "PUBLIC./simple/"])
@pytest.mark.parametrize(
    "permission",
    [
        [],
        ["--public"],
        ["--confirm", "boltz-api-keys==VERSION"],
        ["--public", "--confirm", "boltz-api-keys==99.0"],
        ["--public", "--confirm", "yes"],
    ],
)
def test_the_public_index_is_refused_unless_permitted_twice(
    maintainer: Maintainer, url: str, permission: list[str]
) -> None:
    arguments = [each.replace("VERSION", str(maintainer.version)) for each in permission]
    sentence = maintainer.refused(*FINAL, public(url), *arguments)
    assert f"give both --public and --confirm boltz-api-keys=={maintainer.version}" in sentence


def test_the_public_index_takes_both_and_is_seen_beside_an_internal_one(root: Path) -> None:
    confirmation = f"boltz-api-keys=={Project.read(root).version}"
    index = resolve("https://packages.internal.test/simple/", root, upload=public("upload.PUBLIC/legacy/"))
    with pytest.raises(Refusal, match="public"):
        publish.refuse_public(root, index, public=False, confirmation=confirmation)
    publish.refuse_public(root, index, public=True, confirmation=confirmation)


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
    ("index", "upload", "sentence"),
    [
        ("http://packages.internal.test/simple/", None, "is not https"),
        ("https://packages.internal.test/simple/", "http://packages.internal.test/", "is not https"),
        ("http://127.0.0.1.internal.test/simple/", None, "is not https"),
        ("ftp://127.0.0.1/simple/", None, "is not https"),
        ("https://[/simple/", None, "is no URL: "),
        ("http://127.0.0.1:99999/simple/", None, "is no URL: "),
        ("https://me:fake@packages.internal.test/simple/", None, "holds credentials"),
        ("https://fake@packages.internal.test/simple/", None, "holds credentials"),
    ],
)
def test_credentials_are_neither_sent_in_the_clear_nor_taken_from_a_url(
    index: str, upload: str | None, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(Refusal, match=sentence) as refusal:
        resolve(index, tmp_path, upload)
    assert "fake" not in str(refusal.value)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[[tool.uv.index]]\nname = "ours"\nurl = "https://a.test/simple"\n'),
        ("uv.toml", '[[index]]\nname = "ours"\nurl = "https://a.test/simple/"\npublish-url = "https://a.test/"\n'),
        ("settings/uv/uv.toml", '[[index]]\nname = "ours"\nurl = "https://a.test/simple/"\n'),
    ],
)
def test_a_name_is_looked_up_in_uv_s_settings(
    file: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    with pytest.raises(Refusal, match="no index is named ours"):
        resolve("ours", tmp_path)
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text)
    assert Index(name="ours", simple="https://a.test/simple/", upload="https://a.test/") == resolve("ours", tmp_path)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({"UV_PUBLISH_USERNAME": "you"}, None),
        ({"UV_PUBLISH_USERNAME": "me"}, Credentials("me", "from the fake keyring")),
        ({"UV_PUBLISH_USERNAME": "me", "UV_PUBLISH_PASSWORD": "fake"}, Credentials("me", "fake")),
        ({"UV_PUBLISH_TOKEN": "fake"}, Credentials("__token__", "fake")),
    ],
)
def test_credentials_come_from_the_environment_or_the_keyring(
    variables: dict[str, str], expected: Credentials | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = tmp_path / "keyring"
    keyring.write_text('#!/bin/sh\n[ "$*" = "get https://a.test/ me" ] && echo from the fake keyring || exit 1\n')
    keyring.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert expected == resolve("https://a.test/simple/", tmp_path).credentials
    monkeypatch.setenv("PATH", "")
    from_keyring = expected is not None and "keyring" in expected.password
    assert (None if from_keyring else expected) == resolve("https://a.test/simple/", tmp_path).credentials


def test_an_index_that_sends_clients_elsewhere_does_not_hold_what_is_there(release: Release, tmp_path: Path) -> None:
    with embedded_index.serve(tmp_path / "public") as elsewhere:
        publish.upload(release, elsewhere)
        with embedded_index.serve(tmp_path / "index", fallback=elsewhere.simple) as internal:
            assert internal.files("boltz-api-keys") == []


@pytest.mark.slow
def test_a_publish_killed_at_any_time_is_completed_by_another(maintainer: Maintainer, tmp_path: Path) -> None:
    """Whatever `kill -9` leaves in dist/ and in the index, the same command goes on from it."""
    environment = {**os.environ, "PYTHONPATH": str(Path(publish.__file__).parent.parent)}
    # Without the look at `generated/`, which takes the most time and leaves nothing behind.
    setup = "from release import __main__, build; build.refuse_stale = lambda export: None"
    command = [sys.executable, "-c", f"{setup}; __main__.main(['publish'])"]
    began = time.monotonic()
    subprocess.run(command, cwd=maintainer.tree, env=environment, check=True, capture_output=True)
    whole = time.monotonic() - began
    index = maintainer.tree / "build" / "index"
    expected = held(index)
    for share in (0.3, 0.5, 0.7, 0.8, 0.9):
        with subprocess.Popen(
            command, cwd=maintainer.tree, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
        ) as process:
            time.sleep(whole * share)
            os.killpg(process.pid, signal.SIGKILL)
        subprocess.run(command, cwd=maintainer.tree, env=environment, check=True, capture_output=True)
        assert expected == held(index)
        shutil.rmtree(index)
