"""Connections stay with the process that opened them.

After a fork both processes would read from the same sockets. The child closes its copies, which the server does not
notice: the HTTP library then finds them closed, and opens its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from weakref import WeakSet

if TYPE_CHECKING:
    from socket import socket


@runtime_checkable
class Wired(Protocol):
    """A connection that says which socket it is on, as those of httpcore do."""

    get_extra_info: Callable[[str], object]


_sockets: WeakSet[socket] = WeakSet()


def keep_to_this_process(connection: object) -> None:
    """See to it that no child of this process uses ``connection``."""
    # By now it has been imported. At the start it would take its time.
    from socket import socket

    on = connection.get_extra_info("socket") if isinstance(connection, Wired) else None
    if isinstance(on, socket):
        _sockets.add(on)


def _close_copies() -> None:
    # Not by closing the HTTP clients: their locks may be held by threads that the child does not have.
    for copy in list(_sockets):
        copy.close()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_close_copies)
