"""Where a run takes place: what anyone needs to know to compare two runs."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def cpu() -> str:
    """The name of the processor, as the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> list[float]:
    """How busy the machine is: the average number of running programs over 1, 5 and 15 minutes."""
    return [round(average, 2) for average in os.getloadavg()] if hasattr(os, "getloadavg") else []


def system() -> str:
    """The kernel and the C library."""
    libc, version = platform.libc_ver()
    return f"{platform.system()} {platform.release()} {platform.machine()}, {libc} {version}".rstrip(", ")


def python() -> str:
    """The interpreter that every contestant runs on."""
    return f"{platform.python_implementation()} {platform.python_version()} ({platform.python_compiler()})"
