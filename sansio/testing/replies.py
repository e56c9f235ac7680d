r"""Scripted replies of a provider double: good answers, errors, and every way in which a connection goes wrong.

answer("Hello there", pieces=2)                           a good answer
answer("Hello there", pieces=2).until(1, EndOfBody())     ends cleanly before its marker
answer("Hello there", pieces=2).until(1, Close())         the connection is cut; Reset() resets it
answer("Hello there", pieces=2).before(1, Pause(30))      stalls in the middle; before(0, ...) before the head
answer("Hello there").before(0, Data(b": ping\n\n"))      raw bytes in a stream: a comment, or garbage
error(429, headers=(("retry-after", "1"),))
raw(b"HTTP/1.1 200 OK\r\ncontent-le")                     raw bytes on the wire, and its end
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from ..errors import Failure, kind_of_status
from ..events import (
    ChoiceFinished,
    Failed,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from ..gateway import Close, Pause, RawResponse, ResponseHeaders, Step, Write
from ..http import Headers
from ..types import Usage

USAGE: Final = Usage(prompt_tokens=9, completion_tokens=3, total_tokens=12)

# What `before` and `until` count.
_OUTPUT = (TextDelta, ReasoningDelta, RefusalDelta, ToolCallStarted, ToolCallDelta, RawResponse, Failed)


class Call(msgspec.Struct, frozen=True):
    """A tool call to script; the id comes from its place where none is given."""

    name: str
    arguments: str = "{}"
    id: str | None = None


class Reply(msgspec.Struct, frozen=True):
    """What a double does about one request: events, raw pieces and actions, in order.

    `whole` says that the answer is completed behind the last step.  The double adds the names of the answer itself.
    Without a stream nothing is sent before the answer is complete; where it is broken off, half of its JSON is.
    """

    steps: tuple[Step, ...]
    whole: bool = False

    def before(self, output: int, *steps: Step) -> Reply:
        """The same with *steps* in front of that piece of output, or behind the last one; raises IndexError past it."""
        place = self._place(output)
        return Reply((*self.steps[:place], *steps, *self.steps[place:]), self.whole)

    def until(self, output: int, *steps: Step) -> Reply:
        """Only so many pieces of output, then *steps*, and no end; raises IndexError where there are not so many."""
        return Reply((*self.steps[: self._place(output)], *steps))

    def paced(self, seconds: float) -> Reply:
        """The same with a pause in front of every piece of output."""
        paced: list[Step] = []
        for step in self.steps:
            paced += (Pause(seconds), step) if isinstance(step, _OUTPUT) else (step,)
        return Reply(tuple(paced), self.whole)

    def _place(self, output: int) -> int:
        places = [place for place, step in enumerate(self.steps) if isinstance(step, _OUTPUT)]
        return [*places, places[-1] + 1 if places else len(self.steps)][output]


def answer(
    text: str | Sequence[str] = "",
    *,
    pieces: int = 1,
    reasoning: str = "",
    calls: Sequence[Call] = (),
    refusal: str = "",
    finish_reason: str | None = None,
    usage: Usage | None = USAGE,
) -> Reply:
    """A good answer: reasoning, text, refusal and calls in that order, each in so many pieces; *text* may be in pieces."""
    steps: list[Step] = [ReasoningDelta(piece) for piece in _split(reasoning, pieces)]
    steps += [TextDelta(piece) for piece in (_split(text, pieces) if isinstance(text, str) else text)]
    steps += [RefusalDelta(piece) for piece in _split(refusal, pieces)]
    for index, call in enumerate(calls):
        steps.append(ToolCallStarted(index, call.id or f"call_{index}", call.name))
        steps += [ToolCallDelta(index, piece) for piece in _split(call.arguments, pieces)]
    steps.append(ChoiceFinished(finish_reason or ("tool_calls" if calls else "stop")))
    if usage is not None:
        steps.append(UsageReported(usage))
    return Reply(tuple(steps), whole=True)


def structured(value: object, *, pieces: int = 1) -> Reply:
    """A good answer whose text is *value* as JSON."""
    return answer(msgspec.json.encode(value).decode(), pieces=pieces)


def error(
    status: int,
    message: str = "scripted",
    *,
    type: str | None = None,
    code: str | None = None,
    param: str | None = None,
    headers: Headers = (),
    body: bytes | None = None,
) -> Reply:
    """An error response as the client's dialect has it, or with *body* (a proxy's HTML page) in its place."""
    if body is not None:
        return Reply((RawResponse(status, (*headers, ("content-type", "text/html")), body),))
    failure = Failure(kind=kind_of_status(status), message=message, status=status, type=type, code=code, param=param)
    return Reply((ResponseHeaders(headers), Failed(failure)))


def raw(data: bytes, *steps: Step) -> Reply:
    """Bytes on the wire in place of any HTTP, then *steps*, or the close of the connection where there are none."""
    return Reply((Write(data), *(steps or (Close(),))))


def _split(text: str, pieces: int) -> Iterator[str]:
    """The text in *pieces* of nearly the same size, fewer where it is shorter than that; none is empty."""
    count = min(pieces, len(text))
    for n in range(count):
        yield text[len(text) * n // count : len(text) * (n + 1) // count]
