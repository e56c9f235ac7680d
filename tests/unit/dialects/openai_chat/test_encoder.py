"""Encoder: events to the chunks of a stream."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.openai_chat.encoder import DONE, Encoder
from sansio.errors import Failure
from sansio.events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Completed,
    Data,
    Event,
    Failed,
    ImageAdded,
    LogprobsDelta,
    ModerationReported,
    ReasoningDelta,
    RefusalDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.types import (
    Annotation,
    ChatRequest,
    ChatResponse,
    Choice,
    ImagePart,
    ImageUrl,
    Message,
    Opaque,
    StreamOptions,
    TokenLogprob,
    UrlCitation,
    Usage,
)

EMPTY = Completed(ChatResponse("c", 1, "m", []))


def encoder(*, usage: bool | None = None) -> Encoder:
    options = StreamOptions(include_usage=usage)
    return Encoder(ChatRequest(model="asked", messages="", stream=True, stream_options=options))


def chunks(records: bytes) -> list[Any]:
    """The JSON of each record."""
    parts = records.split(b"\n\n")
    assert parts.pop() == b""
    assert all(part.startswith(b"data: ") and b"\n" not in part for part in parts)
    return [msgspec.json.decode(part[6:]) for part in parts]


def deltas(*events: Event[ChatResponse]) -> list[Any]:
    """The deltas of the only choice, without the record that opened it."""
    machine = encoder()
    records = b"".join(map(machine.encode, events))
    return [chunk["choices"][0]["delta"] for chunk in chunks(records)][1:]


def test_a_text_delta_is_one_record_behind_the_role() -> None:
    machine = encoder()
    assert machine.encode(Started("c", 1, "m")) == b""
    opening, text = chunks(machine.encode(TextDelta("hi\n")))
    assert opening == {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "delta": {"role": "assistant", "content": "", "refusal": None},
                "logprobs": None,
                "finish_reason": None,
            }
        ],
    }
    assert text == opening | {
        "choices": [{"index": 0, "delta": {"content": "hi\n"}, "logprobs": None, "finish_reason": None}]
    }
    assert len(chunks(machine.encode(TextDelta("there")))) == 1


def test_without_names_the_model_is_the_one_that_was_asked_for() -> None:
    opening, _ = chunks(encoder().encode(TextDelta("hi")))
    assert (opening["id"], opening["created"], opening["model"]) == ("", 0, "asked")


def test_a_later_start_replaces_what_it_gives() -> None:
    machine = encoder()
    machine.encode(Started("c", 1, "m"))
    machine.encode(TextDelta("a"))
    machine.encode(Started(service_tier="flex", system_fingerprint="fp"))
    (chunk,) = chunks(machine.encode(TextDelta("b")))
    assert (chunk["id"], chunk["service_tier"], chunk["system_fingerprint"]) == ("c", "flex", "fp")


def test_each_choice_is_opened_once() -> None:
    machine = encoder()
    records = [machine.encode(TextDelta("a", choice)) for choice in (1, 0, 1)]
    assert [[chunk["choices"][0]["index"] for chunk in chunks(record)] for record in records] == [[1, 1], [0, 0], [1]]


def test_reasoning_and_refusal() -> None:
    assert deltas(ReasoningDelta("so"), RefusalDelta("no")) == [{"reasoning_content": "so"}, {"refusal": "no"}]


def test_a_choice_that_does_not_begin_with_text_opens_with_null() -> None:
    opening, _ = chunks(encoder().encode(ReasoningDelta("so")))
    assert opening["choices"][0]["delta"]["content"] is None


@pytest.mark.parametrize(("type_", "text"), [("function", "arguments"), ("custom", "input")])
def test_a_tool_call_is_begun_and_continued(type_: str, text: str) -> None:
    assert deltas(ToolCallStarted(1, "id", "f", type_), ToolCallDelta(1, "{"), ToolCallDelta(1, "}")) == [
        {"tool_calls": [{"index": 1, "id": "id", "type": type_, type_: {"name": "f", text: "{"}}]},
        {"tool_calls": [{"index": 1, type_: {text: "}"}}]},
    ]
    assert deltas(ToolCallStarted(1, "id", "f", type_), ToolCallDelta(0, "{}"))[:1] == [
        {"tool_calls": [{"index": 1, "id": "id", "type": type_, type_: {"name": "f", text: ""}}]},
    ]


def test_a_call_that_has_begun_is_told_with_the_next_event() -> None:
    machine = encoder()
    assert machine.encode(ToolCallStarted(0, "id", "f")) == b""
    assert b'"name":"f"' in machine.encode(ChoiceFinished("tool_calls"))
    assert machine.encode(ToolCallStarted(1, "id", "f")) == b""
    assert b'"name":"f"' in machine.encode(EMPTY)


@pytest.mark.parametrize("type_", ["function", "custom"])
def test_a_name_that_grows_is_told_in_pieces(type_: str) -> None:
    """Clients add them up, and the ids too."""
    first, again, last = [ToolCallStarted(0, "i", name, type_) for name in ("get_", "get_", "get_weather")]
    told = deltas(first, ToolCallDelta(0, ""), again, ToolCallDelta(0, ""), last, ToolCallDelta(0, "{}"))
    assert [delta["tool_calls"][0].get(type_, {}).get("name") for delta in told] == ["get_", "weather", None]
    assert told[1] == {"tool_calls": [{"index": 0, type_: {"name": "weather"}}]}


def test_a_name_that_grows_before_it_is_told_is_told_whole() -> None:
    first, last = ToolCallStarted(0, "i", "get_"), ToolCallStarted(0, "j", "get_weather")
    (told,) = deltas(first, last, ToolCallDelta(0, "{}"))
    assert told["tool_calls"][0]["function"] == {"name": "get_weather", "arguments": "{}"}


def test_a_name_of_the_deprecated_form_that_comes_late() -> None:
    early, late = (ToolCallStarted(0, "x", name, "function_call") for name in ("", "f"))
    assert deltas(early, ToolCallDelta(0, "{"), late, ToolCallDelta(0, "}"))[1:] == [
        {"function_call": {"name": "f"}},
        {"function_call": {"arguments": "}"}},
    ]


def test_calls_of_unknown_types_stand_among_the_others() -> None:
    unknown = Opaque("openai_chat", Raw(b'{"id":"u","type":"zz",\n"zz":{}}'))
    piece = Opaque("openai_chat", Raw(b'{"index":1,"zz":{}}'))
    begun = ToolCallStarted(0, "a", "f")
    events: list[Event[ChatResponse]] = [begun, unknown, ToolCallStarted(1, "b", "g"), ToolCallDelta(1, "{}"), piece]
    assert [delta["tool_calls"][0] for delta in deltas(*events)] == [
        {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}},
        {"index": 1, "id": "u", "type": "zz", "zz": {}},
        {"index": 2, "id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
        {"index": 1, "zz": {}},
    ]


def test_the_deprecated_call_of_a_function() -> None:
    assert deltas(ToolCallStarted(0, "x", "f", "function_call"), ToolCallDelta(0, "{}")) == [
        {"function_call": {"name": "f", "arguments": "{}"}},
    ]


def test_arguments_of_a_call_that_never_began_begin_one() -> None:
    assert deltas(ToolCallDelta(2, "{}")) == [
        {
            "tool_calls": [
                {"index": 2, "id": "call_0_2", "type": "function", "function": {"name": "", "arguments": "{}"}}
            ]
        }
    ]


def test_audio_and_annotations() -> None:
    citation = Annotation("url_citation", UrlCitation("u"), extra={"x": Raw(b"[1,\n2]")})
    assert deltas(AudioDelta("a", data="ZA=="), AudioDelta(expires_at=5), AnnotationAdded(citation)) == [
        {"audio": {"id": "a", "data": "ZA=="}},
        {"audio": {"expires_at": 5}},
        {"annotations": [{"type": "url_citation", "url_citation": {"url": "u"}, "x": [1, 2]}]},
    ]


def test_logprobs_stand_beside_an_empty_delta() -> None:
    _, chunk = chunks(encoder().encode(LogprobsDelta([TokenLogprob("a", -1.0)])))
    assert chunk["choices"] == [
        {
            "index": 0,
            "delta": {},
            "logprobs": {"content": [{"token": "a", "logprob": -1.0}], "refusal": None},
            "finish_reason": None,
        }
    ]


def test_a_finish_has_an_empty_delta_and_the_native_word_beside_it() -> None:
    machine = encoder()
    machine.encode(TextDelta("a"))
    (chunk,) = chunks(machine.encode(ChoiceFinished("stop")))
    assert chunk["choices"] == [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]
    (chunk,) = chunks(machine.encode(ChoiceFinished("tool_calls", "stop")))
    assert chunk["choices"][0]["native_finish_reason"] == "stop"


def test_a_moderation_has_no_choices() -> None:
    (chunk,) = chunks(encoder().encode(ModerationReported(Raw(b'{"input":\r\n{}}'))))
    assert (chunk["choices"], chunk["moderation"]) == ([], {"input": {}})


def test_an_opaque_part_is_given_back_to_the_choice_that_spoke_last() -> None:
    machine = encoder()
    machine.encode(TextDelta("a", 0))
    machine.encode(TextDelta("a", 1))
    machine.encode(TextDelta("a", 0))
    (chunk,) = chunks(machine.encode(Opaque("openai_chat", Raw(b'{"type":\n"reference"}'))))
    assert chunk["choices"][0]["index"] == 0
    assert chunk["choices"][0]["delta"] == {"content": [{"type": "reference"}]}
    assert machine.encode(Opaque("anthropic", Raw(b"{}"))) == b""


def test_data_is_the_body_itself() -> None:
    assert encoder().encode(Data(b": ping\n\n")) == b": ping\n\n"


def test_completion_is_the_marker() -> None:
    machine = encoder()
    machine.encode(TextDelta("a"))
    assert not machine.ended
    assert machine.encode(EMPTY) == DONE
    assert machine.ended


def test_usage_that_was_asked_for_is_null_until_its_own_record() -> None:
    machine = encoder(usage=True)
    (opening, _) = chunks(machine.encode(TextDelta("a")))
    assert opening["usage"] is None
    assert machine.encode(UsageReported(Usage(1, 2, 3))) == b""
    assert machine.encode(UsageReported(Usage(1, 3, 4))) == b""
    (usage,) = chunks(machine.encode(EMPTY).removesuffix(DONE))
    assert (usage["choices"], usage["usage"]) == (
        [],
        {"prompt_tokens": 1, "completion_tokens": 3, "total_tokens": 4},
    )


def test_the_responses_usage_will_do() -> None:
    completed = Completed(ChatResponse("c", 1, "m", [], usage=Usage(1)))
    (usage,) = chunks(encoder(usage=True).encode(completed).removesuffix(DONE))
    assert usage["usage"] == {"prompt_tokens": 1}
    assert encoder(usage=False).encode(completed) == DONE


def test_usage_that_never_came_is_not_made_up() -> None:
    assert encoder(usage=True).encode(EMPTY) == DONE


def test_completion_says_what_choices_still_lack() -> None:
    machine = encoder()
    machine.encode(TextDelta("a", 0))
    machine.encode(ChoiceFinished("stop", choice=0))
    reasons = ["stop", "length", None]
    choices = [Choice(index, Message("assistant"), reason) for index, reason in enumerate(reasons)]
    records = machine.encode(Completed(ChatResponse("c", 1, "m", choices)))
    said = [chunk["choices"][0] for chunk in chunks(records.removesuffix(DONE))]
    assert [(choice["index"], choice["finish_reason"]) for choice in said] == [(1, None), (1, "length"), (2, None)]


def test_a_failure_is_the_last_record() -> None:
    machine = encoder()
    (chunk,) = chunks(machine.encode(Failed(Failure(kind="overloaded", message="busy"))))
    assert chunk == {
        "error": {
            "message": "busy",
            "type": "service_unavailable_error",
            "param": None,
            "code": "server_is_overloaded",
        }
    }
    assert machine.ended


def test_an_image_stands_in_a_list_of_its_own() -> None:
    (image,) = deltas(ImageAdded(ImagePart(image_url=ImageUrl("data:image/png;base64,QUJD"))))
    assert image["images"] == [{"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}]
