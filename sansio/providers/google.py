"""Google: the Gemini API (https://ai.google.dev/api) and Vertex AI (https://cloud.google.com/vertex-ai/generative-ai/docs).

Vertex AI in express mode, with an API key and without a project, is the Gemini API's form at another URL: a `gemini` with
the base URL https://aiplatform.googleapis.com/v1 and models named `publishers/google/models/...`.
"""

from __future__ import annotations

from typing import Final

from ..types import Form, ModelRule, Provider, Quirks, Variant
from .anthropic import CLAUDE_MODELS

_BUDGETS: Final = {"minimal": 1024, "low": 1024, "medium": 8192, "high": 24576}
_PENALTIES: Final = frozenset({"frequency_penalty", "presence_penalty"})
# Before Gemini 3 calls have no ids, what functions return is no medium, JSON is not answered beside tools, the API's own
# tools do not go with functions, and searches are billed by the prompt.
_BEFORE_3: Final = frozenset({"billed_queries", "call_ids", "format_beside_tools", "mixed_tools", "result_media"})


def _rules(refused: frozenset[str]) -> tuple[ModelRule, ...]:
    """The families; *refused* are parameters that Gemini 2.5 does not take."""
    pro = {**_BUDGETS, "none": 128, "minimal": 128}  # it cannot do without
    lite = {**_BUDGETS, "none": 0, "minimal": 512}
    flash = {**_BUDGETS, "none": 0}
    return (
        _budget(r"(.*/)?gemini-2\.5-pro.*", pro, refused),
        _budget(r"(.*/)?gemini-2\.5-flash-lite.*", lite, refused),
        _budget(r"(.*/)?gemini-2\.5-flash-(preview-)?(tts|image).*", {}, refused),
        _budget(r"(.*/)?gemini-2\.5.*", flash, refused),
        ModelRule(pattern=r"(.*/)?gemini-[12][.-].*", lacks=_BEFORE_3),
        ModelRule(pattern=r"(.*/)?gemini-(3.*pro|pro-latest).*", reasoning="level", lacks=frozenset({"minimal"})),
        ModelRule(pattern=r"(.*/)?gemini-(3|.*-latest).*", reasoning="level"),
        ModelRule(pattern=r"(.*/)?gemini-.*pro.*", reasoning="level", lacks=frozenset({"minimal", "thinking_budget"})),
        ModelRule(pattern=r"(.*/)?gemini-.*", reasoning="level", lacks=frozenset({"thinking_budget"})),
        ModelRule(pattern=r"(.*/)?gemma-.*", lacks=_BEFORE_3 | {"system_instruction"}),
    )


def _budget(pattern: str, budgets: dict[str, int], refused: frozenset[str]) -> ModelRule:
    reasoning = "budget" if budgets else None
    return ModelRule(pattern=pattern, reasoning=reasoning, budgets=budgets, forbidden=refused, lacks=_BEFORE_3)


_GEMINI: Final = Provider(
    name="gemini",
    base_url="https://generativelanguage.googleapis.com/v1beta",
    rooted=True,
    dialect="gemini",
    auth="x-goog-api-key",
    key_variables=("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    url_variables=("GOOGLE_GEMINI_BASE_URL",),
    operations=frozenset({"batches", "count_tokens", "embeddings", "files", "images", "models"}),
    quirks=Quirks(models=_rules(_PENALTIES)),
)

_PARENT: Final = "/{version}/projects/{project}/locations/{location}"
_STABLE: Final = "/v1/projects/{project}/locations/{location}"
_PATHS: Final = {
    "model": f"{_PARENT}/publishers/google/models/{{model}}",
    "resource": f"{_PARENT}/{{model}}",
    "models": "/v1beta1/publishers/google/models",
}
_CLAUDE: Final = Variant(
    pattern=r"(publishers/anthropic/models/|anthropic/)?(?P<model>claude-.*)",
    dialect="anthropic",
    paths={
        "messages": f"{_STABLE}/publishers/anthropic/models/{{model}}:rawPredict",
        "messages.stream": f"{_STABLE}/publishers/anthropic/models/{{model}}:streamRawPredict",
        "count_tokens": f"{_STABLE}/publishers/anthropic/models/count-tokens:rawPredict",
    },
    operations=frozenset({"count_tokens"}),
    quirks=Quirks(
        members={"anthropic_version": "vertex-2023-10-16", "model": None},
        lacks=frozenset({"json_schema", "url_sources"}),
        models=CLAUDE_MODELS,
    ),
)
_OPEN: Final = Variant(
    pattern=r"(?!google/|anthropic/|publishers/|projects/|endpoints/|models/|tunedModels/)[^/]+/.+",
    dialect="openai_chat",
    paths={
        "chat": f"{_STABLE}/endpoints/openapi/chat/completions",
        "embeddings": f"{_STABLE}/endpoints/openapi/embeddings",
    },
    operations=frozenset({"embeddings"}),
    quirks=Quirks(reasoning_field="reasoning_content"),
)
_XAI: Final = Variant(
    pattern=r"xai/.+",
    dialect="openai_chat",
    paths=_OPEN.paths,
    operations=frozenset(),
    quirks=Quirks(forbidden=frozenset({"reasoning_effort"}), lacks=frozenset({"whole_usage"})),
)

_EMBEDDERS: Final = (
    ModelRule(pattern=r"(.*/)?(gemini-embedding-([2-9]|\d\d).*|.*maas.*)", lacks=frozenset({"predict_embed"})),
)

_VERTEX: Final = Provider(
    name="vertex_ai",
    base_url="https://{location}-aiplatform.googleapis.com",
    dialect="gemini",
    grant="google",
    options={"location": "global", "version": "v1beta1"},
    option_variables={
        "project": ("GOOGLE_CLOUD_PROJECT", "ANTHROPIC_VERTEX_PROJECT_ID"),
        "location": ("GOOGLE_CLOUD_LOCATION", "CLOUD_ML_REGION"),
    },
    forms={
        "location=global": Form(base_url="https://aiplatform.googleapis.com", paths=_PATHS),
        "location=us": Form(base_url="https://aiplatform.us.rep.googleapis.com", paths=_PATHS),
        "location=eu": Form(base_url="https://aiplatform.eu.rep.googleapis.com", paths=_PATHS),
    },
    operations=frozenset({"count_tokens", "embeddings", "images", "models"}),
    paths=_PATHS,
    variants=(_CLAUDE, _XAI, _OPEN),
    quirks=Quirks(
        models=(*_EMBEDDERS, *_rules(frozenset())),
        forbidden=frozenset({"store"}),
        lacks=frozenset({"batch_embed", "counted_requests", "service_tier", "tool_use_shown"}),
    ),
)

PROVIDERS: Final = (_GEMINI, _VERTEX)
