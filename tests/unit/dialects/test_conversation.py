"""Conversations that an API refuses, by the words for them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import Raw

import sansio
from sansio import ChatRequest, Exchange, LocalProtocolError, Message, assistant, developer, system, tool, user
from sansio.dialects.conversation import check_conversation
from sansio.types import (
    FilePart,
    FileReference,
    FunctionCall,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Opaque,
    TextPart,
)
from tests.properties.crossing import DOUBLES

CALL, OTHER = (FunctionToolCall(id=id_, function=FunctionCall("f", "{}")) for id_ in "ab")
ASKS, BOTH = assistant(tool_calls=[CALL]), assistant(tool_calls=[CALL, OTHER])
RESULT, SECOND = tool("1", "a"), tool("2", "b")
HI = user("hi")
TOOLS = [FunctionTool(FunctionDefinition("f"))]
OPAQUE = Opaque("d", Raw(b"{}"))
PREFIX = {"prefix": Raw(b"true")}


def refusal(lacks: str, *messages: Message, **how: Any) -> str | None:
    """The path of the message that is refused, None where none is."""
    try:
        check_conversation(ChatRequest(model="m", messages=messages), frozenset(lacks.split()), **how)
    except LocalProtocolError as exc:
        path, _, requirement = str(exc).partition(": ")
        assert "requires" in requirement
        return path
    return None


@pytest.mark.parametrize(
    ("lacks", "messages", "expected"),
    [
        ("unanswered_calls", [HI, ASKS, RESULT, HI], None),
        ("unanswered_calls", [HI, BOTH, SECOND, RESULT], None),
        ("unanswered_calls", [HI, ASKS, system("s"), RESULT], None),
        ("unanswered_calls", [HI, ASKS, HI], "messages[1]"),
        ("unanswered_calls", [HI, ASKS, HI, RESULT], "messages[1]"),
        ("unanswered_calls", [HI, ASKS, assistant("so"), RESULT], "messages[1]"),
        ("unanswered_calls", [HI, BOTH, RESULT, assistant("so")], "messages[1]"),
        ("unanswered_calls", [HI, ASKS], "messages[1]"),
        ("unanswered_calls", [HI, Message("assistant", parts=[TextPart(text="so"), CALL]), HI], "messages[1]"),
        ("unanswered_calls", [HI, ASKS, user([OPAQUE])], None),
        ("unanswered_calls", [HI, ASKS, Message("tool", [OPAQUE]), HI], None),
        ("unanswered_calls", [HI, ASKS, Message("tool", "by name", name="f"), HI], None),
        ("stray_results", [HI, ASKS, RESULT, assistant("so")], None),
        ("stray_results", [HI, RESULT], "messages[1]"),
        ("stray_results", [HI, ASKS, SECOND], "messages[2]"),
        ("stray_results", [HI, ASKS, RESULT, RESULT], "messages[3]"),
        ("stray_results", [HI, ASKS, HI, RESULT], "messages[3]"),
        ("stray_results", [HI, Message("assistant", parts=[OPAQUE]), RESULT], None),
        ("stray_results", [HI, Message("assistant", function_call=FunctionCall("f", "")), Message("tool", "1")], None),
        ("stray_results", [HI, Message("function", "1", name="f")], None),
        ("assistant_first", [system("s"), HI, assistant("so")], None),
        ("assistant_first", [system("s"), assistant("so"), HI], "messages[1]"),
        ("assistant_first", [RESULT, HI], "messages[0]"),
        ("user_after_tool", [HI, ASKS, RESULT, assistant("so"), HI], None),
        ("user_after_tool", [HI, ASKS, RESULT, HI], "messages[3]"),
        ("late_instructions", [system("s"), developer("d"), HI], None),
        ("late_instructions", [HI, system("s"), HI], "messages[1]"),
        ("end_unasked", [HI], None),
        ("end_unasked", [HI, ASKS, RESULT], None),
        ("end_unasked", [HI, assistant("so")], "messages[1]"),
        ("end_unasked", [HI, Message("assistant", "so", extra=PREFIX)], "messages[1]"),
        ("end_unasked", [HI, system("s")], "messages[1]"),
        ("end_unprefixed", [HI, Message("assistant", "so", extra=PREFIX)], None),
        ("end_unprefixed", [HI, Message("assistant", "so", extra={"prefix": Raw(b"false")})], "messages[1]"),
        ("end_unprefixed", [system("s")], "messages[0]"),
        ("silent_answers", [HI, assistant("so"), HI], None),
        ("silent_answers", [HI, ASKS, HI], None),
        ("silent_answers", [HI, assistant(""), HI], "messages[1]"),
        ("empty_content", [user([TextPart(text="")])], None),
        ("empty_content", [HI, Message("assistant", [], parts=[TextPart(text="so")])], None),
        ("empty_content", [HI, assistant(), user([])], "messages[2]"),
        ("empty_content", [HI, assistant([], tool_calls=[CALL]), tool("r", CALL.id)], "messages[1]"),
        ("no_messages", [HI], None),
        ("no_messages", [], "messages"),
        ("assistant_first", [], None),
        ("prefill", [assistant("so")], None),
    ],
)
def test_what_is_refused(lacks: str, messages: list[Message], expected: str | None) -> None:
    assert refusal(lacks, *messages) == expected


def test_calls_want_tools() -> None:
    assert refusal("calls_without_tools", HI, ASKS, RESULT) is None
    assert refusal("calls_without_tools", HI, ASKS, RESULT, has_tools=False) == "messages[1]"
    assert refusal("calls_without_tools", HI, RESULT, has_tools=False) == "messages[1]"
    assert refusal("calls_without_tools", HI, assistant("so"), has_tools=False) is None


def test_a_dialect_may_put_results_where_they_belong() -> None:
    late, joined = [HI, ASKS, HI, RESULT], [HI, ASKS, assistant("so"), RESULT]
    turns = frozenset({"answer"})
    assert refusal("unanswered_calls", *late, ends=turns) is None
    assert refusal("unanswered_calls", *joined, ends=turns) is None
    assert refusal("unanswered_calls", HI, ASKS, HI, assistant("so"), RESULT, ends=turns) == "messages[1]"
    assert refusal("unanswered_calls", HI, ASKS, ends=turns) is None


def test_a_bare_text_is_one_message_of_the_users() -> None:
    check_conversation(ChatRequest(model="m", messages="hi"), frozenset({"no_messages"}))


@pytest.mark.parametrize(
    ("dialect", "messages", "expected"),
    [
        ("anthropic", [HI, ASKS, HI], "messages[1]"),
        ("anthropic", [HI, RESULT], "messages[1]"),
        ("anthropic", [user(""), assistant("so"), HI], "messages[1]"),
        ("anthropic", [assistant(""), HI], None),
        ("anthropic", [HI, ASKS, HI, RESULT], None),
        ("bedrock_converse", [HI, ASKS, HI], "messages[1]"),
        ("bedrock_converse", [HI, RESULT], "messages[1]"),
        ("bedrock_converse", [user(" "), assistant("so"), HI], "messages[1]"),
        ("bedrock_converse", [assistant(""), HI], None),
        ("gemini", [HI, ASKS, HI], "messages[1]"),
        ("gemini", [HI, RESULT], "messages[1]"),
        ("gemini", [assistant("so"), HI], None),
        *((dialect, [HI, ASKS, HI], None) for dialect in ("cohere", "ollama", "openai_chat", "openai_responses")),
    ],
)
def test_what_a_dialect_refuses_whoever_speaks_it(dialect: str, messages: list[Message], expected: str | None) -> None:
    request = ChatRequest(model="m", messages=messages, tools=TOOLS)
    if expected is None:
        Exchange(DOUBLES[dialect], request, on_loss="drop")
    else:
        with pytest.raises(LocalProtocolError, match=rf"^{expected[:-3]}\[{expected[-2]}\]: the API requires"):
            Exchange(DOUBLES[dialect], request, on_loss="drop")


@pytest.mark.parametrize("dialect", ["anthropic", "bedrock_converse"])
def test_calls_want_tools_where_the_dialect_says_so(dialect: str) -> None:
    request = ChatRequest(model="m", messages=[HI, ASKS, RESULT])
    with pytest.raises(LocalProtocolError, match=r"^messages\[1\]: the API requires tools"):
        Exchange(DOUBLES[dialect], request, on_loss="drop")
    name = {"anthropic": "tools", "bedrock_converse": "toolConfig"}[dialect]
    own = ChatRequest(model="m", messages=[HI, ASKS, RESULT], extra={name: Raw(b"{}")})
    assert Exchange(DOUBLES[dialect], own, on_loss="drop").losses is not None


def test_a_document_wants_a_text_beside_it_where_the_dialect_says_so() -> None:
    file = FilePart(file=FileReference("a.pdf", "data:application/pdf;base64,JVBERi0="))
    with pytest.raises(LocalProtocolError, match=r"^messages\[1\]: the API requires a text beside a document"):
        Exchange(DOUBLES["bedrock_converse"], ChatRequest(model="m", messages=[system("s"), user([file])]))
    both = Exchange(DOUBLES["bedrock_converse"], ChatRequest(model="m", messages=[user([file]), HI]))
    assert both.losses == ()


def sent(name: str, *messages: Message, **members: Any) -> Any:
    provider = sansio.provider(name, api_key="k", **members)
    body = Exchange(provider, ChatRequest(model="m", messages=messages, tools=TOOLS), on_loss="drop").request.body
    assert isinstance(body, bytes)
    return json.loads(body)["messages"]


@pytest.mark.parametrize("name", ["mistral", "openai"])
def test_a_provider_refuses_calls_without_results(name: str) -> None:
    with pytest.raises(LocalProtocolError, match=r"^messages\[1\]: .*'a' has none"):
        sent(name, HI, ASKS, HI)
    with pytest.raises(LocalProtocolError, match=r"^messages\[1\]: .*'a' answers none"):
        sent(name, HI, RESULT)


def test_neighbours_of_one_role_are_one_where_the_provider_wants_turns() -> None:
    image = ImagePart(image_url=ImageUrl("https://h/a.png"))
    messages = sent("perplexity", system("a"), developer("b"), user("c"), user([image]), ASKS, BOTH, RESULT, SECOND)
    text = {"type": "text", "text": "c"}
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool", "tool"]
    assert messages[0]["content"] == [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert messages[1]["content"] == [text, {"type": "image_url", "image_url": {"url": "https://h/a.png"}}]
    assert messages[2]["content"] is None
    assert [call["id"] for call in messages[2]["tool_calls"]] == ["a", "a_2", "b"]


def test_neighbours_that_differ_cannot_be_one() -> None:
    with pytest.raises(
        LocalProtocolError, match=r"^messages\[1\]: the API requires that users and assistants take turns"
    ):
        sent("perplexity", user("a", name="ann"), user("b", name="bob"))


def test_media_stay_in_results_where_no_user_may_follow_them() -> None:
    image = ImagePart(image_url=ImageUrl("data:image/png;base64,aGk="))
    messages = sent("mistral", HI, ASKS, tool([TextPart(text="look"), image], "a"))
    assert [message["role"] for message in messages] == ["user", "assistant", "tool"]
    assert [part["type"] for part in messages[2]["content"]] == ["text", "image_url"]


def test_responses_knows_calls_that_it_has_stored() -> None:
    provider = sansio.provider("openai", api_key="k", dialect="openai_responses")
    request = ChatRequest(model="m", messages=[RESULT])
    with pytest.raises(LocalProtocolError, match=r"^messages\[0\]"):
        Exchange(provider, request)
    assert Exchange(provider, ChatRequest(model="m", messages=[HI, ASKS, HI, RESULT])).losses == ()
    stored = ChatRequest(model="m", messages=[RESULT], extra={"previous_response_id": Raw(b'"resp_1"')})
    assert Exchange(provider, stored).losses == ()
    with pytest.raises(LocalProtocolError, match=r"^messages\[1\]: .*'a' has none"):
        Exchange(provider, ChatRequest(model="m", messages=[HI, ASKS, HI], extra=stored.extra))
