"""Unfolding: what a fold cannot give, from hand-made responses."""

from __future__ import annotations

from msgspec import Raw

from sansio.events import ChoiceFinished, Fold, LogprobsDelta, Started, TextDelta, unfold
from sansio.types import (
    ChatResponse,
    Choice,
    CustomCall,
    CustomToolCall,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Logprobs,
    Message,
    MessageAudio,
    Opaque,
    OrderedPart,
    ReasoningPart,
    TextPart,
    TokenLogprob,
    ToolCall,
)


def response(message: Message, logprobs: Logprobs | None = None, native: str | None = None) -> ChatResponse:
    return ChatResponse("", 0, "", [Choice(0, message, "stop", logprobs, native)])


def folded(of: ChatResponse) -> ChatResponse:
    fold = Fold()
    fold.extend(unfold(of))
    return fold.response()


def test_an_empty_answer_is_still_one_of_its_choice() -> None:
    empty = ChatResponse("", 0, "", [Choice(2, Message("assistant", ""), None)])
    assert unfold(empty) == [Started(), TextDelta("", 2)]
    assert folded(empty) == empty


def test_the_order_of_parts_is_kept() -> None:
    calls: list[ToolCall] = [
        FunctionToolCall(id="a", function=FunctionCall("f", "{}")),
        CustomToolCall(id="b", derived=True, custom=CustomCall("g", "x")),
    ]
    item = Opaque("openai_chat", Raw(b'{"type":"x"}'))
    parts: list[OrderedPart] = [calls[0], TextPart(text="between"), item, calls[1], ReasoningPart(text="hm")]
    message = Message("assistant", "between", tool_calls=calls, reasoning_content="hm", parts=parts)
    assert folded(response(message)) == response(message)


def test_state_stays_with_its_part() -> None:
    state = Opaque("gemini", Raw(b'{"thoughtSignature":"s"}'))
    call = FunctionToolCall(id="a", function=FunctionCall("f", "{}"), state=state)
    parts: list[OrderedPart] = [ReasoningPart(text="", state=state), TextPart(text="b", state=state), call]
    message = Message("assistant", "b", tool_calls=[call], parts=parts)
    assert folded(response(message)) == response(message)


def test_content_in_parts_is_text_and_items() -> None:
    """What only a request holds has no event."""
    item = Opaque("openai_chat", Raw(b'{"type":"x"}'))
    file = FilePart(file=FileReference(file_id="f"))
    message = Message("assistant", [TextPart(text="a"), file, item, ReasoningPart()])
    told = folded(response(message)).message
    assert (told.text, told.parts) == ("a", [TextPart(text="a"), item])


def test_images_and_the_format_of_speech_are_said() -> None:
    image = ImagePart(image_url=ImageUrl("data:image/png;base64,AAAA"))
    audio = MessageAudio("", "AAAA", format="audio/wav")
    message = Message("assistant", "a", parts=[TextPart(text="a"), image], audio=audio)
    assert folded(response(message)) == response(message)


def test_the_deprecated_call_comes_behind_the_others() -> None:
    call = FunctionToolCall(id="a", function=FunctionCall("f", "{}"))
    message = Message("assistant", None, tool_calls=[call], function_call=FunctionCall("old", "{}"))
    assert folded(response(message)) == response(message)


def test_logprobs_and_the_native_reason_are_said() -> None:
    logprobs = Logprobs([TokenLogprob("a", -1.0)])
    whole = response(Message("assistant", "a"), logprobs, "eos")
    assert unfold(whole)[2:] == [LogprobsDelta(logprobs.content, None), ChoiceFinished("stop", "eos")]
    assert folded(whole) == whole


def test_what_moderation_said_is_said_again() -> None:
    whole = ChatResponse("i", 1, "m", [], moderation=Raw(b'{"flagged":false}'))
    assert folded(whole) == whole
