"""The server's way out when it streams: the events of a chat to chunks, as server-sent events or as one JSON array.

https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent.  Calls come whole in this API: from the
first one on, a choice is held back until it ends, so that its order is kept.
"""

from __future__ import annotations

from typing import Final, assert_never

import msgspec

from ...events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Completed,
    Data,
    Delta,
    Event,
    Failed,
    Fold,
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
    unfold_choice,
)
from ...types import (
    ChatRequest,
    ChatResponse,
    Choice,
    CustomToolCall,
    FunctionToolCall,
    Logprobs,
    Opaque,
    Usage,
)
from ..calls import is_whole
from ..deprecated import modern_answer
from ..media import Inline
from .media import blob, image_json
from .parts import PartJson
from .server_failure import encode_error
from .server_response import logprobs_json, metadata_json, names_json, parts_json
from .state import DIALECT, signature
from .usage import usage_json

_UNKNOWN: Final = "application/octet-stream"  # speech of an API that does not say what it is
_SPACED: Final = bytes.maketrans(b"\r\n", b"  ")
_json = msgspec.json.Encoder().encode


class Encoder:
    """The events of one streamed answer to the bytes of its chunks.

    `ended` is set with the last one, which a Completed or a Failed brings.  Why a choice ended, what it refers to and the
    usage are said there.  With `alt=sse` in the path the chunks are server-sent events, else the items of an array.
    """

    __slots__ = ("_begun", "_held", "_last", "_names", "_naming", "_sse", "_tail", "_usage", "ended")

    def __init__(self, request: ChatRequest, path: str) -> None:
        self._sse = "alt=sse" in path.partition("?")[2].split("&")
        self._names = Started(model=request.model)
        self._naming: dict[str, object] = {}
        self._tail = b"}"
        self._begun = False  # a chunk was written
        self._held: dict[int, list[Delta]] = {}  # by choice, from its first call on
        self._last: dict[int, bool] = {}  # the choices that spoke, the last one behind the others
        self._usage: Usage | None = None
        self.ended = False
        self._start(Started())

    def encode(self, event: Event[ChatResponse]) -> bytes:
        """The bytes that say *event*; b"" where there is nothing to say, yet or in this dialect."""
        match event:
            case TextDelta(text, choice) if choice not in self._held:
                return self._parts(choice, b'[{"text":%b}]' % _json(text)) if text else b""
            case Started():
                return self._start(event)
            case UsageReported(usage):
                self._usage = usage
                return b""
            case ChoiceFinished() | AnnotationAdded():
                return b""  # said at the end, of the whole answer
            case ModerationReported(raw):
                is_ours = bytes(raw).lstrip()[:1] == b"["
                return self._chunk(b'"candidates":[{"safetyRatings":%b,"index":0}]' % bytes(raw)) if is_ours else b""
            case Data(data):
                return data
            case Failed(failure):
                return self._release() + self._end(encode_error(failure))
            case Completed(response):
                return self._complete(response)
            case _:
                return self._output(event)

    def _output(
        self,
        event: TextDelta
        | ReasoningDelta
        | RefusalDelta
        | StateAdded
        | ToolCallStarted
        | ToolCallDelta
        | AudioDelta
        | ImageAdded
        | LogprobsDelta
        | Opaque,
    ) -> bytes:
        choice = next(reversed(self._last), 0) if isinstance(event, Opaque) else event.choice
        if isinstance(event, ToolCallStarted | ToolCallDelta):
            self._held.setdefault(choice, []).append(event)
            self._speak(choice)
            return b""
        if (held := self._held.get(choice)) is not None:
            held.append(event)
            return b""
        if isinstance(event, LogprobsDelta):
            return self._logprobs(event)
        part = _part(event)
        return b"" if part is None else self._parts(choice, _json([part]))

    def _start(self, event: Started) -> bytes:
        given = {name: value for name, value in msgspec.structs.asdict(event).items() if value is not None}
        self._names = names = msgspec.structs.replace(self._names, **given)
        self._naming = names_json(names.id, names.created, names.model)
        self._tail = b"," + _json(self._naming)[1:] if self._naming else b"}"
        return b""

    def _parts(self, choice: int, parts: bytes) -> bytes:
        self._speak(choice)
        return self._chunk(b'"candidates":[{"content":{"parts":%b,"role":"model"},"index":%d}]' % (parts, choice))

    def _speak(self, choice: int) -> None:
        self._last.pop(choice, None)
        self._last[choice] = True

    def _logprobs(self, event: LogprobsDelta) -> bytes:
        said = logprobs_json(Logprobs(event.content))
        self._speak(event.choice)
        return self._chunk(_json({"candidates": [{"index": event.choice, **said}]})[1:-1]) if said else b""

    def _chunk(self, members: bytes) -> bytes:
        return self._frame(b"{%b%b" % (members, self._tail))

    def _frame(self, chunk: bytes) -> bytes:
        if self._sse:
            return b"data: %b\r\n\r\n" % chunk.translate(_SPACED)
        before, self._begun = b",\r\n" if self._begun else b"[", True
        return before + chunk

    def _end(self, chunk: bytes) -> bytes:
        self.ended = True
        return self._frame(chunk) + (b"" if self._sse else b"]")

    def _complete(self, response: ChatResponse) -> bytes:
        """The rest of every choice and its end; the usage goes with the last one, as this API has it."""
        if not self._last and self._names.id is None:
            names = Started(
                response.id or None, response.created or None, response.model or None, response.service_tier
            )
            self.encode(names)
        silent = [choice for choice in response.choices if choice.index not in self._last]
        # What was not streamed is said now: an answer out of a cache may have no other event.
        records = [self.encode(event) for choice in silent for event in unfold_choice(choice)]
        usage = usage_json(self._usage or response.usage, self._names.service_tier)
        ends = [self._finish(choice) for choice in modern_answer(response).choices] or [{}]
        chunks: list[dict[str, object]] = [{"candidates": [end]} if end else {} for end in ends]
        chunks[-1] |= {"usageMetadata": usage} if usage else {}
        *others, last = [_json(chunk | self._naming) for chunk in chunks]
        return b"".join([*records, *map(self._frame, others)]) + self._end(last)

    def _release(self) -> bytes:
        """What was held back of answers that are not finished, but for calls that are not whole."""
        records: list[bytes] = []
        for choice, events in self._held.items():
            fold = Fold()
            fold.extend(events)
            for answer in modern_answer(fold.response()).choices:
                said = [
                    part
                    for part in answer.message.ordered
                    if not isinstance(part, FunctionToolCall | CustomToolCall) or is_whole(part)
                ]
                if parts := parts_json(msgspec.structs.replace(answer.message, parts=said)):
                    records.append(self._parts(choice, _json(parts)))
        return b"".join(records)

    def _finish(self, choice: Choice) -> dict[str, object]:
        """The last chunk of a choice, with what was held back; a reason that nobody stated is the unspecified one."""
        fold = Fold()
        fold.extend(self._held.pop(choice.index, ()))
        answers = modern_answer(fold.response()).choices
        held: list[PartJson] = [part for answer in answers for part in parts_json(answer.message)]
        members: dict[str, object] = {"index": choice.index, "finishReason": "FINISH_REASON_UNSPECIFIED"}
        if held:
            members["content"] = {"parts": held, "role": "model"}
        for answer in answers:
            members |= logprobs_json(answer.logprobs)
        return members | metadata_json(choice)


def _part(
    event: TextDelta | ReasoningDelta | RefusalDelta | StateAdded | AudioDelta | ImageAdded | Opaque,
) -> PartJson | None:
    """The part that an event is; None where the API has no such thing."""
    match event:
        case ReasoningDelta(text):
            return {"text": text, "thought": True} if text else None
        case RefusalDelta(text) | TextDelta(text):
            return {"text": text}
        case StateAdded(state, part):
            signed = signature(state).thought_signature
            thought = {"thought": True} if part == "reasoning" else {}
            return None if signed is None else {"text": "", **thought, "thoughtSignature": signed}
        case ImageAdded(image):
            return {**image_json(image), **(image.extra or {})}
        case AudioDelta(data=data, format=format_):
            return blob(Inline(format_ or _UNKNOWN, data)) if data else None
        case Opaque(dialect, raw):
            return raw if dialect == DIALECT else None
        case _:
            assert_never(event)
