"""Usage, both ways."""

from __future__ import annotations

from typing import Any

import pytest

from sansio import UsageReported
from sansio.dialects.gemini.usage import usage_json
from sansio.types import CompletionTokensDetails, PromptTokensDetails, Usage
from tests.unit.dialects.gemini.by_hand import answered, candidate, events


def read(**metadata: Any) -> Usage | None:
    return answered({**candidate({"text": "a"}), "usageMetadata": metadata}).usage


def test_thoughts_and_results_of_tools_are_added() -> None:
    usage = read(
        promptTokenCount=10,
        toolUsePromptTokenCount=4,
        candidatesTokenCount=5,
        thoughtsTokenCount=7,
        cachedContentTokenCount=3,
        totalTokenCount=26,
        promptTokensDetails=[{"modality": "TEXT", "tokenCount": 6}, {"modality": "IMAGE", "tokenCount": 4}],
        toolUsePromptTokensDetails=[{"modality": "TEXT", "tokenCount": 4}],
        cacheTokensDetails=[{"modality": "AUDIO", "tokenCount": 3}],
        candidatesTokensDetails=[{"modality": "IMAGE", "tokenCount": 5}],
    )
    assert usage == Usage(
        14,
        12,
        26,
        PromptTokensDetails(cached_tokens=3, text_tokens=10, image_tokens=4, cached_audio_tokens=3),
        CompletionTokensDetails(reasoning_tokens=7, image_tokens=5),
    )


@pytest.mark.parametrize(
    ("metadata", "usage"),
    [
        ({}, None),
        ({"serviceTier": "standard"}, None),
        ({"promptTokenCount": 1}, Usage(1)),
        ({"toolUsePromptTokenCount": 1}, Usage(1)),
        ({"totalTokenCount": 1}, Usage(total_tokens=1)),
        ({"thoughtsTokenCount": 2}, Usage(None, 2, None, None, CompletionTokensDetails(reasoning_tokens=2))),
    ],
)
def test_what_is_not_stated_is_none(metadata: dict[str, Any], usage: Usage | None) -> None:
    assert read(**metadata) == usage


def test_details_of_a_stream_are_those_of_its_last_chunk() -> None:
    first = {"promptTokenCount": 1, "thoughtsTokenCount": 1}
    second = {"promptTokenCount": 1, "thoughtsTokenCount": 2, "cachedContentTokenCount": 1}
    chunks = [{**candidate({"text": "a"}), "usageMetadata": said} for said in (first, second)]
    last = [event for event in events(*chunks, candidate(finishReason="STOP")) if isinstance(event, UsageReported)][-1]
    assert last.usage.completion_tokens_details == CompletionTokensDetails(reasoning_tokens=2)
    assert last.usage.prompt_tokens_details == PromptTokensDetails(cached_tokens=1)


def test_details_may_go_again() -> None:
    """A later usage replaces the one before it."""
    first = {"promptTokenCount": 1, "thoughtsTokenCount": 1, "cachedContentTokenCount": 1}
    chunks = [{**candidate({"text": "a"}), "usageMetadata": said} for said in (first, {"promptTokenCount": 2})]
    last = [event for event in events(*chunks, candidate(finishReason="STOP")) if isinstance(event, UsageReported)][-1]
    assert last.usage == Usage(2)


def test_the_traffic_of_vertex_ai_is_its_tier() -> None:
    body = {**candidate({"text": "a"}), "usageMetadata": {"trafficType": "ON_DEMAND"}}
    assert answered(body).service_tier == "ON_DEMAND"


@pytest.mark.parametrize(("model", "billed"), [("gemini-3.8-flash", 2), ("gemini-2.5-flash", 1)])
def test_searches_are_counted_as_they_are_billed(model: str, billed: int) -> None:
    """Up to Gemini 2.5 by the prompt, and then by the query: https://ai.google.dev/gemini-api/docs/pricing."""
    grounding = {"webSearchQueries": ["a", "b"]}
    body = {**candidate({"text": "a"}, groundingMetadata=grounding), "usageMetadata": {"promptTokenCount": 1}}
    usage = answered({**body, "modelVersion": model}).usage
    assert usage is not None
    assert usage.web_searches == billed


def test_the_way_back() -> None:
    usage = Usage(
        10,
        12,
        22,
        PromptTokensDetails(cached_tokens=3, audio_tokens=1, cached_audio_tokens=1, video_tokens=2),
        CompletionTokensDetails(reasoning_tokens=7, text_tokens=5),
    )
    assert usage_json(usage, "flex") == {
        "promptTokenCount": 10,
        "candidatesTokenCount": 5,
        "thoughtsTokenCount": 7,
        "totalTokenCount": 22,
        "cachedContentTokenCount": 3,
        "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 1}, {"modality": "VIDEO", "tokenCount": 2}],
        "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 5}],
        "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 1}],
        "serviceTier": "flex",
    }
    assert usage_json(None, None) == {}
