"""Tool calls between APIs."""

from __future__ import annotations

import pytest

from sansio import FunctionCall, FunctionToolCall, LocalProtocolError, Message, assistant, user
from sansio.dialects.calls import arguments_object, derived_id, names_by_id


def test_an_id_from_the_position() -> None:
    assert derived_id(1, 2) == "call_1_2"


@pytest.mark.parametrize("text", ["", " ", "null", '"null"', "\n"])
def test_no_arguments_are_an_empty_object(text: str) -> None:
    assert bytes(arguments_object(text, "p")) == b"{}"


def test_arguments_keep_their_spelling() -> None:
    assert bytes(arguments_object('{"a": 1.50}', "p")) == b'{"a": 1.50}'


@pytest.mark.parametrize("text", ["[]", '{"a":', "x", "1"])
def test_what_is_no_object(text: str) -> None:
    with pytest.raises(LocalProtocolError, match=r"messages\[0\] is no JSON object"):
        arguments_object(text, "messages[0]")


def test_names_by_id() -> None:
    one, two = (FunctionToolCall(id=name, function=FunctionCall(f"f_{name}", "{}")) for name in "ab")
    conversation = [user("hi"), assistant(tool_calls=[one]), Message("assistant", parts=[two])]
    assert names_by_id(conversation) == {"a": "f_a", "b": "f_b"}
