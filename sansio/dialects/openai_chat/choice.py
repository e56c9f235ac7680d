"""One choice of a response as it arrives: which call a piece belongs to, and what of a message is new."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

from ...events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Delta,
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
)
from ...events.choice import Text
from ...types import Opaque
from ..lenient import is_json
from .content import annotation, image_event, part_events
from .details import Details
from .finish import canonical
from .unknown import DIALECT
from .wire import CallPiece, ChoicePiece, FunctionPiece, MessagePiece, UnknownCall

_LONG_NAME: Final = 256  # OpenAI takes 64 characters
_KNOWN: Final = frozenset({None, "", "function", "custom"})  # types of calls, and what some servers send in their place


class _Call(msgspec.Struct):
    """What is known of a tool call: its place among the choice's calls, what its first piece said, and its arguments."""

    place: int
    id: str
    name: str
    type: str
    derived: bool
    arguments: Text | None = None

    def may_be_named_on(self) -> bool:
        """Whether the next piece may go on with the name, whose growing costs: every piece tells all of it."""
        return self.arguments is None and len(self.name) < _LONG_NAME

    def is_complete(self) -> bool:
        """Whether the arguments are whole: JSON, or nothing where the function takes none; any text of a custom tool."""
        text = "" if self.arguments is None else str(self.arguments)
        return self.type == "custom" or not text.strip() or is_json(text.encode())


