"""The server side as a gateway has it: found by its path, answers and errors."""

from __future__ import annotations

import json

import pytest

from sansio.dialects import server_for
from sansio.dialects.ollama.encoder import Encoder
from sansio.dialects.ollama.server import SERVER
from sansio.errors import Failure
from sansio.types import (
    ChatRequest,
    ChatResponse,
    Choice,
    FunctionCall,
    FunctionToolCall,
    Logprobs,
    Message,
    TokenLogprob,
    Usage,
)


def test_it_is_found_by_its_path() -> None:
    assert server_for("/api/chat") == ("ollama", SERVER)
    request = SERVER.decode_request("POST", "/api/chat", (), b'{"model":"m","messages":[],"stream":false}')
    assert isinstance(request, ChatRequest)
    assert request == ChatRequest(model="m", messages=[], stream=False, dialect="ollama")
    assert isinstance(SERVER.encoder(request, "/api/chat"), Encoder)


def test_an_answer() -> None:
    call = FunctionToolCall(id="a", function=FunctionCall("f", '{"x":1}'))
    message = Message("assistant", "x", reasoning_content="r", tool_calls=[call])
    choice = Choice(0, message, "tool_calls", Logprobs([TokenLogprob("x", -1.0)]))
    response = ChatResponse("c", 1_764_547_200, "m", [choice], Usage(1, 2))
    assert json.loads(SERVER.encode_response(response)) == {
        "model": "m",
        "created_at": "2025-12-01T00:00:00Z",
        "message": {
            "role": "assistant",
            "content": "x",
            "thinking": "r",
            "tool_calls": [{"id": "a", "function": {"index": 0, "name": "f", "arguments": {"x": 1}}}],
        },
        "logprobs": [{"token": "x", "logprob": -1.0}],
        "done_reason": "stop",
        "prompt_eval_count": 1,
        "eval_count": 2,
        "done": True,
    }


@pytest.mark.parametrize(
    ("reason", "native", "word"),
    [("stop", "load", "load"), ("length", "MAX_TOKENS", "length"), ("content_filter", None, "content_filter")],
)
def test_the_reason(reason: str, native: str | None, word: str) -> None:
    choice = Choice(0, Message("assistant", None, refusal="no"), reason, None, native)
    whole = json.loads(SERVER.encode_response(ChatResponse("c", 0, "m", [choice])))
    assert (whole["done_reason"], whole["message"]["content"]) == (word, "no")


def test_no_answer_at_all() -> None:
    whole = json.loads(SERVER.encode_response(ChatResponse("c", 0, "m", [])))
    assert (whole["done"], whole["message"]) == (True, {"role": "assistant", "content": ""})


@pytest.mark.parametrize(
    ("failure", "status", "body"),
    [
        (Failure(kind="not_found", message="x"), 404, {"error": "x"}),
        (Failure(kind="quota_exceeded", message="x"), 402, {"error": "x"}),
        (Failure(kind="quota_exceeded", message="x", status=429), 429, {"error": "x"}),
        (Failure(kind="overloaded", message="x"), 503, {"error": "x", "code": "overloaded"}),
        (Failure(kind="bad_request", message="x", code="y"), 400, {"error": "x", "code": "y"}),
    ],
)
def test_a_failure(failure: Failure, status: int, body: dict[str, str]) -> None:
    told, headers, content = SERVER.encode_failure(failure)
    assert (told, json.loads(content)) == (status, body)
    assert headers[0] == ("content-type", "application/json")
