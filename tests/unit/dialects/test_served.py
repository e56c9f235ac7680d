"""Operations beside the chat, from a client of each dialect to its server's side and back."""

from __future__ import annotations

import json
from typing import Final

import msgspec
import pytest

import sansio
from sansio import ChatRequest, Completed, Exchange, Failed, Failure, LocalProtocolError, Provider, dialects, user
from sansio.dialects.served import Asked, OperationServer
from sansio.types import CountTokensRequest, FunctionDefinition, FunctionTool, RerankResponse, TokenCount, system

_DOUBLES: Final = [
    Provider(name=name, base_url="http://double/v1", dialect=name, keyless=True, operations=frozenset({"count_tokens"}))
    for name in ("anthropic", "bedrock_converse", "gemini", "openai_responses")
]
_VERTEX: Final = sansio.provider("vertex_ai", base_url="http://double/v1", api_key="k", project="p", location="l")
_TOOL: Final = FunctionTool(FunctionDefinition("f", parameters={"type": "object", "properties": {}}, strict=True))
_CHAT: Final = ChatRequest(model="gemini-3-flash", messages=[system("Be."), user("hi")], tools=[_TOOL])


def _exchange(provider: Provider, chat: ChatRequest = _CHAT) -> Exchange[TokenCount]:
    return Exchange(provider, CountTokensRequest(chat=chat), on_loss="drop")


def _side(path: str) -> OperationServer:
    found = dialects.operation_server(path)
    assert found is not None
    return found


def _arrived(exchange: Exchange[TokenCount]) -> Asked:
    path, body = exchange.request.url.removeprefix("http://double"), exchange.request.body
    assert isinstance(body, bytes)
    found = _side(path).decode("POST", path, (), body)
    assert isinstance(found, Asked)
    return found


@pytest.mark.parametrize("provider", [*_DOUBLES, _VERTEX], ids=lambda provider: provider.name)
def test_what_is_counted_is_what_was_asked(provider: Provider) -> None:
    exchange = _exchange(provider)
    asked = _arrived(exchange)
    assert isinstance(asked.request, CountTokensRequest)
    chat = asked.request.chat
    assert (chat.dialect, chat.model) == (provider.dialect, "gemini-3-flash")
    assert [(message.role, message.text) for message in chat.conversation] == [("system", "Be."), ("user", "hi")]
    assert [tool.function.name for tool in chat.tools or () if isinstance(tool, FunctionTool)] == ["f"]
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(asked.encode(TokenCount(7)))
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    assert exchange.outcome.response.input_tokens == 7


def test_what_a_cache_holds_is_told() -> None:
    gemini = next(provider for provider in _DOUBLES if provider.dialect == "gemini")
    assert json.loads(_arrived(_exchange(gemini)).encode(TokenCount(7, cached_tokens=5))) == {
        "totalTokens": 7,
        "cachedContentTokenCount": 5,
    }


@pytest.mark.parametrize("provider", _DOUBLES, ids=lambda provider: provider.name)
def test_failures_are_told_in_the_words_of_the_api(provider: Provider) -> None:
    exchange = _exchange(provider)
    path = exchange.request.url.removeprefix("http://double")
    failure = Failure(kind="not_found", message="no such model", status=404)
    status, headers, body = _side(path).encode_failure(failure)
    exchange.receive_head(status, headers)
    exchange.receive_data(body)
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Failed)
    assert (exchange.outcome.failure.kind, exchange.outcome.failure.message) == ("not_found", "no such model")


@pytest.mark.parametrize("provider", _DOUBLES, ids=lambda provider: provider.name)
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"messages":7,"contents":7,"input":7}', b"\xff"])
def test_what_is_no_question_is_refused(provider: Provider, body: bytes) -> None:
    path = _exchange(provider).request.url.removeprefix("http://double")
    found = _side(path).decode("POST", path, (), body)
    assert isinstance(found, Failure)
    assert (found.kind, found.status) == ("bad_request", 400)
    assert found.message


@pytest.mark.parametrize("provider", _DOUBLES, ids=lambda provider: provider.name)
def test_other_methods_are_refused(provider: Provider) -> None:
    path = _exchange(provider).request.url.removeprefix("http://double")
    found = _side(path).decode("GET", path, (), b"")
    assert isinstance(found, Failure)
    assert found.status == 405


def test_an_answer_to_something_else_is_none() -> None:
    asked = _arrived(_exchange(_DOUBLES[0]))
    with pytest.raises(LocalProtocolError, match="answered by a TokenCount"):
        asked.encode(RerankResponse(results=[], model="m"))


def test_a_body_of_invoke_model_is_in_the_words_of_a_model() -> None:
    path = "/model/anthropic.claude-v2/count-tokens"
    found = _side(path).decode("POST", path, (), b'{"input":{"invokeModel":{"body":"e30="}}}')
    assert isinstance(found, Failure)
    assert found.param == "input.converse"


@pytest.mark.parametrize(
    "path", ["/v1/messages", "/v1/chat/completions", "/v1/models/m:generateContent", "/v1/embeddings/1", "/v1/files"]
)
def test_other_paths_are_others(path: str) -> None:
    assert dialects.operation_server(path) is None


def test_unread_members_belong_to_the_chat() -> None:
    anthropic = _DOUBLES[0]
    chat = msgspec.structs.replace(_CHAT, extra={"mcp_servers": msgspec.Raw(b"[]")})
    asked = _arrived(_exchange(anthropic, chat)).request
    assert isinstance(asked, CountTokensRequest)
    assert asked.chat.extra is not None
    assert bytes(asked.chat.extra["mcp_servers"]) == b"[]"
    assert asked.extra is None
