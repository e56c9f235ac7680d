"""Events and responses of the Responses API into events of this library.

https://platform.openai.com/docs/api-reference/responses-streaming.  A stream ends at `response.completed` or
`response.incomplete`; `response.failed`, and an `error` in either of its two forms, is the failure that it tells of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from ...errors import Failure
from ...events import AudioDelta, Delta, ModerationReported, Started, TextDelta, UsageReported
from ..codec import Terms
from ..error_body import of_error
from ..failures import of_facts
from ..lenient import REFUSALS, check_depth, value
from ..records import RecordDecoder
from .finish import finished
from .output import TEXT, Output, Spoken, said
from .usage import usage
from .wire import Answer, Event, decode_event, decode_piece

_MARKER: Final = b"[DONE]"  # the API has none, but servers that have it in their other APIs send it here, too

# Codes of a failed response that say what is wrong with the input; no other word of them says so.
_BAD_INPUTS: Final = frozenset(
    {
        "data_residency_mismatch",
        "empty_image_file",
        "failed_to_download_image",
        "image_file_not_found",
        "image_file_too_large",
        "image_parse_error",
        "image_too_large",
        "image_too_small",
        "vector_store_timeout",
    }
)


class ResponsesDecoder(RecordDecoder[Event]):
    """The `Decoder` of responses."""

    __slots__ = ("_names", "_output")

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms, Event, decode_event)
        self.failure: Failure | None = None
        self._names = Started()
        self._output = Output(self._depth, self.notes)

    def receive(self, records: Sequence[bytes]) -> list[Delta]:
        """Take the data of the next events."""
        events: list[Delta] = []
        output, shallow = self._output, 2 * self._depth
        for record in records:
            try:
                if len(record) > shallow:
                    check_depth(record, self._depth)
                piece = decode_piece(record)
            except REFUSALS:
                self._receive_misfit(record, events)
            else:
                # Nearly every event is one more piece of the same text, and nothing else.
                if (
                    piece.type == TEXT
                    and piece.output_index == output.index
                    and piece.content_index == output.content
                    and isinstance(piece.delta, str)
                    and not piece.logprobs
                ):
                    if text := piece.delta:
                        events.append(TextDelta(text))
                    continue
                if (say := _DELTAS.get(piece.type)) is not None:
                    say(output, piece, events)
                    continue
                self._receive_event(record, events)
            if self.complete or self.failure is not None:
                break
        return events

    def _receive_misfit(self, record: bytes, events: list[Delta]) -> None:
        text = record.strip()
        if text and not text.startswith(_MARKER):
            self._receive_event(record, events)

    def _receive_event(self, record: bytes, events: list[Delta]) -> None:
        if (event := self._read(record)) is not None:
            self._take(event, record, events)

    def _take(self, item: Event, record: bytes | bytearray, events: list[Delta]) -> None:
        type_, output = item.type, self._output
        if (say := _DELTAS.get(type_)) is not None:
            say(output, item, events)
        elif (take := _WHOLES.get(type_)) is not None:
            take(output, item, events)
        elif type_ in _ENDS:
            self._take_end(item.response or Answer(), record, events, _ENDS[type_])
        elif type_ == "error" or item.error is not None:
            self._fail_with(value(record) if item.error is None else item.error, record)
        elif type_ in _LIFECYCLE and item.response is not None:
            self._take_names(item.response, events)

    def _take_document(self, item: Event, body: bytes | bytearray, events: list[Delta]) -> None:
        """A document that is no response is explained by whoever asked for it."""
        if item.kind == "response" or item.output is not None or item.status == "failed":
            self._take_end(item, body, events, None)

    def _take_end(self, answer: Answer, record: bytes | bytearray, events: list[Delta], status: str | None) -> None:
        """The whole response: what of it was not said, and how it ended."""
        answer.status = answer.status or status
        self._take_names(answer, events)
        self._output.end(answer.output or [], events)
        if (used := usage(answer)) is not None:
            events.append(UsageReported(used))
        if answer.error is not None:
            self._fail_with(answer.error, record)
        elif answer.status == "failed":
            self._fail("server_error", "the response failed", record)
        else:
            if bytes(answer.moderation) != b"null":
                events.append(ModerationReported(answer.moderation.copy()))
            if (end := finished(answer, calls=self._output.has_calls)) is not None:
                events.append(end)
            self.complete = True

    def _fail_with(self, error: object, record: bytes | bytearray) -> None:
        failure = of_facts(of_error(error), record)
        if failure.code in _BAD_INPUTS:
            failure = msgspec.structs.replace(failure, kind="bad_request")
        self.failure = failure

    def _take_names(self, answer: Answer, events: list[Delta]) -> None:
        known = self._names
        names = Started(
            known.id or (None if answer.id is None else str(answer.id)) or None,
            _seconds(answer.created_at) if known.created is None else known.created,
            answer.model or known.model,
            answer.service_tier or known.service_tier,
        )
        if names != known:
            self._names = names
            events.append(names)


_DELTAS: Final[dict[str | None, Callable[[Output, Spoken, list[Delta]], None]]] = {
    TEXT: Output.say_text,
    "response.audio.delta": lambda _, piece, events: events.append(AudioDelta(data=said(piece))),
    "response.audio.transcript.delta": lambda _, piece, events: events.append(AudioDelta(transcript=said(piece))),
    "response.custom_tool_call_input.delta": Output.say_arguments,
    "response.function_call_arguments.delta": Output.say_arguments,
    "response.reasoning_summary_text.delta": Output.say_summary,
    "response.reasoning_text.delta": Output.say_reasoning,
    "response.refusal.delta": Output.say_refusal,
}
# Events that are not here and no end say how an item comes along that comes whole when it is done.
_WHOLES: Final[dict[str | None, Callable[[Output, Event, list[Delta]], None]]] = {
    "response.custom_tool_call_input.done": Output.end_arguments,
    "response.function_call_arguments.done": Output.end_arguments,
    "response.output_item.added": lambda output, event, events: output.add_item(event.output_index, event.item, events),
    "response.output_item.done": lambda output, event, events: output.end_item(event.output_index, event.item, events),
    "response.output_text.annotation.added": Output.annotate,
    "response.output_text.done": Output.end_text,
    "response.reasoning_summary_text.done": Output.end_summary,
    "response.reasoning_text.done": Output.end_reasoning,
    "response.refusal.done": Output.end_refusal,
}
_LIFECYCLE: Final = frozenset({"response.created", "response.in_progress", "response.queued"})
# The events that end a stream, and the status of a response that does not state its own.
_ENDS: Final[dict[str | None, str]] = {
    "response.cancelled": "cancelled",
    "response.completed": "completed",
    "response.failed": "failed",
    "response.incomplete": "incomplete",
}


def _seconds(created: float | str | None) -> int | None:
    """Unix time, which some give with a fraction."""
    try:
        return None if created is None else int(float(created))
    except (OverflowError, ValueError):
        return None
