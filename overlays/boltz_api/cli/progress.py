"""How far a long listing has come, on standard error, for a person at a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Final

from boltz_api.cli.output import Answer

EVERY: Final = 0.1
"""Seconds between two updates: more often only flickers."""


def watched(pages: Iterator[Answer]) -> Iterator[Answer]:
    """The same pages, with a line on standard error that counts their items and goes when they end.

    A table in the terminal is its own progress; so the line shows only where the items go elsewhere.
    """
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from pages
        return
    count, told = 0, 0.0
    try:
        for page in pages:
            count += len(page.items)
            if time.monotonic() - told >= EVERY:
                told = time.monotonic()
                sys.stderr.write(f"\r\x1b[K{count:,} so far ...")
                sys.stderr.flush()
            yield page
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
