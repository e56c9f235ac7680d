"""What the calls of one client share in a driver: `Shared`, the open connections, and the events of those who wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from sansio.commands import Broken, Busy, Closed, Decision, Question
from sansio.shared import Shared


class Connected(Protocol):
    """A connection."""

    def disconnect(self) -> None:
        """Close it at once; whoever waits for it is answered."""
        ...


class Event(Protocol):
    """What a waiting call sleeps on."""

    def set(self) -> None:
        """Wake it."""
        ...


C = TypeVar("C", bound=Connected)
E = TypeVar("E", bound=Event)


class Hub(Generic[C, E]):
    """Asks `Shared` under one lock, and carries out what its replies say outside of it.

    *event* makes an event, *now* is the driver's clock.
    """

    def __init__(self, shared: Shared, *, event: Callable[[], E], now: Callable[[], float]) -> None:
        self.shared = shared
        self.closed = False
        self._event = event
        self._now = now
        self._lock = threading.Lock()
        self._connections: dict[int, C] = {}
        self._events: dict[int, E] = {}
        self._orphans: deque[Callable[[], None]] = deque()

    def call_id(self) -> str:
        """A new call's id."""
        with self._lock:
            name = self.shared.call_id()
        if self._orphans:
            self.settle()
        return name

    def ask(self, question: Question) -> Decision:
        """The answer; who is to be woken is woken, and what is to be disconnected is closed, before it returns.

        The event of a Busy key is there from the moment of the answer, so that no wake-up is lost.
        """
        answer = self._ask(question)
        if self._orphans:
            self.settle()
        return answer

    def connected(self, conn: int, connection: C) -> bool:
        """Keep a connection under its number; False, and it is closed, where the client was closed meanwhile."""
        with self._lock:
            if not self.closed:
                self._connections[conn] = connection
                return True
        connection.disconnect()
        return False

    def connection(self, conn: int) -> C | None:
        """The connection of that number; None where it is gone."""
        return self._connections.get(conn)

    def disconnect(self, conn: int) -> None:
        """Close it, if it is still there."""
        if (connection := self._connections.pop(conn, None)) is not None:
            connection.disconnect()

    def gone(self) -> Broken:
        """The answer to a verb whose connection is not there."""
        return self.told(Broken(self._now(), "connection", "the connection is closed"))

    def told(self, broken: Broken) -> Broken:
        """What a call is told of *broken*: in a closed client it broke because of that."""
        return Broken(broken.now, "cancelled", "the client is closed") if self.closed else broken

    def event(self, key: int) -> E | None:
        """The event of a Busy key; None where nobody waits for it any more."""
        return self._events.get(key)

    def forget(self, keys: Iterable[int]) -> None:
        """Nobody waits for these keys any more."""
        for key in keys:
            self._events.pop(key, None)

    def close(self) -> None:
        """Close every connection; calls that are under way break, and new ones are refused."""
        with self._lock:
            self.closed = True
        self.ask(Closed())
        for conn in tuple(self._connections):
            self.disconnect(conn)

    def orphan(self, close: Callable[[], None]) -> None:
        """Take over a call that was dropped half-way; *close* abandons it.

        The collector may run this anywhere, inside `ask` too, so it is only noted here; see `settle`.
        """
        self._orphans.append(close)

    def settle(self) -> None:
        """Abandon the calls that were dropped; whoever holds the lock now does so next."""
        dropped: list[Callable[[], None]] = []  # closing one asks, and what asks settles: never one inside another
        while self._orphans and self._lock.acquire(blocking=False):
            self._lock.release()
            with suppress(IndexError):  # another thread was faster
                dropped.append(self._orphans.popleft())
        for close in dropped:
            close()

    def _ask(self, question: Question) -> Decision:
        with self._lock:
            reply = self.shared.ask(question, self._now())
            answer = reply.answer
            if isinstance(answer, Busy) and answer.key not in self._events:
                self._events[answer.key] = self._event()
            if not reply.wake and not reply.disconnect:
                return answer
            woken = [self._events[key] for key in reply.wake if key in self._events]
            gone = [self._connections.pop(conn) for conn in reply.disconnect if conn in self._connections]
        for event in woken:
            event.set()
        for connection in gone:
            connection.disconnect()
        return answer
