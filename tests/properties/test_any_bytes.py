"""Whatever comes for an answer, in any dialect: nothing is raised, there is one end, and it does not matter how it is cut.

What comes is what a server of ours says, with some of its JSON or some of its bytes changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias, cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sansio import dialects, types
from sansio.errors import EXCEPTIONS, LocalProtocolError
from sansio.events import Completed, Data, Event, Failed
from sansio.exchange import Exchange
from sansio.framing.eventstream import EventStreamDecoder, EventStreamMessage, encode
from sansio.testing.strategies import event_streams, fragmented, json_values
from sansio.types import ChatRequest, ChatResponse, Provider, Request, Response
from tests.properties.crossing import DOUBLES, server_of

Draw: TypeAlias = st.DrawFn
_JSON: Final = msgspec.json.Encoder().encode
_RECORD: Final = re.compile(rb"(?m)^(data: )?(\{.*\})\r?$")


# -- changes ----------------------------------------------------------------------------------------------------------


def changed(draw: Draw, value: object) -> object:
    """The value with one place in it changed: another value, none, or a name that is not there."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        members = cast("dict[str, object]", value)
        name = draw(st.sampled_from(sorted(members)))
        if draw(st.booleans()):
            return {**members, name: changed(draw, members[name])}
        return {other: member for other, member in members.items() if other != name}
    if isinstance(value, list) and value and draw(st.booleans()):
        items = cast("list[object]", value)
        place = draw(st.integers(0, len(items) - 1))
        return [*items[:place], changed(draw, items[place]), *items[draw(st.integers(place, place + 1)) :]]
    return draw(json_values())


def payload(draw: Draw, raw: bytes) -> bytes:
    """A JSON text, as it is or changed."""
    return raw if draw(st.integers(0, 3)) else _JSON(changed(draw, msgspec.json.decode(raw)))


def recording(draw: Draw, body: bytes) -> bytes:
    """The records of a body, some of them changed, left out, or told twice."""
    decoder = EventStreamDecoder()
    messages = decoder.receive_data(body)
    if messages:
        records = [encode(EventStreamMessage(message.headers, payload(draw, message.payload))) for message in messages]
    else:
        lines = _RECORD.sub(lambda found: (found[1] or b"") + payload(draw, found[2]), body)
        records = re.split(rb"(?<=\n\n)|(?<=\}\n)", lines)
    times = draw(st.lists(st.sampled_from([1, 1, 1, 1, 0, 2]), min_size=len(records), max_size=len(records)))
    return b"".join(record * count for record, count in zip(records, times, strict=True))


def spoiled(draw: Draw, body: bytes) -> bytes:
    """The body, or one with some bytes in it that are others, or the end of it missing."""
    for _ in range(draw(st.sampled_from([0, 0, 1, 3]))):
        start = draw(st.integers(0, len(body)))
        body = body[:start] + draw(st.binary(max_size=4)) + body[start + draw(st.integers(0, 4)) :]
    return body[: draw(st.integers(0, len(body)))] if draw(st.integers(0, 3)) == 0 else body


# -- exchanges --------------------------------------------------------------------------------------------------------


def hear(new: Callable[[], Exchange[Response]], status: int, type_: str, pieces: list[bytes], *, clean: bool) -> object:
    """What an exchange says with that response: a download, and its events, of which the last is the one end."""
    exchange = new()
    exchange.receive_head(status, [("content-type", type_), ("retry-after", "7")])
    for piece in pieces:
        exchange.receive_data(piece)
    if clean:
        exchange.receive_eof()
    else:
        exchange.receive_broken("reset")
    events = exchange.take_events()
    assert [isinstance(event, Completed | Failed) for event in events] == [False] * (len(events) - 1) + [True]
    if isinstance(end := events[-1], Failed):
        assert end.failure.kind in EXCEPTIONS
        assert end.failure.message
    received = b"".join([event.data for event in events if isinstance(event, Data)])  # cut as it came
    return received, [event for event in events if not isinstance(event, Data)]


