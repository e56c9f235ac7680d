"""Chunks and answers of chat completions, as OpenAI and the many compatible servers send them, into events.

https://platform.openai.com/docs/api-reference/chat/streaming.  A stream ends at `[DONE]` once a choice was seen; without
that marker, at a clean end of the body where every choice that was seen has its finish reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import msgspec
from msgspec import Raw

from ...errors import Failure, Kind
from ...events import AnnotationAdded, Delta, ModerationReported, Started, TextDelta, UsageReported
from ..codec import Terms
from ..error_body import of_body, of_error, of_value
from ..failures import BODY_KEPT, of_facts
from ..lenient import REFUSALS, UnreadableError, check_depth, read, value
from .choice import ChoiceState
from .content import annotation
from .unknown import has_unread, read_unread
from .usage import merged, usage
from .wire import Chunk, Members, Opening, UsagePiece, decode_chunk, decode_opening


class ChatDecoder:
    """The `Decoder` of chat completions."""

    __slots__ = (
        "_choices",
        "_current",
        "_decode",
        "_depth",
        "_found",
        "_names",
        "_parts_beside",
        "_usage",
        "complete",
        "failure",
        "notes",
    )

    def __init__(self, terms: Terms) -> None:
        self.complete = False
        self.failure: Failure | None = None
        self.notes: list[str] = []
        self._depth = terms.limits.depth
        self._choices: dict[int, ChoiceState] = {}
        self._current = 0  # the choice that spoke last
        self._names = Started()
        self._usage: UsagePiece | None = None
        self._parts_beside = "whole_usage" in terms.provider.quirks.lacks
        self._found: list[Members] = []  # by the latest chunk that lists search results
        self._decode: Callable[[bytes], Chunk] = (
            decode_opening  # until a choice was seen; from then on the slimmer struct will do
        )

    def receive(self, records: Sequence[bytes]) -> list[Delta]:
        """Take the data of the next events: chunks, and the marker."""
        events: list[Delta] = []
        decode, current = self._decode, self._current
        shallow = 2 * self._depth  # shorter JSON cannot nest deeper, since every bracket is closed
        chunk: Chunk | None
        for record in records:
            try:
                if len(record) > shallow:
                    check_depth(record, self._depth)
                chunk = decode(record)
            except REFUSALS:
                if (chunk := self._reread(record, events)) is None:
                    if self.complete or self.failure is not None:
                        break
                    continue
            # Nearly every chunk is one more piece of text of the same choice, and nothing else.
            if (
                decode is decode_chunk
                and (choices := chunk.choices)
                and (choice := choices[0]).index == current
                and (delta := choice.delta) is not None
                and isinstance(text := delta.content, str)
                and delta.reasoning is None
                and delta.reasoning_content is None
                and delta.tool_calls is None
                and delta.refusal is None
                and delta.audio is None
                and delta.annotations is None
                and delta.function_call is None
                and not delta.reasoning_details
                and not delta.images
                and choice.finish_reason is None
                and choice.logprobs is None
                and choice.error is None
                and choice.usage is None
                and len(choices) == 1
                and chunk.usage is None
                and chunk.error is None
                and chunk.x_groq is None
            ):
                if text:
                    events.append(TextDelta(text, current))
                continue
            self._receive_chunk(chunk, record, events, whole=False)
            if self.failure is not None:
                break
            decode, current = self._decode, self._current
        return events

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        """Take a whole answer: complete where it has a message, also without a finish reason."""
        events: list[Delta] = []
        try:
            chunk = self._read(body)
        except UnreadableError as exc:
            page = of_body(bytes(body[:BODY_KEPT])) if exc.kind == "protocol" else None
            self._fail(exc.kind, f"{exc}: {page.message}" if page else str(exc), body)
            return events
        self._receive_chunk(chunk, body, events, whole=True)
        if self.failure is None:
            if any(piece.message or piece.delta for piece in chunk.choices or ()):
                self._close(events)
            elif (facts := of_value(value(body))) is not None:
                self.failure = of_facts(facts, body)
            else:
                self._fail("protocol", "no chat completion: it has no choice with a message", body)
        return events

    def finish(self) -> list[Delta]:
        """Take the clean end of a stream without its marker."""
        events: list[Delta] = []
        if self._choices and all(choice.finish_reason for choice in self._choices.values()):
            self._close(events)
        return events

    def _reread(self, record: bytes, events: list[Delta]) -> Chunk | None:
        """Take the marker, or what can be read of a record that msgspec refused."""
        text = record.strip()
        if text.startswith(b"[DONE]"):
            if self._choices:
                self._close(events)
            else:
                self._fail("protocol", "the stream is over and no choice came", record)
        elif text:
            try:
                return self._read(record)
            except UnreadableError as exc:  # the framing says that the record is whole, so it is not cut
                self._fail("protocol" if exc.kind == "truncated" else exc.kind, f"an event is {exc}", record)
        return None

    def _read(self, record: bytes | bytearray) -> Opening:
        return read(record, decode_opening, Opening, self._depth, self.notes)

    def _read_again(self, record: bytes | bytearray) -> Opening | None:
        """A chunk in full, since names and results may come as late as the end of a choice."""
        try:
            return self._read(record)
        except UnreadableError:  # msgspec does not check all of what it skips
            return None

    def _receive_chunk(self, chunk: Chunk, record: bytes | bytearray, events: list[Delta], *, whole: bool) -> None:
        pieces = chunk.choices or ()
        if not isinstance(chunk, Opening) and (not pieces or any(piece.finish_reason for piece in pieces)):
            chunk = self._read_again(record) or chunk
        if isinstance(chunk, Opening):
            self._receive_names(chunk, events)
        errors = [chunk.error]
        for position, piece in enumerate(chunk.choices or ()):
            index = position if piece.index is None else piece.index
            if (choice := self._choices.get(index)) is None:
                choice = self._choices[index] = ChoiceState(index)
                self._decode = decode_chunk
            self._current = index
            if has_unread(piece):
                read_unread(chunk, record, self._depth)
            events += choice.receive(piece, whole=whole)
            errors.append(piece.error)
            self._receive_usage(piece.usage, events)
        self._receive_usage(chunk.usage, events)
        if (groq := chunk.x_groq) is not None:
            self._receive_usage(groq.usage, events)
            errors.append(groq.error)
        if chunk.choices is None and not whole:
            errors.append(_flat_error(record))
        if (error := next(filter(None, errors), None)) is not None:
            beside = of_value(value(record)) if isinstance(error, str) else None  # a code may stand beside a text
            self.failure = of_facts(beside or of_error(error), record)

    def _receive_names(self, chunk: Opening, events: list[Delta]) -> None:
        """What names the response: of its id the first word counts, since some have another on every chunk; of tiers the last."""
        if chunk.moderation is not None:
            events.append(ModerationReported(Raw(msgspec.json.encode(chunk.moderation))))
        self._found = chunk.search_results or _pages(chunk.citations) or self._found
        known = self._names
        names = Started(
            known.id or (None if chunk.id is None else str(chunk.id)) or None,
            known.created or _seconds(chunk.created) or None,  # azure's first chunk has 0
            known.model or chunk.model or None,
            chunk.service_tier or known.service_tier,
            known.system_fingerprint or chunk.system_fingerprint,
        )
        if names != known:
            self._names = names
            events.append(names)

    def _receive_usage(self, piece: UsagePiece | None, events: list[Delta]) -> None:
        if piece is None:
            return
        known = self._usage
        piece = piece if known is None else merged(known, piece)
        if piece != known:
            self._usage = piece
            events.append(UsageReported(usage(piece, beside=self._parts_beside)))

    def _close(self, events: list[Delta]) -> None:
        self.complete = True
        for choice in self._choices.values():
            events += choice.close()
        events += [AnnotationAdded(annotation(members)) for members in self._found]

    def _fail(self, kind: Kind, message: str, record: bytes | bytearray) -> None:
        self.failure = Failure(kind=kind, message=message, body=bytes(record[:BODY_KEPT]))


def _pages(urls: list[str] | None) -> list[Members]:
    return [{"url": Raw(msgspec.json.encode(url))} for url in urls or ()]


def _seconds(created: float | str | None) -> int | None:
    try:
        return msgspec.convert(created, int | None, strict=False)
    except msgspec.ValidationError:
        return int(created) if isinstance(created, float) else None


def _flat_error(record: bytes | bytearray) -> object:
    """The record itself where it is an error without an `error` member, as mistral and vLLM send; else None."""
    fields = value(record)
    if not isinstance(fields, dict):
        return None
    members = cast("dict[str, object]", fields)
    said = "error" in {members.get("object"), members.get("type")} or "code" in members
    return members if said and "message" in members else None
