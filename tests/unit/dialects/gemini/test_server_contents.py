"""Contents as they come to a server."""

from __future__ import annotations

import json
from typing import Any

from msgspec import Raw

from sansio import ChatRequest, FilePart, FunctionToolCall, ImagePart, Message, Opaque, TextPart
from sansio.dialects.gemini.server import SERVER
from sansio.types import FileReference, ImageUrl


def messages(*contents: dict[str, Any]) -> list[Message]:
    body = json.dumps({"contents": contents}).encode()
    request = SERVER.decode("POST", "/v1/models/m:generateContent", (), body)
    assert isinstance(request, ChatRequest), request
    return list(request.conversation)


def model(*parts: object) -> dict[str, Any]:
    return {"role": "model", "parts": parts}


def result(name: str, response: object, **members: object) -> dict[str, Any]:
    return {"functionResponse": {"name": name, "response": response, **members}}


def call(name: str, **members: object) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": {}, **members}}


def test_a_plain_text_and_parts() -> None:
    one, two = messages({"parts": [{"text": "a"}]}, {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]})
    assert one == Message("user", "a")
    assert two == Message("user", [TextPart(text="a"), TextPart(text="b")])
    assert messages({"role": "user"}) == []


def test_media_and_what_else_a_user_says() -> None:
    (message,) = messages(
        {
            "parts": [
                {"inline_data": {"mime_type": "image/png", "data": "AA=="}},
                {"fileData": {"fileUri": "https://a"}, "videoMetadata": {"fps": 1}},
                {"fileData": {"fileUri": "https://b", "mimeType": "image/png"}},
                {"text": "a", "thoughtSignature": "c2ln"},
                {"fileData": {"fileUri": "https://c", "displayName": "n"}},
                {"inlineData": {"data": "AA=="}},
                {"something_new": 1},
            ]
        }
    )
    content = message.content
    assert not isinstance(content, str)
    assert content is not None
    assert content[0] == ImagePart(image_url=ImageUrl("data:image/png;base64,AA=="))
    assert content[1] == FilePart(file=FileReference(file_url="https://a"), extra={"videoMetadata": Raw(b'{"fps": 1}')})
    assert content[2] == ImagePart(image_url=ImageUrl("https://b", format="image/png"))
    assert isinstance(content[3], TextPart)
    assert content[3].state is not None
    assert [bytes(part.raw) for part in content[4:] if isinstance(part, Opaque)] == [
        b'{"fileData": {"fileUri": "https://c", "displayName": "n"}}',
        b'{"inlineData": {"data": "AA=="}}',
        b'{"something_new": 1}',
    ]


def test_what_a_model_said() -> None:
    (message,) = messages(model({"text": "why", "thought": True}, {"text": "so"}, call("f", id="1")))
    assert (message.reasoning_content, message.content) == ("why", "so")
    (found,) = list(message.tool_calls or ())
    assert (found.id, found.derived, found.name) == ("1", False, "f")


def test_parts_of_a_model_that_say_more_are_kept_whole() -> None:
    more: list[Any] = [call("f", partialArgs=[]), {"text": "a", "partMetadata": {}}, {"executable_code": {"code": "1"}}]
    (message,) = messages(model(*more))
    assert [json.loads(bytes(part.raw)) for part in message.parts or () if isinstance(part, Opaque)] == more


def test_calls_without_ids_are_counted_through_the_conversation() -> None:
    found = messages(
        model(call("f"), call("f"), call("g")),
        {"role": "user", "parts": [result("g", {"a": 1}), result("f", {"output": "x"}), result("f", {"output": 1})]},
        model(call("f")),
        {"role": "user", "parts": [result("f", {})]},
    )
    calls = [call for message in found for call in message.tool_calls or () if isinstance(call, FunctionToolCall)]
    assert [(call.id, call.derived) for call in calls] == [(f"call_0_{n}", True) for n in range(4)]
    results = [(message.tool_call_id, message.content) for message in found if message.role == "tool"]
    assert results == [
        ("call_0_2", '{"a": 1}'),
        ("call_0_0", "x"),
        ("call_0_1", '{"output": 1}'),
        ("call_0_3", "{}"),
    ]


def test_results_by_id_and_results_of_nothing() -> None:
    found = messages(
        model(call("f", id="1")),
        {"role": "function", "parts": [result("f", {}, id="1"), result("h", {}, id="9"), result("h", {})]},
    )
    assert [(message.tool_call_id, message.name) for message in found[1:]] == [
        ("1", None),
        ("9", "h"),
        ("call_0_1", "h"),
    ]


def test_results_with_media_and_between_words() -> None:
    image = {"inlineData": {"mimeType": "image/png", "data": "AA=="}}
    parts = [{"text": "a"}, {**result("f", {"output": "b"}, parts=[image], scheduling="SILENT"), "x": 1}, {"text": "c"}]
    before, found, after = messages({"parts": parts, "more": True})
    assert (before.content, before.extra, after.content) == ("a", {"more": Raw(b"true")}, "c")
    assert found.text == "b"
    assert isinstance(found.content, list)
    assert isinstance(found.content[1], ImagePart)
    assert found.extra == {"functionResponse": Raw(b'{"scheduling":"SILENT"}'), "x": Raw(b"1")}
    (alone,) = messages({"parts": [result("f", {"output": ""}, parts=[image])]})
    assert isinstance(alone.content, list)
    assert len(alone.content) == 1
