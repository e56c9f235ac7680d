"""Servers of one's own: with a key or without, at a URL of the caller's."""

from __future__ import annotations

import json

import pytest

import sansio
from sansio import ChatRequest, EmbeddingRequest, Exchange, Message, user
from tests.unit.providers.asked import body


@pytest.mark.parametrize(
    ("name", "url", "key", "base"),
    [
        ("vllm", "http://localhost:8000/v1/chat/completions", "VLLM_API_KEY", "VLLM_BASE_URL"),
        ("llamacpp", "http://localhost:8080/v1/chat/completions", "LLAMA_API_KEY", "LLAMACPP_BASE_URL"),
    ],
)
def test_where_it_is_and_who_asks(name: str, url: str, key: str, base: str) -> None:
    asked = ChatRequest(model="m", messages="hi")
    request = Exchange(sansio.provider(name), asked).request
    assert request.url == url
    assert "authorization" not in dict(request.headers)
    known = sansio.provider(name, env={key: "k", base: "http://host:1/v1"})
    request = Exchange(known, asked).request
    assert request.url == "http://host:1/v1/chat/completions"
    assert ("authorization", "Bearer k") in request.headers


@pytest.mark.parametrize(
    ("name", "field"),
    [("vllm", "reasoning"), ("llamacpp", "reasoning_content"), ("openai_compatible", "reasoning_content")],
)
def test_the_name_of_reasoning(name: str, field: str) -> None:
    thought = Message("assistant", "a", reasoning_content="hm")
    sent, lost = body(sansio.provider(name, base_url="http://h"), messages=[user("hi"), thought])
    assert (sent["messages"][1], lost) == ({"role": "assistant", "content": "a", field: "hm"}, [])


def test_sampling_beyond_openai_s() -> None:
    for name in ("vllm", "openai_compatible"):
        sent, lost = body(sansio.provider(name, base_url="http://h"), top_k=5, min_p=0.1, repetition_penalty=1.1)
        assert (sent, lost) == ({"top_k": 5, "min_p": 0.1, "repetition_penalty": 1.1}, [])
    assert body(sansio.provider("llamacpp"), top_k=5, repetition_penalty=1.1) == (
        {"top_k": 5, "repeat_penalty": 1.1},
        [],
    )


def test_both_limits_and_the_usage_of_a_stream() -> None:
    for name in ("vllm", "llamacpp", "openai_compatible"):
        local = sansio.provider(name, base_url="http://h")
        assert body(local, max_tokens=5) == ({"max_tokens": 5}, [])
        assert body(local, max_completion_tokens=5) == ({"max_completion_tokens": 5}, [])
        assert body(local, stream=True) == ({"stream": True, "stream_options": {"include_usage": True}}, [])


def test_operations_beyond_openai_s() -> None:
    anyone = sansio.provider("openai_compatible", base_url="http://h")
    asked = EmbeddingRequest(model="m", input="a", input_type="query", truncate="END", output_dtype="int8")
    sent = Exchange(anyone, asked).request.body
    assert isinstance(sent, bytes)
    assert json.loads(sent) == {
        "model": "m",
        "input": "a",
        "input_type": "query",
        "truncate": "END",
        "output_dtype": "int8",
    }
