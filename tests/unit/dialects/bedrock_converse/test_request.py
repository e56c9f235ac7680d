"""Chat requests as the body of a call: where each parameter stands, and what the families of models take otherwise."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest, Exchange, LocalProtocolError, UnsupportedParameterError
from sansio.dialects.bedrock_converse import CODEC
from sansio.dialects.codec import Encoded, Terms
from sansio.http import Limits
from sansio.types import (
    FunctionDefinition,
    FunctionTool,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    Provider,
    TextFormat,
    Thinking,
)

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
OLD_CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
NEW_CLAUDE = "global.anthropic.claude-opus-5-5-v1:0"
CLAUDE_4_6 = "anthropic.claude-opus-4-6-v1"
NOVA = "amazon.nova-pro-v1:0"
NOVA_2 = "us.amazon.nova-2-lite-v1:0"
LLAMA = "meta.llama3-3-70b-instruct-v1:0"
SCHEMA = JsonSchemaFormat(JsonSchema("s", {"type": "object"}, "what", extra={"x": Raw(b"1")}))
TOOL = FunctionTool(FunctionDefinition("f"))
PROVIDER = sansio.provider("bedrock", region="us-east-1", api_key="key")


def encoded(model: str = "m", *, stream: bool = False, provider: Provider = PROVIDER, **members: Any) -> Encoded:
    request = ChatRequest(model=model, messages="hi", **members)
    return CODEC.encode(request, Terms(provider=provider, stream=stream, limits=Limits()))


def body(of: Encoded) -> dict[str, Any]:
    """The body without its messages."""
    found: dict[str, Any] = msgspec.json.decode(of.body if isinstance(of.body, bytes) else b"")
    del found["messages"]
    return found


def lost(of: Encoded) -> list[tuple[str, str]]:
    return [(loss.path, loss.action) for loss in of.losses]


def test_the_path_names_the_model_and_says_whether_it_streams() -> None:
    once, streamed = encoded("a/b:0"), encoded("a/b:0", stream=True)
    assert (once.path, once.accept) == ("/model/a%2Fb%3A0/converse", None)
    assert (streamed.path, streamed.accept) == (
        "/model/a%2Fb%3A0/converse-stream",
        "application/vnd.amazon.eventstream",
    )
    assert once.body == streamed.body == b'{"messages":[{"role":"user","content":[{"text":"hi"}]}]}'


def test_the_providers_name_in_front_is_not_the_models() -> None:
    assert encoded("bedrock/m").path == "/model/m/converse"


def test_instructions_come_behind() -> None:
    request = ChatRequest(model="m", messages=[sansio.system("be"), sansio.user("a")])
    sent = CODEC.encode(request, Terms(provider=PROVIDER, stream=False, limits=Limits()))
    assert sent.body == b'{"messages":[{"role":"user","content":[{"text":"a"}]}],"system":[{"text":"be"}]}'


def test_newer_claudes_take_no_answer_that_is_begun_for_them() -> None:
    begun = [sansio.user("a"), sansio.assistant("He")]
    terms = Terms(provider=PROVIDER, stream=False, limits=Limits())
    assert CODEC.encode(ChatRequest(model=CLAUDE, messages=begun), terms).losses == ()
    assert CODEC.encode(ChatRequest(model=NEW_CLAUDE, messages=[sansio.user("a")]), terms).losses == ()
    with pytest.raises(LocalProtocolError, match="begun for it"):
        CODEC.encode(ChatRequest(model=NEW_CLAUDE, messages=begun), terms)


def test_instructions_alone_are_no_conversation() -> None:
    with pytest.raises(LocalProtocolError, match="messages"):
        Exchange(PROVIDER, ChatRequest(model="m", messages=[sansio.system("be")]))


def test_parameters_in_their_places() -> None:
    of = encoded(
        max_tokens=5,
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        stop="a",
        metadata={"a": "b"},
        service_tier="auto",
        response_format=SCHEMA,
        reasoning_effort="low",
        thinking=Thinking("enabled", 5, "omitted", {"y": Raw(b"2")}),
    )
    assert body(of) == {
        "inferenceConfig": {"maxTokens": 5, "temperature": 0.5, "topP": 0.9, "stopSequences": ["a"]},
        "additionalModelRequestFields": {
            "top_k": 3,
            "thinking": {"type": "enabled", "budget_tokens": 5, "display": "omitted", "y": 2},
        },
        "requestMetadata": {"a": "b"},
        "serviceTier": {"type": "default"},
        "outputConfig": {
            "textFormat": {
                "type": "json_schema",
                "structure": {
                    "jsonSchema": {"schema": '{"type":"object"}', "name": "s", "description": "what", "x": 1}
                },
            },
            "effort": "low",
        },
    }
    assert lost(of) == []


def test_a_schema_may_have_no_description() -> None:
    of = encoded(response_format=JsonSchemaFormat(JsonSchema("s", {"type": "object"})))
    schema = {"schema": '{"type":"object"}', "name": "s"}
    text = {"type": "json_schema", "structure": {"jsonSchema": schema}}
    assert body(of) == {"outputConfig": {"textFormat": text}}


def test_the_newer_name_of_the_maximum_counts() -> None:
    assert body(encoded(max_completion_tokens=5)) == {"inferenceConfig": {"maxTokens": 5}}
    both = encoded(max_tokens=4, max_completion_tokens=5)
    assert (body(both), lost(both)) == ({"inferenceConfig": {"maxTokens": 5}}, [("max_tokens", "dropped")])


@pytest.mark.parametrize(
    ("members", "wanted", "losses"),
    [
        ({"temperature": 1.5}, {"inferenceConfig": {"temperature": 1.0}}, [("temperature", "approximated")]),
        ({"stop": ["a", "b"]}, {"inferenceConfig": {"stopSequences": ["a", "b"]}}, []),
        ({"service_tier": "scale"}, {}, [("service_tier", "dropped")]),
        ({"response_format": TextFormat()}, {}, []),
        ({"response_format": JsonObjectFormat()}, {}, [("response_format", "dropped")]),
        ({"response_format": JsonSchemaFormat(JsonSchema("s"))}, {}, [("response_format", "dropped")]),
        ({"seed": 1, "n": 2, "logprobs": True}, {}, [("n", "dropped"), ("logprobs", "dropped"), ("seed", "dropped")]),
        ({"n": 1, "parallel_tool_calls": True, "presence_penalty": 0}, {}, []),
        ({"parallel_tool_calls": False}, {}, [("parallel_tool_calls", "dropped")]),
        ({"temperature": None}, {}, []),
    ],
)
def test_what_has_no_place_as_it_is(members: dict[str, Any], wanted: object, losses: object) -> None:
    of = encoded(**members)
    assert (body(of), lost(of)) == (wanted, losses)


def test_a_loss_is_refused_unless_the_caller_takes_it() -> None:
    request = ChatRequest(model="m", messages="hi", seed=1)
    with pytest.raises(UnsupportedParameterError, match="seed"):
        Exchange(PROVIDER, request)
    assert Exchange(PROVIDER, request, on_loss="drop").losses[0].path == "seed"


def test_the_callers_own_members_go_into_the_objects_that_are_there() -> None:
    extra = {
        "guardrailConfig": Raw(b'{"guardrailIdentifier":"g"}'),
        "additionalModelRequestFields": Raw(b' {"anthropic_beta":["b"]}'),
        "inferenceConfig": Raw(b"5"),
    }
    assert body(encoded(top_k=3, max_tokens=5, extra=extra)) == {
        "inferenceConfig": 5,
        "additionalModelRequestFields": {"top_k": 3, "anthropic_beta": ["b"]},
        "guardrailConfig": {"guardrailIdentifier": "g"},
    }


def test_a_body_that_is_no_json_is_the_callers_mistake() -> None:
    with pytest.raises(LocalProtocolError, match="no JSON"):
        encoded(metadata={"a": "\ud800"})


# -- families of models ---------------------------------------------------------------------------------------


def test_claude_thinks_within_a_budget() -> None:
    of = encoded(CLAUDE, reasoning_effort="low")
    assert body(of) == {
        "inferenceConfig": {"maxTokens": 5120},
        "additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}},
    }
    assert lost(of) == [("max_tokens", "filled")]


def test_a_maximum_makes_room_for_the_budget() -> None:
    of = encoded(CLAUDE, reasoning_effort="low", max_tokens=500)
    assert body(of)["inferenceConfig"] == {"maxTokens": 1524}
    assert lost(of) == [("max_tokens", "approximated")]
    with pytest.raises(LocalProtocolError, match="budget_tokens"):
        encoded(CLAUDE, thinking=Thinking("enabled", 2000), max_tokens=500)
    assert body(encoded(CLAUDE, thinking=Thinking("enabled", 2000), max_tokens=5000))["inferenceConfig"] == {
        "maxTokens": 5000
    }


def test_what_thinking_rules_out() -> None:
    of = encoded(
        CLAUDE,
        thinking=Thinking("enabled", 1024),
        max_tokens=5000,
        temperature=0.5,
        top_k=3,
        tools=[TOOL],
        tool_choice="required",
    )
    assert body(of)["inferenceConfig"] == {"maxTokens": 5000}
    assert "toolChoice" not in body(of)["toolConfig"]
    assert lost(of) == [("tool_choice", "approximated"), ("temperature", "dropped"), ("top_k", "dropped")]
    high = encoded(CLAUDE, thinking=Thinking("enabled", 1024), max_tokens=5000, top_p=0.97)
    assert (body(high)["inferenceConfig"], lost(high)) == ({"maxTokens": 5000, "topP": 0.97}, [])


@pytest.mark.parametrize("model", ["openai.gpt-oss-120b-1:0", "openai.gpt-6-v1:0", "deepseek.v3-v1:0"])
def test_models_that_cannot_be_made_to_call_a_tool(model: str) -> None:
    of = encoded(model, tools=[TOOL], tool_choice="required")
    assert ("toolChoice" in body(of)["toolConfig"], lost(of)) == (False, [("tool_choice", "approximated")])


def test_a_low_top_p_is_ruled_out_too() -> None:
    of = encoded(CLAUDE, thinking=Thinking("enabled", 1024), max_tokens=5000, top_p=0.5)
    assert lost(of) == [("top_p", "dropped")]


def test_claude_4_5_takes_one_of_two_samplings() -> None:
    of = encoded(CLAUDE, temperature=0.5, top_p=0.5)
    assert (body(of), lost(of)) == ({"inferenceConfig": {"temperature": 0.5}}, [("top_p", "dropped")])


def test_newer_claudes_decide_by_themselves() -> None:
    of = encoded(CLAUDE_4_6, reasoning_effort="high", tools=[TOOL], tool_choice="required")
    fields = body(of)["additionalModelRequestFields"]
    assert fields["thinking"]["type"] == "adaptive"
    assert fields["output_config"] == {"effort": "high"}
    assert lost(of) == [("tool_choice", "approximated")]
    assert "toolChoice" in body(encoded(CLAUDE_4_6, tools=[TOOL], tool_choice="required"))["toolConfig"]


def test_a_budget_for_a_claude_without_one_fills_nothing() -> None:
    of = encoded(NEW_CLAUDE, thinking=Thinking("enabled", 1024))
    assert body(of)["additionalModelRequestFields"] == {"thinking": {"type": "adaptive"}}
    assert "inferenceConfig" not in body(of)
    assert lost(of) == [("thinking.budget_tokens", "approximated")]


def test_the_newest_take_neither_sampling_nor_a_forced_tool() -> None:
    of = encoded(NEW_CLAUDE, temperature=0.5, tools=[TOOL], tool_choice="required")
    assert lost(of) == [("temperature", "dropped"), ("tool_choice", "approximated")]


def test_a_family_is_known_behind_an_arn() -> None:
    arn = f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{CLAUDE}"
    assert lost(encoded(arn, reasoning_effort="low")) == [("max_tokens", "filled")]


def test_old_claudes_do_not_think() -> None:
    assert lost(encoded(OLD_CLAUDE, reasoning_effort="low")) == [("reasoning_effort", "dropped")]


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        ("openai.gpt-oss-120b-1:0", {"reasoning_effort": "low"}),
        ("openai.gpt-6-v1:0", {"reasoning": {"effort": "low"}}),
        (NOVA_2, {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}),
    ],
)
def test_an_effort_in_the_form_of_its_family(model: str, fields: object) -> None:
    of = encoded(model, reasoning_effort="low")
    assert (body(of), lost(of)) == ({"additionalModelRequestFields": fields}, [])


@pytest.mark.parametrize(
    ("effort", "config", "losses"),
    [
        ("none", {"type": "disabled"}, []),
        ("minimal", {"type": "enabled", "maxReasoningEffort": "low"}, [("reasoning_effort", "approximated")]),
        ("max", {"type": "enabled", "maxReasoningEffort": "high"}, [("reasoning_effort", "approximated")]),
    ],
)
def test_novas_levels(effort: str, config: object, losses: object) -> None:
    of = encoded(NOVA_2, reasoning_effort=effort)
    assert (body(of), lost(of)) == ({"additionalModelRequestFields": {"reasoningConfig": config}}, losses)


def test_a_family_that_takes_an_effort_takes_no_thinking() -> None:
    of = encoded(NOVA_2, thinking=Thinking("enabled", 1024))
    assert (body(of), lost(of)) == ({}, [("thinking", "dropped")])


@pytest.mark.parametrize(
    ("members", "losses"),
    [
        ({"reasoning_effort": "low"}, [("reasoning_effort", "dropped")]),
        ({"reasoning_effort": "none"}, []),
        ({"thinking": Thinking("adaptive")}, [("thinking", "dropped")]),
        ({"thinking": Thinking("disabled")}, []),
    ],
)
def test_a_model_that_cannot_be_told_to_reason(members: dict[str, Any], losses: object) -> None:
    of = encoded(LLAMA, **members)
    assert (body(of), lost(of)) == ({}, losses)


def test_novas_top_k_stands_elsewhere() -> None:
    assert body(encoded(NOVA, top_k=3)) == {"additionalModelRequestFields": {"inferenceConfig": {"topK": 3}}}


def test_a_schema_where_the_model_has_no_structured_output() -> None:
    assert lost(encoded(LLAMA, response_format=SCHEMA)) == [("response_format", "dropped")]


def test_the_schema_may_become_a_tool_whose_call_is_the_text() -> None:
    request = ChatRequest(model=NOVA, messages="hi", response_format=SCHEMA, schema_as_tool=True)
    exchange = Exchange(PROVIDER, request)
    assert isinstance(exchange.request.body, bytes)
    config = msgspec.json.decode(exchange.request.body)["toolConfig"]
    assert config["toolChoice"] == {"tool": {"name": "s"}}
    assert config["tools"][0]["toolSpec"]["inputSchema"] == {"json": {"type": "object"}}
    exchange.receive_head(200, [])
    call = {"toolUse": {"toolUseId": "t", "name": "s", "input": {"a": 1}}}
    answer = {"output": {"message": {"content": [call]}}, "stopReason": "tool_use"}
    exchange.receive_data(msgspec.json.encode(answer))
    exchange.receive_eof()
    assert isinstance(exchange.outcome, sansio.Completed)
    response = exchange.outcome.response
    assert (response.text, response.finish_reason, response.tool_calls) == ('{"a":1}', "stop", ())


def test_the_region_is_in_the_host_and_comes_from_the_environment() -> None:
    env = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_BEARER_TOKEN_BEDROCK": "key"}
    request = Exchange(sansio.provider("bedrock", env=env), ChatRequest(model="m", messages="hi"), stream=True).request
    assert request.url == "https://bedrock-runtime.eu-west-1.amazonaws.com/model/m/converse-stream"
    assert ("authorization", "Bearer key") in request.headers
    with pytest.raises(LocalProtocolError, match="AWS_REGION"):
        sansio.provider("bedrock")
