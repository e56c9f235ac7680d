"""Tool calls between APIs."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from sansio import (
    FunctionCall,
    FunctionToolCall,
    Message,
    assistant,
    user,
)
from sansio.dialects.calls import (
    HeldCalls,
    arguments_object,
    arguments_of,
    derived_id,
    is_whole,
    names_by_id,
    object_of,
)
from sansio.dialects.losses import Losses
from sansio.events import ToolCallDelta, ToolCallStarted
from sansio.types import CustomCall, CustomToolCall


def test_an_id_from_the_position() -> None:
    assert derived_id(1, 2) == "call_1_2"


@pytest.mark.parametrize("text", ["", " ", "null", '"null"', "\n"])
def test_no_arguments_are_an_empty_object(text: str) -> None:
    assert object_of(text) == Raw(b"{}")


def test_arguments_keep_their_spelling() -> None:
    losses = Losses("d")
    assert arguments_object('{"a": 1.50}', "p", losses) == Raw(b'{"a": 1.50}')
    assert losses.found == []


@pytest.mark.parametrize("text", ["[]", '{"a":', "x", "1"])
def test_what_is_no_object_is_a_member_of_one(text: str) -> None:
    losses = Losses("d")
    assert object_of(text) is None
    assert msgspec.json.decode(arguments_object(text, "p", losses)) == {"input": text}
    assert [(loss.path, loss.action) for loss in losses.found] == [("p", "approximated")]


def test_names_by_id() -> None:
    one, two = (FunctionToolCall(id=name, function=FunctionCall(f"f_{name}", "{}")) for name in "ab")
    conversation = [user("hi"), assistant(tool_calls=[one]), Message("assistant", parts=[two])]
    assert names_by_id(conversation) == {"a": "f_a", "b": "f_b"}


def test_arguments_of_any_call_as_those_of_a_function() -> None:
    assert arguments_of(FunctionToolCall(id="a", function=FunctionCall("f", "[1"))) == "[1"
    assert arguments_of(CustomToolCall(id="a", custom=CustomCall("f", 'say "a"'))) == '{"input":"say \\"a\\""}'


@pytest.mark.parametrize(("arguments", "whole"), [("{}", True), ('{"a":', False), ("", False), ("[]", False)])
def test_a_call_is_whole_with_an_object(arguments: str, whole: bool) -> None:
    assert is_whole(FunctionToolCall(id="a", function=FunctionCall("f", arguments))) == whole
    assert not is_whole(CustomToolCall(id="a", custom=CustomCall("f", arguments)))


def test_calls_of_custom_tools_are_held_until_they_are_asked_for() -> None:
    held = HeldCalls()
    assert not held.hold(ToolCallStarted(0, "a", "f"))
    assert not held.hold(ToolCallDelta(0, "{}"))
    assert held.hold(ToolCallStarted(1, "b", "", "custom"))
    assert held.hold(ToolCallDelta(1, "te"))
    assert held.hold(ToolCallStarted(1, "b", "g", "custom"))
    assert held.hold(ToolCallDelta(1, "xt"))
    assert held.release() == [ToolCallStarted(1, "b", "g"), ToolCallDelta(1, '{"input":"text"}')]
    assert held.release() == []
