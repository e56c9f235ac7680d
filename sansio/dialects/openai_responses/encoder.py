"""The server's way out: the events of a chat to the server-sent events of a response, and to the response itself.

https://platform.openai.com/docs/api-reference/responses-streaming.  The API has one answer: what other choices say is left
out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias, assert_never

import msgspec
from msgspec import Raw

from ...errors import Failure
from ...events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Completed,
    Data,
    Delta,
    Event,
    Failed,
    ImageAdded,
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
from ..losses import Losses
from ..openai_chat.server_failure import error_members
from .finish import ending
from .server_output import Json
from .server_stream import ItemStream
from .tools import choice_json, tool_json
from .usage import usage_json
from .wire import DIALECT

_OfChoice: TypeAlias = (
    ReasoningDelta
    | StateAdded
    | RefusalDelta
    | ToolCallStarted
    | ToolCallDelta
    | AudioDelta
    | ImageAdded
    | AnnotationAdded
    | LogprobsDelta
)


class Encoder:
    """The events of one answer to server-sent events.

    `ended` is set with the last one, which a Completed or a Failed brings; `document` is the response then.
    """

    __slots__ = ("_echo", "_has_begun", "_items", "_names", "document", "ended")

    def __init__(self, request: ChatRequest | None = None) -> None:
        self._names = Started("", 0, "" if request is None else request.model)
        self._echo = _echo(request)
        self._has_begun = False
        self._items = ItemStream()
        self.document = b""
        self.ended = False

    def encode(self, event: Event[ChatResponse]) -> bytes:
        """The records that say *event*; b"" where there is nothing to say, yet or in this dialect."""
        self._receive(event)
        out, self._items.out = self._items.out, []
        return b"".join(out)

    def _receive(self, event: Event[ChatResponse]) -> None:
        items = self._items
        match event:
            case TextDelta(text, choice):
                if choice == 0:
                    self._begin()
                    items.say(text)
            case Started():
                self._start(event)
            case Data(data):
                items.out.append(data)
            case UsageReported() | ModerationReported() | ChoiceFinished():
                return  # the response has them at the end
            case Completed(response):
                self._complete(response)
            case Failed():
                self._fail(event)
            case Opaque():
                self._begin()
                items.add_opaque(event)
            case _ if event.choice == 0:
                self._begin()
                _add(event, items)
            case _:
                return

    def _begin(self) -> None:
        """Name the response, once."""
        if not self._has_begun:
            self._has_begun = True
            for type_ in ("response.created", "response.in_progress"):
                self._items.emit(type_, response=self._response("in_progress"))

    def _start(self, event: Started) -> None:
        given = {name: value for name, value in msgspec.structs.asdict(event).items() if value is not None}
        if self._has_begun:
            given.pop("id", None)  # clients know the response by the first one
        self._names = msgspec.structs.replace(self._names, **given)
        self._begin()

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
            "output": [item for item in self._items.done if item is not None],
            "usage": None,
            **self._echo,
            **more,
            **members,
        }

    def _complete(self, response: ChatResponse) -> None:
        """What was not streamed is said now: an answer out of a cache may have no other event."""
        if not self._items.done:
            choices = [event for choice in response.choices[:1] for event in unfold_choice(choice)]
            for event in _whole_reasonings(choices if self._has_begun else unfold(response)):
                self._receive(event)
        self._items.close()
        self._items.end_calls()
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
        self.document = msgspec.json.encode(response)
        self._items.emit(type_, response=Raw(self.document))


def _add(event: _OfChoice, items: ItemStream) -> None:
    match event:
        case ReasoningDelta(text):
            items.think(text)
        case ToolCallDelta():
            items.add_arguments(event)
        case ToolCallStarted():
            items.start_call(event)
        case RefusalDelta(text):
            items.refuse(text)
        case StateAdded():
            items.add_state(event)
        case AnnotationAdded():
            items.annotate(event)
        case LogprobsDelta():
            items.add_logprobs(event)
        case ImageAdded():
            items.add_image(event)
        case AudioDelta():
            items.speak(event)
        case _:
            assert_never(event)


def encode_response(response: ChatResponse) -> bytes:
    """The response as one document: what a stream of it ends with."""
    encoder = Encoder()
    encoder.encode(Completed(response))
    return encoder.document


def _whole_reasonings(events: list[Delta]) -> Iterator[Delta]:
    """The events without the text of a reasoning whose item is there as it came, and says it."""
    for event, following in zip(events, [*events[1:], None], strict=True):
        state = following.state if isinstance(following, StateAdded) and following.part == "reasoning" else None
        if not isinstance(event, ReasoningDelta) or state is None or state.dialect != DIALECT:
            yield event


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
        own = request.dialect == DIALECT
        tools = [tool_json(tool, "", losses, own=own) for tool in request.tools or ()]
        echo["tools"] = [tool for tool in tools if tool is not None]
        if isinstance(request.parallel_tool_calls, bool):
            echo["parallel_tool_calls"] = request.parallel_tool_calls
        if request.tool_choice:
            echo["tool_choice"] = choice_json(request.tool_choice, losses) or "auto"
    return echo
