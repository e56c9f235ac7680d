"""How many tokens a chat would be."""

from __future__ import annotations

import msgspec
from msgspec import Raw

import sansio
from sansio import ChatRequest, Completed, Exchange, Failed
from sansio.types import CountTokensRequest, FilePart, FileReference, Quirks, user

PROVIDER = sansio.provider("anthropic", api_key="key")


def test_a_chat_is_sent_less_what_does_not_count() -> None:
    file = user([FilePart(file=FileReference(file_id="f"))])
    chat = ChatRequest(model="claude-opus-4-1", messages=[file], temperature=0.5, stop="END", user="u")
    request = CountTokensRequest(chat, extra={"x": Raw(b"1")})
    exchange = Exchange(PROVIDER, request)
    assert exchange.request.url == "https://api.anthropic.com/v1/messages/count_tokens"
    assert isinstance(exchange.request.body, bytes)
    assert set(msgspec.json.decode(exchange.request.body)) == {"model", "messages", "x"}
    assert ("anthropic-beta", "files-api-2025-04-14") in exchange.request.headers
    assert exchange.losses == ()


def test_the_model_is_in_the_body_also_where_a_chat_has_it_in_the_path() -> None:
    host = msgspec.structs.replace(PROVIDER, quirks=Quirks(members={"model": None}))
    body = Exchange(host, CountTokensRequest(ChatRequest(model="claude-x", messages="hi"))).request.body
    assert isinstance(body, bytes)
    assert msgspec.json.decode(body)["model"] == "claude-x"


def test_the_answer() -> None:
    exchange = Exchange(PROVIDER, CountTokensRequest(ChatRequest(model="m", messages="hi")))
    exchange.receive_head(200, [])
    exchange.receive_data(b'{"input_tokens":11}')
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    assert exchange.outcome.response.input_tokens == 11


def test_an_answer_that_is_none() -> None:
    exchange = Exchange(PROVIDER, CountTokensRequest(ChatRequest(model="m", messages="hi")))
    exchange.receive_head(200, [])
    exchange.receive_data(b"{}")
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Failed)
