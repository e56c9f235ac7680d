from __future__ import annotations

import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest, FunctionDefinition, FunctionTool
from sansio.types import CountTokensRequest, TokenCount
from tests.unit.dialects.openai.exchanged import answer, failure, header, members, sent

PLAIN = CountTokensRequest(ChatRequest(model="openai/gpt-4o", messages="hi"))


def test_the_request_on_the_wire() -> None:
    request = sent(PLAIN)
    assert (request.method, request.url) == ("POST", "https://api.openai.com/v1/responses/input_tokens")
    assert request.body == b'{"model":"gpt-4o","input":"hi"}'
    assert header(request, "accept") == "application/json"
    assert sent(PLAIN, stream=True) == request


def test_only_what_counts_is_sent() -> None:
    """The rest of the chat is neither sent nor lost."""
    chat = ChatRequest(
        model="gpt-4o",
        messages=[sansio.system("Be brief."), sansio.user("hi")],
        tools=[FunctionTool(function=FunctionDefinition(name="f"))],
        max_completion_tokens=9,
        temperature=0.5,
        top_k=3,
        stream=True,
        extra={"include": Raw(b'["x"]'), "truncation": Raw(b'"auto"')},
    )
    body = members(CountTokensRequest(chat, extra={"personality": Raw(b'"friendly"')}))
    assert body.keys() == {"model", "instructions", "input", "tools", "truncation", "personality"}
    assert body["instructions"] == "Be brief."


def test_the_count() -> None:
    body = b'{"object":"response.input_tokens","input_tokens":11}'
    assert answer(PLAIN, body) == TokenCount(input_tokens=11, request_id="req_1", provider="openai")


@pytest.mark.parametrize("body", [b"{}", b'{"input_tokens":null}'])
def test_what_counts_nothing_is_no_answer(body: bytes) -> None:
    assert failure(PLAIN, body).kind == "protocol"
