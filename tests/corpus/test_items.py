"""What recorded traffic holds beside the ends of its exchanges: items of one dialect alone, and forms of its own."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from msgspec import Raw

import sansio
from sansio import Completed, Failed
from sansio.dialects.anthropic import MessagesDecoder
from sansio.dialects.codec import Terms
from sansio.framing.eventstream import EventStreamDecoder
from sansio.http import Limits
from sansio.types import ImagePart, Opaque, ReasoningPart
from tests.corpus.recordings import Recording, recordings, run_chat

_KNOWN = {"message", "function_call", "custom_tool_call", "image_generation_call", "reasoning"}

Item = dict[str, Any]

pytestmark = pytest.mark.skipif(not recordings(), reason="no recorded traffic beside the repository")


def _of(api: str) -> list[Recording]:
    found = [recording for recording in recordings() if recording.api == api]
    assert found
    return found


def test_items_of_responses_are_kept() -> None:
    """Those that only the dialect knows are in the message as they came, reasonings with their state."""
    for recording in _of("responses"):
        if recording.expected is None or recording.expected.end != "completed":
            continue
        end, output = run_chat(recording, [recording.body]).end, _output(recording)
        assert isinstance(end, Completed)
        parts = end.response.message.parts or ()
        opaque = [_decode(part.raw) for part in parts if isinstance(part, Opaque)]
        assert opaque == [item for item in output if item["type"] not in _KNOWN], recording.id
        states = [part.state for part in parts if isinstance(part, ReasoningPart)]
        reasonings = [_decode(state.raw) for state in states if state is not None]
        assert reasonings == [item for item in output if item["type"] == "reasoning"], recording.id
        images = [part.image_url.url.partition(",")[2] for part in parts if isinstance(part, ImagePart)]
        assert images == [item["result"] for item in output if item["type"] == "image_generation_call"]


def _output(recording: Recording) -> list[Item]:
    """The items of the response; of a stream those that were done, if there are any."""
    if not recording.stream:
        return json.loads(recording.body).get("output") or []
    events = [json.loads(line[5:]) for line in recording.response_body.splitlines() if line.startswith("data: {")]
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    return done or events[-1]["response"]["output"]


def _decode(raw: Raw) -> Item:
    return dict(json.loads(bytes(raw)))


def test_an_array_that_is_cut_off_is_truncated() -> None:
    """Without `alt=sse` a stream of Gemini's is one JSON array."""
    for recording in _of("generate_content"):
        if recording.format == "json-array-stream":
            body = recording.body
            for end in range(1, len(body) - 2, max(1, len(body) // 50)):
                outcome = run_chat(recording, [body[:end]]).end
                assert isinstance(outcome, Failed)
                assert outcome.failure.kind == "truncated", (recording.id, end)


def test_claude_on_bedrock() -> None:
    """InvokeModel has the same messages and events, the latter in base64 in binary frames."""
    terms = Terms(provider=sansio.provider("anthropic", api_key="key"), stream=True, limits=Limits())
    for recording in _of("invoke_model"):
        decoder = MessagesDecoder(terms)
        if recording.format == "aws-eventstream":
            frames = EventStreamDecoder().receive_data(recording.body)
            records = [base64.b64decode(json.loads(frame.payload).get("bytes", "")) for frame in frames]
            if b'"message_start"' not in records[0]:
                continue  # another model's, or an exception
            decoder.receive(records)
        elif '"stop_reason"' in recording.response_body and '"role"' in recording.response_body:
            decoder.receive_document(recording.body)
        else:
            continue
        assert (decoder.complete, decoder.failure, decoder.notes) == (True, None, []), recording.id
