"""Requests as bodies, by the rules of models and hosts."""

from __future__ import annotations

from typing import cast

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio.dialects import codec_for
from sansio.dialects.codec import Encoded, Terms
from sansio.errors import LocalProtocolError
from sansio.http import Limits
from sansio.types import (
    ChatRequest,
    FilePart,
    FileReference,
    FunctionDefinition,
    FunctionTool,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    ModelRule,
    Provider,
    Quirks,
    TextFormat,
    Thinking,
    assistant,
    user,
)

PLAIN = Provider(name="host", base_url="https://host", dialect="anthropic")
ANTHROPIC = sansio.provider("anthropic", api_key="key")
SCHEMA = JsonSchemaFormat(JsonSchema("person", {"type": "object"}))
TOOL = FunctionTool(FunctionDefinition("f", parameters={"type": "object"}))


def encoded(request: ChatRequest, provider: Provider = PLAIN, *, stream: bool = False) -> Encoded:
    terms = Terms(provider=provider, stream=stream, limits=Limits())
    return codec_for(provider, request).encode(request, terms)


def sent(request: ChatRequest, provider: Provider = PLAIN) -> tuple[dict[str, object], list[str]]:
    """The body less model and messages, and the losses."""
    found = encoded(request, provider)
    assert isinstance(found.body, bytes)
    body = cast("dict[str, object]", msgspec.json.decode(found.body))
    del body["model"], body["messages"]
    said = [f"{loss.path} {loss.action}" for loss in found.losses]
    return body, said


def asked(model: str = "m", **parameters: object) -> ChatRequest:
    request = ChatRequest(model=model, messages="hi", max_tokens=9000)
    return msgspec.structs.replace(request, **parameters)


def test_the_least_that_is_sent() -> None:
    found = encoded(ChatRequest(model="host/m", messages="hi", max_tokens=9))
    assert (found.method, found.path, found.headers, found.losses) == ("POST", "/v1/messages", (), ())
    assert found.body == (
        b'{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}'
    )


def test_a_stream_is_asked_for_by_the_terms() -> None:
    found = encoded(asked(stream=False), stream=True)
    assert isinstance(found.body, bytes)
    assert msgspec.json.decode(found.body)["stream"] is True


def test_the_maximum_is_filled_where_the_caller_gave_none() -> None:
    unlimited = ChatRequest(model="claude-opus-4-1", messages="hi")
    assert sent(unlimited, ANTHROPIC) == ({"max_tokens": 32_000}, ["max_tokens filled"])
    assert sent(unlimited) == ({"max_tokens": 4096}, ["max_tokens filled"])
    thinking = ChatRequest(model="claude-x", messages="hi", thinking=Thinking("enabled", 9000))
    assert sent(thinking)[0]["max_tokens"] == 13_096


def test_of_two_maxima_the_newer_counts() -> None:
    assert sent(asked(max_completion_tokens=5)) == ({"max_tokens": 5}, ["max_tokens dropped"])
    assert sent(asked(max_completion_tokens=9000))[1] == []


def test_instructions_and_stop_sequences() -> None:
    messages = [sansio.system("A."), user("hi")]
    body, said = sent(asked(messages=messages, stop=["END", "\n"]))
    assert body["system"] == [{"type": "text", "text": "A."}]
    assert (body["stop_sequences"], said) == (["END"], ["stop dropped"])
    assert sent(asked(stop="END"))[0]["stop_sequences"] == ["END"]


def test_one_name_of_a_user() -> None:
    assert sent(asked(user="u"))[0]["metadata"] == {"user_id": "u"}
    assert sent(asked(safety_identifier="s"))[0]["metadata"] == {"user_id": "s"}
    body, said = sent(asked(metadata={"user_id": "m", "x": "y"}, user="u", safety_identifier="m"))
    assert (body["metadata"], said) == ({"user_id": "m"}, ["metadata dropped", "user dropped"])


def test_service_tiers() -> None:
    assert sent(asked(service_tier="default"))[0]["service_tier"] == "standard_only"
    assert sent(asked(service_tier="flex"))[1] == ["service_tier dropped"]


def test_parameters_that_the_api_lacks_are_lost() -> None:
    assert sent(asked(n=2, seed=1, presence_penalty=0))[1] == ["n dropped", "seed dropped"]


def test_output_formats() -> None:
    closed = {"type": "object", "additionalProperties": False}
    named = JsonSchemaFormat(JsonSchema("p", closed, "a person", extra={"x": Raw(b"1")}))
    schema = closed | {"description": "a person"}
    assert sent(asked(response_format=named))[0]["output_config"] == {
        "format": {"type": "json_schema", "schema": schema, "x": 1}
    }
    assert sent(asked(response_format=TextFormat())) == ({"max_tokens": 9000}, [])
    assert sent(asked(response_format=JsonObjectFormat()))[1] == ["response_format dropped"]


def test_a_schema_is_a_tool_where_the_model_has_no_output_formats() -> None:
    model = "claude-sonnet-4-20250514"
    assert sent(asked(model, response_format=SCHEMA), ANTHROPIC)[1] == ["response_format dropped"]
    body, said = sent(asked(model, response_format=SCHEMA, schema_as_tool=True), ANTHROPIC)
    assert body["tool_choice"] == {"type": "tool", "name": "person"}
    assert body["tools"] == [{"type": "custom", "name": "person", "input_schema": {"type": "object"}}]
    assert said == []
    body, _ = sent(asked("claude-sonnet-4-5", response_format=SCHEMA, schema_as_tool=True), ANTHROPIC)
    assert "tools" not in body


