"""Plays a flow on virtual time: the test is the wire below it, and answers command by command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Literal, TypeAlias, TypeVar

import sansio
from sansio import ChatRequest, ChatResponse, Exchange
from sansio.commands import Broken, Chunk, Clock, Command, Done, Emit, Ended, Flow, Head, Reply
from sansio.events import Event
from sansio.http import Headers

T = TypeVar("T")
C = TypeVar("C", bound=Command)
Kind: TypeAlias = Literal["timeout", "connection", "protocol", "limit_exceeded", "cancelled"]

_PROVIDER = sansio.provider("openai", api_key="key", base_url="http://a.example/v1")
SSE = (("content-type", "text/event-stream"),)
STARTED = b'data: {"id":"i","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'
A = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
B = b'data: {"choices":[{"index":0,"delta":{"content":"b"}}]}\n\n'
STOP = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
WHOLE = b'{"choices":[{"message":{"content":"ab"},"finish_reason":"stop"}]}'
ERROR = b'{"error":{"message":"busy"}}'


def exchange(*, stream: bool = True) -> Exchange[ChatResponse]:
    """A request of one word, over plain http."""
    return Exchange(_PROVIDER, ChatRequest(model="m", messages="hi"), stream=stream)


class Played(Generic[T]):
    """A flow, and what it asked for so far.  Its `Emit`s are performed at once: `emitted` has each one's events.

    *at* moves the clock before an answer, as a driver does.
    """

    def __init__(self, flow: Callable[[Clock], Flow[T]], now: float = 0.0) -> None:
        self.clock = Clock(now)
        self.asked: list[Command] = []
        self.emitted: list[list[Event[object]]] = []
        self._values: list[T] = []
        self._flow = flow(self.clock)
        self._run(None)

    @property
    def value(self) -> T:
        """What the flow returned."""
        (value,) = self._values
        return value

    def now(self, kind: type[C]) -> C:
        """The command that is to be answered, which is of that kind."""
        assert not self._values, "the flow has ended"
        command = self.asked[-1]
        assert isinstance(command, kind), command
        return command

    def answer(self, reply: Reply, at: float | None = None) -> None:
        """Give the flow its answer, and perform what it emits then."""
        if at is not None:
            self.clock.now = at
        self._run(reply)

    def done(self, at: float | None = None) -> None:
        """Answer Done."""
        self.answer(Done(self.clock.now), at)

    def head(self, status: int = 200, headers: Headers = SSE, *, sent: float | None = None) -> None:
        """Answer with a response's head; the request was *sent* then, or now."""
        self.answer(Head(status, headers, self.clock.now if sent is None else sent))

    def chunks(self, *pieces: bytes) -> None:
        """Answer as many reads."""
        for piece in pieces:
            self.answer(Chunk(piece))

    def ended(self) -> None:
        """Answer with the body's end."""
        self.answer(Ended())

    def breaks(self, kind: Kind = "timeout", reason: str = "why", at: float | None = None) -> None:
        """Answer Broken."""
        self.answer(Broken(self.clock.now if at is None else at, kind, reason), at)

    def _run(self, reply: Reply | None) -> None:
        try:
            command = next(self._flow) if reply is None else self._flow.send(reply)
            while isinstance(command, Emit):
                self.emitted.append(list(command.events))
                command = self._flow.send(Done(self.clock.now))
            self.asked.append(command)
        except StopIteration as stop:
            self._values.append(stop.value)
