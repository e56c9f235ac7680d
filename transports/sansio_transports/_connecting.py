"""From a name to a connected socket, without an event loop: RFC 8305 (Happy Eyeballs) as an operation."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterable
from itertools import chain, zip_longest
from time import monotonic
from typing import Final, TypeAlias

from sansio.commands import NEVER, Broken

from ._waiting import WRITE, Operation, Signal

STAGGER: Final = 0.25  # the "Connection Attempt Delay" of RFC 8305 section 5

SocketAddress: TypeAlias = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
Address: TypeAlias = tuple[socket.AddressFamily, SocketAddress]

_UNDER_WAY: Final = frozenset({0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EINTR})


def connect(host: str, port: int, until: float) -> Operation[socket.socket | Broken]:
    """A connected, non-blocking socket; name look-up and every address are tried before *until*."""
    found = yield from _look_up(host, port, until)
    if isinstance(found, Broken):
        return found
    attempts = _Attempts(interleaved(found))
    try:
        while (sock := attempts.step()) is None:
            if not attempts.running:
                return Broken(monotonic(), "connection", f"{host}: {attempts.reason}")
            if monotonic() >= until:
                return Broken(monotonic(), "timeout", f"{host}: no connection in time")
            yield tuple((sock, WRITE) for sock in attempts.running), min(until, attempts.next_start)
        return sock
    finally:
        attempts.close()


def tune(sock: socket.socket) -> None:
    """The options that every connection has: small requests go at once, dead peers are noticed."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def interleaved(addresses: Iterable[Address]) -> list[Address]:
    """The addresses with their families in turn, otherwise in their order (RFC 8305 section 4)."""
    by_family: dict[socket.AddressFamily, list[Address]] = {}
    for address in addresses:
        by_family.setdefault(address[0], []).append(address)
    return [address for address in chain.from_iterable(zip_longest(*by_family.values())) if address is not None]


def addresses(host: str, port: int, flags: int = 0) -> list[Address]:
    """The addresses of *host* in the system's order.  Blocks, unless AI_NUMERICHOST says that it is an address itself.

    Raises OSError where it has none.
    """
    try:
        # As bytes: a str goes through the idna codec, which is slow to import and refuses names that DNS takes.
        found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM, flags=flags)
    except UnicodeError as exc:
        raise OSError(f"not a name: {exc}") from None
    if not found:
        raise OSError("the name has no address")
    return [(family, address) for family, _, _, _, address in found]


def look_up(host: str, port: int, done: Callable[[list[Address] | OSError], None]) -> None:
    """Give the addresses of *host* to *done*, in a thread of its own.

    The system's look-up cannot be interrupted: whoever waits no longer leaves the thread behind, and so does the program.
    """

    def ask() -> None:
        try:
            found: list[Address] | OSError = addresses(host, port)
        except OSError as exc:
            found = exc
        done(found)

    threading.Thread(target=ask, name=f"look-up of {host}", daemon=True).start()


def _look_up(host: str, port: int, until: float) -> Operation[list[Address] | Broken]:
    try:
        return addresses(host, port, socket.AI_NUMERICHOST)
    except OSError:
        answers: list[list[Address] | OSError] = []
    signal = Signal()

    def done(answer: list[Address] | OSError) -> None:
        answers.append(answer)
        signal.set()

    look_up(host, port, done)
    if not (yield from signal.wait(until)):
        return Broken(monotonic(), "timeout", f"{host}: the name was not found in time")
    if isinstance(answer := answers[0], OSError):
        return Broken(monotonic(), "connection", f"{host}: {answer}")
    return answer


class _Attempts:
    """Attempts to connect that are under way; the next is started when one failed or is slow."""

    def __init__(self, addresses: list[Address]) -> None:
        self._addresses = addresses[::-1]
        self.running: list[socket.socket] = []
        self.next_start = 0.0
        self.reason = "no address"

    def step(self) -> socket.socket | None:
        """Start what is due; the first socket that is connected is the caller's from then on."""
        for sock in tuple(self.running):
            if self._connected(sock):
                self.running.remove(sock)
                return sock
        while self._addresses and (not self.running or monotonic() >= self.next_start):
            self._start(*self._addresses.pop())
        if not self._addresses:
            self.next_start = NEVER
        return None

    def close(self) -> None:
        """Give up what is left."""
        for sock in self.running:
            sock.close()

    def _start(self, family: socket.AddressFamily, address: SocketAddress) -> None:
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as exc:  # no such family here, or too many open files
            self.reason = str(exc)
            return
        self.running.append(sock)
        self.next_start = monotonic() + STAGGER
        sock.setblocking(False)
        tune(sock)
        if (code := sock.connect_ex(address)) not in _UNDER_WAY:
            self._fail(sock, code)

    def _connected(self, sock: socket.socket) -> bool:
        if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._fail(sock, code)
            return False
        try:
            sock.getpeername()
        except OSError:  # not yet
            return False
        return True

    def _fail(self, sock: socket.socket, code: int) -> None:
        self.reason = os.strerror(code)
        self.running.remove(sock)
        sock.close()
        self.next_start = 0.0  # the next one at once
