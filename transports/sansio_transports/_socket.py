"""A TCP stream on blocking threads: one thread uses it, and any thread may disconnect it."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from time import monotonic
from typing import Final

from sansio.commands import Broken, Done
from sansio.wire.verbs import Bytes

from ._waiting import READ, WRITE, Operation

RECEIVED: Final = 64 * 1024  # the most that one Receive is answered with
_DAY: Final = 86400.0  # the longest time-out at a stretch: an infinite one would make the socket a blocking one


class Connection:
    """A connected, non-blocking socket that is closed by whoever is last.

    Closed under a thread that is about to poll it, its number could be another socket's by then, and the thread would
    wait for that one.  So `disconnect` only shuts it down where it is waited for, which wakes the thread; that closes it.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._lock = threading.Lock()
        self._uses = 0
        self._waits = False  # whether the socket itself waits, as `wait` left it
        self._disconnected = False

    def wait(self, until: float) -> Bytes | Broken:
        """As the verb Receive, for a thread that has nothing else to do: the socket's own time-out takes half the time."""
        while True:
            left = min(until - monotonic(), _DAY)
            self._waits = left > 0
            with self:
                answer = self._take(until, left if left > 0 else 0.0)
            if answer is not None:
                return answer

    def receive(self, until: float) -> Operation[Bytes | Broken]:
        """As the verb Receive, among others."""
        sock = self._at_once()
        while (answer := self._take(until)) is None:
            with self:
                yield ((sock, READ),), until
        return answer

    def send(self, data: bytes, until: float) -> Operation[Done | Broken]:
        """As the verb Send; done is what the kernel has."""
        sock = self._at_once()
        left = memoryview(data)
        while True:
            try:
                left = left[sock.send(left) :]
            except BlockingIOError:
                pass
            except OSError as exc:
                return self._broken(str(exc))
            if not left:
                return Done(monotonic())
            if (now := monotonic()) >= until:
                return Broken(now, "timeout", "the peer takes nothing more")
            with self:
                yield ((sock, WRITE),), until

    def disconnect(self) -> None:
        """End the connection; from any thread, and as often as one likes."""
        with self._lock:
            if self._disconnected:
                return
            self._disconnected = True
            try:
                self._sock.shutdown(socket.SHUT_RDWR)
            except OSError:  # the peer was faster
                pass
            finally:
                self._close()

    def forsake(self) -> None:
        """Close this process's copy; another process has the connection, and does not notice."""
        self._disconnected = True
        self._sock.close()

    def __enter__(self) -> None:
        with self._lock:
            self._uses += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._uses -= 1
            if self._disconnected:
                self._close()

    def _take(self, until: float, timeout: float | None = None) -> Bytes | Broken | None:
        """What is there, or comes within *timeout*; None where that is nothing and it is not *until* yet."""
        try:
            if timeout is not None:
                self._sock.settimeout(timeout)
            data = self._sock.recv(RECEIVED)
        except OSError as exc:
            if not isinstance(exc, BlockingIOError) and not _is_ours(exc):
                return self._broken(str(exc))
            now = monotonic()
            return Broken(now, "timeout", "nothing came") if now >= until else None
        if not data and self._disconnected:  # an end that was made here
            return self._broken("")
        return Bytes(monotonic(), data)

    def _at_once(self) -> socket.socket:
        """The socket, which does not wait."""
        if self._waits:
            self._waits = False
            with suppress(OSError):  # it is closed, as whoever uses it will be told
                self._sock.settimeout(0.0)
        return self._sock

    def _close(self) -> None:
        if not self._uses:
            self._sock.close()

    def _broken(self, reason: str) -> Broken:
        return Broken(monotonic(), "connection", "the connection is closed" if self._disconnected else reason)


def _is_ours(exc: OSError) -> bool:
    """Whether it is the socket's own time-out, and not the kernel's word that the peer is gone (ETIMEDOUT)."""
    return isinstance(exc, TimeoutError) and exc.errno is None
