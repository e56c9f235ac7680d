"""The providers that speak OpenAI's chat completions: where they are, and in what each of them differs."""

from __future__ import annotations

import json
from typing import Any

import pytest

import sansio
from sansio import ChatRequest, Completed, Exchange, Message, user
from sansio.types import FunctionDefinition, FunctionTool, JsonObjectFormat, JsonSchema, JsonSchemaFormat, Thinking
from tests.unit.providers.asked import body

_TOOLS = [FunctionTool(FunctionDefinition("f", parameters={"type": "object"}))]
_WIRE_TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]


@pytest.mark.parametrize(
    ("name", "variable", "url"),
    [
        ("cerebras", "CEREBRAS_API_KEY", "https://api.cerebras.ai/v1/chat/completions"),
        ("deepinfra", "DEEPINFRA_API_KEY", "https://api.deepinfra.com/v1/openai/chat/completions"),
        ("deepinfra", "DEEPINFRA_TOKEN", "https://api.deepinfra.com/v1/openai/chat/completions"),
        ("deepseek", "DEEPSEEK_API_KEY", "https://api.deepseek.com/chat/completions"),
        ("fireworks", "FIREWORKS_API_KEY", "https://api.fireworks.ai/inference/v1/chat/completions"),
        ("groq", "GROQ_API_KEY", "https://api.groq.com/openai/v1/chat/completions"),
        ("huggingface", "HF_TOKEN", "https://router.huggingface.co/v1/chat/completions"),
        ("meta_llama", "LLAMA_API_KEY", "https://api.llama.com/compat/v1/chat/completions"),
        ("moonshot", "MOONSHOT_API_KEY", "https://api.moonshot.ai/v1/chat/completions"),
        ("nvidia_nim", "NVIDIA_API_KEY", "https://integrate.api.nvidia.com/v1/chat/completions"),
        ("openrouter", "OPENROUTER_API_KEY", "https://openrouter.ai/api/v1/chat/completions"),
        ("perplexity", "PERPLEXITY_API_KEY", "https://api.perplexity.ai/chat/completions"),
        ("together", "TOGETHER_API_KEY", "https://api.together.ai/v1/chat/completions"),
        ("v0", "V0_API_KEY", "https://api.v0.dev/v1/chat/completions"),
        ("v0", "VERCEL_API_KEY", "https://api.v0.dev/v1/chat/completions"),
        ("xai", "XAI_API_KEY", "https://api.x.ai/v1/chat/completions"),
    ],
)
def test_where_it_is_and_who_asks(name: str, variable: str, url: str) -> None:
    request = Exchange(sansio.provider(name, env={variable: "k"}), ChatRequest(model="m", messages="hi")).request
    assert (request.method, request.url) == ("POST", url)
    assert ("authorization", "Bearer k") in request.headers


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        *((name, "max_tokens") for name in ("deepinfra", "deepseek", "huggingface", "nvidia_nim", "perplexity")),
        ("together", "max_tokens"),
        *((name, "max_completion_tokens") for name in ("cerebras", "groq", "meta_llama", "moonshot", "v0", "xai")),
    ],
)
def test_the_limit_has_one_name(name: str, limit: str) -> None:
    provider = sansio.provider(name, api_key="k")
    for given in ("max_tokens", "max_completion_tokens"):
        assert body(provider, **{given: 5}) == ({limit: 5}, [])


@pytest.mark.parametrize("name", ["fireworks", "openrouter"])
def test_the_limit_has_either_name(name: str) -> None:
    provider = sansio.provider(name, api_key="k")
    for given in ("max_tokens", "max_completion_tokens"):
        assert body(provider, **{given: 5}) == ({given: 5}, [])


@pytest.mark.parametrize(
    ("name", "asks"),
    [
        *((name, True) for name in ("cerebras", "deepinfra", "groq", "huggingface", "moonshot", "nvidia_nim", "xai")),
        *((name, False) for name in ("deepseek", "fireworks", "meta_llama", "openrouter", "perplexity", "together")),
        ("v0", False),
    ],
)
def test_who_asks_for_the_usage_of_a_stream(name: str, *, asks: bool) -> None:
    switch = {"stream_options": {"include_usage": True}} if asks else {}
    assert body(sansio.provider(name, api_key="k"), stream=True) == ({"stream": True, **switch}, [])


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *((name, "reasoning_content") for name in ("deepinfra", "deepseek", "fireworks", "moonshot", "nvidia_nim")),
        ("xai", "reasoning_content"),
        *((name, "reasoning") for name in ("cerebras", "groq", "huggingface", "openrouter", "together")),
        *((name, None) for name in ("meta_llama", "perplexity", "v0")),
    ],
)
def test_the_name_of_reasoning(name: str, field: str | None) -> None:
    thought = Message("assistant", "a", reasoning_content="hm")
    sent, lost = body(sansio.provider(name, api_key="k"), messages=[user("hi"), thought, user("so?")])
    assert sent["messages"][1] == {"role": "assistant", "content": "a", **({field: "hm"} if field else {})}
    assert lost == ([] if field else ["messages[1].reasoning_content"])


