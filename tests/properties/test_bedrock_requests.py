"""Requests to Converse: what one side of the dialect encodes, the other decodes to the same."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import UNSET, Raw

from sansio.testing.strategies import counts, extras, names, optional, schemas, texts
from sansio.types import (
    AudioPart,
    CacheControl,
    ChatRequest,
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
    ReasoningPart,
    TextPart,
    Thinking,
)
from tests.properties.roundtrip import double, served

PROVIDER = double("bedrock_converse")
EMPTY: dict[str, object] = {"type": "object", "properties": {}}


_text = texts(min_size=1).filter(str.strip)  # the API refuses a text of white space, which is omitted
_extra = optional(extras())
_mark = optional(st.builds(CacheControl, ttl=optional(st.sampled_from(["5m", "1h"]))))
_data = st.binary(min_size=1, max_size=6).map(lambda data: msgspec.json.encode(data).decode().strip('"'))


def opaque(kind: str) -> SearchStrategy[Opaque]:
    return schemas().map(lambda members: Opaque("bedrock_converse", Raw(msgspec.json.encode({kind: members}))))


def state(name: str) -> SearchStrategy[Opaque]:
    return texts(min_size=1).map(lambda text: Opaque("bedrock_converse", Raw(msgspec.json.encode({name: text}))))


_texts = st.builds(TextPart, text=_text, cache_control=_mark, extra=_extra)
_images = st.builds(
    ImagePart,
    image_url=st.builds(ImageUrl, _data.map("data:image/png;base64,{}".format) | st.just("s3://bucket/a.webp")),
    cache_control=_mark,
    extra=_extra,
)
_sounds = st.builds(AudioPart, input_audio=st.builds(InputAudio, _data, st.sampled_from(["wav", "mp3"])))
_films = st.builds(
    FilePart,
    file=st.builds(FileReference, file_data=_data.map("data:video/mp4;base64,{}".format))
    | st.builds(FileReference, file_url=st.just("s3://bucket/a.mov")),
    cache_control=_mark,
)
_parts: SearchStrategy[ContentPart] = _texts | _images | _sounds | _films | opaque("guardContent")
_calls = st.builds(
    FunctionToolCall,
    id=names(),
    function=st.builds(FunctionCall, names(), schemas().map(lambda value: msgspec.json.encode(value).decode())),
    extra=_extra,
)
_thoughts = st.one_of(
    st.builds(ReasoningPart, text=_text, extra=_extra),
    st.builds(ReasoningPart, text=texts(), state=state("signature"), extra=_extra),
    st.builds(ReasoningPart, state=state("redactedContent")),
)


def unmarked(parts: list[TextPart | ImagePart]) -> list[TextPart | ImagePart]:
    """Only the last part of a result may carry a mark, which stands behind the result."""
    return [*(msgspec.structs.replace(part, cache_control=None) for part in parts[:-1]), parts[-1]]


_results = texts() | st.lists(_texts | _images, min_size=1, max_size=2).map(unmarked)
_contents: SearchStrategy[list[ContentPart]] = st.lists(_parts, min_size=1, max_size=3)
_some_calls = st.lists(_calls, max_size=2)
_instructions = _text | st.lists(_texts, min_size=2, max_size=3)
_outputs: SearchStrategy[OrderedPart] = _thoughts | _texts | opaque("citedContent")
_answers: SearchStrategy[list[OrderedPart]] = st.lists(_outputs, max_size=2)


@st.composite
def conversations(draw: DrawFn) -> list[Message]:
    """Instructions, then turns in order, with documents and calls whose names and ids are their own."""
    messages: list[Message] = []
    if draw(st.booleans()):
        messages.append(Message("system", draw(_instructions)))
    called = 0
    for turn in range(draw(st.integers(1, 3))):
        parts: list[ContentPart] = draw(_contents)
        if draw(st.booleans()):
            file = FileReference(f"document {turn}.pdf", f"data:application/pdf;base64,{draw(_data)}")
            parts += [draw(_texts), FilePart(file=file, cache_control=draw(_mark), extra=draw(_extra))]
        messages.append(Message("user", parts, extra=draw(_extra)))
        answer: list[OrderedPart] = draw(_answers)
        for call in draw(_some_calls):
            called += 1
            answer.append(msgspec.structs.replace(call, id=f"call-{called}"))
        if not answer:
            break
        messages.append(Message("assistant", parts=answer, extra=draw(_extra)))
        for part in answer:
            if isinstance(part, FunctionToolCall):
                content = draw(_results)
                messages.append(Message("tool", content, tool_call_id=part.id, extra=draw(_extra)))
    return messages


_functions = st.builds(
    FunctionDefinition, names(), optional(_text), optional(schemas()), optional(st.booleans()), _extra
)
_tools = st.builds(FunctionTool, _functions, cache_control=_mark, extra=_extra) | opaque("systemTool")
_schema = st.builds(JsonSchema, names(), schemas(), optional(_text))


def maybe(values: SearchStrategy[object]) -> SearchStrategy[object]:
    return st.just(UNSET) | values


_parameters = {
    "max_tokens": maybe(counts()),
    "temperature": maybe(st.floats(0, 1)),
    "top_p": maybe(st.floats(0, 1)),
    "top_k": maybe(counts()),
    "stop": maybe(st.lists(_text, min_size=1, max_size=2)),
    "metadata": maybe(st.dictionaries(names(), texts(), min_size=1, max_size=2)),
    "service_tier": maybe(st.sampled_from(["default", "flex", "priority"])),
    "reasoning_effort": maybe(st.sampled_from(["low", "high"])),
    "thinking": maybe(st.builds(Thinking, names(), optional(counts()), optional(names()), _extra)),
    "response_format": maybe(st.builds(JsonSchemaFormat, _schema)),
}
_choices = maybe(st.sampled_from(["auto", "required"]) | st.builds(FunctionChoice.of, names()) | opaque("other"))
_toolboxes = st.lists(_tools, min_size=1, max_size=2)
_requests = st.builds(
    ChatRequest, model=names() | st.just("a.b-v1:0"), messages=conversations(), extra=_extra, **_parameters
)


@st.composite
def requests(draw: DrawFn) -> ChatRequest:
    """Requests that lose nothing here."""
    request = draw(_requests)
    if draw(st.booleans()) and all(message.role != "tool" for message in request.conversation):
        return request
    return msgspec.structs.replace(request, tools=draw(_toolboxes), tool_choice=draw(_choices))


def said(messages: Sequence[Message]) -> list[object]:
    """What messages say, in whichever of their forms."""
    return [(message.role, list(ordered(message)), message.tool_call_id, message.extra) for message in messages]


def ordered(message: Message) -> Sequence[OrderedPart]:
    """The parts, without texts that say nothing."""
    return [part for part in message.ordered if not isinstance(part, TextPart) or part.text.strip() or part.extra]


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
    decoded = served(PROVIDER, request, stream=stream)
    assert said(decoded.conversation) == said(request.conversation)
    expected = msgspec.structs.replace(
        request, messages=decoded.messages, tools=whole_tools(request), stream=True if stream else UNSET
    )
    assert decoded == expected
