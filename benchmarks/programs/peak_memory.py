"""Run a command and print the most memory that it held, in KiB: `python -I -S peak_memory.py COMMAND...`.

Linux carries the peak of the process that forks over to its child. So the one that forks is this one, the smallest that
Python gets, and not the harness.
"""

import os
import sys

SILENT = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)

child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[SILENT])
_, status, usage = os.wait4(child, 0)
if status:
    sys.exit(os.waitstatus_to_exitcode(status))
print(usage.ru_maxrss // 1024 if sys.platform == "darwin" else usage.ru_maxrss)
