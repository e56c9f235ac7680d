"""Waiting for sockets without an event loop: operations are generators that yield what they wait for.

An operation tries without blocking, yields its interests and its deadline where it would block, and is run on when one
of them may be ready or the deadline is past.  One alone or several together, they wait in the same `poll`.
"""

from __future__ import annotations

import select
import socket
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import suppress
from time import monotonic, sleep
from typing import Final, Protocol, Self, TypeAlias, TypeVar

T = TypeVar("T")

READ: Final = 1  # POLLIN
WRITE: Final = 4  # POLLOUT

_LOOK: Final = 0.02  # seconds between two looks at a flag that has no socket
_DAY: Final = 86400.0  # the longest sleep at a stretch: poll takes 31 bits of milliseconds


class Pollable(Protocol):
    """What can be polled; a negative number stands for a closed one."""

    def fileno(self) -> int:
        """The descriptor."""
        ...


Interests: TypeAlias = Sequence[tuple[Pollable, int]]
Operation: TypeAlias = Generator[tuple[Interests, float], None, T]
"""Yields what to wait for and until when; returns its answer.  Run on too early, it yields again."""


def perform(operation: Operation[T]) -> T:
    """Run one operation to its end."""
    try:
        while True:
            interests, until = next(operation)
            ready(interests, until)
    except StopIteration as stop:
        answer: T = stop.value
        return answer
    except BaseException:  # the user's interrupt: nothing half-open stays behind
        operation.close()
        raise


def ready(interests: Interests, until: float) -> None:
    """Block until one of *interests* may be ready, or *until*; it may return early."""
    timeout = min(max(0.0, until - monotonic()), _DAY)
    if not interests:
        sleep(timeout)
    elif all(pollable.fileno() >= 0 for pollable, _ in interests):  # else closed by another thread: trying tells
        _poll(interests, timeout)


def readable(pollable: Pollable) -> bool:
    """Whether a read would not block, for bytes or an end."""
    return _poll(((pollable, READ),), 0.0)


if sys.platform == "win32":

    def _poll(interests: Interests, timeout: float) -> bool:
        readers = [pollable for pollable, event in interests if event == READ]
        writers = [pollable for pollable, event in interests if event == WRITE]
        return any(select.select(readers, writers, writers, timeout))  # a failed connect is "exceptional" there

else:

    def _poll(interests: Interests, timeout: float) -> bool:
        poll = select.poll()  # not select.select: descriptors above 1023
        wanted: dict[int, int] = {}
        for pollable, event in interests:  # one socket may be wanted for both, and registering replaces
            wanted[pollable.fileno()] = wanted.get(pollable.fileno(), 0) | event
        for descriptor, events in wanted.items():
            poll.register(descriptor, events)
        return bool(poll.poll(timeout * 1000))


class Signal:
    """A flag that another thread sets, and that a poll can wait for.  It opens its sockets only when it is waited for."""

    def __init__(self) -> None:
        self._set = False
        # Nobody writes to a socket that is being closed, since its number may be another's by then.  Reentrant: the
        # collector may drop a call anywhere, and that may set this flag.
        self._lock = threading.RLock()
        self._reader: socket.socket | None = None
        self._writer: socket.socket | None = None

    def set(self) -> None:
        """Set the flag, from any thread, and wake whoever waits."""
        with self._lock:
            self._set = True
            if self._writer is not None:
                self._writer.send(b"\0")

    def wait(self, until: float) -> Operation[bool]:
        """Whether the flag is set before *until*."""
        with self:
            while not self._set:
                if (now := monotonic()) >= until:
                    return self._set
                if self._reader is not None:
                    yield ((self._reader, READ),), until
                else:
                    yield (), min(until, now + _LOOK)
        return True

    def __enter__(self) -> Self:
        with self._lock:
            if not self._set:
                with suppress(OSError):  # too many open files: look now and then instead
                    self._reader, self._writer = socket.socketpair()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            ends = (self._reader, self._writer)
            self._reader = self._writer = None
            for end in ends:
                if end is not None:
                    end.close()
