"""Members that a server kept unread, on their way to another API."""

from __future__ import annotations

import json

import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest, Exchange, HttpRequest, Message, UnsupportedParameterError, dialects
from sansio.dialects.foreign import translatable
from sansio.types import (
    BatchItem,
    ContentPart,
    CountTokensRequest,
    CreateBatchRequest,
    EmbeddingRequest,
    FunctionDefinition,
    FunctionTool,
    Loss,
    Opaque,
    TextPart,
    Thinking,
)

_EXTRA = {"a": Raw(b"1"), "b": Raw(b"2")}
_TOOLS = [FunctionTool(FunctionDefinition("f", extra=_EXTRA)), FunctionTool(FunctionDefinition("g"))]
_SAID: list[ContentPart] = [TextPart(text="hi", extra=_EXTRA), Opaque("openai_chat", Raw(b"{}")), TextPart(text="ho")]
_CHAT = ChatRequest(
    model="m",
    messages=[Message("system", "be"), Message("user", _SAID, extra={"c": Raw(b"3")})],
    tools=_TOOLS,
    thinking=Thinking("enabled", extra={"d": Raw(b"4")}),
    dialect="openai_chat",
    extra={"e": Raw(b"5")},
)
_LESS = ChatRequest(
    model="m",
    messages=[Message("system", "be"), Message("user", [TextPart(text="hi"), *_SAID[1:]])],
    tools=[FunctionTool(FunctionDefinition("f")), _TOOLS[1]],
    thinking=Thinking("enabled"),
    dialect="openai_chat",
)
_PATHS = [
    "messages[1].content[0].extra.a",
    "messages[1].content[0].extra.b",
    "messages[1].extra.c",
    "thinking.extra.d",
    "tools[0].function.extra.a",
    "tools[0].function.extra.b",
    "extra.e",
]


def _losses(prefix: str = "") -> tuple[Loss, ...]:
    return tuple(Loss(f"{prefix}{path}", "dropped", "only openai_chat understands it") for path in _PATHS)


def test_to_another_dialect_they_are_losses() -> None:
    assert translatable(_CHAT, "anthropic") == (_LESS, _losses())


def test_to_their_own_dialect_they_go_as_they_are() -> None:
    assert translatable(_CHAT, "openai_chat") == (_CHAT, ())


def test_what_a_caller_wrote_himself_is_his() -> None:
    mine = ChatRequest(model="m", messages="hi", extra=_EXTRA)
    assert translatable(mine, "gemini") == (mine, ())


def test_a_request_without_any_is_not_rebuilt() -> None:
    asked = ChatRequest(model="m", messages=[Message("user", "hi")], tools=_TOOLS[1:], dialect="openai_chat")
    assert translatable(asked, "gemini")[0] is asked


def test_chats_within_other_requests() -> None:
    counted = CountTokensRequest(_CHAT, extra=_EXTRA)
    assert translatable(counted, "gemini") == (CountTokensRequest(_LESS, extra=_EXTRA), _losses("chat."))
    batch = CreateBatchRequest(provider="p", requests=[BatchItem("1", _LESS), BatchItem("2", _CHAT)])
    less = CreateBatchRequest(provider="p", requests=[BatchItem("1", _LESS), BatchItem("2", _LESS)])
    assert translatable(batch, "anthropic") == (less, _losses("requests[1].request."))
    vectors = EmbeddingRequest(model="m", input="hi", extra=_EXTRA)
    assert translatable(vectors, "gemini") == (vectors, ())


def _heard() -> ChatRequest:
    """A result of Claude's API with its members that no other has, as a gateway reads it."""
    result: dict[str, object] = {"type": "tool_result", "tool_use_id": "1", "content": "no", "is_error": True}
    call: dict[str, object] = {"type": "tool_use", "id": "1", "name": "f", "input": {}}
    turns: list[tuple[str, object]] = [("user", "hi"), ("assistant", [call]), ("user", [result])]
    body: dict[str, object] = {
        "model": "m",
        "max_tokens": 9,
        "messages": [{"role": role, "content": content} for role, content in turns],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "mcp_servers": [],
    }
    request = dialects.server("anthropic").decode_request("POST", "/v1/messages", (), json.dumps(body).encode())
    assert isinstance(request, ChatRequest)
    return request


@pytest.mark.parametrize("name", ["openai", "gemini", "cohere"])
def test_a_gateway_sends_none_of_them_elsewhere(name: str) -> None:
    provider = sansio.provider(name, api_key="k")
    with pytest.raises(UnsupportedParameterError, match="only anthropic understands it"):
        Exchange(provider, _heard())
    exchange = Exchange(provider, _heard(), on_loss="drop")
    paths = {loss.path for loss in exchange.losses if loss.action == "dropped"}
    assert paths == {"messages[2].extra.is_error", "extra.mcp_servers"}
    assert not {b"is_error", b"mcp_servers"} & _words(exchange.request)


def test_a_gateway_sends_them_to_their_own_api() -> None:
    exchange = Exchange(sansio.provider("anthropic", api_key="k"), _heard())
    assert exchange.losses == ()
    assert {b"is_error", b"mcp_servers"} <= _words(exchange.request)


def _words(request: HttpRequest) -> set[bytes]:
    assert isinstance(request.body, bytes)
    return set(request.body.split(b'"'))
