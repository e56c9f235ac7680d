"""Counting the tokens of a chat."""

from __future__ import annotations

import msgspec

import sansio
from sansio import ChatRequest, Completed, Exchange, Failed
from sansio.types import CountTokensRequest, FunctionDefinition, FunctionTool, TokenCount

PROVIDER = sansio.provider("bedrock", region="us-east-1", api_key="key")


def exchange() -> Exchange[TokenCount]:
    chat = ChatRequest(
        model="bedrock/m:0",
        messages=[sansio.system("be"), sansio.user("a")],
        tools=[FunctionTool(FunctionDefinition("f"))],
        temperature=0.5,
    )
    return Exchange(PROVIDER, CountTokensRequest(chat))


def test_what_counts_is_sent() -> None:
    request = exchange().request
    assert request.url.endswith("/model/m%3A0/count-tokens")
    assert isinstance(request.body, bytes)
    body = msgspec.json.decode(request.body)
    assert body["input"]["converse"].keys() == {"messages", "system", "toolConfig"}


def test_the_count() -> None:
    of = exchange()
    of.receive_head(200, [])
    of.receive_data(b'{"inputTokens":12}')
    of.receive_eof()
    assert isinstance(of.outcome, Completed)
    assert of.outcome.response.input_tokens == 12


def test_an_answer_without_a_count_is_none() -> None:
    of = exchange()
    of.receive_head(200, [])
    of.receive_data(b"{}")
    of.receive_eof()
    assert isinstance(of.outcome, Failed)
    assert of.outcome.failure.kind == "protocol"


def test_errors_are_bedrocks() -> None:
    of = exchange()
    of.receive_head(400, [("x-amzn-errortype", "ServiceQuotaExceededException")])
    of.receive_data(b'{"message":"no"}')
    of.receive_eof()
    assert isinstance(of.outcome, Failed)
    assert of.outcome.failure.kind == "quota_exceeded"
