"""The server side as a gateway has it: found by its path, answers and errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sansio.dialects import server_for
from sansio.dialects.cohere.encoder import Encoder
from sansio.dialects.cohere.server import SERVER
from sansio.errors import Failure
from sansio.types import (
    Annotation,
    ChatRequest,
    ChatResponse,
    Choice,
    FunctionCall,
    FunctionToolCall,
    Logprobs,
    Message,
    TokenLogprob,
    UrlCitation,
    Usage,
)

_CALL = FunctionToolCall(id="a", function=FunctionCall("f", ""))


def test_it_is_found_by_its_path() -> None:
    assert server_for("/prefix/v2/chat?x=1") == ("cohere", SERVER)
    request = SERVER.decode_request("POST", "/prefix/v2/chat", (), b'{"model":"m","messages":[]}')
    assert isinstance(request, ChatRequest)
    assert request == ChatRequest(model="m", messages=[], dialect="cohere")
    assert isinstance(SERVER.encoder(request, "/v2/chat"), Encoder)


def _encoded(message: Message, reason: str | None = None, **more: Any) -> dict[str, Any]:
    choice = Choice(0, message, reason, more.pop("logprobs", None))
    whole: dict[str, Any] = json.loads(SERVER.encode_response(ChatResponse("c", 1, "m", [choice], **more)))
    assert whole.pop("id") == "c"
    assert whole["message"].pop("role") == "assistant"
    return whole


def test_an_answer() -> None:
    assert _encoded(Message("assistant", "x"), "stop") == {
        "message": {"content": [{"type": "text", "text": "x"}]},
        "finish_reason": "COMPLETE",
    }
    thoughtful = Message("assistant", "x", reasoning_content="r")
    assert _encoded(thoughtful)["message"]["content"] == [
        {"type": "thinking", "thinking": "r"},
        {"type": "text", "text": "x"},
    ]
    page = Annotation(url_citation=UrlCitation("http://a"))
    calling = Message("assistant", tool_calls=[_CALL], reasoning_content="r", annotations=[page])
    assert _encoded(calling, "tool_calls", usage=Usage(1, 2)) == {
        "message": {
            "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            "tool_plan": "r",
            "citations": [
                {
                    "sources": [{"type": "document", "id": "http://a", "document": {"url": "http://a"}}],
                    "type": "TEXT_CONTENT",
                }
            ],
        },
        "finish_reason": "TOOL_CALL",
        "usage": {
            "billed_units": {"input_tokens": 1, "output_tokens": 2},
            "tokens": {"input_tokens": 1, "output_tokens": 2},
        },
    }


def test_log_probabilities() -> None:
    whole = _encoded(Message("assistant", "x"), logprobs=Logprobs([TokenLogprob("x", -1.0)]))
    assert whole["logprobs"] == [{"text": "x", "token_ids": [], "logprobs": [-1.0]}]
    assert _encoded(Message("assistant", "x"), logprobs=Logprobs())["logprobs"] == []


def test_no_answer_at_all() -> None:
    assert json.loads(SERVER.encode_response(ChatResponse("c", 1, "m", []))) == {
        "id": "c",
        "message": {"role": "assistant"},
    }


@pytest.mark.parametrize(
    ("failure", "status", "body"),
    [
        (Failure(kind="authentication", message="x"), 401, {"message": "x"}),
        (Failure(kind="authentication", message="x", status=498), 498, {"message": "x"}),
        (Failure(kind="quota_exceeded", message="x"), 402, {"message": "x"}),
        (
            Failure(kind="context_window", message="x", request_id="r"),
            400,
            {"message": "x", "id": "r", "error_type": "TOO_MANY_TOKENS"},
        ),
        (Failure(kind="overloaded", message="x", type="busy"), 503, {"message": "x", "error_type": "busy"}),
    ],
)
def test_a_failure(failure: Failure, status: int, body: dict[str, str]) -> None:
    told, headers, content = SERVER.encode_failure(failure)
    assert (told, json.loads(content)) == (status, body)
    assert headers[0] == ("content-type", "application/json")
