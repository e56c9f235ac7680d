"""Requests to Ollama's chat: what one side of the dialect encodes, the other decodes to the same."""

from __future__ import annotations

from base64 import b64encode

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import UNSET, Raw

from sansio.testing.strategies import (
    counts,
    extras,
    names,
    optional,
    schemas,
    texts,
)
from sansio.types import (
    ChatRequest,
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
    TextFormat,
    TextPart,
    Thinking,
)
from tests.properties.roundtrip import body, double, nameless, served

PROVIDER = double("ollama")
# The beginnings by which images are told apart.
MAGIC = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/gif": b"GIF89a",
    "image/webp": b"RIFF",
}


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
    given["response_format"] = nameless(request.response_format)
    return ChatRequest(**given)


def normalised(message: Message) -> Message:
    return msgspec.structs.replace(message, role="system" if message.role == "developer" else message.role)


@settings(max_examples=50)
@given(requests(), st.booleans())
def test_a_request_is_decoded_to_what_was_encoded(request: ChatRequest, stream: bool) -> None:
    assert served(PROVIDER, request, stream=stream) == normalise(request, stream=stream)


@settings(max_examples=30)
@given(requests())
def test_what_was_decoded_is_encoded_to_the_same_bytes(request: ChatRequest) -> None:
    assert body(PROVIDER, served(PROVIDER, request)) == body(PROVIDER, request)
