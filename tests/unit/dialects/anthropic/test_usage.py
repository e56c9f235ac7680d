"""Usage, there and back: input tokens without those of the cache, prompt tokens with them."""

from __future__ import annotations

from sansio.dialects.anthropic.usage import update, usage, usage_json
from sansio.dialects.anthropic.wire import CacheCreation, OutputDetails, ServerTools, UsagePiece
from sansio.types import CompletionTokensDetails, PromptTokensDetails, Usage


def test_the_prompt_includes_what_the_cache_read_and_wrote() -> None:
    piece = UsagePiece(
        input_tokens=1,
        output_tokens=20,
        cache_creation_input_tokens=7,
        cache_read_input_tokens=100,
        cache_creation=CacheCreation(3, 4),
        output_tokens_details=OutputDetails(5),
        server_tool_use=ServerTools(2),
    )
    details = PromptTokensDetails(
        cached_tokens=100, cache_write_tokens=7, cache_write_5m_tokens=3, cache_write_1h_tokens=4
    )
    assert usage(piece) == Usage(108, 20, 128, details, CompletionTokensDetails(5), web_searches=2)


def test_what_is_not_stated_stays_open() -> None:
    assert usage(UsagePiece(output_tokens=3)) == Usage(completion_tokens=3)
    assert usage(UsagePiece(input_tokens=3)) == Usage(prompt_tokens=3)
    assert usage(UsagePiece(input_tokens=1, output_tokens=2)) == Usage(1, 2, 3)


def test_later_numbers_replace_earlier_ones() -> None:
    known = UsagePiece(input_tokens=1, output_tokens=1, service_tier="standard")
    update(known, UsagePiece(output_tokens=9))
    assert known == UsagePiece(input_tokens=1, output_tokens=9, service_tier="standard")


def test_the_apis_usage() -> None:
    details = PromptTokensDetails(cached_tokens=100, cache_write_5m_tokens=3)
    assert usage_json(Usage(108, 20, 128, details, CompletionTokensDetails(5), web_searches=2)) == {
        "input_tokens": 5,
        "output_tokens": 20,
        "cache_creation_input_tokens": 3,
        "cache_read_input_tokens": 100,
        "cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 0},
        "output_tokens_details": {"thinking_tokens": 5},
        "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 0},
    }
    hour = PromptTokensDetails(cache_write_1h_tokens=4)
    assert usage_json(Usage(4, 1, 5, hour))["cache_creation"] == {
        "ephemeral_5m_input_tokens": 0,
        "ephemeral_1h_input_tokens": 4,
    }
    assert usage_json(None) == {"input_tokens": 0, "output_tokens": 0}
