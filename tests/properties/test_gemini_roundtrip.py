"""The two sides of gemini are each other's test double: what one encodes, the other decodes to the same."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import UNSET, Raw

from sansio.dialects.codec import Encoded, Reply, Terms
from sansio.dialects.gemini import CODEC, encode_request
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
    Fold,
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
from sansio.exchange import Exchange
from sansio.http import Limits
from sansio.testing.strategies import counts, failures, fragmented, json_values, names, optional, texts
from sansio.types import (
    Annotation,
    AudioOptions,
    AudioPart,
    ChatRequest,
    ChatResponse,
    CompletionTokensDetails,
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
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    Opaque,
    PromptTokensDetails,
    Provider,
    TextFormat,
    TextPart,
    TokenLogprob,
    TopLogprob,
    UrlCitation,
    Usage,
    system,
    tool,
    user,
)

PROVIDER = Provider(name="double", base_url="http://double/v1beta", dialect="gemini", keyless=True)
DATA = st.sampled_from(["", "AAAA", "iVBORw0KGgo="])
JSON_OBJECTS = st.dictionaries(texts(), json_values(), max_size=3).map(
    lambda value: msgspec.json.encode(value).decode()
)


def terms(*, stream: bool = False) -> Terms:
    return Terms(provider=PROVIDER, stream=stream, limits=Limits())


# -- requests ---------------------------------------------------------------------------------------------------------


def image(data: str) -> ImagePart:
    return ImagePart(image_url=ImageUrl(f"data:image/png;base64,{data}"))


def document(data: str) -> FilePart:
    return FilePart(file=FileReference(file_data=f"data:application/pdf;base64,{data}"))


def parts() -> SearchStrategy[TextPart | ImagePart | AudioPart | FilePart | Opaque]:
    extra = optional(st.just({"videoMetadata": Raw(b'{"fps":1}')}))
    return st.one_of(
        st.builds(TextPart, text=texts(), extra=extra),
        st.builds(image, DATA),
        st.builds(
            AudioPart, input_audio=st.builds(InputAudio, DATA, st.sampled_from(["wav", "mp3", "audio/L16;rate=8"]))
        ),
        st.builds(document, DATA),
        st.builds(FilePart, file=st.builds(FileReference, file_url=st.just("https://a/b.pdf"))),
        st.just(Opaque("gemini", Raw(b'{"x_part":{"y":[1]}}'))),
    )


@st.composite
def conversations(draw: DrawFn) -> list[Message]:
    """Instructions or none, then turns: the user's, the model's, and the results of its calls."""
    messages = [system(draw(texts()))] if draw(st.booleans()) else []
    for turn in range(draw(st.integers(1, 3))):
        content = draw(texts() | st.lists(parts(), min_size=2, max_size=3))
        messages.append(user(content))
        count = draw(st.integers(0, 2))
        calls = [
            FunctionToolCall(id=f"id_{turn}_{n}", function=FunctionCall(draw(names()), draw(JSON_OBJECTS)))
            for n in range(count)
        ]
        text, reasoning = draw(texts(min_size=1)), draw(optional(texts(min_size=1)))
        messages.append(Message("assistant", text, tool_calls=calls or None, reasoning_content=reasoning))
        messages += [
            tool(draw(JSON_OBJECTS.filter(lambda text: '"output"' not in text) | names()), call.id) for call in calls
        ]
    return messages


def schemas() -> SearchStrategy[dict[str, object]]:
    plain: SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(names(), st.just({"type": "string"}), min_size=1)}
    )
    return plain | plain.map(lambda schema: {**schema, "additionalProperties": False})


@st.composite
def requests(draw: DrawFn) -> ChatRequest:
    """Requests of what the API can say, in the form that a server gives them."""
    given_: dict[str, object] = {}
    number, maybe = st.floats(-2, 2), st.booleans()
    for name, values in {
        "audio": st.builds(AudioOptions, names(), st.just("pcm16")),
        "frequency_penalty": number,
        "logprobs": st.booleans(),
        "max_completion_tokens": counts(),
        "modalities": st.just(["text", "image"]),
        "n": st.integers(1, 3),
        "presence_penalty": number,
        "response_format": st.one_of(
            st.just(TextFormat()),
            st.just(JsonObjectFormat()),
            schemas().map(lambda schema: JsonSchemaFormat(JsonSchema("response", schema=schema))),
        ),
        "seed": counts(),
        "service_tier": st.sampled_from(["standard", "flex", "priority"]),
        "stop": st.lists(texts(), min_size=1, max_size=2),
        "store": st.booleans(),
        "temperature": number,
        "top_k": counts(),
        "top_logprobs": st.integers(0, 20),
        "top_p": number,
    }.items():
        if draw(maybe):
            given_[name] = draw(values)
    if draw(maybe):
        function = st.builds(FunctionDefinition, names(), optional(texts()), optional(schemas()))
        given_["tools"] = [*draw(st.lists(st.builds(FunctionTool, function), min_size=1, max_size=2))]
        choice = draw(st.sampled_from([None, "auto", "none", "required", FunctionChoice.of("f")]))
        if choice is not None:
            given_["tool_choice"] = choice
    extra = draw(optional(st.just({"safetySettings": Raw(b"[]"), "generationConfig": Raw(b'{"imageConfig":{}}')})))
    return msgspec.structs.replace(
        ChatRequest(model=draw(names()), messages=draw(conversations()), extra=extra), **given_
    )


def read(encoded: Encoded) -> ChatRequest | Failure:
    """What the server makes of it."""
    assert isinstance(encoded.body, bytes)
    return SERVER.decode_request(encoded.method, f"/v1beta{encoded.path}", (), encoded.body)


@given(requests(), st.booleans())
def test_a_request_is_decoded_to_what_was_encoded(request: ChatRequest, stream: bool) -> None:
    encoded = encode_request(request, terms(stream=stream))
    assert encoded.losses == ()
    assert read(encoded) == msgspec.structs.replace(request, stream=True if stream else UNSET)


@given(requests())
def test_names_in_snake_case_mean_the_same(request: ChatRequest) -> None:
    """As protobuf's JSON has it; JSON schemas and arguments have names of their own."""
    encoded = encode_request(msgspec.structs.replace(request, tools=UNSET, tool_choice=UNSET), terms())
    assert isinstance(encoded.body, bytes)
    body = msgspec.json.decode(encoded.body, type=dict[str, Raw])
    snake = msgspec.json.encode({NAMES.get(name, name): value for name, value in body.items()})
    assert read(encoded) == read(msgspec.structs.replace(encoded, body=snake))


