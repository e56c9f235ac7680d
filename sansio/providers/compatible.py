"""Providers that speak OpenAI's chat completions, and how each of them differs.

Each line's source is the provider's own reference; what is marked as refused there is forbidden here.
"""

from __future__ import annotations

from typing import Final

from ..types import ModelRule, Provider, Quirks

_OLD_LIMIT: Final = {"max_completion_tokens": "max_tokens"}  # who knows the limit under its old name only
_NEW_LIMIT: Final = {"max_tokens": "max_completion_tokens"}
_SYSTEM: Final = {"developer": "system"}
_BEYOND: Final = frozenset({"min_p", "repetition_penalty", "thinking", "top_k"})  # parameters that OpenAI does not have
_SAMPLING: Final = frozenset({"frequency_penalty", "presence_penalty", "temperature", "top_p"})
_OPENAI_ONLY: Final = frozenset(
    {"audio", "modalities", "moderation", "prediction", "prompt_cache_options", "prompt_cache_retention"}
    | {"safety_identifier", "store", "verbosity"}
)
# What OpenAI's image models can be told, and most others cannot.
_IMAGE_DETAILS: Final = frozenset({"background", "moderation", "output_compression", "quality", "size", "style"})

# https://api-docs.deepseek.com
_DEEPSEEK: Final = Provider(
    name="deepseek",
    base_url="https://api.deepseek.com",
    dialect="openai_chat",
    key_variables=("DEEPSEEK_API_KEY",),
    operations=frozenset({"models"}),
    quirks=Quirks(
        renamed=_OLD_LIMIT | {"user": "user_id"},
        spelled={"reasoning_effort": {"minimal": "low", "medium": "high", "xhigh": "max"}},
        forbidden=(_BEYOND - {"thinking"})
        | (_OPENAI_ONLY - {"prediction"})
        | {"frequency_penalty", "logit_bias", "metadata", "n", "parallel_tool_calls", "presence_penalty", "seed"}
        | {"service_tier", "web_search_options"},
        roles=_SYSTEM,
        forms={"history": "reasoned", "reasoning": "thinking_switch", "text": "joined"},
        reasoning_field="reasoning_content",
        usage_switch=False,
        lacks=frozenset({"json_schema"}),
    ),
)

# https://platform.moonshot.ai/docs/api/chat
_MOONSHOT: Final = Provider(
    name="moonshot",
    base_url="https://api.moonshot.ai/v1",
    dialect="openai_chat",
    key_variables=("MOONSHOT_API_KEY",),
    operations=frozenset({"files", "models"}),
    quirks=Quirks(
        renamed=_NEW_LIMIT,
        forbidden=(_BEYOND - {"thinking"})
        | {"logit_bias", "metadata", "parallel_tool_calls", "seed", "user", "verbosity", "web_search_options"},
        roles=_SYSTEM,
        forms={"reasoning": "thinking_type", "text": "joined"},
        reasoning_field="reasoning_content",
        models=(
            ModelRule(
                pattern=r"kimi-k3.*",
                forbidden=_SAMPLING | {"thinking"},
                refused={"tool_choice": frozenset({"required"})},
            ),
            ModelRule(
                pattern=r"kimi-k2\.7.*",
                forbidden=_SAMPLING | {"reasoning_effort"},
                refused={"thinking": frozenset({"disabled"}), "tool_choice": frozenset({"required"})},
            ),
            ModelRule(
                pattern=r"kimi-k2\.[5-9].*",
                forbidden=_SAMPLING | {"reasoning_effort"},
                refused={"tool_choice": frozenset({"required"})},
            ),
            ModelRule(pattern=r"moonshot-v1.*", forbidden=frozenset({"reasoning_effort", "thinking"})),
        ),
    ),
)

# https://llama.developer.meta.com/docs/features/compatibility
_META_LLAMA: Final = Provider(
    name="meta_llama",
    base_url="https://api.llama.com/compat/v1",
    dialect="openai_chat",
    key_variables=("LLAMA_API_KEY",),
    operations=frozenset({"models"}),
    quirks=Quirks(
        renamed=_NEW_LIMIT,
        forbidden=(_OPENAI_ONLY - {"prediction", "store"}) | {"reasoning_effort", "thinking", "web_search_options"},
        roles=_SYSTEM,
        usage_switch=False,
    ),
)

