"""A provider double: the server's side of the chat API, which says what a script says.  Pure, as all of this package.

`connect()` is one connection to it: bytes in, actions out (`sansio.gateway.Conversation`).  A test on a virtual clock
performs them as it likes; `sansio_transports.serve.threads.serve_double` performs them on a real socket.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, TypeAlias

from ..dialects import server
from ..dialects.served import Served, ServedResponse
from ..errors import Failure
from ..events import Completed, Data, Delta, Failed, Fold, Started
from ..gateway import (
    Close,
    Connection,
    Conversation,
    EndOfBody,
    OperationReceived,
    RawResponse,
    RequestReceived,
    Reset,
    ResponseHeaders,
    Step,
)
from ..http import Headers, Limits
from ..types import ChatRequest, ChatResponse, FunctionChoice, FunctionTool, Usage
from .replies import Call, Reply, answer, error

Script: TypeAlias = Reply | Iterable[Reply] | Callable[[ChatRequest], Reply]

CREATED: Final = 1_764_547_200  # 2025-12-01, the Unix time of every answer

_JSON: Headers = (("content-type", "application/json"),)
_WORD = re.compile(r"\S+\s*|\s+")
_LIMITS = Limits()
_NOTHING_LEFT = error(500, "the script has no reply left")


def echo(request: ChatRequest) -> Reply:
    """The text of the last message, word by word; where a tool must be called, a call of it without arguments."""
    if (name := _forced_tool(request)) is not None:
        return answer(calls=[Call(name)])
    words: list[str] = _WORD.findall(request.conversation[-1].text if request.conversation else "")
    prompt = sum(len(message.text.split()) for message in request.conversation)
    usage = Usage(prompt_tokens=prompt, completion_tokens=len(words), total_tokens=prompt + len(words))
    return answer(words, usage=usage)


def _forced_tool(request: ChatRequest) -> str | None:
    if isinstance(request.tool_choice, FunctionChoice):
        return request.tool_choice.function.name
    if request.tool_choice != "required":
        return None
    return next((tool.function.name for tool in request.tools or () if isinstance(tool, FunctionTool)), None)


class Double:
    """A provider that replies as scripted: always the same, one reply after the other, or as a function of the request.

    Without a script it is an `echo`.  `received` lists the chats that it was asked for, as they came.  *operations* answers
    requests beside the chat, such as a count of tokens, with their response or a Failure; without it they are refused as
    by a server that has none, as is whatever else is no chat.  The list of *models* is answered.
    """

    def __init__(
        self,
        script: Script = echo,
        *,
        operations: Callable[[Served], ServedResponse | Failure] | None = None,
        models: Sequence[str] | None = ("double",),
        limits: Limits = _LIMITS,
    ) -> None:
        self.received: list[RequestReceived] = []
        self._operations = operations
        self._choose = _chooser(script)
        self._models = models
        self._limits = limits

    @property
    def requests(self) -> Sequence[ChatRequest]:
        """The requests that it was asked, typed."""
        return [received.request for received in self.received]

    def connect(self) -> Conversation:
        """A new connection to the double."""
        operations = None if self._operations is None else partial(_operate, self._operations)
        return Conversation(Connection(models=self._models, limits=self._limits), self._respond, operations)

    def _respond(self, received: RequestReceived) -> Iterator[Step]:
        self.received.append(received)
        number = len(self.received)
        reply = self._choose(received.request)
        if not any(map(_names_itself, reply.steps)):
            yield ResponseHeaders((("x-request-id", f"req_{number}"),))
        started = Started(f"chatcmpl-{number}", CREATED, received.request.model)
        whole = server(received.dialect).encode_response
        yield from _play(reply, started, whole, stream=received.stream)


def _operate(answer: Callable[[Served], ServedResponse | Failure], received: OperationReceived) -> Iterator[Step]:
    found = answer(received.request)
    yield Failed(found) if isinstance(found, Failure) else Completed(found)


def _names_itself(step: Step) -> bool:
    """Whether the step says under which id the request is known, or is a response that is not the double's to change."""
    names = step.headers if isinstance(step, ResponseHeaders) else ()
    return isinstance(step, RawResponse) or any(name.lower() == "x-request-id" for name, _ in names)


def _chooser(script: Script) -> Callable[[ChatRequest], Reply]:
    if isinstance(script, Reply):
        return lambda _: script
    if callable(script):
        return script
    replies = iter(script)
    return lambda _: next(replies, _NOTHING_LEFT)


def _play(
    reply: Reply, started: Started, encode_response: Callable[[ChatResponse], bytes], *, stream: bool
) -> Iterator[Step]:
    fold = Fold()
    fold.receive(started)
    begun = False  # an error before any output is a response of its own
    for step in reply.steps:
        if isinstance(step, Delta):
            fold.receive(step)
        if not begun and isinstance(step, Delta | Data):
            begun = True
            yield started
        if stream:
            yield step
        elif isinstance(step, EndOfBody | Close | Reset) and fold.partial() is not None:
            yield from _half(encode_response(fold.response()), step)
        elif not isinstance(step, Data):  # it stands in a stream's body, and there is none
            yield step
    if not begun and reply.whole:
        yield started
    if reply.whole:
        yield Completed(fold.response())


def _half(document: bytes, end: EndOfBody | Close | Reset) -> Iterator[Step]:
    """A document that breaks off: well framed where the body is to end, else short of its announced length."""
    half = document[: len(document) // 2]
    length = len(half if isinstance(end, EndOfBody) else document)
    yield RawResponse(200, (*_JSON, ("content-length", str(length))), None)
    yield Data(half)
    yield end
