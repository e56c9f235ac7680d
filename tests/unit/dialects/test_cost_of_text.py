"""How many calls an encoding makes does not depend on how long the texts are: nobody looks at their characters."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType

import pytest

from sansio import ChatRequest, ChatResponse, Exchange, Message, Provider, dialects
from sansio.types import (
    Choice,
    FunctionCall,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    TextPart,
    system,
    tool,
    user,
)


def _request(text: str) -> ChatRequest:
    call = FunctionToolCall(id="a", function=FunctionCall("f", f'{{"a":"{text}"}}'))
    said = Message("assistant", text, tool_calls=[call], reasoning_content=text)
    messages = [system(text), user(text), said, tool(text, "a"), user([TextPart(text=text), TextPart(text=text)])]
    tools = [FunctionTool(FunctionDefinition("f", description=text, parameters={"description": text}))]
    return ChatRequest(model="m", messages=messages, tools=tools, max_completion_tokens=9)


def _calls(act: Callable[[], object]) -> Counter[str]:
    """How often which kind of function, Python's or C's, is entered."""
    counts = Counter[str]()

    def count(_frame: FrameType, event: str, _of: object) -> None:
        counts[event] += 1

    before = sys.getprofile()
    gc.disable()  # others may be called about it
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
        gc.enable()
    return counts


def _answer(text: str) -> ChatResponse:
    (_, _, message, *_) = _request(text).conversation
    return ChatResponse("r", 1, "m", [Choice(0, message, "tool_calls")])


def _double(dialect: str) -> Provider:
    return Provider(name="double", base_url="http://double", dialect=dialect, keyless=True)


def _exchange(dialect: str, text: str) -> Exchange[ChatResponse]:
    return Exchange(_double(dialect), _request(text), on_loss="drop")


def _asking(dialect: str, text: str) -> Callable[[], object]:
    request, provider = _request(text), _double(dialect)
    return lambda: Exchange(provider, request, on_loss="drop")


def _asked(dialect: str, text: str) -> Callable[[], object]:
    http = _exchange(dialect, text).request
    body, side, path = http.body, dialects.server(dialect), http.url.removeprefix("http://double")
    assert isinstance(body, bytes)
    return lambda: side.decode_request("POST", path, (), body)


def _answering(dialect: str, text: str) -> Callable[[], object]:
    answer, side = _answer(text), dialects.server(dialect)
    return lambda: side.encode_response(answer)


def _answered(dialect: str, text: str) -> Callable[[], object]:
    body, exchange = dialects.server(dialect).encode_response(_answer(text)), _exchange(dialect, "x")
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(body)
    return exchange.receive_eof


@pytest.mark.parametrize("dialect", dialects.names())
@pytest.mark.parametrize("acting", [_asking, _asked, _answering, _answered])
def test_long_texts_take_no_more_calls(acting: Callable[[str, str], Callable[[], object]], dialect: str) -> None:
    acting(dialect, "x")()  # what is loaded on first use
    # Both are longer than JSON that is too short to nest deep.
    assert _calls(acting(dialect, "x" * 50_000)) == _calls(acting(dialect, "x" * 1000))
