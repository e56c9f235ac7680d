"""A dialect's two sides, one beside the other: what the tests of all of them have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import h11
import msgspec
from msgspec import UNSET

from sansio import dialects
from sansio.dialects.codec import Encoder, Reading, Terms
from sansio.errors import Failure
from sansio.events import Completed, Event, Failed, Fold
from sansio.exchange import Exchange
from sansio.framing.sse import SseDecoder
from sansio.gateway import Connection, Conversation, Write
from sansio.http import Limits, split_url
from sansio.types import (
    ChatRequest,
    ChatResponse,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Provider,
    TextFormat,
)

ASKED = ChatRequest(model="asked", messages="hi")


def double(dialect: str) -> Provider:
    """A provider that speaks *dialect*, without anything of its own."""
    return Provider(name="double", base_url="http://double", dialect=dialect, keyless=True)


def terms(provider: Provider, *, stream: bool = False) -> Terms:
    """What an exchange with it is told."""
    return Terms(provider=provider, stream=stream, limits=Limits())


def folded(events: Iterable[Event[ChatResponse]]) -> ChatResponse:
    """The response that the events amount to, without the end."""
    fold = Fold()
    fold.extend([event for event in events if not isinstance(event, Completed | Failed)])
    return fold.response()


def encoded(encoder: Encoder, events: Iterable[Event[ChatResponse]]) -> bytes:
    """The whole stream."""
    data = b"".join(map(encoder.encode, events))
    assert encoder.ended
    return data


def read(reading: Reading[ChatResponse], pieces: Iterable[bytes]) -> tuple[ChatResponse, bool, Failure | None]:
    """What the client's side makes of server-sent events: the fold, whether it is complete, and the failure."""
    sse, decoder = SseDecoder(), reading.decoder
    for piece in pieces:
        reading.fold.extend(decoder.receive([event.data.encode() for event in sse.receive_data(piece)]))
    assert not decoder.notes
    return reading.fold.response(), decoder.complete, decoder.failure


def heard(provider: Provider, pieces: Sequence[bytes], *, stream: bool = True) -> Completed[ChatResponse] | Failed:
    """How an exchange ends whose answer is those pieces."""
    exchange = Exchange(provider, ASKED, stream=stream)
    type_ = dialects.server(provider.dialect).stream_type if stream else "application/json"
    exchange.receive_head(200, [("content-type", type_)])
    for piece in pieces:
        exchange.receive_data(piece)
    exchange.receive_eof()
    assert exchange.outcome is not None
    return bare(exchange.outcome)


def bare(end: Completed[ChatResponse] | Failed) -> Completed[ChatResponse] | Failed:
    """The end without the provider's name, which an exchange stamps."""
    if isinstance(end, Completed):
        return Completed(msgspec.structs.replace(end.response, provider=None))
    return Failed(end.failure, end.partial and msgspec.structs.replace(end.partial, provider=None))


def converse(exchange: Exchange[ChatResponse], events: list[Event[ChatResponse]]) -> None:
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


def served(provider: Provider, request: ChatRequest, *, stream: bool = False) -> ChatRequest:
    """The request as the server's side reads what the client's side sends of it, which is all of it."""
    sent = dialects.codec_for(provider, request).encode(request, terms(provider, stream=stream))
    assert sent.losses == ()
    assert isinstance(sent.body, bytes)
    found = dialects.server(provider.dialect).decode(sent.method, sent.path, (), sent.body)
    assert isinstance(found, ChatRequest), found
    return found


def body(provider: Provider, request: ChatRequest) -> object:
    """The JSON that the client's side sends."""
    sent = dialects.codec_for(provider, request).encode(request, terms(provider)).body
    assert isinstance(sent, bytes)
    return msgspec.json.decode(sent)


def nameless(format_: object) -> object:
    """The form of an answer at an API whose schemas have no names and may be missing."""
    if not isinstance(format_, JsonSchemaFormat):
        return UNSET if isinstance(format_, TextFormat) else format_
    schema = format_.json_schema.schema
    return JsonObjectFormat() if schema is None else JsonSchemaFormat(JsonSchema("response", schema))