def test_sampling_by_the_rules_of_the_model() -> None:
    assert sent(asked("claude-opus-4-1", temperature=0.5, top_p=0.9, top_k=5), ANTHROPIC)[0] == {
        "max_tokens": 9000,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 5,
    }
    assert sent(asked("claude-sonnet-4-5", temperature=0.5, top_p=0.9, top_k=5), ANTHROPIC)[1] == ["top_p dropped"]
    body, said = sent(asked("claude-opus-5", temperature=1, top_k=5), ANTHROPIC)
    assert (body, said) == ({"max_tokens": 9000}, ["top_k dropped"])
    body, said = sent(asked(temperature=1.5))
    assert (body["temperature"], said) == (1, ["temperature approximated"])


def test_thinking_rules_sampling_out() -> None:
    body, said = sent(asked(thinking=Thinking("enabled", 1024), temperature=0.5, top_p=0.95, top_k=5))
    assert (body["top_p"], said) == (0.95, ["temperature dropped", "top_k dropped"])
    body, said = sent(asked(reasoning_effort="low", temperature=1, top_p=0.5))
    assert said == ["top_p dropped"]
    assert body["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert body["output_config"] == {"effort": "low"}


def test_no_answer_is_begun_for_a_model_that_is_to_think() -> None:
    begun = [user("hi"), assistant("He")]
    assert sent(ChatRequest(model="claude-opus-4-1", messages=begun, max_tokens=9000), ANTHROPIC)[1] == []
    with pytest.raises(LocalProtocolError, match="begun for it"):
        sent(ChatRequest(model="claude-opus-4-1", messages=begun, thinking=Thinking("enabled", 1024)), ANTHROPIC)


def test_an_effort_as_a_budget() -> None:
    body, said = sent(asked("claude-haiku-4-5", reasoning_effort="high"), ANTHROPIC)
    assert (body["thinking"], body["max_tokens"]) == ({"type": "enabled", "budget_tokens": 16_384}, 25_384)
    assert said == ["max_tokens approximated"]
    with pytest.raises(LocalProtocolError, match="budget_tokens"):
        sent(asked(thinking=Thinking("enabled", 9000)))


@pytest.mark.parametrize(
    ("model", "thinking", "forced"),
    [
        ("claude-opus-5-5", None, False),
        ("claude-haiku-4-5", None, True),
        ("claude-haiku-4-5", Thinking("enabled", 1024), False),
        ("claude-sonnet-4-6", Thinking("adaptive"), False),
        ("claude-opus-4-7", Thinking("adaptive"), True),
    ],
)
def test_a_tool_is_forced_only_where_that_is_allowed(model: str, thinking: Thinking | None, forced: bool) -> None:
    choice = sansio.FunctionChoice.of("f")
    body, said = sent(asked(model, thinking=thinking, tools=[TOOL], tool_choice=choice), ANTHROPIC)
    assert body["tool_choice"] == ({"type": "tool", "name": "f"} if forced else {"type": "auto"})
    assert said == ([] if forced else ["tool_choice approximated"])


def test_extra_members_join_those_that_are_there() -> None:
    extra = {"metadata": Raw(b'{"x":1}'), "container": Raw(b'"c"'), "max_tokens": Raw(b"1")}
    body, _ = sent(asked(user="u", extra=extra))
    assert body == {"metadata": {"x": 1, "user_id": "u"}, "container": "c", "max_tokens": 1}
    with pytest.raises(LocalProtocolError, match="extra"):
        sent(asked(user="u", extra={"metadata": Raw(b"1")}))


def test_files_need_a_beta() -> None:
    part = FilePart(file=FileReference(file_id="file_1"))
    found = encoded(asked(messages=[user([part])]))
    assert found.headers == (("anthropic-beta", "files-api-2025-04-14"),)


def test_a_host_with_the_model_in_its_path() -> None:
    vertex = Provider(
        name="vertex",
        base_url="https://host",
        dialect="anthropic",
        paths={"messages": "/models/{model}:rawPredict", "messages.stream": "/models/{model}:streamRawPredict"},
        quirks=Quirks(members={"model": None, "anthropic_version": "vertex-2023-10-16"}),
    )
    found = encoded(asked("claude@20250929"), vertex, stream=True)
    assert found.path == "/models/claude@20250929:streamRawPredict"
    assert isinstance(found.body, bytes)
    body = msgspec.json.decode(found.body)
    assert "model" not in body
    assert body["anthropic_version"] == "vertex-2023-10-16"


def test_parameters_that_a_host_calls_by_its_own_name() -> None:
    quirks = Quirks(renamed={"seed": "random_seed"}, models=(ModelRule(pattern="m", forbidden=frozenset({"top_k"})),))
    host = msgspec.structs.replace(PLAIN, quirks=quirks)
    assert sent(asked(seed=1, top_k=2), host) == ({"max_tokens": 9000, "random_seed": 1}, ["top_k dropped"])


def test_what_is_no_json_cannot_be_sent() -> None:
    with pytest.raises(LocalProtocolError, match="no JSON"):
        sent(asked(extra={"x": cast("Raw", object())}))
