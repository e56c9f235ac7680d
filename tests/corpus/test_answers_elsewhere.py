"""Every recorded answer is heard in every dialect as it was said in its own, streamed or not, less what the API lacks."""

from __future__ import annotations

import sys
from collections import Counter
from itertools import groupby
from typing import Final

import pytest

from sansio import ChatResponse, Completed
from tests.corpus.recordings import DIALECTS, Outcome, Recording, recordings, run_chat
from tests.properties.answers import LATE, NONE, heard_of
from tests.properties.crossing import DOUBLES, answered
from tests.tally import Tally

_SAID = sorted(
    (item for item in recordings() if item.expected and item.expected.end == "completed"),
    key=lambda item: (item.api, item.provider),
)
_GROUPS = {key: list(group) for key, group in groupby(_SAID, key=lambda item: (item.api, item.provider))}
_FEWER: Final = bool(sys.gettrace())  # tracing would make it take minutes: one dialect for each answer

pytestmark = pytest.mark.skipif(not _SAID, reason="no recorded traffic beside the repository")

# Its item is another than what was streamed of it.
_CONTRADICTORY: Final = frozenset({"f7376b5dae003f01"})
_TOTALS: Final = {"cohere", "ollama"}
_REASONS: Final = {"bedrock_converse", "gemini", "openai_responses"}


@pytest.mark.parametrize("group", _GROUPS, ids="-".join)
def test_is_heard_as_it_was_said(group: tuple[str, str], tally: Tally) -> None:
    counts: Counter[str] = Counter()
    for recording in _GROUPS[group]:
        outcome = run_chat(recording, [recording.body])
        if not isinstance(outcome.end, Completed):
            continue  # it is explained where the ends are compared
        for dialect in _dialects(recording):
            for stream in (True, False):
                counts[_compared(recording, outcome, dialect, stream=stream)] += 1
    tally("answers in other dialects", *group, counts)


def _dialects(recording: Recording) -> list[str]:
    every = list(DOUBLES)
    return [every[int(recording.id, 16) % len(every)]] if _FEWER else every


def _compared(recording: Recording, outcome: Outcome[ChatResponse], dialect: str, *, stream: bool) -> str:
    said = outcome.end
    assert isinstance(said, Completed)
    events = answered(dialect, [*outcome.deltas, said], lambda body: [body], stream=stream)
    heard = events[-1]
    assert isinstance(heard, Completed), (recording.id, dialect, heard)
    late = LATE.get(DIALECTS[recording.api], NONE) if stream else NONE
    one, other = heard_of(heard.response, dialect, late), heard_of(said.response, dialect, late)
    differing = {name for name, value in one.items() if value != other[name]}
    assert differing <= _otherwise(recording, said.response, dialect), (recording.id, dialect, stream)
    return "otherwise" if differing else "as said"


def _otherwise(recording: Recording, said: ChatResponse, dialect: str) -> set[str]:
    """What the API of *dialect* cannot say of this answer as it was said."""
    usage, choice = said.usage, said.choices[0]
    otherwise: set[str] = set()
    if usage is not None:
        counts = usage.prompt_tokens, usage.completion_tokens
        parts = None if counts[0] is None or counts[1] is None else counts[0] + counts[1]
        cached = usage.prompt_tokens_details and usage.prompt_tokens_details.cached_tokens
        if dialect in _TOTALS and usage.total_tokens != parts:  # they have no total
            otherwise.add("usage")
        if dialect == "bedrock_converse" and (cached or 0) > (counts[0] or 0):  # which tells the cached tokens apart
            otherwise.add("usage")
    if dialect in _REASONS and choice.finish_reason is None:  # they have no answer without a reason
        otherwise.add("finish_reason")
    if choice.finish_reason in {"tool_calls", "queued"} and not choice.message.tool_calls:
        otherwise.add("finish_reason")  # they have no such word, and tell it by the calls
    if recording.id in _CONTRADICTORY:
        otherwise.add("reasoning")
    return otherwise
