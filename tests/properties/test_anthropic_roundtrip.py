"""The two sides of anthropic are each other's test double: what one encodes, the other decodes to the same."""

from __future__ import annotations

from itertools import groupby

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import UNSET, Raw

from sansio import dialects, types
from sansio.dialects.anthropic import MessagesDecoder
from sansio.dialects.anthropic.encoder import Encoder
from sansio.dialects.anthropic.server_failure import encode_failure
from sansio.dialects.anthropic.server_request import FORMAT, decode_request
from sansio.dialects.anthropic.server_response import encode_response
from sansio.dialects.codec import Reply, Terms
from sansio.errors import Failure, Kind
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
from sansio.framing.sse import SseDecoder
from sansio.http import Limits
from sansio.testing.strategies import (
    counts,
    event_streams,
    extras,
    failures,
    fragmented,
    json_values,
    names,
    optional,
    schemas,
    texts,
)
from sansio.types import (
    CacheControl,
    ChatRequest,
    ChatResponse,
    FunctionCall,
    FunctionToolCall,
    Message,
    Opaque,
    OrderedPart,
    Provider,
    ReasoningPart,
    TextPart,
    Thinking,
)

PROVIDER = Provider(name="double", base_url="http://double", dialect="anthropic", keyless=True)
PATH = "/v1/messages"


def terms(*, stream: bool = False) -> Terms:
    return Terms(provider=PROVIDER, stream=stream, limits=Limits())


# -- requests -----------------------------------------------------------------------------------------------------


def opaque(**members: object) -> Opaque:
    return Opaque("anthropic", Raw(msgspec.json.encode(members)))


SAID = texts(min_size=1).map("{}.".format)  # neither empty nor with white space at its end
MARK = optional(st.builds(CacheControl, ttl=optional(st.sampled_from(["5m", "1h"]))))
CITATIONS = st.lists(schemas(), min_size=1, max_size=2).map(lambda found: opaque(citations=found))
DATA = st.sampled_from(["", "aGk=", "eW91"])
TEXTS = st.builds(TextPart, text=SAID, cache_control=MARK, extra=optional(extras()))
CITED = st.builds(TextPart, text=SAID, state=CITATIONS)
URLS = st.just("https://x/y") | DATA.map("data:image/png;base64,{}".format)
IMAGES = st.builds(types.ImagePart, image_url=st.builds(types.ImageUrl, URLS), cache_control=MARK)
FILES = st.builds(
    types.FilePart,
    file=st.one_of(
        st.builds(types.FileReference, filename=optional(SAID), file_id=names()),
        st.builds(types.FileReference, filename=optional(SAID), file_url=st.just("https://x/y")),
        st.builds(types.FileReference, filename=optional(SAID), file_data=DATA.map("data:text/plain;base64,{}".format)),
        st.builds(types.FileReference, file_data=DATA.map("data:application/pdf;base64,{}".format)),
    ),
    cache_control=MARK,
    extra=optional(extras()),
)
OWN = json_values().map(lambda value: opaque(type="unheard_of", value=value))
THOUGHTS = st.builds(
    ReasoningPart, text=texts(), state=names().map(lambda name: opaque(type="thinking", signature=name))
)
USER = st.lists(st.one_of(TEXTS, IMAGES, FILES, OWN), min_size=1, max_size=3)


@st.composite
def conversations(draw: st.DrawFn) -> list[Message]:
    """Instructions, then turns that take turns; every call has its result."""
    messages = [Message("system", draw(st.lists(TEXTS, min_size=1, max_size=2)))] if draw(st.booleans()) else []
    messages.append(Message("user", draw(USER)))
    for turn in range(draw(st.integers(0, 2))):
        parts: list[OrderedPart] = draw(st.lists(st.one_of(TEXTS, CITED, THOUGHTS, OWN), max_size=3))
        calls = [draw(_call(f"toolu_{turn}_{n}")) for n in range(draw(st.integers(0, 2)))]
        parts += calls
        if not parts:
            continue
        messages.append(_assistant(parts))
        messages += [
            Message("tool", draw(texts() | USER), None, call.id, extra=draw(optional(extras()))) for call in calls
        ]
        if not calls or draw(st.booleans()):
            messages.append(Message("user", draw(USER)))
    return messages


