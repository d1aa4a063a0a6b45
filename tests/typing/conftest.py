"""The samples beside this file are read by type checkers, not run."""

from __future__ import annotations

collect_ignore = ["calls_that_work.py", "calls_that_do_not.py"]
