"""Amazon Bedrock: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html."""

from __future__ import annotations

from typing import Final

import msgspec

from ..types import ModelRule, Provider, Quirks
from .anthropic import CLAUDE_MODELS

# A family is known behind the prefix of a region's profile, or of an ARN.
_PREFIX: Final = r"(?:.*[./])?"
_NOVA: Final = {
    "top_k": "additionalModelRequestFields.inferenceConfig.topK",
    "web_search_options": "systemTool.nova_grounding",
}
_NO_SCHEMA: Final = frozenset({"json_schema"})
_NO_CACHE: Final = frozenset({"caching"})
_UNFORCED: Final = _NO_SCHEMA | _NO_CACHE | {"forced_tools"}

# Claude is here what it is at home, under a longer name; that instructions stand in front goes for every model.
_CLAUDE: Final = tuple(
    msgspec.structs.replace(
        rule,
        pattern=rf"{_PREFIX}anthropic\.(?:{rule.pattern})",
        lacks=(rule.lacks - {"system_turns"}) | {"unsigned_reasoning"},
    )
    for rule in CLAUDE_MODELS
)


def _rule(pattern: str, reasoning: str, lacks: frozenset[str] = frozenset(), **renamed: str) -> ModelRule:
    return ModelRule(pattern=rf"{_PREFIX}{pattern}", reasoning=reasoning, lacks=lacks, renamed=renamed)


_MODELS: Final = (
    *_CLAUDE,
    _rule(r"amazon\.nova-2-.*", "levels", _NO_SCHEMA, **_NOVA),
    _rule(r"amazon\.nova-.*", "none", _NO_SCHEMA, **_NOVA),
    _rule(r"openai\.gpt-oss-.*", "effort", _NO_CACHE | {"forced_tools"}),
    _rule(r"openai\..*", "nested_effort", frozenset({"forced_tools"})),
    _rule(r"deepseek\.r1-.*", "none", _UNFORCED | {"reasoning_back"}),
    _rule(r"deepseek\..*", "none", _NO_CACHE | {"forced_tools"}),
    _rule(r"mistral\.mistral-large-.*", "none", _NO_CACHE | {"long_ids"}),
    _rule(r"mistral\..*", "none", _UNFORCED | {"long_ids"}),
    _rule(r"(?:ai21|amazon\.titan|cohere|meta)[.-].*", "none", _UNFORCED),
)

_BEDROCK: Final = Provider(
    name="bedrock",
    base_url="https://bedrock-runtime.{region}.amazonaws.com",
    dialect="bedrock_converse",
    service="bedrock",
    grant="aws",
    key_variables=("AWS_BEARER_TOKEN_BEDROCK",),
    url_variables=("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL"),
    option_variables={"region": ("AWS_REGION", "AWS_DEFAULT_REGION")},
    operations=frozenset({"count_tokens", "embeddings"}),
    quirks=Quirks(models=_MODELS),
)

PROVIDERS: Final = (_BEDROCK,)
