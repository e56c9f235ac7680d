"""The two sides of openai_chat are each other's test double: what one encodes, the other decodes to the same."""

from __future__ import annotations

import h11
import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from sansio.dialects.codec import Reply, Terms
from sansio.dialects.openai_chat import CODEC
from sansio.dialects.openai_chat.encoder import Encoder
from sansio.dialects.openai_chat.server_failure import encode_failure
from sansio.dialects.openai_chat.server_request import decode_request
from sansio.dialects.openai_chat.server_response import encode_response
from sansio.errors import Failure, Kind
from sansio.events import Completed, Event, Failed, Fold, unfold
from sansio.exchange import Exchange
from sansio.framing.sse import SseDecoder
from sansio.gateway import Connection, Conversation, Write
from sansio.http import Limits, split_url
from sansio.testing.strategies import chat_requests, chat_responses, event_streams, failures, fragmented
from sansio.types import (
    ChatRequest,
    ChatResponse,
    Choice,
    FunctionCall,
    FunctionToolCall,
    Message,
    Opaque,
    Provider,
    StreamOptions,
)

PROVIDER = Provider(name="double", base_url="http://double/v1", dialect="openai_chat", keyless=True)
PATH = "/v1/chat/completions"
USAGE = StreamOptions(include_usage=True)


def terms(*, stream: bool = False) -> Terms:
    return Terms(provider=PROVIDER, stream=stream, limits=Limits())


def normalise(request: ChatRequest, *, stream: bool) -> ChatRequest:
    """What a request comes to on the wire: its verb says whether it streams, and a bare text is a message."""
    return msgspec.structs.replace(
        request,
        messages=request.conversation,
        stream=True if stream else UNSET,
        stream_options=USAGE if stream else UNSET,
    )


@given(chat_requests(), st.booleans())
def test_a_request_is_decoded_to_what_was_encoded(request: ChatRequest, stream: bool) -> None:
    encoded = CODEC.encode(request, terms(stream=stream))
    assert isinstance(encoded.body, bytes)
    decoded = decode_request(encoded.method, encoded.path, (), encoded.body)
    if not encoded.losses:
        assert decoded == normalise(request, stream=stream)
    assert isinstance(decoded, ChatRequest)


def client_fold(records: bytes, pieces: list[bytes]) -> tuple[ChatResponse, bool, Failure | None]:
    """What the client's side makes of a stream: the fold, whether it is complete, and the failure."""
    assert b"".join(pieces) == records
    sse, decoder, fold = (
        SseDecoder(),
        CODEC.reading(ChatRequest(model="m", messages=""), terms(stream=True)).decoder,
        Fold(),
    )
    for piece in pieces:
        fold.extend(decoder.receive([event.data.encode() for event in sse.receive_data(piece)]))
    return fold.response(), decoder.complete, decoder.failure


@given(st.data(), event_streams(completes=True))
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(
    data: st.DataObject, events: list[Event[ChatResponse]]
) -> None:
    encoder = Encoder(ChatRequest(model="asked", messages="", stream_options=USAGE))
    records = b"".join(map(encoder.encode, events))
    end = events[-1]
    response, complete, failure = client_fold(records, data.draw(fragmented(records)))
    assert isinstance(end, Completed)
    assert (encoder.ended, complete, failure) == (True, True, None)
    assert response == end.response


@given(event_streams(completes=False))
def test_a_failure_in_the_stream_is_told_and_nothing_before_it_is_lost(events: list[Event[ChatResponse]]) -> None:
    encoder = Encoder(ChatRequest(model="asked", messages=""))
    records = b"".join(map(encoder.encode, events))
    end = events[-1]
    response, complete, failure = client_fold(records, [records])
    assert isinstance(end, Failed)
    assert failure is not None
    assert (complete, failure.message, failure.param) == (False, end.failure.message, end.failure.param)
    if end.partial is not None:
        assert response == end.partial


@given(chat_responses())
def test_a_document_folds_to_the_response_that_it_was_encoded_from(response: ChatResponse) -> None:
    decoder = CODEC.reading(ChatRequest(model="m", messages=""), terms()).decoder
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


