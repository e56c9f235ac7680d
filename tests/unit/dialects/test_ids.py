"""Ids of tool calls: one for each call, and of the characters that an API takes."""

from __future__ import annotations

import re

import pytest

from sansio import ChatRequest, Exchange, Message, Provider, assistant, tool, user
from sansio.dialects.conversation import calls_of
from sansio.dialects.ids import SHORT_ID, with_own_ids
from sansio.types import (
    CustomCall,
    CustomToolCall,
    FunctionCall,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    TextPart,
    ToolCall,
)
from tests.properties.crossing import DOUBLES

ODD = re.compile(r"[^A-Za-z0-9_-]")


def call(id_: str, *, name: str = "f") -> FunctionToolCall:
    return FunctionToolCall(id=id_, function=FunctionCall(name, "{}"), derived=id_.startswith("call_0_"))


def ids(
    *conversation: Message, refused: re.Pattern[str] | None = None, only: re.Pattern[str] | None = None
) -> list[list[str] | str | None]:
    """The ids of the calls of each message, or of its result."""
    return [
        [made.id for made in message.tool_calls] if message.tool_calls else message.tool_call_id
        for message in with_own_ids(conversation, refused, only=only)
    ]


def calling(*made: ToolCall) -> Message:
    return assistant(tool_calls=list(made))


def test_a_conversation_without_calls_is_the_same_object() -> None:
    conversation = [user("hi"), assistant("hello"), user("bye")]
    assert with_own_ids(conversation) is conversation


def test_ids_that_come_once_stay_and_so_do_their_messages() -> None:
    conversation = [user("hi"), calling(call("a"), call("b")), tool("1", "a"), tool("2", "b")]
    assert all(one is other for one, other in zip(with_own_ids(conversation), conversation, strict=True))


def test_an_id_that_comes_again_is_another_calls() -> None:
    """As derived ids do, which count from zero in every answer."""
    turn = (calling(call("call_0_0")), tool("1", "call_0_0"))
    assert ids(*turn, *turn, *turn) == [
        ["call_0_0"],
        "call_0_0",
        ["call_0_0_2"],
        "call_0_0_2",
        ["call_0_0_3"],
        "call_0_0_3",
    ]


def test_a_result_answers_the_nearest_message_that_waits_for_one() -> None:
    conversation = (calling(call("a")), calling(call("a")), tool("2", "a"), tool("1", "a"))
    assert ids(*conversation) == [["a"], ["a_2"], "a_2", "a"]


def test_within_a_message_results_answer_calls_of_one_id_in_their_order() -> None:
    conversation = (calling(call("null"), call("null", name="g")), tool("1", "null"), tool("2", "null"))
    assert ids(*conversation) == [["null", "null_2"], "null", "null_2"]


def test_a_second_result_goes_where_the_first_one_went() -> None:
    conversation = (calling(call("a")), tool("1", "a"), calling(call("a")), tool("2", "a"), tool("again", "a"))
    assert ids(*conversation) == [["a"], "a", ["a_2"], "a_2", "a_2"]


def test_a_made_id_is_never_one_that_is_there() -> None:
    assert ids(calling(call("a")), calling(call("a_2")), calling(call("a"))) == [["a"], ["a_2"], ["a_3"]]


def test_characters_that_the_api_refuses_become_underscores_in_calls_and_results_alike() -> None:
    conversation = (
        calling(call("a.b/1"), call("a_b_1")),
        tool("1", "a.b/1"),
        tool("2", "a_b_1"),
        tool("3", "un known"),
    )
    assert ids(*conversation, refused=ODD) == [["a_b_1", "a_b_1_2"], "a_b_1", "a_b_1_2", "un_known"]


def test_ids_of_another_form_are_numbered_where_the_api_has_one_form_only() -> None:
    turn = (calling(call("call_0_0"), call("D681PevKs")), tool("1", "call_0_0"), tool("2", "D681PevKs"))
    assert ids(*turn, calling(call("call00002")), *turn, only=SHORT_ID) == [
        ["call00001", "D681PevKs"],
        "call00001",
        "D681PevKs",
        ["call00002"],
        ["call00003", "call00004"],
        "call00003",
        "call00004",
    ]


def test_an_id_that_is_too_long_for_bedrock_is_numbered() -> None:
    request = ChatRequest(
        model="m",
        messages=[user("hi"), calling(call("x" * 65), call("y" * 64)), tool("1", "x" * 65), tool("2", "y" * 64)],
        tools=[FunctionTool(FunctionDefinition("f"))],
    )
    sent = Exchange(DOUBLES["bedrock_converse"], request).request.body
    assert isinstance(sent, bytes)
    assert (sent.count(b'"call00001"'), sent.count(b"y" * 64)) == (2, 2)


def test_calls_among_ordered_parts_and_of_custom_tools_have_their_ids_too() -> None:
    custom = CustomToolCall(id="a", custom=CustomCall("g", "text"))
    ordered = Message("assistant", parts=[TextPart(text="so"), custom, call("b")])
    conversation = with_own_ids([calling(call("a")), tool("1", "a"), ordered, tool("2", "a")])
    assert [made.id for made in calls_of(conversation[2])] == ["a_2", "b"]
    assert conversation[2].tool_calls is None
    assert conversation[3].tool_call_id == "a_2"


def pairs(body: bytes) -> list[tuple[str, str]]:
    """What a body says of ids, in its order: of a call or of a result, and which."""
    calls = rb'"(?P<call>id|call_id|toolUseId)":"(?P<id>call_\w+)"(?:,"type":"function")?,"(?:name|function)"'
    results = rb'"(?:tool_use_id|tool_call_id|toolUseId|call_id)":"(?P<answered>call_\w+)"'
    return [
        ("call", found["id"].decode()) if found["call"] else ("result", found["answered"].decode())
        for found in re.finditer(calls + b"|" + results, body)
    ]


@pytest.mark.parametrize("dialect", ["anthropic", "bedrock_converse", "cohere", "openai_chat", "openai_responses"])
def test_apis_that_pair_by_id_are_sent_each_once(dialect: str) -> None:
    """Two turns of an API without ids have the same derived ones."""
    provider: Provider = DOUBLES[dialect]
    turn = [calling(call("call_0_0"), call("call_0_1")), tool("1", "call_0_0"), tool("2", "call_0_1")]
    tools = [FunctionTool(FunctionDefinition("f"))]
    request = ChatRequest(model="m", messages=[user("hi"), *turn, *turn], tools=tools)
    sent = Exchange(provider, request, on_loss="drop").request.body
    assert isinstance(sent, bytes)
    assert pairs(sent) == [
        ("call", "call_0_0"),
        ("call", "call_0_1"),
        ("result", "call_0_0"),
        ("result", "call_0_1"),
        ("call", "call_0_0_2"),
        ("call", "call_0_1_2"),
        ("result", "call_0_0_2"),
        ("result", "call_0_1_2"),
    ]