class ChoiceState:
    """Turns the pieces of one choice into events.

    A call is known by its index.  Servers leave the index or the id away, repeat both, send calls whole, or begin a new
    call at an index that was taken; so a piece with another id and a name is a new call wherever it stands, and a piece
    with neither belongs to the last one.
    """

    __slots__ = (
        "_are_whole",
        "_at_index",
        "_calls",
        "_details",
        "_legacy",
        "_reasoning",
        "_restates",
        "_stop",
        "_text",
        "_unknown",
        "_with_id",
        "finish_reason",
        "index",
        "silent",
    )

    def __init__(self, index: int) -> None:
        self.index = index
        self.finish_reason: str | None = None  # the server's word
        self.silent = True  # nothing came yet that tells the fold of this choice
        self._calls: list[_Call] = []
        self._at_index: dict[int, _Call] = {}
        self._with_id: dict[str, _Call] = {}
        self._unknown: set[int | str] | None = None  # the indexes and ids of calls that are kept as they come
        self._legacy: _Call | None = None  # the deprecated `function_call`, which is one and has no id
        self._details: Details | None = None  # that prove the reasoning
        self._stop: str | None = None  # the sequence that was met, as vLLM tells it
        self._are_whole = False  # the calls, as they were at the first finish reason
        self._restates = False  # whole messages came in the stream; they said this so far
        self._text = ""
        self._reasoning = ""

    def receive(self, piece: ChoicePiece, *, whole: bool) -> list[Delta]:
        """The events of one piece; *whole* says that its message is all there will be, or restates all there was."""
        events: list[Delta] = []
        message = (piece.message or piece.delta) if whole else (piece.delta or piece.message)
        if message is not None:
            if not whole and piece.delta is None:
                message = self._beyond(message)
            self._receive_message(message, events, whole=whole)
        if piece.logprobs is not None and (piece.logprobs.content or piece.logprobs.refusal):
            events.append(LogprobsDelta(piece.logprobs.content, piece.logprobs.refusal, self.index))
        if piece.finish_reason:
            self._stop = piece.stop_reason if isinstance(piece.stop_reason, str) else None
            events.append(self._finished(piece.finish_reason, ask=self.finish_reason is None))
            self.finish_reason = piece.finish_reason
        self.silent = self.silent and not events
        return events

    def close(self) -> list[Delta]:
        """What is left to say once the response is complete: that a choice was there at all, or calls after a stop."""
        events: list[Delta] = []
        if self._details is not None:
            events.append(StateAdded(self._details.state(), "reasoning", self.index))
        if self.silent:
            events.append(TextDelta("", self.index))
        elif self.finish_reason and self._calls:
            events.append(self._finished(self.finish_reason, ask=True))
        return events

    def _finished(self, native: str, *, ask: bool) -> ChoiceFinished:
        """A stop behind whole calls is theirs.  To *ask* whether they are whole is linear; some repeat their reason."""
        reason = canonical(native)
        if reason == "stop" and self._calls:
            self._are_whole = all(call.is_complete() for call in self._calls) if ask else self._are_whole
            reason = "tool_calls" if self._are_whole else reason
        return ChoiceFinished(reason, native if native != reason else None, self.index, self._stop)

    def _receive_message(self, message: MessagePiece, events: list[Delta], *, whole: bool) -> None:
        reasoning = dict.fromkeys((message.reasoning_content, message.reasoning))  # both may hold the same
        events += [ReasoningDelta(text, self.index) for text in reasoning if text]
        if message.reasoning_details:
            self._details = self._details or Details()
            self._details.receive(message.reasoning_details)
        content = message.content
        if isinstance(content, str):
            if content:
                events.append(TextDelta(content, self.index))
        else:
            for raw in content or ():
                events += part_events(raw, self.index)
        events += [image_event(raw, self.index) for raw in message.images or ()]
        if message.refusal:
            events.append(RefusalDelta(message.refusal, self.index))
        for call in message.tool_calls or ():
            self._receive_call(call, events, new=whole)
        if message.function_call is not None:
            self._receive_legacy(message.function_call, events)
        if (audio := message.audio) is not None:
            events.append(AudioDelta(audio.id, audio.data, audio.transcript, audio.expires_at, self.index))
        events += [AnnotationAdded(annotation(members), self.index) for members in message.annotations or ()]

    def _receive_call(self, piece: CallPiece, events: list[Delta], *, new: bool) -> None:
        if isinstance(piece, UnknownCall) and (piece.type not in _KNOWN or piece.index in (self._unknown or ())):
            self._receive_unknown(piece, events)
            return
        function, custom = piece.function, piece.custom
        id_ = "" if piece.id is None else str(piece.id)
        name = (function and function.name) or (custom and custom.name) or ""
        call = None if new else self._find(piece.index, id_, name)
        if call is None:
            call = self._begin(id_, name, "custom" if custom is not None else "function", events)
            if piece.index is not None:
                self._at_index[piece.index] = call
        else:
            self._complete(call, id_, name, events)
        text = _arguments(function) if function is not None else (custom and custom.input) or ""
        if text:
            self._add(call, text, events)
        if piece.extra_content is not None:
            state = Opaque(DIALECT, Raw(msgspec.json.encode({"extra_content": piece.extra_content})))
            events.append(StateAdded(state, "call", self.index, call.place))

    def _receive_unknown(self, piece: UnknownCall, events: list[Delta]) -> None:
        known = self._unknown = self._unknown or set()
        if piece.index is not None:
            known.add(piece.index)
        if piece.id:
            known.add(str(piece.id))
        events.append(Opaque(DIALECT, piece.raw))

    def _receive_legacy(self, piece: FunctionPiece, events: list[Delta]) -> None:
        name = piece.name or ""
        if self._legacy is None:
            self._legacy = self._begin("", name, "function_call", events)
        else:
            self._complete(self._legacy, "", name, events)
        if text := _arguments(piece):
            self._add(self._legacy, text, events)

    def _add(self, call: _Call, arguments: str, events: list[Delta]) -> None:
        if call.arguments is None:
            call.arguments = Text()
        call.arguments.append(arguments)
        events.append(ToolCallDelta(call.place, arguments, self.index))

    def _find(self, index: int | None, id_: str, name: str) -> _Call | None:
        if index is not None:
            call = self._at_index.get(index)
            another = call is not None and name and id_ and not call.derived and call.id != id_
            return None if another else call
        if id_:
            return self._with_id.get(id_)
        return None if name or not self._calls else self._calls[-1]

    def _begin(self, id_: str, name: str, type_: str, events: list[Delta]) -> _Call:
        place = len(self._calls)
        call = _Call(place, id_ or f"call_{self.index}_{place}", name, type_, derived=not id_)
        self._calls.append(call)
        self._with_id[call.id] = call
        events.append(self._started(call))
        return call

    def _complete(self, call: _Call, id_: str, name: str, events: list[Delta]) -> None:
        """Take a name or an id that the call's first piece lacked, or a further piece of the name.

        A name that comes again is the whole one again; a piece of one has no id, and comes before the arguments.
        """
        further = name and (not call.name or (not id_ and name != call.name and call.may_be_named_on()))
        if further or (id_ and call.derived):
            call.name += name if further else ""
            if id_ and call.derived:
                call.id, call.derived = id_, False
                self._with_id[id_] = call
            events.append(self._started(call))

    def _started(self, call: _Call) -> ToolCallStarted:
        return ToolCallStarted(call.place, call.id, call.name, call.type, self.index, call.derived)

    def _beyond(self, message: MessagePiece) -> MessagePiece:
        """What a whole message in a stream says beyond what was said: beyond all of it, where that came in deltas."""
        unsaid = (call for call in message.tool_calls or () if str(call.id) not in self._with_id)
        calls = [call for call in unsaid if str(call.id) not in (self._unknown or ())]
        if not self.silent and not self._restates:
            return MessagePiece(tool_calls=calls)
        self._restates = True
        text = message.content if isinstance(message.content, str) else ""
        reasoning = message.reasoning_content or message.reasoning or ""
        said, thought = self._text, self._reasoning
        self._text, self._reasoning = text or said, reasoning or thought
        return msgspec.structs.replace(
            message,
            content=text.removeprefix(said) if text else message.content,
            reasoning_content=reasoning.removeprefix(thought),
            reasoning=None,
            tool_calls=calls,
        )


def _arguments(piece: FunctionPiece) -> str:
    """The JSON text of the arguments; where a server sends a value, that value as it was spelled."""
    arguments = piece.arguments
    if arguments is None or isinstance(arguments, str):
        return arguments or ""
    return msgspec.json.encode(arguments).decode("utf-8", "replace")
