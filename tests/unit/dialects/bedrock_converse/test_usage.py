"""Token counts, both ways."""

from __future__ import annotations

from sansio.dialects.bedrock_converse.usage import token_usage, usage
from sansio.dialects.bedrock_converse.wire import CacheDetail, TokenUsage
from sansio.types import PromptTokensDetails, Usage


def test_what_is_not_stated_stays_open() -> None:
    assert usage(TokenUsage()) == Usage()
    assert usage(TokenUsage(output_tokens=2)) == Usage(completion_tokens=2)
    assert token_usage(Usage()) == {}


def test_the_prompt_includes_what_has_to_do_with_a_cache() -> None:
    counts = TokenUsage(1, 2, 15, 4, 8, [CacheDetail("5m", 8)])
    details = PromptTokensDetails(cached_tokens=4, cache_write_tokens=8, cache_write_5m_tokens=8)
    assert usage(counts) == Usage(13, 2, 15, details)
    assert token_usage(Usage(13, 2, 15, details)) == {
        "inputTokens": 1,
        "outputTokens": 2,
        "totalTokens": 15,
        "cacheReadInputTokens": 4,
        "cacheWriteInputTokens": 8,
        "cacheDetails": [{"ttl": "5m", "inputTokens": 8}],
    }


def test_a_provider_whose_prompt_leaves_the_cache_out_has_no_negative_input() -> None:
    details = PromptTokensDetails(cached_tokens=9)
    assert token_usage(Usage(3, 2, 5, details))["inputTokens"] == 0
