"""The two sides of anthropic are each other's test double: what one encodes, the other decodes to the same."""

from __future__ import annotations

from itertools import groupby

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from sansio import types
from sansio.dialects.anthropic import CODEC, MessagesDecoder
from sansio.dialects.anthropic.encoder import Encoder
from sansio.dialects.anthropic.server_response import encode_response
from sansio.errors import Failure
from sansio.events import (
    ChoiceFinished,
    Completed,
    Delta,
    Event,
    Failed,
    Fold,
    ReasoningDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.exchange import Exchange
from sansio.testing.strategies import (
    event_streams,
    failures,
    fragmented,
    json_values,
    names,
    optional,
    schemas,
    texts,
)
from sansio.types import (
    ChatRequest,
    ChatResponse,
    Opaque,
)
from tests.properties.roundtrip import ASKED, bare, converse, double, encoded, read, terms

PROVIDER = double("anthropic")
PATH = "/v1/messages"


def opaque(**members: object) -> Opaque:
    return Opaque("anthropic", Raw(msgspec.json.encode(members)))


SAID = texts(min_size=1)
CITATIONS = st.lists(schemas(), min_size=1, max_size=2).map(lambda found: opaque(citations=found))
OWN = json_values().map(lambda value: opaque(type="unheard_of", value=value))


@st.composite
def answers(draw: st.DrawFn, *, completes: bool = True) -> list[Event[ChatResponse]]:
    """All events of one answer, as this dialect's own decoder gives them."""
    deltas: list[Delta] = [Started(draw(names()), None, draw(names()), draw(optional(names())))]
    blocks = draw(st.lists(st.sampled_from(["text", "cited", "thoughts", "call", "own"]), max_size=5))
    calls = 0
    for kind, _ in groupby(enumerate(blocks), lambda block: block[1] if block[1] == "text" else block):
        match kind if isinstance(kind, str) else kind[1]:
            case "text":
                deltas += [TextDelta(text) for text in draw(st.lists(SAID, min_size=1, max_size=3))]
            case "cited":
                # What other text this one would join is ended first.
                deltas += [StateAdded(opaque(), "text")] * isinstance(deltas[-1], TextDelta)
                deltas += [TextDelta(draw(SAID)), StateAdded(draw(CITATIONS), "text")]
            case "thoughts":
                deltas += [ReasoningDelta(text) for text in draw(st.lists(SAID, max_size=2))]
                deltas.append(StateAdded(opaque(type="thinking", signature=draw(names()))))
            case "call":
                text = msgspec.json.encode(draw(schemas())).decode()
                cut = draw(st.integers(0, len(text)))
                deltas.append(ToolCallStarted(calls, f"toolu_{calls}", draw(names())))
                deltas += [ToolCallDelta(calls, piece) for piece in (text[:cut], text[cut:]) if piece]
                calls += 1
            case _:
                deltas.append(draw(OWN))
    if completes:
        reason, native = draw(
            st.sampled_from([("length", "max_tokens"), ("stop", "pause_turn"), ("length", "max_tokens")])
        )
        deltas.append(ChoiceFinished("tool_calls", "tool_use") if calls else ChoiceFinished(reason, native))
        deltas.append(UsageReported(draw(USAGES)))
    fold = Fold()
    fold.extend(deltas)
    if completes:
        return [*deltas, Completed(fold.response())]
    return [*deltas, Failed(draw(failures()), fold.partial())]


@st.composite
def _usages(draw: st.DrawFn) -> types.Usage:
    new, read, five, hour, out = (draw(st.integers(0, 9999)) for _ in range(5))
    details = types.PromptTokensDetails(
        cached_tokens=read, cache_write_tokens=five + hour, cache_write_5m_tokens=five, cache_write_1h_tokens=hour
    )
    prompt = new + read + five + hour
    thinking = types.CompletionTokensDetails(reasoning_tokens=draw(st.integers(0, out)))
    return types.Usage(prompt, out, prompt + out, details, thinking, web_searches=draw(optional(st.integers(0, 9))))


USAGES = _usages()


def read_stream(pieces: list[bytes]) -> tuple[ChatResponse, bool, Failure | None]:
    return read(CODEC.reading(ASKED, terms(PROVIDER, stream=True)), pieces)


def silent(response: ChatResponse) -> ChatResponse:
    """Annotations are said with the text's state, and states come back as JSON that says the same."""
    choices = [
        msgspec.structs.replace(choice, message=msgspec.structs.replace(choice.message, annotations=None))
        for choice in response.choices
    ]
    return msgspec.structs.replace(response, choices=choices)


@given(st.data(), answers())
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(
    data: st.DataObject, events: list[Event[ChatResponse]]
) -> None:
    records = encoded(Encoder(ASKED), events)
    end = events[-1]
    response, complete, failure = read_stream(data.draw(fragmented(records)))
    assert isinstance(end, Completed)
    assert (complete, failure) == (True, None)
    assert silent(response) == end.response


@given(answers())
def test_a_document_folds_to_the_response_that_it_was_encoded_from(events: list[Event[ChatResponse]]) -> None:
    end = events[-1]
    assert isinstance(end, Completed)
    decoder, fold = MessagesDecoder(terms(PROVIDER)), Fold()
    fold.extend(decoder.receive_document(encode_response(end.response)))
    assert (decoder.complete, decoder.failure, decoder.notes) == (True, None, [])
    assert silent(fold.response()) == end.response


@given(answers())
def test_a_stream_of_nothing_but_its_end_says_everything(events: list[Event[ChatResponse]]) -> None:
    """As a gateway streams an answer that it has whole."""
    end = events[-1]
    assert isinstance(end, Completed)
    records = Encoder(ChatRequest(model="m", messages="")).encode(end)
    response, complete, _ = read_stream([records])
    assert complete
    assert silent(response) == end.response


@given(answers(completes=False))
def test_a_failure_in_the_stream_is_told_and_nothing_before_it_is_lost(events: list[Event[ChatResponse]]) -> None:
    records = encoded(Encoder(ASKED), events)
    end = events[-1]
    assert isinstance(end, Failed)
    response, complete, failure = read_stream([records])
    assert failure is not None
    assert (complete, failure.message) == (False, end.failure.message)
    if end.partial is not None:
        assert response.text == end.partial.text


@given(event_streams())
def test_streams_of_other_dialects_are_said_as_far_as_the_api_can(events: list[Event[ChatResponse]]) -> None:
    """Interleaved calls, several choices, what the API has no word for: the text and the calls of the first choice are whole."""
    records = encoded(Encoder(ASKED), events)
    response, complete, failure = read_stream([records])
    end = events[-1]
    if isinstance(end, Completed):
        assert (complete, failure) == (True, None)
        first = end.response.choices[0].message
        refused = first.refusal if end.response.finish_reason != "content_filter" else None
        assert response.text == first.text + (refused or "")
        assert response.reasoning == first.reasoning_content
        assert [call.name for call in response.tool_calls] == [call.name for call in first.tool_calls or ()]
    else:
        assert isinstance(end, Failed)
        assert failure is not None
        assert failure.message == end.failure.message


@given(answers() | answers(completes=False), st.booleans())
def test_an_exchange_and_a_connection_understand_each_other(events: list[Event[ChatResponse]], stream: bool) -> None:
    exchange = Exchange(PROVIDER, ChatRequest(model="m", messages="hi"), stream=stream)
    converse(exchange, events)
    match events[-1], exchange.outcome and bare(exchange.outcome):
        case Completed(said), Completed(heard):
            assert silent(heard) == said
        case Failed(said), Failed(heard):
            assert heard.message == said.message
        case ends:
            raise AssertionError(ends)
