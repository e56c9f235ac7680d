"""The two sides of bedrock_converse are each other's test double: what one encodes, the other decodes to the same."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import UNSET, Raw

from sansio import Completed, Exchange, Failed
from sansio.dialects.bedrock_converse import CODEC
from sansio.dialects.bedrock_converse.server import SERVER
from sansio.dialects.codec import Reply, Terms
from sansio.errors import Failure, Kind
from sansio.events import (
    AnnotationAdded,
    ChoiceFinished,
    Delta,
    Event,
    Fold,
    ReasoningDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.http import Limits
from sansio.testing.strategies import counts, extras, failures, fragmented, names, optional, schemas, texts
from sansio.types import (
    Annotation,
    AudioPart,
    CacheControl,
    ChatRequest,
    ChatResponse,
    ContentPart,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    InputAudio,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    Opaque,
    OrderedPart,
    PromptTokensDetails,
    Provider,
    ReasoningPart,
    TextPart,
    Thinking,
    UrlCitation,
    Usage,
)

PROVIDER = Provider(name="double", base_url="http://double", dialect="bedrock_converse", keyless=True)
EMPTY: dict[str, object] = {"type": "object", "properties": {}}


def terms(*, stream: bool = False) -> Terms:
    return Terms(provider=PROVIDER, stream=stream, limits=Limits())


# -- requests -------------------------------------------------------------------------------------------------

_text = texts(min_size=1)
_mark = optional(st.builds(CacheControl, ttl=optional(st.sampled_from(["5m", "1h"]))))
_data = st.binary(min_size=1, max_size=6).map(lambda data: msgspec.json.encode(data).decode().strip('"'))


def opaque(kind: str) -> SearchStrategy[Opaque]:
    return schemas().map(lambda members: Opaque("bedrock_converse", Raw(msgspec.json.encode({kind: members}))))


def state(name: str) -> SearchStrategy[Opaque]:
    return texts(min_size=1).map(lambda text: Opaque("bedrock_converse", Raw(msgspec.json.encode({name: text}))))


_texts = st.builds(TextPart, text=_text, cache_control=_mark, extra=optional(extras()))
_images = st.builds(
    ImagePart,
    image_url=st.builds(ImageUrl, _data.map("data:image/png;base64,{}".format) | st.just("s3://bucket/a.webp")),
    cache_control=_mark,
    extra=optional(extras()),
)
_sounds = st.builds(AudioPart, input_audio=st.builds(InputAudio, _data, st.sampled_from(["wav", "mp3"])))
_films = st.builds(
    FilePart,
    file=st.builds(FileReference, file_data=_data.map("data:video/mp4;base64,{}".format))
    | st.builds(FileReference, file_url=st.just("s3://bucket/a.mov")),
    cache_control=_mark,
)
_parts = _texts | _images | _sounds | _films | opaque("guardContent")
_calls = st.builds(
    FunctionToolCall,
    id=names(),
    function=st.builds(FunctionCall, names(), schemas().map(lambda value: msgspec.json.encode(value).decode())),
    extra=optional(extras()),
)
_thoughts = st.one_of(
    st.builds(ReasoningPart, text=_text, extra=optional(extras())),
    st.builds(ReasoningPart, text=texts(), state=state("signature"), extra=optional(extras())),
    st.builds(ReasoningPart, state=state("redactedContent")),
)


@st.composite
def conversations(draw: DrawFn) -> list[Message]:
    """Instructions, then turns in order, with documents and calls whose names and ids are their own."""
    messages: list[Message] = []
    if draw(st.booleans()):
        messages.append(Message("system", draw(_text | st.lists(_texts, min_size=2, max_size=3))))
    called = 0
    for turn in range(draw(st.integers(1, 3))):
        parts: list[ContentPart] = draw(st.lists(_parts, min_size=1, max_size=3))
        if draw(st.booleans()):
            file = FileReference(f"document {turn}.pdf", f"data:application/pdf;base64,{draw(_data)}")
            parts.append(FilePart(file=file, cache_control=draw(_mark), extra=draw(optional(extras()))))
        messages.append(Message("user", parts, extra=draw(optional(extras()))))
        answer: list[OrderedPart] = draw(st.lists(_thoughts | _texts | opaque("citedContent"), max_size=2))
        for call in draw(st.lists(_calls, max_size=2)):
            called += 1
            answer.append(msgspec.structs.replace(call, id=f"call-{called}"))
        if not answer:
            break
        messages.append(Message("assistant", parts=answer, extra=draw(optional(extras()))))
        for part in answer:
            if isinstance(part, FunctionToolCall):
                content = draw(texts() | st.lists(_texts | _images, min_size=1, max_size=2).map(unmarked))
                messages.append(Message("tool", content, tool_call_id=part.id, extra=draw(optional(extras()))))
    return messages


def unmarked(parts: list[TextPart | ImagePart]) -> list[TextPart | ImagePart]:
    """Only the last part of a result may carry a mark, which stands behind the result."""
    return [*(msgspec.structs.replace(part, cache_control=None) for part in parts[:-1]), parts[-1]]


_functions = st.builds(
    FunctionDefinition, names(), optional(_text), optional(schemas()), optional(st.booleans()), optional(extras())
)
_tools = st.builds(FunctionTool, _functions, cache_control=_mark, extra=optional(extras())) | opaque("systemTool")
_schema = st.builds(JsonSchema, names(), schemas(), optional(_text))


def maybe(values: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.just(UNSET) | values


@st.composite
def requests(draw: DrawFn) -> ChatRequest:
    """Requests that lose nothing here."""
    parameters = {
        "max_tokens": counts(),
        "temperature": st.floats(0, 1),
        "top_p": st.floats(0, 1),
        "top_k": counts(),
        "stop": st.lists(_text, min_size=1, max_size=2),
        "metadata": st.dictionaries(names(), texts(), min_size=1, max_size=2),
        "service_tier": st.sampled_from(["default", "flex", "priority"]),
        "reasoning_effort": st.sampled_from(["low", "high"]),
        "thinking": st.builds(Thinking, names(), optional(counts()), optional(names()), optional(extras())),
        "response_format": st.builds(JsonSchemaFormat, _schema),
    }
    given_ = {name: draw(maybe(values)) for name, values in parameters.items()}
    if draw(st.booleans()):
        given_["tools"] = draw(st.lists(_tools, min_size=1, max_size=2))
        choice = st.sampled_from(["auto", "required"]) | st.builds(FunctionChoice.of, names()) | opaque("other")
        given_["tool_choice"] = draw(maybe(choice))
    request = ChatRequest(model=draw(names() | st.just("a.b-v1:0")), messages=draw(conversations()))
    return msgspec.structs.replace(request, **given_, extra=draw(optional(extras())))


def said(messages: Sequence[Message]) -> list[object]:
    """What messages say, in whichever of their forms."""
    return [(message.role, list(ordered(message)), message.tool_call_id, message.extra) for message in messages]


def ordered(message: Message) -> Sequence[OrderedPart]:
    return [part for part in message.ordered if part != TextPart(text="")]


def whole_tools(request: ChatRequest) -> object:
    """The tools, where a function without parameters takes an empty object."""
    if not request.tools:
        return request.tools
    return [
        msgspec.structs.replace(tool, function=msgspec.structs.replace(tool.function, parameters=EMPTY))
        if isinstance(tool, FunctionTool) and not tool.function.parameters
        else tool
        for tool in request.tools
    ]


@given(requests(), st.booleans())
def test_a_request_is_decoded_to_what_was_encoded(request: ChatRequest, stream: bool) -> None:
    encoded = CODEC.encode(request, terms(stream=stream))
    assert not encoded.losses
    assert isinstance(encoded.body, bytes)
    decoded = SERVER.decode_request(encoded.method, encoded.path, (), encoded.body)
    assert isinstance(decoded, ChatRequest)
    assert said(decoded.conversation) == said(request.conversation)
    expected = msgspec.structs.replace(
        request, messages=decoded.messages, tools=whole_tools(request), stream=True if stream else UNSET
    )
    assert decoded == expected


# Names that mean something somewhere, so that random JSON reaches every reader.
_NAMES = st.sampled_from(
    [
        "additionalModelRequestFields",
        "additionalModelResponseFields",
        "audio",
        "auto",
        "bytes",
        "cacheDetails",
        "cachePoint",
        "citation",
        "citations",
        "citationsContent",
        "content",
        "contentBlockDelta",
        "contentBlockIndex",
        "contentBlockStart",
        "contentBlockStop",
        "delta",
        "document",
        "effort",
        "error",
        "format",
        "guardrail",
        "image",
        "inferenceConfig",
        "input",
        "inputSchema",
        "inputTokens",
        "json",
        "jsonSchema",
        "location",
        "maxTokens",
        "message",
        "messageStop",
        "messages",
        "metadata",
        "name",
        "newException",
        "output",
        "outputConfig",
        "reasoningContent",
        "reasoningText",
        "redactedContent",
        "requestMetadata",
        "role",
        "s3Location",
        "schema",
        "serviceTier",
        "signature",
        "source",
        "start",
        "stopReason",
        "stopSequences",
        "structure",
        "system",
        "text",
        "textFormat",
        "thinking",
        "title",
        "tool",
        "toolChoice",
        "toolConfig",
        "toolResult",
        "toolSpec",
        "toolUse",
        "toolUseId",
        "tools",
        "trace",
        "ttl",
        "type",
        "uri",
        "url",
        "usage",
        "web",
    ]
)
_WORDS = st.sampled_from(
    ["user", "assistant", "png", "default", "json_schema", "s3://b/a.png", "eA==", "{}", "tool_use"]
)
_leaves: SearchStrategy[object] = st.none() | st.booleans() | st.integers(-1, 3) | _WORDS | texts()
_values = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=20,
)
_objects = st.dictionaries(_NAMES, _values, max_size=4).map(msgspec.json.encode)


@given(_objects | st.binary(max_size=40), st.text(max_size=20), st.booleans())
def test_no_request_makes_the_server_raise(body: bytes, path: str, known: bool) -> None:
    path = "/model/m/converse" if known else path
    found = SERVER.decode_request("POST", path, (), body)
    assert isinstance(found, ChatRequest | Failure)


@given(st.lists(_objects | st.binary(max_size=40), max_size=5), st.booleans())
def test_no_record_makes_the_client_raise(records: list[bytes], whole: bool) -> None:
    reading = CODEC.reading(ChatRequest(model="m", messages="hi"), terms(stream=not whole))
    decoder, fold = reading.decoder, reading.fold
    fold.extend(decoder.receive_document(b"".join(records)) if whole else decoder.receive(records))
    assert not (decoder.complete and decoder.failure)
    assert decoder.complete or decoder.failure or not whole
    fold.response()


# -- answers --------------------------------------------------------------------------------------------------

_citations = st.builds(AnnotationAdded, st.builds(Annotation, st.just("citation"), extra=extras())) | st.builds(
    AnnotationAdded, st.builds(Annotation, st.just("url_citation"), st.builds(UrlCitation, _text, optional(_text)))
)


@st.composite
def usages(draw: DrawFn) -> Usage:
    """Counts that add up."""
    input_, read, written, output = (draw(st.integers(0, 1000)) for _ in range(4))
    details = PromptTokensDetails(
        cached_tokens=read, cache_write_tokens=written, cache_write_5m_tokens=draw(optional(st.just(written)))
    )
    total = input_ + read + written + output
    return Usage(input_ + read + written, output, total, draw(st.just(details) if read + written else st.none()))


@st.composite
def answers(draw: DrawFn) -> list[Delta]:
    """The events of a whole answer, as this dialect gives them."""
    events: list[Delta] = []
    if (tier := draw(optional(names()))) is not None:
        events.append(Started(service_tier=tier))
    calls = 0
    for kind in draw(st.lists(st.sampled_from(["text", "thought", "redacted", "call", "item"]), max_size=5)):
        if kind == "text":
            events += [TextDelta(text) for text in draw(st.lists(_text, min_size=1, max_size=3))]
        elif kind == "thought":
            events += [ReasoningDelta(draw(_text)), StateAdded(draw(state("signature")))]
        elif kind == "redacted":
            events += [ReasoningDelta(""), StateAdded(draw(state("redactedContent")))]
        elif kind == "call":
            events.append(ToolCallStarted(calls, f"call-{calls}", draw(names())))
            arguments = msgspec.json.encode(draw(schemas())).decode()
            events += [
                ToolCallDelta(calls, piece.decode()) for piece in (arguments[:1].encode(), arguments[1:].encode())
            ]
            calls += 1
        else:
            events.append(draw(items()))
    events += draw(st.lists(_citations, max_size=2))
    reasons = st.sampled_from(["length", "content_filter"]) if calls == 0 else st.just("length")
    native = {
        "length": "max_tokens",
        "content_filter": "content_filtered",
        "tool_calls": "tool_use",
        "stop": "end_turn",
    }
    reason = draw(reasons | st.just("tool_calls" if calls else "stop"))
    events.append(ChoiceFinished(reason, native[reason]))
    if (usage := draw(optional(usages()))) is not None:
        events.append(UsageReported(usage))
    return events


@st.composite
def items(draw: DrawFn) -> Opaque:
    """What only Converse understands: its own tools, images, and what is not known."""
    call = {"name": draw(names()), "toolUseId": "t1", "type": "server_tool_use", "input": draw(schemas())}
    result = {"toolUseId": "t1", "type": "x_result", "content": [{"text": draw(texts())}]}
    image = {"format": "png", "source": {"bytes": draw(_data)}}
    blocks: list[object] = [{"toolUse": call}, {"toolResult": result}, {"image": image}, {"unheardOf": draw(schemas())}]
    return Opaque("bedrock_converse", Raw(msgspec.json.encode(draw(st.sampled_from(blocks)))))


def folded(events: Sequence[Event[ChatResponse]]) -> ChatResponse:
    fold = Fold()
    fold.extend([event for event in events if not isinstance(event, Completed | Failed)])
    return fold.response()


def encoded(events: Sequence[Event[ChatResponse]]) -> bytes:
    encoder = SERVER.encoder(ChatRequest(model="m", messages="hi", stream=True), "/model/m/converse-stream")
    data = b"".join(map(encoder.encode, events))
    assert encoder.ended
    return data


def heard(pieces: Sequence[bytes], *, stream: bool = True) -> Completed[ChatResponse] | Failed:
    exchange = Exchange(PROVIDER, ChatRequest(model="m", messages="hi"), stream=stream)
    exchange.receive_head(200, [("content-type", SERVER.stream_type if stream else "application/json")])
    for piece in pieces:
        exchange.receive_data(piece)
    exchange.receive_eof()
    assert exchange.outcome is not None
    return exchange.outcome


def bare(response: ChatResponse) -> ChatResponse:
    """The response without what an exchange stamps."""
    return msgspec.structs.replace(response, provider=None)


@given(st.data(), answers())
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(data: st.DataObject, events: list[Delta]) -> None:
    response = folded(events)
    body = encoded([*events, Completed(response)])
    end = heard(data.draw(fragmented(body)))
    assert isinstance(end, Completed)
    assert bare(end.response) == response


@given(answers())
def test_a_stream_of_nothing_but_its_end_says_everything(events: list[Delta]) -> None:
    """As a gateway streams an answer that it has whole."""
    response = folded(events)
    end = heard([encoded([Completed(response)])])
    assert isinstance(end, Completed)
    assert bare(end.response) == response


@given(answers())
def test_a_document_folds_to_the_response_that_it_was_encoded_from(events: list[Delta]) -> None:
    response = folded(events)
    end = heard([SERVER.encode_response(response)], stream=False)
    assert isinstance(end, Completed)
    assert bare(end.response) == response


@given(st.data(), answers())
def test_a_flipped_bit_never_completes_with_another_text(data: st.DataObject, events: list[Delta]) -> None:
    response = folded(events)
    body = bytearray(encoded([*events, Completed(response)]))
    place = data.draw(st.integers(0, 8 * len(body) - 1))
    body[place // 8] ^= 1 << place % 8
    end = heard([bytes(body)])
    assert isinstance(end, Failed) or bare(end.response) == response


@given(answers(), failures())
def test_a_failure_in_the_stream_is_told_and_nothing_before_it_is_lost(events: list[Delta], failure: Failure) -> None:
    before = [event for event in events if not isinstance(event, ChoiceFinished | UsageReported | Started)]
    fold = Fold()
    fold.extend(before)
    end = heard([encoded([*before, Failed(failure)])])
    assert isinstance(end, Failed)
    assert end.failure.message == failure.message
    assert (end.partial and bare(end.partial)) == fold.partial()


# What went wrong behind a server is the model's error to its client; a refusal by this library is a bad request.
TOLD_AS: dict[Kind, Kind] = {
    "connection": "server_error",
    "limit_exceeded": "server_error",
    "protocol": "server_error",
    "truncated": "server_error",
    "unsupported": "bad_request",
}


@given(failures())
def test_a_failure_before_any_output_is_told_by_status_headers_and_body(failure: Failure) -> None:
    status, headers, body = SERVER.encode_failure(failure)
    told = CODEC.failure(Reply(status, dict(headers), body), terms())
    assert (told.message, told.retry_after, told.should_retry) == (
        failure.message,
        failure.retry_after,
        failure.should_retry,
    )
    assert told.kind == TOLD_AS.get(failure.kind, failure.kind)
