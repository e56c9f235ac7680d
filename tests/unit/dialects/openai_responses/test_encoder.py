"""Events into the events of a response, and into the response itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

from sansio.dialects import server, server_for
from sansio.dialects.openai_responses.items import seal
from sansio.dialects.openai_responses.server import SERVER
from sansio.errors import Failure
from sansio.events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Completed,
    Data,
    Event,
    Failed,
    Fold,
    ImageAdded,
    LogprobsDelta,
    ModerationReported,
    ReasoningDelta,
    RefusalDelta,
    Started,
    StateAdded,
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
    FunctionDefinition,
    FunctionTool,
    ImagePart,
    ImageUrl,
    Message,
    Opaque,
    PromptTokensDetails,
    ReasoningPart,
    TextPart,
    TokenLogprob,
    Tool,
    UrlCitation,
    Usage,
)

_ASKED = ChatRequest(model="asked", messages="hi")
_OWN = Opaque("openai_responses", Raw(b'{"type":"reasoning","id":"rs_9",\n"summary":[]}'))
_FOREIGN = Opaque("anthropic", Raw(b'{"signature":"s"}'))
_LIFECYCLE = ["created", "in_progress"]


def _said(*events: Event[ChatResponse], request: ChatRequest = _ASKED) -> list[dict[str, Any]]:
    """The data of the records that say *events*; their names and numbers are right."""
    encoder = SERVER.encoder(request, "/v1/responses")
    records = b"".join(map(encoder.encode, events)).split(b"\n\n")
    assert records.pop() == b""
    told: list[dict[str, Any]] = []
    for number, record in enumerate(records):
        name, data = record.split(b"\n")
        told.append(json.loads(data.removeprefix(b"data: ")))
        assert name == b"event: " + told[-1]["type"].encode()
        assert told[-1].pop("sequence_number") == number
    return told


def _kinds(told: list[dict[str, Any]]) -> list[str]:
    return [data["type"].removeprefix("response.") for data in told]


def _completed(*events: Any, finish: str = "stop") -> Completed[ChatResponse]:
    fold = Fold()
    fold.extend([*events, ChoiceFinished(finish)])
    return Completed(fold.response())


def _stream(*events: Any) -> list[dict[str, Any]]:
    """What is said of events and their completion, without how the response begins."""
    return _said(*events, _completed(*events))[2:]


def _output(*events: Any) -> Any:
    return _stream(*events)[-1]["response"]["output"]


def test_a_text_is_said_from_the_outside_in_and_back() -> None:
    told = _said(Started("resp_1", 7, "m"), TextDelta("He"), TextDelta("llo"), _completed(TextDelta("Hello")))
    assert _kinds(told) == [
        *_LIFECYCLE,
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    where = {"item_id": "msg_0", "output_index": 0, "content_index": 0}
    assert told[4] == {"type": "response.output_text.delta", **where, "delta": "He", "logprobs": []}
    assert told[6] == {"type": "response.output_text.done", **where, "text": "Hello", "logprobs": []}
    part: dict[str, object] = {"type": "output_text", "text": "Hello", "annotations": [], "logprobs": []}
    item = {"type": "message", "id": "msg_0", "status": "completed", "role": "assistant", "content": [part]}
    assert told[8]["item"] == item
    response = told[9]["response"]
    assert response["output"] == [item]
    assert (response["id"], response["created_at"], response["model"]) == ("resp_1", 7, "m")
    assert (response["status"], response["object"], response["usage"]) == ("completed", "response", None)


def test_a_response_is_named_once() -> None:
    told = _said(Started("a", 1, "m"), Started("b", model="n", service_tier="flex"), _completed(TextDelta("x")))
    assert [data["response"]["id"] for data in (told[0], told[-1])] == ["a", "a"]
    assert (told[-1]["response"]["model"], told[-1]["response"]["service_tier"]) == ("n", "flex")
    assert _said(TextDelta("x"))[0]["response"]["model"] == "asked"


def test_the_response_repeats_what_was_asked() -> None:
    tools: list[Tool] = [FunctionTool(FunctionDefinition("f")), _FOREIGN]
    asked = ChatRequest(model="m", messages="", tools=tools, tool_choice="required", parallel_tool_calls=False)
    response = _said(TextDelta("x"), request=asked)[0]["response"]
    assert [tool["name"] for tool in response["tools"]] == ["f"]
    assert (response["tool_choice"], response["parallel_tool_calls"]) == ("required", False)
    foreign = ChatRequest(model="m", messages="", tool_choice=_FOREIGN)
    assert _said(TextDelta("x"), request=foreign)[0]["response"]["tool_choice"] == "auto"


def test_a_refusal_is_a_part_of_the_message() -> None:
    events = [TextDelta("a"), RefusalDelta("n"), RefusalDelta("o"), TextDelta("b")]
    told = _stream(*events)
    assert _kinds(told)[4:8] == ["content_part.done", "content_part.added", "refusal.delta", "refusal.delta"]
    assert "refusal.done" in _kinds(told)
    (message,) = told[-1]["response"]["output"]
    assert [part.get("text", part.get("refusal")) for part in message["content"]] == ["a", "no", "b"]


def test_annotations_and_log_probabilities_belong_to_the_text() -> None:
    citation = Annotation("url_citation", UrlCitation("u"), {"x": Raw(b"1")})
    other = Annotation("file_citation", None, {"file_id": Raw(b'"f"')})
    logprob = TokenLogprob("a", -1.0)
    told = _stream(
        TextDelta("a"),
        AnnotationAdded(citation),
        AnnotationAdded(other),
        LogprobsDelta([logprob]),
        LogprobsDelta(None, [logprob]),
    )
    (message,) = told[-1]["response"]["output"]
    (part,) = message["content"]
    annotations = [{"type": "url_citation", "url": "u", "x": 1}, {"type": "file_citation", "file_id": "f"}]
    assert part["annotations"] == annotations
    assert [data["annotation_index"] for data in told if "annotation" in data] == [0, 1]
    assert [told["token"] for told in part["logprobs"]] == ["a"]


def test_a_reasoning_is_a_summary_and_what_it_needs_is_sealed() -> None:
    told = _stream(ReasoningDelta("h"), ReasoningDelta("m"), StateAdded(_OWN), TextDelta("a"))
    assert _kinds(told)[:7] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
    ]
    summary = [{"type": "summary_text", "text": "hm"}]
    assert told[6]["item"] == {
        "type": "reasoning",
        "id": "rs_0",
        "summary": summary,
        "encrypted_content": seal(_OWN),
    }
    reasoning, _ = _output(ReasoningDelta("hm"), TextDelta("a"))
    assert reasoning["encrypted_content"] == seal(None)


def test_a_state_without_a_text_is_an_item() -> None:
    assert _output(StateAdded(_OWN)) == [{"type": "reasoning", "id": "rs_9", "summary": []}]
    (reasoning,) = _output(StateAdded(_FOREIGN))
    assert (reasoning["summary"], reasoning["encrypted_content"]) == ([], seal(_FOREIGN))


def test_a_reasoning_that_came_as_an_item_is_that_item_where_nothing_was_streamed() -> None:
    part, text = ReasoningPart(text="hm", state=_OWN), TextPart(text="a")
    message = Message("assistant", "a", reasoning_content="hm", parts=[part, text])
    body = SERVER.encode_response(ChatResponse("r", 1, "m", [Choice(0, message, "stop")]))
    assert json.loads(body)["output"][0] == {"type": "reasoning", "id": "rs_9", "summary": []}


def test_calls_are_done_at_the_end_since_any_may_go_on() -> None:
    told = _stream(
        ToolCallStarted(0, "a", "f"),
        ToolCallDelta(0, "{"),
        ToolCallStarted(1, "b", "g", "custom"),
        ToolCallDelta(1, "x"),
        ToolCallDelta(0, "}"),
    )
    assert _kinds(told) == [
        "output_item.added",
        "function_call_arguments.delta",
        "output_item.added",
        "custom_tool_call_input.delta",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "custom_tool_call_input.done",
        "output_item.done",
        "completed",
    ]
    first, second = told[-1]["response"]["output"]
    assert first == {
        "type": "function_call",
        "id": "fc_0",
        "call_id": "a",
        "name": "f",
        "arguments": "{}",
        "status": "completed",
    }
    assert (second["type"], second["id"], second["input"]) == ("custom_tool_call", "ctc_1", "x")


def test_a_call_is_known_by_its_first_id_and_may_be_named_later() -> None:
    (call,) = _output(ToolCallDelta(0, "{}"), ToolCallStarted(0, "late", "f"))
    assert (call["call_id"], call["name"]) == ("call_0_0", "f")


def test_states_of_texts_and_calls_are_members_of_their_items() -> None:
    phase = Opaque("openai_responses", Raw(b'{"phase":"commentary","id":"msg_9"}'))
    text, call, other = _output(
        TextDelta("a"),
        StateAdded(phase, "text"),
        ToolCallStarted(0, "c", "f"),
        StateAdded(phase, "call"),
        StateAdded(_FOREIGN, "call"),
        TextDelta("b"),
        StateAdded(_FOREIGN, "text"),
    )
    assert [item["id"] for item in (text, call, other)] == ["msg_0", "fc_1", "msg_2"]
    assert (text["phase"], call["phase"], other.get("phase")) == ("commentary", "commentary", None)


def test_items_of_this_dialect_go_as_they_came_and_others_do_not() -> None:
    search = Opaque("openai_responses", Raw(b'{"type":"web_search_call",\r\n"id":"ws_1"}'))
    text, item, last = _output(TextDelta("a"), search, _FOREIGN, TextDelta("b"))
    assert (text["id"], item, last["id"]) == ("msg_0", {"type": "web_search_call", "id": "ws_1"}, "msg_2")


def test_an_image_is_an_item_of_its_own() -> None:
    made = ImageAdded(ImagePart(image_url=ImageUrl("data:image/png;base64,QUJD")))
    (item,) = _output(made, ImageAdded(ImagePart(image_url=ImageUrl("http://elsewhere"))))
    assert item == {
        "type": "image_generation_call",
        "id": "ig_0",
        "status": "completed",
        "result": "QUJD",
        "output_format": "png",
    }


def test_audio_is_said_by_the_way() -> None:
    told = _said(AudioDelta(data="QUJD", transcript="hi"), AudioDelta("a"))
    assert [(data["type"], data["delta"]) for data in told[2:]] == [
        ("response.audio.delta", "QUJD"),
        ("response.audio.transcript.delta", "hi"),
    ]


def test_raw_bytes_go_as_they_are_and_other_choices_say_nothing() -> None:
    encoder = SERVER.encoder(_ASKED, "/v1/responses")
    assert encoder.encode(Data(b": ping\n\n")) == b": ping\n\n"
    assert encoder.encode(TextDelta("x", 1)) + encoder.encode(ReasoningDelta("x", 1)) == b""
    quiet: list[Event[ChatResponse]] = [UsageReported(Usage(1)), ModerationReported(Raw(b"{}")), ChoiceFinished("stop")]
    assert b"".join(map(encoder.encode, quiet)) == b""


def test_what_was_not_streamed_is_said_at_the_end() -> None:
    whole = _completed(Started("r", 1, "m"), TextDelta("a"))
    for events in ([whole], [Started("r", 1, "m"), whole]):
        told = _said(*events)
        assert told[-1]["response"]["output"][0]["content"][0]["text"] == "a"
        assert _kinds(told).count("created") == 1
        assert told[-1]["response"]["id"] == "r"


@pytest.mark.parametrize(
    ("reason", "native", "status", "details"),
    [
        ("stop", None, "completed", None),
        ("tool_calls", "tool_use", "completed", None),
        ("length", "max_tokens", "incomplete", {"reason": "max_output_tokens"}),
        ("content_filter", None, "incomplete", {"reason": "content_filter"}),
        ("stop", "steered", "incomplete", {"reason": "steered"}),
        ("stop", "incomplete", "incomplete", None),
        ("queued", None, "queued", None),
        (None, None, "completed", None),
    ],
)
def test_the_status_says_how_it_ended(reason: str | None, native: str | None, status: str, details: object) -> None:
    choice = Choice(0, Message("assistant", "a"), reason, native_finish_reason=native)
    response = ChatResponse("r", 1, "m", [choice])
    told = _said(Completed(response))[-1]
    assert told["type"] == f"response.{'incomplete' if status == 'incomplete' else 'completed'}"
    assert (told["response"]["status"], told["response"]["incomplete_details"]) == (status, details)
    assert json.loads(SERVER.encode_response(response)) == told["response"]


def test_an_answer_of_nothing_is_a_response() -> None:
    body = json.loads(SERVER.encode_response(ChatResponse("r", 1, "m", [])))
    assert (body["status"], body["output"]) == ("completed", [])


def test_usage_and_moderation_come_with_the_end() -> None:
    details = PromptTokensDetails(cached_tokens=1, cache_write_12h_tokens=2)
    usage = Usage(3, 4, 7, details, cost=0.5, web_searches=6)
    choice = Choice(0, Message("assistant", "a"), "stop")
    body = json.loads(SERVER.encode_response(ChatResponse("r", 1, "m", [choice], usage, moderation=Raw(b"[]"))))
    assert body["usage"] == {
        "input_tokens": 3,
        "output_tokens": 4,
        "total_tokens": 7,
        "cost": 0.5,
        "input_tokens_details": {"cached_tokens": 1, "cache_write_tokens_details": {"ttl_12h_tokens": 2}},
    }
    assert (body["tool_usage"], body["moderation"]) == ({"web_search": {"num_requests": 6}}, [])


def test_a_failure_ends_the_stream() -> None:
    failure = Failure(kind="bad_request", message="no", param="p")
    encoder = SERVER.encoder(_ASKED, "/v1/responses")
    encoder.encode(Failed(failure))
    assert encoder.ended
    partial = ChatResponse("r", 1, "m", [], Usage(1))
    told = _said(TextDelta("a"), Failed(failure, partial))[-1]
    assert told["type"] == "response.failed"
    error = {"message": "no", "type": "invalid_request_error", "param": "p", "code": "invalid_request_error"}
    assert (told["response"]["status"], told["response"]["error"]) == ("failed", error)
    assert told["response"]["usage"] == {"input_tokens": 1}
    status, _, body = SERVER.encode_failure(failure)
    assert (status, json.loads(body)["error"]["message"]) == (400, "no")


def test_the_dialect_is_known_by_its_path() -> None:
    assert server_for("/v1/responses?x=1") == ("openai_responses", SERVER)
    assert server("openai_responses") is SERVER