NAMES = {
    "generationConfig": "generation_config",
    "systemInstruction": "system_instruction",
    "serviceTier": "service_tier",
}


# -- answers ----------------------------------------------------------------------------------------------------------


def usages() -> SearchStrategy[Usage]:
    small = st.integers(0, 1000)

    def build(prompt: int, answer: int, thoughts: int | None, cached: int | None, image: int | None) -> Usage:
        completion = CompletionTokensDetails(reasoning_tokens=thoughts) if thoughts is not None else None
        details = PromptTokensDetails(cached_tokens=cached, image_tokens=image)
        prompted = details if cached is not None or image is not None else None
        return Usage(prompt, answer + (thoughts or 0), prompt + answer, prompted, completion)

    return st.builds(build, small, small, optional(small), optional(small), optional(small))


@st.composite
def outputs(draw: DrawFn, choice: int) -> list[Delta]:
    """What one candidate says, and its end."""
    events: list[Delta] = []
    calls = 0
    for kind in draw(st.lists(st.sampled_from(["text", "signed", "thought", "call", "image", "opaque"]), max_size=6)):
        match kind:
            case "text":
                events.append(TextDelta(draw(texts(min_size=1)), choice))
            case "signed":
                events += (TextDelta(draw(texts(min_size=1)), choice), StateAdded(state("c2ln", 0), "text", choice))
            case "thought":
                events.append(ReasoningDelta(draw(texts(min_size=1)), choice))
            case "call":
                id_, derived = draw(st.sampled_from([("fc1", False), (f"call_{choice}_{calls}", True)]))
                events.append(ToolCallStarted(calls, id_, draw(names()), choice=choice, derived=derived))
                events.append(ToolCallDelta(calls, draw(JSON_OBJECTS), choice))
                if draw(st.booleans()):
                    events.append(StateAdded(state("c2ln"), "call", choice, calls))
                calls += 1
            case "image":
                url = draw(DATA.map("data:image/png;base64,{}".format))
                extra = draw(optional(st.just({"thoughtSignature": Raw(b'"c2ln"')})))
                events.append(ImageAdded(ImagePart(image_url=ImageUrl(url), extra=extra), choice))
            case _:
                if not choice:  # such a part says not which candidate's it is
                    events.append(Opaque("gemini", Raw(b'{"executableCode":{"code":"1"}}')))
    if draw(st.booleans()):
        events.append(AudioDelta(data=draw(DATA.filter(bool)), choice=choice, format="audio/L16;codec=pcm;rate=24000"))
    if draw(st.booleans()):
        top = st.lists(st.builds(TopLogprob, texts(), st.floats(-9, 0)), max_size=2)
        token = st.builds(TokenLogprob, texts(), st.floats(-9, 0), top_logprobs=top)
        events.append(LogprobsDelta(draw(st.lists(token, min_size=1, max_size=2)), None, choice))
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


