"""The two sides of openai_chat are each other's test double: what one encodes, the other decodes to the same."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from sansio.dialects.ids import with_own_ids
from sansio.dialects.openai_chat import CODEC
from sansio.dialects.openai_chat.encoder import Encoder
from sansio.dialects.openai_chat.server_request import decode_request
from sansio.dialects.openai_chat.server_response import encode_response
from sansio.errors import Failure
from sansio.events import Completed, Event, Failed, Fold, unfold
from sansio.exchange import Exchange
from sansio.testing.strategies import chat_requests, chat_responses, event_streams, fragmented
from sansio.types import (
    ChatRequest,
    ChatResponse,
    Choice,
    FunctionCall,
    FunctionToolCall,
    Message,
    Opaque,
    StreamOptions,
)
from tests.properties.roundtrip import ASKED, bare, converse, double, encoded, folded, read, terms

PROVIDER = double("openai_chat")
PATH = "/v1/chat/completions"
USAGE = StreamOptions(include_usage=True)


def normalise(request: ChatRequest, *, stream: bool) -> ChatRequest:
    """What a request comes to on the wire: its verb says whether it streams, a bare text is a message, and ids are apart."""
    return msgspec.structs.replace(
        request,
        messages=with_own_ids(request.conversation),
        stream=True if stream else UNSET,
        stream_options=USAGE if stream else UNSET,
    )


@given(chat_requests(), st.booleans())
def test_a_request_is_decoded_to_what_was_encoded(request: ChatRequest, stream: bool) -> None:
    sent = CODEC.encode(request, terms(PROVIDER, stream=stream))
    assert isinstance(sent.body, bytes)
    decoded = decode_request(sent.method, sent.path, (), sent.body)
    if not sent.losses:
        assert decoded == normalise(request, stream=stream)
    assert isinstance(decoded, ChatRequest)


def read_stream(pieces: list[bytes]) -> tuple[ChatResponse, bool, Failure | None]:
    return read(CODEC.reading(ASKED, terms(PROVIDER, stream=True)), pieces)


@given(st.data(), event_streams(completes=True))
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(
    data: st.DataObject, events: list[Event[ChatResponse]]
) -> None:
    encoder = Encoder(ChatRequest(model="asked", messages="", stream_options=USAGE))
    records = encoded(encoder, events)
    end = events[-1]
    response, complete, failure = read_stream(data.draw(fragmented(records)))
    assert isinstance(end, Completed)
    assert (complete, failure) == (True, None)
    assert response == end.response


@given(event_streams(completes=False))
def test_a_failure_in_the_stream_is_told_and_nothing_before_it_is_lost(events: list[Event[ChatResponse]]) -> None:
    encoder = Encoder(ChatRequest(model="asked", messages=""))
    records = encoded(encoder, events)
    end = events[-1]
    response, complete, failure = read_stream([records])
    assert isinstance(end, Failed)
    assert failure is not None
    assert (complete, failure.message, failure.param) == (False, end.failure.message, end.failure.param)
    if end.partial is not None:
        assert response == end.partial


@given(chat_responses())
def test_a_document_folds_to_the_response_that_it_was_encoded_from(response: ChatResponse) -> None:
    decoder = CODEC.reading(ChatRequest(model="m", messages=""), terms(PROVIDER)).decoder
    fold = Fold()
    fold.extend(decoder.receive_document(encode_response(response)))
    assert (decoder.complete, decoder.failure) == (True, None)
    assert fold.response() == unordered(response)


def unordered(response: ChatResponse) -> ChatResponse:
    """One JSON object says what was said, not in which order."""
    choices = [
        msgspec.structs.replace(choice, message=msgspec.structs.replace(choice.message, parts=None))
        for choice in response.choices
    ]
    return msgspec.structs.replace(response, choices=choices)


@given(event_streams(), st.booleans())
def test_an_exchange_and_a_connection_understand_each_other(events: list[Event[ChatResponse]], stream: bool) -> None:
    exchange = Exchange(PROVIDER, ChatRequest(model="m", messages="hi"), stream=stream)
    converse(exchange, events)
    match events[-1], exchange.outcome and bare(exchange.outcome):
        case Completed(said), Completed(heard):
            assert heard == (said if stream else unordered(said))
        case Failed(said), Failed(heard):
            assert (heard.message, heard.param) == (said.message, said.param)
        case ends:
            raise AssertionError(ends)


@given(chat_responses())
def test_a_response_is_the_fold_of_what_it_unfolds_to(response: ChatResponse) -> None:
    assert folded(unfold(response)) == response


@given(chat_responses())
def test_a_stream_of_nothing_but_its_end_says_everything(response: ChatResponse) -> None:
    """As a gateway streams an answer that it has whole."""
    encoder = Encoder(ChatRequest(model="m", messages="", stream=True, stream_options=USAGE))
    records = encoder.encode(Completed(response))
    assert read_stream([records]) == (response, True, None)


def test_calls_of_unknown_types_go_through_whole() -> None:
    unknown = [Opaque("openai_chat", msgspec.Raw(b'{"id":"%d","type":"zz","zz":{"x": 1}}' % n)) for n in range(2)]
    call = FunctionToolCall(id="a", function=FunctionCall("f", "{}"))
    message = Message("assistant", None, tool_calls=[call], parts=[unknown[0], call, unknown[1]])
    response = ChatResponse("c", 1, "m", [Choice(0, message, "tool_calls")])
    request = ChatRequest(model="m", messages=[message], stream=True)
    document = CODEC.reading(request, terms(PROVIDER)).decoder
    fold = Fold()
    fold.extend(document.receive_document(encode_response(response)))
    assert fold.response() == response
    records = Encoder(request).encode(Completed(response))
    assert read_stream([records])[0].choices == response.choices
    body = CODEC.encode(request, terms(PROVIDER)).body
    assert isinstance(body, bytes)
    sent = msgspec.json.decode(body)
    assert [call["id"] for call in sent["messages"][0]["tool_calls"]] == ["0", "a", "1"]
