"""From a name to a connection on asyncio: RFC 8305, without the loop's own sockets and its executor."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress

from ._connecting import STAGGER, Address, SocketAddress, addresses, interleaved, look_up, tune
from ._protocol import Connection


async def connect(host: str, port: int) -> Connection:
    """A connection, by RFC 8305.  Raises OSError where no address can be reached.

    The loop's own Happy Eyeballs forgets to close a socket that was connected just as it was cancelled, and uvloop has none.
    """
    loop = asyncio.get_running_loop()
    try:
        found = addresses(host, port, socket.AI_NUMERICHOST)
    except OSError:
        found = await _look_up(loop, host, port)
    sock = await (_attempt(loop, *found[0]) if len(found) == 1 else _connected(loop, interleaved(found)))
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
