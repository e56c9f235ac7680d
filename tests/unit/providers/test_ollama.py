"""Ollama and its two APIs."""

from __future__ import annotations

import json

import pytest

import sansio
from sansio import ChatRequest, Exchange


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("myhost", "http://myhost:11434"),
        ("myhost:80", "http://myhost:80"),
        ("myhost/ollama/", "http://myhost:11434/ollama"),
        (":99", "http://localhost:99"),
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("[::1]", "http://[::1]:11434"),
        ("[::1]:99", "http://[::1]:99"),
        ("http://myhost", "http://myhost"),
        ("https://ollama.com", "https://ollama.com"),
    ],
)
def test_a_host_may_lack_its_scheme_and_its_port(host: str, url: str) -> None:
    assert sansio.provider("ollama", env={"OLLAMA_HOST": host}).base_url == url
    assert sansio.provider("ollama", base_url=host).base_url == url


def test_a_key_is_for_the_cloud() -> None:
    request = ChatRequest(model="llama3:8b", messages="hi")
    local = Exchange(sansio.provider("ollama", env={}), request)
    assert local.request.url == "http://localhost:11434/api/chat"
    assert "authorization" not in dict(local.request.headers)
    cloud = Exchange(sansio.provider("ollama", base_url="https://ollama.com", env={"OLLAMA_API_KEY": "k"}), request)
    assert ("authorization", "Bearer k") in cloud.request.headers


def test_the_compatible_api() -> None:
    compatible = sansio.provider("ollama", dialect="openai_chat")
    exchange = Exchange(compatible, ChatRequest(model="m", messages="hi", max_completion_tokens=5))
    assert exchange.request.url == "http://localhost:11434/v1/chat/completions"
    assert isinstance(exchange.request.body, bytes)
    assert json.loads(exchange.request.body)["max_tokens"] == 5
