"""How the sandbox bears many keys: a page must cost the same at the end of a long list as at its start.

    python benchmarks/sandbox_capacity.py --keys 1000000

It asks over HTTP, as a client does, for pages of 100: the first ones, ones in the middle, the last ones, backward from
the end, and of a workspace that holds one key in a thousand.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from boltz_api.sandbox import Sandbox

KEYS = "/compute/v1/admin/api-keys"


def measured(client: httpx.Client, places: dict[str, dict[str, str]], rounds: int) -> dict[str, float]:
    """The median time for each place's page, in milliseconds. Places take turns, so that all see the same machine."""
    times: dict[str, list[float]] = {place: [] for place in places}
    for _ in range(rounds):
        for place, query in places.items():
            began = time.perf_counter()
            response = client.get(KEYS, params=query)
            times[place].append((time.perf_counter() - began) * 1000)
            assert len(response.json()["data"]) == 100, response.text
    return {place: statistics.median(taken) for place, taken in times.items()}


def report(db: Path | None, keys: int, rounds: int) -> None:
    """Load a sandbox, measure, print a table."""
    with Sandbox(db=db) as sandbox:
        began = time.perf_counter()
        marks: list[str] = []
        for _ in range(2):
            sandbox.load(keys // 2 - keys // 2000)
            sandbox.load(keys // 2000, workspace_id="ws_small")
            marks.append(sandbox.new_key().id)
        loaded = time.perf_counter() - began
        middle, end = marks
        headers = {"x-api-key": sandbox.admin_key}
        with httpx.Client(base_url=sandbox.url, headers=headers) as client:
            last = client.get(KEYS, params={"before_id": end}).json()["first_id"]
            places = {
                "first page": {},
                "page in the middle": {"after_id": middle},
                "last page": {"after_id": last},
                "last page, backward": {"before_id": end},
                "small workspace, first page": {"workspace_id": "ws_small"},
                "small workspace, from the end": {"workspace_id": "ws_small", "before_id": end},
            }
            if keys < 200_000:
                places = {place: query for place, query in places.items() if "workspace" not in place}
            times = measured(client, places, rounds)
    kept = "in memory" if db is None else f"in a file of {db.stat().st_size / 1e6:.0f} MB"
    print(f"\n{keys:,} keys {kept}, loaded in {loaded:.1f} s")
    print(f"{'':32}{'ms':>8}{'× first':>10}")
    for place, took in times.items():
        print(f"{place:32}{took:8.2f}{took / times['first page']:10.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="How the sandbox bears many keys.")
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=100, help="how often each page is asked for")
    given = parser.parse_args()
    report(None, given.keys, given.rounds)
    with tempfile.TemporaryDirectory() as folder:
        report(Path(folder) / "keys.db", given.keys, given.rounds)


if __name__ == "__main__":
    main()
