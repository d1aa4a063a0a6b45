"""A sandbox with a long list: `python -m benchmarks.programs.sandbox_of_many_keys KEYS [FILE]`.

It prints where it listens and where the middle and the end of the list are, serves until its standard input ends, and
prints its peak of memory.
"""

from __future__ import annotations

import json
import sys
import time

from benchmarks.contestants.worker import peak_kib
from boltz_api.sandbox import Sandbox

IN_SMALL_WORKSPACE = 1000
"""One key in so many belongs to a workspace of its own."""


def main() -> None:
    keys = int(sys.argv[1])
    with Sandbox(db=sys.argv[2] if len(sys.argv) > 2 else None) as sandbox:
        began = time.perf_counter()
        ends: list[str] = []
        for _ in ("first half", "second half"):
            small = keys // 2 // IN_SMALL_WORKSPACE
            sandbox.load(keys // 2 - small)
            sandbox.load(small, workspace_id="ws_small")
            ends.append(sandbox.new_key().id)
        where = {"url": sandbox.url, "api_key": sandbox.admin_key, "middle": ends[0], "end": ends[1]}
        print(json.dumps(where | {"seconds": round(time.perf_counter() - began, 2)}), flush=True)
        sys.stdin.read()
    print(peak_kib())


if __name__ == "__main__":
    main()
