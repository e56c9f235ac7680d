"""Usage under the canonical names, and the way back."""

from __future__ import annotations

import pytest

from sansio.dialects.openai_responses.usage import usage, usage_json
from sansio.dialects.openai_responses.wire import (
    Answer,
    CacheWrites,
    InputDetails,
    OutputDetails,
    ServerTools,
    ToolUsage,
    UsagePiece,
    WebSearches,
)
from sansio.types import CompletionTokensDetails, PromptTokensDetails, Usage

_WHOLE = UsagePiece(9, InputDetails(1, 2, CacheWrites(3), 4, 5, 6), 8, OutputDetails(1, 2, 3, 4), 17, cost=0.25)
_SAID = Usage(
    9,
    8,
    17,
    PromptTokensDetails(
        cached_tokens=1,
        cache_write_tokens=2,
        cache_write_12h_tokens=3,
        audio_tokens=4,
        text_tokens=5,
        image_tokens=6,
    ),
    CompletionTokensDetails(1, 2, 3, 4),
    0.25,
)


def test_usage_is_named_as_elsewhere() -> None:
    assert usage(Answer(usage=_WHOLE)) == _SAID
    assert usage(Answer()) is None
    assert usage(Answer(usage=UsagePiece(1))) == Usage(1)
    assert usage(Answer(usage=UsagePiece(input_tokens_details=InputDetails(1)))) == Usage(
        prompt_tokens_details=PromptTokensDetails(cached_tokens=1)
    )


@pytest.mark.parametrize(
    ("answer", "searches"),
    [
        (Answer(usage=UsagePiece(), tool_usage=ToolUsage(WebSearches(2))), 2),
        (Answer(usage=UsagePiece(server_side_tool_usage_details=ServerTools(3))), 3),
        (Answer(usage=UsagePiece(), tool_usage=ToolUsage()), None),
    ],
)
def test_searches_of_the_web_are_counted(answer: Answer, searches: int | None) -> None:
    assert usage(answer) == Usage(web_searches=searches)


def test_the_way_back_says_what_is_stated() -> None:
    details = usage_json(_SAID)
    assert details["output_tokens_details"] == {
        "reasoning_tokens": 1,
        "audio_tokens": 2,
        "text_tokens": 3,
        "image_tokens": 4,
    }
    assert usage_json(Usage()) == {}
