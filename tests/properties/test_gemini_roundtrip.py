"""Answers of generateContent: what one side of the dialect encodes, the other decodes to the same."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import Raw

from sansio.dialects.gemini.encoder import Encoder
from sansio.dialects.gemini.server import SERVER
from sansio.dialects.gemini.state import state
from sansio.errors import Failure, Kind
from sansio.events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Completed,
    Delta,
    Failed,
    ImageAdded,
    LogprobsDelta,
    ReasoningDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.testing.strategies import failures, fragmented, json_values, names, optional, texts
from sansio.types import (
    Annotation,
    ChatRequest,
    ChatResponse,
    CompletionTokensDetails,
    ImagePart,
    ImageUrl,
    Opaque,
    PromptTokensDetails,
    TokenLogprob,
    TopLogprob,
    UrlCitation,
    Usage,
)
from tests.properties.roundtrip import ASKED, double, encoded, folded, heard

PROVIDER = double("gemini")
DATA = st.sampled_from(["", "AAAA", "iVBORw0KGgo="])
JSON_OBJECTS = st.dictionaries(texts(), json_values(), max_size=3).map(
    lambda value: msgspec.json.encode(value).decode()
)

SAID = texts(min_size=1)


def usages() -> SearchStrategy[Usage]:
    small = st.integers(0, 1000)

    def build(prompt: int, answer: int, thoughts: int | None, cached: int | None, image: int | None) -> Usage:
        completion = CompletionTokensDetails(reasoning_tokens=thoughts) if thoughts is not None else None
        details = PromptTokensDetails(cached_tokens=cached, image_tokens=image)
        prompted = details if cached is not None or image is not None else None
        return Usage(prompt, answer + (thoughts or 0), prompt + answer, prompted, completion)

    return st.builds(build, small, small, optional(small), optional(small), optional(small))


TOP = st.lists(st.builds(TopLogprob, texts(), st.floats(-9, 0)), max_size=2)
TOKEN = st.builds(TokenLogprob, texts(), st.floats(-9, 0), top_logprobs=TOP)
LOGPROBS = st.lists(TOKEN, min_size=1, max_size=2)
KINDS = st.lists(st.sampled_from(["text", "signed", "thought", "call", "image", "opaque"]), max_size=6)
SIGNATURES = optional(st.just({"thoughtSignature": Raw(b'"c2ln"')}))
SOUNDS = DATA.filter(bool)
URLS = DATA.map("data:image/png;base64,{}".format)
STARTS = st.builds(Started, SAID, st.integers(1, 2**31), SAID, optional(st.sampled_from(["standard", "flex"])))
USAGES = optional(usages())


@st.composite
def outputs(draw: DrawFn, choice: int) -> list[Delta]:
    """What one candidate says, and its end."""
    events: list[Delta] = []
    calls = 0
    for kind in draw(KINDS):
        match kind:
            case "text":
                events.append(TextDelta(draw(SAID), choice))
            case "signed":
                events += (TextDelta(draw(SAID), choice), StateAdded(state("c2ln", 0), "text", choice))
            case "thought":
                events.append(ReasoningDelta(draw(SAID), choice))
            case "call":
                id_, derived = draw(st.sampled_from([("fc1", False), (f"call_{choice}_{calls}", True)]))
                events.append(ToolCallStarted(calls, id_, draw(names()), choice=choice, derived=derived))
                events.append(ToolCallDelta(calls, draw(JSON_OBJECTS), choice))
                if draw(st.booleans()):
                    events.append(StateAdded(state("c2ln"), "call", choice, calls))
                calls += 1
            case "image":
                url = draw(URLS)
                extra = draw(SIGNATURES)
                events.append(ImageAdded(ImagePart(image_url=ImageUrl(url), extra=extra), choice))
            case _:
                if not choice:  # such a part says not which candidate's it is
                    events.append(Opaque("gemini", Raw(b'{"executableCode":{"code":"1"}}')))
    if draw(st.booleans()):
        events.append(AudioDelta(data=draw(SOUNDS), choice=choice, format="audio/L16;codec=pcm;rate=24000"))
    if draw(st.booleans()):
        events.append(LogprobsDelta(draw(LOGPROBS), None, choice))
    return [*events, *_end(draw, choice, events, calls=calls)]


def _end(draw: DrawFn, choice: int, events: list[Delta], *, calls: int) -> list[Delta]:
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    said: list[Delta] = []
    if draw(st.booleans()):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, len(text)))
        citation = UrlCitation(draw(texts()), draw(optional(texts())), start, end)
        said.append(AnnotationAdded(Annotation(url_citation=citation), choice))
    reason, native = draw(st.sampled_from([("stop", "STOP"), ("length", "MAX_TOKENS"), ("content_filter", "SPII")]))
    return [*said, ChoiceFinished("tool_calls" if calls and reason == "stop" else reason, native, choice)]


OUTPUTS = [outputs(0), outputs(1)]


@st.composite
def streams(draw: DrawFn) -> list[Delta]:
    """The events of one answer of up to two candidates."""
    events: list[Delta] = [draw(STARTS)]
    for choice in range(draw(st.integers(1, 2))):
        events += draw(OUTPUTS[choice])
    usage = draw(USAGES)
    return events if usage is None else [*events, UsageReported(usage)]


def said(pieces: list[bytes], *, stream: bool = True) -> ChatResponse | Failure:
    match heard(PROVIDER, pieces, stream=stream):
        case Completed(response):
            return response
        case Failed(failure):
            return failure


def encoder(*, sse: bool = True) -> Encoder:
    return Encoder(ASKED, "/v1/models/m:streamGenerateContent" + "?alt=sse" * sse)


@given(streams())
def test_a_document_folds_to_the_response_that_it_was_encoded_from(events: list[Delta]) -> None:
    response = folded(events)
    assert said([SERVER.encode_response(response)], stream=False) == response


@given(st.data(), streams(), st.booleans())
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(
    data: st.DataObject, events: list[Delta], sse: bool
) -> None:
    response = folded(events)
    stream = encoded(encoder(sse=sse), [*events, Completed(response)])
    assert said(data.draw(fragmented(stream))) == response


@given(streams())
def test_a_stream_of_nothing_but_its_end_says_everything(events: list[Delta]) -> None:
    """As a gateway streams an answer that it has whole."""
    response = folded(events)
    assert said([encoded(encoder(), [Completed(response)])]) == response


@given(streams(), failures(), st.booleans())
def test_a_failure_in_the_stream_is_told(events: list[Delta], failure: Failure, sse: bool) -> None:
    stream = encoded(encoder(sse=sse), [*events, Failed(failure)])
    told = said([stream])
    assert isinstance(told, Failure)
    assert (told.message, told.kind) == (failure.message, TOLD_AS.get(failure.kind, failure.kind))


# What went wrong behind a server is its own error to its client; the rest is what the API's words come to.
TOLD_AS: dict[Kind, Kind] = {
    "cancelled": "timeout",
    "connection": "server_error",
    "limit_exceeded": "server_error",
    "protocol": "server_error",
    "service_unavailable": "overloaded",
    "truncated": "server_error",
    "unsupported": "bad_request",
}


@given(st.binary(max_size=300) | texts().map(str.encode), st.booleans())
def test_no_bytes_raise(body: bytes, stream: bool) -> None:
    assert said([b"data: " + body + b"\n\n" if stream else body], stream=stream) is not None
    server = SERVER.decode("POST", "/v1/models/m:generateContent", (), body)
    assert isinstance(server, ChatRequest | Failure)


@given(st.lists(st.tuples(st.sampled_from(["$.a", "$.a.b", "$.a[0]", "$.c[1].d"]), json_values()), max_size=5))
def test_arguments_that_come_by_paths_are_json(pieces: list[tuple[str, object]]) -> None:
    arguments = [{"jsonPath": path, "stringValue": str(value)} for path, value in pieces]
    part = {"functionCall": {"name": "f", "partialArgs": arguments, "willContinue": True}}
    chunk = {"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]}
    response = said([b"data: %b\n\n" % msgspec.json.encode(chunk)])
    assert isinstance(response, ChatResponse)
    assert isinstance(msgspec.json.decode(response.tool_calls[0].arguments), dict)
