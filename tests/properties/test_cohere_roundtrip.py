"""The two sides of cohere are each other's test double: what one encodes, the other decodes to the same."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import UNSET, Raw

from sansio.dialects.codec import Reply, Terms
from sansio.dialects.cohere import CODEC
from sansio.dialects.cohere.encoder import Encoder
from sansio.dialects.cohere.server import SERVER
from sansio.errors import Failure, Kind
from sansio.events import (
    AnnotationAdded,
    ChoiceFinished,
    Completed,
    Delta,
    Failed,
    Fold,
    LogprobsDelta,
    ReasoningDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.exchange import Exchange
from sansio.http import Limits
from sansio.testing.strategies import (
    counts,
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
    Annotation,
    ChatRequest,
    ChatResponse,
    CompletionTokensDetails,
    FunctionCall,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    Opaque,
    PromptTokensDetails,
    Provider,
    TextFormat,
    TextPart,
    Thinking,
    TokenLogprob,
    Tool,
    ToolCall,
    Usage,
)

PROVIDER = Provider(name="double", base_url="http://double", dialect="cohere", keyless=True)
REQUEST = ChatRequest(model="asked", messages="hi")
NATIVE = {"stop": "COMPLETE", "length": "MAX_TOKENS", "tool_calls": "TOOL_CALL", "content_filter": "ERROR_TOXIC"}


def terms(*, stream: bool = False) -> Terms:
    return Terms(provider=PROVIDER, stream=stream, limits=Limits())


def maybe(values: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.just(UNSET) | values


def documents() -> SearchStrategy[Opaque]:
    members = st.dictionaries(names(), json_values(), max_size=2)
    return members.map(
        lambda data: Opaque("cohere", Raw(msgspec.json.encode({"type": "document", "document": {"data": data}})))
    )


def citations() -> SearchStrategy[Annotation]:
    types = st.sampled_from(["TEXT_CONTENT", "THINKING_CONTENT", "PLAN", "citation"])
    return st.builds(Annotation, types, extra=optional(extras()))


def calls() -> SearchStrategy[FunctionToolCall]:
    function = st.builds(FunctionCall, names(), texts(), optional(extras()))
    return st.builds(FunctionToolCall, id=names(), function=function, extra=optional(extras()))


def messages() -> SearchStrategy[Message]:
    extra = optional(extras())
    text = st.builds(TextPart, text=texts(), extra=extra)
    url = st.builds(ImageUrl, texts(), optional(st.sampled_from(["low", "high"])))
    image = st.builds(ImagePart, image_url=url, extra=extra)
    return st.one_of(
        st.builds(Message, st.sampled_from(["system", "developer"]), texts(), extra=extra),
        st.builds(Message, st.just("user"), texts() | st.lists(text | image, min_size=1, max_size=3), extra=extra),
        st.builds(
            Message,
            st.just("assistant"),
            optional(texts()),
            tool_calls=optional(st.lists(calls(), min_size=1, max_size=2)),
            annotations=optional(st.lists(citations(), min_size=1, max_size=2)),
            reasoning_content=optional(texts(min_size=1)),
            extra=extra,
        ),
        st.builds(
            Message,
            st.just("tool"),
            texts() | st.lists(text | documents(), min_size=1, max_size=2),
            tool_call_id=names(),
            extra=extra,
        ),
    )


def tools(*, strict: bool | None) -> SearchStrategy[Tool]:
    definition = st.builds(
        FunctionDefinition, names(), optional(texts()), schemas(), st.just(strict), optional(extras())
    )
    own = schemas().map(lambda members: Opaque("cohere", Raw(msgspec.json.encode({**members, "type": "zz"}))))
    return st.builds(FunctionTool, definition, extra=optional(extras())) | own


def plain_requests() -> SearchStrategy[ChatRequest]:
    zero_to_one = st.floats(0, 1)
    given = {
        "model": names(),
        "messages": texts() | st.lists(messages(), min_size=1, max_size=3),
        "extra": optional(extras()),
        "frequency_penalty": maybe(zero_to_one),
        "logprobs": maybe(st.booleans()),
        "max_completion_tokens": maybe(counts()),
        "presence_penalty": maybe(zero_to_one),
        "seed": maybe(counts()),
        "stop": maybe(texts() | st.lists(texts(), min_size=1, max_size=2)),
        "temperature": maybe(optional(st.floats(0, 2))),
        "thinking": maybe(st.builds(Thinking, st.sampled_from(["enabled", "disabled"]), optional(counts()))),
        "top_k": maybe(counts()),
        "top_p": maybe(st.floats(0.01, 0.99)),
    }
    return st.builds(ChatRequest, **given)


def formats() -> SearchStrategy[object]:
    schema = st.builds(JsonSchema, names(), optional(schemas()), strict=optional(st.booleans()))
    return st.builds(TextFormat) | st.builds(JsonObjectFormat) | st.builds(JsonSchemaFormat, schema)


# Made once: to make a strategy takes longer than to draw from it.
PLAIN = plain_requests()
FORMATS = maybe(formats())
TOOLS = [st.lists(tools(strict=strict), min_size=1, max_size=2) for strict in (None, True)]
CITATIONS = citations()


@st.composite
def requests(draw: DrawFn) -> ChatRequest:
    """Requests without anything that the API lacks."""
    request = draw(PLAIN)
    if draw(st.booleans()):
        return msgspec.structs.replace(request, response_format=draw(FORMATS))
    some = draw(draw(st.sampled_from(TOOLS)))
    named = [FunctionChoice.of(tool.function.name) for tool in some if isinstance(tool, FunctionTool)]
    choice = draw(st.sampled_from(["auto", "none", "required", *named]))
    return msgspec.structs.replace(request, tools=some, tool_choice=choice)


def normalise(request: ChatRequest, *, stream: bool) -> ChatRequest:
    """What a request comes to on the wire."""
    given = {name: value for name in request.__struct_fields__ if (value := getattr(request, name)) is not None}
    given["messages"] = [normalised(message) for message in request.conversation]
    given["stream"] = True if stream else UNSET
    given["max_tokens"] = given.pop("max_completion_tokens")
    if isinstance(stop := request.stop, str):
        given["stop"] = [stop]
    if request.tool_choice == "auto":
        del given["tool_choice"]
    if isinstance(choice := request.tool_choice, FunctionChoice):
        given["tool_choice"] = "required"
        some = [tool for tool in request.tools or () if isinstance(tool, FunctionTool)]
        given["tools"] = [tool for tool in some if tool.function.name == choice.function.name]
    match request.response_format:
        case JsonSchemaFormat(json_schema=schema) if schema.schema is not None:
            given["response_format"] = JsonSchemaFormat(JsonSchema("response", schema.schema))
        case JsonSchemaFormat():
            given["response_format"] = JsonObjectFormat()
        case TextFormat():
            del given["response_format"]
        case _:
            pass
    return ChatRequest(**given)


def normalised(message: Message) -> Message:
    role = "system" if message.role == "developer" else message.role
    content = message.content
    if role == "assistant" and not content and (message.tool_calls or message.reasoning_content):
        content = None
    made = [with_arguments(call) for call in message.tool_calls or ()]
    return msgspec.structs.replace(message, role=role, content=content, tool_calls=made or None)


def with_arguments(call: ToolCall) -> FunctionToolCall:
    assert isinstance(call, FunctionToolCall)
    arguments = call.arguments
    arguments = "{}" if arguments.strip() in {"", "null", '"null"'} else arguments
    return msgspec.structs.replace(call, function=msgspec.structs.replace(call.function, arguments=arguments))


@settings(max_examples=50)
@given(requests(), st.booleans())
def test_a_request_is_decoded_to_what_was_encoded(request: ChatRequest, stream: bool) -> None:
    encoded = CODEC.encode(request, terms(stream=stream))
    assert encoded.losses == ()
    assert isinstance(encoded.body, bytes)
    decoded = SERVER.decode_request(encoded.method, encoded.path, (), encoded.body)
    assert decoded == normalise(request, stream=stream)


@settings(max_examples=30)
@given(requests())
def test_what_was_decoded_is_encoded_to_the_same_bytes(request: ChatRequest) -> None:
    encoded = CODEC.encode(request, terms())
    assert isinstance(encoded.body, bytes)
    decoded = SERVER.decode_request("POST", "/v2/chat", (), encoded.body)
    assert isinstance(decoded, ChatRequest)
    again = CODEC.encode(decoded, terms())
    assert isinstance(again.body, bytes)
    assert msgspec.json.decode(again.body) == msgspec.json.decode(encoded.body)


# -- answers ------------------------------------------------------------------------------------------------------


def usages() -> SearchStrategy[Usage]:
    def usage(read: int, written: int, cached: int | None, reasoning: int | None) -> Usage:
        prompt = None if cached is None else PromptTokensDetails(cached_tokens=cached)
        completion = None if reasoning is None else CompletionTokensDetails(reasoning_tokens=reasoning)
        return Usage(read, written, read + written, prompt, completion)

    return st.builds(usage, counts(), counts(), optional(counts()), optional(counts()))


LOGPROB = st.builds(TokenLogprob, texts(), st.floats(-9999.0, 0.0))
USAGE = optional(usages())


@st.composite
def streams(draw: DrawFn) -> list[Delta]:
    """The events of one choice, whose calls have ids."""
    deltas: list[Delta] = [Started(draw(texts(min_size=1)), model="asked")]
    begun = 0
    for _ in range(draw(st.integers(1, 10))):
        text = draw(texts(min_size=1))
        what = draw(st.sampled_from(["text", "reasoning", "call", "citation", "logprob", *["arguments"] * bool(begun)]))
        match what:
            case "text":
                deltas.append(TextDelta(text))
            case "reasoning":
                deltas.append(ReasoningDelta(text))
            case "call":
                deltas.append(ToolCallStarted(begun, f"call_{begun}", draw(names())))
                begun += 1
            case "arguments":
                deltas.append(ToolCallDelta(draw(st.integers(0, begun - 1)), text))
            case "citation":
                deltas.append(AnnotationAdded(draw(CITATIONS)))
            case _:
                deltas.append(LogprobsDelta([draw(LOGPROB)]))
    reason = "tool_calls" if begun else draw(st.sampled_from(["stop", "length", "content_filter"]))
    deltas.append(ChoiceFinished(reason, NATIVE[reason]))
    if (usage := draw(USAGE)) is not None:
        deltas.append(UsageReported(usage))
    return deltas


def fold(deltas: list[Delta]) -> ChatResponse:
    folded = Fold()
    folded.extend(deltas)
    return folded.response()


def exchange(pieces: list[bytes], *, stream: bool) -> Completed[ChatResponse] | Failed:
    """What the client's side makes of a body."""
    asked = Exchange(PROVIDER, REQUEST, stream=stream)
    asked.receive_head(200, [("content-type", "text/event-stream" if stream else "application/json")])
    for piece in pieces:
        asked.receive_data(piece)
    asked.receive_eof()
    assert asked.outcome is not None
    return asked.outcome


