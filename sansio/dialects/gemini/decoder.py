"""Chunks and answers of generateContent, into events.

https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent.  A stream has no marker: it is complete
at a clean end of the body where every candidate that was seen has its finish reason.  Without `alt=sse` it is one array.
"""

from __future__ import annotations

from functools import partial

import msgspec
from msgspec import UNSET, Raw

from ...errors import Failure
from ...events import Delta, Started, UsageReported
from ..codec import Terms
from ..error_body import of_error
from ..failures import of_facts
from ..lenient import REFUSALS, check_depth
from ..parameters import rule_for
from ..records import RecordDecoder
from .candidate import CandidateState
from .failures import RULES, blocked
from .operation import unix
from .unread import Unread
from .usage import UsageReader
from .wire import Chunk, UsagePiece, decode_chunk

_records = msgspec.json.Decoder(list[Raw]).decode


class GenerateDecoder(RecordDecoder[Chunk]):
    """The `Decoder` of generateContent and streamGenerateContent."""

    __slots__ = ("_candidates", "_names", "_provider", "_reader", "_usage")

    failure: Failure | None

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms, Chunk, decode_chunk)
        self._provider = terms.provider
        self._candidates: dict[int, CandidateState] = {}
        self._names = Started()
        self._usage: UsagePiece | None = None
        self._reader = UsageReader()

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:
        """Take a whole answer, or a stream in the form of one array."""
        if body[:64].lstrip()[:1] != b"[":
            return super().receive_document(body)
        try:
            check_depth(body, self._depth)
            records = [bytes(record) for record in _records(body)]
        except REFUSALS:
            return super().receive_document(body)
        events = self.receive(records)
        if self.failure is None:
            events += self.finish()
        if not self.complete and self.failure is None:
            self._fail("truncated" if records else "protocol", "the answer is not complete", body)
        return events

    def finish(self) -> list[Delta]:
        """Take the clean end of a stream."""
        events: list[Delta] = []
        if self._candidates and all(state.finish_reason for state in self._candidates.values()):
            self._close(events)
        return events

    def _take(self, item: Chunk, record: bytes | bytearray, events: list[Delta]) -> None:
        candidates = item.candidates
        # Nearly every chunk is one more piece of text of the only candidate.
        if (
            candidates is not None
            and len(candidates) == 1
            and not (piece := candidates[0]).index
            and (state := self._candidates.get(0)) is not None
            and piece.finish_reason is None
            and (content := piece.content) is not None
            and (parts := content.parts) is not None
            and len(parts) == 1
            and (text := (part := parts[0]).text)
            and not part.thought
            and part.thought_signature is None
            and piece.safety_ratings is UNSET
            and piece.grounding_metadata is UNSET
            and piece.citation_metadata is None
            and piece.logprobs_result is None
            and piece.url_context_metadata is UNSET
            and piece.finish_message is UNSET
            and piece.continuation_token is UNSET
            and item.prompt_feedback is None
            and item.error is None
        ):
            events.append(state.receive_text(text))
            if item.usage_metadata != self._usage:
                self._receive_usage(item.usage_metadata, events)
            return
        self._receive_chunk(item, record, events, whole=False)

    def _take_document(self, item: Chunk, body: bytes | bytearray, events: list[Delta]) -> None:
        self._receive_chunk(item, body, events, whole=True)
        if self.failure is None:
            if self._candidates:
                self._close(events)
            elif (feedback := item.prompt_feedback) is not None:
                self.failure = blocked(feedback, body)

    def _receive_chunk(self, item: Chunk, record: bytes | bytearray, events: list[Delta], *, whole: bool) -> None:
        self._receive_names(item, events)
        unread = Unread(record, self._depth)
        for position, piece in enumerate(item.candidates or ()):
            index = position if piece.index is None else piece.index
            if (state := self._candidates.get(index)) is None:
                state = self._candidates[index] = CandidateState(index)
            state.receive(piece, partial(unread.part, position), events, whole=whole)
        if item.usage_metadata != self._usage:
            self._receive_usage(item.usage_metadata, events)
        if item.error:
            self.failure = of_facts(of_error(item.error), record, RULES)
        elif (feedback := item.prompt_feedback) is not None and feedback.block_reason and not self._candidates:
            self.failure = blocked(feedback, record)

    def _receive_names(self, item: Chunk, events: list[Delta]) -> None:
        """What names the response: the first word counts."""
        known, stated = self._names, item.usage_metadata
        names = Started(
            known.id or item.response_id or None,
            known.created if known.created is not None else unix(item.create_time),
            known.model or item.model_version or None,
            known.service_tier or (stated and (stated.service_tier or stated.traffic_type)) or None,
        )
        if names != known:
            self._names = names
            events.append(names)

    def _receive_usage(self, piece: UsagePiece | None, events: list[Delta]) -> None:
        """Take the usage so far, where this chunk states it."""
        if piece is None:
            return
        self._usage = piece
        searches = [state.searches for state in self._candidates.values() if state.searches is not None]
        billed = sum(searches) if searches else None
        if billed and "billed_queries" in rule_for(self._provider, self._names.model or "").lacks:
            billed = 1  # what is billed is the prompt that was searched for, whatever that took
        if (said := self._reader.read(piece, billed)) is not None:
            events.append(UsageReported(said))

    def _close(self, events: list[Delta]) -> None:
        self.complete = True
        for state in self._candidates.values():
            state.close(events)
