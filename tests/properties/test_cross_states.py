"""Reasoning state goes back unchanged to the API that gave it, streamed or not, and is a loss anywhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from sansio.events import (
    ChoiceFinished,
    Completed,
    Delta,
    Event,
    Fold,
    ReasoningDelta,
    Started,
    StateAdded,
    TextDelta,
    ToolCallDelta,
    ToolCallStarted,
)
from sansio.testing.strategies import texts
from sansio.types import (
    ChatRequest,
    ChatResponse,
    FunctionDefinition,
    FunctionTool,
    Message,
    Opaque,
    ReasoningPart,
    tool,
    user,
)
from tests.properties.crossing import ARGUMENTS, DOUBLES, answered, heard, sent

Members = dict[str, object]


def _item(signature: str, text: str) -> Members:
    summary = [{"type": "summary_text", "text": text}]
    return {"type": "reasoning", "id": f"rs_{len(text)}", "summary": summary, "encrypted_content": signature}


# What each API gives with a reasoning of that text.
STATES: Final[dict[str, Callable[[str, str], Members]]] = {
    "anthropic": lambda signature, _: {"type": "thinking", "signature": signature},
    "bedrock_converse": lambda signature, _: {"signature": signature},
    "gemini": lambda signature, _: {"thoughtSignature": signature},
    "openai_responses": _item,
}
TOOLS: Final = [FunctionTool(FunctionDefinition("f"))]
# Which of a text's characters gemini signed is said by how it cuts it.
_POSITION: Final = "length"

_SIGNATURES: Final = texts(min_size=1)
_THOUGHTS: Final = texts(min_size=1).map("{}.".format)


@st.composite
def answers(draw: st.DrawFn, dialect: str) -> tuple[list[Members], list[Event[ChatResponse]]]:
    """Reasonings with their states, then a text or a call; and those states."""
    said: list[Delta] = [Started("id", 1, "m")]
    states: list[Members] = []
    for text in draw(st.lists(_THOUGHTS, min_size=1, max_size=3)):
        states.append(STATES[dialect](draw(_SIGNATURES), text))
        said += [ReasoningDelta(text), StateAdded(Opaque(dialect, Raw(msgspec.json.encode(states[-1]))))]
    if draw(st.booleans()):
        said.append(TextDelta("Hi."))
    said += [ToolCallStarted(0, "call_1", "f"), ToolCallDelta(0, draw(ARGUMENTS)), ChoiceFinished("tool_calls")]
    fold = Fold()
    fold.extend(said)
    return states, [*said, Completed(fold.response())]


def states_of(message: Message) -> list[Members]:
    """The states of its reasonings."""
    parts = [part for part in message.ordered if isinstance(part, ReasoningPart) and part.state is not None]
    found = [msgspec.json.decode(part.state.raw, type=Members) for part in parts if part.state is not None]
    return [{name: value for name, value in members.items() if name != _POSITION} for members in found]


@pytest.mark.parametrize("dialect", STATES)
@given(data=st.data(), stream=st.booleans())
@settings(max_examples=30)
def test_a_state_goes_back(dialect: str, data: st.DataObject, *, stream: bool) -> None:
    states, said = data.draw(answers(dialect))
    end = answered(dialect, said, lambda body: [body], stream=stream)[-1]
    assert isinstance(end, Completed)
    message = end.response.message
    request = ChatRequest(model="m", messages=[user("Hi."), message, tool("1", "call_1")], tools=TOOLS)
    back = heard(sent(dialect, request)[0]).conversation
    assert [state for said_before in back for state in states_of(said_before)] == states
    parts = [place for place, part in enumerate(message.ordered) if isinstance(part, ReasoningPart)]
    for other in DOUBLES.keys() - {dialect}:
        lost = {loss.path.removesuffix(".state") for loss in sent(other, request)[1] if dialect in loss.reason}
        assert {f"messages[1].parts[{place}]" for place in parts} <= lost