@given(st.data(), streams())
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(data: st.DataObject, deltas: list[Delta]) -> None:
    response = fold(deltas)
    encoder = Encoder()
    records = b"".join([encoder.encode(event) for event in [*deltas, Completed(response)]])
    assert encoder.ended
    end = exchange(data.draw(fragmented(records)), stream=True)
    assert isinstance(end, Completed)
    assert msgspec.structs.replace(end.response, provider=None) == response


@given(streams())
def test_a_document_says_the_same(deltas: list[Delta]) -> None:
    """But for the order of text and calls, and the spelling of no arguments."""
    response = fold(deltas)
    end = exchange([SERVER.encode_response(response)], stream=False)
    assert isinstance(end, Completed)
    said, heard = response.choices, end.response.choices
    assert (end.response.id, end.response.model, end.response.usage) == (response.id, "asked", response.usage)
    for one, other in zip(said, heard, strict=True):
        assert other.message.text == one.message.text
        assert other.message.reasoning_content == one.message.reasoning_content
        assert other.message.annotations == one.message.annotations
        assert list(other.message.tool_calls or ()) == [with_arguments(call) for call in one.message.tool_calls or ()]
        assert (other.finish_reason, other.native_finish_reason) == (one.finish_reason, one.native_finish_reason)
        assert other.logprobs == one.logprobs


