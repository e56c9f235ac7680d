"""The body of a chat request, and what it loses."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from msgspec import UNSET, Raw, UnsetType

import sansio
from sansio import ChatRequest, FunctionChoice, FunctionDefinition, FunctionTool, LocalProtocolError
from sansio.dialects.codec import Terms
from sansio.dialects.openai_chat import CODEC
from sansio.http import Limits
from sansio.types import Loss, Opaque, Quirks, StreamOptions

_OPENAI = sansio.provider("openai")
_TOOL = FunctionTool(FunctionDefinition("f", parameters={"type": "object"}))


def _encoded(
    request: ChatRequest | None = None, *, stream: bool = False, quirks: Quirks | None = None, **parameters: Any
) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    provider = msgspec.structs.replace(_OPENAI, quirks=quirks) if quirks else _OPENAI
    members: dict[str, Any] = {"model": "gpt-4o", "messages": "hi", **parameters}
    request = request or ChatRequest(**members)
    encoded = CODEC.encode(request, Terms(provider=provider, stream=stream, limits=Limits()))
    assert (encoded.method, encoded.path) == ("POST", "/chat/completions")
    assert isinstance(encoded.body, bytes)
    body = json.loads(encoded.body)
    assert body.pop("messages") == [{"role": "user", "content": "hi"}]
    return body, encoded.losses


def test_the_least_request() -> None:
    assert _encoded(model="openai/gpt-4o") == ({"model": "gpt-4o"}, ())


def test_null_is_sent_and_what_is_unset_is_not() -> None:
    assert _encoded(temperature=None, n=2) == ({"model": "gpt-4o", "temperature": None, "n": 2}, ())


def test_the_verb_decides_whether_it_streams() -> None:
    options = StreamOptions(include_obfuscation=False)
    body, losses = _encoded(ChatRequest(model="m", messages="hi", stream=True, stream_options=options))
    assert (body, losses) == ({"model": "m"}, ())
    body, losses = _encoded(ChatRequest(model="m", messages="hi", stream=False, stream_options=options), stream=True)
    assert (body["stream"], losses) == (True, ())
    assert body["stream_options"] == {"include_obfuscation": False, "include_usage": True}


def test_usage_of_a_stream_is_asked_for_unless_the_caller_chose() -> None:
    assert _encoded(stream=True)[0]["stream_options"] == {"include_usage": True}
    assert _encoded(stream=True, stream_options=StreamOptions(include_usage=False))[0]["stream_options"] == {
        "include_usage": False
    }
    assert "stream_options" not in _encoded(stream=True, quirks=Quirks(usage_switch=False))[0]


@pytest.mark.parametrize("logprobs", [UNSET, None, False])
def test_the_number_of_log_probabilities_needs_them(logprobs: bool | UnsetType | None) -> None:
    body, losses = _encoded(logprobs=logprobs, top_logprobs=2)
    assert "top_logprobs" not in body
    assert losses == (Loss("top_logprobs", "dropped", "it needs logprobs"),)
    assert _encoded(logprobs=True, top_logprobs=2)[0]["top_logprobs"] == 2


def test_tools_and_what_needs_them() -> None:
    body, losses = _encoded(tools=[_TOOL], tool_choice=FunctionChoice.of("f"), parallel_tool_calls=False)
    assert body["tools"] == [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    assert body["parallel_tool_calls"] is False
    assert losses == ()
    body, losses = _encoded(tool_choice="required", parallel_tool_calls=False)
    assert body == {"model": "gpt-4o"}
    assert losses == (
        Loss("tool_choice", "dropped", "it needs tools"),
        Loss("parallel_tool_calls", "dropped", "it needs tools"),
    )
    assert "tool_choice" in _encoded(functions=[FunctionDefinition("f")], tool_choice="auto")[0]


def test_an_opaque_tool_choice() -> None:
    own = Opaque("openai_chat", Raw(b'{"type":"mine"}'))
    assert _encoded(tools=[_TOOL], tool_choice=own)[0]["tool_choice"] == {"type": "mine"}
    other = Opaque("anthropic", Raw(b"{}"))
    body, losses = _encoded(tools=[_TOOL], tool_choice=other)
    assert "tool_choice" not in body
    assert losses == (Loss("tool_choice", "dropped", "only anthropic understands it"),)


def test_tools_of_which_none_is_left() -> None:
    assert _encoded(tools=[]) == ({"model": "gpt-4o"}, ())
    body, losses = _encoded(tools=[Opaque("anthropic", Raw(b"{}"))])
    assert body == {"model": "gpt-4o"}
    assert losses == (Loss("tools[0]", "dropped", "only anthropic understands it"),)


def test_extra_fields_go_before_all_others() -> None:
    assert _encoded(n=1, extra={"n": Raw(b"2"), "new": Raw(b'{"a":1}')})[0] == {
        "model": "gpt-4o",
        "n": 2,
        "new": {"a": 1},
    }


def test_forbidden_by_the_provider() -> None:
    body, losses = _encoded(top_k=4, min_p=None, repetition_penalty=1.1)
    assert body == {"model": "gpt-4o"}
    assert losses == (
        Loss("repetition_penalty", "dropped", "openai does not take it"),
        Loss("top_k", "dropped", "openai does not take it"),
    )


@pytest.mark.parametrize(
    "model", ["o1", "o3-mini", "o4-mini-2025-04-16", "gpt-5", "gpt-5-mini", "gpt-5.2-pro", "gpt-6-sol"]
)
def test_reasoning_models(model: str) -> None:
    body, losses = _encoded(model=model, max_tokens=9, temperature=0.5, top_p=1, logprobs=False)
    assert body == {"model": model, "max_completion_tokens": 9}
    assert losses == (Loss("temperature", "dropped", f"{model} does not take it"),)


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4.1", "gpt-3.5-turbo", "gpt-5-chat-latest", "ft:o3:me", "other"])
def test_other_models_are_not_rewritten(model: str) -> None:
    given: dict[str, Any] = {"max_tokens": 9, "temperature": 0.5, "stop": "x"}
    assert _encoded(model=model, **given) == ({"model": model, **given}, ())


def test_sampling_of_models_that_need_not_reason() -> None:
    assert _encoded(model="gpt-5.1", temperature=0.5, reasoning_effort="none")[1] == ()
    assert _encoded(model="gpt-5.1", temperature=0.5, reasoning_effort="low")[1] != ()
    assert _encoded(model="gpt-5", temperature=0.5, reasoning_effort="none")[1] != ()


def test_stop_is_refused_by_some() -> None:
    assert _encoded(model="o3", stop="x")[1] == (Loss("stop", "dropped", "o3 does not take it"),)
    assert _encoded(model="o1", stop="x")[1] == ()


def test_two_names_of_one_limit() -> None:
    assert _encoded(model="o1", max_tokens=9, max_completion_tokens=9) == (
        {"model": "o1", "max_completion_tokens": 9},
        (),
    )
    assert _encoded(model="o1", max_tokens=9, max_completion_tokens=8) == (
        {"model": "o1", "max_completion_tokens": 8},
        (Loss("max_tokens", "dropped", "max_completion_tokens says otherwise"),),
    )


def test_renamed_by_the_provider() -> None:
    quirks = Quirks(renamed={"max_completion_tokens": "max_tokens"})
    assert _encoded(max_completion_tokens=3, quirks=quirks)[0] == {"model": "gpt-4o", "max_tokens": 3}


@pytest.mark.parametrize("value", ["\ud800", {1, object()}, {"deep": object()}])
def test_what_is_no_json(value: object) -> None:
    with pytest.raises(LocalProtocolError, match="the request is no JSON"):
        _encoded(metadata={"a": value})
