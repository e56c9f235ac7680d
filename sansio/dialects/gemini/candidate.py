"""One candidate of a response as it arrives: its parts into events.

https://ai.google.dev/api/caching#Part
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ...events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Delta,
    ImageAdded,
    LogprobsDelta,
    ModerationReported,
    ReasoningDelta,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
)
from ...types import Annotation, ImagePart, ImageUrl, Opaque, TokenLogprob, TopLogprob, UrlCitation
from ..calls import derived_id
from ..lenient import REFUSALS
from ..media import Inline
from .annotations import KEPT, Grounding, citations, kept
from .arguments import ArgumentsWriter
from .finish import canonical
from .offsets import Offsets
from .state import DIALECT, state
from .wire import Blob, CandidatePiece, FunctionCallPiece, LogprobsResult, PartPiece

_OF_TEXTS: Final = frozenset({"text", "thought", "thoughtSignature", "thought_signature"})

_members = msgspec.json.Decoder(dict[str, Raw]).decode


class CandidateState:
    """Turns the pieces of one candidate into events; *calls* were made before, and are counted on."""

    __slots__ = (
        "_calls",
        "_cited",
        "_offsets",
        "_parts",
        "_ratings",
        "_reason",
        "_writer",
        "finish_reason",
        "index",
        "searches",
        "silent",
    )

    def __init__(self, index: int, calls: int = 0) -> None:
        self.index = index
        self.finish_reason: str | None = None  # the API's word
        self.searches: int | None = None  # on the web, that the API made for the answer
        self.silent = True  # nothing came yet that tells the fold of this choice
        self._calls = calls
        self._writer: ArgumentsWriter | None = None  # of the call whose arguments are not whole
        self._offsets = Offsets()
        self._parts: list[int] = []  # the bytes at which the parts of a whole answer begin
        self._cited: set[UrlCitation] = set()  # what was told, since streams say it again
        self._ratings = b""
        self._reason = ""

    def receive_text(self, text: str) -> TextDelta:
        """Nearly every piece is one more text and nothing else."""
        self._offsets.append(text)
        self.silent = False
        return TextDelta(text, self.index)

    def receive(self, piece: CandidatePiece, unread: Callable[[int], Raw], events: list[Delta], *, whole: bool) -> None:
        """Add the events of one piece; *unread* gives its parts as they came, *whole* says that there is no other."""
        before = len(events)
        parts = (piece.content.parts if piece.content is not None else None) or ()
        self._parts = []
        for place, part in enumerate(parts):
            if whole:
                self._parts.append(self._offsets.size)
            self._receive_part(part, partial(unread, place), events)
        self._receive_metadata(piece, events)
        if piece.logprobs_result is not None:
            events.append(_logprobs(piece.logprobs_result, self.index))
        if piece.finish_reason:
            self.finish_reason = piece.finish_reason
            events.append(self._finished(piece.finish_reason))
        self.silent = self.silent and len(events) == before

    def close(self, events: list[Delta]) -> None:
        """Add what is left to say once the response is complete: that there was a candidate, or calls behind its reason."""
        if self.silent:
            events.append(TextDelta("", self.index))
        self._end_call(events)
        if self.finish_reason is not None:
            told, finished = self._reason, self._finished(self.finish_reason)
            events += [finished] if finished.reason != told else []

    def _finished(self, native: str) -> ChoiceFinished:
        reason = canonical(native)
        if native == "STOP" and self._calls and self._writer is None:
            reason = "tool_calls"
        self._reason = reason
        return ChoiceFinished(reason, native, self.index)

    def _receive_part(self, part: PartPiece, unread: Callable[[], Raw], events: list[Delta]) -> None:
        call = part.function_call
        if call is None:
            if part.inline_data is not None and not part.thought:
                self._receive_blob(part.inline_data, part.thought_signature, unread, events)
            elif part.text is not None or (part.thought_signature is not None and _is_text(unread())):
                self._receive_text(part, events)
            else:
                self._receive_other(unread(), events)
            return
        if self._writer is None or call.name:
            self._end_call(events)
            self._begin_call(call, events)
        self._receive_arguments(call, events)
        if part.thought_signature is not None:
            events.append(StateAdded(state(part.thought_signature), "call", self.index, self._calls - 1))

    def _receive_text(self, part: PartPiece, events: list[Delta]) -> None:
        text, signature = part.text or "", part.thought_signature
        if not text and signature is None:
            return
        events.append(ReasoningDelta(text, self.index) if part.thought else self.receive_text(text))
        if signature is not None:
            signed = state(signature, len(text))
            events.append(StateAdded(signed, "reasoning" if part.thought else "text", self.index))

    def _receive_blob(self, blob: Blob, signature: str | None, unread: Callable[[], Raw], events: list[Delta]) -> None:
        """Images and speech have a place of their own; what is signed and has none is kept as it came."""
        if blob.mime_type.startswith("image/"):
            extra = None if signature is None else {"thoughtSignature": Raw(msgspec.json.encode(signature))}
            url = Inline(blob.mime_type, blob.data).url
            events.append(ImageAdded(ImagePart(image_url=ImageUrl(url), extra=extra), self.index))
        elif blob.mime_type.startswith("audio/") and signature is None:
            events.append(AudioDelta(data=blob.data, choice=self.index, format=blob.mime_type))
        else:
            self._receive_other(unread(), events)

    def _receive_other(self, raw: Raw, events: list[Delta]) -> None:
        """A part without a canonical form: code that the API ran, and its result. An empty part says nothing."""
        if bytes(raw).translate(None, b" \t\r\n") == b"{}":
            return
        if self.index:
            events.append(TextDelta("", self.index))  # an opaque part belongs to the choice that spoke last
        events.append(Opaque(DIALECT, raw.copy()))

    def _begin_call(self, call: FunctionCallPiece, events: list[Delta]) -> None:
        index = self._calls
        self._calls += 1
        id_ = call.id or derived_id(self.index, index)
        events.append(ToolCallStarted(index, id_, call.name or "", choice=self.index, derived=not call.id))
        if call.will_continue or call.partial_args:
            self._writer = ArgumentsWriter()

    def _receive_arguments(self, call: FunctionCallPiece, events: list[Delta]) -> None:
        if (writer := self._writer) is None:
            # Arguments that are left out are the default, an empty object.
            text = "{}" if call.args is UNSET else bytes(call.args).decode("utf-8", "replace")
            events.append(ToolCallDelta(self._calls - 1, text, self.index))
            return
        if text := "".join([writer.write(argument) for argument in call.partial_args or ()]):
            events.append(ToolCallDelta(self._calls - 1, text, self.index))
        if not call.will_continue:
            self._end_call(events)

    def _end_call(self, events: list[Delta]) -> None:
        if self._writer is not None:
            events.append(ToolCallDelta(self._calls - 1, self._writer.close(), self.index))
            self._writer = None

    def _receive_metadata(self, piece: CandidatePiece, events: list[Delta]) -> None:
        if piece.safety_ratings is not UNSET and (ratings := bytes(piece.safety_ratings)) != self._ratings:
            self._ratings = ratings
            events.append(ModerationReported(Raw(ratings)))
        if piece.citation_metadata is not None:
            for annotation in citations(piece.citation_metadata, self._offsets):
                self._cite(annotation, events)
        if piece.grounding_metadata is not UNSET:
            grounding = Grounding(piece.grounding_metadata, self._offsets, self._parts)
            self.searches = max(self.searches or 0, grounding.searches)
            for citation in grounding.citations:
                self._cite(Annotation(url_citation=citation), events)
        told = (piece.grounding_metadata, piece.url_context_metadata, _explained(piece), piece.continuation_token)
        for name, raw in zip(KEPT, told, strict=True):
            if raw is not UNSET:
                events.append(AnnotationAdded(kept(name, raw), self.index))

    def _cite(self, annotation: Annotation, events: list[Delta]) -> None:
        citation = annotation.url_citation
        if citation is not None and citation not in self._cited:
            self._cited.add(citation)
            events.append(AnnotationAdded(annotation, self.index))


def _is_text(raw: Raw) -> bool:
    """Whether a signed part without a text is an empty one, and nothing else: code that the API ran may be signed, too."""
    try:
        return _members(raw).keys() <= _OF_TEXTS
    except REFUSALS:
        return True


def _explained(piece: CandidatePiece) -> Raw | UnsetType:
    """The words beside a finish reason, where it is not the usual one."""
    return UNSET if piece.finish_reason == "STOP" else piece.finish_message


def _logprobs(result: LogprobsResult, choice: int) -> LogprobsDelta:
    tops = [top.candidates or [] for top in result.top_candidates or ()]
    chosen = result.chosen_candidates or []
    tops += [[]] * (len(chosen) - len(tops))
    content = [
        TokenLogprob(
            piece.token,
            piece.log_probability,
            top_logprobs=[TopLogprob(other.token, other.log_probability) for other in top],
        )
        for piece, top in zip(chosen, tops, strict=False)
    ]
    return LogprobsDelta(content, None, choice)
