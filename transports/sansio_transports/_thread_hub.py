"""What the calls of one client share among threads, and what is left of it in a process that was forked."""

from __future__ import annotations

import os
import threading
from time import monotonic
from typing import Final
from weakref import WeakSet

from sansio.shared import Shared

from ._hub import Hub
from ._socket import Connection
from ._waiting import Signal


class ThreadHub(Hub[Connection, Signal]):
    """The hub of a client for threads.

    A forked process has a copy of every connection, and what one of the two would send, the other would be answered.  They
    stay the parent's: the child begins with none.
    """

    def __init__(self, shared: Shared) -> None:
        super().__init__(shared, event=Signal, now=monotonic)
        _HUBS.add(self)

    def forked(self) -> None:
        """Begin anew: the threads that held locks, connections and places in the queue are not here."""
        self._lock = threading.Lock()
        self.shared.forked()
        self._events.clear()
        for connection in self._connections.values():
            connection.forsake()
        self._connections.clear()


_HUBS: Final[WeakSet[ThreadHub]] = WeakSet()


def _forked() -> None:
    for hub in tuple(_HUBS):
        hub.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