@pytest.mark.parametrize("name", ["deepseek", "groq", "moonshot", "together", "v0", "xai"])
def test_the_developer_is_the_system(name: str) -> None:
    sent, lost = body(sansio.provider(name, api_key="k"), messages=[Message("developer", "be"), user("hi")])
    assert (sent["messages"][0], lost) == ({"role": "system", "content": "be"}, [])


def _refused(name: str, model: str, **members: object) -> list[str]:
    """Those of the parameters that are lost; the others are sent."""
    sent, lost = body(sansio.provider(name, api_key="k"), model=model, tools=_TOOLS, **members)
    assert sent.keys().isdisjoint(lost)
    return lost


_SAMPLING: dict[str, Any] = {
    "frequency_penalty": 0.5,
    "presence_penalty": 0.5,
    "temperature": 0.5,
    "top_p": 0.5,
}
_COMMON: dict[str, Any] = {"n": 2, "seed": 5, "stop": ["x"], "logit_bias": {"1": 1}, "top_k": 5, "user": "u"}


@pytest.mark.parametrize(
    ("name", "model", "given", "lost"),
    [
        ("deepseek", "deepseek-chat", _COMMON, ["logit_bias", "n", "seed", "top_k"]),
        ("deepseek", "deepseek-chat", _SAMPLING, ["frequency_penalty", "presence_penalty"]),
        ("deepseek", "deepseek-chat", {"parallel_tool_calls": False, "store": True}, ["parallel_tool_calls", "store"]),
        ("moonshot", "kimi-k2.6", _COMMON, ["logit_bias", "seed", "top_k", "user"]),
        ("moonshot", "kimi-k2.6", _SAMPLING, sorted(_SAMPLING)),
        ("moonshot", "moonshot-v1-8k", _SAMPLING, []),
        ("moonshot", "kimi-k3", {"thinking": Thinking("enabled"), "reasoning_effort": "low"}, ["thinking"]),
        ("moonshot", "moonshot-v1-8k", {"thinking": Thinking("enabled")}, ["thinking"]),
        ("moonshot", "kimi-next", {"thinking": Thinking("enabled"), "reasoning_effort": "low"}, []),
        ("meta_llama", "m", {"reasoning_effort": "low", "store": True, **_COMMON}, ["reasoning_effort"]),
        ("v0", "m", _COMMON, ["logit_bias", "n", "seed", "stop", "top_k", "user"]),
        (
            "v0",
            "m",
            {"prompt_cache_key": "k", **_SAMPLING},
            ["frequency_penalty", "presence_penalty", "prompt_cache_key"],
        ),
        ("deepinfra", "m", {"min_p": 0.1, "reasoning_effort": "low", **_COMMON}, ["logit_bias"]),
        ("deepinfra", "meta-llama/Llama-3.3-70B-Instruct", {"reasoning_effort": "low"}, ["reasoning_effort"]),
        ("groq", "m", {"reasoning_effort": "low", **_COMMON}, ["logit_bias", "n", "top_k"]),
        ("groq", "llama-3.3-70b-versatile", {"reasoning_effort": "low"}, ["reasoning_effort"]),
        ("groq", "m", {"logprobs": True, "top_logprobs": 2}, ["logprobs", "top_logprobs"]),
        ("xai", "grok-3-mini", {"reasoning_effort": "low", **_COMMON}, ["logit_bias", "stop", "top_k"]),
        ("xai", "grok-4", {"reasoning_effort": "low", "presence_penalty": 1}, ["presence_penalty", "reasoning_effort"]),
        (
            "cerebras",
            "m",
            {"logit_bias": {"1": 1}, **_SAMPLING},
            ["frequency_penalty", "logit_bias", "presence_penalty"],
        ),
        ("together", "m", {"top_k": 5, "user": "u", "parallel_tool_calls": False}, ["parallel_tool_calls", "user"]),
        ("perplexity", "m", {"seed": 5, "top_k": 5, "user": "u"}, ["seed", "user"]),
        ("perplexity", "m", {"min_p": 0.5, "thinking": Thinking("enabled")}, ["min_p", "thinking"]),
        ("perplexity", "m", {"response_format": JsonObjectFormat()}, ["response_format"]),
        ("openrouter", "m", {"min_p": 0.1, "repetition_penalty": 1.1, **_COMMON}, []),
    ],
)
def test_what_it_does_not_take(name: str, model: str, given: dict[str, Any], lost: list[str]) -> None:
    assert sorted(_refused(name, model, **given)) == sorted(lost)


def test_deepseek() -> None:
    deepseek = sansio.provider("deepseek", api_key="k")
    assert body(deepseek, user="u") == ({"user_id": "u"}, [])
    efforts = {"minimal": "low", "low": "low", "medium": "high", "high": "high", "xhigh": "max", "max": "max"}
    for asked, word in efforts.items():
        expected = {"reasoning_effort": word, "thinking": {"type": "enabled"}}
        assert body(deepseek, reasoning_effort=asked) == (expected, [])
    assert body(deepseek, reasoning_effort="none") == ({"thinking": {"type": "disabled"}}, [])
    sent, lost = body(deepseek, messages=[user("a"), Message("assistant", "b"), user("c")])
    assert sent["messages"][1] == {"role": "assistant", "content": "b", "reasoning_content": ""}
    schema = JsonSchemaFormat(JsonSchema("s", {"type": "object"}))
    assert (lost, body(deepseek, response_format=schema)) == ([], ({}, ["response_format"]))


