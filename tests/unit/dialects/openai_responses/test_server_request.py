"""The bytes of a request into a ChatRequest."""

from __future__ import annotations

import json

import pytest
from msgspec import Raw

from sansio.dialects.openai_responses.server import SERVER
from sansio.errors import Failure
from sansio.types import (
    ChatRequest,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Message,
    PromptCacheOptions,
    StreamOptions,
    TextFormat,
    system,
    user,
)

_PATH = "/v1/responses"


def _decoded(**members: object) -> ChatRequest:
    body = json.dumps({"model": "m", "input": "hi", **members}).encode()
    request = SERVER.decode("POST", _PATH, (), body)
    assert isinstance(request, ChatRequest)
    return request


def _refused(body: bytes, method: str = "POST", path: str = _PATH) -> Failure:
    failure = SERVER.decode(method, path, (), body)
    assert isinstance(failure, Failure)
    return failure


def test_a_text_is_one_message() -> None:
    assert _decoded() == ChatRequest(model="m", messages="hi")


def test_instructions_are_the_first_message() -> None:
    assert _decoded(instructions="be").messages == [system("be"), user("hi")]
    said = [{"role": "user", "content": "hi"}]
    assert _decoded(instructions="be", input=said).messages == [system("be"), user("hi")]
    assert _decoded(instructions="be", input=None).messages == [system("be")]
    assert _decoded(input=None, previous_response_id="r").messages == []


def test_parameters_have_their_canonical_names() -> None:
    request = _decoded(
        max_output_tokens=5,
        temperature=1,
        store=False,
        metadata={"a": "b"},
        prompt_cache_options={"ttl": "30m"},
        stream=True,
        stream_options={"include_obfuscation": False, "x": 1},
        parallel_tool_calls=None,
    )
    assert request == ChatRequest(
        model="m",
        messages="hi",
        max_completion_tokens=5,
        temperature=1,
        store=False,
        metadata={"a": "b"},
        prompt_cache_options=PromptCacheOptions(ttl="30m"),
        stream=True,
        stream_options=StreamOptions(include_obfuscation=False, extra={"x": Raw(b"1")}),
    )


def test_the_format_and_the_effort_are_parameters_and_the_rest_is_kept() -> None:
    schema: dict[str, object] = {
        "type": "json_schema",
        "name": "n",
        "schema": {},
        "strict": True,
        "description": "d",
        "x": 1,
    }
    request = _decoded(text={"format": schema, "verbosity": "low", "y": 2}, reasoning={"effort": "low", "z": 3})
    told = JsonSchemaFormat(JsonSchema("n", {}, "d", strict=True, extra={"x": Raw(b"1")}))
    assert (request.response_format, request.verbosity, request.reasoning_effort) == (told, "low", "low")
    assert request.extra == {"text": Raw(b'{"y":2}'), "reasoning": Raw(b'{"z":3}')}


@pytest.mark.parametrize(
    ("wire", "format_"), [({"type": "text"}, TextFormat()), ({"type": "json_object"}, JsonObjectFormat())]
)
def test_formats(wire: dict[str, object], format_: object) -> None:
    assert _decoded(text={"format": wire}).response_format == format_


@pytest.mark.parametrize("wire", [{"type": "poem"}, {"type": "text", "x": 1}])
def test_a_format_that_no_type_holds_is_kept(wire: dict[str, object]) -> None:
    request = _decoded(text={"format": wire})
    assert request.extra is not None
    assert json.loads(bytes(request.extra["text"])) == {"format": wire}


def test_what_is_included_is_kept_but_for_log_probabilities() -> None:
    request = _decoded(include=["message.output_text.logprobs", "x"], top_logprobs=2)
    assert (request.logprobs, request.top_logprobs, request.extra) == (True, 2, {"include": Raw(b'["x"]')})
    assert _decoded(include=["message.output_text.logprobs"]).extra is None


def test_unknown_members_are_kept() -> None:
    assert _decoded(background=True, nothing=None).extra == {"background": Raw(b"true"), "nothing": Raw(b"null")}


@pytest.mark.parametrize(
    ("members", "param"),
    [
        ({"model": 7}, "model"),
        ({"model": None}, "model"),
        ({"input": 7}, "input"),
        ({"input": [{"role": "user"}]}, "input[0].content"),
        ({"input": [{"type": 7}]}, "input[0].type"),
        ({"input": [{"content": "x"}]}, "input[0].role"),
        ({"input": [{"type": "function_call", "call_id": "c"}]}, "input[0].name"),
        ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}, "input[0].content[0].text"),
        ({"instructions": []}, "instructions"),
        ({"tools": [{"name": "f"}]}, "tools[0].type"),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format.name"),
        ({"text": 7}, "text"),
        ({"reasoning": {"effort": 7}}, "reasoning.effort"),
        ({"temperature": "hot"}, "temperature"),
        ({"stream": 1}, "stream"),
        ({"tool_choice": 7}, "tool_choice"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(members: dict[str, object], param: str) -> None:
    failure = _refused(json.dumps({"model": "m", "input": "hi", **members}).encode())
    assert (failure.status, failure.param) == (400, param)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [("POST", "/v1/responses/x", b"{}", 404), ("GET", _PATH, b"", 405), ("POST", _PATH, b"{", 400)],
)
def test_other_requests_are_refused(method: str, path: str, body: bytes, status: int) -> None:
    assert _refused(body, method, path).status == status


def test_the_path_may_have_a_prefix_and_a_query() -> None:
    request = SERVER.decode("POST", "/openai/responses/?api-version=1", (), b'{"model":"m","input":"hi"}')
    assert request == ChatRequest(model="m", messages="hi")


def test_an_empty_conversation_is_none() -> None:
    assert _decoded(input=[]).messages == []
    assert _decoded(input=[{"role": "developer", "content": ""}]).messages == [Message("developer", "")]
