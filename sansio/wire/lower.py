"""Lowers a flow of HTTP messages to verbs on connections, in plaintext."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from ..commands import (
    Ask,
    Broken,
    Clock,
    Close,
    Closed,
    Done,
    Emit,
    Flow,
    Open,
    Race,
    Read,
    Reply,
    Sleep,
    TokenRefused,
    Wait,
)
from ..errors import LocalProtocolError
from .race import race
from .response import NOW, Response, open_response
from .verbs import Bytes, Verb, Wire
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
                    answer = (yield (_in_name_of(call, command),))[1]  # no name for it: an Emit may be of many events
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


def _in_name_of(call: str, command: Ask | Wait | Sleep | Emit) -> Verb:
    """The command as *call* gives it: a flow knows no call, and leaves the name in its questions empty."""
    if not isinstance(command, Ask):
        return command
    question = command.question
    if isinstance(question, Closed | TokenRefused) or question.call:
        return command
    return Ask(msgspec.structs.replace(question, call=call))


def _opened(response: Response | None) -> Response:
    if response is None:
        raise LocalProtocolError("Read comes after Open")
    return response