@st.composite
def streams(draw: DrawFn) -> list[Delta]:
    """The events of one answer of up to two candidates."""
    name = texts(min_size=1)
    named = st.builds(Started, name, st.integers(1, 2**31), name, optional(st.sampled_from(["standard", "flex"])))
    events: list[Delta] = [draw(named)]
    for choice in range(draw(st.integers(1, 2))):
        events += draw(outputs(choice))
    usage = draw(optional(usages()))
    return events if usage is None else [*events, UsageReported(usage)]


def folded(events: list[Delta]) -> ChatResponse:
    fold = Fold()
    fold.extend(events)
    return fold.response()


def heard(exchange: Exchange[ChatResponse], pieces: list[bytes]) -> ChatResponse | Failure:
    exchange.receive_head(200, ())
    for piece in pieces:
        exchange.receive_data(piece)
    exchange.receive_eof()
    match exchange.outcome:
        case Completed(response):
            return msgspec.structs.replace(response, provider=None, cost=None)
        case Failed(failure):
            return failure
        case None:
            raise AssertionError


def asked(*, stream: bool) -> Exchange[ChatResponse]:
    return Exchange(PROVIDER, ChatRequest(model="m", messages="hi"), stream=stream)


@given(streams())
def test_a_document_folds_to_the_response_that_it_was_encoded_from(events: list[Delta]) -> None:
    response = folded(events)
    assert heard(asked(stream=False), [SERVER.encode_response(response)]) == response


@given(st.data(), streams(), st.booleans())
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(
    data: st.DataObject, events: list[Delta], sse: bool
) -> None:
    encoder = Encoder(ChatRequest(model="m", messages=""), "/v1/models/m:streamGenerateContent" + "?alt=sse" * sse)
    response = folded(events)
    stream = b"".join([encoder.encode(event) for event in [*events, Completed(response)]])
    assert encoder.ended
    assert heard(asked(stream=True), data.draw(fragmented(stream))) == response


@given(streams())
def test_a_stream_of_nothing_but_its_end_says_everything(events: list[Delta]) -> None:
    """As a gateway streams an answer that it has whole."""
    encoder = Encoder(ChatRequest(model="m", messages=""), "/v1/models/m:streamGenerateContent?alt=sse")
    response = folded(events)
    assert heard(asked(stream=True), [encoder.encode(Completed(response))]) == response


@given(streams(), failures(), st.booleans())
def test_a_failure_in_the_stream_is_told(events: list[Delta], failure: Failure, sse: bool) -> None:
    encoder = Encoder(ChatRequest(model="m", messages=""), "/v1/models/m:streamGenerateContent" + "?alt=sse" * sse)
    stream = b"".join([encoder.encode(event) for event in [*events, Failed(failure)]])
    told = heard(asked(stream=True), [stream])
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


@given(failures())
def test_a_failure_before_any_output_is_told_by_status_headers_and_body(failure: Failure) -> None:
    status, headers, body = SERVER.encode_failure(failure)
    told = CODEC.failure(Reply(status, dict(headers), body), terms())
    same = ("message", "param", "retry_after", "should_retry")
    assert [getattr(told, name) for name in same] == [getattr(failure, name) for name in same]
    assert told.kind == TOLD_AS.get(failure.kind, failure.kind)


@given(st.binary(max_size=300) | texts().map(str.encode), st.booleans())
def test_no_bytes_raise(body: bytes, stream: bool) -> None:
    exchange = asked(stream=stream)
    assert heard(exchange, [b"data: " + body + b"\n\n" if stream else body]) is not None
    server = SERVER.decode_request("POST", "/v1/models/m:generateContent", (), body)
    assert isinstance(server, ChatRequest | Failure)


@given(st.lists(st.tuples(st.sampled_from(["$.a", "$.a.b", "$.a[0]", "$.c[1].d"]), json_values()), max_size=5))
def test_arguments_that_come_by_paths_are_json(pieces: list[tuple[str, object]]) -> None:
    arguments = [{"jsonPath": path, "stringValue": str(value)} for path, value in pieces]
    part = {"functionCall": {"name": "f", "partialArgs": arguments, "willContinue": True}}
    chunk = {"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]}
    response = heard(asked(stream=True), [b"data: %b\n\n" % msgspec.json.encode(chunk)])
    assert isinstance(response, ChatResponse)
    assert isinstance(msgspec.json.decode(response.tool_calls[0].arguments), dict)
