"""Requests to generateContent: what one side of the dialect encodes, the other decodes to the same."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import UNSET, Raw

from sansio.dialects.codec import Encoded
from sansio.dialects.gemini import encode_request
from sansio.dialects.gemini.server import SERVER
from sansio.errors import Failure
from sansio.testing.strategies import counts, json_values, names, optional, texts
from sansio.types import (
    AudioOptions,
    AudioPart,
    ChatRequest,
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
    TextFormat,
    TextPart,
    system,
    tool,
    user,
)
from tests.properties.roundtrip import double, terms

PROVIDER = double("gemini")
DATA = st.sampled_from(["", "AAAA", "iVBORw0KGgo="])
JSON_OBJECTS = st.dictionaries(texts(), json_values(), max_size=3).map(
    lambda value: msgspec.json.encode(value).decode()
)

SAID = texts(min_size=1)


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


CONTENTS = texts() | st.lists(parts(), min_size=2, max_size=3)
REASONINGS = optional(SAID)
RESULTS = JSON_OBJECTS.filter(lambda text: '"output"' not in text) | names()


@st.composite
def conversations(draw: DrawFn) -> list[Message]:
    """Instructions or none, then turns: the user's, the model's, and the results of its calls."""
    messages = [system(draw(texts()))] if draw(st.booleans()) else []
    for turn in range(draw(st.integers(1, 3))):
        content = draw(CONTENTS)
        messages.append(user(content))
        count = draw(st.integers(0, 2))
        calls = [
            FunctionToolCall(id=f"id_{turn}_{n}", function=FunctionCall(draw(names()), draw(JSON_OBJECTS)))
            for n in range(count)
        ]
        text, reasoning = draw(SAID), draw(REASONINGS)
        messages.append(Message("assistant", text, tool_calls=calls or None, reasoning_content=reasoning))
        messages += [tool(draw(RESULTS), call.id) for call in calls]
    return messages


def schemas() -> SearchStrategy[dict[str, object]]:
    plain: SearchStrategy[dict[str, object]] = st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(names(), st.just({"type": "string"}), min_size=1)}
    )
    return plain | plain.map(lambda schema: {**schema, "additionalProperties": False})


NUMBERS = st.floats(-2, 2)
PARAMETERS: dict[str, SearchStrategy[object]] = {
    "audio": st.builds(AudioOptions, names(), st.just("pcm16")),
    "frequency_penalty": NUMBERS,
    "logprobs": st.booleans(),
    "max_completion_tokens": counts(),
    "modalities": st.just(["text", "image"]),
    "n": st.integers(1, 3),
    "presence_penalty": NUMBERS,
    "response_format": st.one_of(
        st.just(TextFormat()),
        st.just(JsonObjectFormat()),
        schemas().map(lambda schema: JsonSchemaFormat(JsonSchema("response", schema=schema))),
    ),
    "seed": counts(),
    "service_tier": st.sampled_from(["standard", "flex", "priority"]),
    "stop": st.lists(texts(), min_size=1, max_size=2),
    "store": st.booleans(),
    "temperature": NUMBERS,
    "top_k": counts(),
    "top_logprobs": st.integers(0, 20),
    "top_p": NUMBERS,
}
FUNCTIONS = st.builds(FunctionDefinition, names(), optional(texts()), optional(schemas()))
OWN_TOOLS = st.lists(st.just(Opaque("gemini", Raw(b'{"googleSearch":{}}'))), max_size=1)
TOOLS = st.tuples(st.lists(st.builds(FunctionTool, FUNCTIONS), min_size=1, max_size=2), OWN_TOOLS).map(
    lambda both: [*both[0], *both[1]]
)
CHOICES = st.sampled_from([UNSET, "auto", "none", "required", FunctionChoice.of("f")])
EXTRAS = optional(st.just({"safetySettings": Raw(b"[]"), "generationConfig": Raw(b'{"imageConfig":{}}')}))
REQUESTS = st.builds(
    ChatRequest,
    model=names(),
    messages=conversations(),
    extra=EXTRAS,
    **{name: st.just(UNSET) | values for name, values in PARAMETERS.items()},
)


@st.composite
def requests(draw: DrawFn) -> ChatRequest:
    """Requests of what the API can say, in the form that a server gives them."""
    request = draw(REQUESTS)
    if request.logprobs is not True:  # beside which alone the API takes their number
        request = msgspec.structs.replace(request, top_logprobs=UNSET)
    if draw(st.booleans()):
        return request
    tools, choice = draw(TOOLS), draw(CHOICES)
    if choice == "auto" and any(isinstance(tool, Opaque) for tool in tools):
        choice = UNSET  # beside the API's own tools it is the only mode, and goes without saying
    return msgspec.structs.replace(request, tools=tools, tool_choice=choice)


def served(sent: Encoded) -> ChatRequest | Failure:
    """What the server makes of it."""
    assert isinstance(sent.body, bytes)
    return SERVER.decode(sent.method, f"/v1beta{sent.path}", (), sent.body)


@given(requests(), st.booleans())
def test_a_request_is_decoded_to_what_was_encoded(request: ChatRequest, stream: bool) -> None:
    if stream and request.n is not UNSET:
        request = msgspec.structs.replace(request, n=1)  # of which alone the API makes a stream
    sent = encode_request(request, terms(PROVIDER, stream=stream))
    assert sent.losses == ()
    assert served(sent) == msgspec.structs.replace(request, stream=True if stream else UNSET)


@given(requests())
def test_names_in_snake_case_mean_the_same(request: ChatRequest) -> None:
    """As protobuf's JSON has it; JSON schemas and arguments have names of their own."""
    sent = encode_request(msgspec.structs.replace(request, tools=UNSET, tool_choice=UNSET), terms(PROVIDER))
    assert isinstance(sent.body, bytes)
    body = msgspec.json.decode(sent.body, type=dict[str, Raw])
    snake = msgspec.json.encode({NAMES.get(name, name): value for name, value in body.items()})
    assert served(sent) == served(msgspec.structs.replace(sent, body=snake))


NAMES = {
    "generationConfig": "generation_config",
    "systemInstruction": "system_instruction",
    "serviceTier": "service_tier",
}
