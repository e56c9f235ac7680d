"""The conversation of a request as messages."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from sansio.dialects.bedrock_converse.server_messages import instructions, messages_of
from sansio.types import (
    Annotation,
    CacheControl,
    FunctionCall,
    FunctionToolCall,
    Message,
    Opaque,
    OrderedPart,
    ReasoningPart,
    TextPart,
    UrlCitation,
)

POINT = {"cachePoint": {"type": "default"}}
MARK = CacheControl()


def raw(value: object) -> Raw:
    return Raw(msgspec.json.encode(value))


def opaque(value: object) -> Opaque:
    return Opaque("bedrock_converse", raw(value))


def messages(role: str, *content: object, **members: object) -> list[Message]:
    return messages_of(raw({"role": role, "content": content, **members}), "messages[0]")


def result(id_: str, *content: object, **members: object) -> dict[str, object]:
    return {"toolResult": {"toolUseId": id_, "content": content, **members}}


def test_instructions_are_one_message() -> None:
    assert instructions([]) == []
    assert instructions([(raw({"text": "a"}), "system[0]")]) == [Message("system", "a")]
    blocks = [(raw({"text": "a"}), "system[0]"), (raw(POINT), "system[1]")]
    assert instructions(blocks) == [Message("system", [TextPart(text="a", cache_control=MARK)])]


def test_a_users_words() -> None:
    assert messages("user", {"text": "a"}) == [Message("user", "a")]
    assert messages("user", {"text": "a"}, {"text": "b"}) == [Message("user", [TextPart(text="a"), TextPart(text="b")])]
    assert messages("user", x=1) == [Message("user", "", extra={"x": raw(1)})]
    assert messages("user") == [Message("user", "")]


def test_a_role_of_the_apis_own_is_kept() -> None:
    assert messages("system", {"text": "a"}) == [Message("system", "a")]


def test_results_are_messages_of_their_own() -> None:
    found = messages(
        "user",
        result("t1", {"text": "a"}),
        result("t2", {"text": "b"}, {"json": {}}, status="error"),
        {"text": "c"},
        result("t3"),
        x=1,
    )
    assert found == [
        Message("tool", "a", tool_call_id="t1"),
        Message("tool", [TextPart(text="b"), TextPart(text="{}")], tool_call_id="t2", extra={"status": raw("error")}),
        Message("user", "c", extra={"x": raw(1)}),
        Message("tool", "", tool_call_id="t3"),
    ]


def test_members_of_a_turn_of_results_stay_beside_them() -> None:
    assert messages("user", result("t1"), x=1) == [
        Message("tool", "", tool_call_id="t1"),
        Message("user", "", extra={"x": raw(1)}),
    ]


def test_a_mark_behind_a_result_goes_to_its_last_part() -> None:
    marked = TextPart(text="a", cache_control=MARK)
    assert messages("user", result("t1", {"text": "a"}), POINT) == [Message("tool", [marked], tool_call_id="t1")]
    two = result("t1", {"text": "b"}, {"text": "a"})
    assert messages("user", two, POINT, POINT) == [
        Message("tool", [TextPart(text="b"), marked], tool_call_id="t1"),
        Message("user", [opaque(POINT)]),
    ]


def test_a_mark_without_a_place_stays_as_it_came() -> None:
    lost = Message("user", [opaque(POINT)])
    assert messages("user", result("t1"), POINT) == [Message("tool", "", tool_call_id="t1"), lost]
    odd = result("t1", {"odd": 1})
    assert messages("user", odd, POINT) == [Message("tool", [opaque({"odd": 1})], tool_call_id="t1"), lost]
    assert messages("user", {"text": "a"}, result("t1"), {"text": "b"}, POINT)[2:] == [
        Message("user", [TextPart(text="b", cache_control=MARK)])
    ]


def test_an_answer_in_the_usual_order() -> None:
    use = {"toolUse": {"toolUseId": "t", "name": "f"}}
    found = messages("assistant", {"reasoningContent": {"reasoningText": {"text": "r"}}}, {"text": "a"}, use, x=1)
    call = FunctionToolCall(id="t", function=FunctionCall("f", "{}"))
    assert found == [Message("assistant", "a", tool_calls=[call], reasoning_content="r", extra={"x": raw(1)})]


def test_an_answer_in_another_order_has_it() -> None:
    use = {"toolUse": {"toolUseId": "t", "name": "f"}}
    (found,) = messages("assistant", use, {"text": "a"}, {"odd": 1}, {"text": "b"})
    call = FunctionToolCall(id="t", function=FunctionCall("f", "{}"))
    parts: list[OrderedPart] = [call, TextPart(text="a"), opaque({"odd": 1}), TextPart(text="b")]
    assert found == Message("assistant", "ab", tool_calls=[call], parts=parts)


def test_proofs_of_reasoning_stand_with_it() -> None:
    said = {"reasoningContent": {"reasoningText": {"text": "r", "signature": "s"}}}
    (found,) = messages("assistant", said)
    part = ReasoningPart(text="r", state=opaque({"signature": "s"}))
    assert found == Message("assistant", None, reasoning_content="r", parts=[part])


def test_two_reasonings_stay_two() -> None:
    said = {"reasoningContent": {"reasoningText": {"text": "r"}}}
    (found,) = messages("assistant", said, said)
    assert found.parts == [ReasoningPart(text="r"), ReasoningPart(text="r")]


def test_cited_text_is_text_with_annotations() -> None:
    cited = {"content": [{"text": "a"}], "citations": [{"location": {"web": {"url": "u"}}}]}
    (found,) = messages("assistant", {"citationsContent": cited}, {"text": "b"})
    annotations = [Annotation("url_citation", UrlCitation("u"))]
    assert found == Message("assistant", [TextPart(text="a"), TextPart(text="b")], annotations=annotations)
    (bare,) = messages("assistant", {"citationsContent": {}})
    assert bare == Message("assistant", None)


def test_a_servers_own_result_in_an_answer_stays_as_it_came() -> None:
    (found,) = messages("assistant", result("t1"))
    assert found.parts == [opaque(result("t1"))]
