"""The deprecated words of chat completions: said as they are where they are known, and everywhere else in those that replaced them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sansio import ChatRequest, ChatResponse, Completed, Exchange, FunctionCall, Message, Provider, dialects, user
from sansio.dialects.deprecated import modern, modern_answer
from sansio.types import (
    Choice,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    TextPart,
    ToolName,
    tool,
)

_F, _G = FunctionDefinition("f", parameters={"type": "object"}), FunctionDefinition("g")
_CALL = FunctionCall("f", '{"a":1}')
_ASKED = [user("hi"), Message("assistant", None, function_call=_CALL), Message("function", "42", name="f")]


def _made(id_: str) -> FunctionToolCall:
    return FunctionToolCall(id=id_, derived=True, function=_CALL)


def test_functions_are_tools() -> None:
    request = ChatRequest(
        model="m", messages="hi", functions=[_F], tools=[FunctionTool(_G)], function_call=ToolName("f")
    )
    assert modern(request) == ChatRequest(
        model="m", messages="hi", tools=[FunctionTool(_G), FunctionTool(_F)], tool_choice=FunctionChoice.of("f")
    )
    plain = ChatRequest(model="m", messages="hi", functions=[], function_call="none")
    assert modern(plain) == ChatRequest(model="m", messages="hi", tool_choice="none")
    both = ChatRequest(model="m", messages="hi", function_call="auto", tool_choice="required")
    assert modern(both) == ChatRequest(model="m", messages="hi", tool_choice="required")


def test_what_is_not_deprecated_stays() -> None:
    request = ChatRequest(model="m", messages=[user("hi"), tool("1", "a")])
    assert modern(request) is request
    choice = Choice(index=0, message=Message("assistant", "a"), finish_reason=None)
    answer = ChatResponse(id="", created=0, model="m", choices=[choice])
    assert modern_answer(answer) is answer


def test_each_choice_has_its_own_calls() -> None:
    said = Choice(index=0, message=Message("assistant", "a"), finish_reason="stop")
    called = Choice(index=1, message=Message("assistant", None, function_call=_CALL), finish_reason="length")
    answer = modern_answer(ChatResponse(id="", created=0, model="m", choices=[said, called]))
    message = Message("assistant", None, tool_calls=[FunctionToolCall(id="call_1_0", derived=True, function=_CALL)])
    assert answer.choices == [said, Choice(index=1, message=message, finish_reason="length")]


def test_calls_have_ids_by_their_place() -> None:
    taken = Message("assistant", None, tool_calls=[FunctionToolCall(id="call_0_1", function=_CALL)])
    ordered = Message("assistant", "a", function_call=_CALL, parts=[TextPart(text="a")])
    request = ChatRequest(
        model="m", messages=[*_ASKED, taken, tool("1", "call_0_1"), ordered, Message("function", "7")]
    )
    messages = modern(request).conversation
    assert messages[1:3] == [Message("assistant", None, tool_calls=[_made("call_0_0")]), tool("42", "call_0_0")]
    assert messages[5:] == [
        Message("assistant", "a", tool_calls=[_made("call_0_2")], parts=[TextPart(text="a"), _made("call_0_2")]),
        tool("7", "call_0_2"),
    ]


def test_a_result_without_a_call_has_its_name_only() -> None:
    stray = [*_ASKED, Message("function", "2", name="g")]
    assert modern(ChatRequest(model="m", messages=stray)).conversation[3] == Message("tool", "2", name="g")


_TOLD = {
    "anthropic": '"tool_use_id":"call_0_0"',
    "bedrock_converse": '"toolUseId":"call_0_0"',
    "cohere": '"tool_call_id":"call_0_0"',
    "gemini": '"functionResponse":{"name":"f"',
    "ollama": '"tool_name":"f"',
    "openai_chat": '"role":"function"',
    "openai_responses": '"type":"function_call_output"',
}


@pytest.mark.parametrize("dialect", dialects.names())
def test_every_api_takes_them(dialect: str) -> None:
    provider = Provider(name="double", base_url="http://double", dialect=dialect, keyless=True)
    request = ChatRequest(model="m", messages=_ASKED, functions=[_F], max_completion_tokens=9)
    exchange = Exchange(provider, request)
    assert exchange.losses == ()
    assert isinstance(exchange.request.body, bytes)
    assert _TOLD[dialect] in exchange.request.body.decode()


@pytest.mark.parametrize("dialect", dialects.names())
def test_every_server_answers_with_them(dialect: str) -> None:
    message = Message("assistant", None, function_call=_CALL)
    choice = Choice(index=0, message=message, finish_reason="function_call")
    body = dialects.server(dialect).encode_response(ChatResponse(id="r", created=1, model="m", choices=[choice]))
    provider = Provider(name="double", base_url="http://double", dialect=dialect, keyless=True)
    exchange = Exchange(provider, ChatRequest(model="m", messages="hi", max_completion_tokens=9))
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(body)
    exchange.receive_eof()
    end = exchange.outcome
    assert isinstance(end, Completed)
    heard = end.response.choices[0]
    if dialect == "openai_chat":
        assert (heard.message.function_call, heard.finish_reason) == (_CALL, "function_call")
        return
    called: list[tuple[str, Any]] = [(c.name, json.loads(c.arguments)) for c in heard.message.tool_calls or ()]
    assert called == [("f", {"a": 1})]
    assert heard.finish_reason == "tool_calls"
