"""A schema that stands as a tool, and the text that its call is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec import Raw

from sansio.dialects.schema_tool import SchemaToolDecoder, tool_name, with_tool
from sansio.errors import Failure, LocalProtocolError
from sansio.events import ChoiceFinished, Delta, StateAdded, TextDelta, ToolCallDelta, ToolCallStarted
from sansio.types import (
    ChatRequest,
    CustomDefinition,
    CustomTool,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    JsonSchema,
    JsonSchemaFormat,
    Opaque,
)

SCHEMA = JsonSchemaFormat(JsonSchema("person", {"type": "object"}, "someone", True))
ASKED = ChatRequest(model="m", messages="", response_format=SCHEMA, schema_as_tool=True)
STANDS = FunctionTool(FunctionDefinition("person", "someone", {"type": "object"}, True))
STATE = Opaque("d", Raw(b"{}"))


def asked(**parameters: object) -> ChatRequest:
    return ChatRequest(model="m", messages="", response_format=SCHEMA, schema_as_tool=True, **parameters)  # type: ignore[arg-type]


class Script:
    """A decoder that gives what it was told to give."""

    def __init__(self, events: list[Delta]) -> None:
        self.events = events
        self.complete = False
        self.failure: Failure | None = None
        self.notes: list[str] = ["a note"]

    def receive(self, records: Sequence[bytes]) -> list[Delta]:  # noqa: ARG002
        return self.events

    def receive_document(self, body: bytes | bytearray) -> list[Delta]:  # noqa: ARG002
        self.complete = True
        return self.events

    def finish(self) -> list[Delta]:
        self.failure = Failure(kind="truncated", message="cut")
        return []


def turned(*events: Delta) -> list[Delta]:
    return SchemaToolDecoder(Script(list(events)), "person").receive([])


def test_a_schema_is_a_tool_by_leave_only() -> None:
    assert tool_name(ASKED) == "person"
    assert tool_name(ChatRequest(model="m", messages="", response_format=SCHEMA)) is None
    assert tool_name(ChatRequest(model="m", messages="", schema_as_tool=True)) is None
    plain = ChatRequest(model="m", messages="")
    assert with_tool(plain) is plain


def test_the_model_must_call_the_only_tool() -> None:
    found = with_tool(ASKED)
    assert (found.tools, found.tool_choice) == ([STANDS], FunctionChoice.of("person"))
    assert tool_name(found) is None


def test_beside_others_any_tool_will_do_unless_they_are_ruled_out() -> None:
    others = [FunctionTool(FunctionDefinition("f")), CustomTool(CustomDefinition("c")), STATE]
    found = with_tool(asked(tools=others))
    assert (found.tools, found.tool_choice) == ([*others, STANDS], "required")
    assert with_tool(asked(tools=others, tool_choice="none")).tool_choice == FunctionChoice.of("person")


def test_two_tools_cannot_have_one_name() -> None:
    with pytest.raises(LocalProtocolError, match="'person' is one already"):
        with_tool(asked(tools=[CustomTool(CustomDefinition("person"))]))


def test_the_call_is_the_text() -> None:
    assert turned(
        ToolCallStarted(0, "t", "person"),
        ToolCallDelta(0, '{"a":'),
        ToolCallDelta(0, "1}"),
        StateAdded(STATE, "call"),
        ChoiceFinished("tool_calls", "tool_use"),
    ) == [TextDelta('{"a":'), TextDelta("1}"), ChoiceFinished("stop", "tool_use")]


def test_other_calls_move_up() -> None:
    assert turned(
        ToolCallStarted(0, "t", "person"),
        ToolCallStarted(1, "u", "f"),
        ToolCallStarted(1, "u", "f", derived=True),
        ToolCallDelta(1, "{}"),
        StateAdded(STATE, "call", call=1),
        StateAdded(STATE),
        ChoiceFinished("tool_calls"),
    ) == [
        ToolCallStarted(0, "u", "f"),
        ToolCallStarted(0, "u", "f", derived=True),
        ToolCallDelta(0, "{}"),
        StateAdded(STATE, "call", call=0),
        StateAdded(STATE),
        ChoiceFinished("tool_calls"),
    ]


def test_an_answer_without_the_call_stays_as_it_is() -> None:
    events = TextDelta("hm"), ToolCallDelta(0, "{}"), ChoiceFinished("tool_calls")
    assert turned(*events) == list(events)


def test_choices_are_apart() -> None:
    events = (
        ToolCallStarted(0, "t", "person", choice=1),
        ToolCallDelta(0, "{}", 1),
        ChoiceFinished("tool_calls", None, 0),
    )
    assert turned(*events) == [TextDelta("{}", 1), ChoiceFinished("tool_calls")]
    ends = turned(ToolCallStarted(0, "t", "person", choice=1), ChoiceFinished("tool_calls", None, 1))
    assert ends == [ChoiceFinished("stop", "tool_calls", 1)]


def test_the_ends_are_those_of_the_dialects_own_decoder() -> None:
    decoder = SchemaToolDecoder(Script([ToolCallStarted(0, "t", "person"), ToolCallDelta(0, "{}")]), "person")
    assert decoder.notes == ["a note"]
    assert (decoder.receive_document(b""), decoder.complete) == ([TextDelta("{}")], True)
    assert decoder.finish() == []
    assert decoder.failure is not None
