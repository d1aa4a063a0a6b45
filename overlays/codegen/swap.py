"""Atomic replacement of a folder: it holds the old files or the new ones, never a mixture.

The new folder is written aside, in a work folder beside the old one, so that renaming is all it takes to put it in
place. The work folder outlives only a run that was killed; the next run finds it and tidies up.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextmanager
def replaced(target: Path) -> Generator[Path]:
    """An empty folder to fill; it takes the place of ``target`` when the block ends without an exception.

    Runs that replace the same folder wait for one another.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target.parent):
        recover(target)
        work = _work(target)
        try:
            (work / "new").mkdir(parents=True)
            yield work / "new"
            with _signals_held():
                if target.exists():
                    target.rename(work / "old")
                try:
                    (work / "new").rename(target)
                except OSError:
                    _put_back(target)
                    raise
        finally:
            _remove(work)


def recover(target: Path) -> None:
    """Clean up after a run that was killed: restore ``target`` if it was just being replaced."""
    if not target.exists():
        _put_back(target)
    _remove(_work(target))


def _work(target: Path) -> Path:
    return target.with_name(f".{target.name}.swap")


def _put_back(target: Path) -> None:
    if (old := _work(target) / "old").exists():
        old.rename(target)


def _remove(work: Path) -> None:
    # Interrupted at the wrong time, rmtree closes a folder twice, and that error hides the interruption.
    with _signals_held():
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def _signals_held() -> Generator[None]:
    """Defer signals to stop until the renames and the cleanup are complete."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Hold the lock on ``folder``, where the system has such locks."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
