"""The server's way out: the events of a chat to the server-sent events of a response, and to the response itself.

https://platform.openai.com/docs/api-reference/responses-streaming.  The API has one answer: what other choices say is left
out.
"""

from __future__ import annotations

from typing import Final, assert_never

import msgspec
from msgspec import Raw

from ...errors import Failure
from ...events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Completed,
    Data,
    Event,
    Failed,
    LogprobsDelta,
    ModerationReported,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
    unfold,
    unfold_choice,
)
from ...types import ChatRequest, ChatResponse, Opaque, Usage
from ..calls import derived_id
from ..losses import Losses
from ..openai_chat.server_failure import error_members
from .finish import ending
from .server_output import (
    CallInMaking,
    Json,
    Kind,
    MessageInMaking,
    PartInMaking,
    ReasoningInMaking,
    annotation_json,
    members_of,
)
from .tools import choice_json, tool_json
from .usage import usage_json
from .wire import DIALECT

_SPACED: Final = bytes.maketrans(b"\r\n", b"  ")  # in what the peer wrote, line ends are white space between tokens
_json = msgspec.json.Encoder().encode


class Encoder:
    """The events of one answer to server-sent events.

    `ended` is set with the last one, which a Completed or a Failed brings; `document` is the response then.
    """

    __slots__ = (
        "_calls",
        "_done",
        "_echo",
        "_has_begun",
        "_names",
        "_open",
        "_out",
        "_part",
        "_prefix",
        "_sequence",
        "document",
        "ended",
    )

    def __init__(self, request: ChatRequest | None = None) -> None:
        self._names = Started("", 0, "" if request is None else request.model)
        self._echo = _echo(request)
        self._has_begun = False
        self._sequence = 0
        self._out: list[bytes] = []
        self._done: list[object] = []  # the items by their places, None while they are in the making
        self._open: MessageInMaking | ReasoningInMaking | None = None
        self._part: PartInMaking | None = None  # of the open message, where it is a text
        self._prefix = b""  # of its deltas
        self._calls: dict[int, CallInMaking] = {}
        self.document = b""
        self.ended = False

    def encode(self, event: Event[ChatResponse]) -> bytes:
        """The records that say *event*; b"" where there is nothing to say, yet or in this dialect."""
        if isinstance(event, TextDelta) and self._part is not None and event.choice == 0:
            self._part.text.append(event.text)
            self._sequence += 1
            return b"%b%b%b%d}\n\n" % (self._prefix, _json(event.text), _SUFFIX, self._sequence - 1)
        self._receive(event)
        out, self._out = self._out, []
        return b"".join(out)

    def _receive(self, event: Event[ChatResponse]) -> None:
        match event:
            case Started():
                self._start(event)
            case Opaque():
                self._add_opaque(event)
            case Data(data):
                self._out.append(data)
            case UsageReported() | ModerationReported() | ChoiceFinished():
                return  # the response has them at the end
            case Completed(response):
                self._complete(response)
            case Failed():
                self._fail(event)
            case _ if event.choice != 0:
                return
            case TextDelta(text):
                self._begin_part("output_text")
                self._out.append(self.encode(TextDelta(text)))
            case ReasoningDelta(text):
                self._think(text)
            case ToolCallDelta():
                self._add_arguments(event)
            case ToolCallStarted():
                self._start_call(event)
            case RefusalDelta(text):
                self._refuse(text)
            case StateAdded():
                self._add_state(event)
            case AnnotationAdded():
                self._annotate(event)
            case LogprobsDelta():
                self._add_logprobs(event)
            case AudioDelta():
                self._speak(event)
            case _:
                assert_never(event)

    # -- records ----------------------------------------------------------------------------------------------

    def _emit(self, type_: str, **members: object) -> None:
        data = _json({"type": type_, **members, "sequence_number": self._sequence}).translate(_SPACED)
        self._out.append(b"event: %b\ndata: %b\n\n" % (type_.encode(), data))
        self._sequence += 1

    def _begin(self) -> None:
        """Name the response, once."""
        if not self._has_begun:
            self._has_begun = True
            for type_ in ("response.created", "response.in_progress"):
                self._emit(type_, response=self._response("in_progress"))

    def _response(self, status: str, **members: object) -> Json:
        names = self._names
        more: Json = {} if names.service_tier is None else {"service_tier": names.service_tier}
        return {
            "id": names.id,
            "object": "response",
            "created_at": names.created,
            "status": status,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "model": names.model,
            "output": [item for item in self._done if item is not None],
            "usage": None,
            **self._echo,
            **more,
            **members,
        }

    def _start(self, event: Started) -> None:
        given = {name: value for name, value in msgspec.structs.asdict(event).items() if value is not None}
        self._names = msgspec.structs.replace(self._names, **given)
        self._begin()

    # -- items ------------------------------------------------------------------------------------------------

    def _place(self) -> int:
        """The place of a new item, behind all others."""
        self._begin()
        self._done.append(None)
        return len(self._done) - 1

    def _end_item(self, index: int, item: object) -> None:
        self._done[index] = item
        self._emit("response.output_item.done", output_index=index, item=item)

    def _close(self) -> None:
        """End the message or the reasoning at hand."""
        match self._open:
            case MessageInMaking() as message:
                self._end_part(message)
                self._end_item(message.index, message.json("completed"))
            case ReasoningInMaking() as reasoning:
                self._end_reasoning(reasoning, reasoning.json([reasoning.part()]))
            case None:
                return
        self._open = None

    def _message(self) -> MessageInMaking:
        """The message at hand, a new one where there is none."""
        if not isinstance(self._open, MessageInMaking):
            self._close()
            self._open = message = MessageInMaking(self._place())
            self._emit("response.output_item.added", output_index=message.index, item=message.json("in_progress"))
        return self._open

    def _begin_part(self, kind: Kind) -> tuple[Json, PartInMaking]:
        """The part at hand and where it is; a new one where it is of another kind, or there is none."""
        message = self._message()
        if not message.parts or message.parts[-1].kind != kind:
            self._end_part(message)
            message.parts.append(part := PartInMaking(kind))
            self._emit("response.content_part.added", **_where(message), part=part.json())
            if kind == "output_text":
                self._part = part
                self._prefix = _DELTA + _json(_where(message))[1:-1] + b',"delta":'
        return _where(message), message.parts[-1]

    def _end_part(self, message: MessageInMaking) -> None:
        if not message.parts:
            return
        where, part = _where(message), message.parts[-1]
        if part.kind == "output_text":
            self._emit("response.output_text.done", **where, text=str(part.text), logprobs=part.logprobs)
        else:
            self._emit("response.refusal.done", **where, refusal=str(part.text))
        self._emit("response.content_part.done", **where, part=part.json())
        self._part = None

    def _refuse(self, text: str) -> None:
        where, part = self._begin_part("refusal")
        part.text.append(text)
        self._emit("response.refusal.delta", **where, delta=text)

    def _annotate(self, event: AnnotationAdded) -> None:
        where, part = self._begin_part("output_text")
        part.annotations.append(annotation := annotation_json(event.annotation))
        place = len(part.annotations) - 1
        self._emit("response.output_text.annotation.added", **where, annotation_index=place, annotation=annotation)

    def _add_logprobs(self, event: LogprobsDelta) -> None:
        if event.content:
            where, part = self._begin_part("output_text")
            part.logprobs += event.content
            self._emit("response.output_text.delta", **where, delta="", logprobs=event.content)

    def _think(self, text: str) -> None:
        reasoning = self._open
        if not isinstance(reasoning, ReasoningInMaking):
            self._close()
            self._open = reasoning = ReasoningInMaking(self._place())
            self._emit("response.output_item.added", output_index=reasoning.index, item=reasoning.json([]))
            self._emit("response.reasoning_summary_part.added", **_summary(reasoning), part=reasoning.part())
        reasoning.text.append(text)
        self._emit("response.reasoning_summary_text.delta", **_summary(reasoning), delta=text)

    def _end_reasoning(self, reasoning: ReasoningInMaking, item: object) -> None:
        where, part = _summary(reasoning), reasoning.part()
        self._emit("response.reasoning_summary_text.done", **where, text=part["text"])
        self._emit("response.reasoning_summary_part.done", **where, part=part)
        self._end_item(reasoning.index, item)

    def _start_call(self, event: ToolCallStarted) -> CallInMaking:
        if (call := self._calls.get(event.index)) is not None:
            call.start = event
            return call
        self._close()
        call = self._calls[event.index] = CallInMaking(self._place(), event)
        self._emit("response.output_item.added", output_index=call.index, item=call.json("in_progress"))
        return call

    def _call(self, index: int) -> CallInMaking:
        known = self._calls.get(index)
        return known or self._start_call(ToolCallStarted(index, derived_id(0, index), "", derived=True))

    def _add_arguments(self, event: ToolCallDelta) -> None:
        call = self._call(event.index)
        call.arguments.append(event.arguments)
        self._emit(f"{call.event}.delta", item_id=call.id, output_index=call.index, delta=event.arguments)

    def _end_calls(self) -> None:
        for call in self._calls.values():
            said = {call.word: str(call.arguments)}
            self._emit(f"{call.event}.done", item_id=call.id, output_index=call.index, name=call.start.name, **said)
            self._end_item(call.index, call.json("completed"))
        self._calls = {}

    def _add_state(self, event: StateAdded) -> None:
        """What this dialect gave; what others need has no place in it."""
        if event.state.dialect != DIALECT:
            return
        if event.part == "call":
            self._call(event.call).state = members_of(event.state.raw)
        elif event.part == "text":
            self._begin_part("output_text")
            self._message().state = members_of(event.state.raw)
            self._close()
        elif isinstance(self._open, ReasoningInMaking):
            self._end_reasoning(self._open, event.state.raw)
            self._open = None
        else:
            self._add_opaque(event.state)

    def _add_opaque(self, item: Opaque) -> None:
        if item.dialect == DIALECT:
            self._close()
            index = self._place()
            self._emit("response.output_item.added", output_index=index, item=item.raw)
            self._end_item(index, item.raw)

    def _speak(self, event: AudioDelta) -> None:
        self._begin()
        if event.data:
            self._emit("response.audio.delta", delta=event.data)
        if event.transcript:
            self._emit("response.audio.transcript.delta", delta=event.transcript)

    # -- the end ----------------------------------------------------------------------------------------------

    def _complete(self, response: ChatResponse) -> None:
        """What was not streamed is said now: an answer out of a cache may have no other event."""
        if not self._done:
            choices = [event for choice in response.choices[:1] for event in unfold_choice(choice)]
            for event in choices if self._has_begun else unfold(response):
                self._receive(event)
        self._close()
        self._end_calls()
        choice = response.choices[0] if response.choices else None
        status, reason = ("completed", None) if choice is None else ending(choice)
        details = None if reason is None else {"reason": reason}
        more: Json = {} if response.moderation is None else {"moderation": response.moderation}
        whole = self._response(status, incomplete_details=details, **_used(response.usage), **more)
        self._finish("response.incomplete" if status == "incomplete" else "response.completed", whole)

    def _fail(self, event: Failed) -> None:
        self._begin()
        usage = None if event.partial is None else event.partial.usage
        self._finish("response.failed", self._response("failed", error=_error(event.failure), **_used(usage)))

    def _finish(self, type_: str, response: Json) -> None:
        self.ended = True
        self.document = _json(response)
        self._emit(type_, response=Raw(self.document))


