"""Content blocks as they arrive, one class for each way in which they become events.

A block begins with `content_block_start`, grows by deltas, and is over at `content_block_stop`; in an answer that is not
streamed it is all of that at once.  https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import msgspec
from msgspec import Raw

from ...events import AnnotationAdded, Delta, ReasoningDelta, StateAdded, TextDelta, ToolCallDelta, ToolCallStarted
from ...events.choice import Text
from ...types import Annotation, Opaque, UrlCitation
from ..lenient import REFUSALS, is_json
from . import wire
from .blocks import CUSTOM_INPUT, DIALECT

_members = msgspec.json.Decoder(dict[str, Raw]).decode
_citation = msgspec.json.Decoder(UrlCitation).decode
_WEB: Final = "web_search_result_location"


class Answer:
    """What the blocks of one answer share.  `custom` are the tools that stand for ones of free text."""

    __slots__ = ("calls", "custom", "ended_calls", "length", "plain")

    def __init__(self, custom: frozenset[str]) -> None:
        self.custom = custom
        self.length = 0  # characters of text so far
        self.plain = False  # what came last is text without citations, which more text would join
        self.calls = 0
        self.ended_calls = 0


class Block(Protocol):
    """A block that has begun."""

    def add(self, delta: wire.Delta, record: bytes | bytearray, events: list[Delta]) -> None:
        """Take a piece; *record* is the event that it came in."""
        ...

    def stop(self, events: list[Delta]) -> None:
        """Take the end."""
        ...


class TextBlock:
    """Text, and what it cites: citations come first, and their span is known at the end."""

    __slots__ = ("_answer", "_begin", "_citations")

    def __init__(self, answer: Answer, start: wire.BlockStart, raw: Raw, events: list[Delta]) -> None:  # noqa: ARG002
        self._answer = answer
        self._begin = answer.length
        self._citations: list[Raw] = []
        if start.citations is not None:
            self._separate(events)
            self._citations += [citation.copy() for citation in start.citations]
        if start.text:
            self._say(start.text, events)

    def add(self, delta: wire.Delta, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        """Take more text, or a citation."""
        if delta.text:
            self._say(delta.text, events)
        if delta.citation is not wire.NOTHING:
            if self._answer.length == self._begin:
                self._separate(events)
            self._citations.append(delta.citation.copy())

    def stop(self, events: list[Delta]) -> None:
        """Give the text its citations, which the API wants back with it."""
        answer = self._answer
        if self._citations:
            answer.plain = False
            events.append(StateAdded(_state({"citations": self._citations}), "text"))
            events += [_annotation(raw, self._begin, answer.length) for raw in self._citations]

    def _say(self, text: str, events: list[Delta]) -> None:
        self._answer.length += len(text)
        self._answer.plain = True
        events.append(TextDelta(text))

    def _separate(self, events: list[Delta]) -> None:
        """End the text before this one, so that the citations do not become its own."""
        if self._answer.plain:
            self._answer.plain = False
            events.append(StateAdded(_state({}), "text"))


class ThinkingBlock:
    """Thoughts, and the signature that proves them: a later one replaces it."""

    __slots__ = ("_signature",)

    def __init__(self, answer: Answer, start: wire.BlockStart, raw: Raw, events: list[Delta]) -> None:  # noqa: ARG002
        answer.plain = False
        self._signature = start.signature
        if start.thinking:
            events.append(ReasoningDelta(start.thinking))

    def add(self, delta: wire.Delta, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        """Take more thoughts, or the signature."""
        if delta.thinking:
            events.append(ReasoningDelta(delta.thinking))
        self._signature = delta.signature or self._signature

    def stop(self, events: list[Delta]) -> None:
        """Give the thoughts their signature."""
        if self._signature:
            events.append(StateAdded(_state({"type": "thinking", "signature": self._signature})))


class CallBlock:
    """A call of one of the caller's tools."""

    __slots__ = ("_answer", "_custom", "_input", "_place", "_said", "_state", "_written")

    def __init__(self, answer: Answer, start: wire.BlockStart, raw: Raw, events: list[Delta]) -> None:  # noqa: ARG002
        answer.plain = False
        self._answer = answer
        self._place = answer.calls
        answer.calls += 1
        self._custom = start.name in answer.custom
        self._input = "{}" if start.input is wire.NOTHING else bytes(start.input).decode("utf-8", "replace")
        self._written = Text()  # the input of a custom tool
        self._said = False
        self._state: dict[str, object] = {}
        if start.caller is not None and start.caller.get("type") != "direct":
            self._state["caller"] = start.caller
        if start.toolset_name is not None:
            self._state["toolset_name"] = start.toolset_name
        id_ = start.id or f"call_0_{self._place}"
        type_ = "custom" if self._custom else "function"
        events.append(ToolCallStarted(self._place, id_, start.name or "", type_, derived=not start.id))

    def add(self, delta: wire.Delta, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        """Take a piece of the input."""
        if not delta.partial_json:
            return
        self._said = True
        if self._custom:
            self._written.append(delta.partial_json)
        else:
            events.append(ToolCallDelta(self._place, delta.partial_json))

    def stop(self, events: list[Delta]) -> None:
        """Say the input where it came at the start, or not at all; and who called, if not the model itself."""
        self._answer.ended_calls += 1
        if self._custom:
            events.append(ToolCallDelta(self._place, _custom_input(str(self._written) or self._input)))
        elif not self._said:
            events.append(ToolCallDelta(self._place, self._input))
        if self._state:
            events.append(StateAdded(_state(self._state), "call", call=self._place))


class OpaqueBlock:
    """A block that only the API understands: its own tools' calls and results, redacted thoughts, whatever is new."""

    __slots__ = ("_added", "_grown", "_raw")

    def __init__(self, answer: Answer, start: wire.BlockStart, raw: Raw, events: list[Delta]) -> None:  # noqa: ARG002
        answer.plain = False
        self._raw = raw.copy()
        self._added: dict[str, object] = {}
        self._grown: dict[str, Text] = {}

    def add(self, delta: wire.Delta, record: bytes | bytearray, events: list[Delta]) -> None:  # noqa: ARG002
        """Take a delta: known texts grow, other members replace those that the block has."""
        if delta.partial_json is not None:
            self._grown.setdefault("input", Text()).append(delta.partial_json)
        elif delta.text is not None:
            self._grown.setdefault("text", Text()).append(delta.text)
        else:
            added = _delta_members(record)
            added.pop("type", None)
            self._added |= added

    def stop(self, events: list[Delta]) -> None:
        """Give the whole block."""
        texts = {name: str(text) for name, text in self._grown.items()}
        grown: dict[str, object] = {name: text for name, text in texts.items() if text}
        if is_json(written := texts.get("input", "").encode()):
            grown["input"] = Raw(written)
        raw = self._raw
        if grown or self._added:
            raw = Raw(msgspec.json.encode({**_members(raw), **self._added, **grown}))
        events.append(Opaque(DIALECT, raw))


def _state(members: Mapping[str, object]) -> Opaque:
    return Opaque(DIALECT, Raw(msgspec.json.encode(members)))


def _annotation(raw: Raw, begin: int, end: int) -> AnnotationAdded:
    """A citation of the text from *begin* to *end*: web pages under the canonical name, others under their own."""
    try:
        members = _members(raw)
        type_ = msgspec.json.decode(members.pop("type", b'""'), type=str)
        cited = msgspec.structs.replace(_citation(raw), start_index=begin, end_index=end) if type_ == _WEB else None
    except REFUSALS:  # a citation without what makes it one
        return AnnotationAdded(Annotation("citation", extra={"citation": raw}))
    if cited is None:
        return AnnotationAdded(Annotation(type_, extra=members))
    extra = {name: value for name, value in members.items() if name not in {"url", "title"}}
    return AnnotationAdded(Annotation(url_citation=cited, extra=extra))


class _Input(msgspec.Struct):
    text: str = msgspec.field(name=CUSTOM_INPUT)


def _custom_input(text: str) -> str:
    """The free text in the input of a custom tool; the input as it is where there is none."""
    try:
        return msgspec.json.decode(text, type=_Input).text
    except REFUSALS:
        return text


class _DeltaMembers(msgspec.Struct):
    delta: dict[str, Raw] = {}


def _delta_members(record: bytes | bytearray) -> dict[str, Raw]:
    try:
        return msgspec.json.decode(record, type=_DeltaMembers).delta
    except REFUSALS:
        return {}