# https://openrouter.ai/docs/api-reference
_OPENROUTER: Final = Provider(
    name="openrouter",
    base_url="https://openrouter.ai/api/v1",
    dialect="openai_chat",
    key_variables=("OPENROUTER_API_KEY",),
    header_variables={"OPENROUTER_HTTP_REFERER": "http-referer", "OPENROUTER_X_OPEN_ROUTER_TITLE": "x-title"},
    operations=frozenset({"embeddings", "images", "models", "rerank", "speech", "transcription"}),
    paths={"images": "/images"},
    quirks=Quirks(
        forms={"cache_control": "part", "file_url": "file_data", "reasoning": "reasoning_object"},
        reasoning_field="reasoning",
        usage_switch=False,
    ),
)

# https://v0.dev/docs/api/model
_V0: Final = Provider(
    name="v0",
    base_url="https://api.v0.dev/v1",
    dialect="openai_chat",
    key_variables=("V0_API_KEY", "VERCEL_API_KEY"),
    quirks=Quirks(
        renamed=_NEW_LIMIT,
        forbidden=_BEYOND
        | _OPENAI_ONLY
        | {"frequency_penalty", "logit_bias", "logprobs", "metadata", "n", "parallel_tool_calls", "presence_penalty"}
        | {"prompt_cache_key", "reasoning_effort", "response_format", "seed", "service_tier", "stop", "stream_options"}
        | {"top_logprobs", "user", "web_search_options"},
        roles=_SYSTEM,
        usage_switch=False,
    ),
)

# https://deepinfra.com/docs/openai_api
_DEEPINFRA: Final = Provider(
    name="deepinfra",
    base_url="https://api.deepinfra.com/v1/openai",
    dialect="openai_chat",
    key_variables=("DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"),
    operations=frozenset({"embeddings", "images", "models", "speech", "transcription"}),
    quirks=Quirks(
        renamed=_OLD_LIMIT,
        forbidden=_OPENAI_ONLY | {"logit_bias", "metadata", "parallel_tool_calls", "thinking", "web_search_options"},
        roles=_SYSTEM,
        reasoning_field="reasoning_content",
        models=(ModelRule(pattern=r"meta-llama/.*", forbidden=frozenset({"reasoning_effort"})),),
    ),
)

# https://console.groq.com/docs/api-reference
_GROQ: Final = Provider(
    name="groq",
    base_url="https://api.groq.com/openai/v1",
    dialect="openai_chat",
    key_variables=("GROQ_API_KEY",),
    url_variables=("GROQ_BASE_URL",),
    rooted=True,
    operations=frozenset({"models", "speech", "transcription"}),
    quirks=Quirks(
        renamed=_NEW_LIMIT,
        forbidden=_BEYOND
        | _OPENAI_ONLY
        | {"frequency_penalty", "logit_bias", "logprobs", "metadata", "n", "presence_penalty", "top_logprobs"}
        | {"web_search_options"},
        roles=_SYSTEM,
        named=frozenset({"tool"}),
        reasoning_field="reasoning",
        models=(ModelRule(pattern=r"(gemma|llama|meta-llama/|mixtral).*", forbidden=frozenset({"reasoning_effort"})),),
    ),
)

# https://docs.together.ai/reference/chat-completions-1
_TOGETHER: Final = Provider(
    name="together",
    base_url="https://api.together.ai/v1",
    dialect="openai_chat",
    key_variables=("TOGETHER_API_KEY",),
    url_variables=("TOGETHER_BASE_URL",),
    operations=frozenset({"embeddings", "images", "models", "rerank"}),
    quirks=Quirks(
        renamed=_OLD_LIMIT,
        forbidden=_OPENAI_ONLY | {"metadata", "parallel_tool_calls", "service_tier", "user"},
        roles=_SYSTEM,
        forms={"logprobs": "count", "stop": "list"},
        reasoning_field="reasoning",
        usage_switch=False,
        operations={
            "images": Quirks(
                beyond=frozenset({"negative_prompt", "seed"}),
                spelled={"response_format": {"b64_json": "base64"}},
                forbidden=_IMAGE_DETAILS,
            ),
            "rerank": Quirks(beyond=frozenset({"rank_fields"})),
        },
    ),
)

