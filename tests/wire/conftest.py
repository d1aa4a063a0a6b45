"""Drivers are programs of the repository, not of the wheel: they are imported from its root."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
