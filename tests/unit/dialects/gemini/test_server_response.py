"""Answers as a server gives them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sansio import ChatResponse, CustomToolCall, FunctionCall, FunctionToolCall, Message
from sansio.dialects.gemini.server_response import encode_response
from sansio.types import Choice, CustomCall, Logprobs, MessageAudio, TokenLogprob, Usage


def whole(message: Message, finish: str | None = "stop", **members: Any) -> dict[str, Any]:
    choice = Choice(0, message, finish, **members)
    response = ChatResponse(id="r", created=1, model="m", choices=[choice], usage=Usage(1, 2, 3), service_tier="flex")
    value: dict[str, Any] = json.loads(encode_response(response))
    return value


def parts(message: Message) -> Any:
    return whole(message)["candidates"][0]["content"]["parts"]


def test_everything() -> None:
    logprobs = Logprobs([TokenLogprob("a", -1.0)])
    message = Message("assistant", "a", reasoning_content="why")
    assert whole(message, "length", logprobs=logprobs, native_finish_reason="max_tokens") == {
        "candidates": [
            {
                "content": {"parts": [{"text": "why", "thought": True}, {"text": "a"}], "role": "model"},
                "index": 0,
                "finishReason": "MAX_TOKENS",
                "logprobsResult": {
                    "chosenCandidates": [{"token": "a", "logProbability": -1.0}],
                    "topCandidates": [{"candidates": []}],
                },
            }
        ],
        "usageMetadata": {
            "promptTokenCount": 1,
            "candidatesTokenCount": 2,
            "totalTokenCount": 3,
            "serviceTier": "flex",
        },
        "createTime": "1970-01-01T00:00:01Z",
        "modelVersion": "m",
        "responseId": "r",
    }


def test_a_reason_that_nobody_stated_is_left_out() -> None:
    assert "finishReason" not in whole(Message("assistant", "a"), None)["candidates"][0]


@pytest.mark.parametrize(
    ("arguments", "args"), [('{"a":1}', {"a": 1}), ("", {}), ('{"a":', {"input": '{"a":'}), ("[1]", {"input": "[1]"})]
)
def test_arguments_are_objects(arguments: str, args: object) -> None:
    function = FunctionCall("f", arguments)
    assert parts(Message("assistant", None, tool_calls=[FunctionToolCall(id="1", function=function)])) == [
        {"functionCall": {"name": "f", "args": args, "id": "1"}}
    ]


def test_what_other_apis_say() -> None:
    custom = CustomToolCall(id="1", custom=CustomCall("f", "text"))
    message = Message("assistant", "a", tool_calls=[custom], refusal="no", audio=MessageAudio("x"))
    assert parts(message) == [
        {"text": "a"},
        {"functionCall": {"name": "f", "args": {"input": "text"}, "id": "1"}},
        {"text": "no"},
    ]


@pytest.mark.parametrize("created", [0, 10**18])
def test_a_time_that_cannot_be_is_left_out(created: int) -> None:
    value = json.loads(encode_response(ChatResponse(id="", created=created, model="", choices=[])))
    assert value == {"candidates": []}
