"""The server's way out when it streams: the events of a chat to the chunks of server-sent events.

https://platform.openai.com/docs/api-reference/chat-streaming
"""

from __future__ import annotations

from typing import Final, TypeAlias, assert_never

import msgspec
from msgspec import Raw

from ...events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Completed,
    Data,
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
    finish_of,
    unfold,
    unfold_choice,
)
from ...types import ChatRequest, ChatResponse, Choice, Opaque, StreamOptions, Usage
from .server_failure import encode_error
from .server_response import annotation_json
from .unknown import DIALECT, is_unknown_call

_Rare: TypeAlias = (
    AnnotationAdded
    | AudioDelta
    | ChoiceFinished
    | Data
    | ImageAdded
    | LogprobsDelta
    | ModerationReported
    | Opaque
    | StateAdded
    | Started
    | UsageReported
)

DONE: Final = b"data: [DONE]\n\n"

_SPACED: Final = bytes.maketrans(b"\r\n", b"  ")
_json = msgspec.json.Encoder().encode


class Encoder:
    """The events of one streamed answer to records of server-sent events.

    `ended` is set with the last record, which a Completed or a Failed brings.  The usage is reported at the end, if the
    request asked for it.  A call's beginning waits for the next event, since a client may want a call that comes whole in
    one record.
    """

    __slots__ = (
        "_asked",
        "_called",
        "_calls",
        "_finished",
        "_head",
        "_last",
        "_named",
        "_names",
        "_places",
        "_prefixes",
        "_suffix",
        "_tail",
        "_unknown",
        "_usage",
        "ended",
    )

    def __init__(self, request: ChatRequest) -> None:
        options = request.stream_options
        self._asked = isinstance(options, StreamOptions) and options.include_usage is True
        self._suffix = b',"usage":null}\n\n' if self._asked else b"}\n\n"
        self._tail = b',"logprobs":null,"finish_reason":null}]' + self._suffix
        self._names: dict[str, object] = {
            "id": "",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": request.model,
        }
        self._head = b""
        self._prefixes: dict[int, bytes] = {}  # of every choice that was opened: its records up to the delta
        self._last = 0  # the choice that spoke last
        self._finished: set[int] = set()
        self._calls: dict[tuple[int, int], tuple[bytes, bytes]] = {}  # what stands around a piece of their arguments
        self._called: dict[tuple[int, int], str] = {}  # their names, as far as they were told
        self._named: ToolCallStarted | None = None  # a call that has begun and was not told yet
        self._unknown: dict[int, int] = {}  # how many calls of unknown types each choice has: they count in the indexes
        self._places: dict[int, int] = {}  # the next free index of each choice
        self._usage: Usage | None = None
        self.ended = False
        self._start(Started())

    def encode(self, event: Event[ChatResponse]) -> bytes:
        """The records that say *event*; b"" where there is nothing to say, yet or in this dialect."""
        if (named := self._named) is not None:
            self._named = None
            return self._tell(named, event)
        match event:
            case TextDelta(text, choice):
                return self._delta(choice, b'{"content":%b}' % _json(text))
            case ReasoningDelta(text, choice):
                return self._delta(choice, b'{"reasoning_content":%b}' % _json(text))
            case ToolCallDelta():
                return self._tool_call_delta(event)
            case ToolCallStarted():
                self._named = event
                return b""
            case RefusalDelta(text, choice):
                return self._delta(choice, b'{"refusal":%b}' % _json(text))
            case Failed():
                return self._fail(event)
            case Completed(response):
                return self._complete(response)
            case _:
                return self._encode_rare(event)

    def _encode_rare(self, event: _Rare) -> bytes:
        match event:
            case AudioDelta(choice=choice):
                return self._delta(choice, _json({"audio": _given(event, "id", "data", "transcript", "expires_at")}))
            case ImageAdded(image, choice):
                return self._delta(choice, _json({"images": [image]}))  # as openrouter has it
            case AnnotationAdded(annotation, choice):
                return self._delta(choice, _line(_json({"annotations": [annotation_json(annotation)]})))
            case LogprobsDelta():
                return self._logprobs(event)
            case ChoiceFinished():
                return self._finish(event)
            case Started():
                return self._start(event)
            case UsageReported():
                return self._report(event)
            case StateAdded():
                return self._state(event)
            case ModerationReported(raw):
                return b'%b,"choices":[],"moderation":%b%b' % (self._head, _line(raw), self._suffix)
            case Data(data):
                return data
            case Opaque():
                return self._opaque(event)
            case _:
                assert_never(event)

    def _tell(self, named: ToolCallStarted, event: Event[ChatResponse]) -> bytes:
        """The beginning of a call, with what *event* adds to it, or in front of what that says."""
        same = isinstance(event, ToolCallStarted | ToolCallDelta) and (event.choice, event.index) == (
            named.choice,
            named.index,
        )
        if same and isinstance(event, ToolCallDelta):
            return self._tool_call(named, event.arguments)
        return (b"" if same else self._tool_call(named)) + self.encode(event)

    def _start(self, event: Started) -> bytes:
        self._names |= _given(event, "id", "created", "model", "service_tier", "system_fingerprint")
        self._head = b"data: " + _json(self._names)[:-1]
        self._prefixes = {choice: self._prefix(choice) for choice in self._prefixes}
        return b""

    def _prefix(self, choice: int) -> bytes:
        return b'%b,"choices":[{"index":%d,"delta":' % (self._head, choice)

    def _open(self, choice: int, content: bytes) -> bytes:
        """The first record of a choice: the role, and the content that the deltas add to."""
        self._prefixes[choice] = prefix = self._prefix(choice)
        return b'%b{"role":"assistant","content":%b,"refusal":null}%b' % (prefix, content, self._tail)

    def _delta(self, choice: int, delta: bytes) -> bytes:
        self._last = choice
        if (prefix := self._prefixes.get(choice)) is not None:
            return prefix + delta + self._tail
        opening = self._open(choice, b'""' if delta.startswith(b'{"content"') else b"null")
        return opening + self._prefixes[choice] + delta + self._tail

    def _tool_call(self, event: ToolCallStarted, arguments: str = "") -> bytes:
        if (told := self._called.get((event.choice, event.index))) is not None:
            go_on = self._go_on_naming(event, told)
            return go_on + self.encode(ToolCallDelta(event.index, arguments, event.choice)) if arguments else go_on
        self._called[event.choice, event.index] = event.name
        if event.type == "function_call":  # the deprecated form: there is one, without an id
            self._calls[event.choice, event.index] = b'{"function_call":{"arguments":', b"}}"
            return self._delta(event.choice, _json({"function_call": {"name": event.name, "arguments": arguments}}))
        text = "input" if event.type == "custom" else "arguments"
        index = event.index + self._unknown.get(event.choice, 0)
        self._places[event.choice] = index + 1
        frame = b'{"tool_calls":[{"index":%d,"%b":{"%b":' % (index, event.type.encode(), text.encode())
        self._calls[event.choice, event.index] = frame, b"}}]}"
        call = {"index": index, "id": event.id, "type": event.type, event.type: {"name": event.name, text: arguments}}
        return self._delta(event.choice, _json({"tool_calls": [call]}))

    def _go_on_naming(self, event: ToolCallStarted, told: str) -> bytes:
        """What is new in the name: clients add the pieces, and of the id too, which is left as it was first told."""
        if not (rest := event.name.removeprefix(told)):
            return b""
        self._called[event.choice, event.index] = event.name
        before, behind = self._calls[event.choice, event.index]
        before = before[: before.rindex(b'"', 0, -2)]  # up to the name of the member that holds the arguments
        return self._delta(event.choice, b'%b"name":%b%b' % (before, _json(rest), behind))

    def _tool_call_delta(self, event: ToolCallDelta) -> bytes:
        if (frame := self._calls.get((event.choice, event.index))) is None:
            id_ = f"call_{event.choice}_{event.index}"
            return self._tool_call(ToolCallStarted(event.index, id_, "", choice=event.choice), event.arguments)
        return self._delta(event.choice, frame[0] + _json(event.arguments) + frame[1])

    def _state(self, event: StateAdded) -> bytes:
        """The members that this dialect had beside the reasoning; what others need has no place in it."""
        if event.state.dialect != DIALECT or event.part != "reasoning":
            return b""
        return self._delta(event.choice, _line(event.state.raw))

    def _record(self, choice: int, rest: bytes) -> bytes:
        """A record of *choice* whose delta is empty; *rest* follows it in the choice."""
        opening = b"" if choice in self._prefixes else self._open(choice, b"null")
        return b"%b%b{},%b}]%b" % (opening, self._prefixes[choice], rest, self._suffix)

    def _opaque(self, item: Opaque) -> bytes:
        # It belongs to the choice that spoke last: a call, or a part of a list of content, as mistral sends one.
        if item.dialect != DIALECT:
            return b""
        if not is_unknown_call(item):
            return self._delta(self._last, b'{"content":[%b]}' % _line(item.raw))
        self._unknown[self._last] = self._unknown.get(self._last, 0) + 1
        index = self._places.get(self._last, 0)
        self._places[self._last] = index + 1
        call = msgspec.json.decode(item.raw, type=dict[str, Raw])
        return self._delta(self._last, _line(_json({"tool_calls": [{"index": index, **call}]})))

    def _logprobs(self, event: LogprobsDelta) -> bytes:
        logprobs = _json({"content": event.content, "refusal": event.refusal})
        return self._record(event.choice, b'"logprobs":%b,"finish_reason":null' % logprobs)

    def _finish(self, end: ChoiceFinished) -> bytes:
        self._finished.add(end.choice)
        more = b"" if end.native_reason is None else b',"native_finish_reason":' + _json(end.native_reason)
        more += b"" if end.stop_sequence is None else b',"stop_reason":' + _json(end.stop_sequence)
        return self._record(end.choice, b'"logprobs":null,"finish_reason":%b%b' % (_json(end.reason), more))

    def _report(self, event: UsageReported) -> bytes:
        self._usage = event.usage
        return b""

    def _fail(self, event: Failed) -> bytes:
        self.ended = True
        return b"data: %b\n\n" % encode_error(event.failure)

    def _complete(self, response: ChatResponse) -> bytes:
        self.ended = True
        silent = [choice for choice in response.choices if choice.index not in self._prefixes]
        # What was not streamed is said now: an answer out of a cache may have no other event.
        unsaid = [event for choice in silent for event in unfold_choice(choice)] if self._prefixes else unfold(response)
        records = [self.encode(event) for event in unsaid]
        records += [self._settle(choice) for choice in response.choices]
        usage = response.usage if self._usage is None else self._usage
        if self._asked and usage is not None:
            records.append(b'%b,"choices":[],"usage":%b}\n\n' % (self._head, _json(usage)))
        return b"".join(records) + DONE

    def _settle(self, choice: Choice) -> bytes:
        """What a choice still lacks: a stream without any record of it would be none."""
        if choice.index not in self._finished and (finished := finish_of(choice)) is not None:
            return self._finish(finished)
        return b"" if choice.index in self._prefixes else self._open(choice.index, b"null")


def _line(raw: bytes | Raw) -> bytes:
    """JSON on one line: in what the peer wrote, line ends are white space between tokens."""
    return bytes(raw).translate(_SPACED)


def _given(event: Started | AudioDelta, *names: str) -> dict[str, object]:
    return {name: value for name in names if (value := getattr(event, name)) is not None}
