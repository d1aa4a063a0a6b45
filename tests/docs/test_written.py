"""The parts of README and guides that the tools write: the architecture, the comparison, the table in a terminal."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks import results
from reference import architecture, terminal, written
from reference.__main__ import TABLE, main
from reference.architecture import Import, imports


def test_everything_written_is_up_to_date(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    assert (main(["check"]), capsys.readouterr().err) == (0, "")


def test_an_edit_by_hand_is_found(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    shutil.copytree(root / "docs", tmp_path / "docs")
    for name in ("README.md", "api.md"):
        shutil.copy(root / name, tmp_path / name)
    edits = [
        ("api.md", "255", "256"),
        ("docs/architecture.md", "client --> generated", "generated --> client"),
        ("docs/errors.md", "├── ArgumentError", "├── Error"),
    ]
    for file, old, new in edits:
        edited = tmp_path / file
        edited.write_text(edited.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert main(["--project", str(tmp_path), "check"]) == 1
    lines = capsys.readouterr().err.splitlines()
    named = [line.partition(": is not what the contract and the code give")[0] for line in lines]
    assert named == [str(tmp_path / file) for file, *_ in edits]


def test_imports_are_read_from_the_source(tmp_path: Path) -> None:
    package = tmp_path / "p"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "low.py").write_text("X = 1\n")
    (package / "typed.py").write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.low import X\n")
    (package / "lazy.py").write_text("def f():\n    from p.low import X\n    return X\n")
    (package / "high.py").write_text("import json\nfrom p import low\nfrom p.lazy import f\n")
    assert imports([package]) == {
        Import("p.lazy", "p.low", at_once=False),
        Import("p.high", "p.low", at_once=True),
        Import("p.high", "p.lazy", at_once=True),
    }


def test_imports_at_load_time_go_one_way() -> None:
    arrows = architecture.arrows(at_once=True)
    assert {(a, b) for a, b in architecture.closure(arrows) if a == b} == set()
    assert {imported for importer, imported in arrows if importer == "runtime"} == set()
    assert {imported for importer, imported in arrows if importer == "generated"} == {"runtime"}


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    assert architecture.reduced({("a", "b"), ("b", "c"), ("a", "c")}) == {("a", "b"), ("b", "c")}


def test_the_picture_of_the_table_is_the_output_of_the_command(root: Path) -> None:
    text = (root / TABLE).read_text(encoding="utf-8")
    assert terminal.same(text, terminal.picture())
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert ET.fromstring(text).get("aria-label")


@pytest.fixture
def kept_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"ours": "boltz-api-keys", "floor": "httpx + msgspec", "public": "boltz-api 0.50.0"}

    def result(name: str, title: str, unit: str, **samples: list[float]) -> dict[str, object]:
        rows = {names[key]: {"samples": found} for key, found in samples.items()}
        return {"name": name, "title": title, "unit": unit, "reference": names["floor"], "rows": rows}

    machine = {"cpu": "a CPU", "cores": 2, "system": "Linux", "python": "CPython 3.11"}
    run = {
        "started": "2026-01-02T03:04:05+00:00",
        "seconds": 1.0,
        "quick": False,
        "machine": {**machine, "load_before": [], "load_after": [], "versions": {}},
        "results": [
            result("create", "One create", "ms", ours=[2.2] * 3, floor=[2.0] * 3, public=[1.0, 9.0, 20.0]),
            result("memory_import", "Import: peak memory", "MiB", ours=[20.0] * 3, floor=[10.0] * 3),
        ],
    }
    path = tmp_path / "results.json"
    path.write_text(json.dumps(run), encoding="utf-8")
    monkeypatch.setattr(results, "RESULTS", path)


@pytest.mark.usefixtures("kept_run")
@pytest.mark.parametrize(
    ("extent", "pictures"),
    [
        ("short", ["benchmarks/charts/calls.svg"]),
        ("all", ["../benchmarks/charts/calls.svg", "../benchmarks/charts/memory.svg"]),
    ],
)
def test_a_kept_run_becomes_a_table_with_charts(extent: str, pictures: list[str]) -> None:
    text = written.refreshed(f"Before.\n\n<!-- written: comparison {extent} -->\nold\n<!-- end -->\n\nAfter.\n")
    assert "| Measured | boltz-api-keys | boltz-api 0.50.0 |" in text
    assert "| One create, ms | 2.2 (1.1\u00a0×) | ~9 (4.5\u00a0×) |" in text
    assert [line.partition("](")[2].rstrip(")") for line in text.splitlines() if line.startswith("![")] == pictures
    assert written.refreshed(text) == text


def test_without_a_run_the_page_says_how_to_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results.json")
    assert "`python -m nox -s bench` measures" in written.refreshed("<!-- written: comparison short -->\n<!-- end -->")