# https://docs.fireworks.ai/api-reference/post-chatcompletions
_FIREWORKS: Final = Provider(
    name="fireworks",
    base_url="https://api.fireworks.ai/inference/v1",
    dialect="openai_chat",
    key_variables=("FIREWORKS_API_KEY",),
    url_variables=("FIREWORKS_BASE_URL",),
    rooted=True,
    operations=frozenset({"embeddings", "models", "rerank"}),
    quirks=Quirks(roles=_SYSTEM, reasoning_field="reasoning_content", usage_switch=False),
)

# https://docs.x.ai/docs/api-reference
_XAI: Final = Provider(
    name="xai",
    base_url="https://api.x.ai/v1",
    dialect="openai_chat",
    key_variables=("XAI_API_KEY",),
    operations=frozenset({"embeddings", "files", "images", "models"}),
    quirks=Quirks(
        renamed=_NEW_LIMIT,
        forbidden=_BEYOND | _OPENAI_ONLY | {"frequency_penalty", "logit_bias", "metadata", "presence_penalty", "stop"},
        roles=_SYSTEM,
        named=frozenset({"user"}),
        reasoning_field="reasoning_content",
        lacks=frozenset({"whole_usage"}),  # reasoning is no part of the completion
        models=(ModelRule(pattern=r"grok-4(?!\.3).*", forbidden=frozenset({"reasoning_effort"})),),
        operations={"images": Quirks(beyond=frozenset({"aspect_ratio", "resolution"}), forbidden=_IMAGE_DETAILS)},
    ),
)

# https://inference-docs.cerebras.ai/api-reference/chat-completions
_CEREBRAS: Final = Provider(
    name="cerebras",
    base_url="https://api.cerebras.ai/v1",
    dialect="openai_chat",
    key_variables=("CEREBRAS_API_KEY",),
    url_variables=("CEREBRAS_BASE_URL",),
    rooted=True,
    operations=frozenset({"models"}),
    quirks=Quirks(
        renamed=_NEW_LIMIT,
        forbidden=_BEYOND | {"frequency_penalty", "logit_bias", "presence_penalty"},
        reasoning_field="reasoning",
    ),
)

# https://docs.nvidia.com/nim/large-language-models/latest/api-reference.html
_NVIDIA_NIM: Final = Provider(
    name="nvidia_nim",
    base_url="https://integrate.api.nvidia.com/v1",
    dialect="openai_chat",
    key_variables=("NVIDIA_API_KEY",),
    operations=frozenset({"embeddings", "models"}),
    quirks=Quirks(
        renamed=_OLD_LIMIT,
        roles=_SYSTEM,
        reasoning_field="reasoning_content",
        operations={"embeddings": Quirks(beyond=frozenset({"input_type", "truncate"}))},
    ),
)

# https://huggingface.co/docs/inference-providers
_HUGGINGFACE: Final = Provider(
    name="huggingface",
    base_url="https://router.huggingface.co/v1",
    dialect="openai_chat",
    key_variables=("HF_TOKEN", "HUGGINGFACE_API_KEY"),
    operations=frozenset({"models"}),
    quirks=Quirks(renamed=_OLD_LIMIT, roles=_SYSTEM, reasoning_field="reasoning"),
)

PROVIDERS: Final = (
    _CEREBRAS,
    _DEEPINFRA,
    _DEEPSEEK,
    _FIREWORKS,
    _GROQ,
    _HUGGINGFACE,
    _META_LLAMA,
    _MOONSHOT,
    _NVIDIA_NIM,
    _OPENROUTER,
    _TOGETHER,
    _V0,
    _XAI,
)
