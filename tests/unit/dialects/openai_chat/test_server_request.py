"""decode_request: what OpenAI's clients send, and what they must not send."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET, Raw

from sansio import provider
from sansio.dialects.openai_chat.server_request import decode_request
from sansio.errors import Failure
from sansio.exchange import Exchange
from sansio.types import (
    AllowedTools,
    AllowedToolsChoice,
    Annotation,
    ApproximateLocation,
    AudioPart,
    CacheControl,
    ChatRequest,
    CustomCall,
    CustomDefinition,
    CustomTool,
    CustomToolCall,
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
    MessageAudio,
    Opaque,
    Prediction,
    ReasoningPart,
    RefusalPart,
    StreamOptions,
    TextPart,
    UrlCitation,
    UserLocation,
    WebSearchOptions,
    user,
)

PATH = "/v1/chat/completions"


def decode(body: object) -> ChatRequest | Failure:
    return decode_request("POST", PATH, (), body if isinstance(body, bytes) else msgspec.json.encode(body))


def decoded(**members: object) -> ChatRequest:
    request = decode({"model": "m", "messages": [], **members})
    assert isinstance(request, ChatRequest)
    return request


def one(**members: object) -> Message:
    """The message with these members."""
    (message,) = decoded(messages=[members]).conversation
    return message


def refused(body: object) -> Failure:
    failure = decode(body)
    assert isinstance(failure, Failure)
    return failure


def wrong(**members: object) -> tuple[str | None, str | None]:
    failure = refused({"model": "m", "messages": [], **members})
    assert (failure.kind, failure.status, failure.type) == ("bad_request", 400, "invalid_request_error")
    return failure.code, failure.param


def test_a_request_has_its_parameters() -> None:
    request = decode(
        b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "stream": true,'
        b' "stream_options": {"include_usage": true}, "temperature": 1, "stop": ["a"], "max_tokens": null}'
    )
    assert request == ChatRequest(
        model="gpt-4o",
        messages=[user("hi")],
        stream=True,
        stream_options=StreamOptions(include_usage=True),
        temperature=1.0,
        stop=["a"],
        max_tokens=None,
    )


@pytest.mark.parametrize("path", [PATH, "/chat/completions?api-version=1", "/openai/v1/chat/completions/"])
def test_any_prefix_and_query_will_do(path: str) -> None:
    assert isinstance(decode_request("POST", path, (), b'{"model":"m","messages":[]}'), ChatRequest)


def test_an_unknown_path_is_not_found() -> None:
    failure = decode_request("POST", "/v1/responses", (), b"")
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.status, failure.code) == ("not_found", 404, "unknown_url")


def test_another_method_is_refused() -> None:
    failure = decode_request("GET", PATH, (), b"")
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.status) == ("bad_request", 405)


def test_a_content_coding_is_refused() -> None:
    failure = decode_request("POST", PATH, (("content-encoding", "zstd"),), b"")
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.status) == ("bad_request", 415)


def test_unknown_members_are_kept_as_they_came() -> None:
    request = decode(b'{"model":"m","messages":[{"role":"user","content":"a","cat":{ }}],"guided": [1.0],"extra":2}')
    assert isinstance(request, ChatRequest)
    assert request.extra == {"guided": Raw(b"[1.0]"), "extra": Raw(b"2")}
    assert request.conversation[0].extra == {"cat": Raw(b"{ }")}


def test_fields_that_only_this_library_has_are_unknown_members() -> None:
    message = one(role="assistant", content="a", parts=[1], extra={"b": 2})
    assert message.extra == {"parts": Raw(b"[1]"), "extra": Raw(b'{"b":2}')}
    function = {"name": "f", "arguments": ""}
    calls = one(role="assistant", tool_calls=[{"id": "1", "function": function, "derived": True}]).tool_calls
    assert calls is not None
    assert (calls[0].derived, calls[0].extra) == (False, {"derived": Raw(b"true")})


@pytest.mark.parametrize(
    ("wire", "part"),
    [
        (
            {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}},
            TextPart(text="a", cache_control=CacheControl()),
        ),
        ({"type": "text", "text": "a", "x": 1}, TextPart(text="a", extra={"x": Raw(b"1")})),
        ({"type": "image_url", "image_url": {"url": "u"}}, ImagePart(image_url=ImageUrl("u"))),
        ({"type": "image_url", "image_url": "u"}, ImagePart(image_url=ImageUrl("u"))),
        (
            {"type": "input_audio", "input_audio": {"data": "d", "format": "wav"}},
            AudioPart(input_audio=InputAudio("d", "wav")),
        ),
        ({"type": "file", "file": {"file_id": "f"}}, FilePart(file=FileReference(file_id="f"))),
        ({"type": "refusal", "refusal": "no"}, RefusalPart(refusal="no")),
        ({"type": "reasoning", "text": "so"}, ReasoningPart(text="so")),
        ({"type": "video", "url": "u"}, Opaque("openai_chat", Raw(b'{"type":"video","url":"u"}'))),
        ({"type": "opaque", "dialect": "x"}, Opaque("openai_chat", Raw(b'{"type":"opaque","dialect":"x"}'))),
    ],
)
def test_a_content_part_is_typed_or_opaque(wire: object, part: object) -> None:
    assert one(role="user", content=[wire]).content == [part]


def test_content_may_be_null_or_absent() -> None:
    assert one(role="assistant", content=None, tool_calls=None, annotations=None).content is None
    assert one(role="tool_user").content is None


def test_what_the_model_said_is_read_back() -> None:
    message = one(
        role="assistant",
        refusal="no",
        audio={"id": "a"},
        reasoning_content="so",
        annotations=[{"type": "url_citation", "url_citation": {"url": "u"}}, {"type": "new", "span": 1}],
        tool_calls=[
            {"id": "1", "function": {"name": "f", "arguments": "{}"}},
            {"id": "2", "type": "custom", "custom": {"name": "g", "input": "x"}},
        ],
    )
    assert message == Message(
        "assistant",
        None,
        refusal="no",
        audio=MessageAudio("a"),
        reasoning_content="so",
        annotations=[
            Annotation("url_citation", UrlCitation("u")),
            Annotation("new", extra={"span": Raw(b"1")}),
        ],
        tool_calls=[
            FunctionToolCall(id="1", function=FunctionCall("f", "{}")),
            CustomToolCall(id="2", custom=CustomCall("g", "x")),
        ],
    )


def test_calls_of_an_unknown_type_stay_with_their_message() -> None:
    message = one(role="assistant", tool_calls=[{"id": "1", "type": "mcp"}])
    assert message.tool_calls is None
    assert message.extra == {"tool_calls": Raw(b'[{"id":"1","type":"mcp"}]')}


def test_tools_are_typed_or_opaque() -> None:
    request = decoded(
        tools=[
            {"type": "function", "function": {"name": "f"}, "x": 1},
            {"type": "custom", "custom": {"name": "g"}},
            {"type": "web_search"},
        ]
    )
    assert request.tools == [
        FunctionTool(FunctionDefinition("f"), extra={"x": Raw(b"1")}),
        CustomTool(CustomDefinition("g")),
        Opaque("openai_chat", Raw(b'{"type":"web_search"}')),
    ]


@pytest.mark.parametrize(
    ("wire", "choice"),
    [
        ("auto", "auto"),
        (None, None),
        ({"type": "function", "function": {"name": "f"}}, FunctionChoice.of("f")),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
            },
            AllowedToolsChoice(AllowedTools("auto", [FunctionChoice.of("f")])),
        ),
        ({"type": "mcp"}, Opaque("openai_chat", Raw(b'{"type":"mcp"}'))),
    ],
)
def test_a_tool_choice_is_typed_or_opaque(wire: object, choice: object) -> None:
    assert decoded(tool_choice=wire).tool_choice == choice


def test_response_formats_are_typed() -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}
    assert decoded(response_format=schema).response_format == JsonSchemaFormat(JsonSchema("n", {"type": "object"}))
    assert decoded(response_format={"type": "json_object"}).response_format == JsonObjectFormat()
    assert decoded(response_format=None).response_format is None


def test_formats_and_predictions_of_an_unknown_type_stay_with_the_request() -> None:
    request = decoded(response_format={"type": "xml"}, prediction={"type": "draft"})
    assert (request.response_format, request.prediction) == (UNSET, UNSET)
    assert request.extra == {"response_format": Raw(b'{"type":"xml"}'), "prediction": Raw(b'{"type":"draft"}')}
    assert decoded(prediction={"type": "content", "content": "a"}).prediction == Prediction("a")


MISFITS: list[tuple[dict[str, object], str, str]] = [
    ({"messages": None}, "invalid_type", "messages"),
    ({"messages": "hi"}, "invalid_type", "messages"),
    ({"messages": ["hi"]}, "invalid_type", "messages[0]"),
    ({"messages": [{"content": "hi"}]}, "missing_required_parameter", "messages[0].role"),
    ({"messages": [{"role": "user", "content": 1}]}, "invalid_type", "messages[0].content"),
    (
        {"messages": [{"role": "user", "content": [{"text": "a"}]}]},
        "missing_required_parameter",
        "messages[0].content[0].type",
    ),
    (
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
        "missing_required_parameter",
        "messages[0].content[0].image_url.url",
    ),
    ({"temperature": "hot"}, "invalid_type", "temperature"),
    ({"metadata": {"a": 1}}, "invalid_type", "metadata[...]"),
    ({"audio": {"voice": {"id": 1}, "format": "wav"}}, "invalid_type", "audio.voice.id"),
    ({"tools": [{"type": "function"}]}, "missing_required_parameter", "tools[0].function"),
    ({"tool_choice": 1}, "invalid_type", "tool_choice"),
    ({"response_format": "json"}, "invalid_type", "response_format"),
    ({"response_format": {"type": 1}}, "invalid_type", "response_format.type"),
]


@pytest.mark.parametrize(("members", "code", "param"), MISFITS)
def test_a_misfit_is_named_by_its_path(members: dict[str, object], code: str, param: str) -> None:
    assert wrong(**members) == (code, param)


def test_a_missing_model_is_named() -> None:
    failure = refused({"messages": []})
    assert failure.message == "Missing required parameter: 'model'."
    assert (failure.code, failure.param) == ("missing_required_parameter", "model")


def test_a_body_that_is_no_object_is_refused() -> None:
    failure = refused([])
    assert failure.message == "Invalid type for the request body: Expected `object`, got `array`."
    assert (failure.code, failure.param) == ("invalid_type", None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'{"model":"\xff","messages":[]}',
        b'{"model":"\\ud800","messages":[]}',
        b'{"model":NaN,"messages":[]}',
        b'{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"\xff"}]}]}',
        b'{"model":"m","messages":[]} {}',
    ],
)
def test_a_body_that_is_no_json_is_refused(body: bytes) -> None:
    failure = refused(body)
    assert (failure.kind, failure.status, failure.code, failure.param) == ("bad_request", 400, None, None)
    assert failure.message.startswith("The request body cannot be read as JSON")


@pytest.mark.parametrize(("depth", "refuses"), [(256, False), (257, True)])
def test_json_may_nest_so_deep_and_no_deeper(depth: int, refuses: bool) -> None:
    inner = depth - 1
    body = b'{"model":"m","messages":[],"metadata_":' + b"[" * inner + b"]" * inner + b',"x":[[],[],[]]}'
    assert isinstance(decode(body), Failure) is refuses


def test_json_deeper_than_any_stack_is_refused() -> None:
    assert refused(b"[" * 1_000_000).status == 400


RAW_X = {"x": Raw(b"1")}


@pytest.mark.parametrize(
    ("name", "member", "value"),
    [
        (
            "tools",
            [{"type": "function", "function": {"name": "f", "x": 1}}],
            [FunctionTool(FunctionDefinition("f", extra=RAW_X))],
        ),
        (
            "tools",
            [{"type": "custom", "custom": {"name": "f", "x": 1}}],
            [CustomTool(CustomDefinition("f", extra=RAW_X))],
        ),
        ("functions", [{"name": "f", "x": 1}], [FunctionDefinition("f", extra=RAW_X)]),
        ("functions", None, None),
        ("stream_options", {"x": 1}, StreamOptions(extra=RAW_X)),
        (
            "response_format",
            {"type": "json_schema", "json_schema": {"name": "f", "x": 1}},
            JsonSchemaFormat(JsonSchema("f", extra=RAW_X)),
        ),
        (
            "tool_choice",
            {"type": "function", "function": {"name": "f", "x": 1}},
            Opaque("openai_chat", Raw(b'{"type":"function","function":{"name":"f","x":1}}')),
        ),
        (
            "web_search_options",
            {"user_location": {"type": "approximate", "approximate": {"city": "c"}}},
            WebSearchOptions(user_location=UserLocation(ApproximateLocation("c"))),
        ),
        ("prediction", {"content": "a"}, Prediction("a")),
    ],
)
def test_unknown_members_of_what_must_stay_typed_are_in_its_extra(name: str, member: object, value: object) -> None:
    request = decoded(**{name: member})
    assert getattr(request, name) == value
    assert request.extra is None


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("response_format", {"type": "json_object", "x": 1}),
        ("response_format", {"type": "json_schema", "json_schema": {"name": "f"}, "x": 1}),
        ("web_search_options", {"x": 1}),
        ("web_search_options", {"user_location": {"type": "approximate", "approximate": {"x": 1}}}),
        ("web_search_options", {"user_location": {"type": "exact"}}),
        ("audio", {"voice": "v", "format": "wav", "x": 1}),
        ("audio", {"voice": {"id": "v", "x": 1}, "format": "wav"}),
        ("prediction", {"type": "content", "content": "a", "x": 1}),
        ("function_call", {"name": "f", "x": 1}),
    ],
)
def test_what_its_type_does_not_hold_whole_is_kept_whole(name: str, member: object) -> None:
    request = decoded(**{name: member})
    assert getattr(request, name) is UNSET
    assert request.extra == {name: Raw(msgspec.json.encode(member))}


def test_calls_keep_unknown_members_and_stay_typed() -> None:
    message = one(
        role="assistant",
        function_call={"name": "f", "arguments": "", "x": 1},
        tool_calls=[
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": "", "x": 1}},
            {"id": "2", "type": "custom", "custom": {"name": "f", "input": "", "x": 1}},
        ],
    )
    assert message.function_call == FunctionCall("f", "", RAW_X)
    assert message.tool_calls == [
        FunctionToolCall(id="1", function=FunctionCall("f", "", RAW_X)),
        CustomToolCall(id="2", custom=CustomCall("f", "", RAW_X)),
    ]


def test_a_part_with_unknown_members_further_inside_is_opaque() -> None:
    part = {"type": "image_url", "image_url": {"url": "u", "x": 1}}
    assert one(role="user", content=[part]).content == [Opaque("openai_chat", Raw(msgspec.json.encode(part)))]


EVERYWHERE: dict[str, object] = {
    "model": "m",
    "messages": [
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u", "x": 1}}], "name": "n", "x": 1},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}", "x": 1}, "y": 2},
                {"id": "2", "type": "custom", "custom": {"name": "f", "input": "i", "x": 1}},
            ],
        },
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}", "x": 1}},
        {"role": "assistant", "content": "a", "audio": {"id": "a", "x": 1}},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "a", "type": "zz", "zz": {"x": 1}}]},
    ],
    "tools": [
        {"type": "function", "function": {"name": "f", "x": 1}, "y": 2},
        {"type": "custom", "custom": {"name": "f", "format": {"type": "text", "x": 1}, "x": 1}},
        {"type": "zz", "x": 1},
    ],
    "functions": [{"name": "f", "x": 1}],
    "tool_choice": {"type": "function", "function": {"name": "f", "x": 1}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "x": 1}},
    "web_search_options": {"user_location": {"type": "approximate", "approximate": {"x": 1}}},
    "audio": {"voice": {"id": "v", "x": 1}, "format": "wav"},
    "prediction": {"type": "content", "content": "a", "x": 1},
    "stream": True,
    "stream_options": {"include_usage": True, "x": 1},
    "moderation": {"model": "m", "x": 1},
    "x": 1,
}


def test_nothing_is_lost_on_the_way_through() -> None:
    request = decode(EVERYWHERE)
    assert isinstance(request, ChatRequest)
    exchange = Exchange(provider("openai_compatible", base_url="http://h"), request, stream=True)
    assert isinstance(exchange.request.body, bytes)
    assert msgspec.json.decode(exchange.request.body) == EVERYWHERE


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"model":"\\ud800"}', "a string ends with half of a surrogate pair"),
        (b'{"model":"\xff"}', "it is not UTF-8"),
        (b'{"model":', "Input data was truncated"),
    ],
)
def test_why_a_body_cannot_be_read(body: bytes, message: str) -> None:
    assert refused(body).message == f"The request body cannot be read as JSON: {message}."
