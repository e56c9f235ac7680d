"""Media in the results of tools, which follow in a message of the user's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sansio
from sansio import (
    AudioPart,
    CacheControl,
    ChatRequest,
    FilePart,
    FileReference,
    ImagePart,
    ImageUrl,
    InputAudio,
    Message,
    TextPart,
    assistant,
    tool,
    user,
)
from sansio.dialects.codec import Terms
from sansio.dialects.openai_chat import CODEC
from sansio.http import Limits
from sansio.types import Loss

_ANY = sansio.provider("openai_compatible", base_url="http://localhost")
_AUDIO = AudioPart(input_audio=InputAudio("aGk=", "wav"))
_FILE = FilePart(file=FileReference(file_id="f"))
_IMAGE = ImagePart(image_url=ImageUrl("http://h/a.png"))
_WIRE_IMAGE = {"type": "image_url", "image_url": {"url": "http://h/a.png"}}


def _sent(messages: Sequence[Message]) -> tuple[list[tuple[str, Any]], list[Loss]]:
    """The roles and contents, and what is lost."""
    encoded = CODEC.encode(
        ChatRequest(model="m", messages=messages), Terms(provider=_ANY, stream=False, limits=Limits())
    )
    assert isinstance(encoded.body, bytes)
    sent = json.loads(encoded.body)["messages"]
    return [(message["role"], message["content"]) for message in sent], list(encoded.losses)


def test_they_follow_the_last_result_of_the_turn() -> None:
    messages = [
        user("look"),
        tool([TextPart(text="a"), _IMAGE], "1"),
        tool([_AUDIO], "2"),
        tool("plain", "3"),
        assistant("ok"),
        tool([_FILE], "4"),
    ]
    sent, losses = _sent(messages)
    assert sent == [
        ("user", "look"),
        ("tool", [{"type": "text", "text": "a"}]),
        ("tool", ""),
        ("tool", "plain"),
        ("user", [_WIRE_IMAGE, {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}}]),
        ("assistant", "ok"),
        ("tool", ""),
        ("user", [{"type": "file", "file": {"file_id": "f"}}]),
    ]
    reason = "the API has no media in results; the user shows them"
    assert losses == [Loss(f"messages[{n}].content", "approximated", reason) for n in (1, 2, 5)]


def test_the_conversation_may_go_on() -> None:
    sent, _ = _sent([tool([_IMAGE], "1"), assistant("ok")])
    assert sent == [("tool", ""), ("user", [_WIRE_IMAGE]), ("assistant", "ok")]


def test_results_of_text_stay_as_they_are() -> None:
    sent, losses = _sent([tool([TextPart(text="a")], "1"), Message("tool", None, tool_call_id="2")])
    assert sent == [("tool", [{"type": "text", "text": "a"}]), ("tool", None)]
    assert losses == []


def test_marks_of_the_cache_would_stand_elsewhere() -> None:
    """Each is lost under the place that it had."""
    marked = ImagePart(image_url=_IMAGE.image_url, cache_control=CacheControl())
    sent, losses = _sent([tool([marked, TextPart(text="a", cache_control=CacheControl())], "1")])
    assert sent == [("tool", [{"type": "text", "text": "a"}]), ("user", [_WIRE_IMAGE])]
    assert [loss.path for loss in losses if loss.action == "omitted"] == [
        "messages[0].content[0].cache_control",
        "messages[0].content[1].cache_control",
    ]
