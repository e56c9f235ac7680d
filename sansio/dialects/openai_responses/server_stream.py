"""The items of a streamed response, on a server: what is said of them becomes server-sent events, in the order of the API.

An item is added, its parts are, then come deltas, and the same again from the inside out when it is done.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...events import (
    AnnotationAdded,
    AudioDelta,
    ImageAdded,
    LogprobsDelta,
    StateAdded,
    ToolCallDelta,
    ToolCallStarted,
)
from ...types import Opaque
from ..calls import derived_id
from ..media import inline
from .server_output import (
    CallInMaking,
    Json,
    Kind,
    MessageInMaking,
    PartInMaking,
    ReasoningInMaking,
    annotation_json,
    image_json,
    members_of,
)
from .wire import DIALECT

_DELTA: Final = b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta",'
_SUFFIX: Final = b',"logprobs":[],"sequence_number":'
_SPACED: Final = bytes.maketrans(b"\r\n", b"  ")  # in what the peer wrote, line ends are white space between tokens
_json = msgspec.json.Encoder().encode


class ItemStream:
    """The items, and the events that tell of them.

    Events gather in `out`, for whoever sends them to take; `done` has the items by their places, None where one is in the
    making.
    """

    __slots__ = ("_calls", "_open", "_part", "_prefix", "_sequence", "done", "out")

    def __init__(self) -> None:
        self.out: list[bytes] = []
        self.done: list[object] = []
        self._sequence = 0
        self._open: MessageInMaking | ReasoningInMaking | None = None
        self._part: PartInMaking | None = None  # of the open message, where it is a text
        self._prefix = b""  # of its deltas
        self._calls: dict[int, CallInMaking] = {}

    def emit(self, type_: str, **members: object) -> None:
        """Add an event."""
        data = _json({"type": type_, **members, "sequence_number": self._sequence}).translate(_SPACED)
        self.out.append(b"event: %b\ndata: %b\n\n" % (type_.encode(), data))
        self._sequence += 1

    def say(self, text: str) -> None:
        """Add a piece of text."""
        if (part := self._part) is None:
            _, part = self._begin_part("output_text")
        part.text.append(text)
        self.out.append(b"%b%b%b%d}\n\n" % (self._prefix, _json(text), _SUFFIX, self._sequence))
        self._sequence += 1

    def _place(self) -> int:
        """The place of a new item, behind all others."""
        self.done.append(None)
        return len(self.done) - 1

    def _end_item(self, index: int, item: object) -> None:
        self.done[index] = item
        self.emit("response.output_item.done", output_index=index, item=item)

    def close(self) -> None:
        """End the message or the reasoning at hand."""
        if isinstance(item := self._open, MessageInMaking):
            self._end_part(item)
            self._end_item(item.index, item.json("completed"))
        elif item is not None:
            self._end_reasoning(item, None)
        self._open = None

    def _message(self) -> MessageInMaking:
        """The message at hand, a new one where there is none."""
        if not isinstance(self._open, MessageInMaking):
            self.close()
            self._open = message = MessageInMaking(self._place())
            self.emit("response.output_item.added", output_index=message.index, item=message.json("in_progress"))
        return self._open

    def _begin_part(self, kind: Kind) -> tuple[Json, PartInMaking]:
        """The part at hand and where it is; a new one where it is of another kind, or there is none."""
        message = self._message()
        if not message.parts or message.parts[-1].kind != kind:
            self._end_part(message)
            message.parts.append(part := PartInMaking(kind))
            self.emit("response.content_part.added", **_where(message), part=part.json())
            if kind == "output_text":
                self._part = part
                self._prefix = _DELTA + _json(_where(message))[1:-1] + b',"delta":'
        return _where(message), message.parts[-1]

    def _end_part(self, message: MessageInMaking) -> None:
        if not message.parts:
            return
        where, part = _where(message), message.parts[-1]
        if part.kind == "output_text":
            self.emit("response.output_text.done", **where, text=str(part.text), logprobs=part.logprobs)
        else:
            self.emit("response.refusal.done", **where, refusal=str(part.text))
        self.emit("response.content_part.done", **where, part=part.json())
        self._part = None

    def refuse(self, text: str) -> None:
        """Add a piece of a refusal."""
        where, part = self._begin_part("refusal")
        part.text.append(text)
        self.emit("response.refusal.delta", **where, delta=text)

    def annotate(self, event: AnnotationAdded) -> None:
        """Add an annotation of the text at hand."""
        where, part = self._begin_part("output_text")
        part.annotations.append(annotation := annotation_json(event.annotation))
        place = len(part.annotations) - 1
        self.emit("response.output_text.annotation.added", **where, annotation_index=place, annotation=annotation)

    def add_logprobs(self, event: LogprobsDelta) -> None:
        """Add log probabilities; the API has those of the text."""
        if event.content:
            where, part = self._begin_part("output_text")
            part.logprobs += event.content
            self.emit("response.output_text.delta", **where, delta="", logprobs=event.content)

    def think(self, text: str) -> None:
        """Add a piece of a reasoning."""
        reasoning = self._open
        if not isinstance(reasoning, ReasoningInMaking):
            self.close()
            self._open = reasoning = ReasoningInMaking(self._place())
            self.emit("response.output_item.added", output_index=reasoning.index, item=reasoning.json())
            self.emit("response.reasoning_summary_part.added", **_summary(reasoning), part=reasoning.part())
        reasoning.text.append(text)
        self.emit("response.reasoning_summary_text.delta", **_summary(reasoning), delta=text)

    def _end_reasoning(self, reasoning: ReasoningInMaking, state: Opaque | None) -> None:
        where, part = _summary(reasoning), reasoning.part()
        self.emit("response.reasoning_summary_text.done", **where, text=part["text"])
        self.emit("response.reasoning_summary_part.done", **where, part=part)
        self._end_item(reasoning.index, reasoning.done(state))

    def start_call(self, event: ToolCallStarted) -> CallInMaking:
        """Begin a call, or give one that has begun its name and id."""
        if (call := self._calls.get(event.index)) is not None:
            call.start = msgspec.structs.replace(event, id=call.start.id)  # clients know it by this id
            return call
        self.close()
        call = self._calls[event.index] = CallInMaking(self._place(), event)
        self.emit("response.output_item.added", output_index=call.index, item=call.json("in_progress"))
        return call

    def _call(self, index: int) -> CallInMaking:
        known = self._calls.get(index)
        return known or self.start_call(ToolCallStarted(index, derived_id(0, index), "", derived=True))

    def add_arguments(self, event: ToolCallDelta) -> None:
        """Add a piece of a call's arguments or input."""
        call = self._call(event.index)
        call.arguments.append(event.arguments)
        self.emit(f"{call.event}.delta", item_id=call.id, output_index=call.index, delta=event.arguments)

    def end_calls(self) -> None:
        """End the calls, any of which may have gone on until now."""
        for call in self._calls.values():
            said = {call.word: str(call.arguments)}
            self.emit(f"{call.event}.done", item_id=call.id, output_index=call.index, name=call.start.name, **said)
            self._end_item(call.index, call.json("completed"))
        self._calls = {}

    def add_state(self, event: StateAdded) -> None:
        """Add the state of what came last; of texts and calls the API has none but its own."""
        state, is_own = event.state, event.state.dialect == DIALECT
        if event.part == "reasoning":
            self._add_reasoning_state(state)
        elif is_own and event.part == "call":
            self._call(event.call).state = members_of(state.raw)
        elif is_own:
            self._begin_part("output_text")
            self._message().state = members_of(state.raw)
            self.close()

    def _add_reasoning_state(self, state: Opaque) -> None:
        if isinstance(self._open, ReasoningInMaking):
            self._end_reasoning(self._open, state)
            self._open = None
        elif state.dialect == DIALECT:
            self.add_opaque(state)
        else:
            self.close()
            reasoning = ReasoningInMaking(self._place())
            self._add_whole(reasoning.index, reasoning.done(state))

    def add_image(self, event: ImageAdded) -> None:
        """Add an image; the API has those that travel in the response."""
        if (found := inline(event.image.image_url.url)) is not None:
            self.close()
            index = self._place()
            self._add_whole(index, image_json(index, found, event.image.extra))

    def add_opaque(self, item: Opaque) -> None:
        """Add an item of this dialect as it came."""
        if item.dialect == DIALECT:
            self.close()
            self._add_whole(self._place(), item.raw)

    def _add_whole(self, index: int, item: object) -> None:
        self.emit("response.output_item.added", output_index=index, item=item)
        self._end_item(index, item)

    def speak(self, event: AudioDelta) -> None:
        """Add a piece of audio."""
        if event.data:
            self.emit("response.audio.delta", delta=event.data)
        if event.transcript:
            self.emit("response.audio.transcript.delta", delta=event.transcript)


def _where(message: MessageInMaking) -> Json:
    return {"item_id": message.id, "output_index": message.index, "content_index": max(len(message.parts) - 1, 0)}


def _summary(reasoning: ReasoningInMaking) -> Json:
    return {"item_id": reasoning.id, "output_index": reasoning.index, "summary_index": 0}