def test_moonshot() -> None:
    moonshot = sansio.provider("moonshot", api_key="k")
    for model in ("kimi-k3", "kimi-k2.7-code", "kimi-k2.6"):
        sent, lost = body(moonshot, model=model, tools=_TOOLS, tool_choice="required")
        assert (sent, lost) == ({"tools": _WIRE_TOOLS}, ["tool_choice"])
        assert body(moonshot, model=model, tools=_TOOLS, tool_choice="none")[0]["tool_choice"] == "none"
    for thinking in (Thinking("disabled"), Thinking("enabled")):
        assert body(moonshot, model="kimi-k2.6", thinking=thinking) == ({"thinking": {"type": thinking.type}}, [])
    assert body(moonshot, model="kimi-k2.7-code", thinking=Thinking("disabled")) == ({}, ["thinking"])
    sent, lost = body(moonshot, model="kimi-k2.6", thinking=Thinking("enabled", 5))
    assert (sent, lost) == ({"thinking": {"type": "enabled"}}, ["thinking.budget_tokens"])
    assert body(moonshot, model="kimi-k2.6", thinking=Thinking("adaptive")) == ({}, ["thinking"])


def test_openrouter() -> None:
    env = {"OPENROUTER_HTTP_REFERER": "http://a", "OPENROUTER_X_OPEN_ROUTER_TITLE": "t"}
    openrouter = sansio.provider("openrouter", api_key="k", env=env)
    assert openrouter.headers == (("http-referer", "http://a"), ("x-title", "t"))
    assert body(openrouter, thinking=Thinking("enabled", 5)) == ({"reasoning": {"max_tokens": 5}}, [])
    assert body(openrouter, reasoning_effort="low") == ({"reasoning_effort": "low"}, [])


def test_groq() -> None:
    """Its variable names the host alone."""
    groq = sansio.provider("groq", env={"GROQ_API_KEY": "k", "GROQ_BASE_URL": "http://localhost:1"})
    assert groq.base_url == "http://localhost:1/openai/v1"
    result = Message("tool", "4", name="f", tool_call_id="c")
    sent, lost = body(groq, messages=[user("hi", name="ann"), result])
    assert [message.get("name") for message in sent["messages"]] == [None, "f"]
    assert lost == ["messages[0].name"]


@pytest.mark.parametrize(("provider", "model"), [("xai", "grok-3"), ("vertex_ai", "xai/grok-4.1-fast-reasoning")])
def test_xai_counts_reasoning_beside_the_completion(provider: str, model: str) -> None:
    """And the cost includes it."""
    options: dict[str, Any] = {"project": "p"} if provider == "vertex_ai" else {}
    exchange = Exchange(sansio.provider(provider, api_key="k", **options), ChatRequest(model=model, messages="hi"))
    exchange.receive_head(200, ())
    exchange.receive_data(
        b'{"choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,'
        b'"completion_tokens":60,"prompt_tokens_details":{"cached_tokens":20},"completion_tokens_details":'
        b'{"reasoning_tokens":50}}}'
    )
    exchange.receive_eof()
    outcome = exchange.outcome
    assert isinstance(outcome, Completed)
    usage = outcome.response.usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (29, 110)
    assert outcome.response.cost is not None


def test_xai() -> None:
    result = Message("tool", "4", name="f", tool_call_id="c")
    sent, lost = body(sansio.provider("xai", api_key="k"), messages=[user("hi", name="ann"), result])
    assert [message.get("name") for message in sent["messages"]] == ["ann", None]
    assert lost == []


def test_together() -> None:
    together = sansio.provider("together", api_key="k")
    assert body(together, logprobs=True, top_logprobs=3, stop="x") == ({"logprobs": 3, "stop": ["x"]}, [])


def test_what_one_api_does_not_take_says_nothing_of_another() -> None:
    xai = sansio.provider("xai", api_key="k", dialect="openai_responses")
    request = ChatRequest(model="grok-4.3", messages="hi", store=False, metadata={"a": "b"}, reasoning_effort="low")
    sent = Exchange(xai, request).request.body
    assert isinstance(sent, bytes)
    assert json.loads(sent) == {
        "model": "grok-4.3",
        "input": "hi",
        "store": False,
        "metadata": {"a": "b"},
        "reasoning": {"effort": "low"},
        "include": ["reasoning.encrypted_content"],
    }
    assert body(sansio.provider("xai", api_key="k"), metadata={"a": "b"}) == ({}, ["metadata"])


def test_perplexity() -> None:
    """Its other paths have a version."""
    perplexity = sansio.provider("perplexity", api_key="k", dialect="openai_responses")
    request = Exchange(perplexity, ChatRequest(model="m", messages="hi")).request
    assert request.url == "https://api.perplexity.ai/v1/responses"
