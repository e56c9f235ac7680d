"""Messages, parts and tools on their way out."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.losses import Losses
from sansio.dialects.openai_chat.messages import Rewriter
from sansio.types import (
    Annotation,
    CacheBreakpoint,
    CacheControl,
    ContentPart,
    CustomCall,
    CustomDefinition,
    CustomTool,
    CustomToolCall,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    Loss,
    Message,
    MessageAudio,
    Opaque,
    OrderedPart,
    Quirks,
    ReasoningPart,
    TextPart,
    Tool,
    assistant,
    system,
    tool,
    user,
)

_CALL = FunctionToolCall(id="a", function=FunctionCall("f", "{}"))
_PLAIN = Quirks()
_EXTRA = {"more": Raw(b"1.50")}
_OWN = Opaque("openai_chat", Raw(b'{"type":"own"}'))
_OTHER = Opaque("anthropic", Raw(b'{"type":"other"}'))


def _sent(message: Message, quirks: Quirks = _PLAIN) -> tuple[object, list[Loss]]:
    losses = Losses("openai_chat")
    rewriter = Rewriter(quirks, losses)
    wire = rewriter.messages([message])
    return json.loads(msgspec.json.encode(wire))[0], losses.found


@pytest.mark.parametrize(
    "message",
    [
        user("hi", name="n"),
        system([TextPart(text="a", prompt_cache_breakpoint=CacheBreakpoint())]),
        assistant(None, tool_calls=[_CALL, CustomToolCall(id="b", custom=CustomCall("c", "x"))]),
        tool("result", "a"),
        user([FilePart(file=FileReference(file_id="f"))]),
        Message("assistant", None, refusal="no", function_call=FunctionCall("f", "{}")),
    ],
)
def test_what_is_the_wire_s_own_passes_as_it_is(message: Message) -> None:
    losses = Losses("openai_chat")
    rewriter = Rewriter(Quirks(), losses)
    assert rewriter.messages([message])[0] is message
    assert losses.found == []


def test_no_calls_are_no_list() -> None:
    assert _sent(Message("assistant", "a", tool_calls=[])) == ({"role": "assistant", "content": "a"}, [])


def test_rewritten_messages_keep_their_members() -> None:
    call = FunctionToolCall(id="call_0_0", derived=True, function=FunctionCall("f", "{}"), extra=_EXTRA)
    message = Message(
        "assistant",
        "text",
        name="n",
        tool_calls=[call, msgspec.structs.replace(call, id="call_0_1", extra=None), _CALL],
        refusal="no",
        audio=MessageAudio("au", "data", "transcript", 5),
        annotations=[Annotation()],
        function_call=FunctionCall("g", ""),
        extra=_EXTRA,
    )
    plain = {"id": "call_0_0", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    expected = {
        "role": "assistant",
        "content": "text",
        "name": "n",
        "tool_calls": [{**plain, "more": 1.5}, {**plain, "id": "call_0_1"}, {**plain, "id": "a"}],
        "refusal": "no",
        "audio": {"id": "au"},
        "function_call": {"name": "g", "arguments": ""},
        "more": 1.5,
    }
    assert _sent(message) == (expected, [])


def test_extra_keeps_its_spelling() -> None:
    losses = Losses("openai_chat")
    rewriter = Rewriter(Quirks(), losses)
    assert b'"more":1.50' in msgspec.json.encode(rewriter.messages([Message("user", "a", extra=_EXTRA)]))


def test_roles_of_the_provider() -> None:
    assert _sent(Message("developer", None), Quirks(roles={"developer": "system"})) == (
        {"role": "system", "content": None},
        [],
    )


def test_parts_beyond_the_api() -> None:
    parts: list[ContentPart] = [
        TextPart(text="a", cache_control=CacheControl()),
        TextPart(text="b", extra=_EXTRA),
        _OWN,
        _OTHER,
        FilePart(file=FileReference(file_url="http://f")),
        FilePart(file=FileReference(file_url="http://f", file_id="i")),
    ]
    assert _sent(user(parts)) == (
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "a"},
                {"type": "text", "text": "b", "more": 1.5},
                {"type": "own"},
                {"type": "file", "file": {"file_id": "i"}},
            ],
        },
        [
            Loss("messages[0].content[0].cache_control", "omitted", "the API has no such mark"),
            Loss("messages[0].content[3]", "dropped", "only anthropic understands it"),
            Loss("messages[0].content[4].file.file_url", "dropped", "the API takes files by id or as data"),
            Loss("messages[0].content[5].file.file_url", "dropped", "the API takes files by id or as data"),
        ],
    )


@pytest.mark.parametrize(
    "message",
    [
        Message("assistant", "a", reasoning_content="why"),
        Message("assistant", parts=[ReasoningPart(text="w"), ReasoningPart(text="hy"), TextPart(text="a")]),
    ],
)
def test_reasoning_is_given_back_under_the_provider_s_name(message: Message) -> None:
    assert _sent(message, Quirks(reasoning_field="reasoning")) == (
        {"role": "assistant", "content": "a", "reasoning": "why"},
        [],
    )
    loss = Loss("messages[0].reasoning_content", "omitted", "the provider does not take reasoning back")
    assert _sent(message) == ({"role": "assistant", "content": "a"}, [loss])


def test_reasoning_among_the_content() -> None:
    message = assistant([ReasoningPart(text="why", state=_OTHER), TextPart(text="a", state=_OTHER)])
    assert _sent(message, Quirks(reasoning_field="reasoning")) == (
        {"role": "assistant", "content": [{"type": "text", "text": "a"}], "reasoning": "why"},
        [
            Loss("messages[0].content[0].state", "omitted", "only anthropic understands it"),
            Loss("messages[0].content[1].state", "omitted", "the API has no state of texts"),
        ],
    )


def test_state_of_the_api_s_own_is_given_back() -> None:
    """Of all the reasoning in a message, together; and of each call."""
    one, two = (Opaque("openai_chat", Raw(b'{"reasoning_details":[{"n":%d}]}' % n)) for n in (1, 2))
    own = msgspec.structs.replace(_CALL, state=Opaque("openai_chat", Raw(b'{"extra_content":{"a":1}}')))
    others = msgspec.structs.replace(_CALL, id="b", state=_OTHER)
    parts: list[OrderedPart] = [ReasoningPart(text="w", state=one), ReasoningPart(state=two), TextPart(text="a")]
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    assert _sent(Message("assistant", parts=[*parts, own, others]), Quirks(reasoning_field="reasoning")) == (
        {
            "role": "assistant",
            "content": "a",
            "reasoning": "w",
            "reasoning_details": [{"n": 1}, {"n": 2}],
            "tool_calls": [{**call, "extra_content": {"a": 1}}, {**call, "id": "b"}],
        },
        [Loss("messages[0].tool_calls[1].state", "omitted", "only anthropic understands it")],
    )


def test_ordered_parts() -> None:
    calls = {"tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}
    assert _sent(Message("assistant", parts=[_CALL])) == ({"role": "assistant", "content": None, **calls}, [])
    parts: list[OrderedPart] = [TextPart(text="a"), _CALL, ReasoningPart(), TextPart(text="b"), TextPart(text="c")]
    assert _sent(Message("assistant", "not used", parts=parts)) == (
        {"role": "assistant", "content": "abc", **calls},
        [Loss("messages[0].parts", "approximated", "the API has content before tool calls only")],
    )
    assert _sent(Message("assistant", parts=[TextPart(text="a"), _OWN]))[0] == {
        "role": "assistant",
        "content": [{"type": "text", "text": "a"}, {"type": "own"}],
    }


def test_calls_of_unknown_types_stand_among_the_others() -> None:
    unknown = [Opaque("openai_chat", Raw(raw)) for raw in (b'{"id":"u","type":"zz","zz":{}}', b'{"index":0,"zz":{}}')]
    message = Message("assistant", tool_calls=[_CALL], parts=[TextPart(text="a"), unknown[0], _CALL, unknown[1]])
    assert _sent(message) == (
        {
            "role": "assistant",
            "content": "a",
            "tool_calls": [
                {"id": "u", "type": "zz", "zz": {}},
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                {"index": 0, "zz": {}},
            ],
        },
        [],
    )


def test_an_opaque_part_that_is_no_object_is_content() -> None:
    assert _sent(Message("assistant", parts=[Opaque("openai_chat", Raw(b'"a"'))]))[0] == {
        "role": "assistant",
        "content": ["a"],
    }


def test_tools() -> None:
    definition = FunctionDefinition("f")
    tools: Sequence[Tool] = [
        FunctionTool(definition),
        FunctionTool(definition, cache_control=CacheControl()),
        CustomTool(CustomDefinition("c"), extra=_EXTRA),
        _OWN,
        _OTHER,
    ]
    losses = Losses("openai_chat")
    rewriter = Rewriter(Quirks(), losses)
    plain = {"type": "function", "function": {"name": "f"}}
    assert json.loads(msgspec.json.encode(rewriter.tools(tools))) == [
        plain,
        plain,
        {"type": "custom", "custom": {"name": "c"}, "more": 1.5},
        {"type": "own"},
    ]
    assert [loss.path for loss in losses.found] == ["tools[1].cache_control", "tools[4]"]
