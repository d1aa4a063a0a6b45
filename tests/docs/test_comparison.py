"""The table of a benchmark run: figures and multiples as they were measured, noise marked."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks import results
from reference import comparison


def a_run(tmp_path: Path) -> results.Run:
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
    return results.read(path)


def test_a_line_for_each_result(tmp_path: Path) -> None:
    lines = comparison.table(a_run(tmp_path)).splitlines()
    assert lines[:3] == [
        "| measured | boltz-api-keys | boltz-api 0.50.0 | urllib3 + json | httpx + msgspec |",
        "|---|---:|---:|---:|---:|",
        "| One create, ms | 2.2 (1.1 ×) | ~9 (4.5 ×) |  | 2 |",
    ]
    assert lines[4].startswith("2026-01-02, a CPU, CPython 3.11. Medians;")


def test_only_what_was_asked_for(tmp_path: Path) -> None:
    assert "One create" not in comparison.table(a_run(tmp_path), "import")