@given(streams())
def test_a_stream_of_nothing_but_its_end_says_everything(deltas: list[Delta]) -> None:
    """As a gateway streams an answer that it has whole."""
    response = fold(deltas)
    end = exchange([Encoder().encode(Completed(response))], stream=True)
    assert isinstance(end, Completed)
    assert end.response.text == response.text
    assert end.response.tool_calls == response.tool_calls
    assert end.response.finish_reason == response.finish_reason


@given(st.data(), streams(), failures())
def test_a_stream_that_fails_says_so(data: st.DataObject, deltas: list[Delta], failure: Failure) -> None:
    encoder = Encoder()
    said = deltas[: data.draw(st.integers(0, len(deltas)))]
    records = b"".join([encoder.encode(event) for event in [*said, Failed(failure)]])
    end = exchange(data.draw(fragmented(records)), stream=True)
    assert isinstance(end, Failed)
    assert end.failure.message == failure.message


# What a status and a body do not tell apart.
_TOLD: dict[Kind, Kind] = {
    "cancelled": "bad_request",
    "connection": "server_error",
    "limit_exceeded": "server_error",
    "protocol": "server_error",
    "truncated": "server_error",
    "unsupported": "bad_request",
}


@given(failures())
def test_an_error_keeps_its_kind(failure: Failure) -> None:
    failure = msgspec.structs.replace(failure, message="broke")  # words of a message may tell another kind
    status, headers, body = SERVER.encode_failure(failure)
    heard = CODEC.failure(Reply(status, dict(headers), body), terms())
    assert heard.kind == _TOLD.get(failure.kind, failure.kind)
    assert heard.message == failure.message
    assert heard.should_retry == failure.should_retry