def _call(id_: str) -> SearchStrategy[FunctionToolCall]:
    arguments = schemas().map(lambda value: msgspec.json.encode(value).decode())
    state = optional(names().map(lambda name: opaque(toolset_name=name)))
    function = st.builds(FunctionCall, names(), arguments)
    return st.builds(FunctionToolCall, id=st.just(id_), function=function, state=state, extra=optional(extras()))


def _assistant(parts: list[OrderedPart]) -> Message:
    """A message as the server's side fills it from its parts."""
    said = [part.text for part in parts if isinstance(part, TextPart)]
    thought = [part.text for part in parts if isinstance(part, ReasoningPart)]
    calls = [part for part in parts if isinstance(part, FunctionToolCall)]
    return Message(
        "assistant",
        "".join(said) or None,
        tool_calls=calls or None,
        reasoning_content="".join(thought) or None,
        parts=parts,
    )


TOOLS = st.lists(
    st.builds(
        types.FunctionTool,
        st.builds(
            types.FunctionDefinition,
            names(),
            optional(texts()),
            schemas().map(lambda schema: {"type": "object", **schema}),
            optional(st.booleans()),
        ),
        MARK,
        optional(extras()),
    )
    | st.builds(opaque, type=st.just("bash_20250124"), name=st.just("bash")),
    min_size=1,
    max_size=2,
)
CHOICES = st.sampled_from(["auto", "none", "required"]) | st.builds(types.FunctionChoice.of, names())


