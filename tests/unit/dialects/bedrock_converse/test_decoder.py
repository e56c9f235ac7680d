"""Streams and answers of Converse, into events."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Raw

import sansio
from sansio.dialects.bedrock_converse import ConverseDecoder
from sansio.dialects.codec import Terms
from sansio.errors import Failure
from sansio.events import (
    AnnotationAdded,
    ChoiceFinished,
    Delta,
    ModerationReported,
    ReasoningDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
    UsageReported,
)
from sansio.http import Limits
from sansio.types import Annotation, Opaque, PromptTokensDetails, UrlCitation, Usage

NO_MEMBERS: dict[str, object] = {}
STOP = {"messageStop": {"stopReason": "end_turn"}}
METADATA = {"metadata": {"metrics": {"latencyMs": 5}}}
TERMS = Terms(provider=sansio.provider("bedrock", region="r"), stream=True, limits=Limits())


def decoder() -> ConverseDecoder:
    return ConverseDecoder(TERMS)


def stream(*records: dict[str, Any]) -> tuple[list[Delta], ConverseDecoder]:
    """The events of a stream of these records, and what decoded them."""
    of = decoder()
    return of.receive([msgspec.json.encode(record) for record in records]), of


def delta(delta: dict[str, Any], index: int | None = 0) -> dict[str, Any]:
    return {"contentBlockDelta": {"contentBlockIndex": index, "delta": delta, "p": "abc"}}


def start(start: dict[str, Any], index: int = 0) -> dict[str, Any]:
    return {"contentBlockStart": {"contentBlockIndex": index, "start": start}}


def stop(index: int = 0) -> dict[str, Any]:
    return {"contentBlockStop": {"contentBlockIndex": index}}


def item(value: object) -> Opaque:
    return Opaque("bedrock_converse", Raw(msgspec.json.encode(value)))


def document(*blocks: object, **members: object) -> tuple[list[Delta], ConverseDecoder]:
    """The events of an answer that was not streamed."""
    of = decoder()
    body = {"output": {"message": {"role": "assistant", "content": blocks}}, "stopReason": "end_turn", **members}
    return of.receive_document(msgspec.json.encode(body)), of


def finished(reason: str, native: str) -> ChoiceFinished:
    return ChoiceFinished(reason, native)


# -- streams --------------------------------------------------------------------------------------------------


def test_text_in_pieces() -> None:
    events, of = stream({"messageStart": {"role": "assistant"}}, delta({"text": "a"}), delta({"text": ""}), stop())
    assert events == [TextDelta("a")]
    assert (of.complete, of.failure, of.notes) == (False, None, [])


def test_the_end_is_the_stop_with_its_metadata() -> None:
    usage = {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3}}
    events, of = stream(STOP, {"metadata": usage}, delta({"text": "late"}))
    assert events == [finished("stop", "end_turn"), UsageReported(Usage(1, 2, 3))]
    assert of.complete


def test_the_metadata_may_come_first() -> None:
    _, of = stream(METADATA)
    assert not of.complete
    of.receive([msgspec.json.encode(STOP)])
    assert of.complete


def test_a_clean_end_behind_the_stop_is_an_end() -> None:
    _, of = stream(STOP)
    assert not of.complete
    assert of.finish() == []
    assert of.complete


def test_a_clean_end_before_the_stop_is_none() -> None:
    _, of = stream(delta({"text": "a"}), stop())
    of.finish()
    assert not of.complete


def test_a_stop_without_a_reason_leaves_it_open() -> None:
    events, of = stream({"messageStop": {}}, METADATA)
    assert events == [TextDelta("")]
    assert of.complete


def test_a_call_in_pieces() -> None:
    events, _ = stream(
        start({"toolUse": {"toolUseId": "t1", "name": "f"}}, 1),
        delta({"toolUse": {"input": '{"a"'}}, 1),
        delta({"toolUse": {"input": ":1}"}}, 1),
        stop(1),
        {"messageStop": {"stopReason": "tool_use"}},
    )
    assert events == [
        ToolCallStarted(0, "t1", "f"),
        ToolCallDelta(0, '{"a"'),
        ToolCallDelta(0, ":1}"),
        finished("tool_calls", "tool_use"),
    ]


def test_a_call_without_input_has_an_empty_object() -> None:
    events, _ = stream(
        start({"toolUse": {"toolUseId": "t1", "name": "f", "type": "tool_use"}}),
        delta({"toolUse": {}}),
        stop(),
        STOP,
        {"messageStop": {"stopReason": "end_turn"}},
    )
    assert events[:3] == [
        ToolCallStarted(0, "t1", "f"),
        ToolCallDelta(0, "{}"),
        finished("tool_calls", "end_turn"),
    ]


def test_input_without_a_beginning_is_a_call_all_the_same() -> None:
    events, _ = stream(delta({"toolUse": {"input": "{}"}}, 4))
    assert events == [ToolCallStarted(0, "call_0_0", "", derived=True), ToolCallDelta(0, "{}")]


def test_reasoning_has_its_signature_as_state() -> None:
    events, _ = stream(
        delta({"reasoningContent": {"text": "a"}}),
        delta({"reasoningContent": {"text": "b"}}),
        delta({"reasoningContent": {"signature": "s1"}}),
        delta({"reasoningContent": {"signature": "s2"}}),
        stop(),
        delta({"text": "c"}, 1),
    )
    assert events == [
        ReasoningDelta("a"),
        ReasoningDelta("b"),
        StateAdded(item({"signature": "s1s2"})),
        TextDelta("c"),
    ]


def test_a_signature_is_told_also_where_its_block_never_stops() -> None:
    thought = (delta({"reasoningContent": {"text": "a"}}), delta({"reasoningContent": {"signature": "s"}}))
    told = [ReasoningDelta("a"), StateAdded(item({"signature": "s"}))]
    assert stream(*thought, delta({"text": "b"}, 1))[0] == [*told, TextDelta("b")]
    assert stream(*thought, STOP)[0] == [*told, finished("stop", "end_turn")]
    assert stream(*thought, stop(9))[0] == told[:1]


def test_two_blocks_of_reasoning_stay_two() -> None:
    events, _ = stream(
        delta({"reasoningContent": {"text": "a"}}, 0),
        stop(0),
        delta({"reasoningContent": {"text": "b"}}, 1),
        stop(1),
        delta({"reasoningContent": {"redactedContent": "eA=="}}, 2),
        stop(2),
    )
    assert events == [
        ReasoningDelta("a"),
        StateAdded(item({})),
        ReasoningDelta("b"),
        StateAdded(item({})),
        ReasoningDelta(""),
        StateAdded(item({"redactedContent": "eA=="})),
    ]


def test_the_servers_own_tools_stay_as_they_came() -> None:
    events, of = stream(
        start({"toolUse": {"toolUseId": "t1", "name": "search", "type": "server_tool_use"}}),
        delta({"toolUse": {"input": '{"q"'}}),
        delta({"toolUse": {"input": ":1}"}}),
        stop(),
        start({"toolResult": {"toolUseId": "t1", "status": "success"}}, 1),
        delta({"toolResult": [{"text": "x"}]}, 1),
        delta({"toolResult": [{"json": {}}]}, 1),
        delta({"toolResult": "odd"}, 1),
        stop(1),
        STOP,
    )
    assert events == [
        item({"toolUse": {"toolUseId": "t1", "name": "search", "type": "server_tool_use", "input": {"q": 1}}}),
        item(
            {"toolResult": {"toolUseId": "t1", "status": "success", "content": [{"text": "x"}, {"json": NO_MEMBERS}]}}
        ),
        finished("stop", "end_turn"),
    ]
    assert of.notes == []


def test_input_that_is_no_json_stays_text() -> None:
    events, _ = stream(
        start({"toolUse": {"toolUseId": "t1", "name": "search", "type": "x"}}), delta({"toolUse": {"input": "{"}}), STOP
    )
    assert events[0] == item({"toolUse": {"toolUseId": "t1", "name": "search", "type": "x", "input": "{"}})


def test_images_and_unknown_blocks_are_gathered() -> None:
    events, _ = stream(
        start({"image": {"format": "png"}}),
        delta({"image": {"source": {"bytes": "eA=="}}}),
        stop(),
        delta({"odd": {"a": 1}}, 1),
        stop(1),
        start({"other": 5}, 2),
        stop(2),
        start({"toolUse": 5}, 3),
        stop(3),
        start({}, 4),
        stop(4),
    )
    assert events == [
        item({"image": {"format": "png", "source": {"bytes": "eA=="}}}),
        item({"odd": {"a": 1}}),
        item({"other": {}}),
        item({"toolUse": {}}),
    ]


def test_a_piece_of_nothing_says_nothing() -> None:
    events, of = stream({"contentBlockDelta": {}}, delta({}), {"contentBlockStart": {}})
    assert events == []
    assert of.failure is None


def test_citations_are_annotations() -> None:
    page = {"title": "t", "location": {"web": {"url": "https://x"}}}
    events, _ = stream(delta({"citation": page}), delta({"text": "a"}))
    assert events == [
        AnnotationAdded(Annotation("url_citation", UrlCitation("https://x", "t"))),
        TextDelta("a"),
    ]


def test_what_is_known_at_the_end() -> None:
    metadata = {
        "usage": {
            "inputTokens": 1,
            "outputTokens": 2,
            "totalTokens": 15,
            "cacheReadInputTokens": 4,
            "cacheWriteInputTokens": 8,
            "cacheDetails": [{"ttl": "1h", "inputTokens": 8}],
        },
        "serviceTier": {"type": "flex"},
        "trace": {"guardrail": {"actionReason": "no"}, "promptRouter": {"invokedModelId": "m"}},
    }
    events, _ = stream(STOP, {"metadata": metadata})
    details = PromptTokensDetails(cached_tokens=4, cache_write_tokens=8, cache_write_1h_tokens=8)
    assert events[1:] == [
        Started(model="m", service_tier="flex"),
        ModerationReported(Raw(b'{"guardrail":{"actionReason":"no"}}')),
        UsageReported(Usage(13, 2, 15, details)),
    ]


@pytest.mark.parametrize("fields", [{}, None])
def test_no_members_of_the_models_own_answer(fields: object) -> None:
    events, _ = stream({"messageStop": {"stopReason": "end_turn", "additionalModelResponseFields": fields}})
    assert events == [finished("stop", "end_turn")]


def test_members_of_the_models_own_answer_are_an_item() -> None:
    stopped = {"stopReason": "stop_sequence", "additionalModelResponseFields": {"stop_sequence": "x"}}
    events, _ = stream({"messageStop": stopped})
    assert events == [
        item({"additionalModelResponseFields": {"stop_sequence": "x"}}),
        finished("stop", "stop_sequence"),
    ]


def test_an_unknown_event_is_no_output_and_noted() -> None:
    events, of = stream({"somethingNew": {"a": 1}}, delta({"text": "a"}))
    assert events == [TextDelta("a")]
    assert of.notes == ["$.somethingNew"]


@pytest.mark.parametrize(
    ("record", "kind", "type_"),
    [
        ({"throttlingException": {"message": "Too many tokens, wait"}}, "rate_limited", "throttlingException"),
        ({"throttlingException": {"message": "too many tokens per day"}}, "quota_exceeded", "throttlingException"),
        ({"validationException": {"message": "no"}}, "bad_request", "validationException"),
        ({"validationException": {"message": "prompt is too long"}}, "context_window", "validationException"),
        ({"modelStreamErrorException": {"message": "no"}}, "server_error", "modelStreamErrorException"),
        ({"modelTimeoutException": {"message": "no"}}, "timeout", "modelTimeoutException"),
        ({"serviceUnavailableException": {"message": "no"}}, "overloaded", "serviceUnavailableException"),
        ({"internalServerException": {"message": "no"}}, "server_error", "internalServerException"),
        ({"newException": {"Message": "no"}}, "server_error", "newException"),
        ({"error": {"code": "InternalFailure", "message": "no"}}, "server_error", "InternalFailure"),
        ({"error": {"code": "ThrottlingException", "message": "no"}}, "rate_limited", "ThrottlingException"),
        ({"error": {"code": None, "message": "no"}}, "server_error", "error"),
    ],
)
def test_an_exception_is_a_failure_of_its_kind(record: dict[str, Any], kind: str, type_: str) -> None:
    events, of = stream(delta({"text": "a"}), record, delta({"text": "b"}))
    assert events == [TextDelta("a")]
    assert isinstance(of.failure, Failure)
    assert (of.failure.kind, of.failure.type) == (kind, type_)
    assert of.failure.body == msgspec.json.encode(record)


@pytest.mark.parametrize("record", [b"[]", b"5", b"{", b"\xff"])
def test_a_record_that_is_no_object_is_a_protocol_failure(record: bytes) -> None:
    of = decoder()
    assert of.receive([record]) == []
    assert of.failure is not None
    assert of.failure.kind == "protocol"


def test_bytes_that_are_no_utf8_cost_nothing_else() -> None:
    """The first look at a record does not check the text that it has no use for."""
    events = decoder().receive(
        [b'{"messageStop":{"stopReason":"\xff"}}', b'{"contentBlockDelta":{"delta":{"text":"\xff"}}}']
    )
    assert events == [ChoiceFinished("\ufffd"), TextDelta("\ufffd")]


def test_a_misfit_member_costs_itself() -> None:
    of = decoder()
    events = of.receive([b'{"metadata":{"usage":{"inputTokens":"x","outputTokens":2}}}'])
    assert events == [UsageReported(Usage(completion_tokens=2))]
    assert of.notes == ["$.metadata.usage.inputTokens"]


# -- answers that are not streamed ----------------------------------------------------------------------------


def test_an_answer_of_every_kind_of_block() -> None:
    events, of = document(
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
        {"reasoningContent": {"redactedContent": "eA=="}},
        {"text": "a"},
        {"toolUse": {"toolUseId": "t1", "name": "f", "input": {"a": [1, 2]}}},
        {"toolUse": {"name": "g"}},
        {"image": {"format": "png"}},
        usage={"inputTokens": 1},
        serviceTier={"type": "default"},
        additionalModelResponseFields={"x": 1},
    )
    assert events == [
        ReasoningDelta("hm"),
        StateAdded(item({"signature": "s"})),
        ReasoningDelta(""),
        StateAdded(item({"redactedContent": "eA=="})),
        TextDelta("a"),
        ToolCallStarted(0, "t1", "f"),
        ToolCallDelta(0, '{"a":[1,2]}'),
        ToolCallStarted(1, "call_0_1", "g", derived=True),
        item({"image": {"format": "png"}}),
        ToolCallDelta(1, "{}"),
        item({"additionalModelResponseFields": {"x": 1}}),
        finished("tool_calls", "end_turn"),
        Started(service_tier="default"),
        UsageReported(Usage(prompt_tokens=1)),
    ]
    assert (of.complete, of.failure) == (True, None)


def test_input_that_is_text_is_what_the_model_wrote() -> None:
    events, _ = document({"toolUse": {"toolUseId": "t1", "name": "f", "input": '{"a'}})
    assert events[:2] == [ToolCallStarted(0, "t1", "f"), ToolCallDelta(0, '{"a')]


def test_the_servers_own_call_in_an_answer() -> None:
    block = {"toolUse": {"toolUseId": "t1", "name": "f", "type": "server_tool_use", "input": NO_MEMBERS}}
    events, _ = document({"reasoningContent": {"reasoningText": {"text": "a"}}}, block)
    assert events == [ReasoningDelta("a"), item(block), finished("stop", "end_turn")]


def test_text_with_citations() -> None:
    citation = {"location": {"documentChar": {"documentIndex": 0, "start": 0, "end": 2}}}
    cited = {"content": [{"text": "a"}, {"text": ""}, {}], "citations": [citation]}
    events, _ = document({"citationsContent": cited}, {"citationsContent": {}})
    extra = {"location": Raw(msgspec.json.encode(citation["location"]))}
    assert events[:2] == [TextDelta("a"), AnnotationAdded(Annotation("citation", extra=extra))]


def test_an_empty_reasoning_is_none_and_what_is_no_block_is_noted() -> None:
    events, of = document({"reasoningContent": {}}, 5, {"toolUse": 5})
    assert events == [item({"toolUse": 5}), finished("stop", "end_turn")]
    assert of.notes == ["$.output.message.content[1]"]


def test_an_answer_without_content_is_one() -> None:
    of = decoder()
    events = of.receive_document(b'{"output":{"message":{"role":"assistant","content":null}}}')
    assert (events, of.complete) == ([TextDelta("")], True)


@pytest.mark.parametrize("body", [b"{}", b'{"output":{}}', b'{"output":null}'])
def test_an_answer_without_a_message_is_none(body: bytes) -> None:
    of = decoder()
    assert of.receive_document(body) == []
    assert of.failure is not None
    assert of.failure.kind == "protocol"


def test_an_error_in_place_of_an_answer() -> None:
    of = decoder()
    of.receive_document(b'{"__type":"com.amazon#ThrottlingException","message":"slow"}')
    assert of.failure is not None
    assert (of.failure.message, of.failure.type) == ("slow", "ThrottlingException")
