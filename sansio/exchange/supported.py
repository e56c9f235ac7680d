"""Which parameters a model takes: found by encoding each, and seeing what that loses."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from .. import providers
from ..errors import LocalProtocolError
from ..types import (
    AudioOptions,
    ChatRequest,
    Credential,
    FunctionDefinition,
    FunctionTool,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    ModerationOptions,
    Prediction,
    PromptCacheOptions,
    Provider,
    StreamOptions,
    Thinking,
    WebSearchOptions,
)
from .exchange import Exchange

_TOOLS: Final[dict[str, Any]] = {
    "tools": [FunctionTool(FunctionDefinition("f", parameters={"type": "object", "properties": {}}))]
}
# A value of each parameter that says something, and what it cannot stand without.
_SAMPLES: Final[dict[str, dict[str, Any]]] = {
    "audio": {"audio": AudioOptions("alloy", "wav"), "modalities": ["text", "audio"]},
    "frequency_penalty": {"frequency_penalty": 0.5},
    "function_call": {"function_call": "auto", "functions": [FunctionDefinition("f")]},
    "functions": {"functions": [FunctionDefinition("f")]},
    "logit_bias": {"logit_bias": {"1": 1.0}},
    "logprobs": {"logprobs": True},
    "max_completion_tokens": {"max_completion_tokens": 4096},
    "max_tokens": {"max_tokens": 4096},
    "metadata": {"metadata": {"key": "value"}},
    "min_p": {"min_p": 0.1},
    "modalities": {"modalities": ["text", "audio"]},
    "moderation": {"moderation": ModerationOptions()},
    "n": {"n": 2},
    "parallel_tool_calls": {"parallel_tool_calls": False, **_TOOLS},
    "prediction": {"prediction": Prediction("text")},
    "presence_penalty": {"presence_penalty": 0.5},
    "prompt_cache_key": {"prompt_cache_key": "key"},
    "prompt_cache_options": {"prompt_cache_options": PromptCacheOptions("implicit")},
    "prompt_cache_retention": {"prompt_cache_retention": "24h"},
    "reasoning_effort": {"reasoning_effort": "low"},
    "repetition_penalty": {"repetition_penalty": 1.1},
    "safety_identifier": {"safety_identifier": "user"},
    "seed": {"seed": 1},
    "service_tier": {"service_tier": "auto"},
    "stop": {"stop": ["stop"]},
    "store": {"store": True},
    "stream_options": {"stream_options": StreamOptions(include_usage=True)},
    "temperature": {"temperature": 0.5},
    "tool_choice": {"tool_choice": "auto", **_TOOLS},
    "tools": _TOOLS,
    "top_k": {"top_k": 5},
    "top_logprobs": {"top_logprobs": 2, "logprobs": True},
    "top_p": {"top_p": 0.5},
    "user": {"user": "user"},
    "verbosity": {"verbosity": "low"},
    "web_search_options": {"web_search_options": WebSearchOptions("low")},
}
_SCHEMA: Final = JsonSchemaFormat(JsonSchema("any", {"type": "object", "properties": {}}, strict=True))
# Of several, one that is taken is enough.
_ALTERNATIVES: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "response_format": ({"response_format": _SCHEMA}, {"response_format": JsonObjectFormat()}),
    "thinking": (
        {"thinking": Thinking("enabled", 1024), "max_tokens": 4096},
        {"thinking": Thinking("adaptive")},
        {"thinking": Thinking("enabled")},
    ),
}


def supported_params(model: str, *, provider: Provider | None = None) -> frozenset[str]:
    """The parameters of a ChatRequest that *model* ("provider/model") takes without a loss.

    Without *provider* it is one that this library knows, by the name before the slash.  Raises LocalProtocolError where
    there is none of that name.
    """
    if provider is not None:
        return _supported(provider, model)
    name, slash, _ = model.partition("/")
    if not slash:
        raise LocalProtocolError(f"{model!r} names no provider: write provider/model, or give provider=")
    return _known(name, model)


@cache
def _known(name: str, model: str) -> frozenset[str]:
    options: Any = dict.fromkeys(providers.template(name).option_variables, "any")
    return _supported(providers.provider(name, base_url="http://localhost", **options), model)


def _supported(provider: Provider, model: str) -> frozenset[str]:
    names = {name: (sample,) for name, sample in _SAMPLES.items()} | _ALTERNATIVES
    return frozenset(
        name
        for name, samples in names.items()
        if any(_is_taken(provider, ChatRequest(model=model, messages="hi", **sample), name) for sample in samples)
    )


def _is_taken(provider: Provider, request: ChatRequest, name: str) -> bool:
    streams = name == "stream_options"  # an answer at once takes whatever else a stream takes
    exchange = Exchange(provider, request, stream=streams, credential=Credential(()), on_loss="drop")
    return not any(loss.path.partition(".")[0] == name for loss in exchange.losses)