# What went wrong behind a server is the server's own error to its client; a refusal by this library is a bad request.
TOLD_AS: dict[Kind, Kind] = {
    "connection": "server_error",
    "limit_exceeded": "server_error",
    "protocol": "server_error",
    "truncated": "server_error",
    "unsupported": "bad_request",
}


@given(failures())
def test_a_failure_before_any_output_is_told_by_status_headers_and_body(failure: Failure) -> None:
    status, headers, body = encode_failure(failure)
    told = CODEC.failure(Reply(status, dict(headers), body), terms())
    same = ("message", "param", "retry_after", "should_retry")
    assert [getattr(told, name) for name in same] == [getattr(failure, name) for name in same]
    assert told.kind == TOLD_AS.get(failure.kind, failure.kind)


def ask(exchange: Exchange[ChatResponse], events: list[Event[ChatResponse]]) -> None:
    """Have the exchange's request answered with those events, through HTTP/1.1 and both of its sides."""
    client, server = h11.Connection(h11.CLIENT), Conversation(Connection(), lambda _: events)
    request, target = exchange.request, split_url(exchange.request.url)[1]
    assert isinstance(request.body, bytes)
    length = ("content-length", str(len(request.body)))
    sent = [h11.Request(method="POST", target=target, headers=[("host", "double"), length, *request.headers])]
    for part in (*sent, h11.Data(data=request.body), h11.EndOfMessage()):
        if data := client.send(part):
            server.receive_data(data)
    for action in iter(server.next_action, None):
        assert isinstance(action, Write)
        client.receive_data(action.data)
    head = client.next_event()
    assert isinstance(head, h11.Response)
    exchange.receive_head(head.status_code, [(name.decode(), value.decode()) for name, value in head.headers])
    while isinstance(piece := client.next_event(), h11.Data):
        exchange.receive_data(bytes(piece.data))
    assert isinstance(piece, h11.EndOfMessage)
    exchange.receive_eof()


@given(event_streams(), st.booleans())
def test_an_exchange_and_a_connection_understand_each_other(events: list[Event[ChatResponse]], stream: bool) -> None:
    exchange = Exchange(PROVIDER, ChatRequest(model="m", messages="hi"), stream=stream)
    ask(exchange, events)
    match events[-1], exchange.outcome:
        case Completed(said), Completed(heard):
            assert msgspec.structs.replace(heard, provider=None) == (said if stream else unordered(said))
        case Failed(said), Failed(heard):
            assert (heard.message, heard.param) == (said.message, said.param)
        case ends:
            raise AssertionError(ends)


@given(chat_responses())
def test_a_response_is_the_fold_of_what_it_unfolds_to(response: ChatResponse) -> None:
    fold = Fold()
    fold.extend(unfold(response))
    assert fold.response() == response


@given(chat_responses())
def test_a_stream_of_nothing_but_its_end_says_everything(response: ChatResponse) -> None:
    """As a gateway streams an answer that it has whole."""
    encoder = Encoder(ChatRequest(model="m", messages="", stream=True, stream_options=USAGE))
    records = encoder.encode(Completed(response))
    assert client_fold(records, [records]) == (response, True, None)


def test_calls_of_unknown_types_go_through_whole() -> None:
    unknown = [Opaque("openai_chat", msgspec.Raw(b'{"id":"%d","type":"zz","zz":{"x": 1}}' % n)) for n in range(2)]
    call = FunctionToolCall(id="a", function=FunctionCall("f", "{}"))
    message = Message("assistant", None, tool_calls=[call], parts=[unknown[0], call, unknown[1]])
    response = ChatResponse("c", 1, "m", [Choice(0, message, "tool_calls")])
    request = ChatRequest(model="m", messages=[message], stream=True)
    document = CODEC.reading(request, terms()).decoder
    fold = Fold()
    fold.extend(document.receive_document(encode_response(response)))
    assert fold.response() == response
    records = Encoder(request).encode(Completed(response))
    assert client_fold(records, [records])[0].choices == response.choices
    encoded = CODEC.encode(request, terms())
    assert isinstance(encoded.body, bytes)
    sent = msgspec.json.decode(encoded.body)
    assert [call["id"] for call in sent["messages"][0]["tool_calls"]] == ["0", "a", "1"]
