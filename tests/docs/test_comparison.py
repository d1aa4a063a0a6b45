"""The table of a benchmark run: figures and multiples as they were measured, noise marked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import results
from reference import comparison, written


def a_kept_run(tmp_path: Path) -> Path:
    def rows(**samples: list[float]) -> dict[str, dict[str, list[float]]]:
        names = {"ours": "boltz-api-keys", "floor": "httpx + msgspec", "public": "boltz-api 0.50.0"}
        return {names[key]: {"samples": found} for key, found in samples.items()}

    path = tmp_path / "results.json"
    path.write_text(
        json.dumps(
            {
                "started": "2026-01-02T03:04:05+00:00",
                "seconds": 1.0,
                "quick": False,
                "machine": {
                    "cpu": "a CPU",
                    "cores": 2,
                    "system": "Linux",
                    "python": "CPython 3.11",
                    "load_before": [],
                    "load_after": [],
                    "versions": {},
                },
                "results": [
                    {
                        "name": "create",
                        "title": "One create",
                        "unit": "ms",
                        "reference": "httpx + msgspec",
                        "rows": rows(ours=[2.2, 2.2, 2.2], floor=[2.0, 2.0, 2.0], public=[1.0, 9.0, 20.0]),
                    },
                    {
                        "name": "memory_import",
                        "title": "Import: peak memory",
                        "unit": "MiB",
                        "reference": "httpx + msgspec",
                        "rows": rows(ours=[20.0, 20.0, 20.0], floor=[10.0, 10.0, 10.0]),
                    },
                    {
                        "name": "generate",
                        "title": "Generate",
                        "unit": "ms",
                        "rows": {"3 operations": {"samples": [1.0]}},
                    },
                ],
            }
        ),
        encoding="utf-8",
    )
    return path


def test_a_line_for_each_result(tmp_path: Path) -> None:
    lines = comparison.table(results.read(a_kept_run(tmp_path))).splitlines()
    assert lines[:3] == [
        "| Measured | boltz-api-keys | boltz-api 0.50.0 | urllib3 + json | httpx + msgspec |",
        "|---|---:|---:|---:|---:|",
        "| One create, ms | 2.2 (1.1\u00a0×) | ~9 (4.5\u00a0×) |  | 2 |",
    ]
    assert lines[5].startswith("2026-01-02, a CPU, CPython 3.11. Medians;")


def test_only_what_was_asked_for(tmp_path: Path) -> None:
    assert "One create" not in comparison.table(results.read(a_kept_run(tmp_path)), "import")


@pytest.mark.parametrize(
    ("extent", "pictures"),
    [
        ("short", ["benchmarks/charts/calls.svg"]),
        ("all", ["../benchmarks/charts/calls.svg", "../benchmarks/charts/memory.svg"]),
    ],
)
def test_a_kept_run_becomes_a_table_with_charts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extent: str, pictures: list[str]
) -> None:
    monkeypatch.setattr(results, "RESULTS", a_kept_run(tmp_path))
    page = f"Before.\n\n<!-- written: comparison {extent} -->\nold\n<!-- end -->\n\nAfter.\n"
    text = written.refreshed(page)
    assert "| One create, ms | 2.2 (1.1\u00a0×) |" in text
    assert [line.partition("](")[2].rstrip(")") for line in text.splitlines() if line.startswith("![")] == pictures
    assert text.startswith("Before.\n\n<!-- written")
    assert text.endswith("<!-- end -->\n\nAfter.\n")
    assert written.refreshed(text) == text


def test_without_a_run_the_page_says_how_to_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results.json")
    text = written.refreshed("<!-- written: comparison short -->\n<!-- end -->")
    assert "`python -m nox -s bench` measures" in text