_DELTA: Final = b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta",'
_SUFFIX: Final = b',"logprobs":[],"sequence_number":'


def encode_response(response: ChatResponse) -> bytes:
    """The response as one document: what a stream of it ends with."""
    encoder = Encoder()
    encoder.encode(Completed(response))
    return encoder.document


def _where(message: MessageInMaking) -> Json:
    return {"item_id": message.id, "output_index": message.index, "content_index": max(len(message.parts) - 1, 0)}


def _summary(reasoning: ReasoningInMaking) -> Json:
    return {"item_id": reasoning.id, "output_index": reasoning.index, "summary_index": 0}


def _used(usage: Usage | None) -> Json:
    if usage is None:
        return {}
    searches = usage.web_searches
    more: Json = {} if searches is None else {"tool_usage": {"web_search": {"num_requests": searches}}}
    return {"usage": usage_json(usage), **more}


def _error(failure: Failure) -> Json:
    """The error of a failed response, whose code is always there."""
    error = error_members(failure)
    return {**error, "code": error["code"] or error["type"]}


def _echo(request: ChatRequest | None) -> Json:
    """What a response repeats of its request, because clients take it for granted."""
    echo: Json = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    if request is not None:
        losses = Losses(DIALECT)
        tools = [tool_json(tool, "", losses) for tool in request.tools or ()]
        echo["tools"] = [tool for tool in tools if tool is not None]
        if isinstance(request.parallel_tool_calls, bool):
            echo["parallel_tool_calls"] = request.parallel_tool_calls
        if request.tool_choice:
            echo["tool_choice"] = choice_json(request.tool_choice, losses) or "auto"
    return echo
