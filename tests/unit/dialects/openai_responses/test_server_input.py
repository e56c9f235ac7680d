"""The items of `input` into messages."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from msgspec import Raw

from sansio.dialects.openai_responses.items import seal
from sansio.dialects.openai_responses.server import SERVER
from sansio.types import (
    CacheBreakpoint,
    ChatRequest,
    CustomCall,
    CustomToolCall,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Message,
    Opaque,
    OrderedPart,
    ReasoningPart,
    TextPart,
    assistant,
    tool,
    user,
)

Item = dict[str, object]

_CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
_CUSTOM = {"type": "custom_tool_call", "call_id": "c2", "name": "g", "input": "x"}
_SEARCH = {"type": "web_search_call", "id": "ws_1"}
_REASONING = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]}


def _messages(*items: object) -> Sequence[Message]:
    body = json.dumps({"model": "m", "input": items}).encode()
    request = SERVER.decode("POST", "/v1/responses", (), body)
    assert isinstance(request, ChatRequest)
    return request.conversation


def _opaque(item: object) -> Opaque:
    return Opaque("openai_responses", Raw(json.dumps(item).encode()))


def _call(state: Opaque | None = None) -> FunctionToolCall:
    return FunctionToolCall(id="c1", state=state, function=FunctionCall("f", "{}"))


def test_messages_of_others_are_one_each() -> None:
    said: list[Item] = [
        {"role": "user", "content": "a"},
        {"type": "message", "role": "developer", "content": [], "x": 1},
    ]
    assert _messages(*said) == [user("a"), Message("developer", [], extra={"x": Raw(b"1")})]


def test_parts_are_typed_and_those_of_unknown_types_are_kept() -> None:
    mark = {"prompt_cache_breakpoint": {"mode": "explicit"}}
    smell, file = {"type": "input_smell"}, {"type": "input_image", "file_id": "file_1"}
    parts = [
        {"type": "input_text", "text": "a", "x": 1, **mark},
        {"type": "input_image", "image_url": "u", "detail": None},
        {"type": "input_file", "file_id": "f"},
        smell,
        file,
    ]
    assert _messages({"role": "user", "content": parts}) == [
        user(
            [
                TextPart(text="a", prompt_cache_breakpoint=CacheBreakpoint(), extra={"x": Raw(b"1")}),
                ImagePart(image_url=ImageUrl("u")),
                FilePart(file=FileReference(file_id="f")),
                _opaque(smell),
                _opaque(file),
            ]
        )
    ]


def test_a_mark_that_no_type_holds_is_kept() -> None:
    part = {"type": "input_text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit", "new": 1}}
    (message,) = _messages({"role": "user", "content": [part]})
    assert isinstance(message.content, list)
    (text,) = message.content
    assert isinstance(text, TextPart)
    assert (text.prompt_cache_breakpoint, [*(text.extra or ())]) == (None, ["prompt_cache_breakpoint"])


def test_what_the_assistant_says_at_once_is_one_message() -> None:
    text = {"role": "assistant", "content": "a"}
    custom = CustomToolCall(id="c2", custom=CustomCall("g", "x"))
    assert _messages(text, _CALL, _CUSTOM, {"role": "user", "content": "b"}) == [
        assistant("a", tool_calls=[_call(), custom]),
        user("b"),
    ]


def test_a_second_text_is_another_message() -> None:
    text = {"role": "assistant", "content": "a"}
    assert _messages(text, text) == [assistant("a"), assistant("a")]


def test_the_order_is_kept_where_it_is_not_the_usual_one() -> None:
    text = {"type": "message", "id": "msg_1", "role": "assistant", "content": "a", "phase": "commentary"}
    reasoning = ReasoningPart(text="hm", state=_opaque(_REASONING))
    phase = Opaque("openai_responses", Raw(b'{"phase":"commentary","id":"msg_1"}'))
    (message,) = _messages(_REASONING, text, {**_CALL, "status": "completed"}, _SEARCH)
    parts: list[OrderedPart] = [reasoning, TextPart(text="a", state=phase), _call(), _opaque(_SEARCH)]
    assert message == Message("assistant", "a", tool_calls=[_call()], reasoning_content="hm", parts=parts)
    (late,) = _messages(_CALL, {"role": "assistant", "content": "a"})
    assert late.parts == [_call(), TextPart(text="a")]


def test_what_a_call_says_beside_itself_is_its_state() -> None:
    (message,) = _messages({**_CALL, "id": "fc_1", "namespace": "n"})
    assert message.tool_calls == [_call(Opaque("openai_responses", Raw(b'{"namespace":"n"}')))]


def test_items_behind_a_reasoning_of_the_api_keep_their_ids() -> None:
    call, id_ = {**_CALL, "id": "fc_1"}, Opaque("openai_responses", Raw(b'{"id":"fc_1"}'))
    assert _messages(_REASONING, call)[0].tool_calls == [_call(id_)]
    assert _messages({**_REASONING, "encrypted_content": seal(None)}, call)[0].tool_calls == [_call()]
    assert _messages(call)[0].tool_calls == [_call()]


def test_texts_and_refusals() -> None:
    text: Item = {"type": "output_text", "text": "a", "annotations": [], "logprobs": []}
    refusal = {"type": "refusal", "refusal": "no"}
    assert _messages({"role": "assistant", "content": [text, {**text, "x": 1}]}) == [
        assistant([TextPart(text="a"), TextPart(text="a", extra={"x": Raw(b"1")})])
    ]
    assert _messages({"role": "assistant", "content": [refusal]}) == [Message("assistant", None, refusal="no")]
    assert _messages({"role": "assistant", "content": [refusal], "phase": "final_answer"}) == [
        Message("assistant", None, refusal="no", extra={"phase": Raw(b'"final_answer"')})
    ]
    assert _messages({"role": "assistant", "content": []}) == [assistant()]


def test_a_message_that_no_type_holds_is_kept_whole() -> None:
    smell = {"role": "assistant", "content": [{"type": "smell"}]}
    assert _messages(smell) == [Message("assistant", None, parts=[_opaque(smell)])]


def test_results_answer_calls() -> None:
    results = [{"type": "function_call_output", "id": "fco_1", "status": "completed", "call_id": "c1", "output": "1"}]
    results.append({"type": "custom_tool_call_output", "call_id": "c2", "output": "2"})
    assert _messages(_CUSTOM, *results)[1:] == [tool("1", "c1"), tool("2", "c2")]


def test_a_result_of_a_call_that_is_not_here_is_kept_whole() -> None:
    result = {"type": "custom_tool_call_output", "call_id": "c2", "output": "2"}
    assert _messages(result) == [Message("assistant", None, parts=[_opaque(result)])]


def test_a_sealed_state_is_opened() -> None:
    state = Opaque("anthropic", Raw(b'{"signature":"s"}'))
    (message,) = _messages({**_REASONING, "encrypted_content": seal(state)})
    assert message.parts == [ReasoningPart(text="hm", state=state)]
    (message,) = _messages({**_REASONING, "encrypted_content": seal(None)})
    assert message.parts == [ReasoningPart(text="hm")]


@pytest.mark.parametrize("content", ["sansio:!", "sansio:e30=", "secret", 7])
def test_a_seal_that_is_broken_is_no_seal(content: object) -> None:
    item = {**_REASONING, "encrypted_content": content}
    (message,) = _messages(item)
    assert message.parts == [ReasoningPart(text="hm", state=_opaque(item))]


def test_a_reasoning_that_cannot_be_read_has_no_text() -> None:
    (message,) = _messages({"type": "reasoning", "summary": 7})
    assert message.parts == [ReasoningPart(state=_opaque({"type": "reasoning", "summary": 7}))]


def test_an_image_that_was_made_is_one() -> None:
    image = {"type": "image_generation_call", "id": "ig_1", "result": "QUJD"}
    (message,) = _messages(image)
    part = ImagePart(image_url=ImageUrl("data:image/png;base64,QUJD"), extra={"id": Raw(b'"ig_1"')})
    assert message.parts == [part]
    unmade = {**image, "result": None}
    (message,) = _messages(unmade)
    assert message.parts == [_opaque(unmade)]
