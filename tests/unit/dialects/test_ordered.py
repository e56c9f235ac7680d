"""The parts of a message, each with the path by which a loss names it."""

from __future__ import annotations

import pytest

from sansio.dialects.ordered import named_parts
from sansio.types import FunctionCall, FunctionToolCall, Message, ReasoningPart, TextPart

_CALL = FunctionToolCall(id="a", function=FunctionCall("f", "{}"))


@pytest.mark.parametrize(
    ("message", "paths"),
    [
        (Message("user", "text"), ["m.content"]),
        (Message("user", [TextPart(text="a"), TextPart(text="b")]), ["m.content[0]", "m.content[1]"]),
        (Message("assistant", None), []),
        (
            Message("assistant", "text", reasoning_content="thought", tool_calls=[_CALL, _CALL]),
            ["m.reasoning_content", "m.content", "m.tool_calls[0]", "m.tool_calls[1]"],
        ),
        (
            Message("assistant", "text", tool_calls=[_CALL], parts=[ReasoningPart(), _CALL, TextPart(text="text")]),
            ["m.parts[0]", "m.parts[1]", "m.parts[2]"],
        ),
    ],
)
def test_each_part_has_the_name_of_the_field_that_it_stands_in(message: Message, paths: list[str]) -> None:
    """And they are those of `ordered`, in its order."""
    named = list(named_parts(message, "m"))
    assert [path for path, _ in named] == paths
    assert [part for _, part in named] == list(message.ordered)
