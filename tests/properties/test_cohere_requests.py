"""Requests to Cohere's chat: what one side of the dialect encodes, the other decodes to the same."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import UNSET, Raw

from sansio.testing.strategies import (
    counts,
    extras,
    json_values,
    names,
    optional,
    schemas,
    texts,
)
from sansio.types import (
    Annotation,
    ChatRequest,
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
    TextFormat,
    TextPart,
    Thinking,
    Tool,
    ToolCall,
)
from tests.properties.roundtrip import body, double, nameless, served

PROVIDER = double("cohere")
NATIVE = {"stop": "COMPLETE", "length": "MAX_TOKENS", "tool_calls": "TOOL_CALL", "content_filter": "ERROR_TOXIC"}


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
    given["response_format"] = nameless(request.response_format)
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
    assert served(PROVIDER, request, stream=stream) == normalise(request, stream=stream)


@settings(max_examples=30)
@given(requests())
def test_what_was_decoded_is_encoded_to_the_same_bytes(request: ChatRequest) -> None:
    assert body(PROVIDER, served(PROVIDER, request)) == body(PROVIDER, request)
