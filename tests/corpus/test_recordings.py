"""Every recorded answer to a chat ends as a plain second reading of it says, however it is cut, or stands among the explained."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import groupby, pairwise

import pytest

from sansio import ChatResponse, Completed, Failed, Opaque
from tests.corpus.apis import APIS, EXPLAINED, FAILURES
from tests.corpus.recordings import Outcome, Recording, borders, cuts, recordings, run_chat
from tests.tally import Tally

_CHATS = sorted((item for item in recordings() if item.expected), key=lambda item: (item.api, item.provider))
_GROUPS = {key: list(group) for key, group in groupby(_CHATS, key=lambda item: (item.api, item.provider))}

pytestmark = pytest.mark.skipif(not _CHATS, reason="no recorded traffic beside the repository")
_each_group = pytest.mark.parametrize("group", _GROUPS, ids="-".join)


@_each_group
def test_ends_as_expected(group: tuple[str, str], tally: Tally) -> None:
    """The whole body in one piece."""
    counts: Counter[str] = Counter()
    for recording in _GROUPS[group]:
        differing = {
            name for name, differs in _compared(recording, run_chat(recording, [recording.body])).items() if differs
        }
        explained, _ = EXPLAINED.get(recording.id, (set(), ""))
        assert differing == explained, recording.id
        counts["explained" if explained else "as expected"] += 1
    tally("corpus", *group, counts)


def _compared(recording: Recording, outcome: Outcome[ChatResponse]) -> dict[str, bool]:
    """What differs from what is expected, by the name of what is compared."""
    expected, api = recording.expected, APIS[recording.api]
    assert expected is not None
    end = outcome.end
    if isinstance(end, Failed):
        truncated = end.failure.kind == "truncated"
        return {"end": expected.end != ("truncated" if truncated else "failed"), "message": not end.failure.message}
    response, calls = end.response, expected.tool_calls
    reasons = {str(c.index): c.native_finish_reason or c.finish_reason for c in response.choices if c.finish_reason}
    opaque = {_type(event) for event in outcome.deltas if isinstance(event, Opaque)}
    return {
        "end": expected.end != "completed",
        "text": response.text != expected.text,
        "finish_reasons": reasons != expected.finish_reasons,
        "tool_calls": calls is not None
        and _calls([(c.name, c.arguments) for c in response.tool_calls]) != _calls(calls),
        "prompt_tokens": (response.usage and response.usage.prompt_tokens) != _prompt_tokens(recording),
        "opaque": not opaque <= api.opaque,
        "notes": outcome.notes != [],
    }


def _calls(calls: list[tuple[str, str]]) -> list[tuple[str, object]]:
    """With their arguments as JSON values, if they are whole."""
    return [(name, _json(arguments)) for name, arguments in calls]


def _json(text: str) -> object:
    try:
        return json.loads(text or "{}")
    except ValueError:
        return text


def _type(event: Opaque) -> str:
    """The type of an item, or the member that tells it."""
    item: dict[str, object] = json.loads(bytes(event.raw))
    return str(item.get("type") or min(item.keys() - {"thoughtSignature"}))


def _prompt_tokens(recording: Recording) -> int | None:
    """As the second reading has them, and with those that it does not count: what was said last."""
    assert recording.expected is not None
    said = [recording.expected.prompt_tokens] if recording.expected.prompt_tokens is not None else []
    for name in APIS[recording.api].counted:
        said += map(int, re.findall(rb'"%b":\s*(\d+)' % name.encode(), recording.body)[-1:])
    return sum(said) if said else None


@_each_group
def test_cut_everywhere(group: tuple[str, str]) -> None:
    """Byte by byte, or event by event where that would take long, and in random pieces: the same events and the same end."""
    for recording in _GROUPS[group]:
        whole = run_chat(recording, [recording.body])
        for pieces in cuts(recording):
            assert run_chat(recording, pieces) == whole, recording.id


@_each_group
def test_cut_off(group: tuple[str, str]) -> None:
    """A stream that ends cleanly before its marker is truncated, unless every choice had its finish reason."""
    api = APIS[group[0]]
    for recording in _GROUPS[group]:
        if not recording.stream or recording.expected is None or recording.expected.end != "completed":
            continue
        body, reasons = recording.body, dict[int, object]()
        for start, end in pairwise([0, *borders(recording)]):
            event = body[start:end]
            if last := bool(re.search(api.marker.encode(), event)):
                event = event.rstrip()[:-1]  # within it
            else:
                reasons |= {index: reason or reasons.get(index) for index, reason in api.reasons(event).items()}
            outcome = run_chat(recording, [body[:start] + event]).end
            done = bool(reasons) and all(reasons.values())
            assert isinstance(outcome, Completed) == done, (recording.id, start)
            assert done or (isinstance(outcome, Failed) and outcome.failure.kind == "truncated")
            if last:
                break


def test_they_are_all_there() -> None:
    """As many as the corpus says, and the explanations are of some of them."""
    assert len(_CHATS) == 3479
    assert EXPLAINED.keys() <= {recording.id for recording in _CHATS}


def test_kinds_of_failures() -> None:
    """What the recorded errors are, by their status."""
    failed = [recording for recording in _CHATS if recording.expected and recording.expected.end != "completed"]
    ends = [(recording.status, run_chat(recording, [recording.body]).end) for recording in failed]
    assert Counter((status, end.failure.kind) for status, end in ends if isinstance(end, Failed)) == FAILURES
