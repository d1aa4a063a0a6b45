"""Runs the command in one fresh process after another, without waiting for its imports each time.

    python forge.py SOCKET

A process that has everything imported forks for each command that comes over the socket: arguments, environment and
folder as JSON, and with them three files to be standard input, output and error. The exit code goes back.
"""

from __future__ import annotations

import json
import os
import socket
import sys

import httpx
import jmespath  # noqa: F401  # imported so that no command has to
import rich.table  # noqa: F401
import yaml  # noqa: F401

from boltz_api import Boltz  # noqa: F401
from boltz_api.cli import completion, failures, key_changes, key_queries, main, tables  # noqa: F401

httpx.Client().close()  # imports what it puts off until then


def perform(order: dict[str, object], files: list[int]) -> int:
    """Run the command as if this process had been started for it."""
    for number, file in enumerate(files):
        os.dup2(file, number)
    for file in files:
        os.close(file)
    os.chdir(str(order["folder"]))
    os.environ.clear()
    os.environ.update(order["environment"])  # type: ignore[call-overload]  # JSON
    sys.argv = ["boltz-api", *order["arguments"]]  # type: ignore[misc]  # JSON
    try:
        main()
    except SystemExit as end:
        sys.stdout.flush()
        return int(end.code or 0)


def serve(path: str) -> None:
    """Take orders until the other end is closed."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        connection, _ = server.accept()
        while True:
            text, files, _, _ = socket.recv_fds(connection, 1 << 20, 3)
            if not text:
                return
            child = os.fork()
            if child == 0:
                os._exit(perform(json.loads(text), files))
            for file in files:
                os.close(file)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            connection.sendall(json.dumps(code).encode())


if __name__ == "__main__":
    serve(sys.argv[1])