@pytest.mark.parametrize("dialect", DOUBLES)
@given(data=st.data(), said=event_streams(), asked=st.booleans(), stream=st.booleans(), clean=st.booleans())
@settings(max_examples=40)
def test_any_answer_has_one_end(
    dialect: str, data: st.DataObject, said: list[Event[ChatResponse]], *, asked: bool, stream: bool, clean: bool
) -> None:
    """Also a document where a stream was asked for, a stream where none was, and an error."""
    request = ChatRequest(model="m", messages="Hi.")

    def new() -> Exchange[ChatResponse]:
        return Exchange(DOUBLES[dialect], request, stream=asked, on_loss="drop")

    target, server = server_of(new().request.url)
    status, type_, end = 200, server.stream_type if stream else "application/json", said[-1]
    if stream:
        encoder = server.encoder(request, target)
        body = b"".join(map(encoder.encode, said))
    elif isinstance(end, Completed):
        body = server.encode_response(end.response)
    else:
        assert isinstance(end, Failed)
        status, _, body = server.encode_failure(end.failure)
    body = data.draw(st.composite(lambda draw: spoiled(draw, recording(draw, body)))())
    whole = hear(new, status, type_, [body], clean=clean)
    assert hear(new, status, type_, data.draw(fragmented(body)), clean=clean) == whole


_OPERATIONS: Final[list[Request[Response]]] = [
    types.BatchResultsRequest(id="1", output_file_id="1"),
    types.CountTokensRequest(ChatRequest(model="m", messages="Hi.")),
    types.EmbeddingRequest(model="cohere.embed-v4:0", input=["a", "b"]),
    types.EmbeddingRequest(model="amazon.titan-embed-text-v2:0", input="a"),
    types.FileContentRequest(id="1"),
    types.GetBatchRequest(id="1"),
    types.GetFileRequest(id="1"),
    types.GetModelRequest(model="m"),
    types.GetResponseRequest(id="1"),
    types.ImageRequest(model="m", prompt="a"),
    types.ListBatchesRequest(),
    types.ListFilesRequest(),
    types.ListModelsRequest(),
    types.ModerationRequest(model="m", input="a"),
    types.RerankRequest(model="m", query="a", documents=["b"]),
]
_WORD: Final = re.compile(r"\w+")
_GROUPS: Final = frozenset(
    _WORD.findall("batches count_tokens embeddings files images models moderation rerank responses")
)
# Members that answers to these have somewhere.
_NAMES: Final = st.sampled_from(
    _WORD.findall(
        """b64_json billed_units bytesBase64Encoded candidates content createTime custom_id data dest detail embedding
        embeddings error files float id index inlinedResponses inputTextTokenCount input_tokens message meta metadata model
        models name object output parts predictions processing_status relevance_score request_counts response results role
        state status stop_reason text tokens totalTokens type usage value values"""
    )
)
_ANSWERS: Final = st.recursive(
    json_values() | st.sampled_from(["0.5", "ended", "2025-01-01T00:00:00Z", "2025-01-01T00:00:00", "error"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("dialect", DOUBLES)
@given(data=st.data(), answer=_ANSWERS, status=st.sampled_from([200, 200, 200, 400, 529]), clean=st.booleans())
@settings(max_examples=40)
def test_any_answer_to_another_request_has_one_end(
    dialect: str, data: st.DataObject, answer: object, status: int, *, clean: bool
) -> None:
    provider = msgspec.structs.replace(DOUBLES[dialect], operations=_GROUPS)
    request = data.draw(st.sampled_from([request for request in _OPERATIONS if _takes(provider, request)]))
    body = data.draw(st.composite(lambda draw: spoiled(draw, _JSON(answer) + b"\n"))())

    def new() -> Exchange[Response]:
        return Exchange(provider, request, on_loss="drop")

    whole = hear(new, status, "application/json", [body], clean=clean)
    assert hear(new, status, "application/json", data.draw(fragmented(body)), clean=clean) == whole


def _takes(provider: Provider, request: Request[Response]) -> bool:
    try:
        dialects.codec_for(provider, request)
    except LocalProtocolError:
        return False
    return True
