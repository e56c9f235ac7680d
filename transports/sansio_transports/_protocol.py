"""A TCP stream on asyncio: a Protocol that loses nothing, and waits without a task or a timer for each wait."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from contextlib import suppress
from typing import Final, cast

from sansio.commands import NEVER, Broken, Done
from sansio.wire.verbs import Bytes

from ._connecting import STAGGER, Address, SocketAddress, addresses, interleaved, look_up, tune
from ._waiting import readable

_PIECE: Final = 64 * 1024  # the most that one Receive is answered with
_HELD: Final = 128 * 1024  # bytes that are read ahead of the user before the peer is made to wait


class Connection(asyncio.BufferedProtocol):
    """What came before an end or a reset is received before it; at most one Receive and one Send wait at a time.

    A BufferedProtocol costs a third of a Protocol, whose transport allocates 256 KiB for each read.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._buffer = memoryview(bytearray(_PIECE))
        self._pieces: deque[bytes] = deque()
        self._held = 0
        self._paused = False
        self._ended = False
        self._lost: str | None = None
        self._receiving: asyncio.Future[None] | None = None
        self._until = NEVER  # of the Receive that waits
        self._late = False
        self._timer: asyncio.TimerHandle | None = None
        self._armed = NEVER
        self._writable = asyncio.Event()

    # -- the verbs ----------------------------------------------------------------------------------------

    async def receive(self, until: float) -> Bytes | Broken:
        """As the verb Receive."""
        self._late = False
        while not self._pieces:
            if self._ended:
                return Bytes(self._loop.time(), b"")
            if self._lost is not None:
                return Broken(self._loop.time(), "connection", self._lost)
            if self._loop.is_closed():  # left idle by a program that runs another one now
                return Broken(self._loop.time(), "connection", "the event loop of the connection is closed")
            if until < self._armed:
                self._late = self._loop.time() >= until
                if not self._late:
                    self._arm(until)
            if self._late and not self._arrived():
                return Broken(self._loop.time(), "timeout", "nothing came")
            self._until = until
            self._receiving = self._loop.create_future()
            await self._receiving
        piece = self._pieces.popleft()
        self._held -= len(piece)
        if self._paused and self._held < _HELD and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return Bytes(self._loop.time(), piece)

    async def send(self, data: bytes, until: float) -> Done | Broken:
        """As the verb Send; done is what the kernel has."""
        if self._transport is not None and self._lost is None:
            self._transport.write(data)
            if not self._writable.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(None if until == NEVER else until):
                        await self._writable.wait()
        if self._lost is not None:
            return Broken(self._loop.time(), "connection", self._lost)
        if not self._writable.is_set():
            return Broken(self._loop.time(), "timeout", "the peer takes nothing more")
        return Done(self._loop.time())

    def disconnect(self) -> None:
        """Close it at once; whoever waits for it is answered Broken."""
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            with suppress(RuntimeError):  # its loop is closed: the collector is left to close the socket
                self._transport.abort()

    # -- what the transport tells -------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; its buffer is to count as unsent."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(0)
        self._writable.set()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # a hint
        """Room for one read."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Keep what was read."""
        self._pieces.append(bytes(self._buffer[:nbytes]))
        self._held += nbytes
        if self._held >= _HELD and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """The peer has sent all; it may still listen."""
        self._ended = True
        self._wake()
        return True

    def pause_writing(self) -> None:
        """Something is unsent."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Nothing is unsent."""
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is about to be closed.  A failed write comes here too, before what the peer said last was read."""
        if exc is not None and self._transport is not None:
            with suppress(OSError), _socket(self._transport).dup() as sock:
                while data := sock.recv(_PIECE):
                    self._pieces.append(data)
                    self._held += len(data)
        self._lost = "the connection is closed" if exc is None else str(exc)
        self._wake()
        self._writable.set()

    # -- waiting ------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        if self._receiving is not None and not self._receiving.done():
            self._receiving.set_result(None)

    def _arm(self, when: float) -> None:
        """One timer serves every wait: deadlines mostly move on, so that it is armed anew only where it fires too late."""
        if self._timer is not None:
            self._timer.cancel()
        self._armed = when
        self._timer = self._loop.call_at(when, self._fire)

    def _fire(self) -> None:
        self._armed = NEVER
        if self._receiving is None or self._receiving.done():
            return
        if self._loop.time() >= self._until:
            self._late = True
            self._wake()
        elif self._until != NEVER:
            self._arm(self._until)

    def _arrived(self) -> bool:
        """Whether the kernel holds something that the loop has not read yet."""
        return self._transport is not None and not self._transport.is_closing() and readable(_socket(self._transport))


def _socket(transport: asyncio.Transport) -> socket.socket:
    return cast("socket.socket", transport.get_extra_info("socket"))


# -- from a name to a connection -----------------------------------------------------------------------------


async def connect(host: str, port: int) -> Connection:
    """A connection, by RFC 8305.  Raises OSError where no address can be reached.

    The loop's own Happy Eyeballs forgets to close a socket that was connected just as it was cancelled, and uvloop has none.
    """
    loop = asyncio.get_running_loop()
    try:
        found = addresses(host, port, socket.AI_NUMERICHOST)
    except OSError:
        found = await _look_up(loop, host, port)
    sock = await _connected(loop, interleaved(found))
    _, connection = await loop.create_connection(lambda: Connection(loop), sock=sock)
    return connection


async def _look_up(loop: asyncio.AbstractEventLoop, host: str, port: int) -> list[Address]:
    """Not in the loop's executor: its end, and so the program's, would wait for the slowest name server."""
    found: asyncio.Future[list[Address] | OSError] = loop.create_future()

    def answer(answered: list[Address] | OSError) -> None:
        if not found.done():
            found.set_result(answered)

    def done(answered: list[Address] | OSError) -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(answer, answered)

    look_up(host, port, done)
    if isinstance(answered := await found, OSError):
        raise answered
    return answered


async def _connected(loop: asyncio.AbstractEventLoop, left: list[Address]) -> socket.socket:
    """The first socket that is connected; the next address is tried when one failed or is slow."""
    attempts: set[asyncio.Task[socket.socket]] = set()
    running: set[asyncio.Task[socket.socket]] = set()
    try:
        while True:
            if left:
                running.add(loop.create_task(_attempt(loop, *left.pop(0))))
                attempts |= running
            done, running = await asyncio.wait(
                running, timeout=STAGGER if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                if task.exception() is None:
                    attempts.discard(task)
                    return task.result()
            if not left and not running:
                return done.pop().result()
    finally:
        for task in attempts:
            task.cancel()
            task.add_done_callback(_discard)


async def _attempt(
    loop: asyncio.AbstractEventLoop, family: socket.AddressFamily, address: SocketAddress
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        tune(sock)
        await loop.sock_connect(sock, address)
    except OSError as exc:
        sock.close()
        raise OSError(exc.errno, os.strerror(exc.errno or 0)) from exc  # asyncio's own words leave out the reason
    except BaseException:
        sock.close()
        raise
    return sock


def _discard(attempt: asyncio.Task[socket.socket]) -> None:
    """Close the socket of an attempt that was too late."""
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result().close()
