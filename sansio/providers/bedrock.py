"""Amazon Bedrock: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html."""

from __future__ import annotations

from typing import Final

from ..types import ModelRule, Provider, Quirks

# A family is known behind the prefix of a region's profile, or of an ARN.
_CLAUDE: Final = r"(?:.*[./])?anthropic\.claude-"
_VENDOR: Final = r"(?:.*[./])?"
_BUDGETS: Final = {"minimal": 1024, "low": 1024, "medium": 4096, "high": 16384}
_SAMPLING: Final = frozenset({"temperature", "top_k", "top_p"})
_FORCED: Final = frozenset({"tool_choice"})
_SIGNED: Final = frozenset({"unsigned_reasoning"})
_TOP_K: Final = {"top_k": "additionalModelRequestFields.inferenceConfig.topK"}
# What most models here have not: a cache, an answer held to a schema, and reasoning that they would take back.
_PLAIN: Final = frozenset({"caching", "reasoning_back", "schema"})

_MODELS: Final = (
    ModelRule(
        pattern=rf"{_CLAUDE}sonnet-5-5.*",
        reasoning="between_tools",
        forbidden=_SAMPLING | _FORCED,
        lacks=_SIGNED | {"thinking_off", "thinking_budget"},
    ),
    ModelRule(
        pattern=rf"{_CLAUDE}(?:opus-5-5|fable-5-).*",
        reasoning="adaptive",
        forbidden=_SAMPLING | _FORCED,
        lacks=_SIGNED | {"thinking_off", "thinking_budget"},
    ),
    ModelRule(
        pattern=rf"{_CLAUDE}fable-5.*",
        reasoning="adaptive",
        forbidden=_SAMPLING,
        lacks=_SIGNED | {"thinking_off", "thinking_budget"},
    ),
    ModelRule(pattern=rf"{_CLAUDE}(?:opus|sonnet)-4-6.*", reasoning="adaptive", lacks=_SIGNED),
    ModelRule(
        pattern=rf"{_CLAUDE}(?:opus|sonnet|haiku)-4-5.*|{_CLAUDE}opus-4-1.*",
        reasoning="budget",
        budgets=_BUDGETS,
        lacks=_SIGNED,
    ),
    ModelRule(
        pattern=rf"{_CLAUDE}(?:(?:opus|sonnet)-4-(?:0|\d{{8}}).*|3-7-.*)",
        reasoning="budget",
        budgets=_BUDGETS,
        lacks=_SIGNED | {"schema"},
    ),
    ModelRule(pattern=rf"{_CLAUDE}(?:3-|v2|instant).*", reasoning="none", lacks=_PLAIN - {"caching"}),
    ModelRule(pattern=rf"{_CLAUDE}.*", reasoning="adaptive", forbidden=_SAMPLING, lacks=_SIGNED | {"thinking_budget"}),
    ModelRule(pattern=rf"{_VENDOR}amazon\.nova-2-.*", reasoning="levels", renamed=_TOP_K, lacks=frozenset({"schema"})),
    ModelRule(pattern=rf"{_VENDOR}amazon\.nova-.*", reasoning="none", renamed=_TOP_K, lacks=_PLAIN - {"caching"}),
    ModelRule(pattern=rf"{_VENDOR}openai\.gpt-oss-.*", reasoning="effort", lacks=frozenset({"caching"})),
    ModelRule(pattern=rf"{_VENDOR}openai\..*", reasoning="nested_effort"),
    ModelRule(pattern=rf"{_VENDOR}deepseek\.r1-.*", reasoning="none", forbidden=_FORCED, lacks=_PLAIN),
    ModelRule(pattern=rf"{_VENDOR}deepseek\..*", reasoning="none", lacks=frozenset({"caching"})),
    ModelRule(
        pattern=rf"{_VENDOR}mistral\.mistral-large-.*", reasoning="none", lacks=frozenset({"caching", "reasoning_back"})
    ),
    ModelRule(
        pattern=rf"{_VENDOR}(?:ai21|amazon\.titan|cohere|meta|mistral)[.-].*",
        reasoning="none",
        forbidden=_FORCED,
        lacks=_PLAIN,
    ),
)

_BEDROCK: Final = Provider(
    name="bedrock",
    base_url="https://bedrock-runtime.{region}.amazonaws.com",
    dialect="bedrock_converse",
    service="bedrock",
    key_variables=("AWS_BEARER_TOKEN_BEDROCK",),
    url_variables=("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL"),
    option_variables={"region": ("AWS_REGION", "AWS_DEFAULT_REGION")},
    quirks=Quirks(models=_MODELS),
)

PROVIDERS: Final = (_BEDROCK,)
