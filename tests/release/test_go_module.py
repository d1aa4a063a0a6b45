"""The Go module of a release: its files, its hash, the proxy that serves it, and the comparison of what it exports."""

from __future__ import annotations

import shutil
import urllib.request
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError

import pytest
from packaging.version import Version

from release import embedded_index, go_module
from release.go_module import GoModule, compare, escaped, h1
from release.project import Refusal

ROOT = Path(__file__).parents[2]
TIME = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "generated" / "go", tmp_path / "tree" / "generated" / "go")
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "tree")
    return tmp_path / "tree"


def test_the_files_are_what_a_proxy_serves(tree: Path) -> None:
    module = GoModule.read(tree, Version("0.1.0"), TIME)
    assert b'{"Version": "v0.1.0", "Time": "2026-11-01T12:00:00Z"}\n' == module.files[".info"]
    assert module.files[".mod"].decode().startswith(f"module {module.path}\n")
    with zipfile.ZipFile(BytesIO(module.files[".zip"])) as content:
        names = content.namelist()
    assert all(name.startswith(f"{module.path}@v0.1.0/") for name in names)
    assert {"go.mod", "LICENSE", "client.go"} <= {name.partition("/v0.1.0")[0].rpartition("/")[2] for name in names}
    assert not any(name.endswith("manifest.json") for name in names)


def test_the_bytes_depend_on_the_contents_alone(tree: Path, tmp_path: Path) -> None:
    other = shutil.copytree(tree, tmp_path / "other")
    for file in other.rglob("*.go"):
        file.touch()
        file.chmod(0o600)
    assert GoModule.read(tree, Version("0.1.0"), TIME) == GoModule.read(other, Version("0.1.0"), TIME)


def test_the_hash_is_gos() -> None:
    # As `go get` writes it into go.sum.
    known = "h1:Lv9Wo8o4OA47v+f6Gd+iyP+MtlHGXsJkAfoNxq8lRlQ="
    assert known == h1({"go.mod": b"module go.boltz.bio/boltzapi\n\ngo 1.24\n"})
    assert h1({"b": b"2", "a": b"1"}) == h1({"a": b"1", "b": b"2"}) != h1({"a": b"1"})


@pytest.mark.parametrize(
    ("version", "tag"), [("0.1.0", "v0.1.0"), ("1.2", "v1.2.0"), ("1.0.0rc1", "v1.0.0-rc.1"), ("1.0a2", "v1.0.0-a.2")]
)
def test_versions_are_semantic_ones(tree: Path, version: str, tag: str) -> None:
    assert tag == GoModule.read(tree, Version(version), TIME).version


def test_from_2_on_the_path_says_so(tree: Path) -> None:
    with pytest.raises(Refusal, match="must end in /v2"):
        GoModule.read(tree, Version("2.0.0"), TIME)


def test_capitals_are_spelt_as_proxies_do() -> None:
    assert "go.example/!boltz!a!p!i" == escaped("go.example/BoltzAPI")


def test_a_published_version_is_never_replaced(tree: Path, tmp_path: Path) -> None:
    module = GoModule.read(tree, Version("0.1.0"), TIME)
    module.store(tmp_path / "proxy")
    module.store(tmp_path / "proxy")
    (tree / "generated" / "go" / "doc.go").write_text("package boltzapi\n")
    with pytest.raises(Refusal, match="never replaced"):
        GoModule.read(tree, Version("0.1.0"), TIME).store(tmp_path / "proxy")
    for version in ("0.10.0", "0.2.0", "0.2.0rc1"):
        GoModule.read(tree, Version(version), TIME).store(tmp_path / "proxy")
    listing = (tmp_path / "proxy" / escaped(module.path) / "@v" / "list").read_text()
    assert ["v0.1.0", "v0.2.0-rc.1", "v0.2.0", "v0.10.0"] == listing.split()


def test_the_embedded_index_serves_modules(tree: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    module = GoModule.read(tree, Version("0.1.0"), TIME)
    module.store(embedded_index.modules_of(folder))
    with embedded_index.serve(folder) as index:

        def get(name: str) -> bytes:
            url = f"{index.upload.rstrip('/')}{go_module.PREFIX}{escaped(module.path)}/{name}"
            with urllib.request.urlopen(url) as response:
                return bytes(response.read())

        assert b"v0.1.0\n" == get("@v/list")
        assert module.files[".zip"] == get("@v/v0.1.0.zip")
        assert module.files[".info"] == get("@latest")
        for missing in ("@v/v0.2.0.info", "../../../tree/pyproject.toml", "@v/"):
            with pytest.raises(HTTPError, match="404"):
                get(missing)


def test_what_changed() -> None:
    old = {"A": "type struct", "A.B": "field string", "C": "func()", "C.D": "method ()"}
    new = {"A": "type struct", "A.B": "field int64", "A.E": "field string", "F": "type string", "F.G": "method ()"}
    assert [
        ("breaking", "Go: A.B: was field string, is field int64"),
        ("addition", "Go: A.E: added"),
        ("breaking", "Go: C: removed"),
        ("addition", "Go: F: added"),
    ] == [(change.kind, change.text) for change in compare(old, new)]


def test_without_go_a_change_is_a_note(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(go_module, "has_toolchain", lambda: False)
    other = shutil.copytree(tree, tmp_path / "other")
    assert [] == go_module.changes(tree, other)
    (other / "generated" / "go" / "doc.go").write_text("package boltzapi\n")
    assert ["note"] == [change.kind for change in go_module.changes(tree, other)]
    shutil.rmtree(other / "generated" / "go")
    assert ["breaking"] == [change.kind for change in go_module.changes(tree, other)]
    assert ["addition"] == [change.kind for change in go_module.changes(other, tree)]
