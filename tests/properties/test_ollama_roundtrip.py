"""The two sides of ollama are each other's test double: what one encodes, the other decodes to the same."""

from __future__ import annotations

from base64 import b64encode

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import UNSET, Raw

from sansio.dialects.codec import Reply, Terms
from sansio.dialects.ollama import CODEC
from sansio.dialects.ollama.encoder import Encoder
from sansio.dialects.ollama.server import SERVER
from sansio.errors import Failure, Kind
from sansio.events import (
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
    names,
    optional,
    schemas,
    texts,
)
from sansio.types import (
    ChatRequest,
    ChatResponse,
    FunctionCall,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    Provider,
    TextFormat,
    TextPart,
    Thinking,
    TokenLogprob,
    TopLogprob,
    Usage,
)

PROVIDER = Provider(name="double", base_url="http://double", dialect="ollama", keyless=True)
REQUEST = ChatRequest(model="asked", messages="hi")
# The beginnings by which images are told apart.
MAGIC = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/gif": b"GIF89a",
    "image/webp": b"RIFF",
}


def terms(*, stream: bool = False) -> Terms:
    return Terms(provider=PROVIDER, stream=stream, limits=Limits())


def maybe(values: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.just(UNSET) | values


def objects() -> SearchStrategy[str]:
    """Arguments: objects, as a model may spell them."""
    return schemas().map(lambda value: msgspec.json.format(msgspec.json.encode(value), indent=0).decode())


def images() -> SearchStrategy[ImagePart]:
    def image(type_: str, data: bytes) -> ImagePart:
        return ImagePart(image_url=ImageUrl(f"data:{type_};base64,{b64encode(MAGIC[type_] + data).decode()}"))

    return st.builds(image, st.sampled_from(sorted(MAGIC)), st.binary(max_size=8))


EXTRA = optional(extras())
OBJECTS = objects()
IMAGES = st.lists(images(), min_size=1, max_size=2)


@st.composite
def conversations(draw: DrawFn) -> list[Message]:
    """Messages whose tool results answer the calls before them."""
    messages: list[Message] = []
    count = 0
    for _ in range(draw(st.integers(1, 4))):
        text = draw(texts())
        match draw(st.sampled_from(["system", "user", "image", "assistant", "tools"])):
            case "system":
                messages.append(Message(draw(st.sampled_from(["system", "developer"])), text, extra=draw(EXTRA)))
            case "user":
                messages.append(Message("user", text, extra=draw(EXTRA)))
            case "image":
                parts = [TextPart(text=text)] if text else []
                messages.append(Message("user", [*parts, *draw(IMAGES)]))
            case "assistant":
                reasoning = draw(optional(texts(min_size=1)))
                messages.append(Message("assistant", draw(st.sampled_from([text, None])), reasoning_content=reasoning))
            case _:
                calls: list[FunctionToolCall] = []
                for _ in range(draw(st.integers(1, 2))):
                    function = FunctionCall(draw(names()), draw(OBJECTS), draw(EXTRA))
                    derived = draw(st.booleans())
                    id_ = f"call_0_{count}" if derived else f"id_{count}"
                    calls.append(FunctionToolCall(id=id_, derived=derived, function=function, extra=draw(EXTRA)))
                    count += 1
                messages.append(Message("assistant", draw(st.sampled_from([text, None])), tool_calls=calls))
                messages += [Message("tool", draw(texts()), call.name, call.id) for call in calls]
    return messages


def plain_requests() -> SearchStrategy[ChatRequest]:
    number = st.floats(-2, 2)
    schema = st.builds(JsonSchema, names(), optional(schemas()), strict=optional(st.booleans()))
    formats = st.builds(TextFormat) | st.builds(JsonObjectFormat) | st.builds(JsonSchemaFormat, schema)
    given = {
        "model": names(),
        "messages": texts() | conversations(),
        "extra": optional(extras()),
        "frequency_penalty": maybe(number),
        "logprobs": maybe(st.booleans()),
        "max_tokens": maybe(counts()),
        "min_p": maybe(st.floats(0, 1)),
        "presence_penalty": maybe(number),
        "repetition_penalty": maybe(number),
        "response_format": maybe(formats),
        "seed": maybe(counts()),
        "stop": maybe(texts() | st.lists(texts(), min_size=1, max_size=2)),
        "temperature": maybe(optional(number)),
        "top_k": maybe(counts()),
        "top_logprobs": maybe(st.integers(0, 20)),
        "top_p": maybe(st.floats(0, 1)),
    }
    return st.builds(ChatRequest, **given)


def tools() -> SearchStrategy[FunctionTool]:
    definition = st.builds(FunctionDefinition, names(), optional(texts()), optional(schemas()), st.none())
    return st.builds(FunctionTool, definition, extra=optional(extras()))


# Made once: to make a strategy takes longer than to draw from it.
PLAIN = plain_requests()
TOOLS = st.lists(tools(), min_size=1, max_size=2)
EFFORTS = st.sampled_from(["none", "low", "medium", "high", "max"])


@st.composite
def requests(draw: DrawFn) -> ChatRequest:
    """Requests without anything that the API lacks."""
    request = draw(PLAIN)
    match draw(st.sampled_from(["effort", "thinking", "neither"])):
        case "effort":
            request = msgspec.structs.replace(request, reasoning_effort=draw(EFFORTS))
        case "thinking":
            thinking = Thinking(draw(st.sampled_from(["enabled", "disabled"])))
            request = msgspec.structs.replace(request, thinking=thinking)
        case _:
            pass
    if draw(st.booleans()):
        choice = draw(st.sampled_from([UNSET, "auto", "none"]))
        request = msgspec.structs.replace(request, tools=draw(TOOLS), tool_choice=choice)
    if draw(st.booleans()):
        options = Raw(msgspec.json.encode({"num_ctx": draw(counts()), "mirostat": 2}))
        request = msgspec.structs.replace(request, extra={**(request.extra or {}), "options": options})
    return request


def normalise(request: ChatRequest, *, stream: bool) -> ChatRequest:
    """What a request comes to on the wire."""
    given = {name: value for name in request.__struct_fields__ if (value := getattr(request, name)) is not None}
    given["messages"] = [normalised(message) for message in request.conversation]
    given["stream"] = stream
    if isinstance(stop := request.stop, str):
        given["stop"] = [stop]
    if given.pop("tool_choice") == "none":
        del given["tools"]
    if request.reasoning_effort == "none":
        given["thinking"] = Thinking("disabled")
        del given["reasoning_effort"]
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
    return msgspec.structs.replace(message, role="system" if message.role == "developer" else message.role)


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
    decoded = SERVER.decode_request("POST", "/api/chat", (), encoded.body)
    assert isinstance(decoded, ChatRequest)
    again = CODEC.encode(decoded, terms())
    assert isinstance(again.body, bytes)
    assert msgspec.json.decode(again.body) == msgspec.json.decode(encoded.body)


# -- answers ------------------------------------------------------------------------------------------------------


def logprobs() -> SearchStrategy[TokenLogprob]:
    token, number = texts(), st.floats(-9999.0, 0.0)
    top = st.lists(st.builds(TopLogprob, token, number), max_size=2)
    return st.builds(TokenLogprob, token, number, optional(st.lists(st.integers(0, 255), max_size=2)), top)


LOGPROB = logprobs()
USAGE = optional(st.tuples(counts(), counts()).map(lambda both: Usage(*both, sum(both))))
ARGUMENTS = st.lists(objects() | texts(min_size=1).map("{{{}".format), max_size=3)  # objects, and what is none


@st.composite
def streams(draw: DrawFn) -> list[Delta]:
    """The events of one choice, whose calls come behind everything else; their arguments may be anything."""
    deltas: list[Delta] = [Started(None, draw(st.integers(1, 2**32)), draw(texts(min_size=1)))]
    for _ in range(draw(st.integers(1, 8))):
        text = draw(texts(min_size=1))
        said: list[Delta] = [TextDelta(text), ReasoningDelta(text), LogprobsDelta([draw(LOGPROB)])]
        deltas.append(draw(st.sampled_from(said)))
    calls = draw(ARGUMENTS)
    for index, arguments in enumerate(calls):
        derived = draw(st.booleans())
        id_ = f"call_0_{index}" if derived else f"id_{index}"
        deltas.append(ToolCallStarted(index, id_, draw(names()), derived=derived))
        half = len(arguments) // 2
        deltas += [ToolCallDelta(index, piece) for piece in (arguments[:half], arguments[half:])]
    finished = (
        ChoiceFinished("tool_calls", "stop") if calls else ChoiceFinished(draw(st.sampled_from(["stop", "length"])))
    )
    deltas.append(finished)
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
    asked.receive_head(200, [("content-type", SERVER.stream_type if stream else "application/json")])
    for piece in pieces:
        asked.receive_data(piece)
    asked.receive_eof()
    assert asked.outcome is not None
    return asked.outcome


def on_one_line(response: ChatResponse) -> ChatResponse:
    """As a line can say it: line ends between the tokens of arguments are spaces."""
    choices = [msgspec.structs.replace(choice, message=spaced(choice.message)) for choice in response.choices]
    return msgspec.structs.replace(response, choices=choices)


def spaced(message: Message) -> Message:
    calls = [spaced_call(call) for call in message.tool_calls or ()]
    parts = None if message.parts is None else [spaced_call(part) for part in message.parts]
    return msgspec.structs.replace(message, tool_calls=calls or None, parts=parts)


def spaced_call(part: object) -> object:
    if not isinstance(part, FunctionToolCall) or not is_object(part.arguments):
        return part
    return msgspec.structs.replace(part, function=FunctionCall(part.name, part.arguments.replace("\n", " ")))


def is_object(text: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(text), dict)
    except msgspec.DecodeError:
        return False


@given(st.data(), streams())
def test_a_stream_folds_to_the_response_that_it_was_encoded_from(data: st.DataObject, deltas: list[Delta]) -> None:
    response = fold(deltas)
    encoder = Encoder("asked")
    lines = b"".join([encoder.encode(event) for event in [*deltas, Completed(response)]])
    assert encoder.ended
    end = exchange(data.draw(fragmented(lines)), stream=True)
    assert isinstance(end, Completed)
    assert msgspec.structs.replace(end.response, provider=None) == on_one_line(response)


@given(streams(), st.booleans())
def test_an_answer_in_one_piece_says_the_same(deltas: list[Delta], stream: bool) -> None:
    """As a document, or as a stream of nothing but its end; but for the order of reasoning and text."""
    response = on_one_line(fold(deltas))
    encoder = Encoder("asked")
    encoder.encode(deltas[0])
    body = encoder.encode(Completed(response)) if stream else SERVER.encode_response(response)
    end = exchange([body], stream=stream)
    assert isinstance(end, Completed)
    heard, said = end.response, response
    assert (heard.model, heard.created, heard.usage) == (said.model, said.created, said.usage)
    assert (heard.text, heard.reasoning) == (said.text, said.reasoning)
    assert heard.tool_calls == said.tool_calls
    assert heard.finish_reason == said.finish_reason
    assert heard.choices[0].logprobs == said.choices[0].logprobs


@given(st.data(), streams(), failures())
def test_a_stream_that_fails_says_so(data: st.DataObject, deltas: list[Delta], failure: Failure) -> None:
    encoder = Encoder("asked")
    said = deltas[: data.draw(st.integers(0, len(deltas)))]
    lines = b"".join([encoder.encode(event) for event in [*said, Failed(failure)]])
    assert encoder.ended
    end = exchange(data.draw(fragmented(lines)), stream=True)
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
