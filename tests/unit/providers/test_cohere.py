"""Cohere and its two APIs."""

from __future__ import annotations

import sansio
from sansio import ChatRequest, Exchange
from sansio.types import EmbeddingRequest


def test_the_key_and_the_paths() -> None:
    env = {"CO_API_KEY": "k", "COHERE_API_KEY": "other"}
    exchange = Exchange(sansio.provider("cohere", env=env), ChatRequest(model="cohere/m", messages="hi"))
    assert exchange.request.url == "https://api.cohere.com/v2/chat"
    assert ("authorization", "Bearer k") in exchange.request.headers
    assert sansio.provider("cohere_chat", env={"COHERE_API_KEY": "k", "CO_API_URL": "http://a/"}).base_url == "http://a"


def test_models_that_reason_have_budgets() -> None:
    request = ChatRequest(model="command-a-reasoning-08-2025", messages="hi", reasoning_effort="high")
    exchange = Exchange(sansio.provider("cohere", api_key="k"), request)
    assert isinstance(exchange.request.body, bytes)
    assert b'"thinking":{"type":"enabled","token_budget":16384}' in exchange.request.body


def test_the_compatible_api() -> None:
    compatible = sansio.provider("cohere", dialect="openai_chat", api_key="k")
    chat = Exchange(compatible, ChatRequest(model="m", messages="hi"))
    assert chat.request.url == "https://api.cohere.com/compatibility/v1/chat/completions"
    vectors = Exchange(compatible, EmbeddingRequest(model="m", input="hi"))
    assert vectors.request.url == "https://api.cohere.com/compatibility/v1/embeddings"
