"""The fold of a chat's events."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from sansio.events import (
    AnnotationAdded,
    AudioDelta,
    ChoiceFinished,
    Data,
    Delta,
    Fold,
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
    ChatResponse,
    Choice,
    CustomToolCall,
    FunctionCall,
    FunctionToolCall,
    Logprobs,
    Message,
    MessageAudio,
    Opaque,
    ReasoningPart,
    TextPart,
    TokenLogprob,
    Usage,
)


def _fold(*events: Delta) -> ChatResponse:
    fold, one_by_one = Fold(), Fold()
    fold.extend(events)
    for event in events:
        one_by_one.receive(event)
    assert fold.response() == one_by_one.response()
    return fold.response()


def test_nothing_came() -> None:
    fold = Fold()
    fold.receive(Started("id", 1, "model"))
    assert fold.partial() is None
    assert fold.response() == ChatResponse("id", 1, "model", [])


def test_state_ends_the_part_that_it_belongs_to() -> None:
    one, two, three = (Opaque("gemini", Raw(b'{"n":%d}' % n)) for n in (1, 2, 3))
    message = _fold(
        ReasoningDelta("a"),
        TextDelta("b"),
        StateAdded(one),
        StateAdded(two, "text"),
        TextDelta("c"),
        ToolCallStarted(0, "id", "f"),
        StateAdded(three, "call"),
        StateAdded(two),
        StateAdded(one, "text"),
        StateAdded(three, "text"),
    ).message
    assert (message.content, message.reasoning_content) == ("bc", "a")
    call = FunctionToolCall(id="id", function=FunctionCall("f", ""), state=three)
    assert message.tool_calls == [call]
    assert message.parts == [
        ReasoningPart(text="a", state=one),
        TextPart(text="b", state=two),
        TextPart(text="c", state=one),
        call,
        ReasoningPart(state=two),
        TextPart(text="", state=three),
    ]


def test_the_usual_order_needs_no_parts_for_the_state_of_a_call() -> None:
    state = Opaque("gemini", Raw(b"{}"))
    message = _fold(TextDelta("a"), StateAdded(state, "call", 0, 3)).message
    assert message.parts is None
    assert [(call.id, call.state) for call in message.tool_calls or ()] == [("call_0_3", state)]


def test_reasoning_behind_a_state_is_another() -> None:
    state = Opaque("anthropic", Raw(b"{}"))
    message = _fold(ReasoningDelta("a"), StateAdded(state), ReasoningDelta("b"), ReasoningDelta("c")).message
    assert message.parts == [ReasoningPart(text="a", state=state), ReasoningPart(text="bc")]


def test_text_of_interleaved_choices() -> None:
    response = _fold(TextDelta("a", 1), TextDelta("b", 0), TextDelta("c", 1), TextDelta("d", 1), ChoiceFinished("stop"))
    assert [(c.index, c.message.content, c.finish_reason) for c in response.choices] == [
        (0, "b", "stop"),
        (1, "acd", None),
    ]


def test_a_long_text_is_whole() -> None:
    pieces = [TextDelta(str(n)) for n in range(1000)]
    assert _fold(*pieces).text == "".join(map(str, range(1000)))


def test_names_are_replaced_by_those_that_come_later() -> None:
    response = _fold(Started("a", 1, "m"), Started("b", service_tier="flex", system_fingerprint="fp"))
    assert (response.id, response.created, response.model) == ("b", 1, "m")
    assert (response.service_tier, response.system_fingerprint) == ("flex", "fp")


def test_usage_is_replaced_and_makes_a_partial() -> None:
    fold = Fold()
    fold.extend([UsageReported(Usage(1)), UsageReported(Usage(2))])
    assert (partial := fold.partial()) is not None
    assert partial.usage == Usage(2)


def test_calls_of_every_kind() -> None:
    response = _fold(
        ToolCallStarted(0, "a", ""),
        ToolCallStarted(0, "a", "f"),
        ToolCallStarted(1, "b", "c", "custom"),
        ToolCallDelta(1, "text"),
        ToolCallDelta(0, "{"),
        ToolCallDelta(0, "}"),
        ToolCallDelta(2, "x"),
    )
    first, second, third = response.tool_calls
    assert first == FunctionToolCall(id="a", function=FunctionCall("f", "{}"))
    assert isinstance(second, CustomToolCall)
    assert (second.name, second.arguments) == ("c", "text")
    assert (third.id, third.native_id, third.arguments) == ("call_0_2", None, "x")
    assert response.message.content is None
    assert response.message.parts is None


def test_the_deprecated_function_call() -> None:
    response = _fold(ToolCallStarted(0, "call_0_0", "f", "function_call", derived=True), ToolCallDelta(0, "{}"))
    assert response.message == Message("assistant", None, function_call=FunctionCall("f", "{}"))


def test_usual_order_needs_no_parts() -> None:
    response = _fold(ReasoningDelta("r"), ReasoningDelta("s"), TextDelta("t"), ToolCallStarted(0, "a", "f"))
    assert response.message.parts is None
    assert response.reasoning == "rs"


def test_unusual_order_is_kept_in_parts() -> None:
    opaque = Opaque("openai_chat", msgspec.Raw(b"1"))
    response = _fold(TextDelta("t"), opaque, ToolCallStarted(0, "a", "f"), TextDelta("u"), ReasoningDelta("r"))
    call = FunctionToolCall(id="a", function=FunctionCall("f", ""))
    assert response.message.parts == [TextPart(text="t"), opaque, call, TextPart(text="u"), ReasoningPart(text="r")]
    assert response.text == "tu"


def test_what_has_no_place_in_the_order() -> None:
    annotation = Annotation("file")
    response = _fold(
        TextDelta("a"),
        AnnotationAdded(annotation),
        RefusalDelta("n"),
        RefusalDelta("o"),
        AudioDelta("id", "AA", "wo"),
        AudioDelta(data="BB", transcript="rd", expires_at=5),
        LogprobsDelta([TokenLogprob("a", -1.0)]),
        LogprobsDelta([TokenLogprob("b", -2.0)], [TokenLogprob("c", -3.0)]),
        ModerationReported(msgspec.Raw(b"{}")),
        Data(b"ignored"),
        TextDelta("b"),
    )
    logprobs = Logprobs([TokenLogprob("a", -1.0), TokenLogprob("b", -2.0)], [TokenLogprob("c", -3.0)])
    audio = MessageAudio("id", "AABB", "word", 5)
    message = Message("assistant", "ab", refusal="no", audio=audio, annotations=[annotation])
    assert response.choices == [Choice(0, message, None, logprobs)]
    assert response.moderation == msgspec.Raw(b"{}")


def test_an_empty_answer_is_empty_text() -> None:
    assert _fold(ChoiceFinished("stop", "eos")).choices == [
        Choice(0, Message("assistant", ""), "stop", native_finish_reason="eos")
    ]
