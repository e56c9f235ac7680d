"""Lowers a flow of HTTP messages to verbs on connections, in plaintext."""

from __future__ import annotations

from typing import TypeVar

from ..commands import Broken, Clock, Close, Done, Flow, Open, Race, Read, Reply
from ..errors import LocalProtocolError
from .race import race
from .response import NOW, Response, open_response
from .verbs import Bytes, Wire
from .wiring import Wiring

T = TypeVar("T")


def lower(flow: Flow[T], call: str, clock: Clock, wiring: Wiring) -> Wire[T]:
    """Answer the commands of *flow* with verbs; returns what it returns.

    *call* is the id under which everything is booked.  A flow has one response open at a time.
    """
    response: Response | None = None
    try:
        command = next(flow)
        while True:
            reply: Reply
            match command:
                case Read():
                    reply = yield from _opened(response).read(command)
                case Open():
                    if response is not None:
                        raise LocalProtocolError("Close comes before the next Open")
                    opened = yield from open_response(command, call, clock, wiring)
                    if isinstance(opened, Broken):
                        reply = opened
                    else:
                        response, reply = opened
                    del opened  # with the head, of which nothing is needed while the body is waited for
                case Close(until):
                    reply = Done(clock.now) if response is None else (yield from response.close(until))
                    response = None
                case Race():
                    reply = yield from race(command, call, clock, lambda racer, name: lower(racer, name, clock, wiring))
                case _:
                    answer = (yield (command,))[1]  # and no name for the verb, which may be an Emit of many events
                    if isinstance(answer, Bytes):
                        raise LocalProtocolError(f"{type(command).__name__} is not answered with bytes")
                    reply = answer
            command = flow.send(reply)
    except StopIteration as stop:
        if response is not None:  # left open, and of no use any more
            yield from response.close(NOW)
        value: T = stop.value
        return value
    finally:
        flow.close()


def _opened(response: Response | None) -> Response:
    if response is None:
        raise LocalProtocolError("Read comes after Open")
    return response