def maybe(values: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.just(UNSET) | values


def requests() -> SearchStrategy[ChatRequest]:
    parameters = {
        "model": names(),
        "messages": conversations(),
        "max_tokens": st.integers(5000, 9000),
        "stop": maybe(st.lists(SAID, min_size=1, max_size=2)),
        "top_k": maybe(counts()),
        "user": maybe(names()),
        "service_tier": maybe(st.sampled_from(["auto", "standard_only"])),
        "response_format": maybe(
            schemas().map(lambda schema: types.JsonSchemaFormat(types.JsonSchema(FORMAT, schema=schema)))
        ),
        "extra": optional(extras()),
    }
    hot = {"temperature": maybe(st.floats(0, 1))}
    thinking = st.sampled_from([Thinking("disabled"), Thinking("between_tools")])
    effort = {"reasoning_effort": maybe(st.sampled_from(["low", "high"])), "thinking": thinking}
    tools = {"tools": TOOLS, "tool_choice": CHOICES, "parallel_tool_calls": maybe(st.booleans())}
    plain = st.builds(ChatRequest, **parameters, **hot)
    return plain | st.builds(ChatRequest, **parameters, **effort) | st.builds(ChatRequest, **parameters, **tools)


def normalise(request: ChatRequest, *, stream: bool) -> ChatRequest:
    """What a request comes to on the wire: its verb says whether it streams, and `none` leaves nothing to be parallel."""
    alone = request.tool_choice == "none"
    return msgspec.structs.replace(
        request,
        messages=[_normal(message) for message in request.conversation],
        stream=True if stream else UNSET,
        parallel_tool_calls=UNSET if alone else request.parallel_tool_calls,
    )


def _normal(message: Message) -> Message:
    """Parts are given where the order is not the usual one."""
    parts = message.parts or []
    rank: dict[type, int] = {ReasoningPart: 0, TextPart: 1, FunctionToolCall: 2}
    ranks = [rank.get(type(part), 3) for part in parts]
    stateless = not any(isinstance(part, TextPart | ReasoningPart) and part.state is not None for part in parts)
    if not parts or ranks != sorted(ranks) or 3 in ranks or 0 in ranks:
        return message
    content = [part for part in parts if isinstance(part, TextPart)]
    only = content[0].text if len(content) == 1 and content[0] == TextPart(text=content[0].text) else None
    assert stateless or any(part.state for part in content)
    return msgspec.structs.replace(message, content=only or content or None, parts=None)


@given(requests(), st.booleans())
def test_a_request_is_decoded_to_what_was_encoded(request: ChatRequest, stream: bool) -> None:
    encoded = dialects.codec_for(PROVIDER, request).encode(request, terms(stream=stream))
    assert not encoded.losses
    assert isinstance(encoded.body, bytes)
    decoded = decode_request(encoded.method, encoded.path, (), encoded.body)
    assert decoded == normalise(request, stream=stream)


# -- responses ----------------------------------------------------------------------------------------------------


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


def client_fold(records: bytes, pieces: list[bytes]) -> tuple[ChatResponse, bool, Failure | None]:
    """What the client's side makes of a stream: the fold, whether it is complete, and the failure."""
    assert b"".join(pieces) == records
    sse, decoder, fold = SseDecoder(), MessagesDecoder(terms(stream=True)), Fold()
    for piece in pieces:
        fold.extend(decoder.receive([event.data.encode() for event in sse.receive_data(piece)]))
    assert not decoder.notes
    return fold.response(), decoder.complete, decoder.failure


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
    encoder = Encoder(ChatRequest(model="asked", messages=""))
    records = b"".join(map(encoder.encode, events))
    end = events[-1]
    response, complete, failure = client_fold(records, data.draw(fragmented(records)))
    assert isinstance(end, Completed)
    assert (encoder.ended, complete, failure) == (True, True, None)
    assert silent(response) == end.response


@given(answers())
def test_a_document_folds_to_the_response_that_it_was_encoded_from(events: list[Event[ChatResponse]]) -> None:
    end = events[-1]
    assert isinstance(end, Completed)
    decoder, fold = MessagesDecoder(terms()), Fold()
    fold.extend(decoder.receive_document(encode_response(end.response)))
    assert (decoder.complete, decoder.failure, decoder.notes) == (True, None, [])
    assert silent(fold.response()) == end.response


@given(answers())
def test_a_stream_of_nothing_but_its_end_says_everything(events: list[Event[ChatResponse]]) -> None:
    """As a gateway streams an answer that it has whole."""
    end = events[-1]
    assert isinstance(end, Completed)
    records = Encoder(ChatRequest(model="m", messages="")).encode(end)
    response, complete, _ = client_fold(records, [records])
    assert complete
    assert silent(response) == end.response


@given(answers(completes=False))
def test_a_failure_in_the_stream_is_told_and_nothing_before_it_is_lost(events: list[Event[ChatResponse]]) -> None:
    encoder = Encoder(ChatRequest(model="asked", messages=""))
    records = b"".join(map(encoder.encode, events))
    end = events[-1]
    assert isinstance(end, Failed)
    response, complete, failure = client_fold(records, [records])
    assert failure is not None
    assert (complete, failure.message) == (False, end.failure.message)
    if end.partial is not None:
        assert response.text == end.partial.text


@given(event_streams())
def test_streams_of_other_dialects_are_said_as_far_as_the_api_can(events: list[Event[ChatResponse]]) -> None:
    """Interleaved calls, several choices, what the API has no word for: the text and the calls of the first choice are whole."""
    encoder = Encoder(ChatRequest(model="asked", messages=""))
    records = b"".join(map(encoder.encode, events))
    response, complete, failure = client_fold(records, [records])
    assert encoder.ended
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
    request = ChatRequest(model="m", messages="")
    told = dialects.codec_for(PROVIDER, request).failure(Reply(status, dict(headers), body), terms())
    same = ("message", "retry_after", "should_retry", "request_id")
    assert [getattr(told, name) for name in same] == [getattr(failure, name) for name in same]
    assert told.kind == TOLD_AS.get(failure.kind, failure.kind)
