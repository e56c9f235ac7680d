"""The output of one response as it arrives: its items, and what of each was said.

An item comes in deltas, whole at its end, and once more in the response at the end of the stream; servers leave some of
these out.  So each thing is said when it first comes, and what was said is marked by its item and its place there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, TypeAlias, TypeVar

import msgspec
from msgspec import Raw

from ...events import (
    AnnotationAdded,
    Delta,
    ImageAdded,
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
)
from ...types import Opaque, TokenLogprob
from ..calls import derived_id
from ..lenient import UnreadableError, read
from ..openai_chat.content import annotation
from .items import BETWEEN, arguments_text, image_of, is_sealed, state_of
from .wire import DIALECT, CallItem, ContentPiece, Event, MessageItem, Piece, ReasoningItem, Tag

T = TypeVar("T", bound=msgspec.Struct)

Spoken: TypeAlias = Piece | Event

TEXT: Final = "response.output_text.delta"
_NOWHERE: Final = -1
_TEXTS: Final = frozenset({"output_text", "text"})
_SPOKEN: Final = _TEXTS | {"refusal"}


class _Item:
    """What is known of an item: what of it was said, and, of a call, its place among the calls and how it was begun."""

    __slots__ = ("is_whole", "place", "said", "started")

    def __init__(self) -> None:
        self.said: set[tuple[str, int]] = set()
        self.is_whole = False
        self.place = _NOWHERE
        self.started: ToolCallStarted | None = None

    def unsaid(self, member: str, count: int) -> Sequence[int]:
        """Which of the *count* parts of a member were not said; some servers count from 1, or on from another item."""
        places = {place for name, place in self.said if name == member}
        if max(places, default=0) < count:
            return [place for place in range(count) if place not in places]
        return range(len(places), count)


class Output:
    """Turns the deltas and the items of a response into events.

    `index` and `content` are where text was said last: further text there needs no mark.
    """

    __slots__ = ("_calls", "_depth", "_ids", "_items", "_notes", "_reasoned", "content", "index")

    def __init__(self, depth: int, notes: list[str]) -> None:
        self._depth = depth
        self._notes = notes
        self._items: dict[int, _Item] = {}
        self._ids: set[str] = set()  # of the items that were whole
        self._calls = 0
        self._reasoned = False
        self.index = _NOWHERE
        self.content = 0

    @property
    def has_calls(self) -> bool:
        """Whether a tool call is among the items."""
        return self._calls > 0

    def add_item(self, index: int, raw: Raw, events: list[Delta]) -> None:
        """Take the beginning of an item: a call has its name, the rest is still empty."""
        item = self._put(index)
        type_ = self._read(raw, Tag).type
        if type_ in {"function_call", "custom_tool_call"}:
            self._begin(item, self._read(raw, CallItem), type_, events)

    def end_item(self, index: int, raw: Raw, events: list[Delta]) -> None:
        """Take a whole item: what was not said of it is said now."""
        item, tag = self._item(index), self._read(raw, Tag)
        if item.is_whole:
            if tag.id is None or tag.id in self._ids:
                return  # said twice
            item = self._put(index)
        self._take_whole(item, raw, tag, events)

    def end(self, items: list[Raw], events: list[Delta]) -> None:
        """Take all the items of the response: those that did not come whole are said now."""
        known = frozenset(self._ids)
        for index, raw in enumerate(items):
            item, tag = self._item(index), self._read(raw, Tag)
            if not item.is_whole and tag.id not in known:
                self._take_whole(item, raw, tag, events)

    def say_text(self, piece: Spoken, events: list[Delta]) -> None:
        """A piece of text, with the log probabilities of its tokens."""
        self.index, self.content = piece.output_index, piece.content_index
        self._mark(piece, "content", piece.content_index)
        _say_text(said(piece), piece.logprobs, events)

    def say_refusal(self, piece: Spoken, events: list[Delta]) -> None:
        """A piece of a refusal."""
        self._mark(piece, "content", piece.content_index)
        if text := said(piece):
            events.append(RefusalDelta(text))

    def say_summary(self, piece: Spoken, events: list[Delta]) -> None:
        """A piece of the summary of a reasoning."""
        _think(self._item(piece.output_index), "summary", piece.summary_index, said(piece), events)

    def say_reasoning(self, piece: Spoken, events: list[Delta]) -> None:
        """A piece of a reasoning itself."""
        _think(self._item(piece.output_index), "content", piece.content_index, said(piece), events)

    def end_summary(self, event: Event, events: list[Delta]) -> None:
        """The whole of a part of a summary."""
        self._end_thought(event, "summary", event.summary_index, events)

    def end_reasoning(self, event: Event, events: list[Delta]) -> None:
        """The whole of a part of a reasoning itself."""
        self._end_thought(event, "content", event.content_index, events)

    def say_arguments(self, piece: Spoken, events: list[Delta]) -> None:
        """A piece of a call's arguments or input."""
        item = self._mark(piece, "arguments", 0)
        if text := said(piece):
            events.append(ToolCallDelta(self._place(item), text))

    def end_text(self, event: Event, events: list[Delta]) -> None:
        """The whole of a text."""
        if self._is_new(event, "content", event.content_index) and isinstance(event.text, str):
            _say_text(event.text, event.logprobs, events)

    def end_refusal(self, event: Event, events: list[Delta]) -> None:
        """The whole of a refusal."""
        if self._is_new(event, "content", event.content_index) and isinstance(event.refusal, str):
            events.append(RefusalDelta(event.refusal))

    def end_arguments(self, event: Event, events: list[Delta]) -> None:
        """The whole of a call's arguments or input."""
        text = arguments_text(event.arguments if event.input is None else event.input)
        if self._is_new(event, "arguments", 0) and text:
            events.append(ToolCallDelta(self._place(self._item(event.output_index)), text))

    def annotate(self, event: Event, events: list[Delta]) -> None:
        """An annotation."""
        self._mark(event, "annotations", event.content_index)
        if event.annotation is not None:
            events.append(AnnotationAdded(annotation(event.annotation)))

    # -- marks ------------------------------------------------------------------------------------------------

    def _put(self, index: int) -> _Item:
        self._items[index] = item = _Item()
        if index == self.index:
            self.index = _NOWHERE
        return item

    def _item(self, index: int) -> _Item:
        if (item := self._items.get(index)) is None:
            item = self._items[index] = _Item()
        return item

    def _mark(self, piece: Spoken, member: str, place: int) -> _Item:
        item = self._item(piece.output_index)
        item.said.add((member, place))
        return item

    def _is_new(self, event: Event, member: str, place: int) -> bool:
        said = self._item(event.output_index).said
        is_new = (member, place) not in said
        said.add((member, place))
        return is_new

    def _end_thought(self, event: Event, member: str, place: int, events: list[Delta]) -> None:
        item = self._item(event.output_index)
        if (member, place) not in item.said and isinstance(event.text, str):
            _think(item, member, place, event.text, events)

    def _place(self, item: _Item) -> int:
        if item.place == _NOWHERE:
            item.place = self._calls
            self._calls += 1
        return item.place

    # -- whole items ------------------------------------------------------------------------------------------

    def _take_whole(self, item: _Item, raw: Raw, tag: Tag, events: list[Delta]) -> None:
        item.is_whole = True
        if tag.id is not None:
            self._ids.add(tag.id)
        match tag.type:
            case "message":
                self._take_message(item, raw, events)
            case "reasoning":
                self._take_reasoning(item, raw, events)
            case "function_call" | "custom_tool_call":
                self._take_call(item, raw, tag.type, events)
            case "image_generation_call" if (image := image_of(raw)) is not None:
                events.append(ImageAdded(image))
            case _:
                events.append(Opaque(DIALECT, raw.copy()))

    def _take_message(self, item: _Item, raw: Raw, events: list[Delta]) -> None:
        content = self._read(raw, MessageItem).content
        if isinstance(content, str):
            content = [Raw(msgspec.json.encode({"type": "output_text", "text": content}))]
        pieces = [self._read(part, ContentPiece) for part in content or ()]
        unsaid, bare = (item.unsaid(member, len(pieces)) for member in ("content", "annotations"))
        for place, piece in enumerate(pieces):
            if piece.type in _TEXTS:
                if place in unsaid:
                    _say_text(piece.text, piece.logprobs, events)
                if place in bare:
                    events += [AnnotationAdded(annotation(members)) for members in piece.annotations or ()]
            elif piece.type != "refusal":  # only a message can hold it
                message = {"type": "message", "role": "assistant", "content": [(content or ())[place]]}
                events.append(Opaque(DIALECT, Raw(msgspec.json.encode(message))))
            elif place in unsaid and piece.refusal:
                events.append(RefusalDelta(piece.refusal))
        state = state_of(raw, "message", reasoned=self._reasoned)
        if state is not None and any(piece.type in _SPOKEN for piece in pieces):
            # Where there is no text, an empty one of its own: the state is not that of an earlier message.
            events += [*([] if any(piece.text for piece in pieces) else [TextDelta("")]), StateAdded(state, "text")]

    def _take_reasoning(self, item: _Item, raw: Raw, events: list[Delta]) -> None:
        self._reasoned |= not is_sealed(raw)
        piece = self._read(raw, ReasoningItem)
        for member, parts in (("summary", piece.summary), ("content", piece.content)):
            for place in item.unsaid(member, len(parts or ())):
                _think(item, member, place, (parts or ())[place].text, events)
        events.append(StateAdded(Opaque(DIALECT, raw.copy())))

    def _take_call(self, item: _Item, raw: Raw, type_: str, events: list[Delta]) -> None:
        piece = self._read(raw, CallItem)
        self._begin(item, piece, type_, events, whole=True)
        text = arguments_text(piece.arguments if piece.input is None else piece.input)
        if ("arguments", 0) not in item.said and text:
            events.append(ToolCallDelta(item.place, text))
        if (state := state_of(raw, type_, reasoned=self._reasoned)) is not None:
            events.append(StateAdded(state, "call", call=item.place))

    def _begin(self, item: _Item, piece: CallItem, type_: str, events: list[Delta], *, whole: bool = False) -> None:
        """Tell of a call, once it has a name or there is no more of it; and again where it turns out to be another."""
        known, place = item.started, self._place(item)
        id_ = str(piece.call_id or piece.id or "") or (known.id if known else derived_id(0, place))
        name = piece.name or (known.name if known else "")
        kind = "custom" if type_ == "custom_tool_call" else "function"
        started = ToolCallStarted(place, id_, name, kind, derived=not (piece.call_id or piece.id or known))
        if (name or whole) and started != known:
            item.started = started
            events.append(started)

    def _read(self, raw: Raw, shape: type[T]) -> T:
        """What the JSON says as *shape*, as far as it fits."""
        try:
            return read(bytes(raw), _decoder(shape), shape, self._depth, self._notes)
        except UnreadableError:
            return shape()


def said(piece: Spoken) -> str:
    """The text of a delta."""
    return piece.delta if isinstance(piece.delta, str) else ""


def _think(item: _Item, member: str, place: int, text: str | None, events: list[Delta]) -> None:
    """Say a piece of a reasoning; where another part of it begins, they are told apart."""
    if text:
        begins = bool(item.said) and (member, place) not in item.said
        item.said.add((member, place))
        events.append(ReasoningDelta(BETWEEN + text if begins else text))


def _say_text(text: str | None, logprobs: list[TokenLogprob] | None, events: list[Delta]) -> None:
    if text:
        events.append(TextDelta(text))
    if logprobs:
        events.append(LogprobsDelta(logprobs))


@cache
def _decoder(shape: type[T]) -> Callable[[bytes | bytearray], T]:
    return msgspec.json.Decoder(shape).decode
